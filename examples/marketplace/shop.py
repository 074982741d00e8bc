"""The shop as an app factory."""

from __future__ import annotations

import secrets

from flask import Flask

from chengxin.client import CreditClient
from examples.marketplace.extension import chengxin
from examples.marketplace.page import Stock, page


def create_app(
    source_url: str = "http://127.0.0.1:8089",
    *,
    app_key: str = "mock-app-key",
    secret: str = "mock-app-secret",  # noqa: S107  # the mock's published one
    client: CreditClient | None = None,
) -> Flask:
    """Make a shop with goods of its own.

    Args:
        source_url: base address of the public source; the mock's default unless told.
        app_key: key at the source.
        secret: secret that belongs to it.
        client: a client of one's own in place of these, e.g. for tests.
    """
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=secrets.token_hex(),  # sessions of an example need not outlive it
        SESSION_COOKIE_SAMESITE="Lax",
        CHENGXIN_SOURCE_URL=source_url,
        CHENGXIN_APP_KEY=app_key,
        CHENGXIN_SECRET=secret,
    )
    chengxin.init_app(app, client=client)
    app.extensions["stock"] = Stock()
    app.register_blueprint(page)
    return app
