"""Impositions: where a measure stands follows from what is on record and the instant, and what has ended stays so."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chengxin.errors import ConfigurationError, InvalidMeasure, TreatmentRefused
from chengxin.procedure.imposition import (
    End,
    Ending,
    Exemption,
    Fault,
    Hold,
    Phase,
    Stay,
    Suspension,
    WaveLimits,
    begin,
    bound,
    change,
    end,
    ending_by_time,
    grounds_end,
    hold_for,
    release,
    resume,
    suspend,
)
from tests.sdk.policy.material import AT
from tests.sdk.procedure.material import HOUR, a_measure, an_imposition


def held_one(**changes):
    """Return an imposition that waits for the source."""
    return an_imposition(hold=Hold.SOURCE, noticed_at=None, **changes)


def at(hours):
    """Return an instant so many hours from the usual one."""
    return AT + hours * HOUR


def snooze(since=AT, until=AT + 5 * HOUR):
    """Return a suspension by a named person."""
    return Suspension(stay=Stay.SNOOZE, since=since, until=until, by="王敏", reason="正在核实")


def test_i4_where_it_stands_follows_from_time_alone():
    """Noticed, in force and over: nothing has to run for it."""
    one = an_imposition(starts=2, ends=10)
    assert [one.phase_at(at(h)) for h in (0, 1, 2, 9, 10, 11)] == [
        Phase.NOTICED,
        Phase.NOTICED,
        Phase.IN_FORCE,
        Phase.IN_FORCE,
        Phase.ENDED,
        Phase.ENDED,
    ]


def test_what_is_held_does_not_apply():
    """A proposal limits nobody."""
    one = held_one()
    assert one.phase_at(at(5)) is Phase.HELD
    assert not one.applies(at(5))


def test_a_suspension_holds_it_off_for_its_time_alone():
    """It applies again by itself."""
    one = suspend(an_imposition(starts=0, ends=10), snooze(), at=AT)
    assert [one.applies(at(h)) for h in (0, 4.9, 5, 9)] == [False, False, True, True]
    assert resume(one, at=at(1)).applies(at(1))


def test_what_has_ended_stays_so():
    """No move leads out of an end."""
    over = end(an_imposition(), End(ending=Ending.REPAIRED, at=at(1)))
    assert over.phase_at(at(1)) is Phase.ENDED
    for move in (
        lambda: end(over, End(ending=Ending.REPAIRED, at=at(2))),
        lambda: suspend(over, snooze(since=at(2)), at=at(2)),
        lambda: resume(over, at=at(2)),
        lambda: change(over, a_measure(), at=at(2), source="s", as_of=AT),
        lambda: bound(over, ends_at=at(3), at=at(2)),
        lambda: release(over, a_measure(), at=at(2), source="s", as_of=AT),
    ):
        with pytest.raises(TreatmentRefused) as refused:
            move()
        assert refused.value.fault == Fault.OVER
        assert refused.value.imposition_id == over.imposition_id


def test_i4_what_is_over_by_time_ended_then_and_not_when_somebody_wrote_it_down():
    """A late sweep makes no measure longer."""
    one = an_imposition(starts=0, ends=10)
    assert end(one, End(ending=Ending.TERM_ENDED, at=at(30))).end.at == at(10)


def test_why_it_is_over_by_time_is_its_grounds_or_its_term():
    """The merchant is told which."""
    assert ending_by_time(an_imposition(ends=10, ground_ends=10), at(10)) is Ending.GROUND_ENDED
    assert ending_by_time(an_imposition(ends=10, ground_ends=40), at(10)) is Ending.TERM_ENDED
    assert ending_by_time(an_imposition(ends=10, ground_ends=None), at(10)) is Ending.TERM_ENDED
    assert ending_by_time(held_one(ends=10), at(10)) is Ending.LAPSED


def test_a_release_takes_the_fresh_measure_and_its_notice():
    """What was held takes effect as a fresh answer gives it."""
    fresh = a_measure(starts=4, ends=8)
    one = release(held_one(), fresh, at=at(1), source="second", as_of=at(1))
    assert (one.measure, one.noticed_at, one.source, one.hold) == (fresh, at(1), "second", None)
    assert one.version == 2


def test_what_was_noticed_is_neither_released_nor_held():
    """There is no way back into waiting."""
    for move in (
        lambda: release(an_imposition(), a_measure(), at=AT, source="s", as_of=AT),
        lambda: hold_for(an_imposition(), Hold.SOURCE, at=AT),
    ):
        with pytest.raises(TreatmentRefused) as refused:
            move()
        assert refused.value.fault == Fault.NOT_HELD


def test_what_is_held_may_wait_for_something_else():
    """A wave takes up what waited for the source."""
    one = hold_for(held_one(), Hold.MASS_CHANGE, at=AT, wave="w1")
    assert (one.hold, one.wave) == (Hold.MASS_CHANGE, "w1")


def test_a_beginning_is_recorded_once_and_when_it_applies():
    """Neither before its start nor twice."""
    one = an_imposition(starts=2, ends=10)
    with pytest.raises(TreatmentRefused):
        begin(one, at=at(1))
    begun = begin(one, at=at(2))
    with pytest.raises(TreatmentRefused):
        begin(begun, at=at(3))


def test_a_change_keeps_the_start_and_who_decided():
    """What has begun does not begin anew."""
    one = an_imposition(starts=0, ends=10)
    moved = change(one, a_measure(starts=3, ends=6, value=7), at=at(2), source="s", as_of=at(2))
    assert (moved.measure.starts_at, moved.measure.ends_at) == (at(0), at(6))
    assert moved.measure.effect.value == 7
    with pytest.raises(TreatmentRefused) as refused:
        change(one, a_measure(code="other"), at=at(2), source="s", as_of=AT)
    assert refused.value.fault == Fault.ANOTHER_MEASURE


def test_a_bound_only_shortens():
    """A later bound changes nothing."""
    one = an_imposition(starts=0, ends=10)
    assert bound(one, ends_at=at(20), at=AT) is one
    assert bound(one, ends_at=at(4), at=AT).measure.ends_at == at(4)


def test_what_is_not_suspended_is_not_resumed():
    """Nor is what is held suspended."""
    with pytest.raises(TreatmentRefused) as refused:
        resume(an_imposition(), at=AT)
    assert refused.value.fault == Fault.NOT_SUSPENDED
    with pytest.raises(TreatmentRefused) as refused:
        suspend(held_one(), snooze(), at=AT)
    assert refused.value.fault == Fault.HELD


def test_a_stay_of_a_person_goes_on_beneath_an_appeal():
    """As long as it is not over; and it does not end the suspension by an appeal."""
    appeal = Suspension(stay=Stay.APPEAL, since=AT)
    stayed = suspend(an_imposition(), snooze(), at=AT)
    under_both = suspend(stayed, appeal, at=at(1))
    assert under_both.suspension == replace(appeal, beneath=snooze())
    assert under_both.phase_at(at(9)) is Phase.SUSPENDED
    assert resume(under_both, at=at(2)).suspension == snooze()
    assert resume(under_both, at=at(5)).suspension is None
    with pytest.raises(TreatmentRefused) as refused:
        suspend(under_both, snooze(), at=at(2))
    assert refused.value.fault == Fault.SUSPENDED
    assert suspend(stayed, appeal, at=at(5)).suspension == appeal
    assert suspend(stayed, snooze(until=at(7)), at=at(1)).suspension == snooze(until=at(7))


def test_what_an_appeal_suspends_before_it_begins_is_not_due_until_its_end():
    """Else it would be looked at again and again; resumed, it is due at once."""
    one = suspend(an_imposition(starts=2), Suspension(stay=Stay.APPEAL, since=AT), at=AT)
    assert one.due_at == at(10)
    assert resume(one, at=at(4)).due_at == at(2)
    assert suspend(an_imposition(starts=2), snooze(), at=AT).due_at == at(5)


@pytest.mark.parametrize(
    "changes",
    [
        {"noticed_at": None},
        {"hold": Hold.SOURCE},
        {"hold": Hold.MASS_CHANGE, "noticed_at": None},
        {"hold": Hold.MASS_CHANGE, "noticed_at": None, "wave": None},
        {"noticed_at": AT + 3 * HOUR},
        {"imposition_id": ""},
        {"version": 0},
        {"code": ""},
    ],
)
def test_i3_what_contradicts_itself_cannot_be_constructed(changes):
    """Nothing takes effect without a notice, before it, or while it is held."""
    with pytest.raises(InvalidMeasure):
        replace(an_imposition(starts=2), **changes)


def test_i3_a_relief_is_no_imposition():
    """It needs no due process."""
    with pytest.raises(InvalidMeasure, match="limits"):
        an_imposition(measure=a_measure(relieves=True))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Suspension(stay=Stay.SNOOZE, since=AT, until=AT + HOUR),
        lambda: Suspension(stay=Stay.SNOOZE, since=AT, by="王敏", reason="核实"),
        lambda: Suspension(stay=Stay.APPEAL, since=AT, until=AT),
        lambda: End(ending=Ending.OVERRIDDEN, at=AT),
        lambda: End(ending=Ending.APPEAL_GRANTED, at=AT, by="王敏", reason=" "),
        lambda: an_exemption(by=" "),
        lambda: an_exemption(until=AT),
    ],
)
def test_decisions_of_people_name_them_and_say_why(make):
    """Nobody ends, stays or waives a measure without a name and a reason."""
    with pytest.raises(InvalidMeasure):
        make()


def an_exemption(**changes):
    """Return an exemption of the usual measure on its usual ground."""
    values = {
        "exemption_id": "e1",
        "code": "91350100M000100Y43",
        "measure_code": "deposit-raised",
        "record_ids": frozenset({"P1"}),
        "by": "王敏",
        "reason": "申诉成立",
        "since": AT,
        "until": AT + 10 * HOUR,
    }
    return Exemption(**(values | changes))


def test_an_exemption_covers_its_measure_on_its_grounds_for_its_time():
    """A further ground is another matter."""
    measure = a_measure()
    assert an_exemption().covers(measure, AT)
    assert an_exemption(record_ids=frozenset()).covers(measure, AT)
    assert not an_exemption().covers(a_measure(records=("P1", "P2")), AT)
    assert not an_exemption().covers(a_measure(code="other"), AT)
    assert not an_exemption().covers(measure, AT + 10 * HOUR)
    assert not an_exemption().covers(measure, AT - HOUR)


def test_an_exemption_that_begins_later_ends_its_measure_then():
    """On its grounds; a measure that ends before is left as it is."""
    measure, later = a_measure(ends=8), an_exemption(since=at(4))
    assert later.limit(measure, AT) == replace(measure, ends_at=at(4))
    assert later.limit(measure, at(4)) is None
    assert later.limit(a_measure(records=("P1", "P2")), AT).ends_at == at(10)
    assert later.limit(a_measure(ends=4), AT).ends_at == at(4)
    assert an_exemption().limit(measure, AT) is None
    assert an_exemption().limit(measure, at(10)) == measure


def test_grounds_end_with_the_last_of_them():
    """Where no end is known, not before any measure would."""
    assert grounds_end(a_measure(ground_ends=12), AT) == at(12)
    assert grounds_end(a_measure(ground_ends=None), AT) == AT + timedelta(days=36_500)


@given(st.integers(0, 3000), st.integers(1, 3000), st.integers(1, 100_000))
def test_a_wave_is_held_beyond_the_share_or_the_number(imposed, more, known):
    """Both bounds hold; on a small platform a few subjects are no wave."""
    limits = WaveLimits(share=0.1, number=500, least=3)
    total = imposed + more
    expected = total <= 500 and (total <= 3 or total * 10 <= known)
    assert limits.allows(imposed=imposed, more=more, known=known) is expected


@pytest.mark.parametrize(
    "wrong", [{"share": 0}, {"share": 1.1}, {"number": 0}, {"least": -1}, {"window": timedelta(0)}]
)
def test_limits_of_waves_are_checked(wrong):
    """A limit that limits nothing is a mistake."""
    with pytest.raises(ConfigurationError):
        WaveLimits(**wrong)


class ImpositionMachine(RuleBasedStateMachine):
    """Whatever is done with an imposition: it applies only where it was noticed, is not stayed, and is not over."""

    @initialize(starts=st.integers(0, 20), length=st.integers(1, 100), is_held=st.booleans())
    def propose(self, starts, length, is_held):
        """Begin with a proposal or a notice."""
        self.now = AT
        self.one = (
            held_one(starts=starts, ends=starts + length)
            if is_held
            else an_imposition(starts=starts, ends=starts + length)
        )
        self.over_since = None

    def attempt(self, move):
        """Take a move where it is allowed."""
        before = self.one
        try:
            self.one = move()
        except TreatmentRefused:
            self.one = before
        else:
            assert self.one is before or self.one.version == before.version + 1

    @rule(hours=st.integers(0, 30))
    def wait(self, hours):
        """Let time pass."""
        self.now += hours * HOUR

    @rule()
    def release_it(self):
        """Release it, with a fresh measure of some hours."""
        fresh = replace(
            a_measure(),
            starts_at=self.now,
            ends_at=self.now + 9 * HOUR,
            grounds=a_measure(ground_ends=None).grounds,
        )
        self.attempt(lambda: release(self.one, fresh, at=self.now, source="s", as_of=self.now))

    @rule(hours=st.integers(1, 9))
    def stay(self, hours):
        """Stay it for a while."""
        stayed = snooze(since=self.now, until=self.now + hours * HOUR)
        self.attempt(lambda: suspend(self.one, stayed, at=self.now))

    @rule()
    def resume_it(self):
        """Resume it."""
        self.attempt(lambda: resume(self.one, at=self.now))

    @rule()
    def begin_it(self):
        """Put its beginning on record."""
        self.attempt(lambda: begin(self.one, at=self.now))

    @rule(hours=st.integers(1, 50))
    def bound_it(self, hours):
        """Bound it."""
        ends_at = max(self.now, self.one.measure.starts_at) + hours * HOUR
        self.attempt(lambda: bound(self.one, ends_at=ends_at, at=self.now))

    @precondition(lambda self: self.over_since is None)
    @rule(ending=st.sampled_from([Ending.REPAIRED, Ending.TERM_ENDED, Ending.POLICY_CHANGED]))
    def end_it(self, ending):
        """End it."""
        self.attempt(lambda: end(self.one, End(ending=ending, at=self.now)))
        self.over_since = self.now

    @invariant()
    def it_applies_only_as_it_may(self):
        """In force means noticed, begun by time, not stayed and not over; and over is over."""
        one = self.one
        if one.applies(self.now):
            assert one.noticed_at is not None
            assert one.noticed_at <= one.measure.starts_at <= self.now < one.measure.ends_at
            assert one.hold is None
            assert self.over_since is None
        if self.over_since is not None:
            assert one.phase_at(self.now) is Phase.ENDED


TestImposition = ImpositionMachine.TestCase
