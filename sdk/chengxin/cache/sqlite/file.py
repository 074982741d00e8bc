"""The cache file: opened on first use, by each thread for itself, and made anew where it cannot be used."""

from __future__ import annotations

import logging
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from chengxin.cache.sqlite import schema
from chengxin.cache.sqlite.handle import (
    FileId,
    Handle,
    Keeper,
    is_closed_to_this_process,
    leave_inherited,
    prepare_for_forks,
)
from chengxin.cache.sqlite.holder import Door
from chengxin.errors import TierUnavailable
from chengxin.lock import ProcessLock

_log = logging.getLogger(__name__)
_LONGEST_WAIT_SECONDS: Final = 0.08
_TURNS_AT_THE_DOOR: Final = 10
_BROKEN: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class CacheFile:
    """One cache file, as this process sees one tenant and source in it.

    Every operation raises ``TierUnavailable`` where the file cannot be used.

    Args:
        path: where it is.
        source: name of the source.
        tenant: name of the tenant.
    """

    def __init__(self, path: Path, *, source: str, tenant: str) -> None:
        self.path = path
        self._text = str(path)
        self._named = (tenant, source)
        self._local = threading.local()
        self._lock = ProcessLock()
        self._handles: set[Handle] = set()

    @property
    def lock_path(self) -> Path:
        """Return the path of the file of the locks beside it."""
        return self.path.with_name(self.path.name + "-lock")

    def fetch(self, sql: str, *arguments: object) -> tuple[Any, ...] | None:
        """Return the first row of a query; the number of the tenant and source is put before its arguments."""
        handle = self.handle()
        handle.is_busy = True
        try:
            row: tuple[Any, ...] | None = handle.connection.execute(
                sql, (handle.space, *arguments)
            ).fetchone()
        except sqlite3.Error as error:
            raise self._translate(error, handle) from error
        finally:
            handle.is_busy = False
        return row

    @contextmanager
    def view(self, begin: str = "BEGIN") -> Iterator[Handle]:
        """Open a transaction, which ends with the block: as a whole, or not at all."""
        handle = self.handle()
        handle.is_busy = True
        try:
            handle.connection.execute(begin)
            try:
                yield handle
                handle.connection.execute("COMMIT")
            finally:
                if handle.connection.in_transaction:
                    handle.connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise self._translate(error, handle) from error
        finally:
            handle.is_busy = False

    @contextmanager
    def change(self) -> Iterator[Handle]:
        """Open a transaction that writes, and see that it ended in the file that others look at.

        Raises:
            TierUnavailable: another writer is at it for too long, or the file was replaced meanwhile.
        """
        with self.view("BEGIN IMMEDIATE") as handle:
            yield handle
        if self._current() != handle.file:
            raise self.unavailable("was replaced while it was written to; try again")

    def truncate(self) -> bool:
        """Empty the write-ahead log, so that nothing erased is left in it; tell whether that could be done now.

        It waits for nobody: where somebody reads or writes, the thread that listens tries again.
        """
        self._ask("PRAGMA busy_timeout = 0")
        try:
            return not self._ask("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._ask(f"PRAGMA busy_timeout = {int(_LONGEST_WAIT_SECONDS * 1000)}")

    def read_version(self) -> int:
        """Return a number that changes with every write that this thread's connection did not make."""
        return self._ask("PRAGMA data_version")

    def _ask(self, pragma: str) -> int:
        handle = self.handle()
        handle.is_busy = True
        try:
            return int(handle.connection.execute(pragma).fetchone()[0])
        except sqlite3.Error as error:
            raise self._translate(error, handle) from error
        finally:
            handle.is_busy = False

    @property
    def is_log_empty(self) -> bool:
        """Tell whether the write-ahead log holds nothing."""
        try:
            return os.stat(self._text + "-wal").st_size == 0  # noqa: PTH116 -- as in FileId.of
        except FileNotFoundError:
            return True

    def handle(self) -> Handle:
        """Return this thread's connection to the file that is at the path now."""
        keeper: Keeper | None = getattr(self._local, "keeper", None)
        if keeper is not None and keeper.handle.pid == os.getpid():
            if keeper.handle.is_at(self._text):
                return keeper.handle
            self._let_go(keeper.handle)
        return self._open()

    def close(self) -> None:
        """Close the connections of all threads of this process."""
        with self._lock:
            handles, self._handles = self._handles, set()
        for handle in handles:
            handle.close()

    def unavailable(self, what: str) -> TierUnavailable:
        """Return the error that tells what is the matter with the file."""
        return TierUnavailable(f"The cache file {self.path} {what}.", tier="sqlite")

    def _current(self) -> FileId | None:
        try:
            return FileId.of(self._text)
        except OSError:
            return None

    def _let_go(self, handle: Handle) -> None:
        with self._lock:
            self._handles.discard(handle)
        handle.close()

    def _open(self) -> Handle:
        leave_inherited()
        prepare_for_forks()
        try:
            handle = self._connect()
        except OSError as error:
            raise self.unavailable(
                f"cannot be opened ({error.strerror}); give a path in a directory that this user may write to"
            ) from error
        with self._lock:
            self._handles = {known for known in self._handles if known.pid == os.getpid()} | {handle}
        self._local.keeper = Keeper(handle)
        return handle

    def _connect(self) -> Handle:
        for turn in range(_TURNS_AT_THE_DOOR):
            handle = self._try()
            if handle is not None:
                return handle
            with Door(self.lock_path) as is_alone:
                if is_alone:
                    self._make()
            if not is_alone and turn:
                threading.Event().wait(_LONGEST_WAIT_SECONDS / _TURNS_AT_THE_DOOR)
        raise self.unavailable("is being made anew by another process; try again")

    def _try(self) -> Handle | None:
        """Return a connection to the file as it is, or None where there is no usable file."""
        if not self.path.exists():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return None
        file = FileId.of(self._text)
        if is_closed_to_this_process(file):
            raise self.unavailable(
                "was in use by another thread at the very moment this process was forked, and stays closed to it; "
                "fork before the first check, or start workers by spawn"
            )
        try:
            handle = Handle(self._bare(), file)
        except sqlite3.Error as error:
            raise self.unavailable(f"cannot be opened ({error})") from error
        try:
            if _is_ours(handle.connection):
                handle.connection.executescript(schema.SETTINGS)
                handle.space = self._find_space(handle.connection)
                return handle
        except sqlite3.Error as error:
            if not _is_broken(error):
                handle.close()
                raise self.unavailable(f"cannot be opened ({error}); try again") from error
            self._replace(file)
        handle.close()
        return None

    def _bare(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self._text, timeout=_LONGEST_WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )

    def _find_space(self, connection: sqlite3.Connection) -> int:
        find = "SELECT id FROM space WHERE tenant = ? AND source = ?"
        row = connection.execute(find, self._named).fetchone()
        if row is None:
            new = (*self._named, secrets.token_hex(8))
            connection.execute("INSERT OR IGNORE INTO space (tenant, source, token) VALUES (?, ?, ?)", new)
            row = connection.execute(find, self._named).fetchone()
        return int(row[0])

    def _make(self) -> None:
        """Put an unusable file aside and make a new one; nobody else does so at the same time."""
        if self._current() is not None:
            try:
                with closing(self._bare()) as connection:
                    if _is_ours(connection):
                        return
                    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                        self._refuse_foreign(connection)
                        self._put_aside("is of another version")
            except sqlite3.Error as error:
                if not _is_broken(error):
                    raise self.unavailable(f"cannot be opened ({error}); try again") from error
                self._put_aside("is damaged")
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        try:
            with closing(self._bare()) as connection:
                connection.executescript(schema.CREATE)
        except sqlite3.Error as error:
            raise self.unavailable(f"cannot be made ({error})") from error

    def _refuse_foreign(self, connection: sqlite3.Connection) -> None:
        if connection.execute("PRAGMA application_id").fetchone()[0] != schema.APPLICATION_ID:
            raise self.unavailable("is somebody else's SQLite database; give another path")

    def _replace(self, damaged: FileId) -> None:
        """Put a damaged file aside, unless somebody else has done so or is about to."""
        with Door(self.lock_path) as is_alone:
            if is_alone and self._current() == damaged:
                self._put_aside("is damaged")

    def _put_aside(self, why: str) -> None:
        aside = self.path.with_name(self.path.name + ".aside")
        for log in ("-wal", "-shm"):
            self.path.with_name(self.path.name + log).unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            self.path.replace(aside)
        _log.error(
            "The cache file %s %s; it was put aside as %s and a new one is made. Nothing is lost but time. "
            "Delete %s once it was looked at: what it holds is no longer erased when disclosure ends.",
            self.path,
            why,
            aside,
            aside,
        )

    def _translate(self, error: sqlite3.Error, handle: Handle) -> TierUnavailable:
        if _is_broken(error):
            self._let_go(handle)
            try:
                self._replace(handle.file)
            except OSError as failure:
                return self.unavailable(f"is damaged and cannot be put aside ({failure.strerror}); delete it")
            return self.unavailable("was damaged and is made anew")
        return self.unavailable(f"did not take part ({error}); it is tried again with the next operation")


def _is_ours(connection: sqlite3.Connection) -> bool:
    """Tell whether the file has the tables of this version."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    return bool(version == schema.VERSION and application == schema.APPLICATION_ID)


def _is_broken(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN
