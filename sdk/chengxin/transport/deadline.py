"""One moment by which a whole exchange has to be over.

A time-out that starts anew with every read is no time-out: a source that drips one byte a second never
exceeds it. A deadline is set once and everything under it (resolving, connecting, shaking hands, sending,
waiting, reading, retrying) asks it what is left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from chengxin.clock import Clock
from chengxin.errors import SourceUnavailable

LONGEST_SECONDS = 86_400.0
"""The longest deadline that is accepted: a day, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The moment by which something has to be over, on the clock for durations.

    Attributes:
        clock: whose ``monotonic`` counts.
        expires_at: the moment, in seconds of ``clock.monotonic()``.
    """

    clock: Clock = field(repr=False, compare=False)
    expires_at: float

    @classmethod
    def after(cls, seconds: float, clock: Clock) -> Self:
        """Return the deadline that lies so many seconds ahead.

        Args:
            seconds: from 0 (over at once) to a day.
            clock: whose ``monotonic`` counts.

        Raises:
            ValueError: ``seconds`` is negative, not a number or longer than a day.
        """
        if not 0 <= seconds <= LONGEST_SECONDS:
            raise ValueError(f"A deadline lies 0 to {LONGEST_SECONDS:.0f} seconds ahead, not {seconds!r}.")
        return cls(clock=clock, expires_at=clock.monotonic() + seconds)

    def remaining(self) -> float:
        """Return the seconds that are left, never negative."""
        return max(0.0, self.expires_at - self.clock.monotonic())

    @property
    def expired(self) -> bool:
        """Tell whether nothing is left."""
        return self.remaining() <= 0.0

    def require(self, during: str) -> None:
        """Raise when the deadline is over.

        Args:
            during: what is about to be done, for the message, e.g. ``"reading the answer"``.

        Raises:
            SourceUnavailable: the deadline is over (reason ``TIMEOUT``).
        """
        if self.expired:
            raise SourceUnavailable.timeout(during)
