"""Small facts that processes share for a short while: notes, counters, leases.

A breaker, a quota and a single flight need to agree on very little: who asks now, how often was asked, what went
wrong last. A ``Board`` holds that much, in this process alone (``LocalBoard``) or for all that share a cache tier.
Nothing on it is a fact about a subject.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from chengxin.clock import Clock
from chengxin.errors import ConfigurationError
from chengxin.lock import ProcessLock

LONGEST_LIFE_SECONDS = 90_000.0
"""Nothing stays on a board for longer than a day and an hour."""


_SPARE = 64
"""What is over is swept when twice as much stands there as after the last time, and this many."""


class Board(Protocol):
    """Notes, counters and leases by name; names hold no code, no secret and no identity number.

    Every operation is atomic among all who share the board, and takes a bounded time (at most 0.1 s).

    Raises:
        TierUnavailable: by any operation, where the board cannot be reached; nothing is then known of it.
    """

    def read(self, name: str) -> bytes | None:
        """Return a note, or None where there is none or its life is over."""
        ...

    def write(self, name: str, note: bytes, *, life_seconds: float) -> None:
        """Put up a note in place of what stood there."""
        ...

    def add(self, name: str, amount: int, *, life_seconds: float) -> int:
        """Add to a counter, which starts at 0 and ends ``life_seconds`` after its first addition; return it."""
        ...

    def take(self, name: str, *, owner: str, life_seconds: float) -> bool:
        """Take a lease where nobody, or a holder that is dead, holds it; tell whether ``owner`` holds it now.

        A lease ends with its life at the latest, and as soon as it is known that its owner's process is gone.
        Taking one's own lease again prolongs it.
        """
        ...

    def release(self, name: str, *, owner: str) -> None:
        """Give back a lease; one that another holds by now stays as it is."""
        ...


@dataclass(frozen=True, slots=True)
class _Posted:
    value: bytes | int | str
    until: float


class LocalBoard:
    """A board for the threads of one process. A forked child starts with a copy of its own.

    Args:
        clock: for the lives.
    """

    __slots__ = ("_clock", "_lock", "_posted", "_sweep_at")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = ProcessLock()
        self._posted: dict[tuple[str, str], _Posted] = {}
        self._sweep_at = _SPARE

    def read(self, name: str) -> bytes | None:
        """Return a note, or None."""
        with self._lock:
            posted = self._live("note", name)
            return posted.value if posted is not None and isinstance(posted.value, bytes) else None

    def write(self, name: str, note: bytes, *, life_seconds: float) -> None:
        """Put up a note."""
        with self._lock:
            self._post("note", name, note, life_seconds)

    def add(self, name: str, amount: int, *, life_seconds: float) -> int:
        """Add to a counter and return it."""
        with self._lock:
            posted = self._live("counter", name)
            if posted is None or not isinstance(posted.value, int):
                self._post("counter", name, amount, life_seconds)
                return amount
            value = posted.value + amount
            self._posted["counter", name] = _Posted(value, posted.until)
            return value

    def take(self, name: str, *, owner: str, life_seconds: float) -> bool:
        """Take a lease, and tell whether it is held."""
        with self._lock:
            posted = self._live("lease", name)
            if posted is not None and posted.value != owner:
                return False
            self._post("lease", name, owner, life_seconds)
            return True

    def release(self, name: str, *, owner: str) -> None:
        """Give back a lease."""
        with self._lock:
            posted = self._live("lease", name)
            if posted is not None and posted.value == owner:
                del self._posted["lease", name]

    def _live(self, kind: str, name: str) -> _Posted | None:
        posted = self._posted.get((kind, name))
        return posted if posted is not None and self._clock.monotonic() < posted.until else None

    def _post(self, kind: str, name: str, value: bytes | int | str, life_seconds: float) -> None:
        now = self._clock.monotonic()
        if len(self._posted) >= self._sweep_at:
            self._posted = {key: posted for key, posted in self._posted.items() if now < posted.until}
            self._sweep_at = 2 * len(self._posted) + _SPARE
        self._posted[kind, name] = _Posted(value, now + require_life(life_seconds))


def require_life(seconds: float) -> float:
    """Return a life that is in bounds.

    Raises:
        ConfigurationError: it is not above 0, or longer than a day and an hour.
    """
    if not 0 < seconds <= LONGEST_LIFE_SECONDS:
        raise ConfigurationError(f"A life on a board is above 0 and at most 25 hours, not {seconds!r} s.")
    return seconds
