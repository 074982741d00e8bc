"""The two services of the demonstration on free ports of this machine, and a visitor with a browser's manners."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

import requests
from werkzeug.serving import WSGIRequestHandler, make_server

from chengxin.client import CreditClient
from chengxin.clock import SystemClock
from chengxin.records import CHINA
from examples.marketplace.clock import MovableClock
from examples.marketplace.shop import create_app
from mock_credit_china import MockServer, Settings

_TOKEN: Final = re.compile(r'name="token" value="([^"]+)"')
_TIMEOUT: Final = 10


class _Quiet(WSGIRequestHandler):
    """Does not log each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The mock source and the shop, running.

    Attributes:
        source_url: base address of the mock.
        shop_url: base address of the shop.
        client: the shop's client.
        clock: the shop's clock; ``advance`` moves it together with the mock's.
    """

    source_url: str
    shop_url: str
    client: CreditClient
    clock: MovableClock

    def tell_source(self, what: str, **body: Any) -> Any:  # noqa: ANN401  # the mock's JSON
        """Give an instruction to the mock's control plane."""
        answer = requests.post(f"{self.source_url}/mock/{what}", json=body, timeout=_TIMEOUT)
        answer.raise_for_status()
        return answer.json()

    def heal_source(self) -> None:
        """Take back all faults of the source."""
        requests.delete(f"{self.source_url}/mock/scenario", timeout=_TIMEOUT).raise_for_status()

    def look_again(self, code: str) -> None:
        """Have the shop forget what it knows of a code and ask the source, however long that takes."""
        self.client.forget(code)
        self.client.check(code)

    def questions(self) -> int:
        """Return how many questions the source was asked."""
        answer = requests.get(f"{self.source_url}/mock/requests", timeout=_TIMEOUT)
        return len(answer.json()["requests"])

    def advance(self, to: datetime) -> None:
        """Let time pass for both services."""
        by = to - self.clock.now()
        self.tell_source("clock", advance_seconds=by.total_seconds())
        self.clock.advance(by)


@contextmanager
def open_stage() -> Iterator[Stage]:
    """Start both services; it is ten in the morning in China."""
    morning = SystemClock().now().astimezone(CHINA).replace(hour=10, minute=0, second=0, microsecond=0)
    clock = MovableClock(morning)
    with (
        MockServer(Settings(subjects=0, start_at=morning)) as source,
        CreditClient(source.url, app_key="mock-app-key", secret="mock-app-secret", clock=clock) as client,  # noqa: S106
    ):
        app = create_app(client=client)
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}"
            yield Stage(source_url=source.url, shop_url=url, client=client, clock=clock)
        finally:
            server.shutdown()
            thread.join(_TIMEOUT)
            server.server_close()


class Visitor:
    """Somebody who uses the shop over HTTP.

    Args:
        stage: the running services.
    """

    def __init__(self, stage: Stage) -> None:
        self._url = stage.shop_url
        self._session = requests.Session()
        self._token = self._find_token()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def log_in(self, seller_id: str) -> None:
        """Play the part of a seller."""
        self._post("/login", seller=seller_id)

    def attempt(self, path: str) -> requests.Response:
        """Attempt a guarded action, and return the answer itself, not what it leads to."""
        return self._post(path, title="桂花米酒")

    def badge(self, code: str) -> str:
        """Return what the badge of a code says now, in English, as the image says it."""
        address = f"{self._url}/chengxin/badge/{code}.svg?lang=en"
        image = self._session.get(address, timeout=_TIMEOUT).text
        return image.split("<title>")[1].split("</title>")[0]

    def _post(self, path: str, **form: str) -> requests.Response:
        return self._session.post(
            self._url + path,
            data={"token": self._token, **form},
            headers={"Accept": "application/json", "Accept-Language": "en"},
            allow_redirects=False,
            timeout=_TIMEOUT,
        )

    def _find_token(self) -> str:
        found = _TOKEN.search(self._session.get(self._url, timeout=_TIMEOUT).text)
        if found is None:
            raise RuntimeError("The shop's page has no token.")
        return found[1]
