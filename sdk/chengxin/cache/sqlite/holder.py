"""Which processes live: each holds a lock that the kernel lets go of when the process ends, however it ends."""

from __future__ import annotations

import errno
import os
import secrets
import struct
import sys
import weakref
from pathlib import Path
from typing import Final

from chengxin.lock import ProcessLock

_LOCK: Final = "hhqqi4x"
"""``struct flock`` of 64-bit Linux: type, whence, start, length, process."""
_WRITE_LOCK: Final = 1
_NO_LOCK: Final = 2

if sys.platform == "linux":
    import fcntl

    _SET: Final = fcntl.F_OFD_SETLK
    _GET: Final = fcntl.F_OFD_GETLK


class Holder:
    """The life of this process, for others to look up: one locked byte of a file, at a place of its own.

    The lock belongs to the open file (``F_OFD_SETLK``), so that no other use of the file by this process drops it; a
    forked child closes what it inherits, so that it does not live on for its parent. Off Linux nobody can tell that
    a process has ended, and leases end with their lives alone.

    Args:
        path: the file of the locks.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = ProcessLock()
        self._pid = 0
        self._descriptor = -1
        self._place = 0

    @property
    def place(self) -> int:
        """Return the number of this process, which nobody else has.

        Raises:
            OSError: the file cannot be opened.
        """
        with self._lock:
            if self._pid != os.getpid():
                self._begin()
            return self._place

    def is_alive(self, place: int) -> bool:
        """Tell whether the process of a number lives, as far as can be told.

        Raises:
            OSError: the file cannot be opened.
        """
        if place == self.place or sys.platform != "linux":
            return True
        asked = struct.pack(_LOCK, _WRITE_LOCK, os.SEEK_SET, place, 1, 0)
        found = fcntl.fcntl(self._descriptor, _GET, asked)
        return int(struct.unpack(_LOCK, found)[0]) != _NO_LOCK

    def close(self) -> None:
        """Let go of the life of this process: what it holds may be taken over."""
        with self._lock:
            self.leave()

    def _begin(self) -> None:
        self.leave()
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._pid = os.getpid()
        _register(self)
        self._place = secrets.randbits(60)
        if sys.platform == "linux":
            wanted = struct.pack(_LOCK, _WRITE_LOCK, os.SEEK_SET, self._place, 1, 0)
            fcntl.fcntl(self._descriptor, _SET, wanted)

    def leave(self) -> None:
        """Close the file of the locks; for a forked child, where a thread of its parent may hold the lock."""
        descriptor, self._descriptor, self._pid = self._descriptor, -1, 0
        if descriptor >= 0:
            os.close(descriptor)


class Door:
    """Lets one process at a time make or replace the cache file.

    Args:
        path: the file of the locks.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def __enter__(self) -> bool:
        """Go in, and tell whether nobody else is there."""
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if sys.platform != "linux":
            return True
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in {errno.EAGAIN, errno.EACCES}:
                raise
            return False
        return True

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


_holders: Final[weakref.WeakSet[Holder]] = weakref.WeakSet()
_is_registered = False


def _register(holder: Holder) -> None:
    """Have forked children close what they inherit of the holder."""
    global _is_registered  # noqa: PLW0603 -- a hook is of the process and cannot be taken back
    _holders.add(holder)
    if not _is_registered:
        _is_registered = True
        os.register_at_fork(after_in_child=_leave_inherited)


def _leave_inherited() -> None:
    for holder in list(_holders):
        holder.leave()
