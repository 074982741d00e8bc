"""Our own published shape of a credit status: what the command line and the plugin's JSON give out."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from chengxin.records import CreditStatus, LastKnown, Record


def encode_instant(at: datetime) -> str:
    """Return an aware instant as ISO 8601 in UTC, to the millisecond, never rounded up.

    >>> encode_instant(datetime(2026, 3, 31, 15, 59, 59, 999999, tzinfo=UTC))
    '2026-03-31T15:59:59.999Z'
    """
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def encode_status(status: CreditStatus) -> dict[str, Any]:
    """Return a status as JSON values: instants in UTC, dates as China dates, money in fen."""
    return {
        "subject": {
            "code": status.subject.code.code if status.subject.code else None,
            "kind": status.subject.kind.value,
            "name": status.subject.name,
            "registration": status.subject.registration,
        },
        "standing": status.standing.value,
        "reason": status.reason.value if status.reason else None,
        "detail": status.detail,
        "records": [encode_record(record) for record in status.records],
        "as_of": encode_instant(status.as_of) if status.as_of else None,
        "fetched_at": encode_instant(status.fetched_at),
        "valid_until": encode_instant(status.valid_until),
        "freshness": status.freshness.value,
        "source": status.source,
        "last_known": _encode_last_known(status.last_known) if status.last_known else None,
    }


def _encode_last_known(known: LastKnown) -> dict[str, Any]:
    """Return what was known last: for display beside its time, never for a decision."""
    return {
        "standing": known.standing.value,
        "records": [encode_record(record) for record in known.records],
        "as_of": encode_instant(known.as_of),
        "fetched_at": encode_instant(known.fetched_at),
    }


def encode_record(record: Record) -> dict[str, Any]:
    """Return a record as JSON values; fields of its detail that the source left out are left out."""
    return {
        "record_id": record.record_id,
        "version": record.version,
        "kind": record.kind.value,
        "catalogue": record.catalogue,
        "adverse": record.is_adverse,
        "severity": record.severity.value if record.severity else None,
        "severity_text": record.severity_text,
        "status": record.status.value,
        "disputed": record.is_disputed,
        "disclosed_from": record.period.start_on.isoformat(),
        "disclosed_until": record.period.end_on.isoformat() if record.period.end_on else None,
        "end_inferred": record.period.inferred,
        "data_source": record.data_source,
        "detail": _encode_fields(record.detail),
    }


def _encode_fields(detail: Any) -> dict[str, Any]:  # noqa: ANN401  # any frozen dataclass of records
    values = ((field.name, getattr(detail, field.name)) for field in fields(detail))
    return {name: _encode_value(value) for name, value in values if value is not None}


def _encode_value(value: Any) -> Any:  # noqa: ANN401  # a value of a record's detail
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value
