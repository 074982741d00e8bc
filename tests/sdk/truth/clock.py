"""The real clock of the SDK, on readings that a test turns."""

from datetime import UTC, datetime
from math import ceil
from types import FunctionType

import chengxin.clock
from chengxin.clock import SystemClock
from chengxin.lock import ProcessLock

GRAINS = 64
"""Grains of a second. A grain is a whole number of microseconds and a power of two of seconds, so that instants,
durations and the sums of both are exact in floats and in datetimes alike."""


class TurnedClock(SystemClock):
    """``SystemClock`` itself, where the machine's wall clock and its monotonic clock say what they are told to.

    Its code runs on readings and a high-water mark of its own; whoever else reads the time is not moved.

    Args:
        at: where the wall clock stands at first.
    """

    __slots__ = ("_epoch", "_grains", "_wall", "on_pass")

    def __init__(self, at: datetime) -> None:
        self._grains = 1000 * GRAINS
        self._wall = round(at.timestamp() * GRAINS)
        self.on_pass = self.move
        """Lets time pass, by grains; where more has to happen meanwhile, another one does it."""
        high_water = chengxin.clock._HighWater.__new__(chengxin.clock._HighWater)
        high_water._lock = ProcessLock()
        high_water.offset = self._read_wall() - self.monotonic()
        names = {
            "_high_water": high_water,
            "_read_monotonic": self.monotonic,
            "_read_wall": self._read_wall,
        }
        self._epoch = FunctionType(SystemClock.epoch.__code__, {**vars(chengxin.clock), **names})

    def epoch(self) -> float:
        """Return the current instant as seconds since 1970, as the real clock makes it of its readings."""
        return self._epoch(self)

    def wall(self) -> datetime:
        """Return what the wall clock shows."""
        return datetime.fromtimestamp(self._wall / GRAINS, UTC)

    def monotonic(self) -> float:
        """Return the seconds of the monotonic clock."""
        return self._grains / GRAINS

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.on_pass(max(1, ceil(seconds * GRAINS)))

    def grains(self) -> int:
        """Return the instant in grains since 1970."""
        return round(self.epoch() * GRAINS)

    def monotonic_grains(self) -> int:
        """Return the monotonic clock in grains."""
        return self._grains

    def move(self, grains: int) -> None:
        """Let time pass on both clocks."""
        self._grains += grains
        self._wall += grains
        self.epoch()

    def step_wall(self, grains: int) -> None:
        """Set the wall clock, forth or back, in no time."""
        self._wall += grains
        self.epoch()

    def _read_wall(self) -> float:
        return self._wall / GRAINS
