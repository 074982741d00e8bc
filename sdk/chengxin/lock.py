"""A lock that a forked child does not inherit held."""

from __future__ import annotations

import os
import threading
from types import TracebackType


class ProcessLock:
    """A lock for the threads of one process.

    A child that was forked while another thread of its parent held the lock starts with a free one.
    """

    __slots__ = ("_lock", "_pid")

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if self._pid != os.getpid():
            self._lock = threading.Lock()
            self._pid = os.getpid()
        self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()
