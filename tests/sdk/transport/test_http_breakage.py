"""Connections that break, answers that are no answers, and what is made of them."""

from __future__ import annotations

import errno
import gzip
import socket

import pytest

from chengxin.errors import SourceError, SourceRefused, SourceUnavailable, UnknownReason, UnusableAnswer
from chengxin.transport import Deadline, HttpOptions, HttpTransport, Request
from chengxin.transport.connection import IDLE_LIMIT_SECONDS, DeadlineSocket
from tests.sdk.transport.scripted import (
    OK,
    AheadClock,
    Conversation,
    Net,
    Script,
    answering,
    closing,
)

ASK = Request(method="GET", path="/open-api/v1/health")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def failure(transport: HttpTransport, deadline: Deadline, request: Request = ASK) -> SourceError:
    """Return the error of a request that must fail."""
    with pytest.raises(SourceError) as caught:
        transport.send(request, deadline=deadline)
    return caught.value


def test_a_refused_connection_is_unreachable(net: Net) -> None:
    """Nobody listens: the source cannot be reached, and the message says why."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        error = failure(net.connect(f"http://127.0.0.1:{bound.getsockname()[1]}"), net.soon(5))
    assert isinstance(error, SourceUnavailable)
    assert error.reason is UnknownReason.UNREACHABLE
    assert "Connection refused" in str(error)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "Name or service not known"),
        ([], "OSError"),
    ],
)
def test_a_name_without_address_is_unreachable(
    net: Net, monkeypatch: pytest.MonkeyPatch, found: object, says: str
) -> None:
    """The resolver knows no such name, or knows it without any address."""

    def resolver(*_: object, flags: int = 0, **__: object) -> object:
        if flags:
            raise socket.gaierror(socket.EAI_NONAME, "not a number")
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    error = failure(net.connect("https://source.example"), net.soon(5))
    assert error.reason is UnknownReason.UNREACHABLE
    assert says in str(error)


@pytest.mark.parametrize("kind", [ConnectionResetError, BrokenPipeError])
def test_a_connection_broken_while_it_is_made_is_unreachable(
    net: Net, monkeypatch: pytest.MonkeyPatch, kind: type[OSError]
) -> None:
    """The other side ends as the connection comes about, after one that served: what urllib3 passes over is told."""
    server = net.serve(closing(OK))
    transport = net.connect(server.url)
    assert transport.send(ASK, deadline=net.soon(5)).status == 200
    number = errno.ECONNRESET if kind is ConnectionResetError else errno.EPIPE

    def connect(*_: object) -> None:
        raise kind(number, "broken")

    with monkeypatch.context() as patch:
        patch.setattr(DeadlineSocket, "connect", connect)
        error = failure(transport, net.soon(5))
    assert isinstance(error, SourceUnavailable)
    assert error.reason is UnknownReason.UNREACHABLE
    assert "broken, while connecting" in str(error)
    assert transport.send(ASK, deadline=net.soon(5)).status == 200


def reset_at_once(talk: Conversation) -> None:
    """Break off after the request."""
    talk.hear()
    talk.reset()


def hang_up(talk: Conversation) -> None:
    """Close after the request without a word."""
    talk.hear()


@pytest.mark.parametrize("script", [reset_at_once, hang_up])
def test_a_connection_broken_before_the_answer_is_unreachable(net: Net, script: Script) -> None:
    """A first request on a fresh connection is sent once, and its loss is reported."""
    server = net.serve(script)
    error = failure(net.connect(server.url), net.soon(5))
    assert isinstance(error, SourceUnavailable)
    assert error.reason is UnknownReason.UNREACHABLE
    assert len(server.heard) == 1


def reset_in_the_body(talk: Conversation) -> None:
    """Break off after a part of the body."""
    talk.hear()
    talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
    talk.server.stopped.wait(0.05)
    talk.reset()


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(reset_in_the_body, id="reset"),
        pytest.param(closing(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"), id="length"),
        pytest.param(closing(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"), id="length, nothing"),
        pytest.param(closing(CHUNKED + b"2\r\n{}\r\n"), id="no last chunk"),
        pytest.param(closing(CHUNKED + b"5\r\n{}"), id="half a chunk"),
        pytest.param(closing(CHUNKED + b"xyz\r\n{}\r\n0\r\n\r\n"), id="chunk size is no number"),
        pytest.param(closing(CHUNKED + b"1" * 70_000), id="chunk size without end"),
        pytest.param(
            closing(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"{}" * 99)[:-4]),
            id="gzip without its end",
        ),
    ],
)
def test_a_body_cut_short_is_incomplete(net: Net, script: Script) -> None:
    """A part of an answer is never an answer, however well it would parse."""
    error = failure(net.connect(net.serve(script).url), net.soon(5))
    assert isinstance(error, UnusableAnswer)
    assert error.reason is UnknownReason.INCOMPLETE


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n", id="said"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2000, id="not said"),
        pytest.param(CHUNKED + b"400\r\n%b\r\n" % (b"x" * 1024) * 3, id="chunks"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 2000),
            id="gzip, few bytes",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"") * 100,
            id="gzip of nothing",
        ),
    ],
)
def test_a_body_over_the_cap_is_drift(net: Net, answer: bytes) -> None:
    """What comes in and what it decodes to both count."""
    transport = net.connect(net.serve(closing(answer)).url, options=HttpOptions(max_body_bytes=1000))
    error = failure(transport, net.soon(5))
    assert isinstance(error, UnusableAnswer)
    assert error.reason is UnknownReason.SCHEMA_DRIFT
    assert "1000 bytes" in str(error)


def test_a_body_just_at_the_cap_is_taken(net: Net) -> None:
    """The cap itself is lawful."""
    body = b"x" * 1000
    coded = gzip.compress(body)
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b" % (
        len(coded),
        coded,
    )
    transport = net.connect(net.serve(answering(answer)).url, options=HttpOptions(max_body_bytes=1000))
    assert transport.send(ASK, deadline=net.soon(5)).body == body


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nabc", id="coding"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\n\r\nabc", id="codings"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip at all", id="no gzip"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"{}") + b"<html>",
            id="and then",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", id="transfer coding"
        ),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="no HTTP"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000, id="endless header"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", id="two lengths"
        ),
    ],
)
def test_what_is_not_http_as_agreed_is_drift(net: Net, answer: bytes) -> None:
    """Unasked codings, broken codings and other protocols are not answers."""
    error = failure(net.connect(net.serve(closing(answer)).url), net.soon(5))
    assert isinstance(error, UnusableAnswer)
    assert error.reason is UnknownReason.SCHEMA_DRIFT


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("/login", "another page"),
        ("https://captcha.example/?back=1", "captcha.example"),
        ("http://[broken", "another page"),
        ("", "another page"),
    ],
)
def test_a_redirect_is_refused_and_not_followed(net: Net, status: int, location: str, says: str) -> None:
    """Neither to the same host nor to another, and its body is not read."""
    head = f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 99999999\r\n\r\n"
    server = net.serve(answering(head.encode()))
    error = failure(net.connect(server.url), net.soon(5))
    assert isinstance(error, SourceRefused)
    assert (error.reason, error.http_status) == (UnknownReason.CHALLENGED, status)
    assert says in str(error)
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    "broken",
    [
        b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}",
    ],
)
def test_after_a_failure_the_connection_is_not_used_again(net: Net, broken: bytes) -> None:
    """What is left of a broken answer can never be taken for the next one."""

    def script(talk: Conversation) -> None:
        while talk.hear():
            talk.say(broken if talk.number == 1 else OK)

    server = net.serve(script)
    transport = net.connect(server.url)
    failure(transport, net.soon(0.2))
    assert transport.send(ASK, deadline=net.soon(5)).body == b"{}"
    assert server.connections == 2


def test_a_connection_closed_while_idle_is_replaced_without_a_word(net: Net) -> None:
    """The source closes after each answer; each request is heard exactly once."""
    server = net.serve(closing(OK))
    transport = net.connect(server.url)
    for _ in range(3):
        assert transport.send(ASK, deadline=net.soon(5)).status == 200
    assert (server.connections, len(server.heard)) == (3, 3)


def second_time_unlucky(talk: Conversation) -> None:
    """Answer the first request of a connection; take the second and hang up."""
    talk.hear()
    talk.say(OK)
    talk.hear()


def test_a_get_lost_on_a_kept_connection_is_sent_once_more(net: Net) -> None:
    """The fresh connection carries it, with a nonce of its own."""
    server = net.serve(second_time_unlucky)
    transport = net.connect(server.url)
    for _ in range(2):
        assert transport.send(ASK, deadline=net.soon(5)).status == 200
    assert (server.connections, len(server.heard)) == (2, 3)
    assert len({heard.partition(b"X-Nonce: ")[2][:32] for heard in server.heard}) == 3


def test_a_get_is_not_sent_a_third_time(net: Net) -> None:
    """When the fresh connection is lost as well, that is the outcome."""

    def script(talk: Conversation) -> None:
        talk.hear()
        if talk.number == 1:
            talk.say(OK)
            talk.hear()

    server = net.serve(script)
    transport = net.connect(server.url)
    transport.send(ASK, deadline=net.soon(5))
    assert failure(transport, net.soon(5)).reason is UnknownReason.UNREACHABLE
    assert len(server.heard) == 3


def test_a_post_lost_on_a_kept_connection_is_not_sent_again(net: Net) -> None:
    """The source may have acted on it; only the caller knows whether it may be repeated."""
    server = net.serve(second_time_unlucky)
    transport = net.connect(server.url)
    post = Request(method="POST", path="/open-api/v1/persons/credit", body=b"{}")
    transport.send(post, deadline=net.soon(5))
    assert failure(transport, net.soon(5), post).reason is UnknownReason.UNREACHABLE
    assert len(server.heard) == 2


def test_a_connection_that_lay_idle_for_long_is_not_used_again(net: Net) -> None:
    """A gateway may have forgotten it, and what is sent into it would vanish until the deadline."""
    server = net.serve(answering(OK))
    clock = AheadClock()
    transport = net.connect(server.url, clock=clock)
    transport.send(ASK, deadline=Deadline.after(5, clock))
    clock.ahead += IDLE_LIMIT_SECONDS + 1
    transport.send(ASK, deadline=Deadline.after(5, clock))
    assert server.connections == 2
