"""One writer at a time, any number of readers: a lock of the kernel, which ends with the process that holds it."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from chengxin.clock import Clock
from chengxin.errors import ConfigurationError, PolicyStoreUnavailable
from chengxin.lock import after_fork

if sys.platform != "win32":
    import fcntl

_PAUSE_SECONDS: Final = 0.005
_BUSY: Final = frozenset({errno.EAGAIN, errno.EACCES})


class Gate:
    """Lets threads and processes to the store in turn, by an advisory lock on a file (``flock``).

    Args:
        path: the file of the lock.
        clock: where waiting comes from.
        patience_seconds: longest time to wait for others.

    Raises:
        ConfigurationError: the platform has no such locks.
    """

    def __init__(self, path: Path, *, clock: Clock, patience_seconds: float) -> None:
        if sys.platform == "win32":
            raise ConfigurationError(
                "A directory of policies needs the file locks of POSIX, which Windows does not have. "
                "Keep it on another machine, or use another store."
            )
        self._path = path
        self._clock = clock
        self._patience_seconds = patience_seconds
        self._held: set[int] = set()
        after_fork(self._leave_inherited)

    @contextmanager
    def read(self) -> Iterator[None]:
        """Keep writers out.

        Raises:
            PolicyStoreUnavailable: others hold it for too long, or its file cannot be opened.
        """
        with self._pass(is_writing=False):
            yield

    @contextmanager
    def write(self) -> Iterator[None]:
        """Keep everybody else out.

        Raises:
            PolicyStoreUnavailable: others hold it for too long, or its file cannot be opened.
        """
        with self._pass(is_writing=True):
            yield

    @contextmanager
    def _pass(self, *, is_writing: bool) -> Iterator[None]:
        descriptor = self._open(is_writing=is_writing)
        self._held.add(descriptor)
        try:
            self._wait(descriptor, fcntl.LOCK_EX if is_writing else fcntl.LOCK_SH)
            yield
        finally:
            # Let go of it by name: a child forked meanwhile may hold the same open file.
            if descriptor in self._held:
                self._held.discard(descriptor)
                fcntl.flock(descriptor, fcntl.LOCK_UN)
                os.close(descriptor)

    def _open(self, *, is_writing: bool) -> int:
        flags = (os.O_RDWR | os.O_CREAT) if is_writing else os.O_RDONLY
        try:
            return os.open(self._path, flags | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise PolicyStoreUnavailable(
                f"The lock of the policy store cannot be opened ({error.strerror}): {self._path.name}."
            ) from error

    def _wait(self, descriptor: int, kind: int) -> None:
        until = self._clock.monotonic() + self._patience_seconds
        while True:
            try:
                fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in _BUSY or self._clock.monotonic() >= until:
                    raise PolicyStoreUnavailable(
                        f"The policy store was not free within {self._patience_seconds:g} s "
                        f"({error.strerror}). Try again; look for a process that hangs."
                    ) from error
                self._clock.sleep(_PAUSE_SECONDS)
            else:
                return

    def _leave_inherited(self) -> None:
        for descriptor in self._held:
            os.close(descriptor)
        self._held.clear()
