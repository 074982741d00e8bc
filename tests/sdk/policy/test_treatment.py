"""Treatments: what they may hold, and how they decide."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chengxin.errors import ConfigurationError, InvalidMeasure, InvalidRecord
from chengxin.policy import NO_FACTS, Direction, Outcome, PlatformFacts, UnknownMode
from chengxin.records import Standing
from tests.sdk.policy.material import (
    AT,
    COMPANY,
    PENALISED,
    PERSON,
    penalty,
    rule,
    run,
    small_policy,
    status_of,
)

POLICY = small_policy(
    rule(PENALISED, "listing-stop", "deposit-raise", "stream-decision", tier="watch"),
    rule({"standing": "NO_ADVERSE_RECORD"}, "deposit-relief", rule_id="good", tier="preferred"),
)
RESTRICTED = run(POLICY, status_of(penalty(end=0)))
RELIEVED = run(POLICY, status_of())
UNKNOWN = run(POLICY, status_of(registered=False))


def test_an_action_is_refused_while_a_restriction_that_refuses_it_is_in_effect():
    """The decision names the measures that refuse."""
    decision = RESTRICTED.decide("listing.create", AT)
    assert decision.outcome is Outcome.REFUSED
    assert [measure.code for measure in decision.measures] == ["listing-stop"]
    assert decision.unknown_mode is None
    assert not decision.is_review_wanted
    assert RESTRICTED.decide("funds.withdraw", AT).outcome is Outcome.ALLOWED
    assert RESTRICTED.decide("listing.create", AT - timedelta(seconds=1)).outcome is Outcome.ALLOWED


def test_a_review_about_an_action_is_wanted_and_refuses_nothing():
    """Until a human decides, nothing happens."""
    decision = RESTRICTED.decide("livestream.start", AT)
    assert (decision.outcome, decision.is_review_wanted) == (Outcome.ALLOWED, True)


def test_i4_a_treatment_past_its_life_refuses_nothing():
    """At the end of the disclosure the mode for the unknown answers, without any new evaluation."""
    end = RESTRICTED.valid_until
    assert all(end <= measure.ends_at for measure in RESTRICTED.restrictions)
    last = RESTRICTED.decide("listing.create", end - timedelta(microseconds=1))
    over = RESTRICTED.decide("listing.create", end)
    assert (last.outcome, over.outcome) == (Outcome.REFUSED, Outcome.ALLOWED)
    assert (over.measures, over.unknown_mode) == ((), UnknownMode.HOLD)
    assert not RESTRICTED.is_valid(end)
    assert RESTRICTED.is_valid(AT)


@pytest.mark.parametrize(
    ("action", "mode", "wanted"),
    [
        ("listing.create", UnknownMode.HOLD, False),
        ("livestream.start", UnknownMode.REVIEW, True),
        ("funds.withdraw", UnknownMode.NEUTRAL, False),
    ],
)
def test_i2_on_an_unknown_every_mode_allows(action, mode, wanted):
    """An unknown imposes nothing; review flags it for a human."""
    decision = UNKNOWN.decide(action, AT)
    assert (decision.outcome, decision.unknown_mode) == (Outcome.ALLOWED, mode)
    assert decision.is_review_wanted is wanted


def test_an_undeclared_action_is_a_mistake_of_the_caller():
    """It is said, with the likely name."""
    with pytest.raises(ConfigurationError, match=r"Did you mean 'listing\.create'\?"):
        RESTRICTED.decide("listing.creat", AT)
    with pytest.raises(ConfigurationError, match="Known here"):
        RESTRICTED.decide("zzz", AT)


def test_restrictions_and_reliefs_are_told_apart():
    """By direction, in order."""
    assert [m.code for m in RESTRICTED.restrictions] == ["listing-stop", "deposit-raise"]
    assert RESTRICTED.reliefs == ()
    assert [m.code for m in RELIEVED.reliefs] == ["deposit-relief"]
    assert all(m.direction is Direction.RELIEVE for m in RELIEVED.reliefs)


def test_i2_an_unknown_treatment_holds_neither_tier_nor_measure():
    """Not even by hand."""
    for changes in ({"tier": "watch"}, {"measures": RESTRICTED.measures}):
        with pytest.raises(InvalidMeasure, match="unknown"):
            replace(UNKNOWN, **changes)


def test_i8_a_person_holds_no_tier():
    """Not even by hand."""
    with pytest.raises(InvalidMeasure, match="natural person"):
        replace(RELIEVED, subject=PERSON)


def test_settings_are_read_only():
    """Nobody changes a treatment that others hold."""
    with pytest.raises(TypeError):
        RELIEVED.settings["deposit_fen"] = 1
    with pytest.raises(TypeError):
        RESTRICTED.unknown_modes["listing.create"] = UnknownMode.NEUTRAL


def test_a_treatment_says_whom_when_and_under_which_policy():
    """It can be reproduced from what it holds."""
    assert RESTRICTED.subject == COMPANY
    assert RESTRICTED.evaluated_at == AT
    assert RESTRICTED.policy == POLICY.ref
    assert RESTRICTED.standing is Standing.ADVERSE


# ---- platform facts ----


def test_platform_facts_are_checked_against_what_the_policy_declares():
    """An undeclared or mistyped fact is refused, with what to do."""
    with pytest.raises(InvalidRecord, match="Did you mean 'registered_days'"):
        POLICY.platform_facts({"registered_day": 3})
    with pytest.raises(InvalidRecord, match="declared as integer and given as bool"):
        POLICY.platform_facts({"registered_days": True})
    assert POLICY.platform_facts({"registered_days": 3}).values == {"registered_days": 3}


def test_platform_facts_are_plain_values():
    """Nothing but integers, booleans and texts, and what is given cannot be changed afterwards."""
    with pytest.raises(InvalidRecord, match="is a float"):
        PlatformFacts({"registered_days": 1.5})
    given = {"registered_days": 3}
    facts = PlatformFacts(given)
    given["registered_days"] = 4
    assert facts.values["registered_days"] == 3
    with pytest.raises(TypeError):
        facts.values["registered_days"] = 4


def test_platform_facts_are_compared_by_value_and_type():
    """True is not 1, so a remembered evaluation is never another's."""
    assert PlatformFacts({"a": 1}) == PlatformFacts({"a": 1})
    assert hash(PlatformFacts({"a": 1, "b": "x"})) == hash(PlatformFacts({"b": "x", "a": 1}))
    assert PlatformFacts({"a": 1}) != PlatformFacts({"a": True})
    assert PlatformFacts() == NO_FACTS
