"""Faults of the wire, and the server itself, seen through a bare socket."""

import contextlib
import socket
from collections.abc import Iterator

import pytest

from mock_credit_china import MockServer, Settings
from tests.mock.client import START, Client

REQUEST = b"GET /open-api/v1/health HTTP/1.1\r\nHost: mock\r\n\r\n"


@pytest.fixture
def line(client: Client) -> Iterator[socket.socket]:
    """A connection to the mock."""
    host, port = client.server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        yield line


def read_answer(line: socket.socket) -> tuple[bytes, bytes]:
    """Read one whole answer: its head, and as much body as it declares."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += line.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(row[16:]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length: "))
    while len(body) < length:
        body += line.recv(65536)
    return head, body


def read_to_end(line: socket.socket) -> list[bytes]:
    """Read until the connection ends; return the pieces."""
    pieces = []
    while piece := line.recv(65536):
        pieces.append(piece)
    return pieces


def test_connection_is_kept_alive(line: socket.socket) -> None:
    """Requests follow each other on one connection, HTTP/1.1."""
    for _ in range(3):
        line.sendall(REQUEST)
        head, body = read_answer(line)
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"Connection: keep-alive" in head
        assert body.endswith(b"}")


def test_pipelined_requests_are_answered_in_turn(line: socket.socket) -> None:
    """Two requests sent at once have two answers."""
    line.sendall(REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: keep-alive\r\n\r\n"))
    line.sendall(REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert b"".join(read_to_end(line)).count(b"HTTP/1.1 200 OK") == 2


def test_client_may_close(line: socket.socket) -> None:
    """`Connection: close` is obeyed."""
    line.sendall(REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert b"Connection: close" in b"".join(read_to_end(line))


@pytest.mark.parametrize(
    "header", [b"Content-Length: 9999999", b"Content-Length: x", b"Transfer-Encoding: chunked"]
)
def test_body_must_be_small_and_declared(line: socket.socket, header: bytes) -> None:
    """A body over a mebibyte, or of unknown length, is not read."""
    line.sendall(b"POST /open-api/v1/subjects/credit:batch HTTP/1.1\r\nHost: mock\r\n" + header + b"\r\n\r\n")
    assert b"".join(read_to_end(line)).startswith(b"HTTP/1.1 413 ")


def test_continue_is_said(line: socket.socket) -> None:
    """A client that asks first is told to go on."""
    line.sendall(
        b"POST /mock/reset HTTP/1.1\r\nHost: mock\r\nContent-Length: 2\r\n"
        b"Expect: 100-continue\r\nConnection: close\r\n\r\n{}"
    )
    answer = b"".join(read_to_end(line))
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert b"200 OK" in answer


def test_reset_before_the_answer(client: Client, line: socket.socket) -> None:
    """The connection breaks off and nothing has come."""
    client.script({"kind": "reset"}, match={"route": "health"}, count=1)
    line.sendall(REQUEST)
    with pytest.raises(ConnectionResetError):
        read_to_end(line)


def test_reset_in_the_middle(client: Client, line: socket.socket) -> None:
    """Head and half the body come, then the connection breaks off."""
    client.script({"kind": "reset", "when": "during"}, match={"route": "health"}, count=1)
    line.sendall(REQUEST)
    assert line.recv(65536).startswith(b"HTTP/1.1 200 OK")
    with pytest.raises(ConnectionResetError):
        read_to_end(line)


def test_body_is_cut_short(client: Client, line: socket.socket) -> None:
    """Fewer bytes come than were declared, and the connection ends in good order."""
    client.script({"kind": "cut_short", "fraction": 0.25}, match={"route": "health"}, count=1)
    line.sendall(REQUEST)
    head, _, body = b"".join(read_to_end(line)).partition(b"\r\n\r\n")
    declared = next(int(row[16:]) for row in head.split(b"\r\n") if row.startswith(b"Content-Length: "))
    assert len(body) == declared // 4


def test_body_is_cut_short_without_a_length(client: Client, line: socket.socket) -> None:
    """Nothing but the end of the connection tells where the body ends."""
    client.script({"kind": "cut_short", "declare_length": False}, match={"route": "health"}, count=1)
    line.sendall(REQUEST)
    head, _, body = b"".join(read_to_end(line)).partition(b"\r\n\r\n")
    assert b"content-length" not in head.lower()
    assert b"Connection: close" in head
    assert body.startswith(b'{"status":1')
    assert not body.endswith(b"}")


def test_body_drips(client: Client, line: socket.socket) -> None:
    """The head comes at once, the body byte by byte, whole in the end."""
    client.script({"kind": "drip", "interval": 0.002}, match={"route": "health"}, count=1)
    line.sendall(REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    pieces = read_to_end(line)
    _, _, body = b"".join(pieces).partition(b"\r\n\r\n")
    assert b"\r\n\r\n" in pieces[0]
    assert len(pieces) > len(body) // 4
    assert body.endswith(b"}")


def test_headers_drip(client: Client, line: socket.socket) -> None:
    """The head itself comes in small pieces."""
    client.script(
        {"kind": "drip", "part": "headers", "size": 4, "interval": 0.002}, match={"route": "health"}, count=1
    )
    line.sendall(REQUEST)
    assert len(line.recv(65536)) < 60
    head, body = read_answer(line)
    assert head
    assert body.endswith(b"}")


def test_client_that_goes_away_does_no_harm(client: Client, line: socket.socket) -> None:
    """A client that hangs up while an answer drips leaves a server that serves."""
    client.script({"kind": "drip", "interval": 0.005}, match={"route": "health"}, count=1)
    line.sendall(REQUEST)
    line.recv(10)
    line.close()
    assert client.credit().status_code == 200


def test_stopping_ends_what_goes_on() -> None:
    """A server stops at once though a request waits in it and an idle connection is open."""
    with MockServer(Settings(subjects=0, start_at=START)) as server:
        client = Client(server)
        host, port = server.url.removeprefix("http://").split(":")
        with client.session, contextlib.ExitStack() as stack:
            client.script({"kind": "latency", "seconds": 300})
            waiting, _idle = (
                stack.enter_context(socket.create_connection((host, int(port)), timeout=20)) for _ in range(2)
            )
            waiting.sendall(REQUEST)
            while not server.source.journal.rows():
                pass
            server.source.close()
            head, _ = read_answer(waiting)
    assert head.startswith(b"HTTP/1.1 200")


def test_server_that_is_not_running_says_so() -> None:
    """A URL is there only once the server is."""
    with pytest.raises(RuntimeError, match="not running"):
        _ = MockServer().url
