"""Time never runs backwards in a process."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from chengxin.clock import SystemClock
from chengxin.testing import FrozenClock

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def test_i1_a_clock_set_back_stands_still_until_time_catches_up():
    """What was seen to expire stays expired."""
    with time_machine.travel(NOON, tick=False) as machine:
        clock = SystemClock()
        assert clock.now() == NOON
        machine.shift(-3600)
        assert clock.now() == NOON
        machine.shift(3601)
        assert clock.now() == NOON + timedelta(seconds=1)


def test_the_system_clock_waits_and_measures():
    """Durations come from the monotonic clock."""
    clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(0.001)
    assert clock.monotonic() > before


def test_a_frozen_clock_moves_only_when_told_and_never_back():
    """Waiting is advancing."""
    clock = FrozenClock(NOON)
    clock.sleep(1.5)
    clock.advance(to=NOON + timedelta(seconds=2))
    assert (clock.now(), clock.monotonic()) == (NOON + timedelta(seconds=2), 2.0)
    with pytest.raises(ValueError, match="does not step back"):
        clock.advance(to=NOON)
