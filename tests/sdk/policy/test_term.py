"""The longest duration of a measure: counted from a day that stands still, and over for good when it is over."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chengxin.records import RecordKind, end_of_china_day, start_of_china_day
from tests.sdk.policy.material import (
    AT,
    PENALISED,
    PERSON,
    day,
    penalty,
    record,
    rule,
    run,
    small_policy,
    status_of,
)

LONG = timedelta(days=4000)


def test_i4_the_end_of_a_measure_does_not_slide_with_the_evaluation():
    """Two evaluations on two days give one end, counted from the day the disclosure began."""
    policy = small_policy(rule(PENALISED, "deposit-raise"))
    status = status_of(penalty(start=-30, end=None), life=LONG)
    first = run(policy, status)
    later = run(policy, status, at=AT + timedelta(days=20, hours=3))
    assert {m.ends_at for m in first.measures + later.measures} == {start_of_china_day(day(60))}
    assert later.measures[0].starts_at == AT + timedelta(days=20, hours=3)
    assert first.valid_until == later.valid_until == start_of_china_day(day(60))


def test_i4_a_measure_whose_longest_duration_is_over_stays_over():
    """The rule still gives tier and reason; no later evaluation gives the measure again."""
    policy = small_policy(rule(PENALISED, "deposit-raise", tier="watch"))
    status = status_of(penalty(start=-30, end=None), life=LONG)
    over = run(policy, status).valid_until
    for at in (over, over + timedelta(microseconds=1), over + timedelta(days=500)):
        treatment = run(policy, status, at=at)
        assert (treatment.measures, treatment.tier, len(treatment.reasons)) == ((), "watch", 1)
        assert treatment.settings == policy.defaults
        assert treatment.valid_until == status.valid_until


@pytest.mark.parametrize("subject", [None, PERSON])
def test_i4_nothing_is_put_before_a_human_that_could_not_be_given_any_more(subject):
    """A review ends with the longest duration of its measure, and the treatment with the review."""
    policy = small_policy(rule(PENALISED, "stream-decision"))
    given = {} if subject is None else {"subject": subject}
    status = status_of(penalty(start=-360, end=None), life=LONG, **given)
    asked = run(policy, status)
    assert (len(asked.reviews), asked.valid_until) == (1, start_of_china_day(day(5)))
    over = run(policy, status, at=asked.valid_until)
    assert (over.reviews, len(over.reasons)) == ((), 1)


def test_the_term_counts_from_the_latest_disclosure_among_the_grounds():
    """Of what a measure rests on, the latest to be disclosed; another kind of record does not matter."""
    policy = small_policy(rule(PENALISED, "deposit-raise"))
    older, newer = penalty("P1", start=-50, end=None), penalty("P2", start=-10, end=None)
    other = record("A1", RecordKind.ABNORMAL_LISTING, start=-1, end=None)
    assert run(policy, status_of(older)).measures[0].ends_at == start_of_china_day(day(40))
    assert run(policy, status_of(older, newer, other)).measures[0].ends_at == start_of_china_day(day(80))


def test_the_term_counts_from_the_policy_where_that_came_later():
    """Nothing counts from a day on which nobody could have been told."""
    policy = small_policy(rule(PENALISED, "deposit-raise"), effective_from=day(-3).isoformat())
    measure = run(policy, status_of(penalty(start=-50, end=None))).measures[0]
    assert measure.ends_at == start_of_china_day(day(87))


def test_i3_no_restriction_outlives_its_policy():
    """A rule that is no rule any more holds nothing."""
    policy = small_policy(rule(PENALISED, "listing-stop"), effective_until=day(2).isoformat())
    (measure,) = run(policy, status_of(penalty(end=None), life=LONG)).measures
    assert measure.ends_at == end_of_china_day(day(2)) == policy.ends_at


def test_of_two_rules_the_one_whose_term_is_not_over_gives_the_measure():
    """The other stays among the reasons."""
    policy = small_policy(
        rule(PENALISED, "deposit-raise", rule_id="a"),
        rule({"record": {"kind": "ABNORMAL_LISTING"}}, "deposit-raise", rule_id="b"),
    )
    records = penalty(start=-200, end=None), record("A1", RecordKind.ABNORMAL_LISTING, start=-2)
    treatment = run(policy, status_of(*records))
    assert [m.rule_id for m in treatment.measures] == ["b"]
    assert [r.rule_id for r in treatment.reasons] == ["a", "b"]


def test_terms_at_the_end_of_the_calendar_do_not_overflow():
    """Neither of restrictions nor of reliefs."""
    good = rule({"standing": "NO_ADVERSE_RECORD"}, "slots-relief", rule_id="good")
    policy = small_policy(rule(PENALISED, "listing-stop"), good, effective_from="9998-12-31")
    last = datetime(9999, 12, 30, 15, tzinfo=UTC)
    for records in ((penalty(end=None),), ()):
        status = status_of(*records, at=last, life=timedelta(hours=1))
        assert len(run(policy, status, at=last).measures) == 1
    assert policy.document.effective_from == date(9998, 12, 31)
