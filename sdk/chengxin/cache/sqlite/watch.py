"""What the thread of a SQLite tier does: look for what others wrote, and erase what has ended."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from typing import Any, Final

from chengxin.cache.hearing import Audience
from chengxin.cache.sqlite import schema
from chengxin.cache.sqlite.file import CacheFile
from chengxin.cache.sqlite.handle import Handle
from chengxin.cache.tier import FeedMark
from chengxin.clock import SystemClock
from chengxin.errors import TierUnavailable

_LOST_AFTER_SECONDS: Final = 1.0
_SWEEP_SECONDS: Final = 1.0
_NEWS: Final = """
SELECT space.token, forgotten.id, mark.continuity, mark.cursor, mark.seq, mark.beat
FROM space, forgotten LEFT JOIN mark ON mark.space = space.id WHERE space.id = ?
"""
_TOLD: Final = "SELECT id, code FROM told WHERE id > ? AND space = ? ORDER BY id"


class Rounds:
    """Counts the looks of the thread, so that others can wait for one that began after they asked."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._begun = 0
        self._ended = 0
        self._is_good = True

    def begin(self) -> None:
        """Count a look that begins."""
        with self._changed:
            self._begun += 1

    def end(self, *, is_good: bool) -> None:
        """Count it as ended, well or not."""
        with self._changed:
            self._ended, self._is_good = self._begun, is_good
            self._changed.notify_all()

    def wait(self, wake: Callable[[], None], seconds: float) -> bool:
        """Wait for a look that begins from now on, and tell whether it went well."""
        with self._changed:
            wanted = self._begun + 1
            wake()
            return self._changed.wait_for(lambda: self._ended >= wanted, seconds) and self._is_good


class Watch:
    """Looks at the file every so often, at once where it is woken.

    Args:
        file: the cache file.
        audience: who is told.
        rounds: who waits for it.
        poll_seconds: how often it looks.
        sweep: erases what has ended.
    """

    def __init__(
        self,
        file: CacheFile,
        audience: Audience,
        *,
        rounds: Rounds,
        poll_seconds: float,
        sweep: Callable[[], None],
    ) -> None:
        self._file = file
        self._audience = audience
        self._rounds = rounds
        self._poll_seconds = poll_seconds
        self._sweep = sweep
        self._time = SystemClock()
        self._looked_at = self._swept_at = self._time.epoch()
        self._handle: Handle | None = None
        self._seen: tuple[int, str, int, FeedMark | None] | None = None

    def turn(self, wake: threading.Event) -> None:
        """Look once, then wait."""
        wake.clear()
        self._rounds.begin()
        try:
            self._look()
            self._sweep_in_time()
        except (TierUnavailable, OSError):
            if self._is_late:
                self._audience.lose()
            self._rounds.end(is_good=False)
        else:
            self._looked_at = self._time.epoch()
            self._audience.restore()
            self._rounds.end(is_good=True)
        wake.wait(self._poll_seconds)

    def end(self) -> None:
        """Leave the connection to the tier, which closes those of all threads."""

    def _look(self) -> None:
        handle = self._file.handle()
        if handle is not self._handle:
            self._adopt(handle)
        version = self._file.read_version()
        if self._seen is not None and self._seen[0] == version:
            return
        self._hear(version)

    def _adopt(self, handle: Handle) -> None:
        """Take up another connection; where there was one before, the file was replaced and nothing holds."""
        if self._handle is not None:
            self._audience.lose()
            self._audience.tell(lambda listener: listener.on_cleared())
        self._handle, self._seen = handle, None

    def _hear(self, version: int) -> None:
        with self._file.view() as handle:
            (token, forgotten, *marked) = handle.connection.execute(_NEWS, (handle.space,)).fetchone()
            (last,) = handle.connection.execute(schema.SEQUENCE).fetchone()
            told = self._told_since(handle.connection, handle.space)
        mark = _mark(marked)
        seen, self._seen = self._seen, (version, token, last, mark)
        if seen is None:
            return
        if token != seen[1] or forgotten > seen[2]:
            self._audience.tell(lambda listener: listener.on_cleared())
        if told:
            self._audience.tell(lambda listener: listener.on_invalidated(told))
        if mark is not None and mark != seen[3] and not self._is_late:
            self._audience.tell(lambda listener: listener.on_marked(mark))

    @property
    def _is_late(self) -> bool:
        """Tell whether it is so long since the last look that a beat of the feed may be an old one."""
        return self._time.epoch() - self._looked_at > _LOST_AFTER_SECONDS

    def _told_since(self, connection: sqlite3.Connection, space: int) -> list[str]:
        if self._seen is None:
            return []
        return [code for _, code in connection.execute(_TOLD, (self._seen[2], space))]

    def _sweep_in_time(self) -> None:
        now = self._time.epoch()
        if now - self._swept_at >= _SWEEP_SECONDS:
            self._swept_at = now
            self._sweep()


def _mark(columns: list[Any]) -> FeedMark | None:
    continuity, cursor, seq, beat = columns
    return None if continuity is None else FeedMark(continuity=continuity, cursor=cursor, seq=seq, beat=beat)
