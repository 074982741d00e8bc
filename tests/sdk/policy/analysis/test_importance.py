"""Which changes of a policy touch important interests, so that they are announced for longer."""

import pytest

from chengxin.policy.analysis.importance import touches_important
from tests.sdk.policy.material import BOTH, SMALL, rule, small_policy

PENALISED = {"record": {"kind": "PENALTY"}}
CATALOGUE = SMALL["catalogue"]
SHORT = CATALOGUE["listing-stop"] | {"longest_days": 30}
CUT = rule(PENALISED, "slots-cut")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (["slots-cut"], ["slots-cut"], False),
        ([], ["slots-cut"], False),
        (["listing-stop"], ["slots-cut"], False),
        (["slots-cut"], ["slots-cut", "listing-stop"], True),
        (["slots-cut"], ["slots-cut", "deposit-raise"], True),
        (["deposit-relief"], ["slots-relief"], True),
        (["slots-cut"], ["slots-cut", "stream-decision"], True),
        (["stream-decision"], ["slots-cut"], False),
    ],
)
def test_what_is_newly_refused_or_paid_is_important_and_what_goes_is_not(before, after, expected):
    """An action refused, a deposit raised or its relief lost, a decision on an action newly asked of a human."""
    usual = rule({"record": {"kind": "COMMENDATION"}}, rule_id="usual", tier="standard")
    old, new = (
        small_policy(usual, *([rule(PENALISED, *codes)] if codes else [])) for codes in (before, after)
    )
    assert touches_important(old, new) is expected


def test_a_first_policy_is_important_where_it_may_refuse_or_charge():
    """There is nothing to compare it with: what it may do counts."""
    mild = {"slots-cut": CATALOGUE["slots-cut"]}
    assert touches_important(None, small_policy(CUT)) is True
    assert touches_important(None, small_policy(CUT, catalogue=mild)) is False


def test_what_may_last_longer_is_important():
    """The same measure for the same subjects, for a year instead of a month; the reverse is not."""
    short, long = (
        small_policy(rule(PENALISED, "listing-stop"), catalogue=CATALOGUE | {"listing-stop": entry})
        for entry in (SHORT, CATALOGUE["listing-stop"])
    )
    assert touches_important(short, long) is True
    assert touches_important(long, short) is False


def test_a_setting_about_money_that_is_ordered_otherwise_is_important():
    """Another kind is no less a change: what was milder before is stricter after."""
    before, mild = small_policy(CUT), {"slots-cut": CATALOGUE["slots-cut"]}
    settings = SMALL["settings"] | {"deposit_fen": {"title": BOTH, "default": 900, "combine": "min"}}
    assert touches_important(before, small_policy(CUT, catalogue=mild, settings=settings)) is True
    assert touches_important(before, small_policy(CUT, catalogue=mild)) is False
