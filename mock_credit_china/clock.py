"""The mock's own time: the only module here that reads a clock."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "CST")
"""The source's offset. China has had no other since 1991."""

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
"""The mock clock reaches from the first of these to just before the second."""


def china_day(instant: datetime) -> date:
    """Return the China calendar day an instant falls on."""
    return instant.astimezone(CHINA).date()


def midnight_after(day: date) -> datetime:
    """Return the instant at which a China calendar day is over."""
    return datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(days=1)


class MockClock:
    """A clock that runs with the machine's, stands still, or is set by hand."""

    def __init__(self, *, start_at: datetime | None, frozen: bool) -> None:
        self._start_at = start_at
        self._start_frozen = frozen
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._base = datetime.now(UTC)
        self._mark = time.monotonic()
        self._frozen = frozen
        self.reset()

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._frozen

    def now(self) -> datetime:
        """Return the mock's present, aware, at the source's offset."""
        with self._lock:
            return self._read()

    def set(self, instant: datetime) -> None:
        """Set the clock; it goes on running or standing as before."""
        self._change(instant.astimezone(CHINA), frozen=None)

    def advance(self, by: timedelta) -> None:
        """Move the clock, forwards or (negative) backwards."""
        with self._lock:
            target = self._read() + by
        self._change(target, frozen=None)

    def freeze(self, *, frozen: bool) -> None:
        """Stop the clock where it is, or let it run on from there."""
        self._change(None, frozen=frozen)

    def reset(self) -> None:
        """Go back to where the clock was started."""
        self._change((self._start_at or datetime.now(UTC)).astimezone(CHINA), frozen=self._start_frozen)

    def on_move(self, listener: Callable[[], None]) -> None:
        """Have a listener called after each move by hand."""
        self._listeners.append(listener)

    def _read(self) -> datetime:
        if self._frozen:
            return self._base
        return self._base + timedelta(seconds=time.monotonic() - self._mark)

    def _change(self, instant: datetime | None, *, frozen: bool | None) -> None:
        with self._lock:
            self._base = self._read() if instant is None else instant
            self._mark = time.monotonic()
            self._frozen = self._frozen if frozen is None else frozen
        for listener in self._listeners:
            listener()


class Deadline:
    """Seconds of real time that are left, for waits which the mock clock must not stretch."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds left, never below zero."""
        return max(0.0, self._ends - time.monotonic())
