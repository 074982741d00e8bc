"""Badges: an image that is true when it is fetched, and the link that verifies it."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime
from typing import Final

from flask import Response, render_template, request, url_for
from markupsafe import Markup

from chengxin.badges import Badge, BadgeState, badge_of, unknown_badge
from chengxin.errors import InvalidUscc
from chengxin.identifiers import Uscc
from flask_chengxin.proxies import Reader, State, Visit, current_reader, current_visit
from flask_chengxin.views.blueprint import blueprint, is_shown

NOBODY: Final = "unknown"
"""Stands in the place of a code in the address of the grey badge."""

_FONT_SIZE: Final = 13
_LEFT, _RIGHT, _HEIGHT = 28, 12, 26
_NARROW: Final = frozenset(" ,.:;!|'()[]ijlt")
_COLOURS: Final = {
    # state: (fill, border, mark, text); every text has a contrast of 7:1 or more on its fill
    BadgeState.NO_ADVERSE_RECORD: ("#eef5f4", "#9fc4bf", "#1f6f66", "#0f3f3a"),
    BadgeState.ADVERSE_RECORD: ("#fdf4e7", "#e0b878", "#a35a00", "#5a3200"),
    BadgeState.UNKNOWN: ("#f2f3f5", "#c5cad1", "#6b7480", "#3b424b"),
}


def trust_badge(code: str | None = None, lang: str | None = None) -> Markup:
    """Return the badge of a code as a linked image whose text is true at this instant.

    Args:
        code: unified social credit code; the logged-in merchant's where None.
        lang: ``zh`` or ``en``; what the reader prefers where None.
    """
    visit = current_visit()
    reader = current_reader(visit.state, lang)
    now = visit.state.clock.now()
    given = code if code is not None else visit.merchant.code if visit.merchant else ""
    uscc = _parse(given)
    badge = unknown_badge(now) if uscc is None else _badge(visit, uscc)
    name = NOBODY if uscc is None else uscc.code
    text = reader.text(badge.text)
    # The height alone: what the image says when it is fetched may be longer than what is known now.
    image = Markup('<img class="chengxin-badge" src="{}" alt="{}" height="{}">').format(
        url_for("chengxin.badge", code=name, lang=reader.language), text, _HEIGHT
    )
    if uscc is None:
        return image
    link = url_for("chengxin.status", code=name, lang=reader.language)
    return Markup('<a class="chengxin-badge-link" href="{}" lang="{}">{}</a>').format(link, reader.tag, image)


@blueprint.get("/badge/<code>.svg")
def badge(code: str) -> Response:
    """Serve the badge of a code that the platform shows; any other is grey and not found."""
    visit = current_visit()
    reader = current_reader(visit.state, request.args.get("lang"))
    if code == NOBODY:
        return _respond(visit.state, reader, unknown_badge(visit.state.clock.now()), 200)
    if not is_shown(code, visit):
        return _respond(visit.state, reader, unknown_badge(visit.state.clock.now()), 404)
    return _respond(visit.state, reader, _badge(visit, Uscc(code)), 200)


def render_badge(badge: Badge, reader: Reader) -> str:
    """Return a badge as SVG; its width follows its text, of which Chinese characters take twice the room."""
    fill, border, mark, ink = _COLOURS[badge.state]
    text = reader.text(badge.text)
    return render_template(
        "chengxin/badge.svg",
        text=text,
        tag=reader.tag,
        state=badge.state.value,
        width=badge_width(text),
        height=_HEIGHT,
        left=_LEFT,
        text_width=_text_width(text),
        font_size=_FONT_SIZE,
        fill=fill,
        border=border,
        mark=mark,
        ink=ink,
    )


def badge_width(text: str) -> int:
    """Return the width in pixels of a badge with this text."""
    return _LEFT + _text_width(text) + _RIGHT


def _text_width(text: str) -> int:
    return round(sum(_advance(character) for character in text) * _FONT_SIZE)


def _advance(character: str) -> float:
    """Return the width of a character in ems, as common sans-serif faces have it."""
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in _NARROW:
        return 0.32
    return 0.68 if character.isupper() else 0.56


def _badge(visit: Visit, code: Uscc) -> Badge:
    status = visit.check_or_none(code.code)
    now = visit.state.clock.now()
    return unknown_badge(now) if status is None else badge_of(status, now)


def _parse(code: str) -> Uscc | None:
    try:
        return Uscc.parse(code)
    except InvalidUscc:
        return None


def _respond(state: State, reader: Reader, badge: Badge, status: int) -> Response:
    body = render_badge(badge, reader)
    response = Response(body, status=status, mimetype="image/svg+xml")
    response.headers["Content-Language"] = reader.tag
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Robots-Tag"] = "noindex, noarchive"
    response.vary.add("Accept-Language")
    if badge.state is BadgeState.UNKNOWN:
        response.headers["Cache-Control"] = "private, no-store"
        return response
    response.headers["Cache-Control"] = _cache_control(state, badge, state.clock.now())
    # The tag is of the bytes that the client gets, so that it tells nothing beyond them.
    response.set_etag(hashlib.sha256(body.encode()).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _cache_control(state: State, badge: Badge, now: datetime) -> str:
    """Return how long a browser keeps a badge: an adverse one not at all without asking (invariant I1)."""
    if badge.state is BadgeState.ADVERSE_RECORD:
        return "private, no-cache"
    left = max(0, int((badge.valid_until - now).total_seconds()))
    return f"private, max-age={min(left, state.settings.badge_max_age_seconds)}, must-revalidate"
