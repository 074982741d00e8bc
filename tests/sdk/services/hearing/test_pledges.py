"""Commitments and declarations on record, and the platform facts that they make for policies."""

from datetime import UTC, date, datetime

import pytest

from chengxin.errors import AppealRefused, InvalidRecord, PledgeRefused
from chengxin.policy import NO_FACTS, Text, compile_policy
from chengxin.policy.document import FactDeclaration, Rule
from chengxin.procedure.pledge import CommitmentState, DeclarationState, NamedFact
from chengxin.services.appeals import Attachment
from chengxin.testing import a_penalty
from tests.sdk.services.hearing.conftest import MERCHANT, OTHER, REASONS, RECEIPT
from tests.sdk.services.treatments.conftest import CODE, CODES

TERMS = Text(zh="承诺于期限内缴清罚款。", en="The fine will be paid in time.")
BREACH = NamedFact(name="commitment_breached", value=True)
STANDS = NamedFact(name="fine_pledged", value=True)


def minding_pledges(policy, breached="key-scrutiny"):
    """Return a policy that eases a merchant's way who pledges to pay, and minds that a commitment was breached.

    Who pledges goes on listing goods; who breached it and has a penalty is looked at more closely.
    """
    document = policy.document
    facts = {
        one.name: FactDeclaration.model_validate({"type": "boolean", "title": {"zh": zh, "en": en}})
        for one, zh, en in (
            (BREACH, "违背承诺", "A commitment was breached"),
            (STANDS, "承诺缴清罚款", "Pledged to pay the fine"),
        )
    }
    eased = Rule.model_validate(
        {
            "id": "pledged",
            "when": {"fact": {"name": "fine_pledged", "equals": True}},
            "measures": ["deposit-relief"],
            "waives": ["listing-suspended"],
            "reason": {"zh": "已承诺缴清罚款。", "en": "It is pledged to pay the fine."},
        }
    )
    rule = Rule.model_validate(
        {
            "id": "breached",
            "when": {
                "all": [
                    {"record": {"kind": "PENALTY", "severity": ["GENERAL", "SERIOUS"]}},
                    {"fact": {"name": "commitment_breached", "equals": True}},
                ]
            },
            "measures": [breached],
            "reason": {
                "zh": "有处罚且违背承诺。",
                "en": "A penalty is disclosed and a commitment was breached.",
            },
        }
    )
    changed = {"facts": {**document.facts, **facts}, "rules": (*document.rules, eased, rule)}
    return compile_policy(document.model_copy(update=changed))


@pytest.fixture
def house(make_house):
    """A platform whose policy minds pledges."""
    house = make_house()
    house.policy = minding_pledges(house.policy)
    return house


def refused(fault):
    """Return what expects a refusal for a reason."""
    return pytest.raises(PledgeRefused, check=lambda error: error.fault == fault)


def make(house, **parts):
    """Make a commitment."""
    given = {"by": MERCHANT, "terms": TERMS, "due_on": date(2026, 10, 31), "breach": BREACH}
    return house.pledges.make(CODE, **(given | parts)).commitment_id


def declare(house, value=400, **parts):
    """Declare a platform fact."""
    given = {
        "by": MERCHANT,
        "fact": NamedFact(name="registered_days", value=value),
        "pledge": TERMS,
        "valid_until_on": date(2027, 3, 31),
    }
    return house.pledges.declare(CODE, **(given | parts)).declaration_id


def test_a_commitment_is_made_and_fulfilled(house):
    """With what shows it; it relieves until its day, and is a fact for nobody."""
    commitment_id = make(house, relief=STANDS)
    assert house.pledges.facts_for(CODE).values == {"fine_pledged": True}
    assert house.pledges.facts_for(CODE).valid_until == datetime(2026, 10, 31, 16, tzinfo=UTC)
    with refused("no_evidence"):
        house.pledges.fulfil(commitment_id, by=OTHER, reasons=REASONS, attachments=[])
    with pytest.raises(AppealRefused, check=lambda error: error.fault == "evidence_type"):
        house.pledges.fulfil(
            commitment_id, by=OTHER, reasons=REASONS, attachments=[Attachment(name="a", content=b"\x00")]
        )
    done = house.pledges.fulfil(commitment_id, by=OTHER, reasons=REASONS, attachments=[RECEIPT])
    assert done.state_at(house.clock.now()) is CommitmentState.FULFILLED
    assert house.pledges.of(CODE) == ([done], [])
    assert house.pledges.facts_for(CODE).values == {"fine_pledged": True}
    assert house.kinds() == ["commitment.made", "commitment.fulfilled"]
    assert [event.payload["kind"] for event in house.events()] == ["commitment.made", "commitment.fulfilled"]
    with refused("wrong_state"):
        house.pledges.withdraw(commitment_id, by=MERCHANT)
    house.clock.advance(to=datetime(2026, 10, 31, 16, tzinfo=UTC))
    assert house.pledges.facts_for(CODE) == NO_FACTS


def test_a_breach_is_a_platform_fact_that_the_policy_may_mind(house):
    """Of this merchant alone; set aside, it is gone, and with it what rested on it."""
    commitment_id = make(house)
    house.disclose(a_penalty())
    house.treatments.reconcile(CODE)
    assert "key-scrutiny" not in house.phases()
    with refused("pledger_decides"):
        house.pledges.breach(commitment_id, by=MERCHANT, reasons=REASONS)
    house.pledges.breach(commitment_id, by=OTHER, reasons=REASONS, attachments=[RECEIPT])
    assert house.pledges.facts_for(CODE).values == {"commitment_breached": True}
    assert house.pledges.facts_for(CODES[1]).values == {}
    house.treatments.reconcile(CODE)
    assert house.phases()["key-scrutiny"] == "IN_FORCE"
    house.clock.advance(seconds=60)
    house.pledges.clear_breach(commitment_id, by=OTHER)
    assert house.pledges.facts_for(CODE).values == {}
    house.treatments.reconcile(CODE)
    assert house.phases()["key-scrutiny"] == "ENDED"
    assert [kind for kind in house.kinds() if kind.startswith("commitment")] == [
        "commitment.made",
        "commitment.breached",
        "commitment.cleared",
    ]


def test_a_commitment_whose_day_is_over_waits_for_a_person(house):
    """By time alone it is no breach."""
    commitment_id = make(house)
    assert house.pledges.unsettled() == []
    house.clock.advance(seconds=60 * 86_400)
    ((code, one),) = house.pledges.unsettled()
    assert (code, one.commitment_id) == (CODE, commitment_id)
    assert house.pledges.facts_for(CODE).values == {}
    with refused("too_late"):
        house.pledges.withdraw(commitment_id, by=MERCHANT)


def test_a_commitment_is_taken_back_in_time(house):
    """Without a reason."""
    commitment_id = make(house)
    house.pledges.withdraw(commitment_id, by=MERCHANT)
    assert house.kinds()[-1] == "commitment.ended"
    assert house.pledges.facts_for(CODE).values == {}


def test_what_would_come_to_nothing_is_refused_when_it_is_pledged(house):
    """A fact that the policy does not know, or on which it relieves nobody."""
    with refused("ill_formed"):
        make(house, relief=BREACH)
    with pytest.raises(InvalidRecord, match="declares no fact"):
        make(house, relief=NamedFact(name="fine_plegded", value=True))
    with pytest.raises(InvalidRecord, match="declares no fact"):
        make(house, breach=NamedFact(name="broken", value=True))
    with pytest.raises(InvalidRecord, match="declared as integer"):
        declare(house, value="400")
    with refused("unknown"):
        house.pledges.withdraw("nothing", by=MERCHANT)
    with refused("unknown"):
        house.pledges.take_back("nothing", by=MERCHANT)
    assert house.entries() == []


def test_a_declaration_is_looked_at_by_somebody_else(house):
    """Verified it counts, refuted it counts as nothing."""
    declaration_id = declare(house, attachments=[RECEIPT])
    assert [(code, one.declaration_id) for code, one in house.pledges.unverified()] == [
        (CODE, declaration_id)
    ]
    assert house.pledges.facts_for(CODE).values == {"registered_days": 400}
    with refused("pledger_decides"):
        house.pledges.verify(declaration_id, is_true=True, by=MERCHANT, reasons=REASONS)
    found = house.pledges.verify(declaration_id, is_true=True, by=OTHER, reasons=REASONS)
    assert found.state_at(house.clock.now()) is DeclarationState.VERIFIED
    assert house.pledges.unverified() == []
    house.clock.advance(seconds=60)
    house.pledges.verify(declaration_id, is_true=False, by=OTHER, reasons=REASONS)
    assert house.pledges.facts_for(CODE).values == {}
    assert house.kinds() == ["declaration.made", "declaration.verified", "declaration.refuted"]


def test_a_declaration_is_taken_back(house):
    """By a named person."""
    declaration_id = declare(house)
    with refused("no_name"):
        house.pledges.take_back(declaration_id, by=" ")
    house.pledges.take_back(declaration_id, by=MERCHANT)
    assert house.pledges.facts_for(CODE).values == {}
    assert house.kinds()[-1] == "declaration.withdrawn"


def test_a_policy_may_be_given_that_is_not_in_force(house):
    """What it declares counts, and nothing else."""
    commitment_id = make(house)
    house.pledges.breach(commitment_id, by=OTHER, reasons=REASONS)
    without = house.policy.document.model_copy(
        update={
            "facts": {n: f for n, f in house.policy.document.facts.items() if n != BREACH.name},
            "rules": house.policy.document.rules[:-1],
        }
    )
    assert house.pledges.facts_for(CODE, compile_policy(without)).values == {}
