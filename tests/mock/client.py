"""A client of the mock source that signs from its own reading of the contract, and the codes tests speak of."""

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

import requests

from mock_credit_china import MockServer, Settings

START = datetime.fromisoformat("2026-11-22T10:00:00+08:00")
ONE_PENALTY = "91350100M000100Y43"
NOTHING = "91420100M000110Y7X"
THREE_PAGES = "91110105M000104YXH"
OVER_FIFTY = "91510100M000105Y6J"
LAST_DAY = "91500103M000115Y9A"
UNREGISTERED = "91350100M000119Y4D"


def rfc3986(text: str) -> str:
    """Percent-encode all but the unreserved characters."""
    return quote(text, safe="-._~")


@dataclass
class Client:
    """Asks a mock source, signed as the contract says."""

    server: MockServer
    key: str = Settings().app_key
    secret: str = Settings().secret
    session: requests.Session = field(default_factory=requests.Session)
    nonces: Iterator[int] = field(default_factory=lambda: itertools.count(10**16))

    def headers(self, method: str, path: str, query: str, body: bytes, **changes: Any) -> dict[str, str]:
        """Sign; ``timestamp``, ``nonce`` and ``secret`` can be given."""
        now = self.server.source.clock.now()
        timestamp = str(changes.get("timestamp", int(now.timestamp() * 1000)))
        nonce = changes.get("nonce") or str(next(self.nonces))
        message = f"{method}\n{path}\n{query}\n{hashlib.sha256(body).hexdigest()}\n{timestamp}\n{nonce}"
        secret = changes.get("secret", self.secret).encode()
        digest = hmac.new(secret, message.encode(), hashlib.sha256).digest()
        return {
            "X-App-Key": self.key,
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": base64.b64encode(digest).decode(),
        }

    def ask(
        self,
        method: str,
        path: str,
        query: dict[str, Any] | None = None,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        **changes: Any,
    ) -> requests.Response:
        """Send one signed request to the open interface."""
        path = f"/open-api/v1{path}"
        pairs = sorted((rfc3986(name), rfc3986(str(value))) for name, value in (query or {}).items())
        text = "&".join(f"{name}={value}" for name, value in pairs)
        signed = self.headers(method, path, text, body, **changes)
        url = self.server.url + path + (f"?{text}" if text else "")
        return self.session.request(
            method, url, data=body, headers={**signed, **(headers or {})}, timeout=30, allow_redirects=False
        )

    def credit(
        self, code: str = ONE_PENALTY, headers: dict[str, str] | None = None, **query: Any
    ) -> requests.Response:
        """Ask for one subject."""
        return self.ask("GET", f"/subjects/{code}/credit", query, headers=headers)

    def listing(self, code: str = ONE_PENALTY, **query: Any) -> dict[str, Any]:
        """Ask for one subject and return the data of a successful answer."""
        answer = self.credit(code, **query).json()
        assert answer["status"] == 1, answer
        return answer["data"]

    def batch(self, *codes: str) -> requests.Response:
        """Ask for several subjects."""
        return self.ask("POST", "/subjects/credit:batch", body=json.dumps({"codes": codes}).encode())

    def changes(self, **query: Any) -> dict[str, Any]:
        """Read the change feed and return the data of a successful answer."""
        answer = self.ask("GET", "/changes", query).json()
        assert answer["status"] == 1, answer
        return answer["data"]

    def manifest(self) -> dict[str, Any]:
        """Ask for the current snapshot and return the data of a successful answer."""
        answer = self.ask("GET", "/snapshots/latest").json()
        assert answer["status"] == 1, answer
        return answer["data"]

    def file(self, url: str, **headers: str) -> requests.Response:
        """Ask for a file of a snapshot by the URL in its manifest."""
        return self.ask("GET", url.removeprefix("/open-api/v1"), headers=headers)

    def post(self, path: str, body: Any, **headers: str) -> requests.Response:
        """Post a body to the open interface."""
        return self.ask("POST", path, body=json.dumps(body).encode(), headers=headers)

    def site(self, route: str, **query: Any) -> requests.Response:
        """Ask the site profile something, unsigned."""
        return self.session.get(f"{self.server.url}/private-api/{route}", params=query, timeout=30)

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        """Tell the control plane something."""
        return self.session.request(method, f"{self.server.url}/mock{path}", json=body, timeout=30)

    def script(self, fault: dict[str, Any], **rule: Any) -> None:
        """Script one fault."""
        answer = self.control("POST", "/scenario", {"rules": [{"fault": fault, **rule}]})
        assert answer.status_code == 201, answer.text

    def record(self, action: str, code: str = ONE_PENALTY, **more: Any) -> dict[str, Any]:
        """Do something to a record."""
        answer = self.control("POST", "/records", {"action": action, "code": code, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def move_clock(self, **to: Any) -> None:
        """Move the mock's clock."""
        answer = self.control("POST", "/clock", to)
        assert answer.status_code == 200, answer.text
