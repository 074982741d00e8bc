"""Settings: which of two values is the stricter, and what several measures make of one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.policy import Scale
from chengxin.policy.document import Combine
from tests.sdk.policy.material import BOTH, LEGAL, penalty, rule, run, small_document, small_policy, status_of

AMOUNTS = st.integers(-10_000, 10_000)
LADDER = ("light", "usual", "key", "each")


def scale(combine, default=1000, **fields):
    """Return the scale of a setting."""
    return Scale(default=default, combine=combine, **fields)


@pytest.mark.parametrize(
    ("combine", "given", "expected"),
    [
        (Combine.MAX, [3, 9, 1], 9),
        (Combine.MIN, [3, 9, 1], 1),
        (Combine.MAX, [False, True], True),
        (Combine.MIN, [False, True], False),
    ],
)
def test_the_stricter_end_counts(combine, given, expected):
    """The highest or the lowest value given, and never the default."""
    assert scale(combine).resolve(given) == expected


def test_strictest_follows_the_order_that_the_setting_lists():
    """Words have no size: their order is the one listed."""
    ladder = scale(Combine.STRICTEST, "usual", values=LADDER)
    assert ladder.resolve(["light", "key", "usual"]) == "key"
    assert [ladder.step(word) for word in LADDER] == [-1, 0, 1, 2]
    with pytest.raises(ValueError, match="not in"):
        ladder.step("none")


def test_a_word_is_no_amount():
    """Where a number is compared or added, a word is refused."""
    with pytest.raises(ValueError, match="takes no text"):
        scale(Combine.MAX).step("key")


@given(st.lists(AMOUNTS, min_size=1, max_size=6))
def test_a_sum_stays_between_floor_and_cap(given):
    """Amounts are added to the default, in any order, within the bounds."""
    total = scale(Combine.SUM, cap=2500, floor=400)
    assert total.resolve(given) == min(2500, max(400, 1000 + sum(given)))
    assert total.resolve(given) == total.resolve(given[::-1])
    assert scale(Combine.SUM).resolve(given) == 1000 + sum(given)


@given(st.sampled_from([Combine.MAX, Combine.MIN]), st.lists(AMOUNTS, min_size=1, max_size=6), AMOUNTS)
def test_one_measure_more_makes_a_setting_no_milder(combine, given, another):
    """What is added to what was given moves the value towards the stricter end, or not at all."""
    one = scale(combine)
    assert one.strictness(one.resolve([*given, another])) >= one.strictness(one.resolve(given))


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=6), st.integers(0, 5000))
def test_an_amount_more_makes_a_sum_no_milder(given, another):
    """Amounts that restrict add up."""
    total = scale(Combine.SUM, cap=9000, floor=0)
    assert total.resolve([*given, another]) >= total.resolve(given)


def test_a_sum_without_a_floor_goes_no_milder_than_the_default():
    """A floor is declared where relief is meant to lower a sum."""
    settings = {"points": {"title": BOTH, "default": 10, "combine": "sum", "cap": 40}}
    measures = {
        "some": measure("points", 15),
        "more": measure("points", 20),
    }
    first = rule({"record": {"kind": "PENALTY"}}, "some", rule_id="first")
    second = rule({"record": {"kind": "PENALTY"}}, "more", rule_id="second")
    policy = small_policy(first, second, **with_settings(settings, measures))
    assert run(policy, status_of(penalty())).settings["points"] == 40
    assert policy.scales["points"].resolve([-5]) == 10


def test_words_of_a_setting_reach_the_treatment():
    """A setting with a list of words is set to the strictest given."""
    settings = {
        "scrutiny": {"title": BOTH, "default": "usual", "combine": "strictest", "values": list(LADDER)}
    }
    measures = {"looked-at": measure("scrutiny", "key"), "watched": measure("scrutiny", "each")}
    policy = small_policy(
        rule({"record": {"kind": "PENALTY"}}, "looked-at", "watched"), **with_settings(settings, measures)
    )
    assert run(policy, status_of()).settings["scrutiny"] == "usual"
    assert run(policy, status_of(penalty())).settings["scrutiny"] == "each"


def measure(setting, value):
    """Return a restriction that changes a setting, as data."""
    return {
        "title": BOTH,
        "direction": "RESTRICT",
        "setting": {"name": setting, "value": value},
        "category": "PROVISION",
        **LEGAL,
    }


def with_settings(settings, measures):
    """Return the members of a small document that these settings and measures change."""
    document = small_document()
    return {
        "settings": document["settings"] | settings,
        "catalogue": document["catalogue"] | measures,
    }
