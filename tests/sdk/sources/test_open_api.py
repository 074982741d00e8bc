"""The open interface over a scripted transport: what is asked, in which order, and what is made of it."""

import json
from datetime import timedelta

import pytest

from chengxin.errors import SourceError, SourceUnavailable, UnknownReason
from chengxin.identifiers import Uscc
from chengxin.sources import OpenApiSource
from chengxin.testing import CODES, FrozenClock
from chengxin.transport import Deadline, Gate, GateOptions, Response, RetryPolicy
from tests.sdk.wire.page import CODE, a_page, a_row, an_envelope

USCC = Uscc(CODE)


class ScriptedTransport:
    """Answers requests in turn and remembers them."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []
        self.closed = False

    def send(self, request, *, deadline):
        """Give the next answer, or raise it."""
        deadline.require("testing")
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self):
        """Remember that it was closed."""
        self.closed = True


def ok(data, **headers):
    """Return a successful response."""
    answer = an_envelope(data)
    return Response(
        status=200,
        headers=dict(answer.headers) | {n.replace("_", "-"): v for n, v in headers.items()},
        body=answer.body,
    )


def failed(status, http_status=500, **headers):
    """Return a response with a business status other than success."""
    answer = an_envelope(None, status=status)
    return Response(
        status=http_status,
        headers=dict(answer.headers) | {n.replace("_", "-"): v for n, v in headers.items()},
        body=answer.body,
    )


def pages(count, snapshot="S1"):
    """Return the responses of a listing of ``count`` rows."""
    rows = [a_row(f"R{i}") for i in range(count)]
    total = -(-count // 10)
    return [
        ok(a_page(*rows[i * 10 : i * 10 + 10], total=count, totalSize=total, page=i + 1, snapshotId=snapshot))
        for i in range(total)
    ]


@pytest.fixture
def clock():
    """Time that stands still."""
    return FrozenClock()


def make(clock, *answers, attempts=1):
    """Return a source with its transport and a deadline."""
    transport = ScriptedTransport(*answers)
    options = GateOptions(retry=RetryPolicy(attempts=attempts))
    gate = Gate("test", clock=clock, options=options, jitter=lambda: 0.0)
    return (
        OpenApiSource(transport, clock=clock, gate=gate, name="test"),
        transport,
        Deadline.after(2, clock),
    )


def test_a_listing_is_asked_for_page_by_page(clock):
    """Page, page size and path are the ones of source-api.md."""
    source, transport, deadline = make(clock, *pages(23))
    fetched = source.fetch_credit(USCC, deadline=deadline)
    assert len(fetched.answer.records) == 23
    assert fetched.asked_at == clock.now()
    assert [(r.method, r.path, r.query) for r in transport.requests] == [
        ("GET", f"/open-api/v1/subjects/{CODE}/credit", (("page", str(n)), ("pageSize", "10")))
        for n in (1, 2, 3)
    ]


def test_i1_an_answer_lives_from_before_it_was_asked_for(clock):
    """While it is under way the source may learn better, so the life begins before the first request."""

    class Slow(ScriptedTransport):
        def send(self, request, *, deadline):
            clock.advance(seconds=0.5)
            return super().send(request, deadline=deadline)

    row = {"code": CODE, "status": 1, "credit": a_page(), "truncated": False}
    transport = Slow(*pages(11), ok({"results": [row]}))
    source = OpenApiSource(transport, clock=clock, name="test")
    before = clock.now()
    assert source.fetch_credit(USCC, deadline=Deadline.after(9, clock)).asked_at == before
    before = clock.now()
    assert source.fetch_credit_many([USCC], deadline=Deadline.after(9, clock))[0].asked_at == before


def test_a_batch_with_rows_missing_is_not_asked_for_again(clock):
    """It is no failure that passes by itself."""
    source, transport, deadline = make(clock, ok({"results": []}), attempts=3)
    with pytest.raises(SourceError) as caught:
        source.fetch_credit_many([USCC], deadline=deadline)
    assert caught.value.reason is UnknownReason.INCOMPLETE
    assert len(transport.requests) == 1


def test_i2_page_two_failing_is_no_answer(clock):
    """A part of a listing is nothing."""
    first, _, third = pages(23)
    source, _, deadline = make(clock, first, failed(50001), third)
    with pytest.raises(SourceUnavailable) as caught:
        source.fetch_credit(USCC, deadline=deadline)
    assert caught.value.reason is UnknownReason.SOURCE_FAULT


def test_a_state_that_moves_under_way_starts_the_listing_again(clock):
    """Pages of two states are never one answer."""
    source, transport, deadline = make(clock, pages(23)[0], pages(23, "S2")[1], *pages(23, "S2"))
    assert source.fetch_credit(USCC, deadline=deadline).answer.snapshot_id == "S2"
    assert len(transport.requests) == 5


def test_i2_a_state_that_keeps_moving_is_no_answer(clock):
    """After three starts it is given up."""
    moving = [page for n in range(3) for page in (pages(23, f"S{n}")[0], pages(23, f"T{n}")[1])]
    source, transport, deadline = make(clock, *moving)
    with pytest.raises(SourceError) as caught:
        source.fetch_credit(USCC, deadline=deadline)
    assert caught.value.reason is UnknownReason.INCOMPLETE
    assert len(transport.requests) == 6


def test_an_absurd_number_of_pages_is_not_followed(clock):
    """What no subject has is drift, not work."""
    source, transport, deadline = make(clock, ok(a_page(total=100_000, totalSize=10_000)))
    with pytest.raises(SourceError) as caught:
        source.fetch_credit(USCC, deadline=deadline)
    assert caught.value.reason is UnknownReason.SCHEMA_DRIFT
    assert len(transport.requests) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache_control": "private, max-age=600"}, 600),
        ({"cache_control": "MAX-AGE=5"}, 5),
        ({"cache_control": "max-age=600", "age": "100"}, 500),
        ({"cache_control": "max-age=600", "age": "soon"}, 0),
        ({"cache_control": "max-age=600", "age": "100, 5"}, 0),
        ({"cache_control": "max-age=60, max-age=5"}, 5),
        ({"cache_control": "max-age=-1"}, 0),
        ({"cache_control": "private, max-age = -1"}, 0),
        ({"cache_control": "max-age=60, max-age=-1"}, 0),
        ({"cache_control": "max-age=1.5"}, 0),
        ({"cache_control": "max-age="}, 0),
        ({"cache_control": "max-age"}, 0),
        ({"cache_control": "max-age=soon"}, 0),
        ({"cache_control": 'max-age="600"'}, 600),
        ({"cache_control": "max-age=٦٠"}, 0),
        ({"cache_control": "max-ageing=5"}, 60),
        ({"cache_control": "s-maxage=5"}, 60),
        ({"cache_control": "max-age=60", "age": "100"}, 0),
        ({"cache_control": "no-store"}, 0),
        ({"cache_control": "max-age=600, no-cache"}, 0),
        ({}, 60),
    ],
)
def test_the_source_says_how_long_an_answer_may_be_kept(clock, headers, seconds):
    """``Cache-Control`` less ``Age``; a minute where nothing is said."""
    source, _, deadline = make(clock, ok(a_page(), **headers))
    assert source.fetch_credit(USCC, deadline=deadline).max_age_seconds == seconds


def test_of_several_pages_the_shortest_life_counts(clock):
    """A listing is kept no longer than its shortest-lived page."""
    first, second = pages(11)
    first = Response(
        status=200, headers=dict(first.headers) | {"cache-control": "max-age=600"}, body=first.body
    )
    second = Response(
        status=200, headers=dict(second.headers) | {"cache-control": "max-age=30"}, body=second.body
    )
    source, _, deadline = make(clock, first, second)
    assert source.fetch_credit(USCC, deadline=deadline).max_age_seconds == 30


def test_a_passing_failure_is_retried_within_the_deadline(clock):
    """One 500, one reset, then the answer."""
    reset = SourceUnavailable("reset", reason=UnknownReason.UNREACHABLE)
    source, transport, deadline = make(clock, failed(50001), reset, ok(a_page()), attempts=3)
    assert source.fetch_credit(USCC, deadline=deadline).answer.registered
    assert len(transport.requests) == 3


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_the_wait_the_source_asks_for_is_kept(clock, form):
    """``Retry-After`` in seconds and as a date."""
    until = clock.now() + timedelta(seconds=1)
    asked = "1" if form == "seconds" else until.strftime("%a, %d %b %Y %H:%M:%S GMT")
    source, transport, deadline = make(clock, failed(42901, 429, retry_after=asked), ok(a_page()), attempts=2)
    source.fetch_credit(USCC, deadline=deadline)
    assert clock.now() >= until
    assert len(transport.requests) == 2


def test_a_challenge_is_never_asked_again(clock):
    """40001 in HTTP 500 looks like a failure and is a wall."""
    source, transport, deadline = make(clock, failed(40001), attempts=3)
    with pytest.raises(SourceError) as caught:
        source.fetch_credit(USCC, deadline=deadline)
    assert caught.value.reason is UnknownReason.CHALLENGED
    assert len(transport.requests) == 1


def test_a_batch_asks_once_and_fetches_truncated_rows_singly(clock):
    """Over fifty records want the single call; what fails there is that row's alone."""
    rows = [
        {"code": CODES[0].code, "status": 1, "credit": a_page(a_row()), "truncated": False},
        {"code": CODES[1].code, "status": 40301, "credit": None, "truncated": False},
        {"code": CODES[0].code, "status": 1, "credit": None, "truncated": True},
        {"code": CODES[0].code, "status": 1, "credit": None, "truncated": True},
    ]
    source, transport, deadline = make(
        clock, ok({"results": rows}, cache_control="max-age=9"), *pages(11), failed(50001)
    )
    asked = [CODES[0], CODES[1], CODES[0], CODES[0]]
    first, second, third, fourth = source.fetch_credit_many(asked, deadline=deadline)
    assert (len(first.answer.records), first.max_age_seconds) == (1, 9)
    assert second.reason is UnknownReason.FORBIDDEN
    assert len(third.answer.records) == 11
    assert fourth.reason is UnknownReason.SOURCE_FAULT
    assert json.loads(transport.requests[0].body) == {
        "codes": [c.code for c in (CODES[0], CODES[1], CODES[0], CODES[0])]
    }
    assert (transport.requests[0].method, transport.requests[0].path) == (
        "POST",
        "/open-api/v1/subjects/credit:batch",
    )
    assert source.batch_size == 100


def test_health_is_asked_without_a_signature(clock):
    """It needs no authentication."""
    source, transport, deadline = make(clock, ok({"dataDate": "2026-11-20T23:00:00+08:00", "lagSeconds": 60}))
    health = source.fetch_health(deadline=deadline)
    assert (health.source, health.lag_seconds, health.maintenance) == ("test", 60.0, ())
    assert transport.requests[0].signed is False


def test_closing_gives_back_connections(clock):
    """The transport is closed with the source."""
    source, transport, _ = make(clock)
    source.close()
    assert transport.closed
