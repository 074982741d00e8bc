"""The one reader of time.

Everything else takes a ``Clock``, so that time is an argument in tests and never runs backwards in a process.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final, Protocol

from chengxin.lock import ProcessLock


class Clock(Protocol):
    """Where time comes from: instants that never step back, the wall clock, durations, and waiting."""

    def now(self) -> datetime:
        """Return the current instant as an aware UTC datetime that never steps back."""
        ...

    def epoch(self) -> float:
        """Return the same instant as ``now``, as seconds since 1970: cheaper where it is only compared."""
        ...

    def wall(self) -> datetime:
        """Return what the machine's clock shows, which others compare with theirs, aware UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start, for deadlines and durations."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        ...


_read_wall: Final = time.time
_read_monotonic: Final = time.monotonic


class _HighWater:
    """How far the wall clock has ever been ahead of the monotonic clock in this process, in seconds.

    It only grows. An instant is the monotonic clock plus this, so that a wall clock set back neither brings back
    what was seen to expire nor stops what is to expire.
    """

    __slots__ = ("_lock", "offset")

    def __init__(self) -> None:
        self._lock = ProcessLock()
        self.offset = _read_wall() - _read_monotonic()

    def raise_to(self, offset: float) -> None:
        with self._lock:
            self.offset = max(self.offset, offset)


_high_water: Final = _HighWater()


class SystemClock:
    """The machine's clock, which never steps back in a process.

    When the wall clock is set back, instants go on from the latest one: a record is shown too short rather than
    too long (invariant I1), and an answer still grows stale. When it is set forward, instants follow at once.
    """

    __slots__ = ()

    def now(self) -> datetime:
        """Return the current instant, aware UTC."""
        return datetime.fromtimestamp(self.epoch(), UTC)

    def epoch(self) -> float:
        """Return the current instant as seconds since 1970."""
        # The wall clock is read first: a pause between the readings makes its lead smaller, never larger.
        wall = _read_wall()
        monotonic = _read_monotonic()
        instant = monotonic + _high_water.offset
        if wall <= instant:
            return instant
        _high_water.raise_to(wall - monotonic)
        return monotonic + _high_water.offset

    def wall(self) -> datetime:
        """Return what the machine's clock shows, aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return ``time.monotonic()`` in seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block this thread for so many seconds."""
        time.sleep(seconds)
