"""Where terms begin: never while anything said still counts for something."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.policy import FactType
from chengxin.procedure.pledge import CommitmentState, pledged_facts
from chengxin.procedure.retention import Procedure, Retention
from tests.sdk.procedure.pledge.material import (
    BREACHED,
    DAY,
    DUE_AT,
    MADE,
    breached,
    commitment,
    declaration,
    found,
    settled,
)

DECLARED = {"has_warranty": FactType.BOOLEAN, BREACHED.name: FactType.BOOLEAN}
HOURS = st.integers(0, 24 * 200).map(lambda hours: timedelta(hours=hours))


def counts(at, one):
    """Tell whether a pledge makes a fact or relieves at an instant."""
    if hasattr(one, "pledger"):
        facts = pledged_facts(at, commitments=[one], declarations=[], declared=DECLARED).values
        return bool(facts) or one.relief_at(at) is not None
    unverified = frozenset(DECLARED)
    return bool(
        pledged_facts(at, commitments=[], declarations=[one], declared=DECLARED, unverified=unverified).values
    )


@given(after=HOURS, later=HOURS)
def test_what_is_over_counts_for_nothing_any_more(after, later):
    """However it was settled, and when."""
    in_time = MADE + min(after, DUE_AT - MADE - DAY)
    made, declared = commitment(), declaration()
    every = [
        made,
        breached(MADE + after),
        made.with_settlement(settled(CommitmentState.FULFILLED, MADE + after)),
        made.with_settlement(settled(CommitmentState.WITHDRAWN, in_time, evidence=())),
        declared,
        declared.with_withdrawal(MADE + after),
        declared.with_verification(found(True, MADE + after)),
        declared.with_verification(found(False, MADE + after)),
    ]
    assert not any(counts(one.over_at + later, one) for one in every)


def test_a_term_begins_at_once_when_nothing_counts():
    """With the last instant at which something did, or at which something was found."""
    assert commitment().over_at == DUE_AT
    assert breached(MADE + DAY).over_at == breached(MADE + DAY).breach_ends_at
    late = commitment().with_settlement(settled(CommitmentState.FULFILLED, DUE_AT + DAY))
    assert late.over_at == DUE_AT + DAY
    assert declaration().over_at == DUE_AT
    assert declaration().with_withdrawal(MADE + DAY).over_at == MADE + DAY
    assert declaration().with_verification(found(False, MADE + DAY)).over_at == MADE + DAY
    assert declaration().with_verification(found(True, MADE + DAY)).over_at == DUE_AT


@pytest.mark.parametrize(
    ("procedure", "days"),
    [
        (Procedure.APPEALS, 3),
        (Procedure.OBJECTION, 1),
        (Procedure.COMMITMENT, 2),
        (Procedure.DECLARATION, 2),
    ],
)
def test_each_procedure_has_its_term(procedure, days):
    """In days before the present instant."""
    terms = Retention(appeals_days=3, pledges_days=2, objections_days=1)
    assert terms.over_by(procedure, MADE) == MADE - days * DAY
