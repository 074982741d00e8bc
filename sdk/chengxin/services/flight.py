"""Single flight: one operation per key at a time, its outcome shared, its waiters free to leave."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from chengxin.errors import ConfigurationError

Outcome = TypeVar("Outcome")


class Flights(Generic[Outcome]):
    """Runs each key's operation once, however many ask, on threads that start with the first use.

    A waiter that leaves at its own deadline does not stop the flight: its outcome still serves whoever asks
    next. A failure is shared once and then forgotten. After a fork the child starts with no flights and threads
    of its own.

    Args:
        threads: most operations under way at once.
    """

    def __init__(self, *, threads: int = 8) -> None:
        if threads < 1:
            raise ConfigurationError(f"threads is {threads}; at least one is needed to ask the source.")
        self._threads = threads
        self._start_over()

    def join(self, key: str, operation: Callable[[], Outcome]) -> Future[Outcome]:
        """Return the flight of ``key``, started with ``operation`` where there is none."""
        if self._pid != os.getpid():
            self._start_over()
        with self._lock:
            flight = self._flights.get(key)
            if flight is None:
                flight = self._flights[key] = self._pool.submit(self._run, key, operation)
            return flight

    def close(self) -> None:
        """Let the flights under way end, and take no more."""
        self._pool.shutdown(wait=self._pid == os.getpid())

    def _run(self, key: str, operation: Callable[[], Outcome]) -> Outcome:
        try:
            return operation()
        finally:
            with self._lock:
                del self._flights[key]

    def _start_over(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._flights: dict[str, Future[Outcome]] = {}
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="chengxin")
