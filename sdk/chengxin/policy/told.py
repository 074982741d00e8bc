"""What a vector tells of one record and of one joint constraint, and the record and constraint that stand for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

from chengxin.policy.constraint import ActiveConstraint, Constraints
from chengxin.policy.predicate import NEVER, china_ordinal, day_of, midnight
from chengxin.policy.scope import HIDDEN, OTHER, Scope
from chengxin.policy.signature import SIGNATURE_OF
from chengxin.policy.stand_in import detail_for
from chengxin.records import (
    DisclosurePeriod,
    DisclosureStatus,
    EvaluationDetail,
    Record,
    RecordKind,
    Severity,
)

_UNCLASSED: Final = "unclassed"
_KINDS: Final = {kind.value: kind for kind in RecordKind}
_SEVERITIES: Final = {severity.value: severity for severity in Severity}
_NOBODYS: Final = f"{HIDDEN}?"
"""A category that no condition names; blank texts are none."""
_MOMENT: Final = timedelta(microseconds=1)
_FIRST_INSTANT: Final = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
_LAST_INSTANT: Final = NEVER - timedelta(days=1)
"""From there on the calendar of China has no more days: what lasts so long is told as lasting to here."""


class RecordFacts(NamedTuple):
    """What a vector tells of one record; days count from the anchor.

    Attributes:
        kind: kind of record.
        severity: its severity; None where the source says nothing, ``unclassed`` where it says something else.
        disputed: 1 where it was marked as disputed, else 0.
        day: the day from which its age counts.
        start: first day of disclosure.
        end: last day of disclosure; None where none was known.
        authority: number of its authority in the scope, ``OTHER``, or None where it names none.
        grade: number of a grade in the scope, or ``OTHER``; None of any other kind of record.
        issued: first day of a grade; None where none was given.
        expires: last day of a grade; None where none was given.
    """

    kind: str
    severity: str | None
    disputed: int
    day: int
    start: int
    end: int | None
    authority: int | None
    grade: int | None
    issued: int | None
    expires: int | None


class ConstraintFacts(NamedTuple):
    """What a vector tells of one joint constraint that was active; days count from the anchor.

    Attributes:
        platform: which of the platforms, by a number of this vector alone.
        category: number of its category in the scope, or ``OTHER``.
        verified: 1 where it was verified at the public source, else 0.
        start: the China day on which it took effect.
        end: the last China day on which it is active.
    """

    platform: int
    category: int
    verified: int
    start: int
    end: int


def order_of(told: RecordFacts) -> tuple[Any, ...]:
    """Return what records are sorted by, so that their order says nothing."""
    return tuple(
        [(value is not None, value or 0) if not isinstance(value, str) else (True, value) for value in told]
    )


def tell_record(record: Record, anchor: int, scope: Scope) -> RecordFacts:
    """Return what is told of one record."""
    detail, authority, end = record.detail, record.detail.authority, record.period.end_on
    grade = issued = expires = None
    if isinstance(detail, EvaluationDetail):
        grade = _number(scope.grades, (detail.scheme, detail.value))
        issued = _days(detail.issued_on, anchor)
        expires = _days(detail.valid_until_on, anchor)
    severity: str | None = record.severity
    if severity is None and record.severity_text is not None:
        severity = _UNCLASSED
    return RecordFacts(
        record.kind,
        severity,
        int(record.status is DisclosureStatus.DISPUTED),
        day_of(record) - anchor,
        record.period.start_on.toordinal() - anchor,
        _days(end, anchor),
        None if authority is None else _number(scope.authorities, authority),
        grade,
        issued,
        expires,
    )


def _number(listed: tuple[Any, ...], name: object) -> int:
    return listed.index(name) if name in listed else OTHER


def _days(day: date | None, anchor: int) -> int | None:
    return None if day is None else day.toordinal() - anchor


def signature_of_told(told: RecordFacts) -> int:
    """Return the signature of the record that it is told of."""
    status = DisclosureStatus.DISPUTED if told.disputed else DisclosureStatus.SHOWN
    severity = _SEVERITIES.get(told.severity or "")
    return SIGNATURE_OF[_KINDS[told.kind], severity, told.severity == _UNCLASSED, status]


def make_record(record_id: str, told: RecordFacts, anchor: int, scope: Scope) -> Record:
    """Return a record that stands for the one that it is told of."""
    kind, number = _KINDS[told.kind], told.authority
    authority = None if number is None else HIDDEN if number == OTHER else scope.authorities[number]
    return Record(
        record_id=record_id,
        version=0,
        kind=kind,
        catalogue=kind.value,
        severity=_SEVERITIES.get(told.severity or ""),
        severity_text=_UNCLASSED if told.severity == _UNCLASSED else None,
        status=DisclosureStatus.DISPUTED if told.disputed else DisclosureStatus.SHOWN,
        period=DisclosurePeriod(
            start_on=_date(anchor + told.start),
            end_on=None if told.end is None else _date(anchor + told.end),
        ),
        detail=detail_for(
            kind,
            on=_date(anchor + told.day),
            authority=authority,
            grade=_grade(told, anchor, authority, scope) if kind is RecordKind.EVALUATION else None,
        ),
    )


def _grade(told: RecordFacts, anchor: int, authority: str | None, scope: Scope) -> EvaluationDetail:
    number = OTHER if told.grade is None else told.grade
    scheme, value = (HIDDEN, HIDDEN) if number == OTHER else scope.grades[number]
    return EvaluationDetail(
        scheme=scheme,
        value=value,
        issued_on=None if told.issued is None else _date(anchor + told.issued),
        valid_until_on=None if told.expires is None else _date(anchor + told.expires),
        authority=authority,
    )


@lru_cache(maxsize=16_384)
def _date(ordinal: int) -> date:
    return date.fromordinal(ordinal)


def tell_constraints(
    constraints: Iterable[ActiveConstraint], *, at: datetime, anchor: int, scope: Scope
) -> tuple[ConstraintFacts, ...]:
    """Return what is told of the constraints that are active at an instant; their order says nothing."""
    by_platform: dict[str, list[tuple[int, int, int, int]]] = {}
    for one in constraints:
        if one.is_active(at):
            told = (
                _number(scope.categories, one.category),
                int(one.is_verified),
                china_ordinal(max(one.effective_from, _FIRST_INSTANT)) - anchor,
                china_ordinal(min(one.effective_until, _LAST_INSTANT) - _MOMENT) - anchor,
            )
            by_platform.setdefault(one.platform, []).append(told)
    several = sorted(sorted(facts) for facts in by_platform.values())
    return tuple(
        ConstraintFacts(number, *facts) for number, platform in enumerate(several) for facts in platform
    )


def make_constraints(told: Sequence[ConstraintFacts], *, anchor: int, scope: Scope) -> Constraints:
    """Return constraints that stand for those that were active, each for whole China days."""
    return tuple(
        ActiveConstraint(
            platform=f"{one.platform}",
            category=_NOBODYS if one.category == OTHER else scope.categories[one.category],
            effective_from=midnight(anchor + one.start),
            effective_until=midnight(anchor + one.end + 1),
            is_verified=bool(one.verified),
        )
        for one in told
    )
