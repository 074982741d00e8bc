"""How long this thread may still wait for a database: one instant for connecting and for every statement after it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf

from chengxin.clock import SystemClock

_clock = SystemClock()


class _Patience(threading.local):
    until: float = inf


_patience = _Patience()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Have what this thread asks of a database end after so many seconds; a shorter time around it stands."""
    before = _patience.until
    _patience.until = min(before, _clock.monotonic() + seconds)
    try:
        yield
    finally:
        _patience.until = before


def remaining_seconds() -> float:
    """Return how long this thread may still wait; infinite where nobody said, and never below zero."""
    return max(0.0, _patience.until - _clock.monotonic())
