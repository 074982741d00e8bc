"""What chengxin needs to know of this shop: who is logged in, whom it lists, which language was chosen."""

from __future__ import annotations

from flask import session

from examples.marketplace.seller import SELLER_OF, SELLERS
from flask_chengxin import Chengxin, Merchant

chengxin = Chengxin()


@chengxin.merchant_loader
def load_merchant() -> Merchant | None:
    """Return the seller who is logged in."""
    seller = SELLER_OF.get(session.get("seller", ""))
    if seller is None:
        return None
    facts = {"registered_days": seller.registered_days}
    return Merchant(code=seller.code, facts=facts, merchant_id=seller.seller_id)


@chengxin.is_listed
def is_listed(code: str) -> bool:
    """Tell whether a code is of a seller of this shop: only those have public badges."""
    return any(seller.code == code for seller in SELLERS)


@chengxin.language_selector
def select_language() -> str | None:
    """Return the language that the visitor chose."""
    return session.get("language")
