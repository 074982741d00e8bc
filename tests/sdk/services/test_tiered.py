"""Look-ups of several processes on one tier: one question, one truth, nothing that was superseded."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.board import LocalBoard
from chengxin.cache import FeedMark
from chengxin.cache.local import LocalTier
from chengxin.errors import SourceUnavailable, TierUnavailable, UnknownReason
from chengxin.records import Freshness, Standing, end_of_china_day
from chengxin.services import Lookup, LookupOptions
from chengxin.services.resync import entries_of
from chengxin.services.turn import Turn
from chengxin.testing import CODES, FrozenClock, ScriptedSource, a_penalty
from chengxin.transport import Lane

CODE = CODES[0].code
TIMED_OUT = SourceUnavailable.timeout("testing")


class AwayTier(LocalTier):
    """A tier that can be out of reach."""

    def __init__(self, clock, **named):
        super().__init__(clock, **named)
        self.is_away = False

    @property
    def name(self):
        """A kind of tier that processes share."""
        return "shared"

    def require(self):
        """Raise where it is away."""
        if self.is_away:
            raise TierUnavailable("away", tier="test")

    def read(self, code):
        """Read, where it can be reached."""
        self.require()
        return super().read(code)

    def open(self, code):
        """Open, where it can be reached."""
        self.require()
        return super().open(code)

    def write(self, code, kept, *, ticket):
        """Write, where it can be reached."""
        self.require()
        return super().write(code, kept, ticket=ticket)

    def invalidate(self, codes):
        """Invalidate, where it can be reached."""
        self.require()
        super().invalidate(codes)


@pytest.fixture
def tier(clock):
    """A tier that several look-ups share."""
    return AwayTier(clock, source="scripted", grace=timedelta(days=1))


@pytest.fixture
def make_lookup(source, tier, clock):
    """Make look-ups on it, as processes have them."""
    made = []

    def make(**options):
        lookup = Lookup(source, tier=tier, clock=clock, options=LookupOptions(**options))
        made.append(lookup)
        return lookup

    yield make
    for lookup in made:
        lookup.close()


def test_what_one_process_asked_another_finds(make_lookup, source):
    """The source is asked once for all that share the tier."""
    source.disclose(CODE, a_penalty())
    first, second = make_lookup(), make_lookup()
    assert first.check(CODE) == second.check(CODE)
    assert len(source.asked) == 1


def test_a_failure_is_told_to_all_for_a_moment_and_then_forgotten(make_lookup, source, clock):
    """Errors are remembered for seconds: nobody else tries meanwhile, and nobody is told of them later."""
    first, second = make_lookup(), make_lookup()
    source.fail(TIMED_OUT)
    assert first.check(CODE).reason is UnknownReason.TIMEOUT
    source.recover()
    source.disclose(CODE)
    assert second.check(CODE).reason is UnknownReason.TIMEOUT
    assert len(source.asked) == 1
    clock.advance(seconds=2)
    assert second.check(CODE).standing is Standing.NO_ADVERSE_RECORD


def test_a_source_that_asks_for_patience_gets_it(make_lookup, source, clock):
    """``Retry-After`` holds a failure for that long, and for a minute at most."""
    lookup = make_lookup()
    for wait, heard in ((30.0, 30), (3600.0, 60)):
        source.fail(SourceUnavailable("busy", reason=UnknownReason.RATE_LIMITED, retry_after_seconds=wait))
        asked = len(source.asked)
        lookup.check(CODE)
        clock.advance(seconds=heard - 0.001)
        lookup.check(CODE)
        assert len(source.asked) == asked + 1
        clock.advance(seconds=0.001)
        lookup.check(CODE)
        assert len(source.asked) == asked + 2
        clock.advance(seconds=heard)


@pytest.mark.parametrize("reason", [UnknownReason.BREAKER_OPEN, UnknownReason.QUOTA_RESERVED])
def test_what_is_told_of_the_question_is_not_told_of_the_source(make_lookup, source, reason):
    """A question that was not let through keeps nobody else from asking."""
    lookup = make_lookup()
    source.fail(SourceUnavailable("not now", reason=reason))
    assert lookup.check(CODE).reason is reason
    source.recover()
    source.disclose(CODE)
    assert lookup.check(CODE).standing is Standing.NO_ADVERSE_RECORD


def test_who_waits_does_not_join_a_question_that_nobody_waits_for(make_lookup, source, clock):
    """A bulk that the quota holds back holds back no decision."""
    entered, go = threading.Event(), threading.Event()
    fetch_many = source.fetch_credit_many

    def slow(codes, **terms):
        entered.set()
        assert go.wait(10)
        return fetch_many(codes, **terms)

    source.fetch_credit_many = slow
    source.disclose(CODE)
    lookup = make_lookup()
    bulk = threading.Thread(target=lookup.check_many, args=([CODE],))
    bulk.start()
    assert entered.wait(10)
    assert lookup.check(CODE).standing is Standing.NO_ADVERSE_RECORD
    go.set()
    bulk.join()
    assert source.lanes == [Lane.DECISION, Lane.BULK]


def test_i1_forgetting_is_heard_by_every_process(make_lookup, source):
    """What one process has learned to be out of date no process shows."""
    first, second = make_lookup(), make_lookup()
    source.disclose(CODE, a_penalty())
    first.check(CODE), second.check(CODE)
    source.disclose(CODE)
    assert first.forget(CODE)
    assert second.check(CODE).standing is Standing.NO_ADVERSE_RECORD


def test_i1_a_forgetting_that_nobody_can_be_told_of_is_loud_and_fails_closed(
    make_lookup, source, tier, clock, caplog
):
    """The process that knows better uses nothing that is shared of the subject, and tells of it later."""
    first, second = make_lookup(), make_lookup()
    source.disclose(CODE, a_penalty())
    second.check(CODE)
    clock.advance(seconds=1)
    source.disclose(CODE)
    first.attend()
    tier.is_away = True
    assert not first.forget(CODE)
    assert "could not be forgotten everywhere" in caplog.text
    tier.is_away = False
    assert first.check(CODE).standing is Standing.NO_ADVERSE_RECORD
    first.listening.on_lost()
    first.listening.on_restored()
    first.close()
    assert first.listening.buried() == []
    assert second.known(CODE, clock.epoch()) is None


def test_i9_without_the_tier_the_source_is_asked_and_memory_lives_for_a_moment(
    make_lookup, source, tier, clock
):
    """What nobody vouches for is handed out for five seconds."""
    lookup = make_lookup(unconfirmed_life_seconds=5)
    lookup.attend()
    tier.is_away = True
    source.disclose(CODE, a_penalty())
    status = lookup.check(CODE)
    assert status.standing is Standing.ADVERSE
    assert status.valid_until == clock.now() + timedelta(seconds=5)
    clock.advance(seconds=4.999)
    assert lookup.check(CODE) is status
    clock.advance(seconds=0.001)
    lookup.check(CODE)
    assert len(source.asked) == 2


def test_i1_contact_that_is_lost_empties_memory_and_bounds_its_life(make_lookup, source, tier, clock):
    """Invalidations may be missed from then on."""
    lookup = make_lookup(unconfirmed_life_seconds=5)
    source.disclose(CODE, a_penalty())
    lookup.check(CODE)
    lookup.listening.on_lost()
    assert lookup.known(CODE, clock.epoch()) is None
    assert lookup.check(CODE).valid_until == clock.now() + timedelta(seconds=5)
    assert len(source.asked) == 1, "the shared entry is still true"


def test_i1_after_a_loss_nothing_shared_before_it_is_used_until_a_follower_confirms(
    make_lookup, source, tier, clock
):
    """An invalidation may have been lost with the contact."""
    lookup, other = make_lookup(), make_lookup()
    for subject in CODES[:2]:
        source.disclose(subject, a_penalty())
        other.check(subject)
    lookup.attend()
    lookup.listening.on_lost()
    clock.advance(seconds=1)
    lookup.listening.on_restored()
    lookup.check(CODES[0])
    assert len(source.asked) == 3
    tier.write_mark(FeedMark(continuity="c", cursor="1", seq=1, beat=7))
    lookup.check(CODES[1])
    assert len(source.asked) == 4, "the first mark may be of any age"
    lookup.forget(CODES[1])
    other.check(CODES[1])
    lookup.listening.on_lost()
    clock.advance(seconds=1)
    lookup.listening.on_restored()
    tier.write_mark(FeedMark(continuity="c", cursor="1", seq=1, beat=8))
    tier.write_mark(FeedMark(continuity="c", cursor="1", seq=1, beat=9))
    asked = len(source.asked)
    lookup.check(CODES[1])
    assert len(source.asked) == asked


def test_i1_an_answer_that_is_superseded_under_way_is_asked_for_again(make_lookup, source, tier):
    """What another process learned while the source was asked counts."""
    lookup = make_lookup()
    source.disclose(CODE, a_penalty())
    fetch = source._fetch

    def meanwhile(code, lane):
        fetched = fetch(code, lane)
        if len(source.asked) == 1:
            source.disclose(CODE)
            tier.invalidate([CODE])
        return fetched

    source._fetch = meanwhile
    assert lookup.check(CODE).standing is Standing.NO_ADVERSE_RECORD
    assert len(source.asked) == 2


def test_a_subject_that_changes_without_end_is_unknown_at_the_deadline(make_lookup, source, tier, clock):
    """Nothing is concluded from answers that are out of date as they come."""
    lookup = make_lookup(deadline_seconds=1)
    source.disclose(CODE, a_penalty())
    fetch = source._fetch

    def always(code, lane):
        fetched = fetch(code, lane)
        clock.advance(seconds=0.3)
        tier.invalidate([CODE])
        return fetched

    source._fetch = always
    status = lookup.check(CODE)
    assert (status.standing, status.reason) == (Standing.UNKNOWN, UnknownReason.TIMEOUT)
    (row,) = lookup.check_many([CODE])
    assert row.status.reason is UnknownReason.STALE


def test_i2_what_was_known_last_stands_beside_an_unknown_for_display_alone(make_lookup, source, clock):
    """A type of its own: the standing is unknown, the records of the status are none."""
    lookup = make_lookup(grace_seconds=600)
    source.disclose(CODE, a_penalty())
    known = lookup.check(CODE)
    clock.advance(seconds=3600)
    source.fail(TIMED_OUT)
    status = lookup.check(CODE)
    assert (status.standing, status.records) == (Standing.UNKNOWN, ())
    assert (status.reason, status.freshness) == (UnknownReason.TIMEOUT, Freshness.STALE)
    assert status.last_known.standing is Standing.ADVERSE
    assert status.last_known.records == known.records
    assert status.last_known.fetched_at == known.fetched_at
    clock.advance(seconds=600)
    assert lookup.check(CODE).last_known is None


def test_i1_what_was_known_last_holds_nothing_that_ended_or_was_repaired(make_lookup, source, clock):
    """Neither by its period, nor by what the platform has learned."""
    clock.advance(to=datetime(2026, 11, 30, 15, 0, tzinfo=UTC))
    lookup = make_lookup(longest_life_seconds=1800)
    ends = a_penalty("ENDS", end_on=date(2026, 11, 30))
    source.disclose(CODES[0], ends, a_penalty("STAYS"))
    source.disclose(CODES[1], a_penalty())
    for subject in CODES[:2]:
        lookup.check(subject)
    clock.advance(seconds=1800)
    source.fail(TIMED_OUT)
    shown = lookup.check(CODES[0]).last_known
    assert {record.record_id for record in shown.records} == {"ENDS", "STAYS"}
    clock.advance(to=end_of_china_day(date(2026, 11, 30)))
    assert lookup.check(CODES[0]).last_known is None
    lookup.forget(CODES[1])
    assert lookup.check(CODES[1]).last_known is None


def test_that_a_subject_is_not_known_to_the_source_is_nothing_to_display(make_lookup, source, clock):
    """Only a standing is."""
    lookup = make_lookup(negative_life_seconds=10)
    assert lookup.check(CODE).valid_until == clock.now() + timedelta(seconds=10)
    clock.advance(seconds=10)
    source.fail(TIMED_OUT)
    assert lookup.check(CODE).last_known is None


def settle(lookup):
    """Wait until nothing is asked any more."""
    for flight in list(lookup._flights._flights.values()):
        flight.result(timeout=10)


def test_who_asks_in_the_second_half_of_a_life_is_answered_and_the_entry_renewed_behind(
    make_lookup, source, clock
):
    """A warm subject is never waited for; an unchanged answer is renewed without a body."""
    lookup = make_lookup()
    source.disclose(CODE, a_penalty())
    first = lookup.check(CODE)
    clock.advance(seconds=1799)
    assert lookup.check(CODE) is first
    settle(lookup)
    assert len(source.asked) == 1
    clock.advance(seconds=900)
    assert lookup.check(CODE) is first
    settle(lookup)
    assert source.lanes == [Lane.DECISION, Lane.REFRESH]
    second = lookup.check(CODE)
    assert second.fetched_at == clock.now()
    assert second.records == first.records
    assert second.valid_until == clock.now() + timedelta(hours=1)


def test_i2_a_renewal_that_fails_takes_nothing_away_and_gives_nothing_more(make_lookup, source, clock):
    """The entry stands to its own end, and is tried again before."""
    lookup = make_lookup()
    source.disclose(CODE, a_penalty())
    first = lookup.check(CODE)
    source.fail(TIMED_OUT)
    clock.advance(seconds=2700)
    assert lookup.check(CODE) is first
    settle(lookup)
    assert lookup.check(CODE) is first
    clock.advance(seconds=500)
    lookup.check(CODE)
    settle(lookup)
    assert len(source.asked) == 3
    clock.advance(seconds=400)
    assert lookup.check(CODE).standing is Standing.UNKNOWN


def test_a_closed_look_up_renews_nothing(make_lookup, source, clock):
    """What is known is still handed out."""
    lookup = make_lookup()
    source.disclose(CODE)
    first = lookup.check(CODE)
    lookup.close()
    clock.advance(seconds=3000)
    assert lookup.check(CODE) is first
    assert lookup._refreshing == 0


def test_renewals_take_a_quarter_of_the_threads_at_most(make_lookup, source, clock):
    """Who waits finds a thread."""
    lookup = make_lookup(threads=4)
    for subject in CODES[:3]:
        source.disclose(subject)
        lookup.check(subject)
    go = threading.Event()
    fetch = source._fetch

    def slow(code, lane):
        assert lane is not Lane.REFRESH or go.wait(10)
        return fetch(code, lane)

    source._fetch = slow
    clock.advance(seconds=3000)
    for subject in CODES[:3]:
        lookup.check(subject.code)
    assert len(lookup._flights._flights) == 1
    go.set()
    settle(lookup)


@given(st.floats(-300, 300).filter(lambda lead: abs(lead) > 60), st.sampled_from([-1, 0, 1]))
def test_i1_a_source_with_another_clock_makes_records_go_early_and_come_late(lead, offset):
    """A record is shown only where both clocks show it."""
    end, clock = end_of_china_day(date(2026, 11, 30)), FrozenClock(datetime(2026, 11, 30, 15, 0, tzinfo=UTC))
    source = ScriptedSource(clock=clock)
    source.ahead_seconds = lead
    source.disclose(CODE, a_penalty(end_on=date(2026, 11, 30)))
    tier = LocalTier(clock, source="scripted")
    lookup = Lookup(source, tier=tier, clock=clock, options=LookupOptions(renew_ahead=False))
    gone_at = min(end, end - timedelta(seconds=lead))
    clock.advance(to=gone_at + timedelta(milliseconds=offset))
    assert (lookup.check(CODE).standing is Standing.ADVERSE) == (offset < 0)
    assert lookup.ahead_seconds == lead
    lookup.close()


def test_i1_a_clock_found_to_be_off_changes_what_is_in_memory_at_once(make_lookup, source, clock, caplog):
    """What was shown by our own clock is looked at again by both."""
    clock.advance(to=end_of_china_day(date(2026, 11, 30)) - timedelta(seconds=200))
    lookup = make_lookup()
    source.disclose(CODES[0], a_penalty(end_on=date(2026, 11, 30)))
    source.disclose(CODES[1])
    assert lookup.check(CODES[0]).standing is Standing.ADVERSE
    source.ahead_seconds = 250.0
    lookup.check(CODES[1])
    assert lookup.check(CODES[0]).standing is Standing.NO_ADVERSE_RECORD
    assert "set this machine's clock" in caplog.text
    assert len(source.asked) == 2
    source.ahead_seconds = 0.0
    for _ in range(8):
        lookup.forget(CODES[1])
        lookup.check(CODES[1])
    assert lookup.check(CODES[0]).standing is Standing.ADVERSE


def test_a_lease_of_another_process_is_waited_for_and_its_answer_taken(make_lookup, source, tier, clock):
    """Who finds another asking asks only when that one is gone."""
    lookup = make_lookup()
    source.disclose(CODE, a_penalty())
    board, taken = tier.board, []
    real = LocalBoard.take

    def take(self, name, *, owner, life_seconds):
        taken.append(name)
        return False if len(taken) < 3 else real(self, name, owner=owner, life_seconds=life_seconds)

    board.__class__ = type("Busy", (LocalBoard,), {"take": take, "__slots__": ()})
    assert lookup.check(CODE).standing is Standing.ADVERSE
    assert len(taken) == 3
    assert CODE not in taken[0]


def test_who_waits_for_another_process_leaves_at_the_deadline(make_lookup, source, tier):
    """A process that asks for too long holds up nobody beyond their own time."""
    lookup = make_lookup(deadline_seconds=1)
    tier.board.__class__ = type("Held", (LocalBoard,), {"take": lambda *_, **__: False, "__slots__": ()})
    assert lookup.check(CODE).reason is UnknownReason.TIMEOUT
    assert source.asked == []


@pytest.mark.parametrize("note", [b"", b"no_such_reason x", b"\xff\xfe"])
def test_a_note_that_is_not_understood_is_none(make_lookup, source, tier, note):
    """A failure that another version tells of in other words keeps nobody from asking."""
    lookup = make_lookup()
    source.disclose(CODE)
    tier.board.__class__ = type("Odd", (LocalBoard,), {"read": lambda *_: note, "__slots__": ()})
    assert lookup.check(CODE).standing is Standing.NO_ADVERSE_RECORD


def test_i1_an_answer_that_was_asked_for_earlier_takes_no_place_of_a_later_one(make_lookup, source, clock):
    """Whichever comes first: nobody sees a repaired record again."""
    lookup = make_lookup()
    entered, go = threading.Event(), threading.Event()
    fetch_many = source.fetch_credit_many

    def slow(codes, **terms):
        rows = fetch_many(codes, **terms)
        entered.set()
        assert go.wait(10)
        return rows

    source.fetch_credit_many = slow
    source.disclose(CODE, a_penalty())
    seen = []
    bulk = threading.Thread(target=lambda: seen.extend(lookup.check_many([CODE])))
    bulk.start()
    assert entered.wait(10)
    clock.advance(seconds=1)
    source.disclose(CODE)
    assert lookup.check(CODE).standing is Standing.NO_ADVERSE_RECORD
    go.set()
    bulk.join()
    assert lookup.check(CODE).standing is Standing.NO_ADVERSE_RECORD
    assert seen[0].status.standing is Standing.NO_ADVERSE_RECORD


@pytest.mark.parametrize("lead", [-301.0, 301.0, 86_400.0])
def test_i2_a_clock_that_the_source_would_refuse_concludes_nothing(make_lookup, source, lead):
    """Which records are disclosed now is not known."""
    source.ahead_seconds = lead
    source.disclose(CODE)
    status = make_lookup().check(CODE)
    assert (status.standing, status.reason) == (Standing.UNKNOWN, UnknownReason.CLOCK_REFUSED)


@pytest.mark.parametrize("lead", [-61.0, 61.0])
def test_i1_what_a_process_with_another_clock_finds_is_its_own(make_lookup, source, clock, lead):
    """Its instants mean something else elsewhere, so they are not shared."""
    source.ahead_seconds = lead
    source.disclose(CODE, a_penalty())
    first, second = make_lookup(), make_lookup()
    assert first.check(CODE).valid_until == clock.now() + timedelta(seconds=5)
    second.check(CODE)
    assert len(source.asked) == 2


def test_i1_who_reads_between_a_forgetting_and_its_effect_keeps_nothing(make_lookup, source, tier, clock):
    """While the others are told, what they share of the subject is not used; nor after, whatever came of it."""
    lookup = make_lookup()
    source.disclose(CODE, a_penalty())
    lookup.check(CODE)
    clock.advance(seconds=1)
    source.disclose(CODE)
    seen, invalidate = [], tier.invalidate

    def slowly(codes):
        seen.append(lookup.check(CODE).standing)
        invalidate(codes)

    tier.invalidate = slowly
    assert lookup.forget(CODE)
    assert set(seen) == {Standing.NO_ADVERSE_RECORD}
    assert lookup.check(CODE).standing is Standing.NO_ADVERSE_RECORD


def test_i1_a_forgetting_that_waits_is_not_taken_for_one_that_was_told(make_lookup, source, tier, clock):
    """Only what was told is no longer waited with."""
    lookup = make_lookup()
    first = lookup.listening.bury([CODE])
    clock.advance(seconds=1)
    lookup.listening.bury([CODE])
    lookup.listening.unbury([CODE], first)
    assert lookup.listening.buried() == [CODE]


def test_i1_an_imported_entry_is_not_displayed_before_its_feed_has_caught_up(
    make_lookup, source, tier, clock
):
    """The platform may have heard that what it shows is over."""
    lookup = make_lookup()
    source.disclose(CODE, a_penalty())
    (answer,) = source.all_answers()
    rows = entries_of([answer], fetched_at=clock.now(), continuity="c", followed_for=timedelta(hours=1))
    tier.write_many(rows)
    clock.advance(seconds=5)
    source.fail(TIMED_OUT)
    assert lookup.check(CODE).last_known is None
    for beat in (1, 2):
        tier.write_mark(FeedMark(continuity="c", cursor="1", seq=1, beat=beat))
    assert lookup.check(CODE).standing is Standing.ADVERSE


@pytest.mark.parametrize("row", [None, 5, b"x"])
def test_i9_rows_that_are_no_answers_are_unknown(make_lookup, source, row):
    """Whatever a source of somebody else's hands over."""
    lookup = make_lookup()
    source.fetch_credit_many = lambda codes, **_: [row for _ in codes]
    source.fetch_credit = lambda *_, **__: row
    assert lookup.check_many([CODE])[0].status.reason is UnknownReason.SOURCE_FAULT
    assert lookup.check(CODE).reason is UnknownReason.SOURCE_FAULT


def test_i9_a_tier_of_somebody_elses_may_raise_anything(make_lookup, source, tier, caplog):
    """It is out of reach then; its words are not repeated."""

    def fail(*_, **__):
        raise KeyError(CODE)

    lookup = make_lookup()
    source.disclose(CODE, a_penalty())
    for name in ("read", "open", "write", "invalidate"):
        setattr(tier, name, fail)
    tier.board.__class__ = type(
        "Broken", (LocalBoard,), {"take": fail, "read": fail, "write": fail, "release": fail, "__slots__": ()}
    )
    assert lookup.check(CODE).standing is Standing.ADVERSE
    assert lookup.check_many([CODES[1]])[0].status.reason is UnknownReason.NOT_FOUND
    assert not lookup.forget(CODE)
    source.fail(TIMED_OUT)
    assert lookup.check(CODE).reason is UnknownReason.TIMEOUT
    assert "the shared cache failed with KeyError" in caplog.text
    assert CODE not in caplog.text


def test_i9_a_question_that_is_interrupted_as_it_departs_can_be_asked_again(make_lookup, source, monkeypatch):
    """After Ctrl-C in just that moment too."""
    lookup = make_lookup()
    source.disclose(CODE)

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(lookup._flights, "run", interrupt)
        with pytest.raises(KeyboardInterrupt):
            lookup.check(CODE)
    assert lookup.check(CODE).standing is Standing.NO_ADVERSE_RECORD


def test_who_waits_does_not_wait_for_a_renewal_of_another_process(make_lookup, source, tier, clock):
    """The turns of those who wait and of those who do not are two."""
    source.disclose(CODE)
    turn = Turn(tier, CODES[0], Lane.REFRESH, life_seconds=60)
    assert turn.take()
    assert make_lookup().check(CODE).standing is Standing.NO_ADVERSE_RECORD
    turn.end()


def test_a_closed_look_up_hears_nothing_more(make_lookup, tier):
    """It starts no thread again."""
    lookup = make_lookup()
    lookup.close()
    tier.listen = None
    assert lookup.check(CODE).reason is UnknownReason.UNREACHABLE


def test_a_forked_child_renews_and_tells_for_itself(make_lookup):
    """What was under way in its parent is not under way in it."""
    lookup = make_lookup()
    lookup._refreshing, lookup._is_retrying, lookup._noting = 2, True, [set()]
    lookup._start_over()
    assert (lookup._refreshing, lookup._is_retrying, lookup._noting) == (0, False, [])
