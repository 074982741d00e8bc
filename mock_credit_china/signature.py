"""Request signing, verified as the source does."""

import base64
import hashlib
import hmac
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

from mock_credit_china.envelope import BAD_SIGNATURE, BAD_TIMESTAMP, NO_PERMISSION, REPLAYED_NONCE, refuse
from mock_credit_china.listing import source_time, stamp
from mock_credit_china.settings import Settings

ALLOWED_SKEW = timedelta(seconds=300)
NONCE_MEMORY = timedelta(minutes=10)
_NONCE = re.compile(r"[A-Za-z0-9._~-]{16,64}")
_HEADERS = ("X-App-Key", "X-Timestamp", "X-Nonce", "X-Signature")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """What a signature covers."""

    method: str
    path: str
    query: str
    body: bytes
    headers: Mapping[str, str]


def canonical_query(query: str) -> str:
    """Write a query with its pairs percent-encoded (RFC 3986) and sorted by name, then value.

    >>> canonical_query("b=2&a=%7Ex&a=1+0")
    'a=1%200&a=~x&b=2'
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    encoded = sorted((quote(name, safe="-._~"), quote(value, safe="-._~")) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def signature_of(request: SignedRequest, *, secret: str, timestamp: str, nonce: str) -> str:
    """Return the signature a request must carry."""
    message = "\n".join(
        (
            request.method,
            request.path,
            canonical_query(request.query),
            hashlib.sha256(request.body).hexdigest(),
            timestamp,
            nonce,
        )
    )
    return base64.b64encode(hmac.digest(secret.encode(), message.encode(), "sha256")).decode()


class Gate:
    """Lets signed requests through and remembers their nonces."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str], datetime] = {}

    def admit(self, request: SignedRequest, now: datetime) -> None:
        """Verify a request.

        Raises:
            Refusal: 40101 unsigned or wrongly signed, 40102 too far from the source's time, 40103 a nonce seen
                within ten minutes, 40301 a key that is switched off.
        """
        key, timestamp, nonce, signature = (request.headers.get(name) or "" for name in _HEADERS)
        missing = [name for name in _HEADERS if not request.headers.get(name)]
        if missing:
            raise refuse(BAD_SIGNATURE, f"缺少 {', '.join(missing)}")
        if key not in {self._settings.app_key, self._settings.disabled_key}:
            raise refuse(BAD_SIGNATURE, "X-App-Key 未知")
        if not _NONCE.fullmatch(nonce):
            raise refuse(BAD_SIGNATURE, "X-Nonce 应为 16–64 个 URL 安全字符")
        expected = signature_of(request, secret=self._settings.secret, timestamp=timestamp, nonce=nonce)
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            raise refuse(BAD_SIGNATURE)
        self._check_time(timestamp, now)
        self._spend(key, nonce, now)
        if key == self._settings.disabled_key:
            raise refuse(NO_PERMISSION, "应用已停用")

    def forget(self) -> None:
        """Forget every nonce seen."""
        with self._lock:
            self._seen.clear()

    def _check_time(self, timestamp: str, now: datetime) -> None:
        if not re.fullmatch(r"[0-9]{1,14}", timestamp):
            raise refuse(BAD_TIMESTAMP, "X-Timestamp 应为毫秒时间戳", data=source_time(now))
        sent_at = datetime.fromtimestamp(int(timestamp) / 1000, UTC)
        if abs(sent_at - now) > ALLOWED_SKEW:
            raise refuse(BAD_TIMESTAMP, f"服务器时间 {stamp(now)}", data=source_time(now))

    def _spend(self, key: str, nonce: str, now: datetime) -> None:
        with self._lock:
            seen_at = self._seen.get((key, nonce))
            if seen_at is not None and abs(now - seen_at) <= NONCE_MEMORY:
                raise refuse(REPLAYED_NONCE)
            if len(self._seen) > 50_000:
                self._seen = {pair: at for pair, at in self._seen.items() if abs(now - at) <= NONCE_MEMORY}
            self._seen[key, nonce] = now
