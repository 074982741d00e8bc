"""What the logged-in merchant may know of themselves, as JSON."""

from __future__ import annotations

import json
from typing import Any

from flask import Response

from chengxin.badges import Badge
from chengxin.policy import Treatment
from chengxin.wire import encode_instant, encode_status, encode_text, encode_treatment
from flask_chengxin.errors import nobody_problem
from flask_chengxin.proxies import Credit, current_reader, current_visit
from flask_chengxin.views.blueprint import blueprint, keep_nowhere


@blueprint.get("/me")
def me() -> Response:
    """Return status, treatment and badge of the merchant who is logged in."""
    visit = current_visit()
    credit = visit.credit()
    if credit is None:
        return nobody_problem().respond(current_reader(visit.state).language)
    body = json.dumps(_encode(credit), ensure_ascii=False) + "\n"
    return keep_nowhere(Response(body, mimetype="application/json"))


def _encode(credit: Credit) -> dict[str, Any]:
    return {
        "merchant_id": None if credit.merchant.merchant_id is None else str(credit.merchant.merchant_id),
        "status": encode_status(credit.status) if credit.status else None,
        "treatment": _encode_treatment(credit.treatment) if credit.treatment else None,
        "badge": _encode_badge(credit.badge),
    }


def _encode_treatment(treatment: Treatment) -> dict[str, Any]:
    """Return a treatment without what humans have yet to decide, which has no effect until they do."""
    return {name: value for name, value in encode_treatment(treatment).items() if name != "reviews"}


def _encode_badge(badge: Badge) -> dict[str, Any]:
    return {
        "state": badge.state.value,
        "text": encode_text(badge.text),
        "as_of": encode_instant(badge.as_of) if badge.as_of else None,
        "valid_until": encode_instant(badge.valid_until),
    }
