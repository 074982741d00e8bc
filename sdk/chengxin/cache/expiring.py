"""A bounded map whose values end by themselves, with a hit path that takes no lock."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import lru_cache
from math import floor
from typing import Any, Generic, TypeVar, cast

from chengxin.cache.turns import Turns
from chengxin.errors import ConfigurationError
from chengxin.lock import ProcessLock

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Held(Generic[Value]):
    """A value until an instant; replaced as a whole, so that readers need no lock.

    Attributes:
        value: what is held.
        until: first instant at which it is not handed out without a second look, in seconds since 1970.
        ends: first instant at which it may not be handed out at all; not before ``until``.
    """

    value: Value
    until: float
    ends: float


def second_look(end: float) -> float:
    """Return the start of the second that an end falls into, for ``Held.until``.

    All that ends within one second shares one number. So a hit reads a number that is near at hand, where each
    end of its own would lie anywhere in memory.
    """
    return _shared(floor(end))


@lru_cache(maxsize=4096)
def _shared(second: int) -> float:
    return float(second)


class ExpiringMap(Generic[Key, Value]):
    """Values by key, each with an end of its own.

    A hit is one dictionary probe and one comparison. A value past its end is never handed out; it is turned into
    what takes its place (nothing, unless a subclass knows better) when it is asked for, and within a minute of its
    end when anything is missed or put in. Beyond ``max_entries`` the value put in longest ago goes. Instants are
    seconds since 1970 (``Clock.epoch``), which never step back.

    Args:
        max_entries: most values held.
    """

    def __init__(self, *, max_entries: int) -> None:
        if max_entries < 1:
            raise ConfigurationError(f"max_entries is {max_entries}; at least one entry is held.")
        self._max_entries = max_entries
        self._held: dict[Key, Held[Value]] = {}
        self.probe: Callable[[object], Held[Value] | None] = cast("Any", self._held.get)
        """Return what is held of a key, perhaps past its ``until``: for whoever compares instants without a call."""
        self._turns: Turns[Key] = Turns()
        self._lock = ProcessLock()

    def get(self, key: Key, at: float) -> Value | None:
        """Return the value that holds at ``at``, or None."""
        held = self._held.get(key)
        if held is not None and at < held.until:
            return held.value
        return self._look_again(key, at)

    def put(self, key: Key, held: Held[Value], at: float) -> None:
        """Hold a value, unless it is over, in place of what was held, and sweep what is over at ``at``."""
        with self._lock:
            self._held.pop(key, None)
            if at < held.ends:
                self._hold(key, held)
            self._sweep(at)
            while len(self._held) > self._max_entries:
                del self._held[next(iter(self._held))]

    def remove(self, key: Key) -> None:
        """Drop a value, if it is held."""
        with self._lock:
            self._held.pop(key, None)

    def clear(self) -> None:
        """Drop all values."""
        with self._lock:
            self._held.clear()
            self._list_anew()

    def keys(self) -> list[Key]:
        """Return the keys of what is held, some of it perhaps past its end."""
        with self._lock:
            return list(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def _turned(
        self,
        key: Key,  # noqa: ARG002  # for those who know better
        held: Held[Value],
        at: float,
        *,
        asked: bool,  # noqa: ARG002
    ) -> Held[Value] | None:
        """Return what takes the place of a value at ``at``, past its ``until``; the lock is held.

        Args:
            key: whose value it is.
            held: the value.
            at: seconds since 1970.
            asked: whether it is asked for, or swept.
        """
        return replace(held, until=held.ends) if at < held.ends else None

    def _look_again(self, key: Key, at: float) -> Value | None:
        with self._lock:
            held = self._turn(key, at, asked=True)
            self._sweep(at)
        return None if held is None else held.value

    def _hold(self, key: Key, held: Held[Value]) -> None:
        self._held[key] = held
        self._turns.list(key, held.ends)
        if self._turns.is_crowded(len(self._held)):
            self._list_anew()

    def _list_anew(self) -> None:
        self._turns = Turns()
        for key, held in self._held.items():
            self._turns.list(key, held.ends)

    def _turn(self, key: Key, at: float, *, asked: bool) -> Held[Value] | None:
        held = self._held.get(key)
        if held is None or at < held.until:
            return held
        turned = self._turned(key, held, at, asked=asked)
        if turned is None:
            del self._held[key]
        else:
            self._hold(key, turned)
        return turned

    def _sweep(self, at: float) -> None:
        for key in self._turns.over(at):
            held = self._held.get(key)
            if held is not None and held.ends <= at:
                self._turn(key, at, asked=False)
