"""Connections to PostgreSQL that keep a deadline, whatever the server does.

A server that is stopped keeps its connections open and answers nothing: its own time-outs do not help then, and
those of the network see nothing amiss. So the waiting itself ends here.
"""

from __future__ import annotations

from collections.abc import Generator
from math import inf
from typing import Any, Final

from psycopg import Connection, OperationalError

from chengxin.clock import SystemClock
from chengxin.store.sql.deadline import remaining_seconds

_clock = SystemClock()
_LOOK_SECONDS: Final = 0.02
_LEAST_SECONDS: Final = 0.02
"""What is left for giving up in good order: a rollback by a server that is well."""


class DeadlinePassed(OperationalError):
    """The server did not answer in time; the connection is closed."""


class BoundedConnection(Connection[Any]):
    """A connection on which no thread waits for longer than it may."""

    def wait(self, gen: Generator[Any, Any, Any], *given: Any, **named: Any) -> Any:  # noqa: ANN401
        """Wait for an operation on the connection, and close it where that takes too long."""
        left = remaining_seconds()
        if left == inf:
            return super().wait(gen, *given, **named)
        left = max(left, _LEAST_SECONDS)
        try:
            return super().wait(_bounded(gen, left), interval=min(left, _LOOK_SECONDS))
        except DeadlinePassed:
            self.close()
            raise

    @classmethod
    def _connect_gen(cls, *given: Any, **named: Any) -> Any:  # noqa: ANN401
        gen = super()._connect_gen(*given, **named)
        left = remaining_seconds()
        return gen if left == inf else _bounded(gen, max(left, _LEAST_SECONDS))


def _bounded(gen: Generator[Any, Any, Any], seconds: float) -> Generator[Any, Any, Any]:
    """Do what a generator of psycopg does, and end it when its time is over."""
    until = _clock.monotonic() + seconds
    try:
        state = next(gen)
        while True:
            ready = yield state
            state = gen.send(ready)
            if _clock.monotonic() >= until:  # also where the answer comes, byte after byte
                raise DeadlinePassed("the server did not answer in time")
    except StopIteration as end:
        return end.value
