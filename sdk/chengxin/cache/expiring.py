"""A bounded map whose values end by themselves, with a hit path that takes no lock."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from chengxin.errors import ConfigurationError
from chengxin.lock import ProcessLock

_SPARE_ENDS: Final = 64
"""Ends of values that were replaced are kept up to this many beyond the values held."""
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Held(Generic[Value]):
    """A value until an instant; replaced as a whole, so that readers need no lock.

    Attributes:
        value: what is held.
        until: first instant at which it may no longer be handed out, in seconds since 1970.
        renew: what takes its place at an instant from ``until`` on; None, or a result of None, means nothing.
    """

    value: Value
    until: float
    renew: Callable[[float], Held[Value] | None] | None = None


class ExpiringMap(Generic[Key, Value]):
    """Values by key, each with an end of its own.

    A hit is one dictionary probe and one comparison. A value past its end is never handed out; it is renewed or
    dropped when it is asked for, and at the latest when anything is missed or put in. Beyond ``max_entries`` the
    value put in longest ago goes. Instants are seconds since 1970 (``Clock.epoch``), which never step back.

    Args:
        max_entries: most values held.
    """

    def __init__(self, *, max_entries: int) -> None:
        if max_entries < 1:
            raise ConfigurationError(f"max_entries is {max_entries}; at least one entry is held.")
        self._max_entries = max_entries
        self._held: dict[Key, Held[Value]] = {}
        self._ends: list[tuple[float, int, Key]] = []
        self._order = itertools.count()
        self._lock = ProcessLock()

    def get(self, key: Key, at: float) -> Value | None:
        """Return the value that holds at ``at``, or None."""
        held = self._held.get(key)
        if held is not None and at < held.until:
            return held.value
        with self._lock:
            turned = self._turn(key, at)
            self._sweep(at)
        return None if turned is None else turned.value

    def put(self, key: Key, held: Held[Value], at: float) -> None:
        """Hold a value in place of what was held, and sweep what is over at ``at``."""
        with self._lock:
            self._held.pop(key, None)
            self._hold(key, held)
            self._sweep(at)
            while len(self._held) > self._max_entries:
                del self._held[next(iter(self._held))]

    def remove(self, key: Key) -> None:
        """Drop a value, if it is held."""
        with self._lock:
            self._held.pop(key, None)

    def __len__(self) -> int:
        return len(self._held)

    def _hold(self, key: Key, held: Held[Value]) -> None:
        self._held[key] = held
        heapq.heappush(self._ends, (held.until, next(self._order), key))
        if len(self._ends) > 2 * len(self._held) + _SPARE_ENDS:
            self._ends = [(held.until, next(self._order), key) for key, held in self._held.items()]
            heapq.heapify(self._ends)

    def _turn(self, key: Key, at: float) -> Held[Value] | None:
        """Bring one key to what holds at ``at``; the lock is held."""
        held = self._held.get(key)
        if held is None or at < held.until:
            return held
        renewed = held.renew(at) if held.renew else None
        if renewed is None:
            del self._held[key]
        else:
            self._hold(key, renewed)
        return renewed

    def _sweep(self, at: float) -> None:
        while self._ends and self._ends[0][0] <= at:
            self._turn(heapq.heappop(self._ends)[2], at)
