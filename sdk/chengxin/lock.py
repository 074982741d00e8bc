"""What a forked child must not inherit as it was: a lock that is held, and what only its parent hears of."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final


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


_in_child: Final[list[weakref.WeakMethod[Callable[[], Any]]]] = []
_registered_by: Final[list[int]] = []


def after_fork(method: Callable[[], Any]) -> None:
    """Call a bound method in every child that is forked from now on, for as long as its object lives."""
    if not _registered_by:
        _registered_by.append(os.getpid())
        os.register_at_fork(after_in_child=_run_in_child)
    _in_child[:] = [reference for reference in _in_child if reference() is not None]
    _in_child.append(weakref.WeakMethod(method))


def _run_in_child() -> None:
    for reference in tuple(_in_child):
        method = reference()
        if method is not None:
            method()
