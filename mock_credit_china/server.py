"""The HTTP server: keep-alive HTTP/1.1 on threads, able to break off, cut short and drip."""

import contextlib
import io
import socket
import struct
import threading
from collections.abc import Iterable
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app
from werkzeug.wsgi import ClosingIterator

from mock_credit_china.app import create_app
from mock_credit_china.fault import Outgoing, WireFault
from mock_credit_china.pipeline import WIRE_FAULTS
from mock_credit_china.settings import Settings
from mock_credit_china.source import EXTENSION, Source

MAX_REQUEST_BODY = 1024 * 1024


class Server(ThreadedWSGIServer):
    """A threaded server that knows its open connections, to end them when it stops."""

    daemon_threads = True

    def __init__(self, host: str, port: int, settings: Settings) -> None:
        self.flask_app = create_app(settings)
        super().__init__(host, port, self.flask_app, handler=Handler)
        self._connections: set[socket.socket] = set()
        self._serving: set[threading.Thread] = set()
        self._abandoned: set[socket.socket] = set()
        self._guard = threading.Lock()

    @property
    def source(self) -> Source:
        """What the server serves from."""
        source: Source = self.flask_app.extensions[EXTENSION]
        return source

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as in socketserver
        """Serve one connection, however many requests come on it."""
        with self._guard:
            self._connections.add(request)
            self._serving.add(threading.current_thread())
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._guard:
                self._connections.discard(request)
                self._abandoned.discard(request)
                self._serving.discard(threading.current_thread())

    def abandon(self, connection: socket.socket) -> None:
        """Have a connection end with RST: nothing lingers, and no FIN goes before."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with self._guard:
            self._abandoned.add(connection)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - as in socketserver
        """End a connection in good order, unless it is to be broken off."""
        if request in self._abandoned:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def end_connections(self) -> None:
        """Send everyone who waits home, let answers under way finish, and wait for their threads."""
        self.source.close()
        for how in (socket.SHUT_RD, socket.SHUT_RDWR):  # the second for whoever does not take the answer
            with self._guard:
                connections, threads = list(self._connections), list(self._serving)
            for connection in connections:
                with contextlib.suppress(OSError):  # the client was quicker
                    connection.shutdown(how)
            for thread in threads:
                thread.join(timeout=2)


class Handler(WSGIRequestHandler):
    """Answers every request on a connection in turn, through the application."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120
    server: Server

    def run_wsgi(self) -> None:
        """Serve one request; the connection stays open unless either side wants it closed."""
        if self.headers.get("Expect", "").lower().strip() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        environ = self.make_environ()
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdigit() or int(length) > MAX_REQUEST_BODY:
            self.send_error(413, "Send a body of at most 1 MiB with Content-Length")
            self.close_connection = True
            return
        environ["wsgi.input"] = io.BytesIO(self.rfile.read(int(length)))
        bitten: list[WireFault] = []
        environ[WIRE_FAULTS] = bitten
        chunks, status, headers = run_wsgi_app(self.server.app, environ)
        try:
            self._deliver(status, list(headers), chunks, bitten[0] if bitten else None)
        finally:
            if isinstance(chunks, ClosingIterator):
                chunks.close()

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Keep quiet: the request log is at ``/mock/requests``."""

    def _deliver(
        self, status: str, headers: list[tuple[str, str]], chunks: Iterable[bytes], fault: WireFault | None
    ) -> None:
        names = {name.lower() for name, _ in headers}
        has_body = self.command != "HEAD" and not status.startswith(("304", "204"))
        headers.append(("Connection", "close" if self.close_connection else "keep-alive"))
        if fault is not None or (has_body and "content-length" not in names):
            body = b"".join(chunks)
            if has_body and "content-length" not in names:
                headers.append(("Content-Length", str(len(body))))
            chunks = (body,)
        outgoing = Outgoing(status_line=f"{self.protocol_version} {status}", headers=tuple(headers))
        if fault is not None:
            fault.send(replace(outgoing, body=b"".join(chunks) if has_body else b""), _SocketLine(self))
            return
        self._send(outgoing.head(), chunks if has_body else ())

    def _send(self, head: bytes, chunks: Iterable[bytes]) -> None:
        """Send the head with the first chunk, and what follows as it is read."""
        for chunk in chunks:
            self.wfile.write(head + chunk)
            head = b""
        if head:
            self.wfile.write(head)


class _SocketLine:
    """A real connection, as faults of the wire see it."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    def send(self, data: bytes) -> None:
        self._handler.wfile.write(data)

    def pause(self, seconds: float) -> None:
        self._handler.server.source.pause(seconds)

    def close(self) -> None:
        self._handler.close_connection = True

    def reset(self) -> None:
        self._handler.close_connection = True
        self._handler.server.abandon(self._handler.connection)


class MockServer:
    """A mock source on a free port of the loopback, in a thread of its own.

    >>> with MockServer(Settings(subjects=10)) as server:
    ...     server.url.startswith("http://127.0.0.1:")
    True
    """

    def __init__(self, settings: Settings | None = None, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.settings = settings or Settings()
        self._host = host
        self._port = port
        self._url = ""
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end; it stays readable once the server has stopped."""
        if not self._url:
            self._running()
        return self._url

    @property
    def source(self) -> Source:
        """The running source, to read or move its clock without HTTP."""
        return self._running().source

    def start(self) -> Self:
        """Start to listen; returns when requests are answered."""
        self._server = Server(self._host, self._port, self.settings)
        host = f"[{self._host}]" if ":" in self._host else self._host
        self._url = f"http://{host}:{self._server.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},
            name="mock-credit-china",
            daemon=True,
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening, end all connections and wait for the threads."""
        server, self._server = self._running(), None
        server.shutdown()
        server.end_connections()
        server.server_close()
        server.source.shelf.clear()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _running(self) -> Server:
        if self._server is None:
            raise RuntimeError("the mock server is not running: start it, or use it as a context manager")
        return self._server
