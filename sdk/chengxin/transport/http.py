"""The source over HTTP: one request out, one whole answer in, never later than the deadline."""

from __future__ import annotations

import os
import secrets
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from chengxin.clock import Clock
from chengxin.errors import ConfigurationError, SourceError, SourceRefused, UnknownReason, UnusableAnswer
from chengxin.transport.auth import Credentials, canonical_query, sign
from chengxin.transport.body import ACCEPTED_CODINGS, Body, too_large
from chengxin.transport.connection import (
    DeadlineAdapter,
    DeadlineTLSContext,
    Exchange,
    StaleConnection,
    exchange_within,
    tls_context,
)
from chengxin.transport.deadline import Deadline
from chengxin.transport.failure import causes_of, judge
from chengxin.transport.message import Request, Response
from chengxin.transport.origin import Origin

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Small enough that decoding one piece, at gzip's thousandfold, does not carry past the deadline.
_READ_BYTES = 16_384


def new_nonce() -> str:
    """Return 32 url-safe characters that no one can guess."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions:
    """How the transport talks HTTP. There is no option to leave certificates unverified.

    Attributes:
        max_body_bytes: the largest answer that is taken, in bytes, counted after decoding too.
        user_agent: what the client calls itself.
        ca_path: PEM file of the authorities to trust; ``None`` for the bundle of ``requests``.
        proxy_url: HTTP proxy to go through, itself spoken to without TLS. The environment's proxies and
            ``.netrc`` are never used.
        public_only: whether only addresses of the public network are connected to; for base URLs that come from
            others. Does not go with a proxy, which connects in our place.
        secret_paths: whether paths stay out of the log of ``urllib3``, since they may hold a secret.

    Raises:
        ConfigurationError: a value cannot be used.
    """

    max_body_bytes: int = 8 * 1024 * 1024
    user_agent: str = "chengxin"
    ca_path: str | None = None
    proxy_url: str | None = field(default=None, repr=False)
    public_only: bool = False
    secret_paths: bool = False

    def __post_init__(self) -> None:
        """Refuse values that could not work."""
        if self.max_body_bytes < 1:
            raise ConfigurationError("The largest answer must be at least one byte; the default is 8 MiB.")
        if not (self.user_agent.isascii() and self.user_agent.isprintable() and self.user_agent.strip()):
            raise ConfigurationError("The user agent must be printable ASCII, e.g. chengxin.")
        if self.proxy_url is not None and not self.proxy_url.startswith("http://"):
            raise ConfigurationError("The proxy must be given as http://host:port.")
        if self.proxy_url is not None and self.public_only:
            raise ConfigurationError("A proxy decides itself whom it connects to; leave public_only out.")


@dataclass(frozen=True, slots=True)
class _Broken:
    error: SourceError
    stale: bool


class _Session(requests.Session):
    """A session that takes nothing from the environment, keeps no cookie and looks at no redirect."""

    def __init__(self, *, context: DeadlineTLSContext | None, options: HttpOptions) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self.headers.clear()
        self.headers.update({"User-Agent": options.user_agent, "Accept-Encoding": ACCEPTED_CODINGS})
        if options.proxy_url is not None:
            self.proxies = {"http": options.proxy_url, "https": options.proxy_url}
        self.adapters.clear()
        self.mount("http://", DeadlineAdapter(context))
        self.mount("https://", self.adapters["http://"])

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Follow nothing; requests would otherwise read the whole body to prepare the next request."""


class _Sessions:
    """The sessions of one process: one for each thread that asks."""

    __slots__ = ("_local", "_lock", "_open", "pid")

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open: weakref.WeakSet[_Session] = weakref.WeakSet()

    def mine(self, make: Callable[[], _Session]) -> _Session:
        session: _Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = make()
            with self._lock:
                self._open.add(session)
        return session

    def close(self) -> None:
        with self._lock:
            sessions = tuple(self._open)
        for session in sessions:
            session.close()


class HttpTransport:
    """Carries requests to the source over HTTP(S).

    Safe to share by threads and to carry over a fork: each thread of each process has its own session, made
    at its first request. Construction opens no socket and starts no thread.

    A kept connection that the source closed meanwhile is replaced without a word; where that shows only after
    the request was sent, a ``GET`` is sent once more, anew signed, on a fresh connection. A ``POST`` is not:
    the caller knows whether it may be repeated.

    Args:
        base_url: ``https://host[:port]`` of the source; ``http://`` with credentials only on this machine.
        credentials: to sign requests with; ``None`` where the source, or a gateway before it, asks for none.
        clock: for the timestamp of the signature.
        nonce: makes a new nonce of 16 to 64 url-safe characters.
        options: how to talk HTTP.

    Raises:
        ConfigurationError: the base URL, the CA file or the combination cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        *,
        credentials: Credentials | None,
        clock: Clock,
        nonce: Callable[[], str] = new_nonce,
        options: HttpOptions | None = None,
    ) -> None:
        self._origin = Origin.parse(base_url)
        if credentials is not None and self._origin.scheme == "http" and not self._origin.is_loopback:
            raise ConfigurationError(
                "Credentials would go over the network unencrypted. Use an https:// base URL for the source."
            )
        self._credentials = credentials
        self._clock = clock
        self._nonce = nonce
        self._options = HttpOptions() if options is None else options
        plain = self._origin.scheme == "http"
        self._context = None if plain else trusted_context(self._options.ca_path)
        self._sessions = _Sessions()

    def __repr__(self) -> str:
        """Return what it is and whom it asks; no credentials."""
        return f"{type(self).__name__}({str(self._origin)!r})"

    def send(self, request: Request, *, deadline: Deadline) -> Response:
        """Send a request and return the whole answer (see ``Transport.send``)."""
        deadline.require("preparing the request")
        answer = self._attempt(request, deadline)
        if isinstance(answer, _Broken) and answer.stale and request.method == "GET":
            answer = self._attempt(request, deadline)
        # Raised outside of any handler: an exception of requests, which would hang on ours as its context,
        # holds the signed request.
        if isinstance(answer, _Broken):
            raise answer.error
        return answer

    def close(self) -> None:
        """Close all idle connections of this process; a later ``send`` opens new ones."""
        self._sessions_here().close()

    def _sessions_here(self) -> _Sessions:
        # After a fork the parent's sockets, and its locks as they stood, must not be touched. Should two
        # threads of the child come here at once, one of them uses its session for this call alone.
        sessions = self._sessions
        if sessions.pid != os.getpid():
            sessions = self._sessions = _Sessions()
        return sessions

    def _attempt(self, request: Request, deadline: Deadline) -> Response | _Broken:
        session = self._sessions_here().mine(self._new_session)
        options = self._options
        with exchange_within(
            deadline, public_only=options.public_only, secret_paths=options.secret_paths
        ) as exchange:
            answer: requests.Response | None = None
            response: Response | None = None
            try:
                answer = session.send(self._prepare(session, request), stream=True, allow_redirects=False)
                response = self._receive(answer.raw, exchange)
            except (requests.RequestException, HTTPError, OSError) as error:
                return _judge(error, exchange, reading=answer is not None)
            finally:
                if answer is not None:
                    answer.close()
                if response is None:
                    # Whatever went wrong: what is left of it is never taken for the next answer.
                    session.close()
            return response

    def _new_session(self) -> _Session:
        return _Session(context=self._context, options=self._options)

    def _prepare(self, session: _Session, request: Request) -> requests.PreparedRequest:
        query = canonical_query(request.query)
        headers = dict(request.headers)
        if request.signed and self._credentials is not None:
            timestamp_ms = (self._clock.wall() - _EPOCH) // timedelta(milliseconds=1)
            headers |= sign(
                request, credentials=self._credentials, timestamp_ms=timestamp_ms, nonce=self._nonce()
            )
        url = f"{self._origin}{request.path}" + (f"?{query}" if query else "")
        return session.prepare_request(
            requests.Request(request.method, url, headers=headers, data=request.body or None)
        )

    def _receive(self, raw: BaseHTTPResponse, exchange: Exchange) -> Response:
        headers = {name.lower(): value for name, value in raw.headers.itermerged()}
        if raw.status in _REDIRECTS:
            raise _redirected(raw.status, headers.get("location", ""))
        framing = headers.get("transfer-encoding", "chunked").strip().lower()
        if framing != "chunked":
            raise UnusableAnswer(
                f"The answer of the source came in a transfer coding not asked for: {framing[:32]!r}.",
                reason=UnknownReason.SCHEMA_DRIFT,
            )
        cap = self._options.max_body_bytes
        if (raw.length_remaining or 0) > cap:
            raise too_large(cap)
        body = Body(coding=headers.get("content-encoding", ""), max_bytes=cap)
        exchange.stage = "reading the answer"
        while data := raw.read1(_READ_BYTES, decode_content=False):
            exchange.deadline.require(exchange.stage)
            body.feed(data)
        return Response(status=raw.status, headers=headers, body=body.finish())


def trusted_context(ca_path: str | None) -> DeadlineTLSContext:
    """Return a context that trusts the authorities in a file, or those in the bundle of ``requests``.

    Raises:
        ConfigurationError: the file cannot be used.
    """
    try:
        return tls_context(ca_path or DEFAULT_CA_BUNDLE_PATH)
    except OSError as error:
        raise ConfigurationError(
            f"The CA file {ca_path!r} cannot be used ({error.strerror or 'no certificates in it'}). "
            "Give the path of a readable PEM file."
        ) from None


def _judge(error: Exception, exchange: Exchange, *, reading: bool) -> _Broken:
    wrappers = (requests.RequestException, HTTPError)
    causes = [cause for cause in causes_of(error) if not isinstance(cause, wrappers)]
    return _Broken(
        error=judge(causes, stage=exchange.stage, reading=reading),
        stale=any(isinstance(cause, StaleConnection) for cause in causes),
    )


def _redirected(status: int, location: str) -> SourceRefused:
    try:
        host = urlsplit(location).hostname
    except ValueError:
        host = None
    where = "another page" if host is None else f"{host[:64]!a}"
    return SourceRefused(
        f"The source answered with a redirect to {where}, which is never followed: "
        "it may be a login or captcha page. If the interface has moved, set its new base URL.",
        reason=UnknownReason.CHALLENGED,
        http_status=status,
    )
