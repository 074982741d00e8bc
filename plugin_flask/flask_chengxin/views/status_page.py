"""The page that verifies a badge: what the source discloses, as of when. No script, no login, no praise."""

from __future__ import annotations

from flask import Response, render_template, request
from markupsafe import Markup

from chengxin.badges import badge_of, unknown_badge
from chengxin.identifiers import Uscc
from flask_chengxin.proxies import current_reader, current_visit
from flask_chengxin.views.badge import render_badge
from flask_chengxin.views.blueprint import blueprint, is_shown, keep_nowhere


@blueprint.get("/status/<code>")
def status(code: str) -> Response:
    """Show what the source discloses of a code that the platform shows; any other is not found."""
    visit = current_visit()
    state = visit.state
    reader = current_reader(state, request.args.get("lang"))
    is_found = is_shown(code, visit)
    known = visit.check_or_none(Uscc(code).code) if is_found else None
    now = state.clock.now()
    badge = unknown_badge(now) if known is None else badge_of(known, now)
    page = render_template(
        "chengxin/status.html",
        reader=reader,
        code=code if is_found else None,
        # A status past its end says nothing any more, not even on a page that took long to write (I1).
        status=known if known is not None and known.is_valid(now) else None,
        is_found=is_found,
        badge=badge,
        badge_svg=Markup(render_badge(badge, reader)),  # noqa: S704  # rendered with autoescape
        now=now,
        repair_url=state.settings.repair_url,
    )
    response = keep_nowhere(Response(page, status=200 if is_found else 404, mimetype="text/html"))
    response.headers["Content-Language"] = reader.tag
    response.vary.add("Accept-Language")
    return response
