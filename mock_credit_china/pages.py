"""The pages of the control plane: what goes on, and buttons that make something happen. Plain forms, no script."""

import hmac
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from markupsafe import Markup
from pydantic import ValidationError

from mock_credit_china.cast import CAST
from mock_credit_china.conduct import NoSuchThingError, NotNowError, conduct
from mock_credit_china.control import stay_local
from mock_credit_china.desk import health_of, latest_changes, latest_requests, record_views, rules_of, search
from mock_credit_china.instruction import RECORD_INSTRUCTION
from mock_credit_china.listing import listing_at, stamp, subject_of
from mock_credit_china.record import Catalogue
from mock_credit_china.source import Source, current_source
from mock_credit_china.wording import ROLES_ZH, TERMS, TEXTS

Language = Literal["zh", "en"]

pages = Blueprint("pages", __name__, url_prefix="/mock")
pages.before_request(stay_local)
_CSS = Markup(Path(__file__).with_name("static").joinpath("page.css").read_text(encoding="utf-8"))  # noqa: S704 - ours
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'"
_STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "month": timedelta(days=30)}
_RECORD_ACTIONS = {"impose", "correct", "dispute", "undispute", "shield", "restore", "repair", "withdraw"}


class ForgedError(Exception):
    """Raised where a form was not sent from one of these pages."""


@pages.after_request
def keep_to_itself(response: Response) -> Response:
    """Let pages be kept by nobody, framed by nobody and load nothing."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = f"{_POLICY}; frame-ancestors 'none'"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@pages.get("/")
def home() -> Response:
    """Show clock, health, rules, requests, changes and the cast; search for a subject."""
    return _home()


@pages.get("/subject")
def subject() -> Response:
    """Show one subject with its records, and what can be done to them."""
    return _subject(current_source(), request.args.get("code", ""))


@pages.post("/act")
def act() -> Response:
    """Do what a button says, then go back to the page it was on."""
    source, code, action = current_source(), request.form.get("code", ""), request.form.get("action", "")
    texts = TEXTS[_language()]
    try:
        _verify_origin(source)
        done = _done(source, code, action)
    except ForgedError:
        return _home(problem=texts["forged"], http=403)
    except NoSuchThingError as error:
        return _back(source, code, str(error), http=404)
    except NotNowError as error:
        return _back(source, code, str(error), http=409)
    except ValidationError as error:
        problems = "; ".join(each["msg"] for each in error.errors(include_input=False, include_url=False))
        return _back(source, code, problems, http=400)
    except ValueError as error:
        return _back(source, code, str(error), http=400)
    target = {"lang": _language(), "done": done, **({"code": code} if code else {})}
    page = "pages.subject" if code else "pages.home"
    answer = redirect(f"{url_for(page)}?{urlencode(target)}", code=303)
    return Response(status=303, headers={"Location": answer.headers["Location"]})


def _done(source: Source, code: str, action: str) -> str:
    """Carry out an action; return the number of the change it made, or nothing."""
    if action in _RECORD_ACTIONS:
        change = conduct(source, RECORD_INSTRUCTION.validate_python(_told(code, action)))
        return str(change.seq)
    if code or action not in {*_STEPS, "run", "freeze", "clear"}:
        raise ValueError(TEXTS[_language()]["unknown_action"])
    if action in _STEPS:
        source.clock.advance(_STEPS[action])
    elif action == "clear":
        source.scenario.clear()
    else:
        source.clock.freeze(frozen=action == "freeze")
    return ""


def _told(code: str, action: str) -> dict[str, Any]:
    told: dict[str, Any] = {"action": action, "code": code}
    severity = request.form.get("severity") or None
    if action == "impose":
        until = request.form.get("until")
        ends = {"disclosedUntil": until} if until else {}
        return told | {"record": {"catalog": request.form.get("catalog", ""), "severity": severity, **ends}}
    told["recId"] = request.form.get("rec_id")
    return told | ({"record": {"severity": severity}} if action == "correct" else {})


def _verify_origin(source: Source) -> None:
    """Let a form pass that carries the token of these pages and comes from them."""
    token = request.form.get("token", "")
    same = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    if not same or not hmac.compare_digest(token.encode(), source.page_token.encode()):
        raise ForgedError


def _home(*, problem: str = "", http: int = 200) -> Response:
    source, language = current_source(), _language()
    q = request.args.get("q", "").strip()
    cast = [
        {
            "role": part.role,
            "code": part.code,
            "name": part.name,
            "description": ROLES_ZH[part.role] if language == "zh" else part.description,
        }
        for part in CAST
    ]
    return _page(
        "home.html",
        http=http,
        problem=problem,
        q=q,
        found=search(source, q) if q else None,
        health=health_of(source),
        rules=rules_of(source),
        changes=latest_changes(source),
        requests=latest_requests(source),
        cast=cast,
    )


def _subject(source: Source, code: str, *, problem: str = "", http: int = 200) -> Response:
    file = source.register.find(code)
    if file is None:
        return _home(problem=problem or TEXTS[_language()]["no_subject"], http=404)
    now = source.clock.now()
    return _page(
        "subject.html",
        http=http,
        problem=problem,
        q=code,
        subject=subject_of(file),
        snapshot_id=listing_at(file, now).snapshot_id,
        records=record_views(file, now),
        catalogues=list(Catalogue),
    )


def _back(source: Source, code: str, problem: str, *, http: int) -> Response:
    if code:
        return _subject(source, code, problem=problem, http=http)
    return _home(problem=problem, http=http)


def _page(template: str, *, http: int, q: str, **about: Any) -> Response:  # noqa: ANN401 - what a template takes
    source, language = current_source(), _language()
    texts = TEXTS[language]
    clock = source.clock
    code = about["subject"]["tyshxydm"] if "subject" in about else ""
    change = request.args.get("done") if request.method == "GET" else None
    done = None if change is None else f"{texts['done_record']} {change}" if change else texts["done"]
    html = render_template(
        template,
        lang=language,
        t=texts,
        css=_CSS,
        q=q,
        done=done,
        home_url=f"{url_for('pages.home')}?lang={language}",
        other_url=_other_url(language, code, q),
        subject_url=lambda each: f"{url_for('pages.subject')}?{urlencode({'code': each, 'lang': language})}",
        hidden=_hidden(source, language, code),
        word=lambda term: term if language == "zh" else TERMS.get(term, term),
        clock={"now": stamp(clock.now()), "frozen": clock.frozen},
        **about,
    )
    return Response(html, status=http, content_type="text/html; charset=utf-8")


def _hidden(source: Source, language: str, code: str) -> Callable[..., Markup]:
    """Return what writes a form's hidden inputs."""

    def inputs(rec_id: str = "") -> Markup:
        pairs = {"token": source.page_token, "lang": language, "code": code, "rec_id": rec_id}
        field = Markup('<input type="hidden" name="{}" value="{}">')
        return Markup().join(field.format(name, value) for name, value in pairs.items() if value)

    return inputs


def _other_url(language: Language, code: str, q: str) -> str:
    other = "en" if language == "zh" else "zh"
    if code:
        return f"{url_for('pages.subject')}?{urlencode({'code': code, 'lang': other})}"
    return f"{url_for('pages.home')}?{urlencode({'lang': other, **({'q': q} if q else {})})}"


def _language() -> Language:
    given = request.values.get("lang") or request.accept_languages.best_match(["zh", "zh-CN", "en"]) or "zh"
    return "en" if given.startswith("en") else "zh"
