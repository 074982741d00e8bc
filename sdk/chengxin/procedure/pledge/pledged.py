"""From pledges to the platform facts that a policy may ask for, at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from chengxin.policy import NO_FACTS, FactType, FactValue, PlatformFacts
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
    own: PlatformFacts = NO_FACTS,
) -> PlatformFacts:
    """Return what one merchant's pledges make of its platform facts at an instant.

    Of pledges only what the policy declares is a fact, and only with a value of the type that it declares. A breach
    that counts comes before a commitment that stands, that before what the platform knows by itself, and that before
    what the merchant declares; of declarations a verified one comes before others, and then the latest. They are valid
    until time alone makes them others.

    Args:
        at: the instant, aware.
        commitments: what the merchant has pledged.
        declarations: what it has declared of itself.
        declared: the facts that the policy declares, by name.
        unverified: names of those for which a declaration counts that nobody has verified.
        own: what the platform knows of the merchant by itself.

    Raises:
        InvalidRecord: the instant has no time zone.
    """
    made, said = tuple(commitments), tuple(declarations)
    standing = _ordered(one.relief_at(at) for one in made)
    breached = _ordered(one.fact_at(at) for one in made)
    values: dict[str, FactValue] = _declared(_of_declarations(said, at, unverified), declared)
    values |= own.values
    values |= _declared([*standing, *breached], declared)
    changes = [own.valid_until, *(one.changes_at(at) for one in made), *(one.changes_at(at) for one in said)]
    return PlatformFacts(values, min((each for each in changes if each is not None), default=None))


def _declared(facts: Iterable[NamedFact], declared: Mapping[str, FactType]) -> dict[str, FactValue]:
    """Return the facts that the policy declares, the last of a name, by name."""
    return {
        fact.name: fact.value
        for fact in facts
        if fact.name in declared and type(fact.value) is PYTHON_TYPE[declared[fact.name]]
    }


def _ordered(facts: Iterable[NamedFact | None]) -> list[NamedFact]:
    """Return facts in an order that does not depend on who asks."""
    return sorted(
        (fact for fact in facts if fact is not None), key=lambda fact: (fact.name, repr(fact.value))
    )


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
