"""What time and repair would change: as an evaluation then would say."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given

from chengxin.policy import PlatformFacts
from chengxin.policy import outlook as module
from chengxin.policy.outlook import LONGEST, MOST_STEPS, Difference, outlook
from chengxin.records import RecordKind, Standing, end_of_china_day, start_of_china_day
from tests.examples import tried
from tests.sdk.policy.material import (
    AT,
    FACTS,
    MICROSECOND,
    PENALISED,
    PERSON,
    ROLES,
    answers,
    day,
    marketplace,
    penalty,
    policies,
    record,
    rule,
    run,
    shown,
    small_policy,
    status_of,
)
from tests.sdk.policy.oracle import boundaries
from tests.sdk.policy.situation import situation_of, unknown_of
from tests.sdk.policy.test_constraint import CONSTRAINTS


def looked(policy, status, *, at=AT, **given):
    """Return the outlook of a status."""
    return outlook(policy, situation_of(policy, status, **given), at)


def content(treatment):
    """Return what an outlook tells of a treatment."""
    return (
        treatment.tier,
        {measure.code for measure in treatment.measures},
        {review.measure_code for review in treatment.reviews},
        treatment.standing is Standing.UNKNOWN,
    )


def disclosed(answer):
    """Return an answer without what is not disclosed yet, of which a status knows nothing."""
    return replace(answer, records=tuple(r for r in answer.records if r.is_shown(AT)))


# ---- time ----


def test_a_step_starts_from_the_standing_just_before_it():
    """Where the standing became good at an instant that changed nothing else, the next step starts from a good one."""
    policy = small_policy(rule({"record": {"kind": "COMMENDATION"}}, "slots-relief"))
    found = looked(policy, status_of(penalty(end=5), record("C", RecordKind.COMMENDATION, end=9)))
    (step,) = found.steps
    assert (step.at, step.difference.lost) == (end_of_china_day(day(9)), ("slots-relief",))
    assert step.difference.standing_before is Standing.NO_ADVERSE_RECORD


@tried(0.4)
@given(policies(), answers() | answers(subject=PERSON), ROLES, FACTS, CONSTRAINTS)
def test_i5_an_outlook_says_what_an_evaluation_then_says(policy, answer, role, facts, constraints):
    """At each of its instants, and between them at every instant at which time could change anything."""
    answer, constraints = disclosed(answer), tuple(constraints)

    def then(at):
        status = shown(answer, at=at)
        return policy.evaluate(status, facts=PlatformFacts(facts), role=role, at=at, constraints=constraints)

    status = status_of(*answer.records, subject=answer.subject)
    found = looked(policy, status, role=role, constraints=constraints, **facts)
    if found.treatment.standing is Standing.UNKNOWN:
        assert (found.steps, found.repairs, found.all_repaired, found.seen_until) == ((), (), None, AT)
        return
    assert content(found.treatment) == content(then(AT))
    before, held, steps = found.treatment, found.treatment, {step.at: step for step in found.steps}
    foreseen = {*boundaries(policy, answer.records, AT), *(c.effective_from for c in constraints)}
    foreseen |= {c.effective_until for c in constraints}
    looked_at = sorted(
        {at for one in {*steps, *foreseen} for at in (one - MICROSECOND, one) if AT < at < found.seen_until}
    )
    for at in looked_at:
        step = steps.get(at)
        if step is not None:
            assert step.difference == Difference.between(before, step.treatment)
            assert step.difference.is_any
            held = step.treatment
        before = then(at)
        assert content(before) == content(held), at
    assert sorted(steps) == list(steps)


def test_steps_name_what_ends_and_the_records_whose_disclosure_is_over():
    """Restrictions end with their grounds or their terms; the tier goes back at the last."""
    policy = small_policy(rule(PENALISED, "listing-stop", "slots-cut", tier="watch"))
    found = looked(policy, status_of(penalty("A", end=20), penalty("B", end=200)))
    told = [
        (step.at, step.difference.lost, step.difference.tier_after, step.ended_record_ids)
        for step in found.steps
    ]
    assert told == [
        (start_of_china_day(day(30)), ("slots-cut",), "watch", ()),
        (end_of_china_day(day(200)), ("listing-stop",), "standard", ("B",)),
    ]
    assert found.seen_until == AT + LONGEST


def test_time_can_also_bring_what_is_stricter():
    """An age that is reached gives a measure, a relief ends with what it rests on."""
    aged = {"record": {"kind": "PENALTY", "age_days": {"at_least": 40}}}
    policy = small_policy(
        rule(aged, "listing-stop", "stream-decision", rule_id="a"),
        rule({"record": {"kind": "COMMENDATION"}}, "slots-relief", rule_id="b"),
    )
    found = looked(policy, status_of(penalty(on=-30, end=50), record("C", RecordKind.COMMENDATION, end=5)))
    first, second, third = (step.difference for step in found.steps)
    assert (first.lost, first.gained, found.steps[0].ended_record_ids) == (("slots-relief",), (), ("C",))
    assert (second.gained, second.reviews_gained) == (("listing-stop",), ("stream-decision",))
    assert (third.lost, third.reviews_lost) == (("listing-stop",), ("stream-decision",))
    assert (third.standing_before, third.standing_after) == (Standing.ADVERSE, Standing.NO_ADVERSE_RECORD)


def test_i2_what_cannot_be_classed_leaves_an_unknown_behind():
    """When the adverse record is over, nothing is concluded from the one that is left."""
    policy = small_policy(rule(PENALISED, "listing-stop", tier="watch"))
    (step,) = looked(policy, status_of(penalty(end=5), record("O", RecordKind.OTHER, end=None))).steps
    assert (step.difference.standing_after, step.difference.tier_after) == (Standing.UNKNOWN, None)


def test_i2_of_an_unknown_and_of_a_status_past_its_end_nothing_is_said():
    """In neither direction."""
    nobody = unknown_of()
    for found in (
        looked(marketplace(), nobody),
        looked(marketplace(), status_of(penalty()), at=AT + timedelta(days=1)),
    ):
        assert (found.steps, found.repairs, found.all_repaired) == ((), (), None)
        assert found.treatment.standing is Standing.UNKNOWN


def test_the_end_of_the_policy_is_foreseen():
    """With it goes everything that it gave."""
    policy = small_policy(rule(PENALISED, "listing-stop", tier="watch"), effective_until=day(3).isoformat())
    (step,) = looked(policy, status_of(penalty())).steps
    assert (step.at, step.difference.lost) == (end_of_china_day(day(3)), ("listing-stop",))


def test_the_number_of_changes_that_are_told_is_bounded():
    """What was not looked at is said."""
    rules = [
        rule(
            {"record": {"kind": "PENALTY", "age_days": {"at_least": n, "less_than": n + 1}}},
            tier="watch" if n % 2 else "restricted",
            rule_id=f"r{n}",
        )
        for n in range(10, 80)
    ]
    found = looked(small_policy(*rules), status_of(penalty(on=0, end=None)))
    assert len(found.steps) == MOST_STEPS
    assert found.seen_until == start_of_china_day(day(10 + MOST_STEPS))


def test_the_number_of_instants_that_are_looked_at_is_bounded(monkeypatch):
    """A relief of one day is looked at anew every day."""
    monkeypatch.setattr(module, "MOST_LOOKS", 5)
    policy = small_policy(rule({"standing": "NO_ADVERSE_RECORD"}, "slots-relief"))
    found = looked(policy, status_of())
    assert (found.steps, found.seen_until) == ((), AT + timedelta(days=6))


# ---- repair ----


@tried(0.5)
@given(policies(), answers() | answers(subject=PERSON), ROLES, FACTS)
def test_i5_a_repair_changes_what_an_evaluation_without_the_record_says(policy, answer, role, facts):
    """For each adverse record, and for all of them together."""
    answer = disclosed(answer)
    status = status_of(*answer.records, subject=answer.subject)
    if status.standing is Standing.UNKNOWN:
        return
    found = looked(policy, status, role=role, **facts)
    adverse = sorted(r.record_id for r in status.adverse_records)
    assert [repair.record_ids for repair in found.repairs] == [(record_id,) for record_id in adverse]
    assert (found.all_repaired is None) is (not adverse)
    for repair in (*found.repairs, *([found.all_repaired] if found.all_repaired else [])):
        rest = [r for r in answer.records if r.record_id not in repair.record_ids]
        without = run(policy, status_of(*rest, subject=answer.subject), role=role, **facts)
        assert content(repair.treatment) == content(without)
        assert repair.difference == Difference.between(found.treatment, without)
    if found.all_repaired:
        assert found.all_repaired.record_ids == tuple(adverse)


def test_the_repair_of_one_of_two_may_change_nothing_and_of_both_everything():
    """A relief that the record withheld is gained."""
    policy = small_policy(
        rule(PENALISED, "listing-stop", tier="watch", rule_id="a"),
        rule({"none": [PENALISED]}, "slots-relief", rule_id="b"),
    )
    found = looked(policy, status_of(penalty("A"), penalty("B")))
    assert not found.repair_of("A").difference.is_any
    assert found.repair_of("C") is None
    both = found.all_repaired.difference
    assert (both.lost, both.gained, both.tier_after) == (("listing-stop",), ("slots-relief",), "standard")


def test_a_hundred_records_have_a_hundred_repairs_and_no_more(monkeypatch):
    """More are looked at together alone."""
    many = [penalty(f"P{n:03}", end=n + 1) for n in range(100)]
    found = looked(marketplace(), status_of(*many))
    assert len(found.repairs) == 100
    assert {step.difference.tier_after for step in found.steps} == {"restricted", "watch", "standard"}
    monkeypatch.setattr(module, "MOST_REPAIRS", 3)
    few = looked(marketplace(), status_of(*many))
    assert len(few.repairs) == 3
    assert len(few.all_repaired.record_ids) == 100
