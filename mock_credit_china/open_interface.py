"""The routes of the open interface, ``/open-api/v1``."""

from typing import Any

from flask import Blueprint, Response, request

from mock_credit_china.code import fault_in
from mock_credit_china.envelope import BAD_PARAMETER, CURSOR_TOO_OLD, SUCCESS, Refusal, Reply, encode, refuse
from mock_credit_china.fault import ListingFault
from mock_credit_china.feed import CursorTooOldError, change_row, cursor_text, parse_cursor
from mock_credit_china.listing import last_cut_over, listing_at, page_of, stamp
from mock_credit_china.openapi import document
from mock_credit_china.pipeline import Passage, allow_parameters, parameter, serve
from mock_credit_china.scenario import Route
from mock_credit_china.strict import parse_json

MAX_PAGE_SIZE = 100
MAX_CODES = 100
MAX_BATCH_RECORDS = 50
MAX_CHANGES = 1000
MAX_WAIT = 60

open_interface = Blueprint("open_interface", __name__, url_prefix="/open-api/v1")


@open_interface.get("/subjects/<code>/credit")
@serve(Route.CREDIT)
def credit(passage: Passage, code: str) -> Reply:
    """List what is disclosed of one subject, page by page."""
    allow_parameters(("page", "pageSize"))
    page = parameter("page", default=1, low=1, high=1_000_000)
    page_size = parameter("pageSize", default=10, low=1, high=MAX_PAGE_SIZE)
    if fault := fault_in(code):
        raise refuse(BAD_PARAMETER, f"统一社会信用代码不合法（{fault}）")
    listing = listing_at(passage.source.register.find(code), passage.source.clock.now())
    return Reply(data=page_of(listing, page=page, page_size=page_size), modified_at=listing.data_date)


@open_interface.post("/subjects/credit:batch")
@serve(Route.BATCH)
def batch(passage: Passage) -> Reply:
    """List what is disclosed of up to a hundred subjects, each row on its own."""
    allow_parameters()
    codes = _codes_asked()
    passage.source.journal.note_codes(passage.entry.number, tuple(codes))
    return Reply(data={"results": [_batch_row(passage, code) for code in codes]})


@open_interface.get("/changes")
@serve(Route.CHANGES)
def changes(passage: Passage) -> Reply:
    """Return what has changed since a cursor, waiting for it if asked to."""
    allow_parameters(("cursor", "limit", "wait"))
    limit = parameter("limit", default=500, low=1, high=MAX_CHANGES)
    wait = parameter("wait", default=0, low=0, high=MAX_WAIT)
    cursor = request.args.get("cursor")
    position = None if cursor is None else parse_cursor(cursor)
    if cursor is not None and position is None:
        raise refuse(BAD_PARAMETER, "cursor 不是本接口给出的游标")
    try:
        found = passage.source.register.read_changes(position, limit=limit, wait=wait)
    except CursorTooOldError as error:
        raise refuse(CURSOR_TOO_OLD) from error
    rows = [change_row(change) for change in found.changes]
    return Reply(data={"cursor": cursor_text(found.cursor), "more": found.more, "changes": rows})


@open_interface.get("/health")
@serve(Route.HEALTH, signed=False)
def health(passage: Passage) -> Reply:
    """Say how old the data is; needs no signature."""
    allow_parameters()
    now = passage.source.clock.now()
    night = last_cut_over(now)
    lag = int((now - night).total_seconds())
    return Reply(data={"dataDate": stamp(night), "lagSeconds": lag, "maintenance": []})


@open_interface.get("/openapi.json")
def openapi() -> Response:
    """Describe both the open interface and the control plane."""
    return Response(encode(document()), content_type="application/json; charset=utf-8")


def _codes_asked() -> list[str]:
    try:
        body = parse_json(request.get_data())
    except ValueError as error:
        raise refuse(BAD_PARAMETER, "请求体不是 UTF-8 的 JSON") from error
    if not isinstance(body, dict) or set(body) != {"codes"} or not isinstance(body["codes"], list):
        raise refuse(BAD_PARAMETER, '请求体应为 {"codes": [...]}')
    codes = body["codes"]
    if not 1 <= len(codes) <= MAX_CODES or not all(isinstance(code, str) for code in codes):
        raise refuse(BAD_PARAMETER, f"codes 应为 1 至 {MAX_CODES} 个字符串")
    return codes


def _batch_row(passage: Passage, code: str) -> dict[str, Any]:
    try:
        reply, truncated = _listed(passage, code)
    except Refusal as refusal:
        reply, truncated = refusal.reply, False
    return {
        "code": code,
        "status": reply.status,
        "message": reply.text,
        "credit": reply.data if reply.status == SUCCESS else None,
        "truncated": truncated,
    }


def _listed(passage: Passage, code: str) -> tuple[Reply, bool]:
    if scripted := passage.scripted_reply(row=code):
        raise Refusal(scripted)
    if fault := fault_in(code):
        raise refuse(BAD_PARAMETER, f"统一社会信用代码不合法（{fault}）")
    listing = listing_at(passage.source.register.find(code), passage.source.clock.now())
    data = page_of(listing, page=1, page_size=MAX_BATCH_RECORDS)
    return Reply(data=passage.spoil(data, ListingFault, row=code)), data["total"] > MAX_BATCH_RECORDS
