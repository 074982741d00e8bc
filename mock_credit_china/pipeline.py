"""The way of a request through the mock, with the one place where each stage of faults bites.

Arrival (delays, then answers in the source's place), the gate, the view, the data, the written response, the wire.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from flask import Response, request
from werkzeug.http import http_date

from mock_credit_china.byterange import Extent
from mock_credit_china.envelope import BAD_PARAMETER, SUCCESS, Refusal, Reply, refuse
from mock_credit_china.fault import (
    AnswerFault,
    ClockFault,
    DataFault,
    DelayFault,
    FaultModel,
    ResponseFault,
    WireFault,
)
from mock_credit_china.journal import Entry
from mock_credit_china.listing import entity_tag
from mock_credit_china.scenario import Asked, Bite, Match, Route
from mock_credit_china.signature import SignedRequest
from mock_credit_china.source import Source, current_source

WIRE_FAULTS = "mock_credit_china.wire_faults"
"""Where the request's WSGI environment holds the list that takes the fault which bites on the wire."""

FaultT = TypeVar("FaultT", bound=FaultModel)
ViewP = ParamSpec("ViewP")


@dataclass(slots=True, kw_only=True)
class Passage:
    """One request on its way: who asks what, and which faults have bitten so far."""

    source: Source
    entry: Entry
    asked: Asked
    faults: list[str] = field(default_factory=list)

    def wait(self) -> None:
        """Let the clock jump, then wait as long as the latencies in force say."""
        for jump in self._note(self.source.scenario.claim(ClockFault, self.asked, self.source.clock.now())):
            self.source.clock.advance(jump.fault.step(self.source.clock.now()))
        bites = self._note(self.source.scenario.claim(DelayFault, self.asked, self.source.clock.now()))
        self.source.pause(sum(bite.fault.delay(bite.draw) for bite in bites))

    def scripted_reply(self, *, row: str | None = None) -> Reply | None:
        """Return the answer a fault gives in the source's place: to the request, or to one row of a batch."""

        def is_meant(_fault: AnswerFault, match: Match) -> bool:
            return row is None or match.code == row

        asked = self.asked if row is None else replace(self.asked, code=row)
        now = self.source.clock.now()
        bites = self._note(self.source.scenario.claim(AnswerFault, asked, now, accepts=is_meant, one=True))
        return bites[0].fault.reply(bites[0].moment) if bites else None

    def spoil(
        self, data: dict[str, Any], stage: type[DataFault] = DataFault, *, row: str | None = None
    ) -> dict[str, Any]:
        """Return the data, of the request or of one row of a batch, with the faults in it that bite."""

        def applies(fault: DataFault, _match: Match) -> bool:
            return fault.applies_to(data)

        asked = self.asked if row is None else replace(self.asked, code=row)
        now = self.source.clock.now()
        bites = self._note(self.source.scenario.claim(stage, asked, now, accepts=applies))
        if not bites:
            return data
        spoilt = copy.deepcopy(data)
        for bite in bites:
            if bite.fault.applies_to(spoilt):
                bite.fault.spoil(spoilt, bite.moment)
        return spoilt

    def dress(self, response: Response) -> None:
        """Put faults of headers and bytes in, and hand the wire's to the server."""
        now = self.source.clock.now()
        for bite in self._note(self.source.scenario.claim(ResponseFault, self.asked, now)):
            bite.fault.dress(response, bite.moment)
        for wire in self._note(self.source.scenario.claim(WireFault, self.asked, now, one=True)):
            request.environ.get(WIRE_FAULTS, []).append(wire.fault)

    def _note(self, bites: "list[Bite[FaultT]]") -> "list[Bite[FaultT]]":
        self.faults.extend(str(bite.fault.model_dump()["kind"]) for bite in bites)
        return bites


def serve(
    route: Route, *, signed: bool = True
) -> "Callable[[Callable[Concatenate[Passage, ViewP], Reply]], Callable[ViewP, Response]]":
    """Make a Flask view of a route of the open interface."""

    def decorate(view: "Callable[Concatenate[Passage, ViewP], Reply]") -> Callable[ViewP, Response]:
        @wraps(view)
        def answer(*args: ViewP.args, **kwargs: ViewP.kwargs) -> Response:
            passage = _enter(route)
            passage.wait()
            reply = passage.scripted_reply() or _served(
                passage, lambda: view(passage, *args, **kwargs), signed=signed
            )
            response = _written(passage, reply)
            passage.dress(response)
            passage.source.journal.note_answer(
                passage.entry.number,
                http=response.status_code,
                status=None if reply.page is not None else reply.status,
                faults=tuple(passage.faults),
            )
            return response

        return answer

    return decorate


def parameter(name: str, *, default: int, low: int, high: int) -> int:
    """Read a whole number from the query.

    Raises:
        Refusal: 40002 when it is not a number within bounds.
    """
    text = request.args.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
        raise refuse(BAD_PARAMETER, f"{name} 应为 {low} 至 {high} 的整数")
    return int(text)


def allow_parameters(names: Sequence[str] = ()) -> None:
    """Refuse a query that names anything else, or anything twice.

    Raises:
        Refusal: 40002.
    """
    for name, values in request.args.lists():
        if name not in names:
            raise refuse(BAD_PARAMETER, f"未知参数 {name}，可用：{', '.join(names) or '无'}")
        if len(values) > 1:
            raise refuse(BAD_PARAMETER, f"参数 {name} 重复")


def _enter(route: Route) -> Passage:
    source = current_source()
    entry = Entry(
        number=source.journal.next_number(),
        at=source.clock.now(),
        route=route,
        method=request.method,
        path=request.path,
        query=request.query_string.decode("latin-1"),
        conditional="If-None-Match" in request.headers,
    )
    source.journal.open(entry)
    asked = Asked(route=route, code=_code_asked(route), page=_page_asked(route))
    return Passage(source=source, entry=entry, asked=asked)


def _code_asked(route: Route) -> str | None:
    if route is Route.SITE:
        return request.args.get("tyshxydm") or request.args.get("keyword")
    return (request.view_args or {}).get("code")


def _page_asked(route: Route) -> int | None:
    page = request.args.get("page", "1")
    if route not in {Route.CREDIT, Route.SITE} or not (page.isascii() and page.isdigit() and len(page) < 10):
        return None
    return int(page)


def _served(passage: Passage, view: Callable[[], Reply], *, signed: bool) -> Reply:
    try:
        if signed:
            passage.source.gate.admit(_signed_request(), passage.source.clock.now())
        reply = view()
    except Refusal as refusal:
        return refusal.reply
    return replace(reply, data=passage.spoil(reply.data)) if isinstance(reply.data, dict) else reply


def _signed_request() -> SignedRequest:
    path = str(request.environ.get("RAW_URI") or request.path).partition("?")[0]
    return SignedRequest(
        method=request.method,
        path=path,
        query=request.query_string.decode("latin-1"),
        body=request.get_data(),
        headers=dict(request.headers),
    )


def _written(passage: Passage, reply: Reply) -> Response:
    source = passage.source
    if reply.page is not None:
        response = Response(reply.page, status=reply.http_status, mimetype="text/html")
    elif reply.extent is not None:
        response = _file_response(reply, reply.extent)
    else:
        body = reply.body(None if passage.entry.route == Route.SITE else passage.entry.request_id)
        response = Response(body, status=reply.http_status, content_type="application/json; charset=utf-8")
    response.headers.extend(dict(reply.headers))
    response.headers["Date"] = http_date(source.clock.now())
    if reply.status != SUCCESS or reply.page is not None or passage.entry.route == Route.SITE:
        return response
    if reply.modified_at is not None:
        _let_renew(response, reply, max_age=source.settings.max_age)
    else:
        # The rows of a batch live as long as the listings that they are; all else is of the moment.
        is_batch = passage.entry.route == Route.BATCH
        response.headers["Cache-Control"] = f"max-age={source.settings.max_age}" if is_batch else "no-store"
    return response


def _let_renew(response: Response, reply: Reply, *, max_age: int) -> None:
    response.set_etag(entity_tag(reply.data))
    response.headers["Last-Modified"] = http_date(reply.modified_at)
    response.headers["Cache-Control"] = f"max-age={max_age}"
    if request.if_none_match.contains_weak(response.get_etag()[0] or ""):
        response.set_data(b"")
        response.status_code = 304
        del response.headers["Content-Length"], response.headers["Content-Type"]


def _file_response(reply: Reply, extent: Extent) -> Response:
    """Send part of a file as it is read; what is asked for again by its tag comes without a body."""
    if reply.http == 304:
        response = Response(status=304)
        del response.headers["Content-Type"]
    else:
        response = Response(extent.chunks(), status=206 if extent.is_part else 200)
        response.headers["Content-Type"] = extent.media_type
        response.headers["Content-Length"] = str(extent.length)
        response.headers["Accept-Ranges"] = "bytes"
        if extent.is_part:
            response.headers["Content-Range"] = f"bytes {extent.start}-{extent.end - 1}/{extent.size}"
    response.set_etag(extent.entity_tag)
    return response
