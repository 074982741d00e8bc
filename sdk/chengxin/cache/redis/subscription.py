"""What the thread of a Redis tier does: hear what is published, and notice when it does not hear."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from typing import Any, Final

from chengxin.cache.hearing import Audience
from chengxin.cache.redis.door import Connection, Door, EpochChanged, Space
from chengxin.cache.tier import FeedMark
from chengxin.clock import SystemClock
from chengxin.errors import TierUnavailable

_LISTEN_SECONDS: Final = 0.1
_QUIET_SECONDS: Final = 0.25
"""After this long without a word the server is asked whether it is there…"""
_PATIENCE_SECONDS: Final = 0.5
"""…and has this long to answer. Together less than a second."""
_COMPARE_SECONDS: Final = 0.5
"""How often this process makes sure that nothing was flushed."""
_PAUSE_SECONDS: Final = 0.2
_LONGEST_TURN_SECONDS: Final = 1.0
"""A process that was stopped for longer has heard late what it hears now."""


class Markers:
    """Messages to oneself, by which a process knows that it has heard all that came before."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._heard: set[str] = set()

    def hear(self, marker: str) -> None:
        """Note one."""
        with self._changed:
            self._heard.add(marker)
            self._changed.notify_all()

    def wait(self, marker: str, seconds: float) -> bool:
        """Tell whether one is heard within so many seconds."""
        with self._changed:
            is_heard = self._changed.wait_for(lambda: marker in self._heard, seconds)
            self._heard.discard(marker)
            return is_heard


class Subscription:
    """Hears what is told in all processes, on a connection of its own.

    Args:
        door: the way to the server.
        audience: who is told.
        markers: where messages to oneself go.
        sweep: deletes what is left of other runs and epochs.
    """

    def __init__(
        self, door: Door, audience: Audience, *, markers: Markers, sweep: Callable[[Space], None]
    ) -> None:
        self._door = door
        self._audience = audience
        self._markers = markers
        self._sweep = sweep
        self._time = SystemClock()
        self._connection: Connection | None = None
        self._space: Space | None = None
        self._turned_at = self._heard_at = self._compared_at = self._time.epoch()
        self._pinged_at: float | None = None

    def turn(self, wake: threading.Event) -> None:
        """Hear one message, or wait for a moment."""
        failures: tuple[type[Exception], ...] = (TierUnavailable, EpochChanged, *self._door.failures)
        try:
            if self._connection is None:
                self._connect()
            else:
                self._hear(self._connection)
            self._audience.restore()
        except failures:
            self.end()
            self._audience.lose()
            wake.wait(_PAUSE_SECONDS)
            wake.clear()

    def end(self) -> None:
        """Hang up; the leases of this process are free."""
        connection, self._connection, self._door.process = self._connection, None, None
        if connection is not None:
            connection.disconnect()

    def _connect(self) -> None:
        connection = self._connection = self._door.dial()
        process = secrets.token_hex(8)
        connection.send_command("SUBSCRIBE", self._door.channel, self._door.process_channels + process)
        for _ in range(2):
            connection.read_response()
        self._door.process = process
        self._pinged_at = None
        self._turned_at = self._heard_at = self._time.epoch()
        self._compare()

    def _hear(self, connection: Connection) -> None:
        is_heard = connection.can_read(timeout=_LISTEN_SECONDS)
        now = self._time.epoch()
        if now - self._turned_at > _LONGEST_TURN_SECONDS:
            raise self._door.unavailable("was not listened to for a while")
        self._turned_at = now
        if is_heard:
            self._heard_at, self._pinged_at = now, None
            self._take_in(connection.read_response())
        elif self._pinged_at is not None and now - self._pinged_at > _PATIENCE_SECONDS:
            raise self._door.unavailable("is silent")
        elif self._pinged_at is None and now - self._heard_at > _QUIET_SECONDS:
            self._pinged_at = now
            connection.send_command("PING")
        if now - self._compared_at > _COMPARE_SECONDS:
            self._compare()

    def _take_in(self, message: Any) -> None:  # noqa: ANN401 -- any reply
        """Tell what a message says; one that cannot be read says that nothing is certain."""
        if message[0] != b"message" or message[1] != self._door.channel.encode():
            return
        try:
            said = json.loads(message[2])
            self._tell(said)
        except (ValueError, TypeError, KeyError):
            self._audience.tell(lambda listener: listener.on_cleared())

    def _tell(self, said: dict[str, Any]) -> None:
        if "marker" in said:
            self._markers.hear(said["marker"])
        elif "codes" in said:
            codes = [str(code) for code in said["codes"]]
            self._audience.tell(lambda listener: listener.on_invalidated(codes))
        elif "mark" in said:
            mark = FeedMark(**said["mark"])
            self._audience.tell(lambda listener: listener.on_marked(mark))
        elif "cleared" in said:
            self._compare()
        else:
            raise ValueError("A message of no known kind.")

    def _compare(self) -> None:
        """Ask where the entries are; elsewhere than before means that everything was forgotten."""
        space = self._door.learn()
        self._compared_at = self._time.epoch()
        before, self._space = self._space, space
        if before is not None and (before.run, before.epoch) != (space.run, space.epoch):
            self._audience.tell(lambda listener: listener.on_cleared())
            self._sweep(space)
