"""Single flight: one question per key at a time, its outcome shared, its waiters free to leave."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from chengxin.errors import ConfigurationError
from chengxin.lock import ProcessLock

Outcome = TypeVar("Outcome")


class Flights(Generic[Outcome]):
    """The questions under way, by key.

    Whoever opens a flight lands it, with an outcome for everybody who waits. A waiter that leaves at its own
    deadline does not stop it. A flight that is dropped goes on for those who wait already; who comes later opens a
    new one. After a fork the child starts with no flights, and with threads of its own at their first use.

    Args:
        threads: most operations under way at once in the background.
    """

    def __init__(self, *, threads: int = 8) -> None:
        if threads < 1:
            raise ConfigurationError(f"threads is {threads}; at least one is needed to ask the source.")
        self._threads = threads
        self._lock = ProcessLock()
        self._start_over()

    def open(self, key: str) -> tuple[Future[Outcome], bool]:
        """Return the flight of ``key``, and whether it is new: who opens it lands it."""
        with self._lock:
            if self._pid != os.getpid():
                self._start_over()
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            flight = self._flights[key] = Future()
            return flight, True

    def is_current(self, key: str, flight: Future[Outcome]) -> bool:
        """Tell whether a flight was neither landed nor dropped."""
        return self._flights.get(key) is flight

    def land(self, key: str, flight: Future[Outcome], outcome: Outcome) -> None:
        """End a flight with its outcome."""
        self.drop(key, flight)
        flight.set_result(outcome)

    def drop(self, key: str, flight: Future[Outcome] | None = None) -> None:
        """Let who comes next open a new flight; given one, only where that is the current one."""
        with self._lock:
            if flight is None or self._flights.get(key) is flight:
                self._flights.pop(key, None)

    def drop_all(self) -> None:
        """Let whoever comes next open a new flight, whatever it is for."""
        with self._lock:
            self._flights.clear()

    def adopt(self, key: str, flight: Future[Outcome]) -> Future[Outcome]:
        """Make a dropped flight the current one again where there is none, and return the current one."""
        with self._lock:
            return self._flights.setdefault(key, flight)

    def run(self, operation: Callable[[], object]) -> None:
        """Run an operation on a thread of its own.

        Raises:
            RuntimeError: the flights are closed, or no thread can be had.
        """
        with self._lock:
            if self._pid != os.getpid():
                self._start_over()
            self._pool.submit(operation)

    def close(self) -> None:
        """Let the flights under way end, and take no more."""
        if self._pid == os.getpid():
            self._pool.shutdown()

    def _start_over(self) -> None:
        self._pid = os.getpid()
        self._flights: dict[str, Future[Outcome]] = {}
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="chengxin")
