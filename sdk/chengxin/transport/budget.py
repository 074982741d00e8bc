"""How many calls may be repeated, over all calls of a process.

When a source is down every call fails, and three attempts each would triple the load just then. The budget
lets through a small share of extra calls, and a few more, so that a quiet process may repeat its only one.
"""

from __future__ import annotations

from chengxin.clock import Clock
from chengxin.lock import ProcessLock

_FORGOTTEN = 0.05


class RetryBudget:
    """Counts calls and repeated calls, both fading with time, and says whether one more may be repeated.

    Safe to share by threads, and after a fork.

    Args:
        clock: for the fading.
        ratio: extra calls for each call, 0 to 1.
        reserve: extra calls that are free of it.
        half_life_seconds: after which time a count weighs half.
    """

    __slots__ = (
        "_calls",
        "_clock",
        "_counted_at",
        "_extra",
        "_half_life",
        "_lock",
        "_ratio",
        "_reserve",
    )

    def __init__(
        self, clock: Clock, *, ratio: float = 0.1, reserve: int = 3, half_life_seconds: float = 30.0
    ) -> None:
        if not 0 <= ratio <= 1 or reserve < 0 or half_life_seconds <= 0:
            raise ValueError(
                "A retry budget has a ratio of 0 to 1, a reserve of 0 or more and a half-life over 0."
            )
        self._clock = clock
        self._ratio = ratio
        self._reserve = reserve
        self._half_life = half_life_seconds
        self._calls = 0.0
        self._extra = 0.0
        self._counted_at = clock.monotonic()
        self._lock = ProcessLock()

    def record_call(self) -> None:
        """Count a call that is made for the first time."""
        with self._lock:
            self._fade()
            self._calls += 1

    def has_room(self) -> bool:
        """Tell whether a call may be repeated now; another thread may still take the last place."""
        with self._lock:
            self._fade()
            return self._room()

    def try_spend(self) -> bool:
        """Count a repeated call if there is room for it, and tell whether there was."""
        with self._lock:
            self._fade()
            room = self._room()
            self._extra += room
            return room

    def _room(self) -> bool:
        return self._extra + 1 <= self._reserve + self._ratio * self._calls

    def _fade(self) -> None:
        now = self._clock.monotonic()
        factor = 0.5 ** (max(0.0, now - self._counted_at) / self._half_life)
        self._calls *= factor
        self._extra *= factor
        # Halving alone never reaches nothing, and a reserve of one would never be whole again.
        if self._extra < _FORGOTTEN:
            self._extra = 0.0
        self._counted_at = now
