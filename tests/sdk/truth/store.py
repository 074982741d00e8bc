"""The stores that processes share, one of each kind: what a walk needs of it beside the tiers themselves."""

import contextlib
import sqlite3
import tempfile
from datetime import timedelta
from pathlib import Path

from chengxin.cache.codec import decode
from chengxin.cache.local import LocalTier
from chengxin.cache.redis import RedisTier
from chengxin.cache.sqlite import SqliteTier
from chengxin.errors import TierUnavailable
from tests.sdk.truth.line import Line, NearLine
from tests.sdk.truth.oracle import Untrue
from tests.servers import RedisServer


class Store:
    """What all stores can be asked for."""

    line = Line

    def freeze(self) -> None:
        """Have no server to be stopped."""

    def thaw(self) -> None:
        """Have no server to go on."""


class MemoryStore(Store):
    """One process with several clients: they share the tier itself.

    Args:
        clock: time.
        grace: how long after its life an entry is kept.
    """

    line = NearLine

    def __init__(self, clock, grace: timedelta) -> None:
        self._tier = LocalTier(clock, source="truth", tenant="walk", grace=grace)
        self._saved = None

    def tier(self, slot: int):
        """Return the tier for a process that starts."""
        return self._tier

    def flush(self) -> None:
        """Lose all entries, and tell nobody."""
        self._tier._kept.clear()

    def save(self) -> None:
        """Remember how the store is."""
        self._saved = (list(self._tier.scan()), self._tier.read_mark())

    def roll_back(self) -> bool:
        """Be as it was, with all that was told since forgotten; tell whether anything was remembered."""
        if self._saved is None:
            return False
        rows, mark = self._saved
        self._tier._kept.clear()
        self._tier._start_over()
        self._tier.write_many(rows)
        self._tier._mark = mark
        return True

    def sweep(self) -> None:
        """Do what makes it erase what has ended: it is asked for something that it does not have."""
        self._tier.read("nobody")

    def held(self):
        """Yield all that lies in it, with its key."""
        kept = self._tier._kept
        for code in kept.keys():  # noqa: SIM118  # not a mapping
            body = kept.get(code, 0.0)
            yield code, decode(body, source="truth", tenant="walk")

    def close(self) -> None:
        """Give back what it holds."""


def _directory():
    """Return a directory for a while, in memory where the machine has that: a walk waits for no disk."""
    room = Path("/dev/shm")  # noqa: S108
    return tempfile.TemporaryDirectory(
        prefix="chengxin-truth-", dir=room if room.is_dir() else None, ignore_cleanup_errors=True
    )


class FileStore(Store):
    """Processes of one host: each has a tier of its own on one SQLite file."""

    def __init__(self, clock, grace: timedelta) -> None:
        self._directory = _directory()
        self._path = Path(self._directory.name) / "cache.db"
        self._saved = Path(self._directory.name) / "saved.db"
        self._make = lambda: SqliteTier(
            self._path, source="truth", tenant="walk", clock=clock, poll_seconds=0.5, grace=grace
        )
        self._clock = clock
        self._tiers = {}
        self._flushes = 0

    def tier(self, slot: int):
        """Return a tier for a process that starts; the one it had before ends."""
        if slot in self._tiers:
            self._tiers[slot].close()
        self._tiers[slot] = self._make()
        return self._tiers[slot]

    def flush(self) -> None:
        """Lose all entries, or the whole file, and tell nobody."""
        self._flushes += 1
        if self._flushes % 2:
            self._connect(lambda file: file.execute("DELETE FROM kept"))
        else:
            for end in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + end).unlink(missing_ok=True)

    def save(self) -> None:
        """Remember how the file is."""
        self._saved.unlink(missing_ok=True)
        if self._path.exists():
            self._connect(lambda file: file.execute("VACUUM INTO ?", (str(self._saved),)))

    def roll_back(self) -> bool:
        """Put the file as it was in the place of the file as it is; tell whether anything was remembered."""
        if not self._saved.exists():
            return False
        for end in ("-wal", "-shm"):
            self._path.with_name(self._path.name + end).unlink(missing_ok=True)
        self._saved.replace(self._path)
        return True

    def sweep(self) -> None:
        """Do what the thread of a tier does every second."""
        with contextlib.suppress(TierUnavailable):
            self._tiers[0]._sweep()

    def held(self):
        """Yield all that lies in it, with its key."""
        if self._path.exists():
            rows = self._connect(
                lambda file: file.execute("SELECT code, body, erase_at FROM kept").fetchall()
            )
            for code, body, erase_at in rows:
                if erase_at + 60 <= self._clock.epoch():
                    raise Untrue(f"the file holds {body}, which was to be erased at {erase_at}")
                yield code, decode(body, source="truth", tenant="walk")

    def close(self) -> None:
        """Give back what it holds."""
        for tier in self._tiers.values():
            tier.close()
        self._directory.cleanup()

    def _connect(self, operation):
        with contextlib.closing(sqlite3.connect(self._path, isolation_level=None)) as file:
            try:
                return operation(file)
            except sqlite3.OperationalError:  # it is being made anew
                return []


class ServerStore(Store):
    """Processes of many hosts: each has a tier of its own on one Redis, a real one that ends with the walk."""

    def __init__(self, clock, grace: timedelta) -> None:
        self._directory = _directory()
        self._server = RedisServer(self._directory.name).start()
        self._make = lambda: RedisTier(
            self._server.url, source="truth", tenant="walk", clock=clock, grace=grace
        )
        self._tiers = {}

    def tier(self, slot: int):
        """Return a tier for a process that starts; the one it had before ends."""
        if slot in self._tiers:
            self._tiers[slot].close()
        self._tiers[slot] = self._make()
        return self._tiers[slot]

    def flush(self) -> None:
        """Lose all entries, and tell nobody."""
        self.thaw()
        self._server.command("FLUSHALL")

    def save(self) -> None:
        """Lay the data aside on the disk."""
        self.thaw()
        self._server.command("SAVE")

    def roll_back(self) -> bool:
        """Die, and come back with what was laid aside, or with nothing."""
        self.thaw()
        self._server.kill()
        self._server.start()
        return True

    def freeze(self) -> None:
        """Stop the server in its tracks."""
        self._server.freeze()

    def thaw(self) -> None:
        """Let it go on."""
        self._server.thaw()

    def sweep(self) -> None:
        """Rely on the server, which erases by its own clock."""

    def held(self):
        """Yield all that a process finds in it, with its key."""
        with contextlib.suppress(TierUnavailable):
            yield from self._tiers[0].scan()

    def close(self) -> None:
        """Give back what it holds."""
        for tier in self._tiers.values():
            tier.close()
        self._server.kill()
        self._directory.cleanup()


STORES = {"memory": MemoryStore, "redis": ServerStore, "sqlite": FileStore}
"""What makes a store, by the kind of tier."""
