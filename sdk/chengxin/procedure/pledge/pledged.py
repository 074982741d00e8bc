"""From pledges to the platform facts that a policy may ask for, at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from chengxin.policy import FactType, FactValue, PlatformFacts
from chengxin.policy.facts import PYTHON_TYPE
from chengxin.procedure.pledge.commitment import Commitment
from chengxin.procedure.pledge.declaration import Declaration, DeclarationState
from chengxin.procedure.pledge.fact import NamedFact


def pledged_facts(
    at: datetime,
    *,
    commitments: Iterable[Commitment],
    declarations: Iterable[Declaration],
    declared: Mapping[str, FactType],
    unverified: frozenset[str] = frozenset(),
) -> PlatformFacts:
    """Return what one merchant's pledges make of its platform facts at an instant.

    Only what the policy declares is a fact, and only with a value of the type that it declares. A breach that counts
    comes before what the merchant declares; of declarations a verified one comes before others, and then the latest.

    Args:
        at: the instant, aware.
        commitments: what the merchant has pledged.
        declarations: what it has declared of itself.
        declared: the facts that the policy declares, by name.
        unverified: names of those for which a declaration counts that nobody has verified.

    Raises:
        InvalidRecord: the instant has no time zone.
    """
    facts = _of_declarations(declarations, at, unverified)
    breaches = [commitment.fact_at(at) for commitment in commitments]
    facts += sorted((fact for fact in breaches if fact is not None), key=_order)
    values: dict[str, FactValue] = {}
    for fact in facts:
        kind = declared.get(fact.name)
        if kind is not None and type(fact.value) is PYTHON_TYPE[kind]:
            values[fact.name] = fact.value
    return PlatformFacts(values)


def _of_declarations(
    declarations: Iterable[Declaration], at: datetime, unverified: frozenset[str]
) -> list[NamedFact]:
    """Return the facts that count, the one that prevails last."""
    counting = []
    for each in declarations:
        state = each.state_at(at)
        is_verified = state is DeclarationState.VERIFIED
        if is_verified or (state is DeclarationState.DECLARED and each.fact.name in unverified):
            counting.append((is_verified, each.declared_at, each.declaration_id, each.fact))
    return [fact for *_, fact in sorted(counting, key=lambda entry: entry[:3])]


def _order(fact: NamedFact) -> tuple[str, str]:
    """Return what breaches of one name are ordered by, so that the answer does not depend on who asks."""
    return fact.name, repr(fact.value)
