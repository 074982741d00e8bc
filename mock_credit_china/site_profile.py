"""The site profile, ``/private-api``: the shapes the public site's front end is known to speak.

No signature, no entity tag, no snapshot id, no change feed; ten rows a page. Success is ``status`` 1 or 200,
which of them depends on seed and question. What is disclosed is the same as on the open interface, without what
is shielded.
"""

import hashlib
from dataclasses import replace
from typing import Any

from flask import Blueprint, request

from mock_credit_china.code import fault_in
from mock_credit_china.envelope import BAD_PARAMETER, Refusal, Reply
from mock_credit_china.fault import ListingFault
from mock_credit_china.listing import listing_at, page_of, subject_of
from mock_credit_china.pipeline import Passage, parameter, serve
from mock_credit_china.record import DISCLOSED, Subject
from mock_credit_china.scenario import Route
from mock_credit_china.site_row import SECTIONS, label_of, site_row

SITE_PAGE_SIZE = 10
_MOST_ROWS = 100_000

site_profile = Blueprint("site_profile", __name__, url_prefix="/private-api")


@site_profile.get("/catalogSearchHome")
@serve(Route.SITE, signed=False)
def catalog_search_home(passage: Passage) -> Reply:
    """Search by code, or by part of a name among the subjects whose names are kept."""
    keyword = _text("keyword")
    found = _search(passage, keyword) if keyword else []
    return _answer(passage, _page(found))


@site_profile.get("/getTyshxydmDetailsContent")
@serve(Route.SITE, signed=False)
def details_content(passage: Passage) -> Reply:
    """Return the head of one subject's page."""
    file = passage.source.register.find(_code())
    if file is None:
        return _answer(passage, {"headEntity": None, "data": None})
    subject = subject_of(file)
    entity = {"jgmc": subject["jgmc"], "tyshxydm": subject["tyshxydm"], "zt": subject["status"]}
    return _answer(
        passage,
        {
            "headEntity": {name: subject[name] for name in ("jgmc", "tyshxydm", "status")},
            "data": {
                "entity": entity,
                "columnList": list(entity),
                "sencesMap": {name: label_of(name) for name in entity},
            },
        },
    )


@site_profile.get("/typeSourceSearch")
@serve(Route.SITE, signed=False)
def type_source_search(passage: Passage) -> Reply:
    """List one section of one subject, ten rows a page."""
    section = SECTIONS.get(_text("type"))
    if section is None:
        raise _refused(f"type 应为 {'、'.join(SECTIONS)} 之一")
    now = passage.source.clock.now()
    listing = listing_at(passage.source.register.find(_code()), now)
    whole = page_of(listing, page=1, page_size=_MOST_ROWS)
    rows = [row for row in whole["list"] if row["catalog"] in section and row["state"] in DISCLOSED]
    page = _page(rows)
    spoilt = passage.spoil({**whole, **page}, ListingFault)
    return _answer(passage, {**{name: spoilt[name] for name in page}, "list": _site_rows(spoilt)})


def _site_rows(spoilt: dict[str, Any]) -> list[dict[str, Any]]:
    return [site_row(row) for row in spoilt["list"]]


def _search(passage: Passage, keyword: str) -> list[dict[str, str]]:
    register = passage.source.register
    file = None if fault_in(keyword) else register.find(keyword)
    subjects = [file.subject] if file else [each for each in register.names() if keyword in each.name]
    wanted = set(filter(None, _text("entityType").split(",")))
    return [_found(subject) for subject in subjects if not wanted or subject.entity_type in wanted]


def _found(subject: Subject) -> dict[str, str]:
    return {
        "accurate_entity_name_query": subject.name,
        "accurate_entity_code": subject.code,
        "entityType": subject.entity_type,
        "uuid": hashlib.blake2b(subject.code.encode(), digest_size=16).hexdigest(),
    }


def _page(rows: list[dict[str, Any]]) -> dict[str, Any]:
    try:
        page = parameter("page", default=1, low=1, high=1_000_000)
        size = min(parameter("pageSize", default=SITE_PAGE_SIZE, low=1, high=1000), SITE_PAGE_SIZE)
    except Refusal as refusal:
        raise Refusal(replace(refusal.reply, http=500)) from refusal
    start = (page - 1) * size
    return {
        "total": len(rows),
        "totalSize": -(-len(rows) // size),
        "page": page,
        "list": rows[start : start + size],
    }


def _answer(passage: Passage, data: dict[str, Any]) -> Reply:
    """Answer with one of the two ways the site says success."""
    question = f"{passage.source.settings.seed}{request.path}?{request.query_string.decode('latin-1')}"
    way = hashlib.blake2b(question.encode(), digest_size=1).digest()[0] % 2
    return Reply(data=data, shown_status=200 if way else 1)


def _text(name: str) -> str:
    return request.args.get(name, "").strip()


def _code() -> str:
    code = _text("tyshxydm") or _text("keyword")
    if fault := fault_in(code):
        raise _refused(f"统一社会信用代码不合法（{fault}）")
    return code


def _refused(detail: str) -> Refusal:
    """Refuse as the site does: JSON with HTTP 500."""
    return Refusal(Reply(status=BAD_PARAMETER, message=f"参数错误：{detail}", http=500))
