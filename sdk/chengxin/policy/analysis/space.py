"""The finite space of cases that policies tell apart: who a subject is, what it has, what the platform knows of it.

Every subject is in exactly one case (``Space.locate``), every case has an example (``Space.example``), and policies
give to a subject what they give to the example of its case. So what is found of all cases is found of all subjects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Final, TypeAlias

from chengxin.identifiers import Uscc
from chengxin.policy.analysis.exploration import Domain
from chengxin.policy.analysis.fact_value import FactDomain, FactVariable
from chengxin.policy.analysis.formula import FALSE, TRUE, Algebra, Formula
from chengxin.policy.analysis.platform_class import (
    ConstraintPredicate,
    PlatformClass,
    matched_by_platform,
    platform_classes,
)
from chengxin.policy.analysis.record_class import (
    IS_ADVERSE,
    IS_UNCLASSED,
    RecordClass,
    RecordPredicate,
    predicate_of,
    record_classes,
)
from chengxin.policy.condition import Condition, FactCondition, walk
from chengxin.policy.constraint import Constraints
from chengxin.policy.document import PolicyDocument, Rule
from chengxin.policy.facts import PYTHON_TYPE, FactType, FactValue, PlatformFacts
from chengxin.policy.instant import as_utc
from chengxin.policy.measure import Direction
from chengxin.records import (
    CHINA,
    CreditAnswer,
    CreditStatus,
    Record,
    Role,
    Standing,
    Subject,
    SubjectKind,
    show,
)

Values: TypeAlias = tuple[int, ...]
"""A case: the value of each variable, in order."""

_CODES: Final = {
    SubjectKind.ENTERPRISE: Uscc("91350100M000100Y43"),
    SubjectKind.SOLE_TRADER: Uscc("92350100MA00000051"),
    SubjectKind.ORGANISATION: Uscc("N2110108MF01ABCD18"),
    SubjectKind.PERSON: None,
}
"""Lawful codes that nobody holds."""
_RECORD_COST: Final = 100
_LIFE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A subject of one case, with all that an evaluation takes.

    Attributes:
        status: what is known of it.
        facts: what the platform knows.
        role: its role on the platform.
        constraints: constraints of other platforms that it is under.
        at: the instant of the case.
    """

    status: CreditStatus
    facts: Mapping[str, FactValue]
    role: Role
    constraints: Constraints
    at: datetime

    def facts_of(self, document: PolicyDocument) -> PlatformFacts:
        """Return the facts that a policy declares, of the type that it declares."""
        declared = {name: PYTHON_TYPE[fact.type] for name, fact in document.facts.items()}
        return PlatformFacts({n: value for n, value in self.facts.items() if declared.get(n) is type(value)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Everything that some policies tell apart on one China day.

    Attributes:
        on: the China day.
        algebra: formulas over the variables.
        domains: the variables, in order: who, each fact, each class of records, each class of platforms.
        who: the kinds and roles that are told apart, each by its examples, the most usual first.
        facts: the facts.
        records: the classes of records.
        platforms: the classes of platforms.
    """

    on: date
    algebra: Algebra
    domains: Sequence[Domain]
    who: Sequence[Sequence[tuple[SubjectKind, Role]]]
    facts: Sequence[FactVariable]
    records: Sequence[RecordClass]
    platforms: Sequence[PlatformClass]
    _predicates: Mapping[RecordPredicate, int]
    _constraint_predicates: Mapping[ConstraintPredicate, int]

    @classmethod
    def of(cls, documents: Iterable[PolicyDocument], *, on: date) -> Space:
        """Return the space of cases that policies tell apart.

        Args:
            documents: the policies.
            on: the China day on which they are looked at.
        """
        return _build(list(documents), on)

    @property
    def at(self) -> datetime:
        """An instant on the day, aware UTC."""
        return as_utc(datetime.combine(self.on, time(12), tzinfo=CHINA))

    def is_person(self) -> Formula:
        """Return the formula that the subject is a natural person, as an anchor is (令117)."""
        persons = [n for n, pairs in enumerate(self.who) if _is_person(*pairs[0])]
        return self._choice(0, persons, len(self.who))

    def is_known(self) -> Formula:
        """Return the formula that the standing is known: something adverse is shown, or nothing unclassed."""
        negate, count = self.algebra.negate, self._count
        return self.algebra.any_of([count(IS_ADVERSE, 1), negate(count(IS_UNCLASSED, 1))])

    def formula(self, condition: Condition, document: PolicyDocument) -> Formula:
        """Return a condition of a policy as a formula; it holds in a case exactly where the condition does."""
        parts = [self.formula(child, document) for child in condition.children]
        if condition.none is not None:
            return self.algebra.negate(self.algebra.any_of(parts))
        if parts:
            return self.algebra.some_of(condition.needed, parts)
        return self._plain(condition, document)

    def young(self, condition: Condition, document: PolicyDocument, days: int) -> Formula:
        """Return the formula that a condition holds on some record that has been disclosed for fewer days."""
        holds = self.formula(condition, document)
        if condition.none is not None:
            return FALSE
        if condition.children:
            young = (self.young(child, document, days) for child in condition.children)
            return self.algebra.all_of([holds, self.algebra.any_of(young)])
        predicate = predicate_of(condition)
        if predicate is None or condition.standing == Standing.NO_ADVERSE_RECORD:
            return FALSE
        return self.algebra.all_of([holds, self._count(predicate.young(days), 1)])

    def locate(
        self,
        status: CreditStatus,
        *,
        facts: Mapping[str, FactValue],
        role: Role,
        constraints: Constraints = (),
        most: Sequence[int] | None = None,
    ) -> Values:
        """Return the case that a subject is in, for a status of this day.

        Args:
            status: what is known of the subject. Where nothing is, it is in the case of one whose records nobody can
                class: to every policy the two are the same.
            facts: what the platform knows.
            role: its role.
            constraints: constraints of other platforms.
            most: the highest value of each variable; more than that makes no difference.
        """
        bound = most or [domain.values - 1 for domain in self.domains]
        pair = (status.subject.kind, role)
        values = [next(n for n, pairs in enumerate(self.who) if pair in pairs)]
        values += [variable.number_of(facts) for variable in self.facts]
        matched = [self._matched(record) for record in status.records]
        if status.standing is Standing.UNKNOWN:
            matched.append(frozenset({self._predicates[IS_UNCLASSED]}))
        values += [matched.count(one.matched) for one in self.records]
        active = [constraint for constraint in constraints if constraint.is_active(status.shown_at)]
        by_platform = list(matched_by_platform(active, list(self._constraint_predicates), self.on).values())
        values += [by_platform.count(one.matched) for one in self.platforms]
        return tuple(min(value, most_) for value, most_ in zip(values, bound, strict=True))

    def example(self, values: Values) -> Example:
        """Return a subject that is in a case, the most usual one."""
        pairs, rest = self.who[values[0]], values[1:]
        kind, role = pairs[0]
        numbers, rest = rest[: len(self.facts)], rest[len(self.facts) :]
        counts, platforms = rest[: len(self.records)], rest[len(self.records) :]
        facts = {
            variable.name: value
            for variable, number in zip(self.facts, numbers, strict=True)
            if (value := variable.example_of(number)) is not None
        }
        records = [one.example for one, count in zip(self.records, counts, strict=True) for _ in range(count)]
        named = tuple(replace(record, record_id=f"R{n}") for n, record in enumerate(records, start=1))
        return Example(
            status=self._status(Subject(kind=kind, code=_CODES[kind]), named),
            facts=facts,
            role=role,
            constraints=self._constraints(platforms),
            at=self.at,
        )

    def predicates(self) -> list[RecordPredicate]:
        """Return what conditions ask of records, by number."""
        return list(self._predicates)

    def _status(self, subject: Subject, records: tuple[Record, ...]) -> CreditStatus:
        answer = CreditAnswer(
            subject=subject, registered=True, records=records, as_of=self.at, source="-", snapshot_id="-"
        )
        return show(answer, at=self.at, fetched_at=self.at, fresh_until=self.at + _LIFE)

    def _constraints(self, counts: Values) -> Constraints:
        several = [one for one, count in zip(self.platforms, counts, strict=True) for _ in range(count)]
        return tuple(
            replace(constraint, platform=f"P{n}")
            for n, one in enumerate(several, start=1)
            for constraint in one.examples
        )

    def _matched(self, record: Record) -> frozenset[int]:
        return frozenset(
            number for predicate, number in self._predicates.items() if predicate.matches(record, self.on)
        )

    def _count(self, predicate: RecordPredicate, need: int) -> Formula:
        return self.algebra.count(self._predicates[predicate], need)

    def _choice(self, variable: int, values: Iterable[int], of: int) -> Formula:
        chosen = set(values)
        return TRUE if len(chosen) == of else self.algebra.choice(variable, chosen)

    def _plain(self, condition: Condition, document: PolicyDocument) -> Formula:
        predicate = predicate_of(condition)
        if predicate is not None:
            need = condition.record.count.at_least if condition.record and condition.record.count else 1
            found = self._count(predicate, need)
            is_good = condition.standing == Standing.NO_ADVERSE_RECORD
            return self.algebra.negate(found) if is_good else found
        if condition.constraint is not None:
            number = self._constraint_predicates[ConstraintPredicate.of(condition.constraint)]
            platforms = condition.constraint.platforms
            need = platforms.at_least if platforms else 1
            return self.algebra.count(len(self._predicates) + number, need)
        if condition.fact is not None:
            index = [variable.name for variable in self.facts].index(condition.fact.name)
            fact_type = document.facts[condition.fact.name].type
            return self.algebra.choice(1 + index, self.facts[index].suiting(condition.fact, fact_type))
        suiting = [n for n, pairs in enumerate(self.who) if _suits(condition, *pairs[0])]
        return self._choice(0, suiting, len(self.who))


def terms_over(document: PolicyDocument, rule: Rule, on: date) -> set[int]:
    """Return the longest durations, in days, of restrictions of a rule that can be over on a China day."""
    entries = [document.catalogue[code] for code in rule.measures]
    longest = {entry.longest_days for entry in entries if entry.direction is Direction.RESTRICT}
    applied_for = (on - document.terms_on).days
    return {days for days in longest if days is not None and days <= applied_for}


def _young(documents: Iterable[PolicyDocument], on: date) -> Iterator[RecordPredicate]:
    for document in documents:
        for rule in document.rules:
            for days in sorted(terms_over(document, rule, on)):
                for condition, _ in walk(rule.when, ""):
                    predicate = predicate_of(condition)
                    if predicate is not None:
                        yield predicate.young(days)


def _build(documents: Sequence[PolicyDocument], on: date) -> Space:
    conditions = [
        (condition, document)
        for document in documents
        for rule in document.rules
        for condition, _ in walk(rule.when, "")
        if not condition.children
    ]
    plain = [condition for condition, _ in conditions]
    asked = dict.fromkeys([IS_ADVERSE, IS_UNCLASSED, *filter(None, map(predicate_of, plain))])
    asked |= dict.fromkeys(_young(documents, on))
    predicates = {predicate: number for number, predicate in enumerate(asked)}
    constraint_predicates = {
        predicate: number
        for number, predicate in enumerate(
            dict.fromkeys(ConstraintPredicate.of(c.constraint) for c in plain if c.constraint)
        )
    }
    who, facts = _who(plain), _facts(conditions)
    records = record_classes(list(predicates), on)
    platforms = platform_classes(list(constraint_predicates), on)
    first = 1 + len(facts)
    counted = [[first + n for n, one in enumerate(records) if p in one.matched] for p in predicates.values()]
    first += len(records)
    counted += [
        [first + n for n, one in enumerate(platforms) if p in one.matched]
        for p in constraint_predicates.values()
    ]
    most = _most(plain, predicates, constraint_predicates)
    offset = len(predicates)
    return Space(
        on=on,
        algebra=Algebra(counted),
        domains=[
            Domain(len(who), lambda value: 2 * bool(value)),
            *(Domain(variable.values, bool) for variable in facts),
            *(_counts(max(most[p] for p in one.matched)) for one in records),
            *(_counts(max(most[offset + p] for p in one.matched)) for one in platforms),
        ],
        who=who,
        facts=facts,
        records=records,
        platforms=platforms,
        _predicates=predicates,
        _constraint_predicates=constraint_predicates,
    )


def _counts(most: int) -> Domain:
    return Domain(most + 1, lambda value: value * _RECORD_COST)


def _most(
    plain: Iterable[Condition],
    predicates: Mapping[RecordPredicate, int],
    constraint_predicates: Mapping[ConstraintPredicate, int],
) -> list[int]:
    """Return, for each predicate, beyond how many it makes no difference; one more tells what one more would do."""
    most = [1] * (len(predicates) + len(constraint_predicates))
    for condition in plain:
        if condition.record is not None and condition.record.count is not None:
            predicate = predicate_of(condition)
            if predicate is not None:
                most[predicates[predicate]] = max(
                    most[predicates[predicate]], condition.record.count.at_least
                )
        if condition.constraint is not None and condition.constraint.platforms is not None:
            number = len(predicates) + constraint_predicates[ConstraintPredicate.of(condition.constraint)]
            most[number] = max(most[number], condition.constraint.platforms.at_least)
    return most


def _who(plain: Iterable[Condition]) -> list[list[tuple[SubjectKind, Role]]]:
    asking = [c for c in plain if c.role is not None or c.subject_kind is not None]
    classes: dict[tuple[bool, ...], list[tuple[SubjectKind, Role]]] = {}
    for kind, role in product(SubjectKind, Role):
        answers = (_is_person(kind, role), *(_suits(condition, kind, role) for condition in asking))
        classes.setdefault(answers, []).append((kind, role))
    return list(classes.values())


def _facts(conditions: Iterable[tuple[Condition, PolicyDocument]]) -> list[FactVariable]:
    asked: dict[str, dict[FactType, list[FactCondition]]] = {}
    for condition, document in conditions:
        if (fact := condition.fact) is not None:
            fact_type = document.facts[fact.name].type
            asked.setdefault(fact.name, {}).setdefault(fact_type, []).append(fact)
    return [
        FactVariable(
            name=name,
            domains=tuple(FactDomain.of(name, fact_type, several) for fact_type, several in by_type.items()),
        )
        for name, by_type in asked.items()
    ]


def _is_person(kind: SubjectKind, role: Role) -> bool:
    return kind is SubjectKind.PERSON or role is Role.ANCHOR


def _suits(condition: Condition, kind: SubjectKind, role: Role) -> bool:
    if condition.role is not None:
        return role in condition.role
    return condition.subject_kind is not None and kind in condition.subject_kind
