"""The board of the processes that share a Redis."""

from __future__ import annotations

from typing import Any

from chengxin.board import require_life
from chengxin.cache.redis import script
from chengxin.cache.redis.door import Door, Space


class RedisBoard:
    """Notes, counters and leases under keys of this run of the server; their lives are the server's to end.

    A lease names the process that took it, where that process listens: its subscription ends with it, and the next
    who asks takes over.

    Args:
        door: the way to the server.
    """

    def __init__(self, door: Door) -> None:
        self._door = door

    def read(self, name: str) -> bytes | None:
        """Return a note, or None."""
        space = self._door.space()
        note: bytes | None = self._door.run(space, "GET", _key(space, "note", name))
        return note

    def write(self, name: str, note: bytes, *, life_seconds: float) -> None:
        """Put up a note."""
        life, space = _milliseconds(life_seconds), self._door.space()
        self._door.run(space, "SET", _key(space, "note", name), note, "PX", life)

    def add(self, name: str, amount: int, *, life_seconds: float) -> int:
        """Add to a counter and return it."""
        return int(self._call(script.COUNT, "counter", name, amount, _milliseconds(life_seconds)))

    def take(self, name: str, *, owner: str, life_seconds: float) -> bool:
        """Take a lease, from nobody or from a process that has ended."""
        life, process = _milliseconds(life_seconds), self._door.process or "-"
        return bool(self._call(script.TAKE, "lease", name, owner, process, life, self._door.process_channels))

    def release(self, name: str, *, owner: str) -> None:
        """Give back a lease."""
        self._call(script.RELEASE, "lease", name, owner)

    def _call(self, made: script.Script, kind: str, name: str, *arguments: Any) -> Any:  # noqa: ANN401 -- any reply
        space = self._door.space()
        return self._door.call(space, made, [_key(space, kind, name)], *arguments)


def _key(space: Space, kind: str, name: str) -> str:
    return f"{space.root}{kind}:{name}"


def _milliseconds(life_seconds: float) -> int:
    return max(1, int(require_life(life_seconds) * 1000))
