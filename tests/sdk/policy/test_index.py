"""The index over rules: what it leaves out cannot fire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.policy import PlatformFacts
from chengxin.records import RecordKind, Role, Severity, SubjectKind
from tests.sdk.policy.material import (
    AT,
    AUTHORITIES,
    FACTS,
    ROLES,
    answers,
    penalty,
    policies,
    record,
    rule,
    shown,
    small_policy,
    status_of,
)


def candidates(policy, status, *, role=Role.MERCHANT, facts=None):
    """Return the view of a status and the ids of the rules that the index leaves in."""
    view, found = policy._look(status, PlatformFacts(facts or {}), role, AT)
    return view, {one.rule_id for number, one in enumerate(policy._rules) if found >> number & 1}


@given(policies(), answers(), FACTS, ROLES)
def test_a_rule_that_the_index_leaves_out_does_not_hold(policy, answer, facts, role):
    """Whatever the conditions, the records, the facts and the role."""
    view, left_in = candidates(policy, shown(answer), role=role, facts=facts)
    holding = {one.rule_id for one in policy._rules if one.test(view) is not None}
    assert holding <= left_in


@given(st.integers(0, 500), st.sampled_from([None, *AUTHORITIES]), st.integers(0, 800), ROLES)
def test_of_rules_on_one_record_and_circumstances_just_those_are_left_in_that_hold(
    age, authority, days, role
):
    """Bands of age, authorities, roles and facts are told apart to the day and to the unit."""
    policy = small_policy(*_plain_rules([(0, 90), (90, 91), (91, 400), (400, 401)]))
    status = status_of(penalty(on=-age, authority=authority))
    view, left_in = candidates(policy, status, role=role, facts={"registered_days": days})
    assert left_in == {one.rule_id for one in policy._rules if one.test(view) is not None}


def test_more_bounds_than_are_indexed_are_left_to_the_tests():
    """A policy may name any number of ages and of values; the rules that hold are the same."""
    many = range(1, 61)
    policy = small_policy(
        *(
            rule(
                {"record": {"kind": "PENALTY", "age_days": {"less_than": n}}},
                rule_id=f"age-{n}",
                tier="watch",
            )
            for n in many
        ),
        *(
            rule(
                {
                    "all": [
                        {"record": {"kind": "PENALTY"}},
                        {"fact": {"name": "registered_days", "at_least": n}},
                    ]
                },
                rule_id=f"days-{n}",
                tier="watch",
            )
            for n in many
        ),
    )
    _, left_in = candidates(policy, status_of(penalty(on=-30)), facts={"registered_days": 30})
    assert len(left_in) == 120
    treatment = policy.evaluate(
        status_of(penalty(on=-30)), facts=PlatformFacts({"registered_days": 30}), role=Role.MERCHANT, at=AT
    )
    assert {reason.rule_id for reason in treatment.reasons} == {
        *(f"age-{n}" for n in range(31, 61)),
        *(f"days-{n}" for n in range(1, 31)),
    }


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, {"not-flagship"}),
        ({"is_flagship": True}, {"flagship"}),
        ({"is_flagship": False}, {"not-flagship"}),
        ({"city": "福州"}, {"not-flagship", "fuzhou"}),
        ({"city": "厦门"}, {"not-flagship"}),
        ({"registered_days": 7}, {"not-flagship", "seven"}),
        ({"registered_days": 8}, {"not-flagship"}),
        ({"registered_days": 6}, {"not-flagship"}),
    ],
)
def test_facts_are_told_apart_by_value_and_by_being_given(facts, expected):
    """True is not 1, and what is not given is neither true nor false: ``none`` holds on it."""
    policy = small_policy(
        rule({"fact": {"name": "is_flagship", "equals": True}}, rule_id="flagship", tier="watch"),
        rule(
            {"none": [{"fact": {"name": "is_flagship", "equals": True}}]},
            rule_id="not-flagship",
            tier="watch",
        ),
        rule({"fact": {"name": "city", "equals": "福州"}}, rule_id="fuzhou", tier="watch"),
        rule({"fact": {"name": "registered_days", "equals": 7}}, rule_id="seven", tier="watch"),
    )
    assert candidates(policy, status_of(), facts=facts)[1] == expected


def test_a_rule_that_needs_one_of_several_records_is_left_in_by_any_of_them():
    """``any`` and ``at_least`` need what their branches need, unless enough of those need nothing."""
    listed, penalised = (
        {"record": {"kind": "SERIOUS_LISTING"}},
        {"record": {"kind": "PENALTY", "severity": "SERIOUS"}},
    )
    policy = small_policy(
        rule({"any": [listed, penalised]}, rule_id="either", tier="watch"),
        rule(
            {"at_least": {"n": 2, "of": [listed, penalised, {"role": "MERCHANT"}]}},
            rule_id="two",
            tier="watch",
        ),
        rule({"at_least": {"n": 1, "of": [listed, {"role": "MERCHANT"}]}}, rule_id="loose", tier="watch"),
    )
    assert candidates(policy, status_of())[1] == {"loose"}
    assert candidates(policy, status_of(penalty(severity=Severity.SERIOUS)))[1] == {"either", "two", "loose"}
    assert candidates(policy, status_of(record("L", RecordKind.SERIOUS_LISTING)), role=Role.MCN)[1] == {
        "either",
        "two",
        "loose",
    }


def _plain_rules(bands):
    for low, high in bands:
        for authority in (None, AUTHORITIES[0]):
            age = {"at_least": low, "less_than": high}
            narrowed = {"authority": authority} if authority else {}
            parts = [
                {"record": {"kind": "PENALTY", "age_days": age, **narrowed}},
                {"role": ["MERCHANT", "MCN"]},
                {"subject_kind": [SubjectKind.ENTERPRISE.value]},
                {"fact": {"name": "registered_days", "at_least": low, "less_than": high}},
            ]
            yield rule({"all": parts}, rule_id=f"from-{low}{'-named' if authority else ''}", tier="watch")
