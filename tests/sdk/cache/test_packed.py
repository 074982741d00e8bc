"""Packed bodies: what is kept comes back as it was, ends by itself, and takes little room."""

import gc
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chengxin.cache import Entry, LocalTier
from chengxin.cache.codec import encode
from chengxin.cache.packed import PackedMap, Press, make_press
from chengxin.errors import ConfigurationError
from chengxin.records import end_of_china_day
from chengxin.testing import CODES, FrozenClock, a_penalty, an_answer

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
NAMED = {"source": "https://example.test/api", "tenant": "platform"}
CODE = CODES[0].code


def a_map(*, max_entries=8):
    """Return a map with a press of its own."""
    return PackedMap(max_entries=max_entries, make_press=lambda: make_press(**NAMED, at=AT))


def an_entry(*records):
    """Return an entry fetched at ``AT``."""
    end = AT + timedelta(days=400)
    return Entry(answer=an_answer(*records), fetched_at=AT, fresh_until=end, followed_until=end, etag='"1"')


@given(st.binary(max_size=10_000), st.binary(max_size=6_000))
def test_what_is_pressed_comes_back_as_it_was(body, sample):
    """Whatever the body and whatever the sample, nothing is lost."""
    press = Press(sample)
    assert press.restore(press.press(body)) == body


def test_an_entry_takes_a_third_of_its_bytes():
    """What every entry says is said by the sample."""
    body = encode(an_entry(), **NAMED)
    assert len(make_press(**NAMED, at=AT).press(body)) < len(body) / 3


def test_a_press_needs_no_moment_but_its_own():
    """Entries of years later are pressed as well, if not as small."""
    press = make_press(**NAMED, at=AT - timedelta(days=2000))
    body = encode(an_entry(a_penalty()), **NAMED)
    assert press.restore(press.press(body)) == body


def test_i1_a_body_is_gone_at_its_end():
    """Neither asked for by name nor otherwise does it outlive its end."""
    kept = a_map()
    for key in ("a", "b"):
        kept.put(key, kept.pack(b"body", 60.0), 0.0)
    assert kept.get("a", 59.999) == b"body"
    assert kept.get("a", 60.0) is None
    assert len(kept) == 0


def test_i1_nothing_of_an_ended_record_survives_in_the_tier():
    """Packed or not, what is no longer disclosed leaves the process when anything is asked for."""
    clock = FrozenClock(AT)
    tier = LocalTier(clock)
    marker = "ENDED-7f3a"
    tier.write(CODE, an_entry(a_penalty(marker, end_on=date(2026, 11, 30))), ticket=tier.open(CODE))
    pressed = next(iter(tier._kept._kept.values()))
    clock.advance(to=end_of_china_day(date(2026, 11, 30)))
    assert tier.read(CODES[1].code) is None
    assert not tier._kept._kept
    assert not [o for o in gc.get_referrers(pressed) if isinstance(o, dict) and CODE in o]


def test_ends_of_replaced_bodies_do_not_pile_up():
    """Putting one key again and again takes no more room than a few keys."""
    kept = a_map()
    for n in range(2000):
        kept.put("k", kept.pack(b"%d" % n, 10_000.0 + n), 0.0)
    assert len(kept._turns) < 100
    assert kept.get("k", 11_998.0) == b"1999"


def test_threads_that_come_first_share_one_press():
    """What one thread packs every other one reads, from the first body on."""
    kept = a_map(max_entries=64)
    gate = threading.Barrier(16)

    def put(number):
        gate.wait()
        kept.put(str(number), kept.pack(b"body %d" % number, 60.0), 0.0)

    threads = [threading.Thread(target=put, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [kept.get(str(number), 0.0) for number in range(16)] == [b"body %d" % n for n in range(16)]


def test_room_for_nothing_is_refused():
    """A map keeps at least one body."""
    with pytest.raises(ConfigurationError, match="at least one"):
        a_map(max_entries=0)


class PackedMapMachine(RuleBasedStateMachine):
    """Drives a packed map beside a plain model of it."""

    def __init__(self):
        super().__init__()
        self.map = a_map(max_entries=4)
        self.model = {}
        self.now = 0.0

    @rule(key=st.sampled_from("abcdefg"), body=st.binary(max_size=30), life=st.integers(0, 50))
    def put(self, key, body, life):
        """Keep a body that ends by itself."""
        until = self.now + life
        self.model.pop(key, None)
        if life:
            self.model[key] = (until, body)
        self.map.put(key, self.map.pack(body, until), self.now)
        while len(self.model) > 4:
            del self.model[next(iter(self.model))]

    @rule(key=st.sampled_from("abcdefg"))
    def remove(self, key):
        """Drop a body."""
        self.model.pop(key, None)
        self.map.remove(key)

    @rule()
    def clear(self):
        """Drop all."""
        self.model.clear()
        self.map.clear()

    @rule(seconds=st.integers(0, 30))
    def pass_time(self, seconds):
        """Let time pass."""
        self.now += seconds

    @invariant()
    def agrees(self):
        """Every key holds what the model holds."""
        self.model = {key: held for key, held in self.model.items() if self.now < held[0]}
        for key in "abcdefg":
            assert self.map.get(key, self.now) == self.model.get(key, (0, None))[1]
        assert sorted(self.map.keys()) == sorted(self.model)


test_a_packed_map_agrees_with_its_model = PackedMapMachine.TestCase
