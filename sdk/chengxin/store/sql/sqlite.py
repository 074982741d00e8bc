"""Connections to one SQLite file, and what becomes of them at a fork.

SQLite keeps, for each file that a process has open, which locks it holds. A forked child inherits that account but
not the locks, so a connection that it opens beside the inherited ones goes unprotected. The child therefore closes
the inherited connections before it opens any of its own. One that was in use at the fork can neither be used nor
closed; its file then stays closed to that child.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any, Final

from chengxin.clock import Clock
from chengxin.errors import ConfigurationError
from chengxin.lock import ProcessLock
from chengxin.store.sql.deadline import remaining_seconds

_NAP_SECONDS: Final = 0.005


class Opened:
    """A connection of this process, or of the one that it was forked from."""

    __slots__ = ("connection", "is_busy", "path", "pid")

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path
        self.pid = os.getpid()
        self.is_busy = False


class _Register:
    """All connections that were opened here or inherited, by the identity of the connection."""

    def __init__(self) -> None:
        self._lock = ProcessLock()
        self._opened: dict[int, Opened] = {}
        self._lost: list[Opened] = []

    def add(self, opened: Opened) -> None:
        with self._lock:
            self._opened[id(opened.connection)] = opened

    def drop(self, connection: object) -> None:
        with self._lock:
            self._opened.pop(id(connection), None)

    def mark(self, connection: object, *, is_busy: bool) -> None:
        opened = self._opened.get(id(connection))
        if opened is not None:
            opened.is_busy = is_busy

    def leave_inherited(self) -> None:
        """Close what an ancestor of this process opened, as far as it was idle."""
        pid = os.getpid()
        with self._lock:
            inherited = [opened for opened in self._opened.values() if opened.pid != pid]
            for opened in inherited:
                del self._opened[id(opened.connection)]
                if opened.is_busy:
                    self._lost.append(opened)
        for opened in inherited:
            if not opened.is_busy:
                opened.connection.close()

    def is_lost(self, path: Path) -> bool:
        """Tell whether this process was forked while a connection to the file was in use."""
        return any(opened.path == path for opened in self._lost)


register: Final = _Register()
"""A forked child finds the connections of its parent here."""


def connect(path: Path, *, clock: Clock, busy_seconds: float, is_hosts: bool) -> sqlite3.Connection:
    """Open a connection on which a commit is on the disk when it returns.

    Args:
        path: the file.
        clock: where waiting comes from.
        busy_seconds: longest time to wait for another writer.
        is_hosts: whether the file is a host's own, whose mode is not ours to change.

    Raises:
        ConfigurationError: it is a host's, and not in WAL mode.
        sqlite3.Error: it cannot be opened.
    """
    register.leave_inherited()
    if register.is_lost(path):
        raise sqlite3.OperationalError(
            "it was in use at the moment this process was forked, and stays closed to it; fork before the first use, "
            "or start workers by spawn"
        )
    busy_seconds = min(busy_seconds, remaining_seconds())
    connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
    try:
        _require_wal(connection, clock=clock, busy_seconds=busy_seconds, is_hosts=is_hosts)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten, not only let go
    except (
        UnicodeDecodeError
    ) as error:  # of the words in which SQLite tells which part of the schema is damaged
        connection.close()
        raise _damaged() from error
    except BaseException:
        connection.close()
        raise
    register.add(Opened(connection, path))
    return connection


def _damaged() -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError("the schema of the file is damaged")
    error.sqlite_errorname = "SQLITE_CORRUPT"
    return error


def _require_wal(
    connection: sqlite3.Connection, *, clock: Clock, busy_seconds: float, is_hosts: bool
) -> None:
    """Have the file in WAL mode; who is in the way of the change is waited for, which SQLite itself does not do."""
    until = clock.monotonic() + busy_seconds
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        if is_hosts:
            raise ConfigurationError(
                "The SQLite file of this engine is not in WAL mode, without which readers and writers stand in each "
                "other's way. Run PRAGMA journal_mode=WAL on it once, or give chengxin a file of its own."
            )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if clock.monotonic() >= until:
                raise
            clock.sleep(_NAP_SECONDS)


def watch_pool(engine: Any, event: Any) -> None:  # noqa: ANN401 -- an Engine; SQLAlchemy's own events
    """Have the register know which connections of a pool are in use."""

    def checkout(connection: object, *_: object) -> None:
        register.mark(connection, is_busy=True)

    def checkin(connection: object, *_: object) -> None:
        register.mark(connection, is_busy=False)

    def close(connection: object, *_: object) -> None:
        register.drop(connection)

    event.listen(engine, "checkout", checkout)
    event.listen(engine, "checkin", checkin)
    event.listen(engine, "close", close)
    event.listen(engine, "close_detached", close)
