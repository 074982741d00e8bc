"""The memory tier: nothing ended is handed out or kept, nothing fresh is lost, the hit takes no lock."""

import gc
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chengxin.cache import Entry, ExpiringMap, Held, MemoryTier, fresh_until, second_look
from chengxin.errors import ConfigurationError, InvalidRecord
from chengxin.lock import ProcessLock
from chengxin.records import Record, end_of_china_day
from chengxin.testing import CODES, a_penalty, an_answer
from tests.sdk.strategies import answers, instants

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
CODE = CODES[0].code


def an_entry(*records, at=NOW, life=timedelta(days=400)):
    """Return an entry fetched at ``at``."""
    return Entry(answer=an_answer(*records), fetched_at=at, fresh_until=at + life, followed_until=at + life)


@given(answers(), instants, st.integers(1, 40_000_000), st.lists(st.integers(0, 8_000_000), max_size=6))
def test_i1_a_hit_shows_just_what_is_disclosed_at_that_instant(answer, at, life, steps):
    """Whenever it is asked, the tier shows the view of that instant or nothing."""
    end = at + timedelta(seconds=life)
    entry = Entry(answer=answer, fetched_at=at, fresh_until=end, followed_until=end)
    tier = MemoryTier()
    tier.keep(CODE, entry, at)
    for step in steps:
        at += timedelta(seconds=step)
        status = tier.get(CODE, at.timestamp())
        if at >= entry.fresh_until:
            assert status is None
        else:
            assert list(status.records) == [r for r in answer.records if r.is_shown(at)]
            assert status.is_valid(at)


@pytest.mark.parametrize(("offset", "shown"), [(-MILLISECOND, 1), (timedelta(0), 0), (MILLISECOND, 0)])
def test_i1_a_cached_record_is_gone_at_midnight_in_china(offset, shown):
    """−1 ms, 0 and +1 ms around the end, with nobody asked in between."""
    tier = MemoryTier()
    tier.keep(CODE, an_entry(a_penalty(end_on=date(2026, 11, 30))), NOW)
    assert len(tier.get(CODE, (end_of_china_day(date(2026, 11, 30)) + offset).timestamp()).records) == shown


def test_i1_nothing_of_an_ended_record_survives_in_memory():
    """When another entry is stored, what has ended is gone from the process, asked for or not."""
    tier = MemoryTier()
    marker = "ENDED-7f3a"
    tier.keep(CODE, an_entry(a_penalty(marker, end_on=date(2026, 11, 30)), a_penalty("STAYS")), NOW)
    tier.keep(CODES[1].code, an_entry(), end_of_china_day(date(2026, 11, 30)))
    gc.collect()
    assert not [o for o in gc.get_objects() if isinstance(o, Record) and o.record_id == marker]
    (record,) = tier.get(CODE, end_of_china_day(date(2026, 11, 30)).timestamp()).records
    assert record.record_id == "STAYS"


def test_i2_a_stale_entry_is_nothing():
    """At the end of its life an answer is no longer known."""
    tier = MemoryTier()
    tier.keep(CODE, an_entry(life=timedelta(seconds=10)), NOW)
    assert tier.get(CODE, (NOW + timedelta(seconds=10) - MILLISECOND).timestamp()) is not None
    assert tier.get(CODE, (NOW + timedelta(seconds=10)).timestamp()) is None
    assert len(tier) == 0


def test_the_entry_stored_longest_ago_makes_room():
    """The number of entries is bounded."""
    tier = MemoryTier(max_entries=2)
    for code in CODES[:2]:
        tier.keep(code.code, an_entry(), NOW)
    tier.keep(CODES[0].code, an_entry(), NOW)
    tier.keep(CODES[2].code, an_entry(), NOW)
    assert [tier.get(code.code, NOW.timestamp()) is not None for code in CODES[:3]] == [True, False, True]


def test_entries_are_removed():
    """Forgetting is at once, and forgetting what is not there is nothing."""
    tier = MemoryTier()
    for code in CODES[:2]:
        tier.keep(code.code, an_entry(), NOW)
    tier.remove(CODES[0].code)
    tier.remove(CODES[0].code)
    assert tier.get(CODES[0].code, NOW.timestamp()) is None
    assert len(tier) == 1


def test_room_for_nothing_is_refused():
    """A tier holds at least one entry."""
    with pytest.raises(ConfigurationError, match="at least one"):
        MemoryTier(max_entries=0)


def test_a_hit_takes_no_lock():
    """Readers go on while somebody holds the lock."""
    held = ExpiringMap(max_entries=8)
    held.put("k", Held("v", 60.0, 60.0), 0.0)
    with held._lock:
        assert held.get("k", 0.0) == "v"


@given(st.floats(0, 4e9), st.floats(0, 0.999))
def test_i1_a_second_look_is_never_after_the_end_and_less_than_a_second_before(end, later):
    """What ends within one second shares the number that hits compare with, and ends on its own all the same."""
    look = second_look(end)
    assert end - 1 < look <= end
    assert second_look(look + later) is look


def test_what_is_looked_at_again_in_its_last_second_holds_to_its_very_end():
    """The second look is taken once; from then on a hit takes no lock up to the end itself."""
    held = ExpiringMap(max_entries=8)
    held.put("k", Held("v", second_look(60.75), 60.75), 0.0)
    assert held.get("k", 60.0) == "v"
    with held._lock:
        assert held.get("k", 60.74) == "v"
    assert held.get("k", 60.75) is None
    assert len(held) == 0


def test_a_miss_sweeps_what_has_ended():
    """Nothing that ended waits in memory for somebody to ask for it by name."""
    held = ExpiringMap(max_entries=8)
    held.put("k", Held("v", 60.0, 60.0), 0.0)
    assert held.get("other", 60.0) is None
    assert len(held) == 0


def test_ends_of_replaced_values_do_not_pile_up():
    """Putting one key again and again takes no more room than a few keys."""
    held = ExpiringMap(max_entries=10)
    for n in range(5000):
        held.put("k", Held(n, 10_000.0 + n, 10_000.0 + n), 0.0)
    assert len(held._turns) < 100
    assert held.get("k", 14_998.0) == 4999


def test_a_forked_child_is_not_held_up_by_a_lock_of_its_parent():
    """A lock that was held at the fork is free in the child."""
    lock = ProcessLock()
    lock._lock.acquire()
    lock._pid = -1
    with lock:
        pass
    with lock:
        pass


def test_many_threads_turn_one_entry_over_together():
    """At a boundary every thread gets the new view, and the entry is turned once."""
    end = end_of_china_day(date(2026, 11, 30))
    tier = MemoryTier()
    tier.keep(CODE, an_entry(a_penalty(end_on=date(2026, 11, 30))), NOW)
    barrier, seen = threading.Barrier(16), []

    def ask():
        barrier.wait()
        seen.append(tier.get(CODE, end.timestamp()))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(status) for status in seen}) == 1
    assert seen[0].records == ()


@pytest.mark.parametrize(
    ("max_age", "longest", "life"),
    [(3600, 600, 600), (60, 600, 60), (0, 600, 1), (-5, 600, 1), (600, 0.5, 1)],
)
def test_an_answer_lives_as_long_as_the_source_and_the_settings_allow(max_age, longest, life):
    """The shorter counts; to act on an answer takes a second at least."""
    assert fresh_until(NOW, max_age_seconds=max_age, longest_seconds=longest) == NOW + timedelta(seconds=life)


def test_an_entry_without_a_life_cannot_be_constructed():
    """An entry that exists has an end after its beginning."""
    with pytest.raises(InvalidRecord):
        an_entry(life=timedelta(0))


class ExpiringMapMachine(RuleBasedStateMachine):
    """Drives an expiring map beside a plain model of it."""

    def __init__(self):
        super().__init__()
        self.map = ExpiringMap(max_entries=4)
        self.model = {}
        self.now = 0.0

    @rule(key=st.integers(0, 6), life=st.integers(0, 50))
    def put(self, key, life):
        """Put a value that ends by itself."""
        until = self.now + life
        self.model.pop(key, None)
        self.model[key] = until
        self.map.put(key, Held((key, until), until, until), self.now)
        self._forget_ended()
        while len(self.model) > 4:
            del self.model[next(iter(self.model))]

    @rule(key=st.integers(0, 6))
    def remove(self, key):
        """Remove a value."""
        self.model.pop(key, None)
        self.map.remove(key)

    @rule(seconds=st.integers(0, 30))
    def pass_time(self, seconds):
        """Let time pass."""
        self.now += seconds

    @invariant()
    def agrees(self):
        """Every key holds what the model holds."""
        for key in range(7):
            until = self.model.get(key)
            expected = (key, until) if until is not None and self.now < until else None
            assert self.map.get(key, self.now) == expected
        assert len(self.map) <= 4

    def _forget_ended(self):
        self.model = {key: until for key, until in self.model.items() if self.now < until}


test_an_expiring_map_agrees_with_its_model = ExpiringMapMachine.TestCase
