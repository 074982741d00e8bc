"""What a human decides is the very measure that the rule would give by itself (invariants I3, I5, I8)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidMeasure
from chengxin.policy import Direction, Situation, compile_policy, decided_measure, grounds_of
from chengxin.records import Role, SubjectKind
from tests.examples import tried
from tests.sdk.policy.material import AT, CONDITIONS, answers, penalty, policies, shown, status_of
from tests.sdk.policy.material import marketplace as the_marketplace

BY = "王敏"


def human(policy):
    """Return a policy in which a human decides on everything that limits."""
    catalogue = {
        code: entry.model_copy(update={"human_decides": True})
        if entry.direction is Direction.RESTRICT
        else entry
        for code, entry in policy.document.catalogue.items()
    }
    return compile_policy(policy.document.model_copy(update={"catalogue": catalogue}))


def all_decided(policy, situation):
    """Return what comes of every review of a policy."""
    reviews = situation.evaluate(policy, AT).reviews
    made = [decided_measure(policy, review, situation, at=AT, by=BY) for review in reviews]
    return [(review, measure) for review, measure in zip(reviews, made, strict=True) if measure is not None]


@given(policy=policies(CONDITIONS), answer=answers())
@tried(1)
def test_i5_a_human_decides_on_what_the_rule_gives_by_itself(policy, answer):
    """Of the same code the one that lasts longest is what is given where nobody is asked."""
    asking, situation = human(policy), Situation(status=shown(answer))
    given_alone = {m.code: m for m in situation.evaluate(policy, AT).restrictions}
    longest = {}
    for _, measure in all_decided(asking, situation):
        if measure.code not in longest or measure.ends_at > longest[measure.code].ends_at:
            longest[measure.code] = measure
    assert longest.keys() == given_alone.keys()
    for code, measure in longest.items():
        assert replace(measure, decided_by=None, policy=policy.ref) == given_alone[code]


@given(policy=policies(CONDITIONS), answer=answers(), role=st.sampled_from(Role))
@tried(1)
def test_i3_what_is_decided_has_a_name_a_ground_and_an_end(policy, answer, role):
    """It starts when it is decided, on the records of the review, and ends with them at the latest."""
    situation = Situation(status=shown(answer), role=role)
    for review, measure in all_decided(human(policy), situation):
        assert (measure.decided_by, measure.starts_at, measure.code) == (BY, AT, review.measure_code)
        assert measure.grounds == grounds_of(review, situation.status)
        ends = [ground.ends_at for ground in measure.grounds]
        assert None in ends or measure.ends_at <= max(ends)


def test_i8_an_anchor_is_asked_about_and_a_named_human_decides():
    """Nobody is nobody."""
    policy = the_marketplace()
    situation = Situation(status=status_of(penalty()), role=Role.ANCHOR)
    review = situation.evaluate(policy, AT).reviews[0]
    measure = decided_measure(policy, review, situation, at=AT, by=BY)
    assert measure.subject_kind is SubjectKind.ENTERPRISE
    with pytest.raises(InvalidMeasure):
        decided_measure(policy, review, situation, at=AT, by=" ")


def test_what_is_not_asked_is_not_decided():
    """On other facts, under another policy, or when the status is over."""
    policy = the_marketplace()
    situation = Situation(status=status_of(penalty()), role=Role.ANCHOR)
    review = situation.evaluate(policy, AT).reviews[0]
    merchant = replace(situation, role=Role.MERCHANT)
    assert decided_measure(policy, review, merchant, at=AT, by=BY) is None
    assert decided_measure(policy, replace(review, measure_code="none"), situation, at=AT, by=BY) is None
    assert decided_measure(policy, review, situation, at=situation.status.valid_until, by=BY) is None
