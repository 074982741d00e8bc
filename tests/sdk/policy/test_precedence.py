"""Which of several rules prevails: what the law requires, then the trust team's decision, then the rest."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.policy import Precedence, SettingEffect
from chengxin.policy.rule import PRECEDENCES
from chengxin.records import RecordKind, end_of_china_day, start_of_china_day
from tests.examples import tried
from tests.sdk.policy.material import (
    ADVERSE_CONDITIONS,
    AT,
    FACTS,
    MICROSECOND,
    PENALISED,
    RESTRICTIONS,
    ROLES,
    SMALL,
    answers,
    day,
    penalty,
    record,
    rule,
    run,
    shown,
    small_policy,
    status_of,
)


def ranked(when, precedence, *measures, **fields):
    """Return a rule of some precedence as data."""
    rule_id = fields.pop("rule_id", precedence.lower().replace("_", "-"))
    return rule(when, *measures, rule_id=rule_id) | {"precedence": precedence, **fields}


def on_one_setting(one, other):
    """Tell whether two measures change the same setting."""
    return isinstance(one.effect, SettingEffect) and (
        getattr(other.effect, "setting", None) == one.effect.setting
    )


def codes(treatment):
    """Return the codes of a treatment's measures."""
    return {measure.code for measure in treatment.measures}


@pytest.mark.parametrize(
    ("given_by", "waived_by", "is_given"),
    [
        ("DISCRETIONARY", "DISCRETIONARY", False),
        ("DISCRETIONARY", "TRUST_TEAM", False),
        ("TRUST_TEAM", "DISCRETIONARY", True),
        ("REQUIRED_BY_LAW", "TRUST_TEAM", True),
        ("REQUIRED_BY_LAW", "REQUIRED_BY_LAW", False),
    ],
)
@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_measure_is_waived_by_its_own_precedence_or_a_higher_one(
    given_by, waived_by, is_given, is_reversed
):
    """What the law requires is waived by the law alone; the order in the document does not matter."""
    rules = [
        ranked(PENALISED, given_by, "listing-stop", rule_id="giving"),
        ranked(PENALISED, waived_by, waives=["listing-stop"], rule_id="waiving"),
    ]
    treatment = run(small_policy(*(reversed(rules) if is_reversed else rules)), status_of(penalty()))
    assert codes(treatment) == ({"listing-stop"} if is_given else set())
    assert {reason.rule_id for reason in treatment.reasons} == {"giving", "waiving"}


def test_what_is_waived_is_not_put_before_a_human():
    """A waived measure is no review either."""
    rules = [ranked(PENALISED, "DISCRETIONARY", "stream-decision", rule_id="asking")]
    waiving = ranked(PENALISED, "TRUST_TEAM", waives=["stream-decision"], rule_id="waiving")
    assert run(small_policy(*rules), status_of(penalty())).reviews
    assert not run(small_policy(*rules, waiving), status_of(penalty())).reviews


def test_the_setting_is_of_the_highest_precedence_that_changes_it():
    """A relief of the trust team takes the place of a discretionary restriction on the same setting, and no other."""
    policy = small_policy(
        ranked(PENALISED, "DISCRETIONARY", "deposit-raise", "slots-cut"),
        ranked(PENALISED, "TRUST_TEAM", "deposit-relief"),
    )
    treatment = run(policy, status_of(penalty(start=-10)))
    assert codes(treatment) == {"deposit-relief", "slots-cut"}
    assert treatment.settings["deposit_fen"] == 500
    assert treatment.settings["slots"] == 1


def test_of_one_precedence_the_stricter_end_counts():
    """Within a precedence the declared operator resolves."""
    policy = small_policy(
        ranked(PENALISED, "REQUIRED_BY_LAW", "deposit-raise", rule_id="one"),
        ranked(PENALISED, "REQUIRED_BY_LAW", "deposit-raise-more", rule_id="two"),
    )
    treatment = run(policy, status_of(penalty(start=-10)))
    assert treatment.settings["deposit_fen"] == 9000


def test_the_tier_is_of_the_highest_precedence_that_gives_one():
    """A decision on the tier takes the place of what the other rules say; of equals the worst counts."""
    discretionary = rule(PENALISED, rule_id="usual", tier="restricted")
    decided = ranked(PENALISED, "TRUST_TEAM", rule_id="decided", tier="standard")
    harder = ranked(PENALISED, "TRUST_TEAM", rule_id="harder", tier="watch")
    for rules in ((discretionary, decided), (decided, discretionary)):
        assert run(small_policy(*rules), status_of(penalty())).tier == "standard"
    for rules in ((decided, harder, discretionary), (discretionary, harder, decided)):
        assert run(small_policy(*rules), status_of(penalty())).tier == "watch"


def test_i4_a_rule_is_over_with_its_last_day_and_what_it_gave_ends_then():
    """A rule with an end gives nothing that lasts longer, and the treatment does not outlive it."""
    policy = small_policy(ranked(PENALISED, "TRUST_TEAM", "listing-stop", until=day(3).isoformat()))
    over_at = end_of_china_day(day(3))
    status = status_of(penalty(), life=timedelta(days=90))
    treatment = run(policy, status)
    assert [measure.ends_at for measure in treatment.restrictions] == [over_at]
    assert treatment.valid_until == over_at
    assert codes(run(policy, status, at=over_at - MICROSECOND)) == {"listing-stop"}
    assert not run(policy, status, at=over_at).reasons


def test_a_waiver_that_ends_brings_back_what_it_waived():
    """The treatment is valid no longer than the waiver, whose end brings the measure back."""
    policy = small_policy(
        ranked(PENALISED, "DISCRETIONARY", "listing-stop"),
        ranked(PENALISED, "TRUST_TEAM", waives=["listing-stop"], until=day(3).isoformat()),
    )
    status = status_of(penalty(), life=timedelta(days=90))
    treatment = run(policy, status)
    assert (codes(treatment), treatment.valid_until) == (set(), end_of_china_day(day(3)))
    assert codes(run(policy, status, at=treatment.valid_until)) == {"listing-stop"}


def test_i4_a_term_that_is_over_stays_over_in_a_new_version():
    """Longest durations count from the day that the policy names, so that a new version does not begin them anew."""
    given_long_ago = penalty(start=-200, end=500)
    versions = {"effective_from": day(-1).isoformat()}
    (measure,) = run(
        small_policy(rule(PENALISED, "deposit-raise"), **versions), status_of(given_long_ago)
    ).measures
    assert measure.ends_at == start_of_china_day(day(89))
    kept = small_policy(rule(PENALISED, "deposit-raise"), **versions, terms_since="2020-01-01")
    assert not run(kept, status_of(given_long_ago)).measures


def test_i5_a_treatment_is_over_when_what_gave_a_measure_its_precedence_is():
    """A measure that two precedences give outranks others only until the term of the higher one is over."""
    milder = {**SMALL["catalogue"]["slots-cut"], "setting": {"name": "slots", "value": 2}, "longest_days": 60}
    listed = {"record": {"kind": "ABNORMAL_LISTING"}}
    policy = small_policy(
        ranked(PENALISED, "TRUST_TEAM", "slots-milder", rule_id="decided"),
        rule(listed, "slots-milder", "slots-cut", rule_id="usual"),
        catalogue=SMALL["catalogue"] | {"slots-milder": milder},
    )
    listing = record("L", RecordKind.ABNORMAL_LISTING, start=-5, end=300)
    status = status_of(penalty(start=-58, end=300), listing, life=timedelta(days=90))
    treatment = run(policy, status)
    assert treatment.settings["slots"] == 2
    assert treatment.valid_until == start_of_china_day(day(2))
    assert run(policy, status, at=treatment.valid_until).settings["slots"] == 1


@st.composite
def layered(draw):
    """Policies whose rules give, waive and end, with every precedence."""
    rules = []
    for index in range(draw(st.integers(1, 5))):
        chosen = draw(st.lists(st.sampled_from(RESTRICTIONS), max_size=3, unique=True))
        waived = draw(st.lists(st.sampled_from(RESTRICTIONS), max_size=2, unique=True))
        until = draw(st.none() | st.integers(-2, 40).map(lambda offset: day(offset).isoformat()))
        precedence = draw(st.sampled_from(Precedence)).value
        tier = draw(st.sampled_from([None, "preferred", "watch", "restricted"]))
        given_rule = rule(draw(ADVERSE_CONDITIONS), *chosen, rule_id=f"rule-{index}", tier=tier or "standard")
        waives = [code for code in waived if code not in chosen]
        rules.append(given_rule | {"waives": waives, "precedence": precedence, "until": until})
    return small_policy(*rules)


@tried(0.6)
@given(layered(), answers(), ROLES, FACTS)
def test_i3_what_prevails_is_what_the_document_says(policy, answer, role, facts):
    """Against a slow reading: who gives, who waives, who outranks; and nothing outlives its rule."""
    status = shown(answer)
    treatment = run(policy, status, role=role, **facts)
    fired = {reason.rule_id for reason in treatment.reasons}
    rules = [r for r in policy.document.rules if r.id in fired]
    level = {r.id: PRECEDENCES.index(r.precedence) for r in rules}
    waived = {code: max(level[r.id] for r in rules if code in r.waives) for r in rules for code in r.waives}
    for measure in treatment.measures:
        giving = [r for r in rules if measure.code in r.measures]
        top = max(level[r.id] for r in giving)
        assert top > waived.get(measure.code, -1)
        for rival in (m for m in treatment.measures if on_one_setting(m, measure)):
            assert max(level[r.id] for r in rules if rival.code in r.measures) == top
        until = next(r.until for r in giving if r.id == measure.rule_id)
        assert until is None or measure.ends_at <= end_of_china_day(until)
    assert all(waived.get(review.measure_code, -1) < level[review.rule_id] for review in treatment.reviews)
    assert all(r.until is None or end_of_china_day(r.until) > AT for r in rules)


@tried(0.5)
@given(layered(), answers(), FACTS)
def test_nothing_changes_before_valid_until_whatever_prevails(policy, answer, facts):
    """Until ``valid_until`` the same status gives the same treatment."""
    status = shown(answer)
    treatment = run(policy, status, **facts)
    boundary = treatment.valid_until - MICROSECOND
    for at in [AT + (boundary - AT) * share / 3 for share in range(4)] if boundary > AT else ():
        later = run(policy, status, at=at, **facts)
        assert (later.tier, later.settings, codes(later)) == (
            treatment.tier,
            treatment.settings,
            codes(treatment),
        )
        assert later.reviews == treatment.reviews
