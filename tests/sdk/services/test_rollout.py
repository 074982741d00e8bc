"""Rollout: sticky by subject, uniform, and growing without anybody falling back."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from chengxin.errors import ConfigurationError
from chengxin.policy import NO_FACTS
from chengxin.records import Role
from chengxin.services import Rollout
from tests.sdk.policy.material import AT, PENALISED, PERSON, penalty, rule, small_policy, status_of
from tests.sdk.services.vectors import code_of

CURRENT = small_policy(rule(PENALISED, "deposit-raise", tier="watch"))
CANDIDATE = small_policy(rule(PENALISED, "listing-stop", tier="restricted"), version="2")
KEY = SecretStr("a key for rollouts alone")
MANY = [f"subject-{number}" for number in range(20_000)]


def rollout(share, *, key=KEY, name=None, candidate=CANDIDATE):
    """Return a rollout of a share in thousandths."""
    return Rollout(current=CURRENT, candidate=candidate, share_permille=share, key=key, name=name)


@given(st.text(min_size=1), st.integers(0, 1000), st.integers(0, 1000))
def test_who_has_the_candidate_keeps_it_as_the_share_grows(subject, one, two):
    """And gets the same each time it is asked."""
    low, high = sorted((one, two))
    if rollout(low).choose(subject) is CANDIDATE:
        assert rollout(high).choose(subject) is CANDIDATE
    assert rollout(one).choose(subject) is rollout(one).choose(subject)
    assert (rollout(one).choose(subject) is CANDIDATE) == (rollout(one).place_of(subject) * 1000 < one)
    assert rollout(0).choose(subject) is CURRENT
    assert rollout(1000).choose(subject) is CANDIDATE


@pytest.mark.parametrize("share", [10, 250, 500, 900])
def test_as_many_get_it_as_asked_for(share):
    """Within five standard deviations, and so among those who have it already."""
    chosen = [subject for subject in MANY if rollout(share).choose(subject) is CANDIDATE]
    expected = len(MANY) * share / 1000
    assert abs(len(chosen) - expected) < 5 * (expected * (1 - share / 1000)) ** 0.5


def test_places_are_uniform():
    """Chi-square over twenty bins of a thousand; 43.8 is passed once in a thousand times, and the key stands fast."""
    bins = Counter(int(rollout(1).place_of(subject) * 20) for subject in MANY)
    assert sum((number - 1000) ** 2 / 1000 for number in bins.values()) < 43.8


def test_places_follow_the_key_and_the_name():
    """Without the key nobody can tell them, and no subject always comes first."""
    half = {
        name: {s for s in MANY if r.choose(s) is CANDIDATE}
        for name, r in {
            "one": rollout(500),
            "key": rollout(500, key=SecretStr("another key of that kind")),
            "name": rollout(500, name="second"),
        }.items()
    }
    for other in ("key", "name"):
        assert 0.45 < len(half["one"] & half[other]) / len(half["one"]) < 0.55


def test_an_amended_candidate_keeps_its_subjects():
    """The name counts, not the version."""
    amended = small_policy(version="3")
    for subject in MANY[:200]:
        was = rollout(300).choose(subject) is CANDIDATE
        assert (rollout(300, candidate=amended).choose(subject) is amended) == was


def test_the_place_is_pinned():
    """Another release gives everybody the same one."""
    assert rollout(1).place_of("91350100M000100Y43") == pytest.approx(0.9207430818692938, abs=1e-12)


def test_it_evaluates_the_policy_of_the_subject():
    """By its code; a natural person by the pseudonym."""
    status = status_of(penalty())
    given = {"facts": NO_FACTS, "role": Role.MERCHANT, "at": AT}
    assert rollout(1000).evaluate(status, **given) == CANDIDATE.evaluate(status, **given)
    assert rollout(0).evaluate(status, **given) == CURRENT.evaluate(status, **given)
    person = status_of(penalty(), subject=PERSON)
    assert rollout(1000).evaluate(person, pseudonym="p-1", **given) == CANDIDATE.evaluate(person, **given)
    with pytest.raises(ConfigurationError, match="Pass the pseudonym"):
        rollout(1000).evaluate(person, **given)


@pytest.mark.parametrize("share", [-1, 1001, True, 0.5])
def test_a_share_is_a_number_of_thousandths(share):
    """Anything else is refused."""
    with pytest.raises(ConfigurationError, match="thousandths"):
        rollout(share)


def test_a_key_is_long_and_not_shown():
    """A short one could be guessed."""
    with pytest.raises(ConfigurationError, match="16 characters"):
        rollout(1, key=SecretStr("short"))
    assert "rollouts alone" not in repr(rollout(1))
    assert code_of(1).code not in repr(rollout(1))
