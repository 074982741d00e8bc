"""Conditions compiled to closures: whether they hold, on which records, and until when.

A compiled condition answers two questions about a ``View``:

``test``
    The records it holds on (none, for conditions that rest on none), or None where it does not hold.
``until``
    The first instant at which it no longer holds *on what it holds on now*, by time alone: records end, ages
    cross their bounds at China midnight, grades run out. A record that comes to match only later does not
    prolong it, so nothing that rests on the answer outlives its grounds (invariant I3). ``view.at`` means that
    it does not hold now, ``NEVER`` that time alone does not end it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import chain
from typing import Final, NamedTuple, TypeAlias

from chengxin.policy.condition import (
    Condition,
    ConstraintCondition,
    EvaluationCondition,
    FactCondition,
    RecordCondition,
    walk,
)
from chengxin.policy.constraint import ActiveConstraint, Constraints
from chengxin.policy.facts import FactValue
from chengxin.policy.signature import ADVERSE, EVALUATIONS, UNCLASSED_KIND
from chengxin.records import (
    CHINA,
    EvaluationDetail,
    Record,
    RecordKind,
    Role,
    Standing,
    SubjectKind,
    start_of_china_day,
)

NEVER: Final = datetime.max.replace(tzinfo=UTC)
_LAST_DAY: Final = date.max.toordinal()
_DAY_OF_EVENT: Final = {
    RecordKind.PENALTY: "decided_on",
    RecordKind.LICENCE: "decided_on",
    RecordKind.SERIOUS_LISTING: "listed_on",
    RecordKind.ABNORMAL_LISTING: "listed_on",
    RecordKind.JUDGMENT_DEFAULT: "listed_on",
}


Signed: TypeAlias = tuple[int, Record, int]


class View(NamedTuple):
    """What conditions look at: the disclosed records and the circumstances, at one instant.

    ``signed`` holds each record with its signature and the day from which its age counts; ``today`` is the China day.
    Days are ordinals.
    """

    signed: Sequence[Signed]
    facts: Mapping[str, FactValue]
    role: Role
    subject_kind: SubjectKind
    standing: Standing
    at: datetime
    today: int
    constraints: Constraints = ()


Test: TypeAlias = Callable[[View], Sequence[Record] | None]
Until: TypeAlias = Callable[[View], datetime]
Match: TypeAlias = Callable[[View], list[Record]]
Ages: TypeAlias = Mapping[int, tuple[int, ...]]


class Predicate(NamedTuple):
    """A compiled condition."""

    test: Test
    until: Until


def china_ordinal(at: datetime) -> int:
    """Return the China day of an aware instant as an ordinal."""
    return at.astimezone(CHINA).toordinal()


def midnight(ordinal: int) -> datetime:
    """Return the first instant of a China day given as an ordinal; ``NEVER`` beyond the calendar."""
    return _midnight(ordinal) if ordinal <= _LAST_DAY else NEVER


@lru_cache(maxsize=8192)
def _midnight(ordinal: int) -> datetime:
    return start_of_china_day(date.fromordinal(ordinal))


def ends_at(record: Record) -> datetime | None:
    """Return the first instant at which a record is no longer disclosed, or None where none is known."""
    end_on = record.period.end_on
    return None if end_on is None else midnight(end_on.toordinal() + 1)


def has_event_day(kind: RecordKind) -> bool:
    """Tell whether records of a kind can have a day of their own from which their age counts."""
    return kind in _DAY_OF_EVENT


def day_of(record: Record) -> int:
    """Return the day from which the age of a record counts, as an ordinal.

    It is the day decided (行政处罚, 行政许可) or listed, else the first day disclosed.
    """
    field = _DAY_OF_EVENT.get(record.kind)
    day: date | None = getattr(record.detail, field) if field else None
    return (day or record.period.start_on).toordinal()


def grade_days(record: Record) -> tuple[int, int]:
    """Return the first day of a grade's validity and the first day after it, as ordinals."""
    detail = record.detail
    first = detail.issued_on if isinstance(detail, EvaluationDetail) else None
    last = detail.valid_until_on if isinstance(detail, EvaluationDetail) else None
    return first.toordinal() if first else 0, last.toordinal() + 1 if last else _LAST_DAY + 1


def compile_condition(condition: Condition) -> Predicate:
    """Return a condition as closures."""
    if not condition.children:
        return _plain(condition)
    children = tuple(compile_condition(child) for child in condition.children)
    if condition.none is not None:
        inner = [found for found, _ in walk(condition, "")]
        return _none(children, ages_of(inner), constraint_ages_of(inner))
    return _all(children) if condition.all is not None else _at_least(condition.needed, children)


def _plain(condition: Condition) -> Predicate:
    """Return a condition that holds no others."""
    if condition.record is not None:
        return _record(condition.record)
    if condition.evaluation is not None:
        return _evaluation(condition.evaluation)
    if condition.constraint is not None:
        return _constraint(condition.constraint)
    return _adverse() if condition.standing == Standing.ADVERSE else _constant(_circumstance(condition))


def _record(condition: RecordCondition) -> Predicate:
    needed = condition.count.at_least if condition.count else 1
    match = _matcher(condition)
    less_than = condition.age_days.less_than if condition.age_days else None

    def test(view: View) -> Sequence[Record] | None:
        found = match(view)
        return found if len(found) >= needed else None

    def until(view: View) -> datetime:
        return _nth_latest(needed, [stops_at(record, less_than) for record in match(view)], view.at)

    return Predicate(test, until)


def _matcher(condition: RecordCondition) -> Match:
    """Return what finds the records that match, looking no further into them than the condition asks."""
    wanted, age, authorities = condition.signatures, condition.age_days, frozenset(condition.authority or ())
    if age is None and not authorities:
        return lambda view: [record for signature, record, _ in view.signed if signature in wanted]
    low = -_LAST_DAY if age is None or age.at_least is None else age.at_least
    high = _LAST_DAY if age is None or age.less_than is None else age.less_than
    if not authorities:
        return lambda view: [
            record
            for signature, record, day in view.signed
            if signature in wanted and low <= view.today - day < high
        ]
    return lambda view: [
        record
        for signature, record, day in view.signed
        if signature in wanted and low <= view.today - day < high and record.authority in authorities
    ]


def stops_at(record: Record, less_than: int | None) -> datetime:
    """Return when a record no longer matches: at the end of its disclosure, or at the age that it must be less than."""
    disclosed = ends_at(record) or NEVER
    return disclosed if less_than is None else min(disclosed, midnight(day_of(record) + less_than))


def _evaluation(condition: EvaluationCondition) -> Predicate:
    scheme, values = condition.scheme, frozenset(condition.value)

    def match(view: View) -> Sequence[Record]:
        return [r for signature, r, _ in view.signed if signature in EVALUATIONS and is_graded(r, view.today)]

    def is_graded(record: Record, today: int) -> bool:
        detail = record.detail
        if not isinstance(detail, EvaluationDetail) or detail.scheme != scheme or detail.value not in values:
            return False
        first, over = grade_days(record)
        return first <= today < over

    def end(record: Record) -> datetime:
        return min(ends_at(record) or NEVER, midnight(grade_days(record)[1]))

    return Predicate(
        lambda view: match(view) or None,
        lambda view: _nth_latest(1, map(end, match(view)), view.at),
    )


def _adverse() -> Predicate:
    def match(view: View) -> Sequence[Record]:
        return [record for signature, record, _ in view.signed if signature in ADVERSE]

    return Predicate(
        lambda view: match(view) or None,
        lambda view: _nth_latest(1, (ends_at(record) or NEVER for record in match(view)), view.at),
    )


def _constraint(condition: ConstraintCondition) -> Predicate:
    needed = condition.platforms.at_least if condition.platforms else 1
    categories, age = frozenset(condition.category or ()), condition.age_days
    low = -_LAST_DAY if age is None or age.at_least is None else age.at_least
    high = _LAST_DAY if age is None or age.less_than is None else age.less_than

    def match(view: View) -> Iterable[ActiveConstraint]:
        for constraint in view.constraints:
            if (
                constraint.is_active(view.at)
                and (not categories or constraint.category in categories)
                and (condition.verified is None or constraint.is_verified is condition.verified)
                and low <= view.today - china_ordinal(constraint.effective_from) < high
            ):
                yield constraint

    def test(view: View) -> Sequence[Record] | None:
        return () if len({constraint.platform for constraint in match(view)}) >= needed else None

    def until(view: View) -> datetime:
        ends: dict[str, datetime] = {}
        for constraint in match(view):
            end = constraint.effective_until
            if high != _LAST_DAY:
                end = min(end, midnight(china_ordinal(constraint.effective_from) + high))
            ends[constraint.platform] = max(end, ends.get(constraint.platform, end))
        return _nth_latest(needed, ends.values(), view.at)

    return Predicate(test, until)


def constraint_changes(constraints: Constraints, bounds: Iterable[int]) -> Iterable[datetime]:
    """Yield the instants at which constraints begin, end or cross an age in days."""
    for constraint in constraints:
        yield constraint.effective_from
        yield constraint.effective_until
        day = china_ordinal(constraint.effective_from)
        yield from (midnight(day + bound) for bound in bounds)


def constraint_ages_of(conditions: Iterable[Condition]) -> frozenset[int]:
    """Return the ages in days at which some condition on constraints may change its answer."""
    ages = [c.constraint.age_days for c in conditions if c.constraint is not None and c.constraint.age_days]
    return frozenset(bound for age in ages for bound in (age.at_least, age.less_than) if bound is not None)


def _circumstance(condition: Condition) -> Callable[[View], bool]:
    """Return the test of a condition that no end of a record makes false: fact, role, kind, good standing."""
    if condition.fact is not None:
        return _compare(condition.fact)
    if condition.standing is not None:
        return lambda view: view.standing is Standing.NO_ADVERSE_RECORD
    if condition.role is not None:
        roles = frozenset(condition.role)
        return lambda view: view.role in roles
    kinds = frozenset(condition.subject_kind or ())
    return lambda view: view.subject_kind in kinds


def _compare(condition: FactCondition) -> Callable[[View], bool]:
    name = condition.name
    return lambda view: compares(condition, view.facts.get(name))


def compares(condition: FactCondition, fact: FactValue | None) -> bool:
    """Tell whether a fact is as a condition wants it.

    One that is not given, or is of another type, compares to nothing: it is never guessed.
    """
    expected = condition.equals
    if expected is not None:
        return type(fact) is type(expected) and fact == expected
    low, high = condition.at_least, condition.less_than
    return type(fact) is int and (low is None or low <= fact) and (high is None or fact < high)


def _constant(holds: Callable[[View], bool]) -> Predicate:
    return Predicate(
        lambda view: () if holds(view) else None,
        lambda view: NEVER if holds(view) else view.at,
    )


def _all(children: Sequence[Predicate]) -> Predicate:
    def test(view: View) -> Sequence[Record] | None:
        grounds: list[Record] = []
        for child in children:
            found = child.test(view)
            if found is None:
                return None
            grounds.extend(found)
        return grounds

    return Predicate(test, lambda view: min(child.until(view) for child in children))


def _at_least(needed: int, children: Sequence[Predicate]) -> Predicate:
    def test(view: View) -> Sequence[Record] | None:
        holding = [found for child in children if (found := child.test(view)) is not None]
        return [record for found in holding for record in found] if len(holding) >= needed else None

    return Predicate(test, lambda view: _nth_latest(needed, (c.until(view) for c in children), view.at))


def _none(children: Sequence[Predicate], ages: Ages, constraint_ages: frozenset[int]) -> Predicate:
    def test(view: View) -> Sequence[Record] | None:
        return () if all(child.test(view) is None for child in children) else None

    def until(view: View) -> datetime:
        """Look at each instant at which time alone changes something: here a later match does end it."""
        if test(view) is None:
            return view.at
        candidates = chain(record_changes(view, ages), constraint_changes(view.constraints, constraint_ages))
        changes = {change for change in candidates if view.at < change < NEVER}
        return next((at for at in sorted(changes) if test(later(view, at)) is None), NEVER)

    return Predicate(test, until)


def ages_of(conditions: Iterable[Condition]) -> Ages:
    """Return, by signature, the ages in days at which one of these may change its answer, ascending."""
    ages: dict[int, set[int]] = {}
    for record in (condition.record for condition in conditions):
        if record is not None and record.age_days is not None:
            bounds = {record.age_days.at_least, record.age_days.less_than} - {None}
            for signature in record.signatures:
                ages.setdefault(signature, set()).update(bound for bound in bounds if bound is not None)
    return {signature: tuple(sorted(bounds)) for signature, bounds in ages.items()}


def record_changes(view: View, ages: Ages) -> Iterable[datetime]:
    """Yield the instants at which records end, cross an age in days, or begin or end as grades."""
    for signature, record, day_of_event in view.signed:
        yield ends_at(record) or NEVER
        days = [day_of_event + age for age in ages.get(signature, ())]
        if signature in EVALUATIONS:
            days.extend(grade_days(record))
        yield from (midnight(day) for day in days if day > view.today)


def later(view: View, at: datetime) -> View:
    """Return the view of a later instant, if nothing but time changes it."""
    signed = [one for one in view.signed if (ends_at(one[1]) or NEVER) > at]
    standing = Standing.NO_ADVERSE_RECORD
    if any(signature in ADVERSE for signature, _, _ in signed):
        standing = Standing.ADVERSE
    elif any(signature in UNCLASSED_KIND for signature, _, _ in signed):
        standing = Standing.UNKNOWN
    return view._replace(signed=signed, standing=standing, at=at, today=china_ordinal(at))


def _nth_latest(needed: int, ends: Iterable[datetime], at: datetime) -> datetime:
    """Return the instant at which fewer than ``needed`` are left; ``at`` where there are fewer now."""
    latest_first = sorted(ends, reverse=True)
    return latest_first[needed - 1] if len(latest_first) >= needed else at
