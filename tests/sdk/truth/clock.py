"""The real clock of the SDK, on readings that a test turns."""

from datetime import UTC, datetime
from math import ceil
from unittest import mock

import chengxin.clock
from chengxin.clock import SystemClock

GRAINS = 64
"""Grains of a second. A grain is a whole number of microseconds and a power of two of seconds, so that instants,
durations and the sums of both are exact in floats and in datetimes alike."""
GRAIN = 1 / GRAINS


class TurnedClock(SystemClock):
    """``SystemClock`` itself, where the machine's wall clock and its monotonic clock say what they are told to.

    The module's own high-water mark is put aside while it is open; one is open at a time.

    Args:
        at: where the wall clock stands at first.
    """

    __slots__ = ("_grains", "_patches", "_wall", "on_pass")

    def __init__(self, at: datetime) -> None:
        self._grains = 1000 * GRAINS
        self._wall = round(at.timestamp() * GRAINS)
        self.on_pass = self.move
        """Lets time pass, by grains; where more has to happen meanwhile, another one does it."""
        self._patches = [
            mock.patch.object(chengxin.clock, "_read_wall", self._read_wall),
            mock.patch.object(chengxin.clock, "_read_monotonic", self.monotonic),
        ]
        for patch in self._patches:
            patch.start()
        high_water = mock.patch.object(chengxin.clock, "_high_water", chengxin.clock._HighWater())
        high_water.start()
        self._patches.append(high_water)

    def close(self) -> None:
        """Give the module its own readings back."""
        for patch in reversed(self._patches):
            patch.stop()

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

    def step_wall(self, grains: int) -> None:
        """Set the wall clock, forth or back, in no time."""
        self._wall += grains
        self.epoch()

    def _read_wall(self) -> float:
        return self._wall / GRAINS

    def move(self, grains: int) -> None:
        """Let time pass on both clocks."""
        self._grains += grains
        self._wall += grains
        self.epoch()
