"""What every transport must do, as tests to inherit: of ``HttpTransport``, and of a user's own.

::

    from chengxin.testing.transport_contract import TransportContract

    class TestMyTransport(TransportContract):
        @pytest.fixture
        def make_transport(self, clock):
            return lambda base_url: MyTransport(base_url, clock=clock)

The far side is a small server on this machine that does to a client what each test says. What ``make_transport``
returns is closed by the test. This module needs pytest.
"""

# ruff: noqa: S101 -- a contract asserts

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from chengxin.clock import Clock, SystemClock
from chengxin.errors import SourceError, SourceRefused, SourceUnavailable, UnknownReason
from chengxin.testing.far_side import FarSide, Script, an_answer
from chengxin.testing.fork import in_forked_child
from chengxin.transport import Deadline, Request, Response, Transport

ALLOWANCE_SECONDS: Final = 1.0
"""How much later than its deadline a question may end on a busy machine."""
GET: Final = Request(method="GET", path="/contract", query=(("b", "2 1"), ("a", "é")))
POST: Final = Request(
    method="POST", path="/contract", headers={"content-type": "application/json"}, body=b'{"a": 1}'
)

MakeTransport = Callable[[str], Transport]


class TransportContract:
    """What holds of every transport."""

    @pytest.fixture
    def clock(self) -> Clock:
        """Return the clock of the transport and of all deadlines."""
        return SystemClock()

    @pytest.fixture
    def make_transport(self) -> MakeTransport:
        """Return what makes the transports that are tested; every subclass has its own."""
        raise NotImplementedError("Give the class a fixture make_transport.")

    @pytest.fixture
    def far_side(self) -> Iterator[FarSide]:
        """Return the server that is asked."""
        far_side = FarSide()
        yield far_side
        far_side.stop()

    @pytest.fixture
    def transport(self, make_transport: MakeTransport, far_side: FarSide) -> Iterator[Transport]:
        """Return a transport to it."""
        transport = make_transport(far_side.url)
        yield transport
        transport.close()

    @pytest.fixture
    def send(self, transport: Transport, clock: Clock) -> Callable[[Request], Response]:
        """Return what sends a request, with time enough."""
        return lambda request: transport.send(request, deadline=Deadline.after(10, clock))

    def test_a_request_arrives_as_it_was_made(
        self, send: Callable[[Request], Response], far_side: FarSide
    ) -> None:
        """Method, path, query in its canonical spelling, headers and body."""
        send(GET)
        send(POST)
        get, post = far_side.heard
        assert get.split(b"\r\n")[0] == b"GET /contract?a=%C3%A9&b=2%201 HTTP/1.1"
        assert post.split(b"\r\n")[0] == b"POST /contract HTTP/1.1"
        assert b"content-type: application/json" in post.lower()
        assert post.endswith(b'\r\n\r\n{"a": 1}')

    @pytest.mark.parametrize("status", [200, 204, 304, 400, 401, 403, 404, 410, 412, 429, 500, 503])
    def test_every_status_but_a_redirect_is_an_answer(
        self, send: Callable[[Request], Response], far_side: FarSide, status: int
    ) -> None:
        """Judging it is the caller's; names of headers are in lower case."""
        body = b"" if status in {204, 304} else b'{"status": 1}'
        far_side.script = far_side.say(an_answer(body, status=f"{status} X", headers='ETag: "E1"\r\n'))
        response = send(GET)
        assert (response.status, response.body, response.headers["etag"]) == (status, body, '"E1"')

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_refused_and_not_followed(
        self, send: Callable[[Request], Response], far_side: FarSide, status: int
    ) -> None:
        """It may be a login or a captcha; what is signed goes nowhere else."""
        far_side.script = far_side.say(
            an_answer(status=f"{status} X", headers=f"Location: {far_side.url}/x\r\n")
        )
        with pytest.raises(SourceRefused) as caught:
            send(GET)
        assert caught.value.reason is UnknownReason.CHALLENGED
        assert len(far_side.heard) == 1

    @pytest.mark.parametrize(
        "answer",
        [
            an_answer(b'{"status": 1}')[:-3],
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
            b"",
        ],
        ids=["length", "chunks", "nothing"],
    )
    def test_i2_an_answer_cut_short_is_no_answer(
        self, send: Callable[[Request], Response], far_side: FarSide, answer: bytes
    ) -> None:
        """Though what came of it may be valid JSON."""
        far_side.script = far_side.say(answer, goes_on=False)
        with pytest.raises(SourceError):
            send(POST)

    @pytest.mark.parametrize(
        "answer",
        [
            an_answer()[:30],
            b"220 mail.example.com ESMTP\r\n",
            b"\x00" * 100,
            b"HTTP/1.1 OK 200\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            an_answer(b"no gzip", headers="Content-Encoding: gzip\r\n"),
            an_answer(b"{}", headers="Content-Encoding: rot13\r\n"),
        ],
    )
    def test_whatever_comes_is_an_answer_or_an_error_of_a_source(
        self, send: Callable[[Request], Response], far_side: FarSide, answer: bytes
    ) -> None:
        """What is not HTTP, or not decodable, and never an exception of a library."""
        far_side.script = far_side.say(answer, goes_on=False)
        with contextlib.suppress(SourceError):
            assert isinstance(send(GET), Response)

    def test_nobody_there_is_unreachable(self, make_transport: MakeTransport, clock: Clock) -> None:
        """A port that nobody listens at."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        transport = make_transport(f"http://127.0.0.1:{port}")
        with pytest.raises(SourceUnavailable) as caught:
            transport.send(GET, deadline=Deadline.after(10, clock))
        assert caught.value.reason is UnknownReason.UNREACHABLE
        transport.close()

    @pytest.mark.parametrize("how", ["hold", "head", "body"])
    def test_deadlines_are_kept(
        self, transport: Transport, far_side: FarSide, clock: Clock, how: str
    ) -> None:
        """Over the whole answer: a far side that drips never exceeds a time-out of each read."""
        whole = an_answer(b" " * 1000)
        far_side.script = far_side.hold if how == "hold" else far_side.drip(whole)
        if how == "body":
            far_side.script = self._head_then_drip(far_side, whole)
        watch = SystemClock()
        start = watch.monotonic()
        with pytest.raises(SourceUnavailable) as caught:
            transport.send(GET, deadline=Deadline.after(0.3, clock))
        assert caught.value.reason is UnknownReason.TIMEOUT
        assert watch.monotonic() - start < 0.3 + ALLOWANCE_SECONDS

    def test_nothing_is_sent_for_whom_nobody_waits(
        self, transport: Transport, far_side: FarSide, clock: Clock
    ) -> None:
        """A deadline that is over is a time-out at once."""
        with pytest.raises(SourceUnavailable) as caught:
            transport.send(GET, deadline=Deadline.after(0, clock))
        assert caught.value.reason is UnknownReason.TIMEOUT
        assert far_side.heard == []

    def test_what_was_late_is_never_the_answer_to_the_next_question(
        self, transport: Transport, far_side: FarSide, clock: Clock, send: Callable[[Request], Response]
    ) -> None:
        """A connection on which a question timed out is not used again."""
        far_side.script = self._head_then_drip(far_side, an_answer(b'"late"'))
        with pytest.raises(SourceUnavailable):
            transport.send(GET, deadline=Deadline.after(0.12, clock))
        far_side.script = far_side.say(an_answer(b'"right"'))
        assert send(GET).body == b'"right"'

    def test_a_kept_connection_that_was_closed_is_replaced(
        self, send: Callable[[Request], Response], far_side: FarSide
    ) -> None:
        """Without a word to the caller."""
        far_side.script = far_side.say(an_answer(b"1"), goes_on=False)
        assert [send(GET).body for _ in range(3)] == [b"1"] * 3

    def test_no_cookie_is_kept(self, send: Callable[[Request], Response], far_side: FarSide) -> None:
        """Nobody is followed from one question to the next."""
        far_side.script = far_side.say(an_answer(headers="Set-Cookie: id=7; Path=/\r\n"))
        send(GET)
        send(GET)
        assert b"cookie" not in far_side.heard[1].lower()

    def test_it_is_closed_as_often_as_one_likes_and_used_again(
        self, transport: Transport, send: Callable[[Request], Response]
    ) -> None:
        """Closing gives back connections; the next question opens one."""
        transport.close()
        assert send(GET).status == 200
        transport.close()
        transport.close()
        assert send(GET).status == 200

    def test_threads_get_their_own_answers(
        self, send: Callable[[Request], Response], far_side: FarSide
    ) -> None:
        """Many at once, each by the path that it asked for."""

        def echo(connection: socket.socket, request: bytes) -> bool:
            connection.sendall(an_answer(request.split(b" ")[1]))
            return True

        far_side.script = echo
        paths = [f"/contract/{number}" for number in range(40)]
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda path: send(Request(method="GET", path=path)).body, paths))
        assert answers == [path.encode() for path in paths]

    @pytest.mark.parametrize("used", [True, False], ids=["used", "unused"])
    def test_it_works_after_a_fork(self, send: Callable[[Request], Response], used: bool) -> None:
        """Parent and child share no connection, so neither reads the other's answer."""
        if used:
            send(GET)
        assert in_forked_child(lambda: send(GET).body) == b"{}"
        assert send(GET).body == b"{}"

    def _head_then_drip(self, far_side: FarSide, answer: bytes) -> Script:
        head, _, body = answer.partition(b"\r\n\r\n")
        drip = far_side.drip(body)

        def script(connection: socket.socket, request: bytes) -> bool:
            connection.sendall(head + b"\r\n\r\n")
            return drip(connection, request)

        return script
