"""Questions to a policy as a whole; every answer is held against evaluating it on subjects."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st

from chengxin.errors import AnalysisTooLarge
from chengxin.policy.analysis.finding import analysis_findings
from chengxin.policy.analysis.inquiry import Inquiry
from chengxin.policy.analysis.inversion import inversions, inversions_ever, turning_days
from chengxin.policy.analysis.method import Method
from chengxin.policy.analysis.question import alike, contradictions, gaps, idle, unreachable
from chengxin.policy.engine import compile_checked
from chengxin.policy.shift import Yardstick, compare
from chengxin.policy.upshot import Upshot
from chengxin.records import RecordKind, Role, Severity, Standing
from tests.examples import tried
from tests.sdk.policy.analysis.subjects import random_subject
from tests.sdk.policy.analysis.test_space import layered
from tests.sdk.policy.material import (
    AT,
    SMALL,
    TODAY,
    answer_of,
    day,
    marketplace,
    policies,
    rule,
    shown,
    small_policy,
)

SUBJECTS = 200
GENERAL = {"record": {"kind": "PENALTY", "severity": "GENERAL", "disputed": False}}
SERIOUS = {"record": {"kind": "PENALTY", "severity": "SERIOUS", "disputed": False}}
PENALISED = {"record": {"kind": "PENALTY"}}
COMMENDED = {"record": {"kind": "COMMENDATION"}}
MERCHANT = {"role": "MERCHANT"}
GENERAL_OR_WORSE = {"record": {"kind": "PENALTY", "severity": ["GENERAL", "SERIOUS"]}}
SHORT = {"fact": {"name": "registered_days", "less_than": 9}}
LONG = {"fact": {"name": "registered_days", "at_least": 9}}


def inquiry(*rules, **changes):
    """Return an inquiry into a small policy with these rules, on its first day, which is today."""
    return Inquiry(small_policy(*rules, effective_from=TODAY.isoformat(), **changes).document)


def renewed(policy):
    """Return a policy whose first day is today."""
    return compile_checked(policy.document.model_copy(update={"effective_from": TODAY, "terms_since": None}))


def evaluated(policy, subject):
    """Return what a policy gives to a subject today."""
    status, facts, role, constraints = subject
    return policy.evaluate(
        status, facts=policy.platform_facts(facts), role=role, at=AT, constraints=constraints
    )


def given_to(inquiry_, example):
    """Return what the policy gives to an example."""
    facts = example.facts_of(inquiry_.document)
    return inquiry_.policy.evaluate(
        example.status, facts=facts, role=example.role, at=example.at, constraints=example.constraints
    )


def with_record(example, record):
    """Return an example with one record more."""
    status = example.status
    answer = answer_of(*status.records, replace(record, record_id="more"), subject=status.subject)
    return replace(example, status=shown(answer, at=example.at))


def test_a_rule_that_fires_for_nobody_is_found():
    """Two grades of one record, a role of a person with a tier, a count that its own opposite forbids."""
    asked = inquiry(
        rule({"all": [MERCHANT, {"role": "MCN"}]}, rule_id="two-roles", tier="watch"),
        rule({"all": [PENALISED, {"none": [PENALISED]}]}, rule_id="against-itself", tier="watch"),
        rule({"all": [PENALISED, {"standing": "NO_ADVERSE_RECORD"}]}, rule_id="good-and-bad", tier="watch"),
        rule({"record": {"kind": "PENALTY", "age_days": {"at_least": 36_500}}}, rule_id="old", tier="watch"),
        rule(
            {
                "all": [
                    {"fact": {"name": "registered_days", "at_least": 9}},
                    {"fact": {"name": "registered_days", "less_than": 9}},
                ]
            },
            rule_id="both-sides",
            tier="watch",
        ),
        rule(PENALISED, rule_id="fires", tier="watch"),
    )
    assert unreachable(asked) == ["two-roles", "against-itself", "good-and-bad", "both-sides"]


def test_rules_that_fire_for_the_same_subjects_are_found_however_they_are_written():
    """A condition and its double negation, kinds listed together and apart."""
    listed = {"record": {"kind": ["PENALTY", "ABNORMAL_LISTING"]}}
    apart = {"any": [PENALISED, {"record": {"kind": "ABNORMAL_LISTING"}}]}
    negated = {"none": [{"none": [listed]}]}
    asked = inquiry(
        rule(listed, rule_id="listed", tier="watch"),
        rule(apart, "slots-relief", rule_id="apart"),
        rule(negated, "slots-relief", rule_id="negated"),
        rule(PENALISED, rule_id="other", tier="restricted"),
    )
    assert alike(asked) == [("listed", "apart"), ("listed", "negated"), ("apart", "negated")]


def test_a_rule_in_the_shadow_of_others_is_found_with_them():
    """What it gives others give as well, wherever it fires."""
    asked = inquiry(
        rule(PENALISED, "listing-stop", rule_id="wide", tier="watch"),
        rule(SERIOUS, "listing-stop", rule_id="narrow", tier="watch"),
        rule(SERIOUS, "listing-stop", rule_id="worse", tier="restricted"),
    )
    assert [(one.rule, one.others) for one in idle(asked)] == [("narrow", ("wide", "worse"))]


def test_a_waiver_of_what_nobody_gives_is_idle():
    """It changes nothing."""
    asked = inquiry(
        rule(PENALISED, "slots-cut", rule_id="giving"),
        rule(PENALISED, rule_id="waiving", tier="watch") | {"waives": ["listing-stop"]},
        rule(PENALISED, rule_id="only-waiving") | {"waives": ["listing-stop"]},
    )
    assert [one.rule for one in idle(asked)] == ["only-waiving"]


def test_who_is_eased_and_limited_in_one_thing_is_found_with_an_example():
    """A lower and a higher deposit at once; a tier above and one below the usual."""
    asked = inquiry(
        rule(COMMENDED, "deposit-relief", rule_id="eased", tier="preferred"),
        rule(PENALISED, "deposit-raise", rule_id="limited", tier="restricted"),
    )
    deposit, tier = contradictions(asked)
    assert (deposit.what, deposit.milder, deposit.stricter) == (
        "deposit_fen",
        ("deposit-relief",),
        ("deposit-raise",),
    )
    assert (tier.what, tier.milder, tier.stricter) == ("tier", ("eased",), ("limited",))
    for found in (deposit, tier):
        assert {record.kind for record in found.example.status.records} == {
            RecordKind.PENALTY,
            RecordKind.COMMENDATION,
        }
    careful = {"all": [COMMENDED, {"standing": "NO_ADVERSE_RECORD"}]}
    apart = inquiry(
        rule(careful, "deposit-relief", rule_id="eased", tier="preferred"),
        rule(PENALISED, "deposit-raise", rule_id="limited", tier="restricted"),
    )
    assert contradictions(apart) == []


def test_adverse_records_that_no_rule_speaks_of_are_found():
    """Whole classes, and those of some age or authority alone."""
    asked = inquiry(
        rule(SERIOUS, rule_id="serious", tier="watch"),
        rule({"record": GENERAL["record"] | {"age_days": {"less_than": 90}}}, rule_id="recent", tier="watch"),
        rule({"record": {"kind": ["SERIOUS_LISTING", "JUDGMENT_DEFAULT"]}}, rule_id="listed", tier="watch"),
    )
    found = {(gap.record.kind, gap.record.severity, gap.is_partial) for gap in gaps(asked)}
    assert found == {
        (RecordKind.PENALTY, Severity.MINOR, False),
        (RecordKind.PENALTY, None, False),
        (RecordKind.PENALTY, Severity.GENERAL, True),
        (RecordKind.ABNORMAL_LISTING, None, False),
    }


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([rule(GENERAL, "slots-relief", rule_id="rewarded")], {"rewarded"}),
        (
            [rule({"all": [GENERAL, {"none": [SERIOUS]}]}, "listing-stop", rule_id="unless-worse")],
            {"unless-worse"},
        ),
        ([rule(GENERAL, "listing-stop", rule_id="general-alone")], {"general-alone"}),
        (
            [
                rule(GENERAL, "listing-stop", rule_id="stopped"),
                rule(SERIOUS, "listing-stop", rule_id="stopped-too"),
                rule(
                    {"record": {"kind": "PENALTY", "count": {"at_least": 2}}}, rule_id="waived", tier="watch"
                )
                | {"waives": ["listing-stop"]},
            ],
            {"waived"},
        ),
    ],
)
def test_worse_facts_with_a_milder_treatment_are_found(rules, expected):
    """A reward for a penalty, a measure that a graver record takes away or does not give, a waiver for more of them."""
    asked = inquiry(*rules)
    found = inversions(asked)
    assert any(set(one.rules) & expected for one in found)
    for one in found:
        before, after = one.example, with_record(one.example, one.record)
        if one.instead_of is not None:
            before = with_record(one.example, one.instead_of)
        shift = compare(given_to(asked, before), given_to(asked, after), by=_by(asked))
        assert shift == one.shift
        assert shift.looser


def test_a_ladder_is_monotone():
    """Each step gives what the step below it gives, and more."""
    asked = inquiry(
        rule({"all": [COMMENDED, {"standing": "NO_ADVERSE_RECORD"}]}, "deposit-relief", rule_id="eased"),
        rule(
            GENERAL_OR_WORSE,
            "deposit-raise",
            rule_id="general",
            tier="watch",
        ),
        rule(
            {"record": {"kind": "PENALTY", "severity": "SERIOUS"}},
            "listing-stop",
            rule_id="serious",
            tier="restricted",
        ),
    )
    assert inversions(asked) == []


OUTRANKED = {"setting": {"name": "slots", "value": 2}, "longest_days": 30}


def outranking(**changes):
    """Return a policy in which a decision of the trust team, as long as its term lasts, is milder than the rest."""
    milder = SMALL["catalogue"]["slots-cut"] | OUTRANKED
    decided = rule(PENALISED, "slots-milder", rule_id="decided") | {"precedence": "TRUST_TEAM"}
    usual = rule(PENALISED, "slots-cut", rule_id="usual")
    catalogue = SMALL["catalogue"] | {"slots-milder": milder}
    return small_policy(
        decided, usual, catalogue=catalogue, **{"effective_from": TODAY.isoformat()} | changes
    )


def test_i4_worse_facts_are_treated_milder_once_a_term_can_be_over():
    """On the first day no term is over. Later a second penalty begins the milder measure anew, which is found."""
    policy = outranking()
    asked = Inquiry(policy.document)
    assert inversions(asked) == []
    ((there, one),) = inversions_ever(asked, policy.document)
    assert one.rules == ("decided",)
    assert one.shift.looser == ("setting:slots",)
    after = with_record(one.example, one.record)
    assert compare(given_to(there, one.example), given_to(there, after), by=_by(there)) == one.shift
    assert "policy.inversion_added" in {finding.code for finding in analysis_findings(policy.document)}


def test_a_policy_is_looked_at_on_the_days_on_which_it_turns():
    """The first, the last of each rule, and the one from which everything can be over; none beyond its own end."""
    policy = outranking()
    until = policy.document.rules[0].until
    assert turning_days(policy.document) == [TODAY, until, until + timedelta(days=1)]
    ending = outranking(effective_until=day(40).isoformat())
    assert turning_days(ending.document) == [TODAY, day(40)]
    endless = small_policy(rule(PENALISED, "slots-cut"), effective_from=TODAY.isoformat())
    assert turning_days(endless.document) == [TODAY, day(730)]
    of_grades = {"record": {"kind": "EVALUATION", "age_days": {"at_least": 9}}}
    ageing = small_policy(rule(of_grades, "slots-cut"), effective_from=TODAY.isoformat())
    assert turning_days(ageing.document) == [TODAY, *map(day, (60, 90, 365, 730))]


def _by(asked):
    return Yardstick.between(asked.document, asked.document)


@tried(0.25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policies(most=4) | layered(), st.integers(0, 2**32))
def test_i4_a_policy_without_inversions_never_treats_stricter_for_fewer_adverse_records(policy, seed):
    """For whatever is called monotone, dropping any adverse record makes nothing stricter; else an example shows."""
    policy = renewed(policy)
    asked = Inquiry(policy.document)
    found = inversions(asked)
    for one in found:
        before = one.example if one.instead_of is None else with_record(one.example, one.instead_of)
        after = with_record(one.example, one.record)
        assert compare(given_to(asked, before), given_to(asked, after), by=_by(asked)).looser
    assume(not found)
    rng = Random(seed)
    for _ in range(SUBJECTS):
        status, facts, role, constraints = random_subject(rng)
        whole = evaluated(policy, (status, facts, role, constraints))
        for dropped in status.adverse_records:
            kept = answer_of(*(r for r in status.records if r is not dropped), subject=status.subject)
            fewer = shown(kept)
            if Standing.UNKNOWN not in (status.standing, fewer.standing):
                shift = compare(whole, evaluated(policy, (fewer, facts, role, constraints)), by=_by(asked))
                assert not shift.stricter


@tried(0.2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policies(most=3) | layered(), st.integers(0, 2**32))
def test_i4_a_policy_without_inversions_on_its_turning_days_has_none_today(policy, seed):
    """Long in force or new, whatever is over of it: dropping an adverse record makes nothing stricter."""
    asked = Inquiry(policy.document)
    assume(not any(inversions_ever(asked, policy.document)))
    rng = Random(seed)
    for _ in range(SUBJECTS):
        status, facts, role, constraints = random_subject(rng)
        whole = evaluated(policy, (status, facts, role, constraints))
        for dropped in status.adverse_records:
            kept = answer_of(*(r for r in status.records if r is not dropped), subject=status.subject)
            fewer = shown(kept)
            if Standing.UNKNOWN not in (status.standing, fewer.standing):
                shift = compare(whole, evaluated(policy, (fewer, facts, role, constraints)), by=_by(asked))
                assert not shift.stricter


@tried(0.25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policies(most=4) | layered(), st.integers(0, 2**32))
def test_what_is_said_of_rules_is_true_of_every_subject(policy, seed):
    """Unreachable rules fire for nobody, rules that are alike together, and without idle ones nothing changes."""
    policy = renewed(policy)
    asked, rng = Inquiry(policy.document), Random(seed)
    never, together = set(unreachable(asked)), alike(asked)
    without = {
        one.rule: compile_checked(
            policy.document.model_copy(
                update={"rules": tuple(r for r in policy.document.rules if r.id != one.rule)}
            )
        )
        for one in idle(asked)
    }
    for _ in range(SUBJECTS // 4):
        subject = random_subject(rng)
        treatment = evaluated(policy, subject)
        fired = {reason.rule_id for reason in treatment.reasons}
        assert not fired & never
        if subject[2] is not Role.ANCHOR and subject[0].subject.code is not None:
            assert all((one in fired) == (other in fired) for one, other in together)
        for other in without.values():
            assert Upshot.of(evaluated(other, subject)) == Upshot.of(treatment)


def test_the_shipped_policy_has_nothing_to_answer_for():
    """No rule is idle or unreachable, nothing contradicts, nothing is upside down."""
    asked = Inquiry(marketplace().document)
    answers = [unreachable(asked), alike(asked), idle(asked), contradictions(asked), inversions(asked)]
    assert answers == [[]] * 5


def test_a_question_that_is_too_large_is_not_answered():
    """Nothing is concluded from a part."""
    asked = Inquiry(marketplace().document, most=2, method=Method.EXPLORE)
    with pytest.raises(AnalysisTooLarge, match="more than 2 cases"):
        contradictions(asked)
