"""The way to one Redis: connections that know which run of which server they lead to, and a breaker.

A server that was restarted, or that another was promoted in place of, may hold what was true some time ago. Every
key therefore names the *run* of the server (``run_id``, new at each start) and, where it is about subjects, the
*epoch* (a random name kept in Redis itself, gone with a flush). A connection learns the run when it is made, and
serves no call that was prepared for another.
"""

from __future__ import annotations

import os
import secrets
from collections import deque
from dataclasses import dataclass
from math import inf
from typing import Any, Final, Protocol
from urllib.parse import quote

from chengxin.cache.redis import script
from chengxin.cache.redis.url import load, parse
from chengxin.clock import SystemClock
from chengxin.errors import TierUnavailable
from chengxin.lock import ProcessLock

_AWAY_SECONDS: Final = 1.0
_MOST_IDLE: Final = 64
_REPLY_SECONDS: Final = 0.1
"""A reply has to be whole after so long, however its pieces come."""


class Connection(Protocol):
    """What is used of a connection of redis-py.

    Attributes:
        chengxin_run: the run of the server that it leads to.
        chengxin_until: when its reply has to be whole, on the clock for durations.
    """

    chengxin_run: str
    chengxin_until: float

    def connect(self) -> None:
        """Connect, if it is not."""
        ...

    def on_connect(self) -> None:
        """Log in and choose the database."""
        ...

    def disconnect(self) -> None:
        """Hang up."""
        ...

    def send_command(self, *words: str | bytes | float) -> None:
        """Send a command."""
        ...

    def can_read(self, timeout: float = 0) -> bool:
        """Tell whether there is something to read within so many seconds."""
        ...

    def read_response(self) -> Any:  # noqa: ANN401 -- any reply
        """Return the next reply, or raise the error that it is."""
        ...


@dataclass(frozen=True, slots=True)
class Space:
    """Where the entries of a tenant and source are at present.

    Attributes:
        run: the run of the server.
        epoch: what was forgotten last, as a random name.
        root: what the key of everything of this run begins with.
    """

    run: str
    epoch: str
    root: str

    @property
    def epoch_key(self) -> str:
        """Key of the epoch."""
        return f"{self.root}epoch"

    @property
    def prefix(self) -> str:
        """What the keys of this epoch begin with."""
        return f"{self.root}{self.epoch}:"


class Door:
    """Runs commands on one Redis, each within 0.1 s, and none while it is known to be away.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``.
        source: name of the source.
        tenant: name of the tenant.
    """

    def __init__(self, url: str, *, source: str, tenant: str) -> None:
        self._redis = load()
        self._kind, self._options = parse(self._redis, url)
        self.root = f"chengxin:{{{quote(tenant, safe='')}:{quote(source, safe='')}}}:"
        self.channel = f"{self.root}{self._options.get('db', 0)}:told"
        self.process_channels = f"{self.root}process:"
        self.process: str | None = None
        """The name under which this process is subscribed, while it is."""
        self._time = SystemClock()
        self._lock = ProcessLock()
        self._pid = os.getpid()
        self._idle: deque[Connection] = deque()
        self._run: str | None = None
        self._space: Space | None = None
        self._away_until = 0.0

    @property
    def location(self) -> str:
        """Where the server is, without credentials."""
        host = self._options.get("path") or f"{self._options.get('host')}:{self._options.get('port')}"
        return f"{host}/{self._options.get('db', 0)}"

    def run(self, space: Space | None, *command: str | bytes | float) -> Any:  # noqa: ANN401 -- any reply
        """Run a command on the run of the server that its keys name; on any where it names none.

        Raises:
            TierUnavailable: the server is away, slow, refuses, or is of another run.
        """
        self._enter()
        try:
            connection = self._take()
            try:
                self._require_run(connection, space)
                connection.chengxin_until = self._time.monotonic() + _REPLY_SECONDS
                connection.send_command(*command)
                reply = connection.read_response()
            except self._redis.ResponseError:
                self._give_back(connection)
                raise
            except BaseException:
                connection.disconnect()
                raise
        except self._redis.ResponseError as error:
            self._away_until = 0.0
            if isinstance(error, self._redis.exceptions.NoScriptError) or str(error).startswith(
                script.OTHER_EPOCH
            ):
                raise
            raise self.unavailable(f"refused a command ({error})") from error
        except (self._redis.RedisError, OSError) as error:
            self._away_until = self._time.monotonic() + _AWAY_SECONDS
            raise self.unavailable(f"does not answer ({error}); it is left alone for a second") from error
        self._give_back(connection)
        self._away_until = 0.0
        return reply

    def call(self, space: Space | None, made: script.Script, keys: list[str], *arguments: Any) -> Any:  # noqa: ANN401
        """Run a script, and teach it to a server that does not know it.

        Raises:
            TierUnavailable: see ``run``.
            EpochChanged: what the keys name was forgotten meanwhile.
        """
        rest = (len(keys), *keys, *arguments)
        try:
            try:
                return self.run(space, "EVALSHA", made.digest, *rest)
            except self._redis.exceptions.NoScriptError:
                return self.run(space, "EVAL", made.text, *rest)
        except self._redis.ResponseError as error:
            self.forget(space)
            raise EpochChanged(self.location) from error

    def space(self) -> Space:
        """Return where the entries are, as far as is known; the server is asked where it is not."""
        self._mind_fork()
        return self._space or self.learn()

    def learn(self) -> Space:
        """Ask the server where the entries are."""
        if self._run is None:
            self.run(None, "PING")
        run = self._run or ""
        root = f"{self.root}{run}:"
        asked = Space(run, "", root)
        epoch = self.call(asked, script.LEARN, [asked.epoch_key], secrets.token_hex(8)).decode()
        space = self._space
        if space is None or (space.run, space.epoch) != (run, epoch):
            space = self._space = Space(run, epoch, root)
        return space

    def forget(self, space: Space | None) -> None:
        """Ask anew where the entries are, before the next call."""
        if self._space is space:
            self._space = None

    def dial(self) -> Connection:
        """Return a connection of its own for somebody who subscribes.

        Raises:
            TierUnavailable: it cannot be made.
        """
        self._mind_fork()
        connection = self._make()
        try:
            connection.connect()
        except (self._redis.RedisError, OSError) as error:
            connection.disconnect()
            raise self.unavailable(f"cannot be reached ({error})") from error
        except BaseException:
            connection.disconnect()
            raise
        self._away_until = 0.0
        connection.chengxin_until = (
            inf  # who subscribes waits for as long as it takes, and asks for signs of life
        )
        return connection

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """What a connection raises."""
        return (self._redis.RedisError, OSError)

    def unavailable(self, what: str) -> TierUnavailable:
        """Return the error that tells what is the matter with the server."""
        return TierUnavailable(f"The Redis at {self.location} {what}.", tier="redis")

    def close(self) -> None:
        """Close the connections of this process."""
        self._mind_fork()
        while self._idle:
            self._idle.pop().disconnect()

    def _enter(self) -> None:
        self._mind_fork()
        if not self._away_until:
            return
        now = self._time.monotonic()
        with self._lock:
            if now < self._away_until:
                raise self.unavailable("is left alone for a moment, since it did not answer")
            self._away_until = now + _AWAY_SECONDS

    def _mind_fork(self) -> None:
        if self._pid != os.getpid():
            with self._lock:
                self._pid, self._idle, self.process, self._away_until = os.getpid(), deque(), None, 0.0

    def _take(self) -> Connection:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._make()
        else:
            if _is_quiet(connection, self.failures):
                return connection
            connection.disconnect()
        try:
            connection.connect()
        except BaseException:
            connection.disconnect()
            raise
        return connection

    def _give_back(self, connection: Connection) -> None:
        if len(self._idle) < _MOST_IDLE:
            self._idle.append(connection)
        else:
            connection.disconnect()

    def _make(self) -> Connection:
        made: Connection = self._kind(**self._options, redis_connect_func=self._on_connect)
        self._bound(made)
        return made

    def _bound(self, connection: Connection) -> None:
        """Give each reply a time in all: the time-out of redis-py is of each piece of it, and pieces can drip."""
        connection.chengxin_until = self._time.monotonic() + _REPLY_SECONDS
        parser = getattr(connection, "_parser", None)
        read = getattr(parser, "read_from_socket", None)
        if read is None:
            return  # the parser without hiredis; the time-out of each piece stands

        def read_in_time(*given: Any, **named: Any) -> Any:  # noqa: ANN401 -- as in redis-py
            if self._time.monotonic() > connection.chengxin_until:
                raise self._redis.TimeoutError("its reply came too slowly")
            return read(*given, **named)

        parser.read_from_socket = read_in_time  # type: ignore[union-attr]

    def _on_connect(self, connection: Connection) -> None:
        """Log in, and learn which run of the server this is; a replica serves nobody."""
        connection.on_connect()
        connection.send_command("INFO")
        lines = connection.read_response().decode("utf-8", "replace").splitlines()
        facts = dict(line.split(":", 1) for line in lines if ":" in line)
        if facts.get("role") != "master" or not facts.get("run_id"):
            raise self._redis.ConnectionError("it is no primary, or does not tell its run_id by INFO")
        run: str = facts["run_id"]
        connection.chengxin_run = run
        with self._lock:
            if run != self._run:
                self._run, self._space = run, None

    def _require_run(self, connection: Connection, space: Space | None) -> None:
        if space is not None and connection.chengxin_run != space.run:
            self.forget(space)
            self._away_until = 0.0
            raise self.unavailable("was restarted or replaced; what it holds of before is not used")


class EpochChanged(Exception):
    """What the keys of a call name was forgotten meanwhile; the call did nothing, and may be made again."""


def _is_quiet(connection: Connection, failures: tuple[type[Exception], ...]) -> bool:
    """Tell whether an idle connection is still open, with nothing on it that nobody asked for."""
    try:
        return not connection.can_read()
    except failures:
        return False
