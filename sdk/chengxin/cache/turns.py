"""Keys by the minute in which what they name ends, so that what has ended is found without looking at the rest."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterator
from math import ceil
from typing import Final, Generic, TypeVar

_SECONDS: Final = 60
"""Values are swept in turns of a minute; disclosure ends at full minutes, so nothing disclosed outlives it."""
_SPARE: Final = 64
"""Turns of values that were replaced are kept up to this many beyond twice the values held."""
Key = TypeVar("Key", bound=Hashable)


class Turns(Generic[Key]):
    """When the values of a map are to be swept: a few bytes a value, and no order among those of one minute.

    A value that was replaced stays listed at its former end too; who sweeps looks at what is held by now.
    """

    def __init__(self) -> None:
        self._turns: dict[int, list[Key]] = {}
        self._next: list[int] = []
        self._listed = 0

    def __len__(self) -> int:
        return self._listed

    def list(self, key: Key, ends: float) -> None:
        """List a key for the first full minute at or after an end, in seconds since 1970."""
        number = ceil(ends / _SECONDS)
        turn = self._turns.get(number)
        if turn is None:
            turn = self._turns[number] = []
            heapq.heappush(self._next, number)
        turn.append(key)
        self._listed += 1

    def is_crowded(self, held: int) -> bool:
        """Tell whether so much of what is listed was replaced that listing what is held anew pays."""
        return self._listed > 2 * held + _SPARE

    def over(self, at: float) -> Iterator[Key]:
        """Yield, and list no longer, the keys whose turn has come at ``at``."""
        while self._next and self._next[0] * _SECONDS <= at:
            keys = self._turns.pop(heapq.heappop(self._next))
            self._listed -= len(keys)
            yield from keys
