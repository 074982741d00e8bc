"""How a request proves who sends it: the open interface's signature, as pure functions.

``X-Signature`` is Base64(HMAC-SHA256(secret, M)) with ``M`` = method, path, canonical query, hex SHA-256 of
the body, timestamp and nonce, one a line (source-api.md §1, Authentication). The canonical query is also what
goes over the wire, so signature and URL cannot disagree.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from pydantic import SecretStr

from chengxin.errors import ConfigurationError
from chengxin.transport.message import Request

_APP_KEY = re.compile(r"[\x21-\x7e]{1,256}")
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What the operator of the source gave the platform.

    Attributes:
        app_key: public name of the platform at the source.
        secret: the shared secret; in no ``repr``, log or error.

    Raises:
        ConfigurationError: the key cannot stand in a header, or the secret is empty.
    """

    app_key: str
    secret: SecretStr = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse at start what would be refused by the source at the first call."""
        if not _APP_KEY.fullmatch(self.app_key):
            raise ConfigurationError(
                "The app key must be 1 to 256 visible ASCII characters. "
                "Copy it from the source's operator without blanks or line ends."
            )
        if not self.secret.get_secret_value():
            raise ConfigurationError(
                "The secret that belongs to the app key is empty. Set it, or set neither."
            )


def canonical_query(pairs: Iterable[tuple[str, str]]) -> str:
    """Spell a query the one way it is signed and sent.

    Args:
        pairs: names and values, not encoded, in any order; repeated ones stay.

    Returns:
        The pairs percent-encoded (RFC 3986: only unreserved characters stay), sorted by name then value.

    >>> canonical_query([("b", "2 1"), ("a", "é"), ("b", "1&")])
    'a=%C3%A9&b=1%26&b=2%201'
    """
    encoded = sorted((quote(name, safe=""), quote(value, safe="")) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def sign(request: Request, *, credentials: Credentials, timestamp_ms: int, nonce: str) -> dict[str, str]:
    """Return the headers that authenticate a request.

    Args:
        request: what is sent.
        credentials: in whose name.
        timestamp_ms: now, in milliseconds since the epoch; the source refuses more than 300 s off.
        nonce: 16 to 64 url-safe characters, never used before.

    Raises:
        ConfigurationError: the nonce does not have the agreed form.
    """
    if not _NONCE.fullmatch(nonce):
        raise ConfigurationError(
            "A nonce must be 16 to 64 url-safe characters. Use the transport's default, or mend yours."
        )
    message = "\n".join(
        (
            request.method,
            request.path,
            canonical_query(request.query),
            hashlib.sha256(request.body).hexdigest(),
            str(timestamp_ms),
            nonce,
        )
    )
    key = credentials.secret.get_secret_value().encode()
    signature = hmac.new(key, message.encode("ascii"), hashlib.sha256).digest()
    return {
        "X-App-Key": credentials.app_key,
        "X-Timestamp": str(timestamp_ms),
        "X-Nonce": nonce,
        "X-Signature": base64.b64encode(signature).decode("ascii"),
    }
