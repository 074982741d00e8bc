"""The tier of one process: entries packed small, behind the statuses that are ready in memory."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from chengxin.board import Board, LocalBoard
from chengxin.cache.codec import decode, encode
from chengxin.cache.expiring import ExpiringMap, Held
from chengxin.cache.freshness import TOLERATED_LEAD, Entry
from chengxin.cache.hearing import Audience
from chengxin.cache.packed import PackedMap, make_press
from chengxin.cache.tier import FeedMark, TierListener
from chengxin.clock import Clock
from chengxin.lock import ProcessLock

LONGEST_FLIGHT_SECONDS: Final = 3600.0
"""A ticket that is older is refused: no question to the source takes that long."""
MOST_TOLD: Final = 100_000
"""No more invalidations are remembered at once; a ticket from before what was forgotten is refused."""
MOST_GONE: Final = 100_000
"""Of no more records it is kept that they are gone; those told longest ago go first."""


class LocalTier:
    """A tier for the threads and clients of one process; a forked child has a tier of its own.

    Entries are kept as other tiers keep them: they are renewed by their tag without a body, and past their life they
    still tell what was known last. They are kept packed, at a fifth to a half of the bytes that they have elsewhere:
    there are as many as a platform has merchants, and few of them are asked for in one minute. Listeners are called
    by the thread that invalidates.

    Args:
        clock: time.
        source: name of the source whose entries they are.
        tenant: whose entries they are.
        grace: how long after its life an entry is kept.
        max_entries: most entries kept.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        source: str = "",
        tenant: str = "default",
        grace: timedelta = timedelta(days=1),
        max_entries: int = 100_000,
    ) -> None:
        self._clock = clock
        self._source = source
        self._tenant = tenant
        self._grace = grace
        self._kept = PackedMap(
            max_entries=max_entries,
            make_press=lambda: make_press(source=source, tenant=tenant, at=clock.now()),
        )
        self._board = LocalBoard(clock)
        self._audience = Audience()
        self._lock = ProcessLock()
        self._mark: FeedMark | None = None
        self._gone: ExpiringMap[str, int] = ExpiringMap(max_entries=MOST_GONE)
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

    def read(self, code: str) -> Entry | None:
        """Return what is kept of a subject."""
        body = self._kept.get(code, self._clock.epoch())
        return None if body is None else decode(body, source=self._source, tenant=self._tenant)

    def open(self, code: str) -> str:  # noqa: ARG002  # one count serves all subjects
        """Return a ticket."""
        with self._lock:
            return f"{self._token}:{self._count}"

    def write(self, code: str, entry: Entry, *, ticket: str) -> bool:
        """Keep an entry, unless the subject was invalidated since the ticket was opened, or what is kept is newer."""
        packed = self._pack(entry)
        token, _, count = ticket.partition(":")
        with self._lock:
            self._forget()
            opened = int(count) if token == self._token else -1
            if opened < self._forgotten or self._invalidated.get(code, 0) > opened:
                return False
            return self._put(code, entry, packed)

    def write_many(self, rows: Iterable[tuple[str, Entry]]) -> int:
        """Keep many entries, each unless what is kept is newer."""
        count = 0
        for code, entry in rows:
            packed = self._pack(entry)
            with self._lock:
                count += self._put(code, entry, packed)
        return count

    def invalidate(self, codes: Sequence[str]) -> None:
        """Refuse what was opened before, and tell all listeners."""
        with self._lock:
            self._forget()
            at = self._clock.monotonic()
            for code in codes:
                self._count += 1
                self._invalidated[code] = self._count
                self._order.append((at, self._count, code))
                self._kept.remove(code)
        self._audience.tell(lambda listener: listener.on_invalidated(codes))

    def clear(self) -> None:
        """Refuse all that was opened before, and tell all listeners."""
        with self._lock:
            self._start_over()
            self._kept.clear()
            self._mark = None
        self._audience.tell(lambda listener: listener.on_cleared())

    def scan(self) -> Iterator[tuple[str, Entry]]:
        """Yield all entries."""
        for code in self._kept.keys():  # noqa: SIM118  # a list, taken under the lock
            entry = self.read(code)
            if entry is not None:
                yield code, entry

    def put_gone(self, rows: Mapping[str, int | None], *, life_seconds: float) -> None:
        """Keep of records that they are gone."""
        now = self._clock.epoch()
        end = now + life_seconds
        for name, version in rows.items():
            if version is None:
                self._gone.remove(name)
            else:
                self._gone.put(name, Held(version, end, end), now)

    def read_gone(self, names: Sequence[str]) -> dict[str, int]:
        """Return which of some records are gone."""
        now = self._clock.epoch()
        found = ((name, self._gone.get(name, now)) for name in names)
        return {name: version for name, version in found if version is not None}

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

    def _pack(self, entry: Entry) -> bytes:
        end = entry.erase_at(self._grace).timestamp()
        return self._kept.pack(encode(entry, source=self._source, tenant=self._tenant), end)

    def _put(self, code: str, entry: Entry, packed: bytes) -> bool:
        """Keep an entry that is not over, unless what is kept was fetched later; the lock is held."""
        now, held = self._clock.now(), self.read(code)
        if entry.erase_at(self._grace) <= now:
            return False
        if held is not None and entry.fetched_at < held.fetched_at <= now + TOLERATED_LEAD:
            return False
        self._kept.put(code, packed, now.timestamp())
        return True

    def _start_over(self) -> None:
        self._token = secrets.token_hex(8)
        self._count = 0
        self._forgotten = 0
        self._invalidated: dict[str, int] = {}
        self._order: deque[tuple[float, int, str]] = deque()

    def _forget(self) -> None:
        """Forget invalidations that no ticket in flight can be older than, or too many; the lock is held."""
        since = self._clock.monotonic() - LONGEST_FLIGHT_SECONDS
        while self._order and (self._order[0][0] < since or len(self._order) > MOST_TOLD):
            _, self._forgotten, code = self._order.popleft()
            if self._invalidated[code] == self._forgotten:
                del self._invalidated[code]
