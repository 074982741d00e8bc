"""信用状况: what is known of a subject, as of when, and how long a caller may hold on to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from chengxin.errors import InvalidRecord, UnknownReason, UnknownStanding
from chengxin.identifiers import Uscc
from chengxin.records.kind import RecordKind
from chengxin.records.record import Record
from chengxin.records.subject import Subject

_NOT_FOUND: Final = (
    "The source does not know this subject. Compare the code with the licence; "
    "a new registration can take days to arrive."
)
_UNRECOGNISED: Final = (
    "The source shows records of a kind that this version cannot class: {catalogues}. "
    "Read them at the source, and update chengxin."
)


class Standing(StrEnum):
    """Standing of a subject at the public source. There is no other, and none is praise."""

    NO_ADVERSE_RECORD = "NO_ADVERSE_RECORD"
    """A complete answer shows no adverse record."""
    ADVERSE = "ADVERSE"
    """A complete answer shows at least one adverse record."""
    UNKNOWN = "UNKNOWN"
    """Neither can be said; the reason tells why (invariant I2)."""


class Freshness(StrEnum):
    """How the status relates to the life of the answer it rests on."""

    FRESH = "FRESH"
    """The answer is within its life."""
    STALE = "STALE"
    """There was an answer and its life is over."""
    ABSENT = "ABSENT"
    """There is no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """Something the source sent that contradicts its own rules; reported to the operator, and not used.

    Attributes:
        code: stable name, e.g. ``record_past_its_end``.
        record_id: the source's id of the record concerned.
    """

    code: str
    record_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditAnswer:
    """A complete, validated answer of a source about one subject: the only thing that is ever cached.

    Attributes:
        subject: whom it is about.
        registered: False where the source does not know the subject.
        records: the records that are, or will by time alone become, disclosed; no others.
        as_of: the source's data date, aware UTC.
        source: name of the source.
        snapshot_id: the source's state that all records belong to.
        anomalies: what the source sent against its own rules; not kept with the answer.
    """

    subject: Subject
    registered: bool
    records: tuple[Record, ...]
    as_of: datetime
    source: str
    snapshot_id: str
    anomalies: tuple[Anomaly, ...] = ()

    def __post_init__(self) -> None:
        if self.records and not self.registered:
            raise InvalidRecord("A subject that is not registered at the source has no records there.")
        _check_distinct(self.records)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditStatus:
    """信用状况 of one subject at one instant.

    It is true from ``shown_at`` until ``valid_until``; a caller who keeps it longer asks again. Records are
    those disclosed at ``shown_at``, and none of them ends before ``valid_until``.

    Attributes:
        subject: whom it is about.
        standing: what the source shows.
        reason: why the standing is unknown; None otherwise.
        detail: the reason in a sentence, with what to do; empty otherwise.
        records: what the source discloses, adverse or not; empty where nothing is known.
        as_of: the source's data date (基准时点), aware UTC; None where nothing is known.
        fetched_at: when the source was asked, aware UTC.
        shown_at: the instant whose view this is, aware UTC.
        valid_until: first instant at which it may no longer be used, aware UTC.
        freshness: relation to the life of the answer.
        source: name of the source.
    """

    subject: Subject
    standing: Standing
    records: tuple[Record, ...]
    fetched_at: datetime
    shown_at: datetime
    valid_until: datetime
    freshness: Freshness
    source: str
    as_of: datetime | None = None
    reason: UnknownReason | None = None
    detail: str = ""

    def __post_init__(self) -> None:
        if (self.standing is Standing.UNKNOWN) != (self.reason is not None):
            raise InvalidRecord("An unknown standing has a reason, and only an unknown standing has one.")
        if (self.standing is Standing.ADVERSE) != any(r.is_adverse for r in self.records):
            raise InvalidRecord("A standing is adverse exactly where an adverse record is shown.")
        _check_distinct(self.records)
        for record in self.records:
            change = record.next_change_at(self.shown_at)
            if not record.is_shown(self.shown_at) or (change is not None and change < self.valid_until):
                raise InvalidRecord(
                    "A status holds a record that is not disclosed for as long as the status is valid."
                )

    def is_valid(self, at: datetime) -> bool:
        """Tell whether the status may still be used at ``at``."""
        return self.shown_at <= at < self.valid_until

    @property
    def adverse_records(self) -> tuple[Record, ...]:
        """The adverse records among ``records``."""
        return tuple(record for record in self.records if record.is_adverse)

    def raise_for_unknown(self) -> None:
        """Raise where the standing is unknown, for callers that ask for certainty.

        Raises:
            UnknownStanding: with the reason.
        """
        if self.reason is not None:
            raise UnknownStanding(self.detail, reason=self.reason, subject=str(self.subject.code))


def show(answer: CreditAnswer, *, at: datetime, fetched_at: datetime, fresh_until: datetime) -> CreditStatus:
    """Return what an answer shows at one instant; nothing else turns an answer into a status.

    Args:
        answer: the complete answer.
        at: the instant to show it for, before ``fresh_until``.
        fetched_at: when it was fetched.
        fresh_until: end of its life.
    """
    records = tuple(record for record in answer.records if record.is_shown(at))
    standing, reason, detail = _judge(answer, records)
    return CreditStatus(
        subject=answer.subject,
        standing=standing,
        reason=reason,
        detail=detail,
        records=records,
        as_of=answer.as_of,
        fetched_at=fetched_at,
        shown_at=at,
        valid_until=_earliest(fresh_until, (record.next_change_at(at) for record in answer.records)),
        freshness=Freshness.FRESH,
        source=answer.source,
    )


def unknown(
    code: Uscc,
    *,
    reason: UnknownReason,
    detail: str,
    at: datetime,
    source: str,
    freshness: Freshness = Freshness.ABSENT,
) -> CreditStatus:
    """Return the status of a subject of whom nothing is known; it is not to be kept (invariant I2)."""
    return CreditStatus(
        subject=Subject.of(code),
        standing=Standing.UNKNOWN,
        reason=reason,
        detail=detail,
        records=(),
        fetched_at=at,
        shown_at=at,
        valid_until=at,
        freshness=freshness,
        source=source,
    )


def _check_distinct(records: tuple[Record, ...]) -> None:
    """Refuse a record that stands twice: whatever counts records would count it twice."""
    if len(records) > 1 and len({record.record_id for record in records}) < len(records):
        raise InvalidRecord("A record stands twice in one answer. Keep its latest version, once.")


def _judge(answer: CreditAnswer, shown: tuple[Record, ...]) -> tuple[Standing, UnknownReason | None, str]:
    if not answer.registered:
        return Standing.UNKNOWN, UnknownReason.NOT_FOUND, _NOT_FOUND
    if any(record.is_adverse for record in shown):
        return Standing.ADVERSE, None, ""
    unrecognised = sorted({record.catalogue for record in shown if record.kind is RecordKind.OTHER})
    if unrecognised:
        detail = _UNRECOGNISED.format(catalogues=", ".join(unrecognised))
        return Standing.UNKNOWN, UnknownReason.UNRECOGNISED_RECORD, detail
    return Standing.NO_ADVERSE_RECORD, None, ""


def _earliest(bound: datetime, changes: Iterable[datetime | None]) -> datetime:
    return min([bound, *(change for change in changes if change is not None)])
