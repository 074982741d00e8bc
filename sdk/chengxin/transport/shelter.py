"""A board that goes on for this process alone while the shared one is away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from chengxin.board import Board, LocalBoard
from chengxin.clock import Clock
from chengxin.errors import TierUnavailable

T = TypeVar("T")

_REST_SECONDS: Final = 1.0
"""A shared board that was away is left alone for so long: each look at it may take its time."""


class Shelter:
    """Notes, counters and leases, shared where the shared board can be reached.

    All that this process writes stands on its own board too, so that what it knows is not lost with the shared one.

    Args:
        board: shared with other processes; None where there is none.
        clock: for lives and rests.
    """

    __slots__ = ("_away_until", "_clock", "_local", "_shared")

    def __init__(self, board: Board | None, *, clock: Clock) -> None:
        self._shared = None if isinstance(board, LocalBoard) else board
        self._local = board if isinstance(board, LocalBoard) else LocalBoard(clock)
        self._clock = clock
        self._away_until = float("-inf")

    def read(self, name: str) -> bytes | None:
        """Return a note, or None where there is none."""
        note, shared = self._try(lambda board: board.read(name))
        return note if shared else self._local.read(name)

    def write(self, name: str, note: bytes, *, life_seconds: float) -> None:
        """Put up a note."""
        self._local.write(name, note, life_seconds=life_seconds)
        self._try(lambda board: board.write(name, note, life_seconds=life_seconds))

    def add(self, name: str, amount: int, *, life_seconds: float) -> tuple[int, bool]:
        """Add to a counter; return it, and whether all processes that share the board are counted in it."""
        mine = self._local.add(name, amount, life_seconds=life_seconds)
        total, shared = self._try(lambda board: board.add(name, amount, life_seconds=life_seconds))
        return (mine, False) if total is None else (total, shared)

    def take(self, name: str, *, owner: str, life_seconds: float) -> bool:
        """Take a lease, and tell whether it is held."""
        held, shared = self._try(lambda board: board.take(name, owner=owner, life_seconds=life_seconds))
        return bool(held) if shared else self._local.take(name, owner=owner, life_seconds=life_seconds)

    def release(self, name: str, *, owner: str) -> None:
        """Give back a lease, wherever it was taken."""
        self._local.release(name, owner=owner)
        self._try(lambda board: board.release(name, owner=owner))

    def _try(self, operation: Callable[[Board], T]) -> tuple[T | None, bool]:
        """Return what the shared board says, and whether it could be asked."""
        if self._shared is None or self._clock.monotonic() < self._away_until:
            return None, False
        try:
            return operation(self._shared), True
        except TierUnavailable:
            self._away_until = self._clock.monotonic() + _REST_SECONDS
            return None, False
