"""Messages of ours to addresses that others gave: posted under a deadline, followed nowhere, answered briefly."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlsplit

from chengxin.clock import Clock
from chengxin.errors import ConfigurationError
from chengxin.lock import ProcessLock
from chengxin.transport.auth import canonical_query
from chengxin.transport.deadline import Deadline
from chengxin.transport.http import HttpOptions, HttpTransport
from chengxin.transport.message import Request, Response
from chengxin.transport.origin import Origin

_MOST_ORIGINS: Final = 64
_VISIBLE: Final = re.compile(r"[\x21-\x7e]{1,2048}")
_SEGMENT_SAFE: Final = "-._~!$&'()*+,;=:@"


class Poster:
    """Posts to many origins, over connections that are kept for the ones it posted to last.

    A redirect is refused, the whole answer comes before the deadline or not at all, and nothing is posted twice by
    itself (see ``HttpTransport``). Safe to share by threads and to carry over a fork.

    Args:
        clock: time.
        options: how to talk HTTP; ``public_only`` where the URLs come from others.
    """

    def __init__(self, clock: Clock, *, options: HttpOptions) -> None:
        self._clock = clock
        self._options = options
        self._lock = ProcessLock()
        self._transports: OrderedDict[str, HttpTransport] = OrderedDict()

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes, deadline: Deadline) -> Response:
        """Post a body and return the whole answer.

        Args:
            url: ``https://host[:port]/path[?query]``; ``http://`` only on this machine. What is
                asked in the query goes out in its canonical order.
            headers: what to send beside the headers that the transport sets itself; ASCII.
            body: the body.
            deadline: covers everything from resolving the name to the last byte of the answer.

        Raises:
            ConfigurationError: the URL cannot be posted to. The message does not repeat it: it may hold a secret.
            SourceError: no answer, or a redirect (see ``Transport.send``).
        """
        origin, path, query = split_url(url)
        request = Request(method="POST", path=path, query=query, headers=headers, body=body, signed=False)
        return self._transport(str(origin)).send(request, deadline=deadline)

    def close(self) -> None:
        """Close all idle connections; a later ``post`` opens new ones."""
        with self._lock:
            transports = tuple(self._transports.values())
            self._transports.clear()
        for transport in transports:
            transport.close()

    def _transport(self, origin: str) -> HttpTransport:
        with self._lock:
            transport = self._transports.pop(origin, None)
            if transport is None:
                transport = HttpTransport(origin, credentials=None, clock=self._clock, options=self._options)
            self._transports[origin] = transport
            dropped = (
                self._transports.popitem(last=False)[1] if len(self._transports) > _MOST_ORIGINS else None
            )
        if dropped is not None:
            dropped.close()
        return transport


def split_url(url: str) -> tuple[Origin, str, tuple[tuple[str, str], ...]]:
    """Return origin, canonical path and query of a URL that may be posted to.

    Raises:
        ConfigurationError: it may not; the message does not repeat it.

    >>> origin, path, query = split_url("https://shop.example/hooks/a%7Eb?k=1")
    >>> str(origin), path, query
    ('https://shop.example', '/hooks/a~b', (('k', '1'),))
    """
    if not _VISIBLE.fullmatch(url) or "#" in url:
        raise ConfigurationError("A URL to post to has 1 to 2,048 visible ASCII characters and no fragment.")
    base, rest = _cut(url)
    origin = Origin.parse(base)
    if origin.scheme == "http" and not origin.is_loopback:
        raise ConfigurationError("A URL to post to begins with https://; http:// stays on this machine.")
    raw_path, _, raw_query = rest.partition("?")
    segments = (quote(unquote_to_bytes(segment), safe=_SEGMENT_SAFE) for segment in raw_path.split("/"))
    try:
        query = tuple(parse_qsl(raw_query, keep_blank_values=True, strict_parsing=True)) if raw_query else ()
        path = "/".join(segments) or "/"
        Request(method="POST", path=path, query=query)
        canonical_query(query)
    except ValueError:
        fault = True
    else:
        fault = False
    if fault:
        raise ConfigurationError(
            "A URL to post to has a path without dot segments and a query of name=value."
        )
    return origin, path, query


def _cut(url: str) -> tuple[str, str]:
    try:
        netloc = urlsplit(url).netloc
    except ValueError:
        netloc = ""
    head = url.find("://") + len("://") + len(netloc) if netloc else len(url)
    return url[:head], url[head:]
