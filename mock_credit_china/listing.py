"""A subject's file as the open interface lists it at an instant."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mock_credit_china.clock import CHINA
from mock_credit_china.envelope import encode
from mock_credit_china.record import Record, SubjectFile

CUT_OVER_HOUR = 23  # China time at which the source's nightly load is done


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The records listed at one instant, with the id and date all its pages carry."""

    snapshot_id: str
    data_date: datetime
    file: SubjectFile | None
    records: tuple[Record, ...]


def listing_at(file: SubjectFile | None, now: datetime) -> Listing:
    """Take the listing of an instant.

    The snapshot id counts what has happened to the subject, by hand or by itself, so that pages from both sides
    of a change never agree; another subject's changes leave it alone.
    """
    night = last_cut_over(now)
    if file is None:
        return Listing(snapshot_id=_snapshot_id(night, 0), data_date=night, file=None, records=())
    ended = [ends_at for record in file.records if (ends_at := record.ends_at) and ends_at <= now]
    moments = [night, *ended, *([file.changed_at] if file.changed_at else [])]
    data_date = max(moment for moment in moments if moment <= now) if moments else night
    records = sorted(
        (record for record in file.records if record.is_listed_at(now)),
        key=lambda record: (record.published_on, record.rec_id),
        reverse=True,
    )
    return Listing(
        snapshot_id=_snapshot_id(data_date, file.revision + len(ended)),
        data_date=data_date,
        file=file,
        records=tuple(records),
    )


def last_cut_over(now: datetime) -> datetime:
    """Return the last time the nightly load was done."""
    local = now.astimezone(CHINA)
    today = local.replace(hour=CUT_OVER_HOUR, minute=0, second=0, microsecond=0)
    return today if local >= today else today - timedelta(days=1)


def page_of(listing: Listing, *, page: int, page_size: int) -> dict[str, Any]:
    """Write one page as the ``data`` of an answer."""
    total = len(listing.records)
    start = (page - 1) * page_size
    return {
        "snapshotId": listing.snapshot_id,
        "dataDate": stamp(listing.data_date),
        "subject": subject_of(listing.file) if listing.file else None,
        "total": total,
        "totalSize": -(-total // page_size),
        "page": page,
        "pageSize": page_size,
        "list": [row_of(record) for record in listing.records[start : start + page_size]],
    }


def row_of(record: Record) -> dict[str, Any]:
    """Write one record; a severity that is absent leaves no member behind."""
    return {
        "recId": record.rec_id,
        "version": record.version,
        "catalog": record.catalogue,
        **({"severity": record.severity} if record.severity else {}),
        "state": record.state,
        "publishedOn": record.published_on.isoformat(),
        "disclosedUntil": record.disclosed_until.isoformat() if record.disclosed_until else None,
        "dataSource": record.data_source,
        "fields": dict(record.fields),
    }


def entity_tag(data: object) -> str:
    """Return the strong validator of an answer's ``data``, without quotation marks."""
    return hashlib.sha256(encode(data)).hexdigest()[:32]


def stamp(instant: datetime) -> str:
    """Write an instant as the source does, at its own offset."""
    return instant.astimezone(CHINA).isoformat(timespec="seconds")


def source_time(now: datetime) -> dict[str, Any]:
    """Write the source's time as the ``data`` of 40102."""
    return {"serverTime": stamp(now), "serverTimestamp": int(now.timestamp() * 1000)}


def subject_of(file: SubjectFile) -> dict[str, str]:
    """Write the register's entry."""
    subject = file.subject
    return {
        "tyshxydm": subject.code,
        "jgmc": subject.name,
        "entityType": subject.entity_type,
        "status": subject.status,
    }


def _snapshot_id(data_date: datetime, revision: int) -> str:
    return f"{data_date.astimezone(CHINA):%Y%m%d}-{revision:06d}"
