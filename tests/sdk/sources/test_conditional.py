"""What is known stands, over real HTTP: ``If-None-Match``, 304, and the source's clock."""

import json

import pytest

from chengxin.clock import SystemClock
from chengxin.errors import UnknownReason, UnusableAnswer
from chengxin.identifiers import Uscc
from chengxin.sources import Fetched, OpenApiSource, Unchanged
from chengxin.testing import FrozenClock
from chengxin.transport import Deadline, Gate, GateOptions, HttpTransport, Response, RetryPolicy
from tests.sdk.transport.scripted import ScriptedServer
from tests.sdk.wire.page import CODE, a_page, a_row

USCC = Uscc(CODE)
ETAG = '"s1-417"'


def http(status, body=b"", **headers):
    """Return an answer as it goes over the wire."""
    lines = [f"HTTP/1.1 {status} X", "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if status != 304:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def page(number=1, count=1, snapshot="S1", **headers):
    """Return a page of a listing of ``count`` records."""
    rows = [a_row(f"R{n}") for n in range(count)][number * 10 - 10 : number * 10]
    data = a_page(*rows, total=count, totalSize=-(-count // 10), page=number, snapshotId=snapshot)
    return http(200, json.dumps({"status": 1, "data": data}).encode(), **headers)


@pytest.fixture
def ask():
    """Serve answers in turn, and ask for the subject; return what came and what was heard."""
    opened = []

    def run(*answers, known=None):
        waiting = list(answers)

        def script(talk):
            while talk.hear():
                talk.say(waiting.pop(0))

        server = ScriptedServer(script)
        clock = SystemClock()
        transport = HttpTransport(server.url, credentials=None, clock=clock)
        opened.append((server, transport))
        gate = Gate("test", clock=clock, options=GateOptions(retry=RetryPolicy.none()))
        source = OpenApiSource(transport, clock=clock, name="test", gate=gate)
        try:
            found = source.fetch_credit(USCC, deadline=Deadline.after(10, clock), known=known)
        except UnusableAnswer as error:
            found = error
        return found, [request.decode().lower() for request in server.heard]

    yield run
    for server, transport in opened:
        transport.close()
        server.stop()


def test_what_is_known_is_asked_about_and_renewed_without_a_body(ask):
    """304 with a fresh life; the validator goes out as it came."""
    first, heard = ask(page(ETag=ETAG, Cache_Control="max-age=60"))
    assert isinstance(first, Fetched)
    assert first.etag == ETAG
    assert "if-none-match" not in heard[0]
    again, heard = ask(http(304, ETag=ETAG, Cache_Control="max-age=90"), known=first.etag)
    assert isinstance(again, Unchanged)
    assert (again.etag, again.max_age_seconds) == (ETAG, 90)
    assert f"if-none-match: {ETAG}\r\n" in heard[0]


def test_the_first_pages_validator_renews_a_listing_of_many(ask):
    """Equal ``snapshotId`` makes page 1 stand for all; the others are asked for without condition."""
    found, heard = ask(
        page(1, 23, ETag='"p1"'), page(2, 23, ETag='"p2"'), page(3, 23, ETag='"p3"'), known=ETAG
    )
    assert (found.etag, len(found.answer.records)) == ('"p1"', 23)
    assert ["if-none-match" in request for request in heard] == [True, False, False]
    unchanged, heard = ask(http(304), known=found.etag)
    assert isinstance(unchanged, Unchanged)
    assert len(heard) == 1


def test_a_changed_answer_comes_with_its_own_validator(ask):
    """200 to a conditional question is a new answer."""
    found, _ = ask(page(ETag='"s2"'), known=ETAG)
    assert isinstance(found, Fetched)
    assert found.etag == '"s2"'


@pytest.mark.parametrize(
    ("answer", "known"),
    [
        (http(304, ETag=ETAG), None),
        (http(304, ETag='"other"'), ETAG),
        (http(304, ETag=f"W/{ETAG}"), ETAG),
        (http(304, ETag=ETAG), "no validator"),
    ],
)
def test_i2_a_304_that_was_not_asked_for_is_no_answer(ask, answer, known):
    """Without a condition, or about something else."""
    found, _ = ask(answer, known=known)
    assert isinstance(found, UnusableAnswer)
    assert found.reason is UnknownReason.SCHEMA_DRIFT


def test_i2_a_304_in_the_middle_of_a_listing_is_no_answer(ask):
    """Page 2 is never conditional."""
    found, _ = ask(page(1, 23, ETag=ETAG), http(304, ETag=ETAG), known=ETAG)
    assert isinstance(found, UnusableAnswer)


@pytest.mark.parametrize("etag", [f"W/{ETAG}", "s1", '""', '"a b"', f'"{"x" * 127}"', '"a", "b"'])
def test_only_a_strong_validator_is_kept_or_sent(ask, etag):
    """Weak, bare, empty, with blanks, too long, or two: the answer stands, and is not renewed by it."""
    found, heard = ask(page(ETag=etag), known=etag)
    assert isinstance(found, Fetched)
    assert found.etag is None
    assert "if-none-match" not in heard[0]


@pytest.mark.parametrize(("date", "ahead"), [("Fri, 20 Nov 2099 12:00:00 GMT", True), ("soon", None)])
def test_the_sources_clock_is_compared_with_ours(ask, date, ahead):
    """In both kinds of answer."""
    for found in (ask(page(Date=date))[0], ask(http(304, Date=date), known=ETAG)[0]):
        assert (found.ahead_seconds is None) if ahead is None else (found.ahead_seconds > 10**9)


def test_the_source_waits_by_its_own_clock():
    """A date in ``Retry-After`` is counted from the ``Date`` of the same answer, whatever our clock shows."""
    clock = FrozenClock()

    class Late:
        def send(self, request, *, deadline):
            headers = {
                "date": "Fri, 20 Nov 2099 12:00:00 GMT",
                "retry-after": "Fri, 20 Nov 2099 12:00:07 GMT",
                "content-type": "application/json",
            }
            return Response(status=503, headers=headers, body=b'{"status": 50301}')

        def close(self):
            """Have nothing to close."""

    gate = Gate("test", clock=clock, options=GateOptions(retry=RetryPolicy.none()))
    source = OpenApiSource(Late(), clock=clock, name="test", gate=gate)
    with pytest.raises(Exception, match="50301") as caught:
        source.fetch_credit(USCC, deadline=Deadline.after(1, clock))
    assert caught.value.retry_after_seconds == 7
