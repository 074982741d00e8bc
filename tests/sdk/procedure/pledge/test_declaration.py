"""Declarations, and the platform facts that pledges make."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import PledgeRefused
from chengxin.policy import NO_FACTS, FactType, PlatformFacts
from chengxin.procedure.pledge import DeclarationState, Fault, NamedFact, pledged_facts
from tests.sdk.procedure.pledge.material import (
    DAY,
    DUE_AT,
    MADE,
    RECEIPT,
    breached,
    commitment,
    declaration,
    found,
)

TICK = timedelta(microseconds=1)
NAIVE = datetime(2026, 9, 2)
DECLARED = {
    "has_warranty": FactType.BOOLEAN,
    "commitment_breached": FactType.BOOLEAN,
    "fine_pledged": FactType.BOOLEAN,
    "staff": FactType.INTEGER,
}
ALL = frozenset(DECLARED)


def refuses(make, fault):
    """See that something is refused for one reason."""
    with pytest.raises(PledgeRefused) as refused:
        make()
    assert refused.value.fault == fault


def facts(*declarations, at=MADE + 2 * DAY, commitments=(), declared=DECLARED, unverified=frozenset()):
    """Return the values of the facts that count."""
    return dict(
        pledged_facts(
            at, commitments=commitments, declarations=declarations, declared=declared, unverified=unverified
        ).values
    )


def test_a_declaration_holds_until_the_end_of_its_last_day():
    """By time alone."""
    made = declaration()
    assert made.state_at(MADE - TICK) is None
    assert made.state_at(MADE) is made.state_at(DUE_AT - TICK) is DeclarationState.DECLARED
    assert made.state_at(DUE_AT) is DeclarationState.LAPSED
    verified = made.with_verification(found(by=None))
    assert verified.state_at(MADE) is DeclarationState.DECLARED
    assert verified.state_at(MADE + DAY) is DeclarationState.VERIFIED
    assert verified.state_at(DUE_AT) is DeclarationState.LAPSED
    assert verified.with_withdrawal(MADE + 2 * DAY).state_at(MADE + 2 * DAY) is DeclarationState.WITHDRAWN


def test_what_is_refuted_counts_as_nothing_until_it_is_found_to_be_true():
    """A withdrawal does not undo it; a later finding corrects an earlier one."""
    refuted = declaration().with_verification(found(is_true=False))
    assert refuted.state_at(MADE) is DeclarationState.DECLARED
    for at in (MADE + DAY, DUE_AT, DUE_AT + DAY):
        assert refuted.state_at(at) is DeclarationState.REFUTED
        assert facts(refuted, at=at, unverified=ALL) == {}
    assert refuted.with_withdrawal(MADE + 2 * DAY).state_at(MADE + 3 * DAY) is DeclarationState.REFUTED
    corrected = refuted.with_verification(found(at=MADE + 2 * DAY))
    assert corrected.state_at(MADE + 2 * DAY) is DeclarationState.VERIFIED


def test_a_declaration_is_looked_at_by_somebody_else_in_order():
    """Neither by who declared it, nor before it was declared, nor after it was taken back."""
    made = declaration()
    refuses(lambda: made.with_verification(found(by="陈 店主")), Fault.PLEDGER_DECIDES)
    refuses(lambda: made.with_verification(found(at=MADE - TICK)), Fault.NOT_YET)
    refuses(lambda: made.with_verification(found()).with_verification(found(at=MADE)), Fault.NOT_YET)
    gone = made.with_withdrawal(MADE)
    refuses(lambda: gone.with_verification(found()), Fault.WRONG_STATE)
    refuses(lambda: gone.with_withdrawal(MADE), Fault.WRONG_STATE)
    refuses(lambda: made.with_withdrawal(MADE - TICK), Fault.NOT_YET)
    refuses(lambda: made.with_withdrawal(NAIVE), Fault.ILL_FORMED)


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ({"is_true": 1}, Fault.ILL_FORMED),
        ({"is_true": False, "by": None}, Fault.HUMAN_REQUIRED),
        ({"by": ""}, Fault.NO_NAME),
        ({"at": NAIVE}, Fault.ILL_FORMED),
        ({"reasons": None}, Fault.NO_WORDS),
    ],
)
def test_a_finding_says_who_found_what_and_how(part, fault):
    """What is untrue is found by a named human."""
    refuses(lambda: found(**part), fault)


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ({"declaration_id": ""}, Fault.ILL_FORMED),
        ({"fact": True}, Fault.ILL_FORMED),
        ({"declarer": None}, Fault.NO_NAME),
        ({"pledge": None}, Fault.NO_WORDS),
        ({"declared_at": NAIVE}, Fault.ILL_FORMED),
        ({"valid_until_on": DUE_AT}, Fault.ILL_FORMED),
        ({"valid_until_on": MADE.date() - DAY}, Fault.ILL_FORMED),
        ({"evidence": [RECEIPT]}, Fault.ILL_FORMED),
        ({"evidence": (None,)}, Fault.ILL_FORMED),
        ({"verification": True}, Fault.ILL_FORMED),
    ],
)
def test_a_declaration_that_is_not_whole_does_not_exist(part, fault):
    """The pledge of truth above all (国办发〔2019〕35号 item 5)."""
    refuses(lambda: declaration(**part), fault)


def test_only_what_the_policy_declares_is_a_fact():
    """Of the type that it declares; and unverified only where it is said so."""
    made = declaration(evidence=(RECEIPT,))
    assert facts(made) == {}
    assert facts(made, unverified=frozenset({"staff"})) == {}
    assert facts(made, unverified=ALL) == {"has_warranty": True}
    assert facts(made.with_verification(found())) == {"has_warranty": True}
    assert facts(made, unverified=ALL, declared={}) == {}
    one = declaration(fact=NamedFact(name="has_warranty", value=1))
    assert facts(one, unverified=ALL) == {}
    assert facts(made.with_withdrawal(MADE), unverified=ALL) == {}


def test_what_is_verified_comes_before_what_is_said_later():
    """And of what nobody verified, the latest counts."""

    def staff(number, days, **parts):
        return declaration(
            declaration_id=f"D-{number}",
            fact=NamedFact(name="staff", value=number),
            declared_at=MADE + days * DAY,
            **parts,
        )

    verified = staff(3, 0).with_verification(found())
    assert facts(staff(5, 1), verified, staff(4, 0), unverified=ALL) == {"staff": 3}
    assert facts(staff(5, 1), staff(4, 0), unverified=ALL) == {"staff": 5}
    assert facts(staff(5, 9), staff(4, 0), unverified=ALL) == {"staff": 4}


def test_a_breach_comes_before_what_the_merchant_says():
    """It was found by a person, and is over when it is over."""
    denied = declaration(fact=NamedFact(name="commitment_breached", value=False)).with_verification(found())
    made = breached()
    assert facts(denied, commitments=(made, commitment(relief=None))) == {"commitment_breached": True}
    assert facts(denied, commitments=(commitment(relief=None),)) == {"commitment_breached": False}
    assert facts(commitments=(made,), at=made.breach_ends_at) == {}


DECLARATIONS = st.builds(
    lambda number, value, days, is_true: declaration(
        declaration_id=f"D-{number}",
        fact=NamedFact(name="staff", value=value),
        declared_at=MADE + days * DAY,
        verification=None if is_true is None else found(is_true, MADE + 5 * DAY),
    ),
    st.integers(0, 9),
    st.integers(0, 3),
    st.integers(0, 4),
    st.sampled_from([None, True, False]),
)


@given(
    declarations=st.lists(DECLARATIONS, max_size=5, unique_by=lambda each: each.declaration_id),
    values=st.lists(st.booleans() | st.integers(0, 2), max_size=3),
    order=st.randoms(use_true_random=False),
)
def test_the_order_in_which_pledges_are_given_does_not_matter(declarations, values, order):
    """One merchant at one instant has one set of facts."""
    breaches = [
        replace(breached(), commitment_id=f"C-{n}", breach=NamedFact(name="staff", value=value))
        for n, value in enumerate(values)
    ]
    at = MADE + 6 * DAY
    before = facts(*declarations, commitments=tuple(breaches), at=at, unverified=ALL)
    order.shuffle(declarations)
    order.shuffle(breaches)
    assert facts(*declarations, commitments=tuple(breaches), at=at, unverified=ALL) == before


def test_what_the_platform_knows_comes_between_what_is_declared_and_what_is_pledged():
    """A merchant's word does not overrule its records, nor they a breach or a pledge that stands."""
    said = declaration(fact=NamedFact(name="staff", value=90)).with_verification(found())
    own = PlatformFacts({"staff": 3, "commitment_breached": False, "fine_pledged": False, "other": 1})
    made = pledged_facts(
        MADE + 2 * DAY,
        commitments=(breached(), commitment()),
        declarations=(said,),
        declared=DECLARED,
        own=own,
    )
    assert made.values == {"staff": 3, "commitment_breached": True, "fine_pledged": True, "other": 1}


def test_facts_are_valid_until_time_alone_makes_them_others():
    """The first of whatever they rest on, the platform's own included."""
    at = MADE + 2 * DAY

    def until(*declarations, commitments=(), own=NO_FACTS):
        return pledged_facts(
            at, commitments=commitments, declarations=declarations, declared=DECLARED, own=own
        ).valid_until

    assert until() is None
    assert until(declaration()) == until(commitments=(commitment(),)) == DUE_AT
    assert until(commitments=(breached(),)) == breached().breach_ends_at
    assert until(commitments=(breached(), commitment())) == DUE_AT
    assert until(declaration(), own=PlatformFacts({}, at + DAY)) == at + DAY
    assert until(declaration().with_withdrawal(at)) is None
