"""Time never runs backwards in a process, and never stands still."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin import clock as clock_module
from chengxin.clock import SystemClock
from chengxin.testing import FrozenClock

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


class Machine:
    """A machine whose wall clock can be set, and whose monotonic clock cannot."""

    def __init__(self, monkeypatch):
        self.wall = NOON.timestamp()
        self.passed = 100.0
        monkeypatch.setattr(clock_module, "_read_wall", lambda: self.wall)
        monkeypatch.setattr(clock_module, "_read_monotonic", lambda: self.passed)
        monkeypatch.setattr(clock_module, "_high_water", clock_module._HighWater())

    def run(self, seconds):
        """Let time pass."""
        self.wall += seconds
        self.passed += seconds


def test_i1_a_clock_set_back_goes_on_from_the_latest_instant(monkeypatch):
    """What was seen to expire stays expired, and what is to expire does."""
    machine = Machine(monkeypatch)
    clock, other = SystemClock(), SystemClock()
    machine.run(3600)
    latest = clock.now()
    machine.wall -= 86_400
    assert clock.now() == other.now() == latest
    machine.run(60)
    assert clock.now() == latest + timedelta(seconds=60)


def test_a_clock_set_forward_is_followed_at_once_and_by_all(monkeypatch):
    """Records end by the wall clock, not by the time that a process has run."""
    machine = Machine(monkeypatch)
    machine.wall += 3600
    assert SystemClock().now() == SystemClock().now() == NOON + timedelta(seconds=3600)


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e4)), max_size=20))
def test_i1_whatever_is_done_to_the_wall_clock_instants_never_step_back(steps):
    """Nor do they fall behind the wall clock, nor stand still while time passes."""
    with pytest.MonkeyPatch.context() as patch:
        machine = Machine(patch)
        clock = SystemClock()
        before = clock.now()
        for jump, passing in steps:
            machine.wall += jump
            jumped = clock.now()
            machine.run(passing)
            after = clock.now()
            assert before <= jumped
            assert abs((after - jumped).total_seconds() - passing) < 0.001
            assert after.timestamp() >= machine.wall - 0.001
            before = after


def test_the_system_clock_waits_and_measures():
    """Durations come from the monotonic clock."""
    clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(0.001)
    assert clock.monotonic() > before
    assert abs((clock.wall() - clock.now()).total_seconds()) < 3600


def test_a_frozen_clock_moves_only_when_told_and_never_back():
    """Waiting is advancing."""
    clock = FrozenClock(NOON)
    clock.sleep(1.5)
    clock.advance(to=NOON + timedelta(seconds=2))
    assert (clock.now(), clock.wall(), clock.monotonic()) == (*[NOON + timedelta(seconds=2)] * 2, 2.0)
    with pytest.raises(ValueError, match="does not step back"):
        clock.advance(to=NOON)
