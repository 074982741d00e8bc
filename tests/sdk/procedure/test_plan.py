"""Plans: what comes of a fresh evaluation beside what is in force (invariants I1, I2, I3, I4)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.policy import NO_FACTS, ActionEffect, SettingEffect
from chengxin.procedure.imposition import (
    End,
    Ending,
    Exemption,
    Hold,
    Imposition,
    Plan,
    Terms,
    bound,
    change,
    end,
    is_grounded,
    is_other,
    plan,
    release,
)
from chengxin.records import ChangeKind, Role, Standing
from tests.sdk.policy.material import (
    AT,
    answers,
    marketplace,
    penalty,
    policies,
    run,
    shown,
    status_of,
)
from tests.sdk.procedure.material import HOUR, a_measure, an_imposition

CODE = "91350100M000100Y43"
AT_ONCE = Terms(starts_at=lambda _: AT, is_stricter=lambda one, other: one.effect.value > other.effect.value)


def terms_at(at, lead=timedelta(0), policy=None):
    """Return terms under which measures take effect after a lead."""

    def is_stricter(one, other):
        if isinstance(one.effect, ActionEffect):
            return False
        scale = policy.scales[one.effect.setting]
        return scale.strictness(one.effect.value) > scale.strictness(other.effect.value)

    return Terms(starts_at=lambda _: at + lead, is_stricter=is_stricter)


def carried_out(impositions, made, at):
    """Return what is on record after a plan, with names for what is new."""
    kept = {one.imposition_id: one for one in impositions}
    for measure, held in made.impose:
        one = (
            release(held, measure, at=at, source="s", as_of=at)
            if held
            else Imposition(
                imposition_id=f"{measure.code}/{at.timestamp()}",
                code=CODE,
                role=Role.MERCHANT,
                measure=measure,
                proposed_at=at,
                source="s",
                as_of=at,
                noticed_at=at,
            )
        )
        kept[one.imposition_id] = one
    for one, measure in made.change:
        kept[one.imposition_id] = change(one, measure, at=at, source="s", as_of=at)
    for one, ends_at in made.bound:
        kept[one.imposition_id] = bound(one, ends_at=ends_at, at=at)
    for one, ending in made.end:
        kept[one.imposition_id] = end(one, End(ending=ending, at=at, by="x", reason="x"))
    return list(kept.values())


def step(policy, impositions, status, at, **options):
    """Evaluate, plan and carry out."""
    treatment = policy.evaluate(status, facts=NO_FACTS, role=Role.MERCHANT, at=at)
    terms = options.pop("terms", None) or terms_at(at, policy=policy)
    made = plan(impositions, treatment, status, at=at, terms=terms, **options)
    return treatment, made, carried_out(impositions, made, at)


@given(policies(most=4), answers(), st.lists(st.tuples(st.integers(0, 200), answers()), max_size=4))
def test_i3_i4_what_applies_is_what_the_latest_evaluation_gives(policy, answer, later):
    """After each plan exactly the restrictions that are proposed apply, and nothing else does."""
    at, impositions = AT, []
    for days, now in [(0, answer), *later]:
        at += timedelta(days=days)
        status = shown(now, at)
        treatment, _, impositions = step(policy, impositions, status, at)
        if status.standing is Standing.UNKNOWN:
            continue
        applying = {one.measure.code: one.measure for one in impositions if one.applies(at)}
        assert len(applying) == sum(one.applies(at) for one in impositions)
        given_now = {one.code: one for one in treatment.restrictions}
        assert applying.keys() == given_now.keys()
        for code, measure in applying.items():
            assert measure.effect == given_now[code].effect
            assert measure.ends_at == given_now[code].ends_at
            assert measure.grounds == given_now[code].grounds


@given(policies(most=4), answers(), answers(), st.integers(0, 300))
def test_a_plan_that_was_carried_out_leaves_nothing_to_do(policy, answer, other, days):
    """Whoever plans once more, for whatever reason, does nothing twice (invariant I7)."""
    impositions = []
    for at, now in ((AT, answer), (AT + timedelta(days=days), other)):
        status = shown(now, at)
        _, _, impositions = step(policy, impositions, status, at)
        _, again, _ = step(policy, impositions, status, at)
        assert again.is_empty


@given(policies(most=4), answers(), st.integers(0, 40), st.integers(0, 60))
def test_i2_an_unknown_imposes_changes_and_extends_nothing(policy, answer, days, length):
    """Only what a record's end, told by the feed, takes away is taken away."""
    _, _, impositions = step(policy, [], shown(answer), AT)
    at = AT + timedelta(days=days)
    status = status_of(registered=False, at=at)
    _, made, _ = step(policy, impositions, status, at)
    assert made.is_empty
    for one in impositions:
        told = {min(one.record_ids): ChangeKind.REPAIRED}
        _, made, after = step(policy, impositions, status, at, told=told)
        ended = {held.imposition_id for held, ending in made.end if ending is Ending.REPAIRED}
        assert one.imposition_id in ended
        assert not any(a.applies(at) for a in after if a.record_ids & told.keys())


@given(policies(most=4), answers(), st.integers(0, 4000))
def test_i1_a_guard_needs_no_sweep(policy, answer, hours):
    """At any instant what applies by time and is grounded is what an evaluation at that instant gives, or less."""
    _, _, impositions = step(policy, [], shown(answer), AT)
    at = AT + hours * HOUR
    status = shown(answer, at)
    treatment = policy.evaluate(status, facts=NO_FACTS, role=Role.MERCHANT, at=at)
    if status.standing is Standing.UNKNOWN:
        return
    biting = {o.measure.code for o in impositions if o.applies(at) and is_grounded(o, treatment, status, at)}
    assert biting <= {one.code for one in treatment.restrictions}


@given(policies(most=4), answers(), st.integers(1, 30))
def test_nothing_takes_effect_before_its_notice_is_over(policy, answer, days):
    """A lead time is a lead time; and what would be over by then is not imposed."""
    lead = timedelta(days=days)
    treatment, made, impositions = step(policy, [], shown(answer), AT, terms=terms_at(AT, lead, policy))
    assert {m.code for m, _ in made.impose} == {
        m.code for m in treatment.restrictions if AT + lead < m.ends_at
    }
    assert not any(one.applies(AT + lead - timedelta(microseconds=1)) for one in impositions)
    assert all(one.applies(AT + lead) for one in impositions)


@given(policies(most=4), answers())
def test_an_exempted_measure_is_not_imposed_and_ends_where_it_is(policy, answer):
    """A granted appeal holds against the next evaluation too."""
    status = shown(answer)
    treatment, _, impositions = step(policy, [], status, AT)
    for measure in treatment.restrictions:
        exemption = Exemption(
            exemption_id="e",
            code=CODE,
            measure_code=measure.code,
            record_ids=frozenset(g.record_id for g in measure.grounds),
            by="王敏",
            reason="申诉成立",
            since=AT,
            until=AT + timedelta(days=400),
        )
        _, made, after = step(policy, [], status, AT, exemptions=[exemption])
        assert measure.code not in {m.code for m, _ in made.impose}
        _, made, after = step(policy, impositions, status, AT, exemptions=[exemption])
        assert measure.code not in {one.measure.code for one in after if one.applies(AT)}


def test_what_was_granted_in_part_is_neither_prolonged_nor_imposed_again():
    """Until the exemption begins it ends with it; after that nothing is imposed on these grounds."""
    later = Exemption(
        exemption_id="e",
        code=CODE,
        measure_code="deposit-raised",
        record_ids=frozenset({"P1"}),
        by="王敏",
        reason="申诉部分成立",
        since=AT + 4 * HOUR,
        until=AT + 400 * HOUR,
    )
    measure = a_measure()
    shorter = bound(an_imposition(), ends_at=AT + 4 * HOUR, at=AT)
    options = {"restrictions": [measure], "exemptions": [later]}
    assert planned([shorter], penalty(), **options).is_empty
    (imposed,) = planned([], penalty(), **options).impose
    assert imposed[0].ends_at == AT + 4 * HOUR
    assert planned([], penalty(), **options, at=AT + 4 * HOUR).is_empty
    more = a_measure(records=("P1", "P2"))
    changed = planned([shorter], penalty(), restrictions=[more], exemptions=[later]).change
    assert [new.ends_at for _, new in changed] == [more.ends_at]


def planned(impositions, *records, restrictions, at=AT, **options):
    """Plan on a treatment of the shop's policy whose restrictions are given."""
    status = status_of(*records, at=at)
    treatment = run(marketplace(), status, at=at)
    treatment = replace(
        treatment,
        measures=tuple(replace(m, policy=treatment.policy) for m in restrictions),
        valid_until=min([treatment.valid_until, *(m.ends_at for m in restrictions)]),
    )
    return plan(impositions, treatment, status, at=at, terms=options.pop("terms", AT_ONCE), **options)


def test_a_milder_measure_takes_the_place_of_a_stricter_one_at_once():
    """Lifting waits for nothing."""
    one = an_imposition(measure=a_measure(value=9))
    milder = a_measure(value=5)
    made = planned(
        [one], penalty(), restrictions=[milder], terms=replace(AT_ONCE, starts_at=lambda _: AT + HOUR)
    )
    assert [(o, m.effect) for o, m in made.change] == [(one, SettingEffect(setting="deposit_fen", value=5))]
    assert not made.impose


def test_a_stricter_measure_is_noticed_and_the_milder_one_holds_until_then():
    """There is neither a gap nor a surprise; and what is on record is enough to see both."""
    one = an_imposition(measure=a_measure(value=5))
    later = replace(AT_ONCE, starts_at=lambda _: AT + 2 * HOUR)
    made = planned([one], penalty(), restrictions=[a_measure(value=9)], terms=later)
    assert [m.starts_at for m, _ in made.impose] == [AT + 2 * HOUR]
    assert made.bound == ((one, AT + 2 * HOUR),)
    both = carried_out([one], made, AT)
    assert planned(both, penalty(), restrictions=[a_measure(value=9)], terms=later).is_empty
    for hours, value in ((0, 5), (1.9, 5), (2, 9), (9, 9)):
        assert [o.measure.effect.value for o in both if o.applies(AT + hours * HOUR)] == [value]


def test_a_stricter_measure_that_is_not_proposed_any_longer_is_superseded():
    """The milder one goes on to its own end, and the notice is taken back."""
    one = an_imposition(measure=a_measure(value=5))
    later = replace(AT_ONCE, starts_at=lambda _: AT + 2 * HOUR)
    both = carried_out([one], planned([one], penalty(), restrictions=[a_measure(value=9)], terms=later), AT)
    made = planned(both, penalty(), restrictions=[a_measure(value=5)], terms=later, at=AT)
    assert [ending for _, ending in made.end] == [Ending.SUPERSEDED]
    after = carried_out(both, made, AT)
    assert [(o.measure.effect.value, o.measure.ends_at) for o in after if o.is_open(AT)] == [
        (5, AT + 10 * HOUR)
    ]


def test_a_code_that_means_something_else_by_now_ends_and_begins_anew():
    """What the policy no longer holds limits nobody meanwhile."""
    other = replace(a_measure(), effect=SettingEffect(setting="settlement_days", value=7))
    one = an_imposition()
    made = planned([one], penalty(), restrictions=[other])
    assert made.end == ((one, Ending.POLICY_CHANGED),)
    assert [m.effect for m, _ in made.impose] == [other.effect]
    assert is_other(a_measure(), other)
    refusing = replace(a_measure(), effect=ActionEffect(action="listing.create"))
    assert is_other(refusing, other)
    assert not is_other(refusing, refusing)


@pytest.mark.parametrize(
    ("records", "ending"),
    [((penalty("P1"),), Ending.REPAIRED), ((penalty("P1"), penalty("P2")), Ending.TERM_ENDED)],
)
def test_i4_what_would_be_over_before_it_takes_effect_ends(records, ending):
    """One of its grounds is gone, and the other does not reach its start; or its term became shorter."""
    one = an_imposition(measure=a_measure(starts=5, records=("P1", "P2")))
    left = a_measure(ends=4, records=tuple(record.record_id for record in records))
    made = planned(
        [one],
        *records,
        restrictions=[left],
        terms=replace(AT_ONCE, starts_at=lambda _: AT + 5 * HOUR),
        told={"P2": ChangeKind.REPAIRED},
    )
    assert made == Plan(end=((one, ending),))


def test_what_is_held_is_released_by_a_plan_that_still_proposes_it_and_lapses_otherwise():
    """A proposal is no measure, and is forgotten as one."""
    held = an_imposition(hold=Hold.SOURCE, noticed_at=None)
    made = planned([held], penalty(), restrictions=[a_measure()])
    assert [(m.code, h) for m, h in made.impose] == [("deposit-raised", held)]
    assert planned([held], penalty(), restrictions=[]).end == ((held, Ending.LAPSED),)
    assert planned([held], restrictions=[]).end == ((held, Ending.LAPSED),)
    noticed = an_imposition(imposition_id="i2")
    assert planned([held, noticed], penalty(), restrictions=[a_measure()]).end == ((held, Ending.LAPSED),)
    too_late = replace(AT_ONCE, starts_at=lambda _: AT + 99 * HOUR)
    assert planned([held], penalty(), restrictions=[a_measure()], terms=too_late).end == (
        (held, Ending.LAPSED),
    )
    assert planned([], penalty(), restrictions=[a_measure()], terms=too_late) == Plan()


def test_why_it_ended_is_what_the_feed_told_of_its_record():
    """The merchant reads that it was repaired, shielded, withdrawn, or over, or shown no longer."""
    one = an_imposition()
    for kind, ending in (
        (ChangeKind.REPAIRED, Ending.REPAIRED),
        (ChangeKind.SHIELDED, Ending.SHIELDED),
        (ChangeKind.WITHDRAWN, Ending.CORRECTED),
        (ChangeKind.EXPIRED, Ending.GROUND_ENDED),
        (ChangeKind.UPDATED, Ending.CORRECTED),
    ):
        assert planned([one], restrictions=[], told={"P1": kind}).end == ((one, ending),)
    assert planned([one], restrictions=[]).end == ((one, Ending.CORRECTED),)
    assert planned([one], penalty(), restrictions=[]).end == ((one, Ending.POLICY_CHANGED),)


def test_what_a_human_decided_rests_on_its_records_alone():
    """No policy gives it by itself, so no policy takes it away; the end of its ground does."""
    one = an_imposition(measure=replace(a_measure(), decided_by="王敏"))
    assert planned([one], penalty(), restrictions=[]).is_empty
    assert planned([one], restrictions=[]).end == ((one, Ending.CORRECTED),)
    status = status_of(penalty())
    assert is_grounded(one, run(marketplace(), status), status, AT)
    none = status_of()
    assert not is_grounded(one, run(marketplace(), none), none, AT)


def test_what_is_over_by_time_is_put_on_record_as_such():
    """Its end was at its end."""
    one = an_imposition(ends=2, ground_ends=2)
    at = AT + 3 * HOUR
    assert planned([one], penalty(), restrictions=[], at=at).end == ((one, Ending.GROUND_ENDED),)


def test_another_ground_alone_is_another_measure_with_a_notice_of_its_own():
    """What rested on a record that is gone ends, and what rests on a new one is told before it takes effect."""
    one = an_imposition()
    later = replace(AT_ONCE, starts_at=lambda _: AT + 2 * HOUR)
    made = planned([one], penalty("P2"), restrictions=[a_measure(records=("P2",))], terms=later)
    assert made.end == ((one, Ending.CORRECTED),)
    assert [(m.starts_at, held) for m, held in made.impose] == [(AT + 2 * HOUR, None)]


def test_a_further_ground_amends_the_measure_in_place():
    """Whoever does it again while the first record is shown gets no respite by it."""
    one = an_imposition()
    made = planned([one], penalty("P1"), penalty("P2"), restrictions=[a_measure(records=("P2",))])
    assert not made.impose
    assert [measure.grounds[0].record_id for _, measure in made.change] == ["P2"]
