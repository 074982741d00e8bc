"""Boards of these tests: one that can be away, shared by what stands for several processes."""

from __future__ import annotations

from chengxin.board import LocalBoard
from chengxin.clock import Clock
from chengxin.errors import TierUnavailable


class SharedBoard:
    """A board like one that several processes share; it can be away."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._board = LocalBoard(clock)
        self.is_away = False
        self.looks = 0

    def lose(self) -> None:
        """Start again with nothing."""
        self._board = LocalBoard(self._clock)

    def read(self, name: str) -> bytes | None:
        """Return a note."""
        return self._here().read(name)

    def write(self, name: str, note: bytes, *, life_seconds: float) -> None:
        """Put up a note."""
        self._here().write(name, note, life_seconds=life_seconds)

    def add(self, name: str, amount: int, *, life_seconds: float) -> int:
        """Add to a counter."""
        return self._here().add(name, amount, life_seconds=life_seconds)

    def take(self, name: str, *, owner: str, life_seconds: float) -> bool:
        """Take a lease."""
        return self._here().take(name, owner=owner, life_seconds=life_seconds)

    def release(self, name: str, *, owner: str) -> None:
        """Give back a lease."""
        self._here().release(name, owner=owner)

    def _here(self) -> LocalBoard:
        self.looks += 1
        if self.is_away:
            raise TierUnavailable("The board is away.", tier="test")
        return self._board
