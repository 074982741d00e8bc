"""信用状况: what is known of a subject, as of when, and how long a caller may hold on to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
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
class LastKnown:
    """What was known before the answer's life was over: for display beside its time, and for nothing else.

    It is a type of its own so that nothing which reads a status, a policy or a badge above all, can take it for
    what is known now: an old adverse record must not punish, an old good standing must not light a badge.

    Attributes:
        standing: what the source showed of these records when it was asked.
        records: what it disclosed then and, by their periods, still discloses.
        as_of: the source's data date of it, aware UTC.
        fetched_at: when the source was asked, aware UTC.
    """

    standing: Standing
    records: tuple[Record, ...]
    as_of: datetime
    fetched_at: datetime


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
        last_known: beside an unknown standing, what was known last, for display alone; None otherwise.
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
    last_known: LastKnown | None = None

    def __post_init__(self) -> None:
        if self.last_known is not None and self.freshness is not Freshness.STALE:
            raise InvalidRecord("Only a stale status has something that was known last.")
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


def show(
    answer: CreditAnswer,
    *,
    at: datetime,
    fetched_at: datetime,
    fresh_until: datetime,
    margin: timedelta = timedelta(0),
) -> CreditStatus:
    """Return what an answer shows at one instant; nothing else turns an answer into a status.

    Args:
        answer: the complete answer.
        at: the instant to show it for, before ``fresh_until``.
        fetched_at: when it was fetched.
        fresh_until: end of its life.
        margin: how far the source's clock is ahead of ours, negative where it is behind. A record is shown only
            where both clocks show it: it goes early rather than late, and comes late rather than early.
    """
    records = _shown(answer, at, margin)
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
        valid_until=_earliest(fresh_until, _changes(answer.records, at, margin)),
        freshness=Freshness.FRESH,
        source=answer.source,
    )


def show_last_known(
    answer: CreditAnswer, *, at: datetime, fetched_at: datetime, margin: timedelta = timedelta(0)
) -> LastKnown | None:
    """Return what an answer whose life is over still tells, or None where it tells nothing of a standing.

    Args:
        answer: the complete answer.
        at: the instant to show it for.
        fetched_at: when it was fetched.
        margin: how far the source's clock is ahead of ours, see ``show``.
    """
    records = _shown(answer, at, margin)
    standing, reason, _ = _judge(answer, records)
    if reason is not None:
        return None
    return LastKnown(standing=standing, records=records, as_of=answer.as_of, fetched_at=fetched_at)


def unknown(
    code: Uscc,
    *,
    reason: UnknownReason,
    detail: str,
    at: datetime,
    source: str,
    last_known: LastKnown | None = None,
) -> CreditStatus:
    """Return the status of a subject of whom nothing is known; it is not to be kept (invariant I2)."""
    is_stale = last_known is not None or reason is UnknownReason.STALE
    return CreditStatus(
        subject=Subject.of(code),
        standing=Standing.UNKNOWN,
        reason=reason,
        detail=detail,
        records=(),
        fetched_at=at,
        shown_at=at,
        valid_until=at,
        freshness=Freshness.STALE if is_stale else Freshness.ABSENT,
        source=source,
        last_known=last_known,
    )


def _shown(answer: CreditAnswer, at: datetime, margin: timedelta) -> tuple[Record, ...]:
    if not margin:
        return tuple(record for record in answer.records if record.is_shown(at))
    return tuple(r for r in answer.records if r.is_shown(at) and r.is_shown(at + margin))


def _changes(records: tuple[Record, ...], at: datetime, margin: timedelta) -> Iterator[datetime]:
    """Yield the instants after ``at`` at which a record appears or disappears on either clock."""
    for record in records:
        for ahead in {timedelta(0), margin}:
            change = record.next_change_at(at + ahead)
            if change is not None:
                yield change - ahead


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


def _earliest(bound: datetime, changes: Iterable[datetime]) -> datetime:
    return min([bound, *changes])
