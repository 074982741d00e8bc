"""A clock for demonstrations: it runs with the machine's, and can be moved ahead."""

from __future__ import annotations

from datetime import datetime, timedelta

from chengxin.clock import SystemClock


class MovableClock:
    """Runs with the machine's clock from an instant of one's choice.

    Args:
        start_at: the instant to start at, aware.
    """

    def __init__(self, start_at: datetime) -> None:
        self._system = SystemClock()
        self._shift = start_at - self._system.now()

    def now(self) -> datetime:
        """Return the current instant, aware UTC."""
        return self._system.now() + self._shift

    def epoch(self) -> float:
        """Return the same as seconds since 1970."""
        return self.now().timestamp()

    def wall(self) -> datetime:
        """Return the same: the source's clock is moved along with this one."""
        return self.now()

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start; moving the clock does not touch it."""
        return self._system.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        self._system.sleep(seconds)

    def advance(self, by: timedelta) -> None:
        """Move the clock ahead."""
        self._shift += max(by, timedelta())
