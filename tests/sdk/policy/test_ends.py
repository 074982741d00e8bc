"""When restrictions end: exactly when what they rest on does, against a slow reading of the same policy."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given

from chengxin.records import (
    PenaltyDetail,
    RecordKind,
    Role,
    Severity,
    Standing,
    end_of_china_day,
    start_of_china_day,
)
from tests.examples import tried
from tests.sdk.policy import oracle
from tests.sdk.policy.material import (
    AT,
    CONDITIONS,
    FACTS,
    GROUNDED,
    MICROSECOND,
    PENALISED,
    RECORD_CONDITIONS,
    ROLES,
    answers,
    day,
    penalty,
    policies,
    record,
    rule,
    run,
    shown,
    small_policy,
    status_of,
)

GRADED = {"evaluation": {"scheme": "纳税", "value": "A"}}
AGEING = {"none": [{"record": {"kind": "COMMITMENT", "age_days": {"at_least": 30}}}]}


def case_of(answer, role, facts):
    """Return what the oracle looks at."""
    return {
        "records": [r for r in answer.records if r.is_shown(AT)],
        "role": role,
        "facts": facts,
        "kind": answer.subject.kind,
    }


def expected_end(policy, when, case):
    """Return the first boundary at which a condition no longer holds on what it holds on now, or None."""
    for boundary in oracle.boundaries(policy, case["records"], AT):
        if not oracle.holds(when, case, AT, boundary):
            return boundary
    return None


def longest_of(policy, code, when, case):
    """Return the end of the longest duration: counted from the latest disclosure among the grounds."""
    held = oracle.grounds(when, case, AT)
    since = max(r.period.start_on for r in case["records"] if r.record_id in held)
    return start_of_china_day(since + timedelta(days=policy.document.catalogue[code].longest_days))


@tried(0.6)
@given(policies(), answers(), ROLES, FACTS)
def test_rules_fire_and_rest_on_records_as_the_slow_reading_says(policy, answer, role, facts):
    """Which rules fire, and on which records, is what the document says."""
    status = shown(answer)
    treatment = run(policy, status, role=role, **facts)
    case = case_of(answer, role, facts)
    expected = {}
    if status.standing is not Standing.UNKNOWN:
        for rule_ in policy.document.rules:
            if oracle.holds(rule_.when, case, AT, AT):
                expected[rule_.id] = tuple(sorted(oracle.grounds(rule_.when, case, AT)))
    if role is not Role.ANCHOR:
        assert {reason.rule_id: reason.record_ids for reason in treatment.reasons} == expected
    assert {reason.rule_id for reason in treatment.reasons} <= set(expected)


@tried(0.8)
@given(policies(GROUNDED | CONDITIONS, most=3), answers(), ROLES, FACTS)
def test_i3_a_restriction_ends_at_the_first_instant_its_condition_no_longer_holds(
    policy, answer, role, facts
):
    """Ends are exact: the first boundary at which the rule fails on its grounds, or the longest duration."""
    treatment = run(policy, shown(answer), role=role, **facts)
    case = case_of(answer, role, facts)
    conditions = {rule_.id: rule_.when for rule_ in policy.document.rules}
    fired = [r for r in policy.document.rules if r.id in {x.rule_id for x in treatment.reasons}]
    for measure in treatment.restrictions:
        longest = longest_of(policy, measure.code, conditions[measure.rule_id], case)
        end = expected_end(policy, conditions[measure.rule_id], case)
        assert measure.ends_at == (longest if end is None else min(end, longest))
        assert oracle.holds(conditions[measure.rule_id], case, AT, measure.ends_at - MICROSECOND)
        for rival in (r for r in fired if measure.code in r.measures):
            longest, end = (
                longest_of(policy, measure.code, rival.when, case),
                expected_end(policy, rival.when, case),
            )
            assert (longest if end is None else min(end, longest)) <= measure.ends_at


@tried(0.5)
@given(policies(RECORD_CONDITIONS | GROUNDED, most=3), answers(), FACTS)
def test_nothing_changes_before_valid_until(policy, answer, facts):
    """Until ``valid_until`` the same status gives the same treatment, to the ends of its restrictions."""
    status = shown(answer)
    treatment = run(policy, status, **facts)
    assert treatment.valid_until <= status.valid_until
    boundary = treatment.valid_until - MICROSECOND
    instants = [AT + (boundary - AT) * share / 4 for share in range(5)]
    for at in instants if boundary > AT else ():
        later = run(policy, status, at=at, **facts)
        assert (later.tier, later.reasons, later.reviews) == (
            treatment.tier,
            treatment.reasons,
            treatment.reviews,
        )
        assert later.settings == treatment.settings
        assert {m.code for m in later.measures} == {m.code for m in treatment.measures}
        assert [m.ends_at for m in later.restrictions] == [m.ends_at for m in treatment.restrictions]
        assert later.valid_until >= treatment.valid_until


THREE = [
    {"record": {"kind": "PENALTY", "severity": "SERIOUS"}},
    {"record": {"kind": "ABNORMAL_LISTING"}},
    {"fact": {"name": "registered_days", "at_least": 1}},
]


@pytest.mark.parametrize(
    ("when", "end"),
    [
        ({"record": {"kind": "PENALTY"}}, 90),
        ({"record": {"kind": "PENALTY", "count": {"at_least": 2}}}, 50),
        ({"record": {"kind": "PENALTY", "count": {"at_least": 3}}}, 10),
        ({"all": [{"record": {"kind": "PENALTY"}}, {"record": {"kind": "ABNORMAL_LISTING"}}]}, 70),
        ({"any": [{"record": {"kind": "PENALTY"}}, {"record": {"kind": "ABNORMAL_LISTING"}}]}, 90),
        ({"at_least": {"n": 2, "of": THREE}}, 90),
        ({"at_least": {"n": 3, "of": THREE}}, 70),
        ({"standing": "ADVERSE"}, 90),
        ({"record": {"kind": "PENALTY", "age_days": {"less_than": 40}}}, 35),
        ({"all": [{"record": {"kind": "PENALTY"}}, {"none": [{"record": {"kind": "LICENCE"}}]}]}, 90),
        ({"all": [PENALISED, AGEING]}, 19),
        ({"all": [PENALISED, {"none": [{"standing": "NO_ADVERSE_RECORD"}]}]}, 90),
        ({"all": [PENALISED, {"none": [GRADED]}]}, 4),
        ({"at_least": {"n": 1, "of": [PENALISED, {"all": [PENALISED, {"none": [PENALISED]}]}]}}, 90),
    ],
)
def test_ends_by_example(when, end):
    """The n-th latest end for counts, the first for all, the last for any, and ages at midnight."""
    policy = small_policy(rule(when, "deposit-raise-more"))
    status = status_of(
        penalty("P1", end=10, on=-30),
        penalty("P2", end=50, on=-4),
        penalty("P3", end=90, on=-400, severity=Severity.SERIOUS),
        record("A1", RecordKind.ABNORMAL_LISTING, end=70),
        record("C1", RecordKind.COMMITMENT, start=-10, end=200),
        record("E1", RecordKind.EVALUATION, end=200, grade=("纳税", "A", day(5), day(9))),
    )
    (measure,) = run(policy, status, registered_days=5).restrictions
    assert measure.ends_at == end_of_china_day(day(end))


def test_below_none_an_unclassed_record_is_no_good_standing():
    """When the adverse record ends beside an unclassed one, the standing is unknown, not good."""
    when = {"all": [GRADED, {"none": [{"standing": "NO_ADVERSE_RECORD"}]}]}
    policy = small_policy(rule(when, "deposit-raise-more"))
    graded, adverse = record("E1", RecordKind.EVALUATION, end=90), penalty(end=10)
    unclassed = record("O1", RecordKind.OTHER, end=50)
    (measure,) = run(policy, status_of(graded, adverse)).measures
    assert measure.ends_at == end_of_china_day(day(10))
    (measure,) = run(policy, status_of(graded, adverse, unclassed)).measures
    assert measure.ends_at == end_of_china_day(day(50))


def test_a_ground_without_an_end_is_bound_by_the_longest_duration():
    """Where the source gives no end, the catalogue's longest duration is the end."""
    policy = small_policy(rule({"record": {"kind": "PENALTY"}}, "deposit-raise", "listing-stop"))
    raised, stopped = run(policy, status_of(penalty(end=None))).restrictions
    assert raised.ends_at == start_of_china_day(day(60))
    assert stopped.ends_at == start_of_china_day(day(335))
    assert raised.grounds[0].ends_at is None


def test_the_same_measure_from_two_rules_is_given_once_and_lasts_with_the_longer():
    """One measure, of the rule whose grounds last longest; both rules stay among the reasons."""
    first = rule({"record": {"kind": "PENALTY"}}, "listing-stop", rule_id="first")
    second = rule({"record": {"kind": "ABNORMAL_LISTING"}}, "listing-stop", rule_id="second")
    status = status_of(penalty(end=10), record("A1", RecordKind.ABNORMAL_LISTING, end=70))
    for policy in (small_policy(first, second), small_policy(second, first)):
        treatment = run(policy, status)
        (measure,) = treatment.measures
        assert measure.rule_id == "second"
        assert [ground.record_id for ground in measure.grounds] == ["A1"]
        assert {reason.rule_id for reason in treatment.reasons} == {"first", "second"}


def test_of_two_rules_that_last_equally_long_the_first_gives_the_measure():
    """A tie goes to the rule that the document lists first."""
    first = rule({"record": {"kind": "PENALTY"}}, "listing-stop", rule_id="first")
    second = rule({"standing": "ADVERSE"}, "listing-stop", rule_id="second")
    (measure,) = run(small_policy(first, second), status_of(penalty())).measures
    assert measure.rule_id == "first"


def test_valid_until_is_the_midnight_at_which_an_age_is_reached():
    """A penalty of 29 days becomes one of 30 at midnight in China."""
    aged = rule({"record": {"kind": "PENALTY", "age_days": {"at_least": 30}}}, tier="watch")
    policy = small_policy(aged)
    status = status_of(penalty(on=-29), life=timedelta(days=9))
    before = run(policy, status)
    assert (before.tier, before.valid_until) == ("standard", start_of_china_day(day(1)))
    assert run(policy, status, at=before.valid_until).tier == "watch"
    assert run(policy, status, at=before.valid_until).valid_until == status.valid_until


@pytest.mark.parametrize(
    ("issued", "valid", "tier", "until"),
    [
        (-9, 2, "preferred", 3),
        (1, 5, "standard", 1),
        (None, None, "preferred", None),
        (-9, -1, "standard", None),
        (None, 0, "preferred", 1),
    ],
)
def test_a_grade_counts_on_its_days_and_valid_until_follows(issued, valid, tier, until):
    """A grade is valid from the day it is issued to its last day, both included."""
    when = {"evaluation": {"scheme": "纳税", "value": "A"}}
    days_of = [None if offset is None else day(offset) for offset in (issued, valid)]
    status = status_of(
        record("E1", RecordKind.EVALUATION, grade=("纳税", "A", *days_of)), life=timedelta(days=30)
    )
    treatment = run(small_policy(rule(when, tier="preferred")), status)
    assert treatment.tier == tier
    assert treatment.valid_until == (status.valid_until if until is None else start_of_china_day(day(until)))


def test_days_at_the_end_of_the_calendar_do_not_overflow():
    """A grade valid until 9999-12-31, and ages of records dated then, end never."""
    last = date(9999, 12, 31)
    when = {"evaluation": {"scheme": "纳税", "value": "A"}}
    aged = {"record": {"kind": "PENALTY", "age_days": {"less_than": 30}}}
    status = status_of(
        record("E1", RecordKind.EVALUATION, end=None, grade=("纳税", "A", None, last)),
        replace(penalty("L1", end=None), detail=PenaltyDetail(decided_on=last)),
    )
    treatment = run(
        small_policy(rule(when, "listing-stop"), rule(aged, "deposit-raise", rule_id="b")), status
    )
    assert treatment.valid_until == status.valid_until
    assert [m.ends_at for m in treatment.measures] == [start_of_china_day(day(n)) for n in (335, 60)]
