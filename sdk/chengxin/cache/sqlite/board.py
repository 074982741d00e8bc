"""The board of the processes that share a cache file."""

from __future__ import annotations

from chengxin.board import require_life
from chengxin.cache.sqlite.file import CacheFile
from chengxin.cache.sqlite.handle import Handle
from chengxin.cache.sqlite.holder import Holder
from chengxin.clock import Clock
from chengxin.errors import TierUnavailable

_COUNT = """
INSERT INTO counter (space, name, count, until) VALUES (?, ?, ?, ?)
ON CONFLICT (space, name) DO UPDATE SET count = count + excluded.count RETURNING count
"""


class SqliteBoard:
    """Notes, counters and leases in tables of the cache file.

    A lease names the process that took it by a place in the file of the locks, which the kernel frees when that
    process ends.

    Args:
        file: the cache file.
        clock: for the lives.
    """

    def __init__(self, file: CacheFile, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._holder = Holder(file.lock_path)

    def read(self, name: str) -> bytes | None:
        """Return a note, or None."""
        row = self._file.fetch(
            "SELECT note FROM note WHERE space = ? AND name = ? AND until > ?", name, self._clock.epoch()
        )
        return None if row is None else bytes(row[0])

    def write(self, name: str, note: bytes, *, life_seconds: float) -> None:
        """Put up a note."""
        until = self._clock.epoch() + require_life(life_seconds)
        with self._file.change() as handle:
            self._forget_ended(handle)
            handle.connection.execute(
                "INSERT OR REPLACE INTO note (space, name, note, until) VALUES (?, ?, ?, ?)",
                (handle.space, name, note, until),
            )

    def add(self, name: str, amount: int, *, life_seconds: float) -> int:
        """Add to a counter and return it."""
        until = self._clock.epoch() + require_life(life_seconds)
        with self._file.change() as handle:
            self._forget_ended(handle)
            row = handle.connection.execute(_COUNT, (handle.space, name, amount, until)).fetchone()
        return int(row[0])

    def take(self, name: str, *, owner: str, life_seconds: float) -> bool:
        """Take a lease, from nobody or from a process that has ended."""
        now = self._clock.epoch()
        until = now + require_life(life_seconds)
        try:
            with self._file.change() as handle:
                place = self._holder.place
                held = handle.connection.execute(
                    "SELECT owner, holder, until FROM lease WHERE space = ? AND name = ?",
                    (handle.space, name),
                ).fetchone()
                if held is not None and held[0] != owner and held[2] > now and self._holder.is_alive(held[1]):
                    return False
                handle.connection.execute(
                    "INSERT OR REPLACE INTO lease (space, name, owner, holder, until) VALUES (?, ?, ?, ?, ?)",
                    (handle.space, name, owner, place, until),
                )
        except OSError as error:
            raise self._unlockable(error) from error
        return True

    def release(self, name: str, *, owner: str) -> None:
        """Give back a lease."""
        with self._file.change() as handle:
            handle.connection.execute(
                "DELETE FROM lease WHERE space = ? AND name = ? AND owner = ?", (handle.space, name, owner)
            )

    def close(self) -> None:
        """Let go of all leases of this process."""
        self._holder.close()

    def _forget_ended(self, handle: Handle) -> None:
        now = self._clock.epoch()
        for table in ("note", "counter", "lease"):
            handle.connection.execute(f"DELETE FROM {table} WHERE until <= ?", (now,))  # noqa: S608 -- ours

    def _unlockable(self, error: OSError) -> TierUnavailable:
        return self._file.unavailable(f"has no file of locks beside it that can be used ({error.strerror})")
