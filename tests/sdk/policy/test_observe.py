"""The shipped policy that does nothing: the tiers of ``marketplace`` and not one measure."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.policy import Outcome, UnknownMode
from chengxin.records import Role
from tests.sdk.policy.material import (
    AT,
    COMPANY,
    PERSON,
    ROLES,
    marketplace,
    run,
    shipped,
    status_of,
)
from tests.sdk.policy.subjects import (
    CONSTRAINT_SETS,
    JOINED,
    held_records,
)


def observe():
    """Return the shipped policy that only looks."""
    return shipped("observe")


@settings(deadline=None)
@given(held_records(), ROLES, JOINED, CONSTRAINT_SETS, st.sampled_from([COMPANY, PERSON]))
def test_nothing_is_ever_done(held, role, facts, constraints, subject):
    """No measure, no review, every action allowed, every setting at its default."""
    treatment = run(observe(), status_of(*held, subject=subject), role=role, constraints=constraints, **facts)
    assert (treatment.measures, treatment.reviews) == ((), ())
    assert treatment.settings == observe().defaults
    decisions = [treatment.decide(action, AT) for action in observe().unknown_modes]
    assert {(d.outcome, d.is_review_wanted) for d in decisions} == {(Outcome.ALLOWED, False)}


@settings(deadline=None)
@given(held_records(), ROLES, JOINED, st.sampled_from([COMPANY, PERSON]))
def test_the_tier_is_the_one_that_marketplace_would_give(held, role, facts, subject):
    """And each reason is one that marketplace would give, on the same records."""
    status = status_of(*held, subject=subject)
    seen = run(observe(), status, role=role, **facts)
    meant = run(marketplace(), status, role=role, **facts)
    assert seen.tier == meant.tier
    grounds = {reason.rule_id: reason.record_ids for reason in meant.reasons}
    assert all(grounds[reason.rule_id] == reason.record_ids for reason in seen.reasons)


def test_conditions_are_those_of_marketplace():
    """Word for word, for every rule of it that gives a tier."""
    graded = {rule.id: (rule.when, rule.tier) for rule in marketplace().document.rules if rule.tier}
    assert {rule.id: (rule.when, rule.tier) for rule in observe().document.rules} == graded
    assert observe().document.tiers == marketplace().document.tiers
    assert observe().document.facts == marketplace().document.facts


def test_it_takes_the_place_of_marketplace_without_a_change_in_the_host():
    """The same actions to guard and the same settings to read; what is unknown changes nothing."""
    mine, theirs = observe().document, marketplace().document
    assert mine.settings == theirs.settings
    assert set(mine.actions) == set(theirs.actions)
    assert set(observe().unknown_modes.values()) == {UnknownMode.NEUTRAL}
    assert (mine.catalogue, mine.appeal_url) == ({}, None)


@pytest.mark.parametrize("role", [Role.MERCHANT, Role.MCN])
def test_a_subject_without_records_is_in_the_default_tier(role):
    """Nothing disclosed says nothing."""
    treatment = run(observe(), status_of(), role=role)
    assert (treatment.tier, treatment.reasons) == ("standard", ())
