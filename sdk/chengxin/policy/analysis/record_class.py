"""Records as a policy tells them apart: two records of one class are the same to every condition.

A class is the set of predicates that a record matches. Every combination of what predicates look at is tried (kind,
severity, dispute, authority, age, time disclosed, grade), so no class is missed and none is made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from typing import Final, NamedTuple

from chengxin.policy.condition import AgeRange, Condition, RecordCondition
from chengxin.policy.predicate import day_of, grade_days, has_event_day
from chengxin.policy.signature import ADVERSE, EVALUATIONS, SIGNATURE_OF, UNCLASSED_KIND, kinds_of
from chengxin.policy.stand_in import detail_for
from chengxin.policy.wording import KINDS
from chengxin.records import (
    ADVERSE_KINDS,
    DisclosurePeriod,
    DisclosureStatus,
    EvaluationDetail,
    Record,
    RecordKind,
    Severity,
)

_FIRST_DAY: Final = date(1949, 10, 1)
_SHOWN_FOR: Final = timedelta(days=90)
_OTHER_WORDS: Final = "其他"


class Grade(NamedTuple):
    """A grade under a scheme, and the values that a condition asks for."""

    scheme: str
    values: frozenset[str]


class RecordPredicate(NamedTuple):
    """What a condition asks of one record.

    Attributes:
        signatures: the signatures that match.
        authorities: the authorities that match; empty means any.
        low: least age in days; None means any.
        high: first age in days that no longer matches; None means any.
        grade: the grade asked for, valid on the day; None where none is.
        disclosed_below: first number of days disclosed that no longer matches; None means any.
    """

    signatures: frozenset[int]
    authorities: frozenset[str] = frozenset()
    low: int | None = None
    high: int | None = None
    grade: Grade | None = None
    disclosed_below: int | None = None

    def matches(self, record: Record, on: date) -> bool:
        """Tell whether a record that is disclosed on a China day matches."""
        today = on.toordinal()
        age, disclosed = today - day_of(record), today - record.period.start_on.toordinal()
        return (
            signature_of(record) in self.signatures
            and (not self.authorities or record.authority in self.authorities)
            and (self.low is None or age >= self.low)
            and (self.high is None or age < self.high)
            and (self.grade is None or _is_graded(record, self.grade, today))
            and (self.disclosed_below is None or disclosed < self.disclosed_below)
        )

    def young(self, days: int) -> RecordPredicate:
        """Return the predicate that matches only what has been disclosed for fewer days."""
        return self._replace(disclosed_below=days)


IS_ADVERSE: Final = RecordPredicate(ADVERSE)
IS_UNCLASSED: Final = RecordPredicate(UNCLASSED_KIND)


def predicate_of(condition: Condition) -> RecordPredicate | None:
    """Return what a plain condition asks of records, or None where it asks nothing of them."""
    if condition.record is not None:
        return _of_record(condition.record)
    if condition.evaluation is not None:
        wanted = condition.evaluation
        return RecordPredicate(EVALUATIONS, grade=Grade(wanted.scheme, frozenset(wanted.value)))
    return IS_ADVERSE if condition.standing is not None else None


def _of_record(condition: RecordCondition) -> RecordPredicate:
    age = condition.age_days or AgeRange.model_construct()
    return RecordPredicate(
        condition.signatures, frozenset(condition.authority or ()), age.at_least, age.less_than
    )


def signature_of(record: Record) -> int:
    """Return the signature of a disclosed record."""
    return SIGNATURE_OF[record.kind, record.severity, record.severity_text is not None, record.status]


def _is_graded(record: Record, grade: Grade, today: int) -> bool:
    detail = record.detail
    if not isinstance(detail, EvaluationDetail):
        return False
    first, over = grade_days(record)
    return detail.scheme == grade.scheme and detail.value in grade.values and first <= today < over


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordClass:
    """Records that are the same to every condition.

    Attributes:
        matched: numbers of the predicates that its records match.
        example: the most usual record of the class.
        is_adverse: whether its records are adverse.
    """

    matched: frozenset[int]
    example: Record
    is_adverse: bool


def record_classes(predicates: Sequence[RecordPredicate], on: date) -> list[RecordClass]:
    """Return the classes of records of which some predicate matches one, each with its most usual record.

    Args:
        predicates: what conditions ask of records.
        on: the China day on which they look.
    """
    usual: dict[frozenset[int], tuple[int, Record]] = {}
    for kind in RecordKind:
        # A predicate that no record of the kind can match says nothing of what to tell apart among them.
        asking = [p for p in predicates if kind in kinds_of(p.signatures)]
        for oddity, record in _records(kind, asking, on):
            matched = frozenset(n for n, predicate in enumerate(predicates) if predicate.matches(record, on))
            if matched and (matched not in usual or oddity < usual[matched][0]):
                usual[matched] = oddity, record
    ordered = sorted(usual.items(), key=lambda item: min(item[0]))
    return [
        RecordClass(matched=matched, example=record, is_adverse=record.is_adverse)
        for matched, (_, record) in ordered
    ]


def usual_adverse(predicates: Sequence[RecordPredicate], on: date) -> Iterator[tuple[Record, frozenset[int]]]:
    """Yield adverse records that the source classes as it usually does and that nobody disputes, and what they match.

    A penalty has one of the three severities or none; a listing has none.
    """
    for kind in sorted(ADVERSE_KINDS):
        asking = [p for p in predicates if kind in kinds_of(p.signatures)]
        for _, record in _records(kind, asking, on):
            is_classed = record.severity_text is None and (
                kind is RecordKind.PENALTY or record.severity is None
            )
            if is_classed and not record.is_disputed:
                yield record, frozenset(n for n, p in enumerate(predicates) if p.matches(record, on))


class Step(NamedTuple):
    """An adverse record in the place of one that is classed one step less grave, or of none.

    Attributes:
        milder: the less grave record; None where the other is added.
        before: numbers of the predicates that it matches.
        worse: the graver record.
        after: numbers of the predicates that it matches.
    """

    milder: Record | None
    before: frozenset[int]
    worse: Record
    after: frozenset[int]


def graver(predicates: Sequence[RecordPredicate], on: date) -> list[Step]:
    """Return the steps from a severity to the next graver one that predicates tell apart, each by a usual record."""
    following = {Severity.MINOR: Severity.GENERAL, Severity.GENERAL: Severity.SERIOUS}
    found: dict[tuple[frozenset[int], frozenset[int]], tuple[int, Step]] = {}
    for kind in sorted(ADVERSE_KINDS):
        asking = [p for p in predicates if kind in kinds_of(p.signatures)]
        for oddity, record in _records(kind, asking, on):
            if record.severity not in following:
                continue
            worse = replace(record, severity=following[record.severity])
            before, after = (
                frozenset(n for n, p in enumerate(predicates) if p.matches(one, on))
                for one in (record, worse)
            )
            known = found.get((before, after))
            if before != after and (known is None or oddity < known[0]):
                found[before, after] = oddity, Step(record, before, worse, after)
    return [step for _, step in found.values()]


def _records(kind: RecordKind, asking: Sequence[RecordPredicate], on: date) -> Iterator[tuple[int, Record]]:
    """Yield a record of each combination of what predicates look at, with how unusual it is."""
    authorities: list[str | None] = [None, *sorted({name for p in asking for name in p.authorities})]
    severities = [(s, None) for s in (None, *Severity)] + [(None, _OTHER_WORDS)]
    statuses = (DisclosureStatus.SHOWN, DisclosureStatus.DISPUTED)
    for (severity, words), status, authority, (age, disclosed), (grade_oddity, grade) in product(
        severities, statuses, authorities, _days(kind, asking, on), _grades(kind, asking)
    ):
        is_classed = severity is not None and words is None
        oddity = (
            grade_oddity
            + 4 * (is_classed != (kind is RecordKind.PENALTY))
            + 2 * (words is not None)
            + (status is DisclosureStatus.DISPUTED)
            + (authority is not None)
        )
        decided_on = on - timedelta(days=age)
        graded = (
            None
            if grade is None
            else EvaluationDetail(scheme=grade[0], value=grade[1], issued_on=on, authority=authority)
        )
        detail = detail_for(kind, on=decided_on, authority=authority, grade=graded)
        start_on = on - timedelta(days=disclosed)
        yield (
            oddity,
            Record(
                record_id="-",
                version=1,
                kind=kind,
                catalogue=KINDS[kind].zh,
                severity=severity,
                severity_text=words,
                status=status,
                period=DisclosurePeriod(start_on=start_on, end_on=on + _SHOWN_FOR),
                detail=detail,
            ),
        )


def _days(kind: RecordKind, asking: Sequence[RecordPredicate], on: date) -> Iterator[tuple[int, int]]:
    """Yield ages and numbers of days disclosed, one for each that predicates tell apart.

    Where a kind has no day of its own its age counts from the first day disclosed, so that both are one number.
    """
    ages = {bound for p in asking for bound in (p.low, p.high) if bound is not None}
    disclosed = {p.disclosed_below for p in asking if p.disclosed_below is not None}
    longest = (on - _FIRST_DAY).days
    if not has_event_day(kind):
        for days in sorted({0, *ages, *disclosed}):
            if 0 <= days <= longest:
                yield days, days
        return
    starts = sorted({0, *(days for days in disclosed if days <= longest)})
    for age in sorted({*ages, min([0, *(bound - 1 for bound in ages)])}):
        for index, least in enumerate(starts):
            most = starts[index + 1] - 1 if index + 1 < len(starts) else longest
            yield age, min(max(age, least), most)


def _grades(
    kind: RecordKind, asking: Sequence[RecordPredicate]
) -> Iterator[tuple[int, tuple[str, str] | None]]:
    if kind is not RecordKind.EVALUATION:
        yield 0, None
        return
    wanted = [p.grade for p in asking if p.grade is not None]
    for scheme in sorted({grade.scheme for grade in wanted}):
        for value in sorted({v for grade in wanted if grade.scheme == scheme for v in grade.values}):
            yield 0, (scheme, value)
    yield 1, (_unlike(grade.scheme for grade in wanted), _OTHER_WORDS)


def _unlike(words: Iterable[str]) -> str:
    word, taken = _OTHER_WORDS, set(words)
    while word in taken:
        word += _OTHER_WORDS
    return word
