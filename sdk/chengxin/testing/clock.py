"""A clock that moves only when told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FrozenClock:
    """Stands still until it is advanced; waiting advances it. Never steps back, like every clock here.

    Args:
        at: the instant to start at, aware.
    """

    def __init__(self, at: datetime | None = None) -> None:
        self._now = (at or datetime(2026, 11, 21, 4, 0, tzinfo=UTC)).astimezone(UTC)
        self._monotonic = 0.0

    def now(self) -> datetime:
        """Return the instant it stands at."""
        return self._now

    def epoch(self) -> float:
        """Return the instant it stands at as seconds since 1970."""
        return self._now.timestamp()

    def wall(self) -> datetime:
        """Return the instant it stands at."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds it was advanced by so far."""
        return self._monotonic

    def sleep(self, seconds: float) -> None:
        """Advance by ``seconds`` at once."""
        self.advance(seconds=seconds)

    def advance(self, *, seconds: float = 0.0, to: datetime | None = None) -> None:
        """Move on by a number of seconds, or to a later instant.

        Raises:
            ValueError: this would step back.
        """
        target = self._now + timedelta(seconds=seconds) if to is None else to.astimezone(UTC)
        if target < self._now:
            raise ValueError(f"A clock does not step back from {self._now} to {target}.")
        self._monotonic += (target - self._now).total_seconds()
        self._now = target
