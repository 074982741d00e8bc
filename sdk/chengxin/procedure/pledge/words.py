"""Which facts a pledge may name: what would come to nothing under the policy is refused when it is made. Pure."""

from __future__ import annotations

from chengxin.policy import Direction, Policy
from chengxin.policy.condition import walk
from chengxin.policy.document import PolicyDocument, Rule
from chengxin.procedure.pledge.fact import NamedFact
from chengxin.procedure.pledge.fault import Fault, refusal


def check_words(policy: Policy, relief: NamedFact | None, other: NamedFact | None) -> None:
    """Refuse what would come to nothing under the policy: a fact that it does not declare, or relieves nobody on.

    Raises:
        InvalidRecord: the policy declares no such fact, or one of another type.
        PledgeRefused: no rule relieves anybody on the fact of the relief.
    """
    for fact in (relief, other):
        if fact is not None:
            policy.platform_facts({fact.name: fact.value})
    document = policy.document
    if relief is not None and not any(_relieves_on(relief.name, rule, document) for rule in document.rules):
        raise refusal(
            Fault.ILL_FORMED,
            f"No rule of the policy relieves anybody on the fact {relief.name[:64]!r}. Name one on which one does.",
        )


def _relieves_on(fact: str, rule: Rule, document: PolicyDocument) -> bool:
    """Tell whether a rule asks for a fact, and gives a relief or keeps from a measure."""
    eases = rule.waives or any(
        document.catalogue[code].direction is Direction.RELIEVE for code in rule.measures
    )
    asked = (one.fact for one, _ in walk(rule.when, ""))
    return bool(eases) and any(one is not None and one.name == fact for one in asked)
