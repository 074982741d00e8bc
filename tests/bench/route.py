"""A guarded Flask route, beside the same route without a guard and under a rate limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import process_time
from typing import Any, Final

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.test import EnvironBuilder

from chengxin import CreditClient
from chengxin.clock import SystemClock
from chengxin.testing import CODES, ScriptedSource, a_listing, scripted_client
from flask_chengxin import Chengxin, Merchant
from tests.bench.harness import Comparison, Table, at_most, require_equal, sequential

_ACTION: Final = "listing.create"
_ANSWER: Final = ("200 OK", b'{"ok":true}\n')
_NO_LIMIT: Final = "1000000000/minute"
_HEADERS: Final = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0",
    "Accept": "application/json, text/html;q=0.9, */*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
    "Accept-Encoding": "gzip, deflate, br",
    "Cookie": "theme=light",
    "Referer": "http://localhost/listings",
    "X-Forwarded-For": "192.0.2.1",
    "X-Forwarded-Proto": "https",
}

Decorate = Callable[[Flask], Callable[[Any], Any]]
Ask = Callable[[dict[str, Any]], tuple[str, bytes]]


@contextmanager
def table() -> Iterator[Table]:
    """Open the table of one request in process, straight into the WSGI application.

    The guarded app differs from the plain one by the extension and the decorator. Its merchant's status is in
    memory and shows nothing adverse. A second plain app shows what the same thing differs from itself.
    Turns are short and many, and the time is the processor's: a hundredth is looked for on a machine that wavers
    by far more.
    """
    client, source = _client()
    asked = list(source.asked)
    with client:
        apps = {
            "plain": _app(lambda _: _undecorated),
            "plain again": _app(lambda _: _undecorated),
            "guarded": _app(_guard(client, CODES[0].code)),
            "limited": _app(_limit),
        }
        environ = EnvironBuilder("/", method="GET", headers=_HEADERS).get_environ()
        for name, app in apps.items():
            require_equal(f"answer of {name}", _ANSWER, _asker(app)(environ))
        refused, _ = _asker(_app(_guard(client, CODES[1].code)))(environ)
        require_equal("answer to a merchant who is listed", "403 FORBIDDEN", refused)
        yield Table(
            title="One request to a trivial Flask route, in process",
            cases=[
                sequential(name, _asker(app), [environ], clock=process_time) for name, app in apps.items()
            ],
            comparisons=[
                Comparison(
                    name="guarded route / plain route", ours="guarded", peer="plain", goal=at_most(1.08)
                ),
                Comparison(
                    name="route under Flask-Limiter (memory) / plain route", ours="limited", peer="plain"
                ),
                Comparison(name="plain route / the same once more (noise)", ours="plain again", peer="plain"),
            ],
            rounds=100,
            turn_seconds=0.02,
        )
        require_equal("questions that were no hits", source.asked, asked)


def _client() -> tuple[CreditClient, ScriptedSource]:
    clock = SystemClock()
    source = ScriptedSource(clock=clock)
    source.disclose(CODES[0])
    source.disclose(CODES[1], a_listing(end_on=None))
    client = scripted_client(source, clock=clock)
    client.check_many([code.code for code in CODES[:2]])
    return client, source


def _app(decorate: Decorate) -> Flask:
    app = Flask("shop")
    decorated = decorate(app)

    @app.get("/")
    @decorated
    def answer() -> dict[str, bool]:
        return {"ok": True}

    return app


def _undecorated(view: Any) -> Any:
    return view


def _guard(client: CreditClient, code: str) -> Decorate:
    def decorate(app: Flask) -> Callable[[Any], Any]:
        merchant = Merchant(code=code)
        chengxin = Chengxin(app, client=client)
        chengxin.merchant_loader(lambda: merchant)
        return chengxin.guard(_ACTION)

    return decorate


def _limit(app: Flask) -> Callable[[Any], Any]:
    return Limiter(get_remote_address, app=app, storage_uri="memory://").limit(_NO_LIMIT)


def _asker(app: Flask) -> Ask:
    def ask(environ: dict[str, Any]) -> tuple[str, bytes]:
        statuses: list[str] = []
        chunks = app.wsgi_app(environ.copy(), lambda status, headers, error=None: statuses.append(status))
        try:
            return statuses[0], b"".join(chunks)
        finally:
            chunks.close()

    return ask
