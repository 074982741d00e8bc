"""The one reader of time.

Everything else takes a ``Clock``, so that time is an argument in tests and never runs backwards in a process.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where time comes from: the wall clock, a clock for durations, and waiting."""

    def now(self) -> datetime:
        """Return the current instant as an aware UTC datetime that never steps back."""
        ...

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start, for deadlines and durations."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        ...


class SystemClock:
    """The machine's clock with a high-water mark.

    When the wall clock is set back, ``now`` stands still until it has caught up: an answer that was seen to
    expire stays expired, and a record is shown too short rather than too long (invariant I1).
    """

    __slots__ = ("_high",)

    def __init__(self) -> None:
        self._high = datetime.now(UTC)

    def now(self) -> datetime:
        """Return the latest instant this clock has seen, aware UTC."""
        wall = datetime.now(UTC)
        if wall < self._high:
            return self._high
        self._high = wall
        return wall

    def monotonic(self) -> float:
        """Return ``time.monotonic()`` in seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block this thread for so many seconds."""
        time.sleep(seconds)
