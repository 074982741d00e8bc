"""A raw TCP server that does to a client exactly what a test says, and the clocks of these tests."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Self

from pydantic import SecretStr

from chengxin.clock import Clock, SystemClock
from chengxin.transport import Credentials, Deadline, HttpOptions, HttpTransport
from chengxin.transport.http import new_nonce

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Conversation:
    """One connection as the script sees it."""

    def __init__(self, server: ScriptedServer, sock: socket.socket, number: int) -> None:
        self.server = server
        self.sock = sock
        self.number = number
        self._unread = b""

    def hear(self) -> bytes:
        """Read one whole request; record and return it, empty when the client has gone."""
        while b"\r\n\r\n" not in self._unread:
            if not self._more():
                return b""
        head, _, rest = self._unread.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        while len(rest) < length and self._more():
            rest = self._unread.partition(b"\r\n\r\n")[2]
        self._unread = rest[length:]
        request = head + b"\r\n\r\n" + rest[:length]
        self.server.heard.append(request)
        return request

    def say(self, data: bytes) -> None:
        """Send at once."""
        self.sock.sendall(data)

    def drip(self, data: bytes, *, every: float = 0.05) -> None:
        """Send a byte at a time until the client has gone."""
        for byte in data:
            self.sock.sendall(bytes((byte,)))
            if self.server.stopped.wait(every):
                return

    def hold(self) -> None:
        """Do nothing until the test is over."""
        self.server.stopped.wait(10)

    def reset(self) -> None:
        """Break the connection off with a RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def wrap(self, context: ssl.SSLContext) -> None:
        """Go on under TLS."""
        self.sock = context.wrap_socket(self.sock, server_side=True)

    def _more(self) -> bytes:
        data = self.sock.recv(65536)
        self._unread += data
        return data


Script = Callable[[Conversation], None]


class ScriptedServer:
    """Runs a script for each connection, in a thread each, on a free port of 127.0.0.1."""

    def __init__(self, script: Script, *, context: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self.stopped = threading.Event()
        self.heard: list[bytes] = []
        self.connections = 0
        self.port: int = self._listener.getsockname()[1]
        self._threads[0].start()

    @property
    def url(self) -> str:
        """The base URL to give to a client."""
        return f"http://127.0.0.1:{self.port}" if self._context is None else f"https://localhost:{self.port}"

    def stop(self) -> None:
        """End all threads and close all sockets."""
        self.stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._sockets.append(sock)
                thread = threading.Thread(target=self._serve, args=(sock, self.connections))
                self._threads.append(thread)
                thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        conversation = Conversation(self, sock, number)
        try:
            with contextlib.suppress(OSError):
                if self._context is not None:
                    conversation.wrap(self._context)
                    self._sockets.append(conversation.sock)
                self._script(conversation)
        finally:
            conversation.sock.close()


CREDENTIALS = Credentials(app_key="platform-1", secret=SecretStr("correct horse battery staple"))


class Net:
    """Makes scripted servers, transports to ask them and deadlines, all on the machine's clock."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._servers: list[ScriptedServer] = []
        self._transports: list[HttpTransport] = []

    def serve(self, script: Script, *, context: ssl.SSLContext | None = None) -> ScriptedServer:
        """Start a server, under TLS where a context is given."""
        self._servers.append(ScriptedServer(script, context=context))
        return self._servers[-1]

    def connect(
        self,
        base_url: str,
        *,
        credentials: Credentials | None = CREDENTIALS,
        clock: Clock | None = None,
        nonce: Callable[[], str] = new_nonce,
        options: HttpOptions | None = None,
    ) -> HttpTransport:
        """Make a transport; with credentials, unless told otherwise."""
        transport = HttpTransport(
            base_url, credentials=credentials, clock=clock or self._clock, nonce=nonce, options=options
        )
        self._transports.append(transport)
        return transport

    def soon(self, seconds: float) -> Deadline:
        """Set a deadline."""
        return Deadline.after(seconds, self._clock)

    def stop(self) -> None:
        """Close all transports and stop all servers."""
        for transport in self._transports:
            transport.close()
        for server in self._servers:
            server.stop()


def answering(answer: bytes) -> Script:
    """Return the script that gives every request the same answer and keeps the connection."""

    def script(talk: Conversation) -> None:
        while talk.hear():
            talk.say(answer)

    return script


def closing(answer: bytes) -> Script:
    """Return the script that answers one request and closes."""

    def script(talk: Conversation) -> None:
        talk.hear()
        talk.say(answer)

    return script


class Stopwatch:
    """Measures what a block takes, in seconds."""

    def __enter__(self) -> Self:
        self._start = time.perf_counter()
        self.seconds = 0.0
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._start


class HandClock:
    """A clock that moves only by hand, or by sleeping on it."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Return the instant that the hand shows."""
        return datetime(2026, 11, 20, 8, tzinfo=UTC) + timedelta(seconds=self.seconds - 1000.0)

    def epoch(self) -> float:
        """Return the same as seconds since 1970."""
        return self.now().timestamp()

    def wall(self) -> datetime:
        """Return the instant that the hand shows."""
        return self.now()

    def monotonic(self) -> float:
        """Return the seconds that the hand shows."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.slept.append(seconds)
        self.seconds += seconds


class AheadClock(SystemClock):
    """The machine's clock, put forward by hand."""

    __slots__ = ("ahead",)

    def __init__(self) -> None:
        super().__init__()
        self.ahead = 0.0

    def monotonic(self) -> float:
        """Return the machine's seconds and what was put forward."""
        return super().monotonic() + self.ahead
