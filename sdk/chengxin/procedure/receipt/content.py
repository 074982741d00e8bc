"""All that a check shows, as plain data, and its digest: what a receipt vouches for and does not hold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from rfc8785 import CanonicalizationError

from chengxin.canonical import canonical_bytes
from chengxin.errors import InvalidReceipt, UnknownReason
from chengxin.procedure.document.clean import clean
from chengxin.procedure.document.plain import maybe, write_instant
from chengxin.records import Record, Standing, Subject, SubjectKind

SHORTEST_SALT: Final = 16
"""Bytes of a salt at least: what was shown can be guessed, a salt cannot."""
_EXACT: Final = 2**53
"""Integers from here on are not the same to every reader of JSON."""


class Shown(Protocol):
    """What a check showed: a ``CreditStatus``, or a report made of one."""

    @property
    def subject(self) -> Subject:
        """Whom it is about."""
        ...

    @property
    def source(self) -> str:
        """Name of the source."""
        ...

    @property
    def as_of(self) -> datetime | None:
        """The source's data date; None where nothing is known."""
        ...

    @property
    def fetched_at(self) -> datetime:
        """When the source was asked."""
        ...

    @property
    def standing(self) -> Standing | None:
        """What the source shows; None where that is not told any more."""
        ...

    @property
    def reason(self) -> UnknownReason | None:
        """Why the standing is unknown."""
        ...

    @property
    def records(self) -> tuple[Record, ...]:
        """What the source discloses."""
        ...


def content_of(shown: Shown) -> dict[str, Any]:
    """Return all that a check shows, as plain data.

    Texts are those that may be shown: on one line, identity numbers masked; a natural person is not named. What was
    known last beside an unknown standing is for display alone and is no part of it (invariant I2).

    Args:
        shown: a status, or a report made of one.
    """
    subject = shown.subject
    is_person = subject.kind is SubjectKind.PERSON
    return {
        "subject": {
            "kind": subject.kind.value,
            "code": None if subject.code is None else subject.code.code,
            "name": None if is_person else maybe(clean, subject.name),
            "registration": maybe(clean, subject.registration),
        },
        "source": clean(shown.source),
        "as_of": maybe(write_instant, shown.as_of),
        "fetched_at": write_instant(shown.fetched_at),
        "standing": maybe(_plain, shown.standing),
        "reason": maybe(_plain, shown.reason),
        "records": [_record(record) for record in shown.records],
    }


def content_digest(content: Mapping[str, Any], salt: bytes) -> str:
    """Return the salted digest of what was shown: without its salt, no guess at the content can be tried against it.

    Args:
        content: what ``content_of`` gives, in whatever order of members.
        salt: random bytes, 16 at least, kept with the content and erased with it.

    Raises:
        InvalidReceipt: the salt is too short, or the content is no JSON.
    """
    if not isinstance(salt, bytes) or len(salt) < SHORTEST_SALT:
        raise InvalidReceipt(
            f"A salt is {SHORTEST_SALT} random bytes at least. Draw one for each receipt, as by secrets.token_bytes."
        )
    try:
        told = canonical_bytes(dict(content))
    except (CanonicalizationError, UnicodeError) as fault:
        raise InvalidReceipt(
            "What was shown cannot be written as JSON. Pass what content_of gives."
        ) from fault
    return "sha256:" + hashlib.sha256(salt + told).hexdigest()


def _record(record: Record) -> dict[str, Any]:
    period = record.period
    values = ((field.name, getattr(record.detail, field.name)) for field in fields(record.detail))
    return {
        "record_id": clean(record.record_id),
        "version": record.version,
        "kind": record.kind.value,
        "catalogue": clean(record.catalogue),
        "severity": maybe(_plain, record.severity),
        "severity_text": maybe(_plain, record.severity_text),
        "status": record.status.value,
        "disclosed_from": period.start_on.isoformat(),
        "disclosed_until": maybe(date.isoformat, period.end_on),
        "end_inferred": period.inferred,
        "data_source": maybe(_plain, record.data_source),
        "detail": {name: _plain(value) for name, value in values if value is not None},
    }


def _plain(value: str | int | date | StrEnum) -> str | int:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return value if abs(value) < _EXACT else str(value)
    return clean(value)
