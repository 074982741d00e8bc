"""What every rule of a policy did in one evaluation, and what it lacked: on which records, and how near it was.

A rule *fired* where it is among the reasons of the treatment. It *nearly* fired where it would if exactly one of its
plain conditions, wherever that stands in it, changed its answer; each such condition is named, with the direction,
with what it is short of, and with the instant at which time alone changes it. Nothing is guessed beyond that: a rule
that lacks two things is not near.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Final

from chengxin.policy.condition import Condition, ConstraintCondition, LeastPlatforms, walk
from chengxin.policy.document import Rule
from chengxin.policy.engine import Policy
from chengxin.policy.fate import MeasureFate, TierFate, fates_of, tier_fate_of
from chengxin.policy.predicate import (
    NEVER,
    Signed,
    View,
    ages_of,
    compile_condition,
    constraint_ages_of,
    constraint_changes,
    later,
    record_changes,
)
from chengxin.policy.rule import CompiledRule
from chengxin.policy.signature import EVALUATIONS
from chengxin.policy.situation import Situation
from chengxin.policy.treatment import Treatment
from chengxin.records import Record, Role, SubjectKind

MOST_LOOKS: Final = 400
"""So many instants are looked at for the one at which time changes a condition."""


class RuleState(StrEnum):
    """How a rule came out of an evaluation."""

    FIRED = "FIRED"
    """Its condition holds, and it does something."""
    NEARLY = "NEARLY"
    """It would have fired, had one plain condition answered otherwise."""
    NOT_MET = "NOT_MET"
    """Its condition does not hold, by more than one plain condition."""
    NOT_FOR_PERSONS = "NOT_FOR_PERSONS"
    """It does nothing to a natural person, whatever its condition says (invariant I8)."""
    OVER = "OVER"
    """Its last day is past."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One plain condition that stands between a rule and its firing.

    Attributes:
        condition: the condition.
        has_to_hold: True where it does not hold and would have to; False where it holds and would have to cease.
        record_ids: ids of the records that match it now, sorted.
        short: how many more records or platforms, or how much more of a fact, it would take; None where that is not
            told in a number.
        changes_at: the instant at which time alone changes its answer, aware UTC; None where none is known.
    """

    condition: Condition
    has_to_hold: bool
    record_ids: tuple[str, ...]
    short: int | None
    changes_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTrace:
    """What one rule did.

    Attributes:
        rule_id: the rule.
        state: how it came out.
        record_ids: ids of the records it fired on, sorted; empty where it did not, or rests on none.
        measures: what became of each of its measures, in its order; empty where it did not fire.
        tier: what became of its tier; None where it gives none or did not fire.
        missing: where it nearly fired, the conditions of which any one would do; else empty.
    """

    rule_id: str
    state: RuleState
    record_ids: tuple[str, ...] = ()
    measures: tuple[MeasureFate, ...] = ()
    tier: TierFate | None = None
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """An evaluation with what every rule did in it.

    Attributes:
        treatment: the treatment, as ``Policy.evaluate`` gives it.
        rules: one for each rule, in the order of the document; empty where no rule acts, because the standing is
            unknown or the policy is not in force.
    """

    treatment: Treatment
    rules: tuple[RuleTrace, ...]

    def of(self, rule_id: str) -> RuleTrace | None:
        """Return what a rule did, or None where no rule acts or there is no such rule."""
        return next((rule for rule in self.rules if rule.rule_id == rule_id), None)


def trace(policy: Policy, given: Situation, at: datetime) -> Trace:
    """Evaluate a policy, and tell of every rule what it did.

    Args:
        policy: the policy.
        given: what it is evaluated on.
        at: the instant, aware.

    Raises:
        InvalidRecord: the instant has no time zone, or there is no such role.
    """
    treatment = given.evaluate(policy, at)
    view = policy.view(given.status, facts=given.facts, role=given.role, at=at, constraints=given.constraints)
    if view is None:
        return Trace(treatment=treatment, rules=())
    pairs = zip(policy.document.rules, policy.rules, strict=True)
    return Trace(
        treatment=treatment,
        rules=tuple(
            _trace_rule(policy, rule, compiled, view=view, treatment=treatment) for rule, compiled in pairs
        ),
    )


def _trace_rule(
    policy: Policy, rule: Rule, compiled: CompiledRule, *, view: View, treatment: Treatment
) -> RuleTrace:
    is_person = view.subject_kind is SubjectKind.PERSON or view.role is Role.ANCHOR
    plan = compiled.for_persons if is_person else compiled.for_others
    if view.at >= compiled.over_at:
        return RuleTrace(rule_id=rule.id, state=RuleState.OVER)
    if plan is None:
        return RuleTrace(rule_id=rule.id, state=RuleState.NOT_FOR_PERSONS)
    records = compiled.test(view)
    if records is not None:
        return RuleTrace(
            rule_id=rule.id,
            state=RuleState.FIRED,
            record_ids=_ids(records),
            measures=fates_of(policy, rule, plan, records=records, treatment=treatment),
            tier=None if is_person else tier_fate_of(rule, treatment),
        )
    missing = tuple(_missing(rule.when, view))
    state = RuleState.NEARLY if missing else RuleState.NOT_MET
    return RuleTrace(rule_id=rule.id, state=state, missing=missing)


def _missing(condition: Condition, view: View) -> Iterable[Missing]:
    """Yield the plain conditions of which any one, answering otherwise, would make the condition hold."""
    plain = list(dict.fromkeys(leaf for leaf, _ in walk(condition, "") if not leaf.children))
    answers = {leaf: compile_condition(leaf).test(view) for leaf in plain}
    held = {leaf: records is not None for leaf, records in answers.items()}
    for leaf in plain:
        if _holds(condition, {**held, leaf: not held[leaf]}):
            yield Missing(
                condition=leaf,
                has_to_hold=not held[leaf],
                record_ids=_ids(_matching(leaf, view)),
                short=None if held[leaf] else _short(leaf, view),
                changes_at=changes_at(leaf, view),
            )


def _holds(condition: Condition, answers: Mapping[Condition, bool]) -> bool:
    """Tell whether a condition holds, given the answers of its plain ones."""
    if not condition.children:
        return answers[condition]
    holding = sum(_holds(child, answers) for child in condition.children)
    return holding == 0 if condition.none is not None else holding >= condition.needed


def changes_at(condition: Condition, view: View) -> datetime | None:
    """Return the next instant at which time alone changes the answer of a plain condition, or None where none is known.

    Args:
        condition: the condition; it holds no others.
        view: what it looks at; nothing but time changes in it.
    """
    if condition.fact is not None or condition.role is not None or condition.subject_kind is not None:
        return None
    view = view._replace(signed=_concerned(condition, view))
    candidates = chain(
        record_changes(view, ages_of([condition])),
        constraint_changes(view.constraints, constraint_ages_of([condition])),
    )
    instants = sorted({instant for instant in candidates if view.at < instant < NEVER})
    test = compile_condition(condition).test
    holds = test(view) is not None
    return next(
        (at for at in instants[:MOST_LOOKS] if (test(later(view, at)) is not None) is not holds), None
    )


def _concerned(condition: Condition, view: View) -> Sequence[Signed]:
    """Return the records that a plain condition may ever look at."""
    if condition.standing is not None:
        return view.signed
    wanted = condition.record.signatures if condition.record else EVALUATIONS if condition.evaluation else ()
    return [one for one in view.signed if one[0] in wanted]


def _short(condition: Condition, view: View) -> int | None:
    """Return how much a condition that does not hold is short of, where a number says it."""
    if condition.record is not None:
        needed = condition.record.count.at_least if condition.record.count else 1
        return needed - len(_matching(condition, view))
    if condition.constraint is not None:
        needed = condition.constraint.platforms.at_least if condition.constraint.platforms else 1
        return needed - _platforms(condition.constraint, needed, view)
    fact = condition.fact
    if fact is None or fact.at_least is None:
        return None
    value = view.facts.get(fact.name)
    return fact.at_least - value if type(value) is int and value < fact.at_least else None


def _platforms(condition: ConstraintCondition, needed: int, view: View) -> int:
    """Return from how many platforms constraints match a condition that asks for more."""
    for count in range(min(needed - 1, len(view.constraints)), 0, -1):
        fewer = condition.model_copy(update={"platforms": LeastPlatforms(at_least=count)})
        if compile_condition(Condition(constraint=fewer)).test(view) is not None:
            return count
    return 0


def _matching(condition: Condition, view: View) -> tuple[Record, ...]:
    """Return the records that a plain condition matches, also where they are too few."""
    if condition.record is not None and condition.record.count is not None:
        condition = Condition(record=condition.record.model_copy(update={"count": None}))
    return tuple(compile_condition(condition).test(view) or ())


def _ids(records: Iterable[Record]) -> tuple[str, ...]:
    return tuple(sorted({record.record_id for record in records}))
