"""The blueprint, and for which codes it serves anything."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response

from chengxin.errors import InvalidUscc
from chengxin.identifiers import Uscc
from flask_chengxin.proxies import Visit

blueprint: Final = Blueprint("chengxin", __name__, template_folder="../templates", static_folder="../static")


def is_shown(code: str, visit: Visit) -> bool:
    """Tell whether badge and status of a code are served: it is listed, or it is the merchant's own.

    Without this the platform would be an open door to the source and its quota.
    """
    if not Uscc.is_valid(code):
        return False
    is_listed = visit.state.hooks.is_listed
    if is_listed is not None and is_listed(code):
        return True
    try:
        return visit.merchant is not None and Uscc.parse(visit.merchant.code).code == code
    except InvalidUscc:
        return False


def keep_nowhere(response: Response) -> Response:
    """Forbid every copy of a response: what it shows may end at any instant (invariant I1)."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
