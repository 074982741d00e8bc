"""Signatures of webhooks, as Standard Webhooks 1.0.0 has them: made here, and verified by who receives them.

The signed content is ``id.timestamp.body``; a signature is ``v1,`` and the Base64 of its HMAC-SHA256. While a secret
is rotated out there is a signature of each, apart by blanks, and any of them is enough.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

from chengxin.errors import ConfigurationError, InvalidWebhook

_PREFIX: Final = "whsec_"
_VERSION: Final = "v1,"
_NEW_BYTES: Final = 32
_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}")
_MOST_SIGNATURES: Final = 20
TOLERANCE_SECONDS: Final = 300.0
"""How far a webhook's time may be from the receiver's, by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSecret:
    """The secret of one webhook, shared with its receiver alone.

    Attributes:
        key: 24 to 64 bytes.

    Raises:
        ConfigurationError: it is shorter or longer.
    """

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what could be guessed."""
        if not 24 <= len(self.key) <= 64:
            raise ConfigurationError("The secret of a webhook has 24 to 64 bytes.")

    @classmethod
    def new(cls) -> Self:
        """Return a new secret that no one can guess."""
        return cls(key=secrets.token_bytes(_NEW_BYTES))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a secret as it is handed to receivers, ``whsec_`` and Base64.

        Raises:
            ConfigurationError: it is none. The message does not repeat it.
        """
        key = _decode(text.removeprefix(_PREFIX)) if text.startswith(_PREFIX) else None
        if key is None:
            raise ConfigurationError(
                "The secret of a webhook is written whsec_ and 24 to 64 bytes in Base64."
            )
        return cls(key=key)

    def reveal(self) -> str:
        """Return it as it is handed to its receiver, once."""
        return _PREFIX + base64.b64encode(self.key).decode("ascii")


def sign_webhook(
    webhook_id: str, body: bytes, *, at: datetime, signers: Sequence[WebhookSecret]
) -> dict[str, str]:
    """Return the three headers that go with a webhook.

    Args:
        webhook_id: without a full stop; the same at every attempt.
        body: what is posted, byte for byte.
        at: time of this attempt, aware.
        signers: at least one secret.

    Raises:
        InvalidWebhook: the id is empty or has a full stop, which would let one id and time pass for another.
    """
    if not webhook_id or "." in webhook_id:
        raise InvalidWebhook("The id of a webhook is not empty and has no full stop.", fault="header")
    timestamp = str(int(at.timestamp()))
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(signer, webhook_id, timestamp, body) for signer in signers),
    }


def verify_webhook(
    headers: Mapping[str, str],
    body: bytes,
    *,
    accepted: Iterable[WebhookSecret],
    at: datetime,
    tolerance_seconds: float = TOLERANCE_SECONDS,
) -> str:
    """Return the id of a webhook whose signature is right: skip it where you have seen that id.

    Args:
        headers: of the request, by name in any case.
        body: of the request, byte for byte.
        accepted: secrets of which one has to have signed.
        at: present time of the receiver, aware.
        tolerance_seconds: how far the webhook's time may be from it, either way.

    Raises:
        InvalidWebhook: a header is missing, the time is too far away, or no signature is right.
    """
    found = {name.lower(): value for name, value in headers.items()}
    webhook_id = found.get("webhook-id", "")
    timestamp = found.get("webhook-timestamp", "")
    signatures = found.get("webhook-signature", "").split(" ")
    if not webhook_id or "." in webhook_id or not _TIMESTAMP.fullmatch(timestamp):
        raise InvalidWebhook(
            "The headers webhook-id and webhook-timestamp are missing or wrong.", fault="header"
        )
    if abs(at.timestamp() - int(timestamp)) > tolerance_seconds:
        raise InvalidWebhook(
            "The webhook was signed too long ago, or by a clock that is wrong.", fault="timestamp"
        )
    given = [one.encode() for one in signatures[:_MOST_SIGNATURES] if one.startswith(_VERSION)]
    right = [_signature(secret, webhook_id, timestamp, body).encode() for secret in accepted]
    # Every pair is compared, each in constant time: how long it takes tells nothing of which is near.
    if not sum(hmac.compare_digest(one, other) for one in given for other in right):
        raise InvalidWebhook("No signature of the webhook is of an accepted secret.", fault="signature")
    return webhook_id


def _signature(secret: WebhookSecret, webhook_id: str, timestamp: str, body: bytes) -> str:
    content = f"{webhook_id}.{timestamp}.".encode() + body
    return _VERSION + base64.b64encode(hmac.digest(secret.key, content, "sha256")).decode("ascii")


def _decode(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
