"""A policy as it evaluates: status, facts, role and instant in, treatment out. Pure, total, deterministic.

Conditions are compiled to closures and rules are indexed by the kinds of records they cannot do without, so
that an evaluation looks at the rules that can fire and at no others. Nothing depends on the order of records.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, TypeAlias

from chengxin.canonical import digest
from chengxin.errors import InvalidPolicy, InvalidRecord
from chengxin.policy.check import check_document
from chengxin.policy.condition import Condition, walk
from chengxin.policy.document import Combine, PolicyDocument
from chengxin.policy.facts import PYTHON_TYPE, FactValue, PlatformFacts
from chengxin.policy.measure import Ground, Measure, PolicyRef, SettingEffect
from chengxin.policy.predicate import NEVER, View, day_of, ends_at, grade_days, midnight
from chengxin.policy.rule import CompiledRule, Given, compile_rule
from chengxin.policy.suggestion import suggest
from chengxin.policy.text import Text
from chengxin.policy.treatment import Reason, Review, Treatment, UnknownMode
from chengxin.records import (
    CreditStatus,
    Record,
    RecordKind,
    Role,
    Standing,
    SubjectKind,
    china_day,
    end_of_china_day,
    start_of_china_day,
)

_BIT: Final = {kind: 1 << position for position, kind in enumerate(RecordKind)}
_EVALUATION: Final = _BIT[RecordKind.EVALUATION]

_Proposal: TypeAlias = tuple[Given, tuple[Ground, ...], datetime]
_SettingMap: TypeAlias = Mapping[str, int | bool | str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Policy:
    """A policy that is ready to evaluate; ``parse_policy`` and ``compile_policy`` make it.

    Attributes:
        ref: its name, version and digest.
        document: what its owner wrote.
        starts_at: first instant at which it applies, aware UTC.
        ends_at: first instant at which it no longer applies, aware UTC; the end of time where none is set.
        unknown_modes: the declared actions, each with its mode for the unknown; read-only.
        defaults: the declared settings with their defaults; read-only.
    """

    ref: PolicyRef
    document: PolicyDocument = field(repr=False)
    starts_at: datetime
    ends_at: datetime
    unknown_modes: Mapping[str, UnknownMode] = field(repr=False)
    defaults: _SettingMap = field(repr=False)
    _tiers: tuple[tuple[str, Text], ...] = field(repr=False)
    _default_rank: int = field(repr=False)
    _combine_by_max: frozenset[str] = field(repr=False)
    _rules_by_kinds: tuple[tuple[CompiledRule, ...], ...] = field(repr=False)
    _ages: Mapping[RecordKind, tuple[int, ...]] = field(repr=False)
    _uses_grades: bool = field(repr=False)

    def platform_facts(self, values: Mapping[str, FactValue]) -> PlatformFacts:
        """Return platform facts, checked against what the policy declares.

        Raises:
            InvalidRecord: a fact is not declared, or is of another type than declared.
        """
        declared = self.document.facts
        for name, value in values.items():
            if name not in declared:
                raise InvalidRecord(
                    f"The policy {self.ref.name!r} declares no fact {name!r}. {suggest(name, declared)}"
                )
            if type(value) is not PYTHON_TYPE[declared[name].type]:
                raise InvalidRecord(
                    f"The platform fact {name!r} is declared as {declared[name].type} and given as "
                    f"{type(value).__name__}. Convert it, or leave it out where it is not known."
                )
        return PlatformFacts(values)

    def evaluate(self, status: CreditStatus, *, facts: PlatformFacts, role: Role, at: datetime) -> Treatment:
        """Return the treatment that a status gives at ``at``.

        A status that is unknown, or not valid at ``at``, gives neither tier nor measures of either direction
        (invariant I2). So does a policy that is not in force, but with the default tier. A natural person, and
        an anchor, who is one, gets no tier and no automatic restriction: reviews instead (I8).

        Where several rules give the same restriction it is given once, by the rule whose grounds last longest
        (of equals the one that the document lists first); the others stay among the reasons.

        Args:
            status: what is known of the subject; every record in it is disclosed while it is valid.
            facts: what the platform knows, from ``platform_facts``.
            role: role of the subject on the platform.
            at: the instant, aware.
        """
        if at.tzinfo is not UTC:
            at = _utc(at)
        if status.standing is Standing.UNKNOWN or not status.is_valid(at):
            return self._unmeasured(status, at, Standing.UNKNOWN, is_graded=False)
        kind = status.subject.kind
        is_person = kind is SubjectKind.PERSON or role is Role.ANCHOR
        if not self.starts_at <= at < self.ends_at:
            return self._unmeasured(status, at, status.standing, is_graded=not is_person)
        view, mask = _look(status, facts, role, at)
        rank, proposals, reasons, reviews = self._propose(view, mask, is_person)
        valid_until = self._valid_until(status, view, mask, proposals.values())
        measures = tuple(
            given.make(kind, grounds, at, ends if given.restricts else valid_until)
            for given, grounds, ends in proposals.values()
        )
        tier, title = (None, None) if is_person else self._tiers[rank]
        return Treatment(
            subject=status.subject,
            policy=self.ref,
            standing=status.standing,
            tier=tier,
            tier_title=title,
            measures=measures,
            settings=self._settings(measures) if measures else self.defaults,
            reviews=tuple(reviews),
            reasons=tuple(reasons),
            evaluated_at=at,
            valid_until=valid_until,
            unknown_modes=self.unknown_modes,
        )

    def _unmeasured(
        self, status: CreditStatus, at: datetime, standing: Standing, *, is_graded: bool
    ) -> Treatment:
        """Return the treatment that does nothing, until the status or the policy changes."""
        tier, title = self._tiers[self._default_rank] if is_graded else (None, None)
        change = self.starts_at if at < self.starts_at else self.ends_at if at < self.ends_at else NEVER
        return Treatment(
            subject=status.subject,
            policy=self.ref,
            standing=standing,
            tier=tier,
            tier_title=title,
            measures=(),
            settings=self.defaults,
            reviews=(),
            reasons=(),
            evaluated_at=at,
            valid_until=min(status.valid_until, change) if status.is_valid(at) else at,
            unknown_modes=self.unknown_modes,
        )

    def _propose(
        self, view: View, mask: int, is_person: bool
    ) -> tuple[int, dict[str, _Proposal], list[Reason], list[Review]]:
        """Run the rules that can fire: worst tier, measures by code, reasons, reviews."""
        rank, proposals = -1, dict[str, _Proposal]()
        reasons: list[Reason] = []
        reviews: list[Review] = []
        for rule in self._rules_by_kinds[mask]:
            plan = rule.for_persons if is_person else rule.for_others
            records = rule.test(view) if plan else None
            if plan is None or records is None:
                continue
            rank = max(rank, plan.rank)
            grounds = _grounds(records) if records else ()
            record_ids = tuple([ground.record_id for ground in grounds])
            reasons.append(Reason(rule_id=rule.rule_id, text=rule.reason, record_ids=record_ids))
            if plan.given:
                _add(proposals, rule, plan.given, grounds=grounds, view=view)
            for code, effect in plan.reviewed:
                review = Review(
                    rule_id=rule.rule_id,
                    measure_code=code,
                    effect=effect,
                    text=rule.reason,
                    record_ids=record_ids,
                )
                reviews.append(review)
        return rank if rank >= 0 else self._default_rank, proposals, reasons, reviews

    def _valid_until(
        self, status: CreditStatus, view: View, mask: int, proposals: Iterable[_Proposal]
    ) -> datetime:
        """Return the next instant at which time alone may change the treatment."""
        bound = min(status.valid_until, self.ends_at)
        for _, _, ends in proposals:
            bound = min(bound, ends)
        if self._ages:
            bound = min(bound, self._next_age(view))
        if self._uses_grades and mask & _EVALUATION:
            bound = min(bound, _next_grade(view))
        return bound

    def _next_age(self, view: View) -> datetime:
        """Return the China midnight at which a record next crosses an age that a rule asks for."""
        crossings = [NEVER]
        for kind, ages in self._ages.items():
            for record in view.by_kind.get(kind, ()):
                day = day_of(record)
                position = bisect_right(ages, view.today - day)
                if position < len(ages):
                    crossings.append(midnight(day + ages[position]))
        return min(crossings)

    def _settings(self, measures: Iterable[Measure]) -> _SettingMap:
        """Resolve what measures make of the settings; a default never competes with a value given."""
        values: dict[str, int | bool | str] = {}
        for measure in measures:
            effect = measure.effect
            if isinstance(effect, SettingEffect):
                name, value = effect.setting, effect.value
                if name in values:
                    pair = (values[name], value)
                    value = max(pair) if name in self._combine_by_max else min(pair)
                values[name] = value
        return MappingProxyType({**self.defaults, **values}) if values else self.defaults


def compile_policy(document: PolicyDocument) -> Policy:
    """Return a document as a policy that evaluates.

    Raises:
        InvalidPolicy: the document has the right shape and does not make sense; with all findings.
    """
    findings = check_document(document)
    if findings:
        raise InvalidPolicy(document.name, findings)
    content = document.model_dump(mode="json")
    ref = PolicyRef(name=document.name, version=document.version, digest=digest(content))
    rules = tuple(compile_rule(rule, document, ref) for rule in document.rules)
    until = document.effective_until
    return Policy(
        ref=ref,
        document=document,
        starts_at=start_of_china_day(document.effective_from),
        ends_at=NEVER if until is None else end_of_china_day(until),
        unknown_modes=MappingProxyType({name: a.unknown for name, a in document.actions.items()}),
        defaults=MappingProxyType({name: s.default for name, s in document.settings.items()}),
        _tiers=tuple((tier.id, tier.title.text) for tier in document.tiers),
        _default_rank=next(rank for rank, tier in enumerate(document.tiers) if tier.default),
        _combine_by_max=frozenset(n for n, s in document.settings.items() if s.combine is Combine.MAX),
        _rules_by_kinds=tuple(_candidates(rules, mask) for mask in range(1 << len(RecordKind))),
        _ages=_ages_of(document),
        _uses_grades=any(c.evaluation is not None for c in _conditions(document)),
    )


def _candidates(rules: Sequence[CompiledRule], mask: int) -> tuple[CompiledRule, ...]:
    """Return the rules that can fire where records of just the kinds in ``mask`` are disclosed."""
    return tuple(r for r in rules if r.kinds is None or any(_BIT[kind] & mask for kind in r.kinds))


def _conditions(document: PolicyDocument) -> Iterable[Condition]:
    return (condition for rule in document.rules for condition, _ in walk(rule.when, ""))


def _ages_of(document: PolicyDocument) -> Mapping[RecordKind, tuple[int, ...]]:
    """Return by kind of record the ages at which a condition may change its answer."""
    ages: dict[RecordKind, set[int]] = {}
    for condition in _conditions(document):
        if condition.record is not None and condition.record.age_days is not None:
            bounds = condition.record.age_days.at_least, condition.record.age_days.less_than
            for kind in condition.record.kind:
                ages.setdefault(kind, set()).update(bound for bound in bounds if bound is not None)
    return MappingProxyType({kind: tuple(sorted(bounds)) for kind, bounds in ages.items()})


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise InvalidRecord("A policy is evaluated at an aware instant. Pass one, such as Clock.now() gives.")
    return at.astimezone(UTC)


def _look(status: CreditStatus, facts: PlatformFacts, role: Role, at: datetime) -> tuple[View, int]:
    """Return the view of a status, and the kinds of its records as a mask."""
    by_kind: dict[RecordKind, list[Record]] = {}
    mask = 0
    for record in status.records:
        kind = record.kind
        if kind in by_kind:
            by_kind[kind].append(record)
        else:
            by_kind[kind] = [record]
            mask |= _BIT[kind]
    today = china_day(at).toordinal()
    return View(by_kind, facts.values, role, status.subject.kind, status.standing, at, today), mask


def _add(
    proposals: dict[str, _Proposal],
    rule: CompiledRule,
    gifts: Iterable[Given],
    *,
    grounds: tuple[Ground, ...],
    view: View,
) -> None:
    """Add the measures that a rule gives; of two that are the same, the one that lasts longer stays."""
    until: datetime | None = None
    for given in gifts:
        if given.restricts:
            until = until or rule.until(view)
            ends = until
        else:
            ends = NEVER
        if given.longest is not None:
            ends = min(ends, view.at + given.longest)
        held = proposals.get(given.code)
        if held is None or ends > held[2]:
            proposals[given.code] = (given, grounds, ends)


def _grounds(records: Sequence[Record]) -> tuple[Ground, ...]:
    """Return records as grounds: each once, in an order that does not depend on theirs."""
    grounds = {
        (r.record_id, r.version, r.kind): Ground(
            record_id=r.record_id, version=r.version, kind=r.kind, ends_at=ends_at(r)
        )
        for r in records
    }
    if len(grounds) == 1:
        return tuple(grounds.values())
    return tuple([grounds[key] for key in sorted(grounds)])


def _next_grade(view: View) -> datetime:
    """Return the China midnight at which a grade next becomes valid or runs out."""
    days = [day for record in view.by_kind[RecordKind.EVALUATION] for day in grade_days(record)]
    return min((midnight(day) for day in days if day > view.today), default=NEVER)
