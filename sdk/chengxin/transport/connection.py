"""Connections that are over when the deadline is over, whatever the other side does.

The time-outs of ``requests`` and ``urllib3`` start anew with every read, so a server that drips its headers
or its body holds a caller for minutes. Here the sockets themselves keep time: before every operation a socket
asks the deadline of the exchange under way what is left and waits no longer. Nothing above (``http.client``,
``urllib3``, ``requests``) has to be trusted with a time-out.

The exchange is handed down in a context variable: a connection belongs to the session of one thread, and what
lies between has no place for it.
"""

from __future__ import annotations

import errno
import logging
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from socket import SOCK_STREAM, socket
from typing import TYPE_CHECKING, Final

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.poolmanager import PoolManager, ProxyManager
from urllib3.response import HTTPResponse

from chengxin.transport.deadline import Deadline
from chengxin.transport.resolver import Address, resolve

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

IDLE_LIMIT_SECONDS = 30.0
"""A connection that lay idle for longer is not used again: gateways forget such ones without a word."""


@dataclass(slots=True)
class Exchange:
    """The exchange under way in this context.

    Attributes:
        deadline: when it has to be over.
        stage: what is being done right now, for the message of a time-out.
        public_only: whether only addresses of the public network are connected to.
        secret_paths: whether what is asked for stays out of the log of ``urllib3``.
    """

    deadline: Deadline
    stage: str = "preparing the request"
    public_only: bool = False
    secret_paths: bool = False


_under_way: ContextVar[Exchange] = ContextVar("chengxin_exchange")


class _KeepsPathsSecret(logging.Filter):
    """Drops what ``urllib3`` says of exchanges whose paths are secret; everything else passes."""

    def filter(self, _: logging.LogRecord) -> bool:
        exchange = _under_way.get(None)
        return exchange is None or not exchange.secret_paths


_keeps_paths_secret: Final = _KeepsPathsSecret()


@contextmanager
def exchange_within(
    deadline: Deadline, *, public_only: bool = False, secret_paths: bool = False
) -> Iterator[Exchange]:
    """Bind all that happens on connections of this module inside the block to a deadline."""
    if secret_paths:
        logging.getLogger("urllib3.connectionpool").addFilter(_keeps_paths_secret)
    exchange = Exchange(deadline, public_only=public_only, secret_paths=secret_paths)
    token = _under_way.set(exchange)
    try:
        yield exchange
    finally:
        _under_way.reset(token)


class StaleConnection(ConnectionError):
    """A connection that had served before was closed by the other side before it answered again."""


class DeadlineSocket(socket):
    """A socket whose every operation waits only for what the deadline leaves."""

    def _arm(self) -> None:
        left = _under_way.get().deadline.remaining()
        if left <= 0:
            raise TimeoutError("the deadline is over")
        self.settimeout(left)

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        """Receive into a buffer, waiting only for what the deadline leaves."""
        self._arm()
        return super().recv_into(buffer, memoryview(buffer).nbytes if nbytes is None else nbytes, flags)

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        """Send a part, waiting only for what the deadline leaves."""
        self._arm()
        return super().send(data, flags)

    def sendall(self, data: ReadableBuffer, flags: int = 0) -> None:
        """Send everything, waiting only for what the deadline leaves."""
        _under_way.get().stage = "sending the request"
        self._arm()
        super().sendall(data, flags)


class DeadlineTLSSocket(DeadlineSocket, ssl.SSLSocket):
    """The same under TLS."""

    def do_handshake(self, block: bool = False) -> None:
        """Shake hands, waiting only for what the deadline leaves."""
        _under_way.get().stage = "shaking hands for TLS"
        self._arm()
        super().do_handshake(block)


class DeadlineTLSContext(ssl.SSLContext):
    """Verifies certificate and host name, and makes sockets that keep the deadline."""

    sslsocket_class = DeadlineTLSSocket

    def wrap_socket(self, sock: socket, **options: object) -> ssl.SSLSocket:  # type: ignore[override]
        """Wrap a socket so that an end of the stream without TLS's own farewell is an error.

        Without that an attacker, or a broken gateway, could cut off an answer that ends with the connection.
        """
        return super().wrap_socket(sock, **{**options, "suppress_ragged_eofs": False})  # type: ignore[arg-type]


def tls_context(ca_path: str) -> DeadlineTLSContext:
    """Return a context that trusts the certificates at a path and no others.

    Args:
        ca_path: a PEM file.

    Raises:
        OSError: it cannot be read, or holds no certificates (``ssl.SSLError`` is an ``OSError``).
    """
    context = DeadlineTLSContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(ca_path)
    return context


def _connect(addresses: tuple[Address, ...], deadline: Deadline) -> DeadlineSocket:
    failure: OSError = OSError("the host has no address")
    for tried, (family, target) in enumerate(addresses):
        # An address that swallows everything must not use up the time of the ones behind it.
        share = deadline.remaining() / (len(addresses) - tried)
        if share <= 0:
            raise TimeoutError("the deadline is over")
        sock = DeadlineSocket(family, SOCK_STREAM)
        try:
            for option in HTTPConnection.default_socket_options:
                sock.setsockopt(*option)
            sock.settimeout(share)
            sock.connect(target)
        except OSError as error:
            sock.close()
            failure = error
        else:
            return sock
    raise failure


def dial(host: str, port: int) -> DeadlineSocket:
    """Return a connection to a host, made within what the deadline of the exchange under way leaves.

    Raises:
        TimeoutError: the deadline is over.
        OSError: the name has no address, none of them may be connected to, or none of them answers.
    """
    exchange = _under_way.get()
    exchange.stage = "resolving the name of the host"
    addresses = resolve(host, port, deadline=exchange.deadline)
    if exchange.public_only:
        # The addresses that are connected to are the ones that were looked at: no second answer of a name
        # server can lead elsewhere.
        addresses = tuple(address for address in addresses if address.is_public)
        if not addresses:
            raise OSError(errno.EACCES, "the host has no address on the public network")
    exchange.stage = "connecting"
    return _connect(addresses, exchange.deadline)


class DeadlineHTTPConnection(HTTPConnection):
    """A connection on a socket that keeps the deadline; it knows whether it has served before."""

    _answers = 0
    _idle_since = 0.0

    def connect(self) -> None:
        """Connect anew."""
        self._answers = 0
        super().connect()

    def _new_conn(self) -> socket:
        sys.audit("http.client.connect", self, self.host, self.port)
        try:
            return dial(self._dns_host, self.port)
        except OSError as error:
            # urllib3 passes over a reset and goes on to read an answer, taking it for one of a connection that stands.
            raise NewConnectionError(self, "no connection") from error

    @property
    def is_connected(self) -> bool:
        """Tell whether a pooled connection can be used again: open, nothing unread, not idle for long."""
        idle_for = _under_way.get().deadline.clock.monotonic() - self._idle_since
        return idle_for <= IDLE_LIMIT_SECONDS and super().is_connected

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 has it
        """Read status and headers.

        Raises:
            StaleConnection: the other side had closed a kept connection before this answer began.
        """
        _under_way.get().stage = "waiting for the answer"
        try:
            response = super().getresponse()
        except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
            if self._answers:
                raise StaleConnection("a kept connection had been closed") from error
            raise
        self._answers += 1
        self._idle_since = _under_way.get().deadline.clock.monotonic()
        return response


class DeadlineHTTPSConnection(DeadlineHTTPConnection, HTTPSConnection):
    """The same under TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = DeadlineHTTPConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = DeadlineHTTPSConnection


class DeadlineAdapter(HTTPAdapter):
    """Carries the requests of one session over connections that keep the deadline.

    Args:
        context: for https; it alone decides about certificates.
    """

    def __init__(self, context: DeadlineTLSContext | None) -> None:
        self._context = context
        # One thread talks to one host: it needs one connection.
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **_: object) -> None:
        """Make the pool of direct connections."""
        self.poolmanager = PoolManager(connections, maxsize=maxsize, block=block, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}

    def proxy_manager_for(self, proxy: str, **_: object) -> ProxyManager:
        """Return the pool of connections through a proxy."""
        manager: ProxyManager = super().proxy_manager_for(proxy, ssl_context=self._context)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
        return manager

    def cert_verify(self, conn: object, url: object, verify: object, cert: object) -> None:
        """Leave certificates to the context, which is not loaded anew for every connection."""
