"""Conditions on joint constraints of other platforms: they make a platform look, and are no ground."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidPolicy, InvalidRecord
from chengxin.policy import NO_FACTS, ActiveConstraint
from chengxin.records import Role, start_of_china_day
from tests.examples import tried
from tests.sdk.policy.material import (
    AT,
    MICROSECOND,
    PENALISED,
    answers,
    day,
    penalty,
    rule,
    shown,
    small_policy,
    status_of,
)
from tests.sdk.policy.subjects import (
    constraint,
)


def under(policy, *constraints, status=None, at=AT):
    """Evaluate a policy on a subject that is under these constraints."""
    return policy.evaluate(
        status or status_of(penalty()), facts=NO_FACTS, role=Role.MERCHANT, at=at, constraints=constraints
    )


def fires(condition, *constraints, at=AT):
    """Tell whether a condition on constraints holds."""
    policy = small_policy(rule({"constraint": condition}, tier="watch"))
    return bool(under(policy, *constraints, status=status_of(life=timedelta(days=900)), at=at).reasons)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({}, True),
        ({"category": "虚假宣传"}, True),
        ({"category": ["售假"]}, False),
        ({"platforms": {"at_least": 2}}, True),
        ({"platforms": {"at_least": 3}}, False),
        ({"category": "虚假宣传", "platforms": {"at_least": 2}}, False),
        ({"verified": True}, True),
        ({"verified": True, "category": "虚假宣传"}, False),
        ({"verified": False}, True),
        ({"age_days": {"at_least": 11}}, False),
        ({"age_days": {"at_least": 10, "less_than": 11}}, True),
        ({"age_days": {"less_than": 4}}, False),
    ],
)
def test_a_condition_looks_at_platforms_category_age_and_verification(condition, holds):
    """Distinct platforms count: two constraints of one platform are one."""
    given = [
        constraint(),
        constraint(since=-9),
        constraint("乙平台", "价格欺诈", since=-4, is_verified=True),
        constraint("丙平台", since=-90, until=-1),
        constraint("丁平台", since=1),
    ]
    assert fires(condition, *given) is holds


def test_i10_a_constraint_is_no_ground_of_a_restriction():
    """A rule that restricts on another platform's word alone is refused; beside a record it may narrow."""
    alone = rule({"constraint": {"platforms": {"at_least": 3}}}, "listing-stop")
    with pytest.raises(InvalidPolicy) as caught:
        small_policy(alone)
    assert [finding.code for finding in caught.value.findings] == ["rule.no_ground"]
    policy = small_policy(rule({"all": [PENALISED, {"constraint": {}}]}, "listing-stop"))
    (measure,) = under(policy, constraint(until=5)).restrictions
    assert [ground.record_id for ground in measure.grounds] == ["P1"]
    assert measure.ends_at == start_of_china_day(day(5))
    assert not under(policy).measures


def test_i10_what_a_constraint_narrowed_ends_with_it():
    """Where several platforms are asked for, the measure ends when too few are left."""
    condition = {"constraint": {"platforms": {"at_least": 2}, "age_days": {"less_than": 30}}}
    policy = small_policy(rule({"all": [PENALISED, condition]}, "listing-stop"))
    given = [constraint(until=40), constraint("乙平台", until=7), constraint("乙平台", until=9)]
    (measure,) = under(policy, *given).restrictions
    assert measure.ends_at == start_of_china_day(day(9))
    (measure,) = under(policy, *given[:1], constraint("乙平台", until=90)).restrictions
    assert measure.ends_at == start_of_china_day(day(20))


def test_a_relief_denied_to_who_is_under_a_constraint_comes_back_by_itself():
    """Below none the first constraint that begins ends it, and the treatment is not valid for longer."""
    policy = small_policy(rule({"none": [{"constraint": {"age_days": {"at_least": 3}}}]}, "deposit-relief"))
    status = status_of(life=timedelta(days=90))
    assert under(policy, constraint(until=2), status=status).measures == ()
    assert under(policy, constraint(until=2), status=status).valid_until == start_of_china_day(day(2))
    treatment = under(policy, constraint(since=0), status=status)
    assert [measure.code for measure in treatment.measures] == ["deposit-relief"]
    assert treatment.valid_until == start_of_china_day(day(3))


CONSTRAINTS = st.lists(
    st.builds(
        lambda platform, category, since, length, is_verified: constraint(
            platform, category, since=since, until=since + length, is_verified=is_verified
        ),
        st.sampled_from(["甲平台", "乙平台", "丙平台"]),
        st.sampled_from(["虚假宣传", "售假"]),
        st.integers(-40, 10),
        st.integers(1, 60),
        st.booleans(),
    ),
    max_size=5,
)
ON_CONSTRAINTS = st.fixed_dictionaries(
    {},
    optional={
        "category": st.sampled_from([["虚假宣传"], ["售假", "虚假宣传"]]),
        "platforms": st.integers(1, 3).map(lambda n: {"at_least": n}),
        "verified": st.booleans(),
        "age_days": st.sampled_from([{"at_least": 5}, {"less_than": 20}, {"at_least": 3, "less_than": 30}]),
    },
).map(lambda condition: {"constraint": condition})


@tried(0.8)
@given(ON_CONSTRAINTS, st.booleans(), CONSTRAINTS, answers())
def test_i10_nothing_changes_before_valid_until_whatever_constraints_do(condition, negated, given, answer):
    """Constraints that begin, end or grow old are foreseen, and a restriction lasts to its end."""
    when = {"none": [condition]} if negated else condition
    policy = small_policy(
        rule({"all": [PENALISED, when]}, "deposit-raise-more", rule_id="restricting"),
        rule(when, "slots-relief", rule_id="relieving"),
    )
    status = shown(answer)
    treatment = under(policy, *given, status=status)
    boundary = treatment.valid_until - MICROSECOND
    for at in [AT + (boundary - AT) * share / 4 for share in range(5)] if boundary > AT else ():
        later = under(policy, *given, status=status, at=at)
        assert [reason.rule_id for reason in later.reasons] == [r.rule_id for r in treatment.reasons]
    for measure in treatment.restrictions:
        last = measure.ends_at - MICROSECOND
        just_before = under(policy, *given, status=shown(answer, at=last), at=last)
        assert measure.rule_id in {reason.rule_id for reason in just_before.reasons}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"platform": " "}, "names its platform"),
        ({"category": ""}, "names its platform"),
        ({"is_verified": "yes"}, "whether it was verified"),
        ({"effective_from": datetime(2026, 6, 1)}, "UTC"),
        ({"effective_until": datetime(2020, 1, 1, tzinfo=UTC)}, "ends after"),
    ],
)
def test_a_constraint_that_contradicts_itself_is_refused(changes, message):
    """A constraint that exists is right."""
    whole = {
        "platform": "甲平台",
        "category": "虚假宣传",
        "effective_from": AT,
        "effective_until": AT + timedelta(days=1),
    }
    with pytest.raises(InvalidRecord, match=message):
        ActiveConstraint(**whole | changes)
