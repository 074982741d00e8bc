"""What goes to the source and what comes back, free of any HTTP library.

The seam between the rooms that know what to ask and the room that knows how to carry it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, Protocol

from chengxin.transport.deadline import Deadline

CARRIER_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "cookie",
        "host",
        "transfer-encoding",
        "user-agent",
        "x-app-key",
        "x-nonce",
        "x-signature",
        "x-timestamp",
    }
)
"""Header names that the transport alone sets, in lower case."""
_AS_IT_IS = ("accept-encoding", "identity")
"""What a request for a part of a file says: a part of a compressed body could not be decoded."""

# A path has exactly one spelling on the wire, else the signature and the URL could disagree: RFC 3986 pchars,
# escapes in upper case, nothing escaped that need not be, no dot segments.
_PATH = re.compile(r"(?:/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-F]{2})*)+")
_NEEDLESS_ESCAPE = re.compile(r"%(?:4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE]|3[0-9]|2[DE])")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request to the source, complete but for signature and carrier headers.

    Attributes:
        method: ``GET`` or ``POST``.
        path: absolute path, percent-encoded per segment in its canonical spelling.
        query: names and values as they are, not encoded; their order does not matter.
        headers: what to send besides the headers that the transport sets itself; ASCII.
        body: the body in bytes; empty for none.
        signed: whether to sign it, where the transport has credentials.

    Raises:
        ValueError: a part cannot stand in a request, or a header is the transport's own to set.
    """

    method: Literal["GET", "POST"]
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    signed: bool = True

    def __post_init__(self) -> None:
        """Refuse what could not be sent as it is signed."""
        if self.method not in {"GET", "POST"}:
            raise ValueError(f"The source is asked by GET or POST, not by {self.method!r}.")
        if self.method == "GET" and self.body:
            raise ValueError("A GET request carries no body; put it into the query or use POST.")
        _require_path(self.path)
        for name, value in self.headers.items():
            _require_header(name, value)
        object.__setattr__(self, "headers", MappingProxyType(dict(self.headers)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A whole answer of the source, whatever its status.

    Attributes:
        status: HTTP status code.
        headers: by lower-cased name; several of one name are joined by ``", "``.
        body: the body in bytes, content-decoded and complete.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        """Lower the names, so that a lookup never misses by case."""
        lowered = {name.lower(): value for name, value in self.headers.items()}
        object.__setattr__(self, "headers", MappingProxyType(lowered))


class Transport(Protocol):
    """Carries one request to the source and one answer back."""

    def send(self, request: Request, *, deadline: Deadline) -> Response:
        """Send a request and return the whole answer, at the latest when the deadline is over.

        Args:
            request: what to ask.
            deadline: covers everything from resolving the name to the last byte of the body.

        Returns:
            The answer of any HTTP status but a redirect; judging it is the caller's.

        Raises:
            SourceUnavailable: no answer in time (``TIMEOUT``), no connection (``UNREACHABLE``).
            SourceRefused: a redirect, which is never followed (``CHALLENGED``).
            UnusableAnswer: a body cut short (``INCOMPLETE``); too large, not HTTP or not decodable
                (``SCHEMA_DRIFT``).
        """
        ...

    def close(self) -> None:
        """Close all idle connections; a later ``send`` opens new ones."""
        ...


def _require_path(path: str) -> None:
    if not _PATH.fullmatch(path) or _NEEDLESS_ESCAPE.search(path):
        raise ValueError(f"Not a path in its canonical percent-encoded spelling: {path[:64]!r}.")
    if path.startswith("//") or {".", ".."} & set(path.split("/")):
        raise ValueError(f"A path starts with one slash and has no dot segments: {path[:64]!r}.")


def _require_header(name: str, value: str) -> None:
    if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
        raise ValueError(
            f"Header {name[:64]!r} cannot be sent: its name or value holds a forbidden character."
        )
    if name.lower() in CARRIER_HEADERS and (name.lower(), value) != _AS_IT_IS:
        raise ValueError(f"Header {name!r} is set by the transport; leave it out.")
