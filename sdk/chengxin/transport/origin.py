"""Where the source is: a base URL, checked once, at start."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, urlsplit

from chengxin.errors import ConfigurationError

_FORM = "Write it as https://host or https://host:port."
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Scheme, host and port of the source.

    Attributes:
        scheme: ``https``, or ``http`` for a machine of one's own.
        host: name or IP literal, lower case, without brackets.
        port: explicit port, or ``None`` for the scheme's own.
    """

    scheme: str
    host: str
    port: int | None

    @classmethod
    def parse(cls, base_url: str) -> Self:
        """Read a base URL.

        Raises:
            ConfigurationError: it is no plain ``http(s)://host[:port]``. The message does not repeat the URL,
                which may hold a password.
        """
        parts, port = _split(base_url)
        if parts.scheme not in {"http", "https"}:
            raise ConfigurationError(
                f"The base URL of the source must start with https:// or http://. {_FORM}"
            )
        if parts.username is not None or parts.password is not None:
            raise ConfigurationError(
                "The base URL of the source holds a user name or password. "
                "Leave them out and pass credentials as such."
            )
        if parts.path not in {"", "/"} or parts.query or parts.fragment or base_url.endswith(("?", "#")):
            raise ConfigurationError(f"The base URL of the source holds more than host and port. {_FORM}")
        host = parts.hostname or ""
        if not _HOST.fullmatch(host) and _literal(host) is None:
            raise ConfigurationError(f"The base URL of the source has no usable host. {_FORM}")
        return cls(scheme=parts.scheme, host=host, port=port)

    @property
    def is_loopback(self) -> bool:
        """Tell whether what is sent there stays on this machine."""
        literal = _literal(self.host)
        return self.host == "localhost" if literal is None else literal.is_loopback

    def __str__(self) -> str:
        """Return the base URL, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port is None else f":{self.port}")


def _split(base_url: str) -> tuple[SplitResult, int | None]:
    # urlsplit drops tabs and line ends silently, so they are refused before it sees them.
    if not _VISIBLE.fullmatch(base_url):
        raise ConfigurationError(
            "The base URL of the source is empty or holds blanks or other than ASCII characters. "
            f"{_FORM} Write a Chinese host name in its xn-- form."
        )
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise ConfigurationError(f"The base URL of the source has an impossible host or port. {_FORM}")
    return parts, port


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
