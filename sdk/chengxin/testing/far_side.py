"""A server on this machine that does to a client what a test says: the far side of the transports' contract."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

Script = Callable[[socket.socket, bytes], bool]
"""Answers one request on a connection; tells whether the connection goes on."""


def an_answer(body: bytes = b"{}", *, status: str = "200 OK", headers: str = "") -> bytes:
    """Return a whole answer as it goes over the wire."""
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    )
    return head.encode("ascii") + body


class FarSide:
    """A server on this machine that follows a script."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._stopped = threading.Event()
        self.heard: list[bytes] = []
        """Every request, head and body."""
        self.script: Script = self.say(an_answer())
        """What it does."""
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def say(self, answer: bytes, *, goes_on: bool = True) -> Script:
        """Return the script that answers at once."""

        def script(connection: socket.socket, _request: bytes) -> bool:
            connection.sendall(answer)
            return goes_on

        return script

    def drip(self, answer: bytes) -> Script:
        """Return the script that answers a byte at a time, each soon enough."""

        def script(connection: socket.socket, _request: bytes) -> bool:
            for byte in answer:
                connection.sendall(bytes((byte,)))
                if self._stopped.wait(0.05):
                    break
            return False

        return script

    def hold(self, _connection: socket.socket, _request: bytes) -> bool:
        """Say nothing."""
        self._stopped.wait(30)
        return False

    def stop(self) -> None:
        """Close everything."""
        self._stopped.set()
        for sock in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._sockets.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            while request := _hear(connection):
                self.heard.append(request)
                if not self.script(connection, request):
                    return


def _hear(connection: socket.socket) -> bytes:
    """Read one request, or nothing where the client has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].partition(b":")[2]) if lengths else 0
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
