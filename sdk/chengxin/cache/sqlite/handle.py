"""Connections to SQLite files of one thread each, and what becomes of them at a fork.

SQLite keeps, for each file that a process has open, which locks it holds. A forked child inherits that account but
not the locks, so a connection that it opens beside the inherited ones goes unprotected: the file could be taken
from under it. The child therefore lets go of the inherited connections before it opens any of its own, while they
are idle. One that was in use at the fork can neither be used nor closed; the file then stays closed to that child.
A fork therefore waits for a moment until none is in use.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from typing import Final, NamedTuple

from chengxin.lock import ProcessLock

_LOOKS: Final = 100
_LOOK_SECONDS: Final = 0.001


class FileId(NamedTuple):
    """Which file a path leads to at the moment."""

    device: int
    inode: int

    @classmethod
    def of(cls, path: str) -> FileId:
        """Return the file at a path.

        Raises:
            OSError: there is none, or it may not be looked at.
        """
        found = os.stat(path)  # noqa: PTH116 -- on the path of every read
        return cls(found.st_dev, found.st_ino)


class Handle:
    """A connection of one thread.

    Attributes:
        connection: the connection.
        file: the file that it was opened on.
        pid: the process that opened it.
        is_busy: whether it is in use.
        space: number of the tenant and source in the file.
    """

    __slots__ = ("connection", "file", "is_busy", "pid", "space")

    def __init__(self, connection: sqlite3.Connection, file: FileId) -> None:
        self.connection = connection
        self.file = file
        self.pid = os.getpid()
        self.is_busy = False
        self.space = 0
        _open.add(self)

    def is_at(self, path: str) -> bool:
        """Tell whether the file that the connection was opened on is the one at a path."""
        try:
            found = os.stat(path)  # noqa: PTH116 -- on the path of every read
        except OSError:
            return False
        return found.st_ino == self.file.inode and found.st_dev == self.file.device

    def close(self) -> None:
        """Close the connection; for good, and only in the process that opened it."""
        if self.pid == os.getpid():
            self.pid = 0
            _open.discard(self)
            self.connection.close()


class Keeper:
    """Lives in a thread's own storage and closes the thread's handle when the thread ends."""

    __slots__ = ("handle",)

    def __init__(self, handle: Handle) -> None:
        self.handle = handle

    def __del__(self) -> None:
        self.handle.close()


_open: Final[set[Handle]] = set()
"""All handles of this process. A forked child finds those of its parent here."""
_lost: Final[dict[FileId, list[Handle]]] = {}
"""What was in use at the fork, by file; it is held here so that it is never closed."""
_lock: Final = ProcessLock()
_is_registered = False


def prepare_for_forks() -> None:
    """Make forked children let go of what they inherit; called where the first connection is opened."""
    global _is_registered  # noqa: PLW0603 -- a hook is of the process and cannot be taken back
    with _lock:
        if not _is_registered:
            os.register_at_fork(before=_let_finish, after_in_child=leave_inherited)
            _is_registered = True


def _let_finish() -> None:
    """Hold up a fork until no operation is under way, for a tenth of a second at most: as long as one takes."""
    pause = threading.Event()
    for _ in range(_LOOKS):
        if not any(handle.is_busy for handle in list(_open)):
            return
        pause.wait(_LOOK_SECONDS)


def leave_inherited() -> None:
    """Let go of connections that an ancestor of this process opened."""
    pid = os.getpid()
    for handle in [handle for handle in list(_open) if handle.pid != pid]:
        _open.discard(handle)
        if handle.is_busy:
            _lost.setdefault(handle.file, []).append(handle)
        else:
            handle.connection.close()


def is_closed_to_this_process(file: FileId) -> bool:
    """Tell whether this process was forked while its parent used the file."""
    return file in _lost
