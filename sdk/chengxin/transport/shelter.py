"""A board that goes on for this process alone while the shared one is away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from chengxin.board import Board, LocalBoard
from chengxin.clock import Clock
from chengxin.errors import TierUnavailable
from chengxin.lock import ProcessLock

T = TypeVar("T")

_REST_SECONDS: Final = 1.0
"""A shared board that was away is left alone for so long: each look at it may take its time."""


@dataclass(slots=True)
class _Own:
    """What this process has added to one counter.

    Attributes:
        until: when the counter's life is over, on the clock for durations.
        counted: what was added to the shared counter.
        owed: what is still to be added to it.
    """

    until: float
    counted: int = 0
    owed: int = 0


class Shelter:
    """Notes, counters and leases, shared where the shared board can be reached.

    All that this process writes stands on its own board too, so that what it knows is not lost with the shared one.
    When that comes back, be it with nothing, this process's notes are put up and its calls are counted there again.

    Args:
        board: shared with other processes; None where there is none.
        clock: for lives and rests.
    """

    __slots__ = ("_away_until", "_clock", "_ends", "_local", "_lock", "_own", "_shared", "_unshared")

    def __init__(self, board: Board | None, *, clock: Clock) -> None:
        self._shared = None if isinstance(board, LocalBoard) else board
        self._local = board if isinstance(board, LocalBoard) else LocalBoard(clock)
        self._clock = clock
        self._away_until = float("-inf")
        self._lock = ProcessLock()
        self._ends: dict[str, float] = {}
        self._unshared: set[str] = set()
        self._own: dict[str, _Own] = {}

    @property
    def is_shared(self) -> bool:
        """Tell whether there is a board to share, be it away."""
        return self._shared is not None

    def is_here(self) -> bool:
        """Tell whether the shared board could be reached, as far as is known."""
        return self._shared is not None and self._clock.monotonic() >= self._away_until

    def read(self, name: str, *, rank: Callable[[bytes], float]) -> bytes | None:
        """Return a note, or None where there is none.

        Args:
            name: which.
            rank: tells which of two notes counts, where this process wrote one while the shared board was away:
                the higher.
        """
        mine = self._local.read(name)
        theirs, shared = self._try(lambda board: board.read(name))
        if mine is None:
            return theirs
        if not shared:
            return mine
        if theirs is not None and (name not in self._unshared or rank(theirs) > rank(mine)):
            self._unshared.discard(name)
            return theirs
        self._share(name, mine)
        return mine

    def write(self, name: str, note: bytes, *, life_seconds: float) -> None:
        """Put up a note."""
        self._local.write(name, note, life_seconds=life_seconds)
        self._ends[name] = self._clock.monotonic() + life_seconds
        self._share(name, note)

    def add(self, name: str, amount: int, *, life_seconds: float) -> tuple[int, bool]:
        """Add to a counter; return it, and whether all processes that share the board are counted in it."""
        # One after another, so that a shared counter below what is counted here has lost it.
        with self._lock:
            mine = self._local.add(name, amount, life_seconds=life_seconds)
            if self._shared is None:
                return mine, False
            own = self._own_of(name, life_seconds)
            own.owed += amount
            total = self._pay(name, own, life_seconds)
            if total is not None and total < own.counted:
                own.owed, own.counted = own.counted - total, total
                total = self._pay(name, own, life_seconds)
            return (mine, False) if total is None else (total, True)

    def _pay(self, name: str, own: _Own, life_seconds: float) -> int | None:
        """Add what is owed to the shared counter and return it; None where it cannot be reached."""
        total, _ = self._try(lambda board: board.add(name, own.owed, life_seconds=life_seconds))
        if total is not None:
            own.counted, own.owed = own.counted + own.owed, 0
        return total

    def _own_of(self, name: str, life_seconds: float) -> _Own:
        own = self._own.get(name)
        if own is None:
            now = self._clock.monotonic()
            self._own = {known: one for known, one in self._own.items() if now < one.until}
            own = self._own[name] = _Own(now + life_seconds)
        return own

    def _share(self, name: str, note: bytes) -> None:
        life = self._ends[name] - self._clock.monotonic()
        shared = life > 0 and self._try(lambda board: board.write(name, note, life_seconds=life))[1]
        (self._unshared.discard if shared else self._unshared.add)(name)

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
        if self._shared is None or not self.is_here():
            return None, False
        try:
            return operation(self._shared), True
        except TierUnavailable:
            self._away_until = self._clock.monotonic() + _REST_SECONDS
            return None, False
