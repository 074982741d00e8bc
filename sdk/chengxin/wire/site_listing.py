"""What makes the pages of the site's sections one complete answer.

The site names no state that its pages belong to, so a section is complete only where every page arrived, all
totals agree, no row stands twice, and the first page is in the end as it was; anything else is no answer
(invariant I2).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chengxin.errors import InvalidRecord
from chengxin.identifiers import Uscc
from chengxin.records import Anomaly, CreditAnswer, Record, RecordKind, RuleTable, Subject
from chengxin.wire.envelope import contradiction, incomplete, wrong_subject
from chengxin.wire.record import WireRecord, decode_record
from chengxin.wire.site import SITE_PAGE_SIZE, SiteDetail, SiteListing, SitePage
from chengxin.wire.site_row import to_wire_record


def unregistered(asked: Uscc, *, source: str, at: datetime) -> CreditAnswer:
    """Return the answer for a code that the site's search does not find: not a good standing."""
    return CreditAnswer(
        subject=Subject.of(asked),
        registered=False,
        records=(),
        as_of=at,
        source=source,
        snapshot_id=_state_of(at),
    )


def assemble_site(
    detail: SiteDetail,
    listings: Sequence[SiteListing],
    *,
    asked: Uscc,
    source: str,
    at: datetime,
    rule_table: RuleTable,
) -> CreditAnswer:
    """Make one complete answer of all sections.

    The site does not say as of when its data is: the answer is as of the instant before it was asked for.

    Args:
        detail: the subject's detail page.
        listings: all sections that were asked for.
        asked: the subject that was asked for.
        source: name of the source.
        at: the instant before the first request of it, aware UTC.
        rule_table: bounds records whose end the source leaves out.

    Raises:
        UnusableAnswer: ``wrong_subject``, ``incomplete`` or ``schema_drift``.
    """
    if detail.head.tyshxydm != asked.code:
        raise wrong_subject()
    kept: dict[str, Record] = {}
    anomalies: list[Anomaly] = []
    for listing in listings:
        records, found = _decode_listing(listing, asked=asked, at=at, rule_table=rule_table)
        anomalies.extend(found)
        for record in records:
            # Sections overlap: of one row in two of them the one that could be classed is kept.
            other = kept.get(record.record_id)
            if other is None or _weight(record) > _weight(other):
                kept[record.record_id] = record
    return CreditAnswer(
        subject=Subject.of(asked, name=detail.head.jgmc, registration=detail.head.status),
        registered=True,
        records=tuple(kept.values()),
        as_of=at,
        source=source,
        snapshot_id=_state_of(at),
        anomalies=tuple(dict.fromkeys(anomalies)),
    )


def _decode_listing(
    listing: SiteListing, *, asked: Uscc, at: datetime, rule_table: RuleTable
) -> tuple[list[Record], tuple[Anomaly, ...]]:
    _require_whole(listing)
    shaped = [_shape(page, listing.section, asked=asked, at=at) for page in listing.pages]
    again = [] if listing.again is None else _shape(listing.again, listing.section, asked=asked, at=at)
    ids = [row.record_id for page in shaped for row in page]
    if len(set(ids)) != len(ids):
        raise incomplete("a row came twice, so another is missing")
    if _by_id(again) != _by_id(shaped[0]):
        raise incomplete("a section changed while it was asked for")
    records: list[Record] = []
    anomalies: list[Anomaly] = []
    for number, row in enumerate(row for page in shaped for row in page):
        try:
            record, found = decode_record(row, at=at, rule_table=rule_table)
        except InvalidRecord as invalid:
            problem = f"record {number}: {invalid}"
        else:
            anomalies.extend(found)
            records.extend(() if record is None else (record,))
            continue
        raise contradiction(problem)
    return records, tuple(anomalies)


def _shape(page: SitePage, section: str, *, asked: Uscc, at: datetime) -> list[WireRecord]:
    shaped = []
    for number, row in enumerate(page.rows):
        try:
            shaped.append(to_wire_record(row, section=section, asked=asked, at=at))
        except InvalidRecord as invalid:
            problem = f"record {number}: {invalid}"
        else:
            continue
        raise contradiction(problem)
    return shaped


def _by_id(rows: Sequence[WireRecord]) -> dict[str, WireRecord]:
    return {row.record_id: row for row in rows}


def _require_whole(listing: SiteListing) -> None:
    first = listing.pages[0]
    if listing.again is None:
        raise incomplete("its first page was not asked for again, so that nothing confirms it")
    if any(page.total != first.total for page in (*listing.pages, listing.again)):
        raise incomplete("two pages disagree on how much there is")
    if len(listing.pages) != first.pages:
        raise incomplete(f"{first.total} records do not make {len(listing.pages)} pages")
    for number, page in enumerate(listing.pages, start=1):
        if page.page not in (None, number):
            raise incomplete(f"page {page.page} came in place of page {number}")
        expected = min(SITE_PAGE_SIZE, first.total - SITE_PAGE_SIZE * (number - 1))
        if len(page.rows) != expected:
            raise incomplete(f"{expected} rows were due on page {number} and {len(page.rows)} came")


def _weight(record: Record) -> tuple[bool, bool]:
    return record.is_adverse, record.kind is not RecordKind.OTHER


def _state_of(at: datetime) -> str:
    """Return a name for the state of the site at an instant: it gives none itself."""
    return f"site-{at:%Y%m%dT%H%M%S}Z"
