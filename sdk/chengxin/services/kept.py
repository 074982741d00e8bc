"""Values that are read on a thread behind, for whoever may wait for a moment only: pages and guards (I9)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from chengxin.clock import Clock
from chengxin.errors import ChengxinError, StoreUnavailable
from chengxin.lock import ProcessLock
from chengxin.services.flight import Flights

Value = TypeVar("Value")
_log: Final = logging.getLogger("chengxin.treatments")


@dataclass(frozen=True, slots=True)
class _Last(Generic[Value]):
    """What was read last of a key, or why nothing ever was; and until when that is not tried again."""

    value: Value | None
    fault: Exception | None
    until: float


class Kept(Generic[Value]):
    """Values by key, each used for a moment and then read again, by one thread at a time.

    Where that fails, or takes longer than whoever asks may wait, what was read last goes on until it is over. Values
    are not None.

    Args:
        read: reads the value of a key; it may take long, and raise anything.
        what: what is read, for the log.
        clock: says how old is what was read.
        kept_seconds: how long it is used without reading again.
        most_kept: of how many keys it is kept.
        threads: how many keys are read at once.
        is_over: tells of a value whether it is of no use any more, however it was read.
    """

    def __init__(
        self,
        read: Callable[[str], Value],
        *,
        what: str,
        clock: Clock,
        kept_seconds: float,
        most_kept: int = 100_000,
        threads: int = 2,
        is_over: Callable[[Value], bool] = lambda _: False,
    ) -> None:
        self._read = read
        self._is_over = is_over
        self._what = what
        self._monotonic = clock.monotonic
        self._kept_seconds = kept_seconds
        self._most_kept = most_kept
        self._last: dict[str, _Last[Value]] = {}
        self._lock = ProcessLock()
        self._flights: Flights[None] = Flights(threads=threads)

    def known(self, key: str) -> Value | None:
        """Return a value that was read a moment ago at most, or None; nothing is read, and nobody waits."""
        last = self._last.get(key)
        return None if last is None or self._is_due(last) else last.value

    def last(self, key: str) -> Value | None:
        """Return the value that was read last, however long ago; None where none ever was."""
        last = self._last.get(key)
        return None if last is None else last.value

    def get(self, key: str, *, wait_seconds: float) -> Value:
        """Return a value that was read a moment ago at most, or else the last one.

        One of those who ask waits for it to be read again; the others go on with the last one meanwhile, unless it is
        over.

        Args:
            key: whose value.
            wait_seconds: longest time to wait. What takes longer goes on behind, and serves whoever asks next.

        Raises:
            StoreUnavailable: there is none, and none was read in time.
            Exception: there is none, since reading failed; whatever that raised.
        """
        last = self._last.get(key)
        if last is None or self._is_due(last):
            flight, is_new = self._flights.open(key)
            if is_new:
                self._depart(key, flight)
            if is_new or self._usable(last) is None:
                self._await(flight, wait_seconds)
            last = self._last.get(key)
        value = self._usable(last)
        if value is not None:
            return value
        if last is not None and last.fault is not None:
            raise last.fault.with_traceback(None)
        raise StoreUnavailable(
            f"{self._what} could not be read within {wait_seconds:g} s. Ask again.", location=self._what
        )

    def _is_due(self, last: _Last[Value]) -> bool:
        return self._monotonic() >= last.until or (last.value is not None and self._is_over(last.value))

    def _usable(self, last: _Last[Value] | None) -> Value | None:
        """Return a value that was read, however long ago; None where it is over, or there is none."""
        return None if last is None or last.value is None or self._is_over(last.value) else last.value

    def _depart(self, key: str, flight: Future[None]) -> None:
        try:
            self._flights.run(lambda: self._fly(key, flight))
        except RuntimeError as fault:  # no thread can be had
            self._keep(key, None, fault)
            self._flights.land(key, flight, None)

    def _fly(self, key: str, flight: Future[None]) -> None:
        try:
            self._keep(key, self._read(key), None)
        except Exception as fault:  # noqa: BLE001  # what a host's own reading raises must not fail its request (I9)
            self._keep(key, None, fault)
        finally:
            self._flights.land(key, flight, None)

    @staticmethod
    def _await(flight: Future[None], seconds: float) -> None:
        try:
            flight.result(timeout=max(0.0, seconds))
        except FutureTimeoutError:
            return

    def _keep(self, key: str, value: Value | None, fault: Exception | None) -> None:
        if fault is not None:
            said = fault.code if isinstance(fault, ChengxinError) else type(fault).__qualname__
            _log.warning("%s could not be read; what was read last goes on: %s", self._what, said)
        until = self._monotonic() + self._kept_seconds
        with self._lock:
            before = self._last.pop(key, None)
            if value is None and before is not None:
                value = before.value
            self._last[key] = _Last(value, fault, until)
            while len(self._last) > self._most_kept:
                del self._last[next(iter(self._last))]
