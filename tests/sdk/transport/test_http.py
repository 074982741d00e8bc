"""What goes over the wire and what comes back when the source behaves."""

from __future__ import annotations

import gzip
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from chengxin.errors import ConfigurationError
from chengxin.transport import (
    Credentials,
    HttpOptions,
    Request,
    Response,
    Transport,
    sign,
)
from tests.sdk.transport.scripted import OK, Conversation, HandClock, Net, answering

ASK = Request(method="GET", path="/open-api/v1/health")
NASTY = (("名", "值"), ("b", "a b+c&d=e/f?g#h%41~"), ("b", ""), ("a", "'\"<>[]{}|\\^`"), ("c", "%7E/../."))


def headers_of(heard: bytes) -> dict[str, str]:
    """Return the headers of a request as the server heard them."""
    lines = heard.partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")[1:]
    return dict(line.split(": ", 1) for line in lines)


def test_the_request_line_is_the_one_that_was_signed(net: Net) -> None:
    """Path and query arrive byte for byte as the signature has them, however odd the values."""
    server = net.serve(answering(OK))
    key = Credentials(app_key="platform-1", secret=SecretStr("s"))
    request = Request(method="GET", path="/a/%E5%85%AC%2F~!$&'()*+,;=:@/", query=NASTY)
    clock = HandClock()
    net.connect(server.url, credentials=key, clock=clock, nonce=lambda: "n" * 16).send(
        request, deadline=net.soon(5)
    )
    target = server.heard[0].split(b" ")[1].decode("ascii")
    path, _, query = target.partition("?")
    assert path == request.path
    timestamp_ms = int(datetime(2026, 11, 20, 8, tzinfo=UTC).timestamp() * 1000)
    expected = sign(request, credentials=key, timestamp_ms=timestamp_ms, nonce="n" * 16)
    assert expected.items() <= headers_of(server.heard[0]).items()
    assert query == "&".join(sorted(query.split("&")))
    assert "%E5%90%8D=%E5%80%BC" in query


def test_a_post_arrives_with_its_body_and_headers(net: Net) -> None:
    """Body, length and the caller's headers are sent as given."""
    server = net.serve(answering(OK))
    request = Request(
        method="POST", path="/a", headers={"Content-Type": "application/json"}, body=b'{"codes":[]}'
    )
    net.connect(server.url).send(request, deadline=net.soon(5))
    assert server.heard[0].endswith(b'\r\n\r\n{"codes":[]}')
    assert headers_of(server.heard[0])["Content-Type"] == "application/json"


@pytest.mark.parametrize("signed", [True, False])
def test_only_signed_requests_carry_the_key(net: Net, signed: bool) -> None:
    """An unsigned request does not tell who asks."""
    server = net.serve(answering(OK))
    net.connect(server.url).send(Request(method="GET", path="/a", signed=signed), deadline=net.soon(5))
    assert ("X-Signature" in headers_of(server.heard[0])) is signed


def test_without_credentials_nothing_is_signed(net: Net) -> None:
    """A gateway that asks for no signature gets none."""
    server = net.serve(answering(OK))
    net.connect(server.url, credentials=None).send(ASK, deadline=net.soon(5))
    assert "X-App-Key" not in headers_of(server.heard[0])


def test_each_request_has_its_own_nonce(net: Net) -> None:
    """The default nonces have the agreed form and do not repeat."""
    server = net.serve(answering(OK))
    transport = net.connect(server.url)
    for _ in range(3):
        transport.send(ASK, deadline=net.soon(5))
    assert len({headers_of(heard)["X-Nonce"] for heard in server.heard}) == 3


@pytest.mark.parametrize("status", [200, 204, 304, 400, 401, 404, 412, 429, 500, 503])
def test_every_status_but_a_redirect_comes_back_as_an_answer(net: Net, status: int) -> None:
    """Judging a status is left to the room that reads the body."""
    server = net.serve(answering(b'HTTP/1.1 %d X\r\nContent-Length: 0\r\nETag: "a"\r\n\r\n' % status))
    answer = net.connect(server.url).send(ASK, deadline=net.soon(5))
    assert (answer.status, answer.body, answer.headers["etag"]) == (status, b"", '"a"')


def test_a_304_without_any_body_framing_keeps_the_connection(net: Net) -> None:
    """A renewal says a length and a coding of the body that it leaves out, and nothing is waited for."""
    head = b'HTTP/1.1 304 Not Modified\r\nContent-Length: 999\r\nContent-Encoding: gzip\r\nETag: "a"\r\n\r\n'
    server = net.serve(answering(head))
    transport = net.connect(server.url)
    for _ in range(2):
        assert transport.send(ASK, deadline=net.soon(5)).headers["etag"] == '"a"'
    assert server.connections == 1


BODY = b'{"status": 1}' * 1000


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY), id="length"),
        pytest.param(
            b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(b"1\r\n%c\r\n" % b for b in BODY) + b"0\r\n\r\n",
            id="chunks of one",
        ),
        pytest.param(
            b"Transfer-Encoding: chunked\r\n\r\n%x;ext=1\r\n%b\r\n0\r\nX: y\r\n\r\n" % (len(BODY), BODY),
            id="one chunk",
        ),
        pytest.param(b"Connection: close\r\n\r\n" + BODY, id="until close"),
        pytest.param(b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(BODY), id="gzip"),
        pytest.param(
            b"Content-Encoding: x-gzip\r\nConnection: close\r\n\r\n"
            + gzip.compress(BODY[:99])
            + gzip.compress(BODY[99:]),
            id="gzip in two members",
        ),
        pytest.param(
            b"Content-Encoding: Identity\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY), id="identity"
        ),
    ],
)
def test_a_body_comes_back_whole_in_every_framing(net: Net, answer: bytes) -> None:
    """Length, chunks, end of connection and gzip all give the same bytes."""

    def script(talk: Conversation) -> None:
        talk.hear()
        talk.say(b"HTTP/1.1 200 OK\r\n" + answer)

    assert net.connect(net.serve(script).url).send(ASK, deadline=net.soon(5)).body == BODY


def test_repeated_headers_are_joined(net: Net) -> None:
    """Two headers of one name come back as one value."""
    server = net.serve(answering(b"HTTP/1.1 200 OK\r\nVary: a\r\nVARY: b\r\nContent-Length: 0\r\n\r\n"))
    assert net.connect(server.url).send(ASK, deadline=net.soon(5)).headers["vary"] == "a, b"


def test_a_connection_is_kept_for_the_next_request(net: Net) -> None:
    """Five requests of one thread need one connection."""
    server = net.serve(answering(OK))
    transport = net.connect(server.url)
    for _ in range(5):
        transport.send(ASK, deadline=net.soon(5))
    assert (server.connections, len(server.heard)) == (1, 5)


def test_closing_drops_the_connections_and_a_later_send_opens_new_ones(net: Net) -> None:
    """After ``close`` the transport can still be used."""
    server = net.serve(answering(OK))
    transport = net.connect(server.url)
    transport.send(ASK, deadline=net.soon(5))
    transport.close()
    transport.send(ASK, deadline=net.soon(5))
    assert server.connections == 2


def test_twenty_threads_at_once_do_not_mix_their_answers(net: Net) -> None:
    """Each thread has its own connection and gets the answer to its own question."""

    def script(talk: Conversation) -> None:
        while heard := talk.hear():
            target = heard.split(b" ")[1]
            talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(target), target))

    server = net.serve(script)
    transport = net.connect(server.url)
    together = threading.Barrier(20)

    def ask(number: int) -> list[Response]:
        together.wait(10)
        path = f"/subjects/{number}"
        return [transport.send(Request(method="GET", path=path), deadline=net.soon(10)) for _ in range(5)]

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(ask, range(20)))
    for number, mine in enumerate(answers):
        assert [answer.body for answer in mine] == [b"/subjects/%d" % number] * 5
    assert server.connections == 20


def test_the_environment_has_no_say(net: Net, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither a proxy nor a .netrc of the environment applies without being asked for."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    netrc.chmod(0o600)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("NETRC", str(netrc))
    server = net.serve(answering(OK))
    net.connect(server.url).send(ASK, deadline=net.soon(5))
    assert "Authorization" not in headers_of(server.heard[0])


def test_no_cookie_is_ever_sent_back(net: Net) -> None:
    """What a challenge page sets is not carried into the next request."""
    server = net.serve(answering(OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: passed=1; Path=/\r\n\r\n")))
    transport = net.connect(server.url)
    for _ in range(2):
        transport.send(ASK, deadline=net.soon(5))
    assert "Cookie" not in headers_of(server.heard[1])


def test_the_client_names_itself_and_offers_what_it_can_decode(net: Net) -> None:
    """User agent and codings are ours, not those of a library."""
    server = net.serve(answering(OK))
    net.connect(server.url, options=HttpOptions(user_agent="chengxin/1 (shop)")).send(
        ASK, deadline=net.soon(5)
    )
    headers = headers_of(server.heard[0])
    assert (headers["User-Agent"], headers["Accept-Encoding"]) == ("chengxin/1 (shop)", "gzip")


def test_construction_opens_nothing_and_the_repr_says_whom_it_asks(net: Net) -> None:
    """A transport to a dead address can be made; it shows its origin and no key."""
    before = threading.active_count()
    transport: Transport = net.connect("https://source.example/")
    assert repr(transport) == "HttpTransport('https://source.example')"
    assert threading.active_count() == before


def test_credentials_do_not_go_over_plain_http(net: Net) -> None:
    """A key for a host elsewhere needs https; on this machine, or without a key, http will do."""
    with pytest.raises(ConfigurationError, match="unencrypted"):
        net.connect("http://source.example")
    for lawful in ("http://localhost:1", "http://127.9.9.9:1", "http://[::1]:1"):
        net.connect(lawful)
    net.connect("http://source.example", credentials=None)


@pytest.mark.parametrize(
    "options",
    [
        {"max_body_bytes": 0},
        {"user_agent": " "},
        {"user_agent": "诚信"},
        {"user_agent": "a\r\nb"},
        {"proxy_url": "proxy.example:3128"},
        {"proxy_url": "https://proxy.example:3128"},
    ],
)
def test_options_that_could_not_work_are_refused(options: dict[str, object]) -> None:
    """A mistake in the settings is told at start."""
    with pytest.raises(ConfigurationError):
        HttpOptions(**options)  # type: ignore[arg-type]


def test_a_proxy_with_a_password_does_not_show_in_the_repr() -> None:
    """The proxy's URL may hold a password."""
    assert "canary" not in repr(HttpOptions(proxy_url="http://u:canary@proxy.example:3128"))


def test_a_fork_by_pid_gets_sessions_of_its_own(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the process id has changed, the connection of before is left alone."""
    server = net.serve(answering(OK))
    transport = net.connect(server.url)
    transport.send(ASK, deadline=net.soon(5))
    parents = transport._sessions
    with monkeypatch.context() as patch:
        patch.setattr("chengxin.transport.http.os.getpid", lambda: -1)
        transport.send(ASK, deadline=net.soon(5))
        transport.close()
    parents.close()
    assert server.connections == 2
