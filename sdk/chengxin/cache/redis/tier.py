"""The tier in a Redis: entries with ends of their own, tickets by generation, and what is told by publishing it."""

from __future__ import annotations

import json
import secrets
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from typing import Any, Final, TypeVar

from chengxin.board import Board
from chengxin.cache.codec import decode, encode
from chengxin.cache.freshness import TOLERATED_LEAD, Entry
from chengxin.cache.hearing import Audience, Ear
from chengxin.cache.redis import script
from chengxin.cache.redis.board import RedisBoard
from chengxin.cache.redis.door import Door, EpochChanged, Space
from chengxin.cache.redis.subscription import Markers, Subscription
from chengxin.cache.tier import FeedMark, TierListener
from chengxin.clock import Clock

LONGEST_FLIGHT_SECONDS: Final = 3600
"""A generation is forgotten this long after it was opened last, and its tickets are refused from then on."""
_BATCH: Final = 500
"""Subjects that are forgotten, or records told to be gone, in one step."""
_FILL: Final = 100
"""Entries that are written or read in one step, which takes a few milliseconds at most."""
_HEAD: Final = struct.Struct(">dd")
"""What a body begins with, for scripts to read: when it ends and when it was fetched, in seconds since 1970."""
_PUMP_ROUNDS: Final = 10
_PUMP_SECONDS: Final = 0.2
Outcome = TypeVar("Outcome")


class RedisTier:
    """A tier for the processes of many hosts. Nothing is connected, and no thread runs, before it is first used.

    The server is the primary and alone: a replica, or a cluster, is not spoken to. Whoever may write to it may
    change what platforms hold of a subject: it asks for a password and is reached over a private network or TLS.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``, with a password where the server asks for one.
        source: name of the source.
        tenant: name of the platform; tenants that share a server see nothing of each other.
        clock: time.
        grace: how long entries are kept past their life, for display alone.
    """

    def __init__(
        self, url: str, *, source: str, tenant: str, clock: Clock, grace: timedelta = timedelta(0)
    ) -> None:
        self._source = source
        self._tenant = tenant
        self._clock = clock
        self._grace = grace
        self._door = Door(url, source=source, tenant=tenant)
        self._board = RedisBoard(self._door)
        self._markers = Markers()
        self._ear = Ear("chengxin-redis", self._subscribe)

    def __repr__(self) -> str:
        return f"RedisTier({self._door.location!r}, source={self._source!r}, tenant={self._tenant!r})"

    @property
    def name(self) -> str:
        """Kind of tier."""
        return "redis"

    @property
    def board(self) -> Board:
        """Notes, counters and leases of the processes that share the server."""
        return self._board

    def listen(self, listener: TierListener) -> None:
        """Hear of invalidations in this process, by a thread that is subscribed to them."""
        self._ear.listen(listener)

    def read(self, code: str) -> Entry | None:
        """Return what is kept of a subject."""
        space = self._door.space()
        epoch, body = self._door.run(space, "MGET", space.epoch_key, f"{space.prefix}entry:{code}")
        if epoch is None or epoch.decode() != space.epoch:
            self._door.forget(space)
            return None
        return None if body is None else self._unpack(body)

    def open(self, code: str) -> str:
        """Return a ticket: the generation of the subject, which an invalidation ends."""

        def ask(space: Space) -> str:
            keys = [space.epoch_key, f"{space.prefix}generation:{code}"]
            life = LONGEST_FLIGHT_SECONDS * 1000
            generation = self._door.call(space, script.OPEN, keys, space.epoch, secrets.token_hex(8), life)
            return f"{space.run}:{space.epoch}:{generation.decode()}"

        return self._in_epoch(ask)

    def write(self, code: str, entry: Entry, *, ticket: str) -> bool:
        """Keep an entry, unless the subject was invalidated since the ticket was opened, or what is kept is newer."""
        place, _, generation = ticket.rpartition(":")
        space, life = self._door.space(), self._life_of(entry)
        if place != f"{space.run}:{space.epoch}" or life <= 0:
            return False
        keys = [space.epoch_key, f"{space.prefix}generation:{code}", f"{space.prefix}entry:{code}"]
        told = (space.epoch, *self._times(), generation, self._pack(entry), life)
        try:
            return bool(self._door.call(space, script.KEEP, keys, *told))
        except EpochChanged:
            return False

    def write_many(self, rows: Iterable[tuple[str, Entry]]) -> int:
        """Keep many entries, each unless what is kept is newer, some hundred in a step."""
        rows = iter(rows)
        count = 0
        while batch := list(islice(rows, _FILL)):
            lives = [(code, entry, self._life_of(entry)) for code, entry in batch]
            kept = [(code, self._pack(entry), life) for code, entry, life in lives if life > 0]
            count += self._in_epoch(lambda space: self._fill(space, kept))  # noqa: B023 -- called at once
        return count

    def invalidate(self, codes: Sequence[str]) -> None:
        """Forget subjects and publish it, some hundred in a step."""
        rest = iter(codes)
        while batch := list(islice(rest, _BATCH)):
            self._in_epoch(lambda space: self._forget(space, batch))

    def clear(self) -> None:
        """Begin a new epoch, publish it, and delete what is left of the old one."""
        space = self._door.space()
        said = json.dumps({"cleared": True})
        self._door.call(
            space, script.CLEAR, [space.epoch_key], secrets.token_hex(8), self._door.channel, said
        )
        self._door.forget(space)
        self._sweep(self._door.space())

    def scan(self) -> Iterator[tuple[str, Entry]]:
        """Yield all entries, some hundred at a time."""
        space = self._door.space()
        start = f"{space.prefix}entry:"
        for keys in self._find(space, f"{start}*"):
            for key, body in zip(keys, self._door.run(space, "MGET", *keys), strict=True):
                entry = None if body is None else self._unpack(body)
                if entry is not None:
                    yield key.decode()[len(start) :], entry

    def put_gone(self, rows: Mapping[str, int | None], *, life_seconds: float) -> None:
        """Keep of records that they are gone, some hundred in a step."""
        life, rest = max(1, int(life_seconds * 1000)), iter(rows.items())
        while batch := list(islice(rest, _BATCH)):
            versions = ["" if version is None else version for _, version in batch]
            self._door.call(None, script.GONE, [self._gone_key(name) for name, _ in batch], life, *versions)

    def read_gone(self, names: Sequence[str]) -> dict[str, int]:
        """Return which of some records are gone, some hundred in a step."""
        found: dict[str, int] = {}
        rest = iter(names)
        while batch := list(islice(rest, _BATCH)):
            versions = self._door.run(None, "MGET", *map(self._gone_key, batch))
            found |= {name: int(v) for name, v in zip(batch, versions, strict=True) if v is not None}
        return found

    def read_mark(self) -> FeedMark | None:
        """Return how far the change feed has been followed."""
        space = self._door.space()
        epoch, body = self._door.run(space, "MGET", space.epoch_key, f"{space.prefix}mark")
        if epoch is None or epoch.decode() != space.epoch:
            self._door.forget(space)
            return None
        return None if body is None else FeedMark(**json.loads(body))

    def write_mark(self, mark: FeedMark) -> None:
        """Keep how far the change feed has been followed, and publish it."""
        body = asdict(mark)

        def keep(space: Space) -> None:
            keys = [space.epoch_key, f"{space.prefix}mark"]
            told = (self._door.channel, json.dumps({"mark": body}))
            self._door.call(space, script.MARK, keys, space.epoch, *told, json.dumps(body))

        self._in_epoch(keep)

    def pump(self) -> None:
        """Return when a message to oneself has come back; at once where nobody listens."""
        marker = secrets.token_hex(8)
        for _ in range(_PUMP_ROUNDS):
            if not self._ear.is_running:
                return
            self._door.run(None, "PUBLISH", self._door.channel, json.dumps({"marker": marker}))
            if self._markers.wait(marker, _PUMP_SECONDS):
                return
        raise self._door.unavailable("does not let this process hear what it tells")

    def close(self) -> None:
        """End the thread and the connections of this process; the leases that it took while it listened are free."""
        self._ear.close()
        self._door.close()

    def _subscribe(self, audience: Audience) -> Subscription:
        return Subscription(self._door, audience, markers=self._markers, sweep=self._sweep)

    def _in_epoch(self, operation: Callable[[Space], Outcome]) -> Outcome:
        """Run an operation, once more where everything was forgotten just before."""
        try:
            return operation(self._door.space())
        except EpochChanged:
            try:
                return operation(self._door.space())
            except EpochChanged as error:
                raise self._door.unavailable("forgets everything over and over") from error

    def _fill(self, space: Space, kept: list[tuple[str, bytes, int]]) -> int:
        keys = [f"{space.prefix}entry:{code}" for code, _, _ in kept]
        values: list[Any] = [value for _, body, life in kept for value in (body, life)]
        told = (space.epoch, *self._times(), *values)
        return int(self._door.call(space, script.FILL, [space.epoch_key, *keys], *told))

    def _forget(self, space: Space, codes: list[str]) -> None:
        keys = [f"{space.prefix}{form}:{code}" for code in codes for form in ("generation", "entry")]
        told = (self._door.channel, json.dumps({"codes": codes}))
        self._door.call(space, script.FORGET, [space.epoch_key, *keys], space.epoch, *told)

    def _sweep(self, space: Space) -> None:
        """Delete what is left of other runs of the server and of other epochs."""
        kept = (space.prefix.encode(), space.epoch_key.encode(), self._gone_key("").encode())
        board = tuple(f"{space.root}{kind}:".encode() for kind in ("note", "counter", "lease"))
        for keys in self._find(space, f"{self._door.root}*"):
            left = [key for key in keys if not key.startswith((*kept, *board))]
            if left:
                self._door.run(space, "UNLINK", *left)

    def _gone_key(self, name: str) -> str:
        """Return the key of a record: it names no run of the server, in none of which the record is back."""
        return f"{self._door.root}gone:{name}"

    def _find(self, space: Space, pattern: str) -> Iterator[list[bytes]]:
        cursor = b"0"
        while True:
            cursor, keys = self._door.run(space, "SCAN", cursor, "MATCH", pattern, "COUNT", _FILL)
            if keys:
                yield keys
            if cursor == b"0":
                return

    def _pack(self, entry: Entry) -> bytes:
        head = _HEAD.pack(entry.erase_at(self._grace).timestamp(), entry.fetched_at.timestamp())
        return head + encode(entry, source=self._source, tenant=self._tenant)

    def _unpack(self, body: bytes) -> Entry | None:
        if len(body) < _HEAD.size or self._clock.epoch() >= _HEAD.unpack_from(body)[0]:
            return None
        return decode(body[_HEAD.size :], source=self._source, tenant=self._tenant)

    def _times(self) -> tuple[float, float]:
        """Return now, and how late an entry may claim to be fetched, in seconds since 1970."""
        now = self._clock.epoch()
        return now, now + TOLERATED_LEAD.total_seconds()

    def _life_of(self, entry: Entry) -> int:
        """Return for how many milliseconds it is kept from now on."""
        return int((entry.erase_at(self._grace).timestamp() - self._clock.epoch()) * 1000)
