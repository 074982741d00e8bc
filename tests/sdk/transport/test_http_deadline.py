"""Acceptance: whatever the source does, ``send`` is over 50 ms after its deadline at the latest."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
from collections.abc import Iterator

import pytest

from chengxin.errors import SourceUnavailable, UnknownReason
from chengxin.transport import Deadline, HttpOptions, HttpTransport, Request
from tests.sdk.transport.scripted import OK, Conversation, Net, Script, Stopwatch, answering

DEADLINE = 0.25
GRACE = 0.05
ASK = Request(method="GET", path="/open-api/v1/health")
LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
GZIPPED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9999\r\n\r\n"


def dripping(head: bytes, rest: bytes) -> Script:
    """Return the script that sends one part at once and the rest a byte at a time."""

    def script(talk: Conversation) -> None:
        talk.hear()
        talk.say(head)
        talk.drip(rest)

    return script


def flooding(head: bytes, piece: bytes) -> Script:
    """Return the script that never stops sending."""

    def script(talk: Conversation) -> None:
        talk.hear()
        talk.say(head)
        while not talk.server.stopped.is_set():
            talk.say(piece)

    return script


def silent(talk: Conversation) -> None:
    """Take the request and say nothing."""
    talk.hear()
    talk.hold()


def deaf(talk: Conversation) -> None:
    """Do not even read."""
    talk.hold()


def assert_on_time(
    transport: HttpTransport, deadline: Deadline, *, request: Request = ASK, stage: str
) -> None:
    """Assert that the request times out, on time, and says while doing what."""
    with Stopwatch() as watch, pytest.raises(SourceUnavailable, match=stage) as caught:
        transport.send(request, deadline=deadline)
    assert caught.value.reason is UnknownReason.TIMEOUT
    assert watch.seconds <= DEADLINE + GRACE


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(dripping(b"", OK), id="from the first byte"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\n", b"X-Pad: " + b"x" * 500), id="inside a header"),
        pytest.param(
            dripping(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n" * 9), id="100s"
        ),
        pytest.param(flooding(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50), id="flood of 100s"),
        pytest.param(silent, id="no answer at all"),
    ],
)
def test_headers_that_do_not_come_are_waited_for_until_the_deadline(net: Net, script: Script) -> None:
    """Headers dripped, withheld or preceded by endless interim answers end in a timeout, on time."""
    assert_on_time(net.connect(net.serve(script).url), net.soon(DEADLINE), stage="waiting for the answer")


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(dripping(LENGTH, b"x" * 500), id="with length"),
        pytest.param(dripping(UNTIL_CLOSE, b"x" * 500), id="until close"),
        pytest.param(dripping(CHUNKED, b"1\r\nx\r\n" * 99), id="chunks"),
        pytest.param(dripping(CHUNKED, b"0" * 500), id="inside a chunk size"),
        pytest.param(dripping(CHUNKED + b"ff\r\n", b"x" * 255), id="inside a chunk"),
        pytest.param(dripping(CHUNKED + b"0\r\n", b"X: y\r\n" * 99), id="inside the trailer"),
        pytest.param(dripping(GZIPPED, gzip.compress(bytes(range(256)) * 9)), id="gzip"),
        pytest.param(
            flooding(GZIPPED.replace(b"9999", b"8000000"), gzip.compress(b"")), id="flood of nothing"
        ),
        pytest.param(dripping(LENGTH, b""), id="nothing more"),
    ],
)
def test_a_body_that_does_not_end_is_read_until_the_deadline(net: Net, script: Script) -> None:
    """A body dripped in any framing ends in a timeout, on time."""

    def held(talk: Conversation) -> None:
        script(talk)
        talk.hold()

    assert_on_time(net.connect(net.serve(held).url), net.soon(DEADLINE), stage="reading the answer")


def test_a_request_that_is_not_taken_is_pushed_until_the_deadline(net: Net) -> None:
    """A large body that the source does not read ends in a timeout, on time."""
    large = Request(method="POST", path="/a", body=b"x" * 32_000_000)
    assert_on_time(
        net.connect(net.serve(deaf).url), net.soon(DEADLINE), request=large, stage="sending the request"
    )


def test_a_request_that_is_not_taken_under_tls_is_pushed_until_the_deadline(
    net: Net, tls: ssl.SSLContext, trusting: HttpOptions
) -> None:
    """The same holds when every part is encrypted and sent on its own."""
    large = Request(method="POST", path="/a", body=b"x" * 8_000_000)
    transport = net.connect(net.serve(deaf, context=tls).url, options=trusting)
    assert_on_time(transport, net.soon(DEADLINE), request=large, stage="sending the request")


def test_a_handshake_that_does_not_come_is_waited_for_until_the_deadline(
    net: Net, trusting: HttpOptions
) -> None:
    """A server that accepts and never speaks TLS ends in a timeout, on time."""
    transport = net.connect(f"https://localhost:{net.serve(deaf).port}", options=trusting)
    assert_on_time(transport, net.soon(DEADLINE), stage="shaking hands")


def test_a_dripped_handshake_is_waited_for_until_the_deadline(net: Net, trusting: HttpOptions) -> None:
    """A server that drips its half of the handshake ends in a timeout, on time."""

    def script(talk: Conversation) -> None:
        talk.drip(b"\x16\x03\x03\x20\x00\x02" + b"\x00" * 99)

    transport = net.connect(f"https://localhost:{net.serve(script).port}", options=trusting)
    assert_on_time(transport, net.soon(DEADLINE), stage="shaking hands")


@pytest.mark.parametrize("head", [b"", LENGTH])
def test_dripping_under_tls_is_over_at_the_deadline(
    net: Net, tls: ssl.SSLContext, trusting: HttpOptions, head: bytes
) -> None:
    """Headers and body that drip as TLS records end in a timeout, on time."""
    script = dripping(head, LENGTH + b"x" * 500)
    assert_on_time(
        net.connect(net.serve(script, context=tls).url, options=trusting), net.soon(DEADLINE), stage="answer"
    )


@pytest.fixture
def blackhole() -> Iterator[int]:
    """A port whose connections are never completed: its backlog is full."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    waiting = [socket.socket() for _ in range(4)]
    for sock in waiting:
        sock.setblocking(False)
        sock.connect_ex(listener.getsockname())
    yield listener.getsockname()[1]
    for sock in (*waiting, listener):
        sock.close()


def test_a_connection_that_is_not_completed_is_waited_for_until_the_deadline(
    net: Net, blackhole: int
) -> None:
    """A host that swallows the first packet ends in a timeout, on time."""
    assert_on_time(net.connect(f"http://127.0.0.1:{blackhole}"), net.soon(DEADLINE), stage="connecting")


def test_several_dead_addresses_share_one_deadline(
    net: Net, blackhole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three addresses that swallow everything take no longer than one."""
    dead = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", blackhole))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [dead] * 3)
    assert_on_time(net.connect("https://source.example"), net.soon(DEADLINE), stage="connecting")


def test_an_address_behind_a_dead_one_still_gets_its_share(
    net: Net, blackhole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first address swallows everything; the second answers, within the same deadline."""
    targets = [("127.0.0.1", blackhole), ("127.0.0.1", net.serve(answering(OK)).port)]
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", target) for target in targets]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with Stopwatch() as watch:
        answer = net.connect("http://localhost").send(ASK, deadline=net.soon(0.4))
    assert answer.status == 200
    assert watch.seconds <= 0.4


def test_a_resolver_that_hangs_is_waited_for_until_the_deadline(
    net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that does not answer ends in a timeout, on time."""
    over = threading.Event()

    def hanging(*_: object, flags: int = 0, **__: object) -> list[object]:
        if not flags:
            over.wait(10)
        raise socket.gaierror(socket.EAI_NONAME, "not a number")

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    try:
        assert_on_time(net.connect("https://source.example"), net.soon(DEADLINE), stage="resolving")
    finally:
        over.set()
        for thread in threading.enumerate():
            if thread.name == "chengxin-resolver":
                thread.join(5)


def test_a_proxy_that_drips_is_over_at_the_deadline(net: Net) -> None:
    """The answer to CONNECT is covered as well."""
    proxy = net.serve(dripping(b"", b"HTTP/1.1 200 Connected\r\nX: " + b"x" * 500))
    transport = net.connect("https://source.example", options=HttpOptions(proxy_url=proxy.url))
    assert_on_time(transport, net.soon(DEADLINE), stage="sending|waiting")


def test_a_deadline_that_is_over_sends_nothing(net: Net) -> None:
    """With no time left the source is not even asked."""
    server = net.serve(answering(OK))
    assert_on_time(net.connect(server.url), net.soon(0), stage="preparing")
    assert server.connections == 0
