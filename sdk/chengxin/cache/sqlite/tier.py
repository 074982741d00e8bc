"""The tier in a SQLite file: entries, tickets and what is told, each change in one transaction."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from chengxin.board import Board
from chengxin.cache.codec import decode, encode
from chengxin.cache.freshness import TOLERATED_LEAD, Entry
from chengxin.cache.hearing import Audience, Ear
from chengxin.cache.sqlite import schema
from chengxin.cache.sqlite.board import SqliteBoard
from chengxin.cache.sqlite.file import CacheFile
from chengxin.cache.sqlite.handle import Handle
from chengxin.cache.sqlite.watch import Rounds, Watch
from chengxin.cache.tier import FeedMark, TierListener
from chengxin.clock import Clock
from chengxin.errors import ConfigurationError, TierUnavailable

LONGEST_FLIGHT_SECONDS: Final = 3600.0
"""Invalidations are remembered this long, and a ticket from before what was forgotten is refused."""
MOST_TOLD: Final = 100_000
"""No more invalidations are remembered at once."""
_BATCH: Final = 500
_LONGEST_PUMP_SECONDS: Final = 2.0


class SqliteTier:
    """A tier for the processes of one host. Nothing is opened, and no thread runs, before it is first used.

    Args:
        path: the cache file; it is made where there is none, and is nobody else's to use.
        source: name of the source.
        tenant: name of the platform; tenants that share a file see nothing of each other.
        clock: time.
        poll_seconds: how often a process that listens looks for what others told, at most 0.5.
        grace: how long entries are kept past their life, for display alone.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        source: str,
        tenant: str,
        clock: Clock,
        poll_seconds: float = 0.2,
        grace: timedelta = timedelta(0),
    ) -> None:
        if not 0 < poll_seconds <= 0.5:
            raise ConfigurationError(f"poll_seconds is above 0 and at most 0.5, not {poll_seconds!r}.")
        self._source = source
        self._tenant = tenant
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._grace = grace
        self._file = CacheFile(Path(os.path.abspath(path)), source=source, tenant=tenant)  # noqa: PTH100 -- links stay
        self._board = SqliteBoard(self._file, clock)
        self._rounds = Rounds()
        self._ear = Ear("chengxin-sqlite", self._watch)

    def __repr__(self) -> str:
        return f"SqliteTier({str(self._file.path)!r}, source={self._source!r}, tenant={self._tenant!r})"

    @property
    def name(self) -> str:
        """Kind of tier."""
        return "sqlite"

    @property
    def board(self) -> Board:
        """Notes, counters and leases of the processes that share the file."""
        return self._board

    def listen(self, listener: TierListener) -> None:
        """Hear of invalidations in this process, by a thread that looks for them."""
        self._ear.listen(listener)

    def read(self, code: str) -> Entry | None:
        """Return what is kept of a subject."""
        row = self._file.fetch(schema.READ, code, self._clock.epoch())
        return None if row is None else decode(row[0], source=self._source, tenant=self._tenant)

    def open(self, code: str) -> str:  # noqa: ARG002 -- one count serves all subjects
        """Return a ticket: the file's own name and the number of the last invalidation."""
        row = self._file.fetch(schema.OPEN)
        if row is None:
            raise self._file.unavailable("has lost its tables; delete it")
        return f"{row[0]}:{row[1]}"

    def write(self, code: str, entry: Entry, *, ticket: str) -> bool:
        """Keep an entry, unless the subject was invalidated since the ticket was opened, or what is kept is newer."""
        token, _, opened = ticket.partition(":")
        now = self._clock.epoch()
        with self._file.change() as handle:
            is_erased = _erase_ended(handle, now)
            asked = {"space": handle.space, "token": token, "opened": _number(opened), "code": code}
            is_valid = handle.connection.execute(schema.MAY_KEEP, asked).fetchone() is not None
            is_kept = is_valid and self._put(handle, code, entry, now)
        if is_erased:
            self._file.truncate()
        return is_kept

    def write_many(self, rows: Iterable[tuple[str, Entry]]) -> int:
        """Keep many entries, each unless what is kept is newer, some hundred in a transaction."""
        rows = iter(rows)
        count = 0
        while batch := list(islice(rows, _BATCH)):
            now = self._clock.epoch()
            with self._file.change() as handle:
                is_erased = _erase_ended(handle, now)
                kept = sum(self._put(handle, code, entry, now) for code, entry in batch)
            count += kept
            if is_erased:
                self._file.truncate()
        return count

    def invalidate(self, codes: Sequence[str]) -> None:
        """Forget subjects and tell of it, in one transaction."""
        at = self._clock.epoch()
        with self._file.change() as handle:
            self._forget_told(handle, at)
            space = handle.space
            handle.connection.executemany(
                "INSERT INTO told (space, code, at) VALUES (?, ?, ?)", [(space, code, at) for code in codes]
            )
            handle.connection.executemany(
                "DELETE FROM kept WHERE space = ? AND code = ?", [(space, code) for code in codes]
            )
        self._file.truncate()
        self._ear.wake()

    def clear(self) -> None:
        """Forget everything of this tenant and source, and give it another name."""
        with self._file.change() as handle:
            for table in ("kept", "mark"):
                handle.connection.execute(f"DELETE FROM {table} WHERE space = ?", (handle.space,))  # noqa: S608 -- ours
            renamed = (secrets.token_hex(8), handle.space)
            handle.connection.execute("UPDATE space SET token = ? WHERE id = ?", renamed)
        self._file.truncate()
        self._ear.wake()

    def scan(self) -> Iterator[tuple[str, Entry]]:
        """Yield all entries, some hundred at a time, with no transaction open in between."""
        last = 0
        while True:
            with self._file.view() as handle:
                asked = (last, handle.space, self._clock.epoch())
                rows = handle.connection.execute(schema.SCAN, asked).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            for _, code, body in rows:
                entry = decode(body, source=self._source, tenant=self._tenant)
                if entry is not None:
                    yield code, entry

    def put_gone(self, rows: Mapping[str, int | None], *, life_seconds: float) -> None:
        """Keep of records that they are gone, in one transaction; what is kept of others long enough goes."""
        now = self._clock.epoch()
        until = now + life_seconds
        with self._file.change() as handle:
            space, ask = handle.space, handle.connection.executemany
            ask("DELETE FROM gone WHERE until <= ?", [(now,)])
            ask("DELETE FROM gone WHERE space = ? AND name = ?", [(space, name) for name in rows])
            ask(
                "INSERT INTO gone (space, name, version, until) VALUES (?, ?, ?, ?)",
                [(space, name, version, until) for name, version in rows.items() if version is not None],
            )

    def read_gone(self, names: Sequence[str]) -> dict[str, int]:
        """Return which of some records are gone."""
        with self._file.view() as handle:
            asked = (handle.space, self._clock.epoch(), json.dumps(list(names)))
            return dict(handle.connection.execute(schema.READ_GONE, asked).fetchall())

    def read_mark(self) -> FeedMark | None:
        """Return how far the change feed has been followed."""
        row = self._file.fetch("SELECT continuity, cursor, seq, beat FROM mark WHERE space = ?")
        if row is None:
            return None
        continuity, cursor, seq, beat = row
        return FeedMark(continuity=continuity, cursor=cursor, seq=seq, beat=beat)

    def write_mark(self, mark: FeedMark) -> None:
        """Keep how far the change feed has been followed; listeners find it when they look."""
        with self._file.change() as handle:
            handle.connection.execute(
                "INSERT OR REPLACE INTO mark (space, continuity, cursor, seq, beat) VALUES (?, ?, ?, ?, ?)",
                (handle.space, mark.continuity, mark.cursor, mark.seq, mark.beat),
            )
        self._ear.wake()

    def pump(self) -> None:
        """Return after a look at the file that began from now on; at once where nobody listens."""
        if self._ear.is_running and not self._rounds.wait(self._ear.wake, _LONGEST_PUMP_SECONDS):
            raise TierUnavailable("The cache file could not be looked at. Is it locked?", tier=self.name)

    def close(self) -> None:
        """End the thread and the connections of this process; its leases are free."""
        self._ear.close()
        self._board.close()
        self._file.close()

    def _watch(self, audience: Audience) -> Watch:
        return Watch(
            self._file, audience, rounds=self._rounds, poll_seconds=self._poll_seconds, sweep=self._sweep
        )

    def _sweep(self) -> None:
        """Erase what has ended, and empty the log, where something replaced may be left."""
        now = self._clock.epoch()
        with self._file.view() as handle:
            ended = "SELECT 1 FROM kept WHERE erase_at <= ? LIMIT 1"
            is_due = handle.connection.execute(ended, (now,)).fetchone() is not None
        if is_due:
            with self._file.change() as handle:
                _erase_ended(handle, now)
        if not self._file.is_log_empty:
            self._file.truncate()

    def _put(self, handle: Handle, code: str, entry: Entry, now: float) -> bool:
        """Keep an entry that is not over, unless what is kept was fetched later; what has ended is erased before."""
        erase_at = entry.erase_at(self._grace).timestamp()
        if erase_at <= now:
            return False
        body = schema.lay_out(encode(entry, source=self._source, tenant=self._tenant), code)
        latest = now + TOLERATED_LEAD.total_seconds()
        row = (handle.space, code, entry.fetched_at.timestamp(), erase_at, body, latest)
        return handle.connection.execute(schema.KEEP, row).rowcount > 0

    def _forget_told(self, handle: Handle, now: float) -> None:
        """Forget invalidations that are too old or too many, and remember up to where."""
        (last,) = handle.connection.execute(schema.SEQUENCE).fetchone()
        oldest = handle.connection.execute(
            "SELECT id FROM told WHERE at > ? ORDER BY id LIMIT 1", (now - LONGEST_FLIGHT_SECONDS,)
        ).fetchone()
        until = max(last - MOST_TOLD, last if oldest is None else oldest[0] - 1)
        if until > 0:
            handle.connection.execute("DELETE FROM told WHERE id <= ?", (until,))
            handle.connection.execute("UPDATE forgotten SET id = max(id, ?)", (until,))


def _number(text: str) -> int:
    """Return the number in a ticket; one below all others for a ticket that is not of this tier."""
    return int(text) if text.isdecimal() else -1


def _erase_ended(handle: Handle, now: float) -> bool:
    """Erase what has ended, of all tenants; tell whether there was anything."""
    return handle.connection.execute("DELETE FROM kept WHERE erase_at <= ?", (now,)).rowcount > 0
