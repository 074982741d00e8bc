"""The pages of the shop. Three of its actions are guarded; nothing else here knows of credit."""

from __future__ import annotations

import hmac
import secrets
from typing import Any, Final

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from chengxin.policy import Text
from examples.marketplace.extension import chengxin
from examples.marketplace.seller import SELLER_OF, SELLERS, Goods, Seller

page: Final = Blueprint("page", __name__)
_LONGEST_TITLE: Final = 60
_MOST_OWN_GOODS: Final = 20


class Stock:
    """What every seller sells; in memory, because this is an example."""

    def __init__(self) -> None:
        self._goods = {seller.seller_id: list(seller.goods) for seller in SELLERS}

    def listings(self) -> list[tuple[Seller, Goods]]:
        """Return all goods with their sellers, the newest of each seller first."""
        return [(SELLER_OF[name], goods) for name, all_goods in self._goods.items() for goods in all_goods]

    def add(self, seller: Seller, goods: Goods) -> None:
        """Put goods on sale; the oldest go where there are too many."""
        self._goods[seller.seller_id].insert(0, goods)
        del self._goods[seller.seller_id][_MOST_OWN_GOODS:]


@page.get("/")
def home() -> str:
    """Show what is on sale, each with its seller's badge."""
    return render_template("shop/home.html", listings=_stock().listings())


@page.get("/workbench")
def workbench() -> str | Response:
    """Show a seller what applies to them, and what they can do."""
    return render_template("shop/workbench.html") if _seller() else redirect(url_for("page.home"))


@page.post("/listings")
@chengxin.guard("listing.create")
def publish() -> Response:
    """Put new goods on sale."""
    title = request.form.get("title", "").strip()[:_LONGEST_TITLE] or _say("新品", "New goods")
    _stock().add(
        SELLER_OF[session["seller"]], Goods(title=Text(zh=title, en=title), price_fen=9900, mark=title[0])
    )
    return _done("已发布新商品。", "The goods are on sale.")


@page.post("/livestream")
@chengxin.guard("livestream.start")
def start_livestream() -> Response:
    """Go live."""
    return _done("直播已开始。", "You are live.")


@page.post("/promotion")
@chengxin.guard("promotion.join")
def join_promotion() -> Response:
    """Join the promotion."""
    return _done("已参加促销活动。", "You have joined the promotion.")


@page.post("/login")
def log_in() -> Response:
    """Play the part of a seller; an example needs no passwords."""
    seller_id = request.form.get("seller", "")
    if seller_id in SELLER_OF:
        session["seller"] = seller_id
        return redirect(url_for("page.workbench"))
    session.pop("seller", None)
    return redirect(url_for("page.home"))


@page.post("/language")
def choose_language() -> Response:
    """Change the language of all pages."""
    session["language"] = "en" if request.form.get("language") == "en" else "zh"
    return redirect(url_for("page.workbench" if request.form.get("back") == "workbench" else "page.home"))


@page.before_request
def require_token() -> None:
    """Refuse writes that do not come from a page of ours (CSRF)."""
    if request.method == "POST":
        given, known = request.form.get("token", ""), session.get("token", "")
        if not known or not hmac.compare_digest(given.encode(), known.encode()):
            abort(400, "This form is too old. Go back, load the page again and retry.")


@page.app_context_processor
def common_values() -> dict[str, Any]:
    """Give every template of the shop the seller, the language and the token of this visit."""
    token = session.setdefault("token", secrets.token_urlsafe())
    return {"seller": _seller(), "sellers": SELLERS, "token": token, "language": _language(), "say": _say}


def _seller() -> Seller | None:
    return SELLER_OF.get(session.get("seller", ""))


def _stock() -> Stock:
    stock: Stock = current_app.extensions["stock"]
    return stock


def _language() -> str:
    chosen = session.get("language") or request.accept_languages.best_match(("zh", "en"), "zh")
    return str(chosen)


def _say(zh: str, en: str) -> str:
    return zh if _language() == "zh" else en


def _done(zh: str, en: str) -> Response:
    flash(_say(zh, en))
    return redirect(url_for("page.workbench"), 303)
