"""Commitments: they relieve while they stand, end by themselves, and a breach is found by a person."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidRecord, PledgeRefused
from chengxin.policy import Text
from chengxin.procedure.pledge import MOST_DAYS, CommitmentState, Fault, NamedFact
from tests.sdk.procedure.pledge.material import (
    BREACHED,
    DAY,
    DUE_AT,
    DUE_ON,
    MADE,
    MERCHANT,
    RECEIPT,
    REVIEWER,
    STANDS,
    WORDS,
    breached,
    commitment,
    settled,
)

TICK = timedelta(microseconds=1)
NAIVE = datetime(2026, 9, 2)
HIDDEN = Text(zh="理由\u202e", en="reasons")


def refuses(make, fault):
    """See that something is refused for one reason."""
    with pytest.raises(PledgeRefused) as refused:
        make()
    assert refused.value.fault == fault


def test_a_commitment_stands_until_the_end_of_its_last_day_and_expires_by_itself():
    """Nothing has to run at midnight, and what nobody found is no breach."""
    made = commitment()
    assert (made.made_on, made.due_at) == (MADE.date(), DUE_AT)
    assert made.state_at(MADE - TICK) is None
    assert made.state_at(MADE) is made.state_at(DUE_AT - TICK) is CommitmentState.MADE
    assert made.state_at(DUE_AT) is CommitmentState.EXPIRED
    assert made.relief_at(MADE - TICK) is None
    assert made.relief_at(DUE_AT - TICK) == STANDS
    assert made.relief_at(DUE_AT) is None
    assert made.fact_at(DUE_AT + 90 * DAY) is None
    assert made.breach_ends_at is None


@pytest.mark.parametrize(
    ("settlement", "relieves"),
    [
        (settled(CommitmentState.FULFILLED), True),
        (settled(CommitmentState.FULFILLED, by=None), True),
        (settled(CommitmentState.BREACHED, evidence=()), False),
        (settled(CommitmentState.WITHDRAWN, by=MERCHANT, reasons=None, evidence=()), False),
    ],
)
def test_relief_goes_with_what_it_was_given_for(settlement, relieves):
    """It lasts to the last day where the commitment is fulfilled, and ends with a breach or a withdrawal."""
    made = commitment().with_settlement(settlement)
    assert made.state_at(settlement.at - TICK) is CommitmentState.MADE
    assert made.state_at(settlement.at) is settlement.state
    assert made.relief_at(settlement.at - TICK) == STANDS
    assert made.relief_at(settlement.at) == (STANDS if relieves else None)
    assert made.relief_at(DUE_AT) is None
    assert (made.fact_at(settlement.at) is not None) == (settlement.state is CommitmentState.BREACHED)


@given(minutes=st.integers(0, 60 * 24 * 60), days=st.integers(1, MOST_DAYS), later=st.integers(0, 10**6))
def test_a_breach_counts_for_its_days_and_no_longer(minutes, days, later):
    """Invariant I4: it ends by itself, at the end of a China day, as the merchant was told when pledging."""
    at = MADE + timedelta(minutes=minutes)
    made = breached(at, breach_days=days)
    assert at < made.breach_ends_at <= at + (days + 1) * DAY
    then = at + timedelta(minutes=later)
    assert made.fact_at(then) == (BREACHED if then < made.breach_ends_at else None)
    assert made.fact_at(at - TICK) is None


def test_a_breach_is_set_aside_by_somebody_else_and_leaves_nothing():
    """What was wrong is as if it had not been found."""
    wrong = breached()
    assert wrong.without_breach(by=REVIEWER, at=MADE + 2 * DAY) == commitment()
    refuses(lambda: wrong.without_breach(by=MERCHANT, at=MADE + 2 * DAY), Fault.PLEDGER_DECIDES)
    refuses(lambda: wrong.without_breach(by=" ", at=MADE + 2 * DAY), Fault.NO_NAME)
    refuses(lambda: wrong.without_breach(by=REVIEWER, at=NAIVE), Fault.ILL_FORMED)
    refuses(lambda: wrong.without_breach(by=REVIEWER, at=MADE), Fault.NOT_YET)
    refuses(lambda: commitment().without_breach(by=REVIEWER, at=MADE), Fault.WRONG_STATE)
    done = commitment().with_settlement(settled(CommitmentState.FULFILLED))
    refuses(lambda: done.without_breach(by=REVIEWER, at=MADE + 2 * DAY), Fault.WRONG_STATE)


def test_who_pledged_does_not_settle_and_what_is_settled_stays():
    """But whoever acts for the merchant may take it back before its last day is over."""
    for state in (CommitmentState.FULFILLED, CommitmentState.BREACHED):
        refuses(lambda s=state: commitment().with_settlement(settled(s, by="陈 店主")), Fault.PLEDGER_DECIDES)
    withdrawn = settled(CommitmentState.WITHDRAWN, DUE_AT - TICK, by=MERCHANT)
    assert commitment().with_settlement(withdrawn).state_at(DUE_AT) is CommitmentState.WITHDRAWN
    refuses(lambda: commitment().with_settlement(replace(withdrawn, at=DUE_AT)), Fault.TOO_LATE)
    refuses(lambda: breached().with_settlement(withdrawn), Fault.WRONG_STATE)
    refuses(
        lambda: commitment().with_settlement(settled(CommitmentState.FULFILLED, MADE - TICK)), Fault.NOT_YET
    )
    late = commitment().with_settlement(settled(CommitmentState.BREACHED, DUE_AT + DAY))
    assert late.state_at(DUE_AT) is CommitmentState.EXPIRED
    assert late.state_at(DUE_AT + DAY) is CommitmentState.BREACHED


@pytest.mark.parametrize(
    ("state", "parts", "fault"),
    [
        (CommitmentState.MADE, {}, Fault.ILL_FORMED),
        (CommitmentState.EXPIRED, {}, Fault.ILL_FORMED),
        ("BREACHED", {}, Fault.ILL_FORMED),
        (CommitmentState.BREACHED, {"by": None}, Fault.HUMAN_REQUIRED),
        (CommitmentState.WITHDRAWN, {"by": None}, Fault.HUMAN_REQUIRED),
        (CommitmentState.BREACHED, {"by": "\u200b"}, Fault.NO_NAME),
        (CommitmentState.BREACHED, {"reasons": None}, Fault.NO_WORDS),
        (CommitmentState.BREACHED, {"reasons": HIDDEN}, Fault.NO_WORDS),
        (CommitmentState.WITHDRAWN, {"reasons": HIDDEN}, Fault.NO_WORDS),
        (CommitmentState.BREACHED, {"at": NAIVE}, Fault.ILL_FORMED),
        (CommitmentState.BREACHED, {"evidence": [RECEIPT]}, Fault.ILL_FORMED),
        (CommitmentState.BREACHED, {"evidence": ("a.pdf",)}, Fault.ILL_FORMED),
    ],
)
def test_a_settlement_says_who_found_what_and_why(state, parts, fault):
    """A breach is found by a named human, with reasons in both languages."""
    refuses(lambda: settled(state, **parts), fault)


def test_fulfilment_is_shown():
    """By evidence, whoever finds it."""
    bare = settled(CommitmentState.FULFILLED, evidence=())
    refuses(lambda: commitment().with_settlement(bare), Fault.NO_EVIDENCE)


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ({"commitment_id": " "}, Fault.ILL_FORMED),
        ({"pledger": "陈\n"}, Fault.NO_NAME),
        ({"terms": None}, Fault.NO_WORDS),
        ({"terms": Text(zh="条款", en="\u202eterms")}, Fault.NO_WORDS),
        ({"made_at": NAIVE}, Fault.ILL_FORMED),
        ({"made_at": "now"}, Fault.ILL_FORMED),
        ({"due_on": MADE}, Fault.ILL_FORMED),
        ({"due_on": MADE.date() - DAY}, Fault.ILL_FORMED),
        ({"relief": "fine_pledged"}, Fault.ILL_FORMED),
        ({"breach": "commitment_breached"}, Fault.ILL_FORMED),
        ({"breach_days": 0}, Fault.ILL_FORMED),
        ({"breach_days": True}, Fault.ILL_FORMED),
        ({"breach_days": MOST_DAYS + 1}, Fault.ILL_FORMED),
        ({"settlement": "BREACHED"}, Fault.ILL_FORMED),
    ],
)
def test_a_commitment_that_is_not_whole_does_not_exist(part, fault):
    """Who, what, until when, and what follows."""
    refuses(lambda: commitment(**part), fault)


@pytest.mark.parametrize("part", [{"name": "", "value": True}, {"name": "a", "value": 1.5}])
def test_a_fact_has_a_name_and_a_simple_value(part):
    """As policies declare them."""
    refuses(lambda: NamedFact(**part), Fault.ILL_FORMED)


def test_a_commitment_without_consequences_has_none():
    """No relief and no fact, where none was agreed."""
    made = breached(relief=None, breach=None)
    assert commitment(relief=None).relief_at(MADE) is None
    assert made.fact_at(MADE + 2 * DAY) is None
    assert commitment(due_on=MADE.date()).due_on < DUE_ON
    assert made.terms == WORDS


@pytest.mark.parametrize(
    ("made", "at", "changes_at"),
    [
        (commitment(), MADE, DUE_AT),
        (commitment(), DUE_AT - TICK, DUE_AT),
        (commitment(), DUE_AT, None),
        (commitment(relief=None), MADE, None),
        (breached(), MADE + DAY, breached().breach_ends_at),
        (breached(), breached().breach_ends_at, None),
        (breached(breach=None), MADE + DAY, None),
    ],
)
def test_it_says_when_time_alone_changes_what_it_counts_as(made, at, changes_at):
    """The end of its relief, or of its breach; what ends by nobody's doing needs no job."""
    assert made.changes_at(at) == changes_at


def test_an_instant_without_a_time_zone_is_refused():
    """Where a commitment stands then would be a guess."""
    with pytest.raises(InvalidRecord):
        commitment().state_at(NAIVE)
