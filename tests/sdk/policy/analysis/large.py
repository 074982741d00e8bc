"""A large policy: many rules that each look at some of many independent facts, so that no order of looking is good."""

from random import Random

from tests.sdk.policy.material import BOTH, rule, small_document

FACTS = [f"fact_{number}" for number in range(80)]
_GROUNDS = (
    {"kind": "PENALTY"},
    {"kind": "PENALTY", "severity": ["GENERAL", "SERIOUS"]},
    {"kind": "PENALTY", "severity": "SERIOUS"},
    {"kind": "SERIOUS_LISTING"},
)
_MEASURES = ("listing-stop", "deposit-raise", "deposit-raise-more", "slots-cut", "stream-decision")
_TIERS = (None, None, "watch", "restricted")


def large_document(rules=150, seed=7):
    """Return a document in which every rule needs a record, and most of two handfuls of facts."""
    rng = Random(seed)
    made = []
    for number in range(rules):
        when = [{"record": rng.choice(_GROUNDS)}]
        for _ in range(2):
            of = [{"fact": {"name": name, "equals": True}} for name in rng.sample(FACTS, 4)]
            when.append({"at_least": {"n": 2, "of": of}})
        made.append(
            rule(
                {"all": when},
                *rng.sample(_MEASURES, rng.randint(1, 2)),
                rule_id=f"rule-{number}",
                tier=rng.choice(_TIERS),
            )
        )
    facts = {name: {"type": "boolean", "title": BOTH} for name in FACTS}
    return small_document(*made, facts=facts)
