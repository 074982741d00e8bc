"""Transactions in the database of chengxin: written whole or not at all, read as of one instant, and in time."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from chengxin.clock import Clock, SystemClock
from chengxin.errors import ConfigurationError, StoreError, StoreOutdated, StoreUnavailable
from chengxin.lock import ProcessLock
from chengxin.store.sql import sqlite
from chengxin.store.sql.deadline import remaining_seconds, within
from chengxin.store.sql.engine import BEGIN, CONNECTIONS, is_ours, location_of, open_engine, open_file
from chengxin.store.sql.failure import translated
from chengxin.store.sql.schema import HEAD, VERSION_TABLE

_MARGIN_SECONDS: Final = 0.05
"""How much longer this process waits than PostgreSQL is told to: a server that is well ends the statement itself."""
_LOOK_EVERY: Final = 10_000
_left_alone: Final[list[object]] = []
"""What belongs to the process that this one was forked from: held here, so that it is never closed."""


class SqlStore:
    """A database that holds the tables of chengxin: a SQLite file, or PostgreSQL.

    Used by any number of threads and processes; a forked child makes connections of its own. Nothing is connected
    before the first transaction, and the first one sees to it that the tables are of this version.

    An engine of the host's is used as it is where it is of PostgreSQL: its pool, its credentials, its own tables
    untouched. Then a deadline is kept by the server alone. Of an engine for a SQLite file the file is used, with
    connections of our own; it has to be in WAL mode.

    Args:
        database: a URL (see ``open_engine``), or an engine.
        deadline_seconds: longest time for a transaction of which nothing else is said.
        clock: where waiting and deadlines come from.

    Raises:
        ConfigurationError: it is no database that can be used.
    """

    def __init__(
        self, database: str | Engine, *, deadline_seconds: float = 5.0, clock: Clock | None = None
    ) -> None:
        self._clock = clock or SystemClock()
        self._is_own = not isinstance(database, Engine) or not is_ours(database)
        self._engine = _engine_of(database, wait_seconds=deadline_seconds, clock=self._clock)
        self._is_own = self._is_own and is_ours(self._engine)
        self._is_sqlite = self._engine.dialect.name == "sqlite"
        self._deadline_seconds = deadline_seconds
        self._is_current = False
        self._file: tuple[int, int] | None = None
        self._lock = ProcessLock()
        self._start()

    @property
    def engine(self) -> Engine:
        """The engine, with connections of this process alone. Deadlines are kept by the blocks of the store."""
        self._mind_fork()
        return self._engine

    @property
    def location(self) -> str:
        """Where the database is, without credentials."""
        return location_of(self._engine)

    def __repr__(self) -> str:
        return f"<SqlStore {self.location}>"

    @contextmanager
    def transaction(self, *, deadline_seconds: float | None = None) -> Iterator[Connection]:
        """Open a transaction that writes: committed when the block ends, undone by whatever is raised in it.

        Args:
            deadline_seconds: longest time for the whole of it; that of the store where None.

        Raises:
            StoreUnavailable: the database cannot be used now, or a commit was not answered in time.
            StoreOutdated: the tables are of another version.
            StoreError: this thread is in a transaction already.
        """
        with self._session(deadline_seconds, is_writing=True) as connection:
            yield connection

    @contextmanager
    def reading(self, *, deadline_seconds: float | None = None) -> Iterator[Connection]:
        """Open a transaction that reads, and sees the database as of one instant.

        Args:
            deadline_seconds: longest time for the whole of it; that of the store where None.

        Raises:
            StoreUnavailable: the database cannot be used now, or does not answer within the deadline.
            StoreOutdated: the tables are of another version.
            StoreError: this thread is in a transaction already.
        """
        with self._session(deadline_seconds, is_writing=False) as connection:
            yield connection

    def revision(self, *, deadline_seconds: float | None = None) -> str | None:
        """Return the revision of the tables; None where there are none.

        Args:
            deadline_seconds: longest time to wait; that of the store where None.

        Raises:
            StoreUnavailable: the database cannot be used now.
        """
        if self._is_sqlite and not self._find_file():
            return None
        with self._bounded(deadline_seconds, is_writing=False) as connection:
            return read_revision(connection)

    def close(self) -> None:
        """Close the connections of this process, unless they are of a host's engine."""
        if self._is_own:
            self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _session(self, deadline_seconds: float | None, *, is_writing: bool) -> Iterator[Connection]:
        if self._is_sqlite:
            self._find_file()
        if not self._is_current:
            self._require_current(deadline_seconds)
        with self._bounded(deadline_seconds, is_writing=is_writing) as connection:
            yield connection

    def _find_file(self) -> bool:
        """Look whether there is a file; where it is another than before, what is open leads to a file that is gone."""
        try:
            found = os.stat(self._engine.url.database or "")  # noqa: PTH116 -- before each transaction
        except FileNotFoundError:
            file = None
        else:
            file = (found.st_dev, found.st_ino)
        if file != self._file:
            self.engine.dispose()
            self._file, self._is_current = file, False
        return file is not None

    def _require_current(self, deadline_seconds: float | None) -> None:
        found = self.revision(deadline_seconds=deadline_seconds)
        if found != HEAD:
            raise StoreOutdated(location=self.location, found=found, needed=HEAD)
        self._is_current = True

    @contextmanager
    def _bounded(self, deadline_seconds: float | None, *, is_writing: bool) -> Iterator[Connection]:
        """Open a transaction that this thread leaves in time, and that no fork ends twice."""
        engine = self.engine
        if getattr(self._local, "is_inside", False):
            raise StoreError(
                "This thread is in a transaction of this store already. Pass its connection on, or end it first."
            )
        seconds = self._deadline_seconds if deadline_seconds is None else deadline_seconds
        self._local.is_inside = True
        try:
            with (
                within(seconds + _MARGIN_SECONDS),
                translated(lambda: self.location, is_reading=not is_writing),
                self._turn(),
            ):
                connection = engine.connect()
                with self._ended(connection):
                    self._begin(connection, seconds, is_writing=is_writing)
                    yield connection
        finally:
            self._local.is_inside = False

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for a connection to be free, for no longer than there is time."""
        turns = self._turns
        if turns is not None and not turns.acquire(timeout=remaining_seconds()):
            raise StoreUnavailable(
                f"The database {self.location} cannot be used: all connections of this process are taken.",
                location=self.location,
            )
        try:
            yield
        finally:
            if turns is not None:
                turns.release()

    @contextmanager
    def _ended(self, connection: Connection) -> Iterator[None]:
        """End a transaction with its block, and give its connection back."""
        pid = os.getpid()
        try:
            yield
            self._require_same(pid)
            connection.commit()
        except BaseException:
            if os.getpid() == pid:
                _undo(connection)
            raise
        finally:
            if os.getpid() == pid:
                self._give_back(connection)
            else:
                _left_alone.append(connection)

    def _require_same(self, pid: int) -> None:
        if os.getpid() != pid:
            raise StoreUnavailable(
                "This process was forked inside a transaction, which its parent alone can end. Fork outside of it.",
                location=self.location,
            )

    def _begin(self, connection: Connection, seconds: float, *, is_writing: bool) -> None:
        if self._is_sqlite:
            self._begin_sqlite(connection, seconds, is_writing=is_writing)
            return
        _refuse_autocommit(connection)
        milliseconds = max(1, int(seconds * 1000))
        mode = "READ COMMITTED" if is_writing else "REPEATABLE READ, READ ONLY"
        connection.exec_driver_sql(
            f"SET TRANSACTION ISOLATION LEVEL {mode}; SET LOCAL statement_timeout = {milliseconds}; "
            f"SET LOCAL idle_in_transaction_session_timeout = {milliseconds + 10_000}",
            execution_options={"no_parameters": True},
        )

    def _begin_sqlite(self, connection: Connection, seconds: float, *, is_writing: bool) -> None:
        raw: Any = connection.connection.dbapi_connection
        raw.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
        if not is_writing:
            raw.execute("PRAGMA query_only = ON")
        raw.set_progress_handler(_is_late, _LOOK_EVERY)
        connection.execution_options(**{BEGIN: "BEGIN IMMEDIATE" if is_writing else "BEGIN"})
        connection.begin()

    def _give_back(self, connection: Connection) -> None:
        with suppress(DBAPIError):
            if self._is_sqlite and not connection.invalidated:
                raw: Any = connection.connection.dbapi_connection
                raw.set_progress_handler(None, 0)
                raw.execute("PRAGMA query_only = OFF")
        connection.close()

    def _mind_fork(self) -> None:
        if self._pid == os.getpid():
            return
        with self._lock:
            if self._pid == os.getpid():
                return
            if self._is_sqlite:
                sqlite.register.leave_inherited()
            _left_alone.append(self._engine.pool)
            self._engine.dispose(close=False)
            self._start()

    def _start(self) -> None:
        """Begin anew, in this process."""
        limit = self._engine.get_execution_options().get(CONNECTIONS)
        self._turns = None if limit is None else threading.BoundedSemaphore(limit)
        self._local = threading.local()
        self._pid = os.getpid()


def read_revision(connection: Connection) -> str | None:
    """Return the revision of the tables in a database; None where there are none."""
    is_sqlite = connection.dialect.name == "sqlite"
    look = "SELECT 1 FROM sqlite_master WHERE name = '{}'" if is_sqlite else "SELECT to_regclass('{}')"
    if connection.exec_driver_sql(look.format(VERSION_TABLE)).scalar() is None:
        return None
    found = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()  # noqa: S608
    return None if found is None else str(found)


def _engine_of(database: str | Engine, *, wait_seconds: float, clock: Clock) -> Engine:
    if not isinstance(database, Engine):
        return open_engine(database, wait_seconds=wait_seconds, clock=clock)
    if is_ours(database) or database.dialect.name == "postgresql":
        return database
    if database.dialect.name != "sqlite":
        raise ConfigurationError(
            f"There is no store in a database of the kind {database.dialect.name!r}. Give an engine for SQLite or "
            "PostgreSQL."
        )
    path = database.url.database
    if not path or path == ":memory:" or path.startswith("file:") or database.url.query:
        raise ConfigurationError(
            "The engine is not of a plain SQLite file, which several processes could share. Give chengxin a file of "
            "its own: sqlite:////absolute/path.db."
        )
    return open_file(Path(path), wait_seconds=wait_seconds, clock=clock, is_hosts=True)


def _refuse_autocommit(connection: Connection) -> None:
    if getattr(connection.connection.dbapi_connection, "autocommit", False) is True:
        raise ConfigurationError(
            "The engine commits each statement by itself (isolation level AUTOCOMMIT), so that nothing can be undone. "
            "Give an engine without it, or a URL."
        )


def _undo(connection: Connection) -> None:
    try:
        connection.rollback()
    except DBAPIError:
        with suppress(DBAPIError):
            connection.invalidate()


def _is_late() -> bool:
    return remaining_seconds() <= 0
