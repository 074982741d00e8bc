"""The tier of a process that shares nothing: no store, but tickets, marks and listeners as everywhere."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from chengxin.board import Board, LocalBoard
from chengxin.cache.freshness import Entry
from chengxin.cache.hearing import Audience
from chengxin.cache.tier import Failure, FeedMark, TierListener
from chengxin.clock import Clock
from chengxin.lock import ProcessLock

LONGEST_FLIGHT_SECONDS: Final = 3600.0
"""A ticket that is older is refused: no question to the source takes that long."""


class LocalTier:
    """A tier for clients of one process: it keeps no entries, since the memory in front of it does.

    Listeners are called by the thread that invalidates. A forked child has a tier of its own.

    Args:
        clock: time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._board = LocalBoard(clock)
        self._audience = Audience()
        self._lock = ProcessLock()
        self._mark: FeedMark | None = None
        self._start_over()

    @property
    def name(self) -> str:
        """Kind of tier."""
        return "memory"

    @property
    def board(self) -> Board:
        """Notes, counters and leases of this process."""
        return self._board

    def listen(self, listener: TierListener) -> None:
        """Hear of invalidations; nothing is ever missed."""
        if self._audience.add(listener) or not self._audience.is_served:
            self._audience.restore()

    def read(self, code: str) -> Entry | Failure | None:  # noqa: ARG002 -- there is no store
        """Return None."""
        return None

    def open(self, code: str) -> str:  # noqa: ARG002 -- one count serves all subjects
        """Return a ticket."""
        with self._lock:
            return f"{self._token}:{self._count}"

    def write(self, code: str, kept: Entry | Failure, *, ticket: str) -> bool:  # noqa: ARG002 -- there is no store
        """Tell whether the subject was not invalidated since the ticket was opened."""
        token, _, count = ticket.partition(":")
        with self._lock:
            self._forget()
            opened = int(count) if token == self._token and count.isdecimal() else -1
            return opened >= self._forgotten and self._invalidated.get(code, 0) <= opened

    def write_many(self, rows: Iterable[tuple[str, Entry]]) -> int:
        """Take in rows and keep none."""
        for _ in rows:
            pass
        return 0

    def invalidate(self, codes: Sequence[str]) -> None:
        """Refuse what was opened before, and tell all listeners."""
        with self._lock:
            self._forget()
            at = self._clock.monotonic()
            for code in codes:
                self._count += 1
                self._invalidated[code] = self._count
                self._order.append((at, self._count, code))
        self._audience.tell(lambda listener: listener.on_invalidated(codes))

    def clear(self) -> None:
        """Refuse all that was opened before, and tell all listeners."""
        with self._lock:
            self._start_over()
            self._mark = None
        self._audience.tell(lambda listener: listener.on_cleared())

    def scan(self) -> Iterator[tuple[str, Entry]]:
        """Yield nothing."""
        return iter(())

    def read_mark(self) -> FeedMark | None:
        """Return how far the change feed has been followed."""
        return self._mark

    def write_mark(self, mark: FeedMark) -> None:
        """Keep how far the change feed has been followed, and tell all listeners."""
        self._mark = mark
        self._audience.tell(lambda listener: listener.on_marked(mark))

    def pump(self) -> None:
        """Return: all was heard as it was told."""

    def close(self) -> None:
        """Have nothing to give back."""

    def _start_over(self) -> None:
        self._token = secrets.token_hex(8)
        self._count = 0
        self._forgotten = 0
        self._invalidated: dict[str, int] = {}
        self._order: deque[tuple[float, int, str]] = deque()

    def _forget(self) -> None:
        """Forget invalidations that no ticket in flight can be older than; the lock is held."""
        since = self._clock.monotonic() - LONGEST_FLIGHT_SECONDS
        while self._order and self._order[0][0] < since:
            _, self._forgotten, code = self._order.popleft()
            if self._invalidated[code] == self._forgotten:
                del self._invalidated[code]
