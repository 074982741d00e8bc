"""What became of the measures and the tier of a rule that fired: given, or why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from chengxin.policy.document import Rule
from chengxin.policy.engine import Policy
from chengxin.policy.measure import SettingEffect
from chengxin.policy.predicate import midnight
from chengxin.policy.proposal import disclosed_since
from chengxin.policy.rule import PRECEDENCES, Plan
from chengxin.policy.treatment import Treatment
from chengxin.records import Record


class Fate(StrEnum):
    """What became of a measure or a tier of a rule that fired."""

    GIVEN = "GIVEN"
    """It is in the treatment, by this rule."""
    GIVEN_BY_ANOTHER = "GIVEN_BY_ANOTHER"
    """It is in the treatment once, by a rule whose grounds last longer."""
    REVIEW = "REVIEW"
    """A named human decides on it."""
    TERM_OVER = "TERM_OVER"
    """Its longest duration on these records is over, and it is not given again."""
    WAIVED = "WAIVED"
    """Another rule waives it."""
    OUTRANKED = "OUTRANKED"
    """Something of a higher precedence, or a worse tier, takes its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureFate:
    """What became of one measure of a rule that fired.

    Attributes:
        code: the measure.
        fate: what became of it.
        by: ids of the rules that give, waive or outrank it, in the order of the document; empty where none does.
    """

    code: str
    fate: Fate
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TierFate:
    """What became of the tier of a rule that fired.

    Attributes:
        tier: the tier.
        fate: ``GIVEN`` where it is the tier of the treatment, else ``OUTRANKED``.
    """

    tier: str
    fate: Fate


def tier_fate_of(rule: Rule, treatment: Treatment) -> TierFate | None:
    """Return what became of the tier of a rule that fired; None where it gives none.

    Args:
        rule: the rule.
        treatment: the treatment that it is a reason of.
    """
    if rule.tier is None:
        return None
    is_given = rule.tier == treatment.tier
    return TierFate(tier=rule.tier, fate=Fate.GIVEN if is_given else Fate.OUTRANKED)


def fates_of(
    policy: Policy, rule: Rule, plan: Plan, *, records: Sequence[Record], treatment: Treatment
) -> tuple[MeasureFate, ...]:
    """Return what became of each measure of a rule that fired, in the order of the rule.

    Args:
        policy: the policy that was evaluated.
        rule: the rule.
        plan: what it does to the kind of subject.
        records: the records that it fired on.
        treatment: the treatment that it is a reason of.
    """
    since = disclosed_since(records, policy.term.first_day)
    longest = {given.key[0]: given.longest for given in plan.given if given.restricts}
    longest |= {asked.code: asked.longest for asked in plan.reviewed}
    asked = {asked.code for asked in plan.reviewed}
    fates = []
    for code in rule.measures:
        days = longest.get(code)
        if days is not None and midnight(since + days) <= treatment.evaluated_at:
            fates.append(MeasureFate(code=code, fate=Fate.TERM_OVER))
        elif code in asked:
            fates.append(_of_review(policy, rule, code, treatment))
        else:
            fates.append(_of_measure(policy, rule, code, treatment))
    return tuple(fates)


def _of_review(policy: Policy, rule: Rule, code: str, treatment: Treatment) -> MeasureFate:
    if any(r.rule_id == rule.id and r.measure_code == code for r in treatment.reviews):
        return MeasureFate(code=code, fate=Fate.REVIEW)
    return MeasureFate(code=code, fate=Fate.WAIVED, by=_waiving(policy, rule, code, treatment))


def _of_measure(policy: Policy, rule: Rule, code: str, treatment: Treatment) -> MeasureFate:
    waiving = _waiving(policy, rule, code, treatment)
    if waiving:
        return MeasureFate(code=code, fate=Fate.WAIVED, by=waiving)
    giving = next((measure.rule_id for measure in treatment.measures if measure.code == code), None)
    if giving == rule.id:
        return MeasureFate(code=code, fate=Fate.GIVEN)
    if giving is not None:
        return MeasureFate(code=code, fate=Fate.GIVEN_BY_ANOTHER, by=(giving,))
    setting = policy.document.catalogue[code].setting
    name = setting.name if setting else None
    by = [
        measure.rule_id
        for measure in treatment.measures
        if isinstance(measure.effect, SettingEffect) and measure.effect.setting == name
    ]
    return MeasureFate(code=code, fate=Fate.OUTRANKED, by=tuple(dict.fromkeys(by)))


def _waiving(policy: Policy, rule: Rule, code: str, treatment: Treatment) -> tuple[str, ...]:
    """Return the rules among the reasons that waive what a rule gives."""
    fired = {reason.rule_id for reason in treatment.reasons}
    level = PRECEDENCES.index(rule.precedence)
    return tuple(
        other.id
        for other in policy.document.rules
        if other.id in fired and code in other.waives and PRECEDENCES.index(other.precedence) >= level
    )
