"""https: verified always, cut off never unnoticed, through a proxy where one is set."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest

from chengxin.errors import ConfigurationError, SourceUnavailable, UnknownReason, UnusableAnswer
from chengxin.transport import HttpOptions, Request
from tests.sdk.transport.scripted import OK, Conversation, Net, answering

ASK = Request(method="GET", path="/open-api/v1/health")


def test_a_trusted_source_is_asked_over_one_kept_connection(
    net: Net, tls: ssl.SSLContext, trusting: HttpOptions
) -> None:
    """Two requests need one handshake."""
    server = net.serve(answering(OK), context=tls)
    transport = net.connect(server.url, options=trusting)
    for _ in range(2):
        assert transport.send(ASK, deadline=net.soon(5)).body == b"{}"
    assert server.connections == 1


def test_a_certificate_of_an_unknown_authority_is_not_accepted(net: Net, tls: ssl.SSLContext) -> None:
    """Nothing is sent to a server that cannot prove who it is, and the message says what to check."""
    server = net.serve(answering(OK), context=tls)
    with pytest.raises(
        SourceUnavailable, match=r"certificate was not accepted: self.signed.*Check"
    ) as caught:
        net.connect(server.url).send(ASK, deadline=net.soon(5))
    assert caught.value.reason is UnknownReason.UNREACHABLE
    assert server.heard == []


def test_a_certificate_for_another_name_is_not_accepted(
    net: Net, tls: ssl.SSLContext, trusting: HttpOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trusted certificate proves its own names only."""
    server = net.serve(answering(OK), context=tls)
    here = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [here])
    with pytest.raises(SourceUnavailable, match="certificate was not accepted"):
        net.connect(f"https://other.example:{server.port}", options=trusting).send(ASK, deadline=net.soon(5))
    assert server.heard == []


def test_a_server_that_speaks_no_tls_is_unreachable(net: Net, trusting: HttpOptions) -> None:
    """A plain answer to a handshake is a failed connection."""

    def script(talk: Conversation) -> None:
        talk.say(OK)

    with pytest.raises(SourceUnavailable) as caught:
        net.connect(f"https://localhost:{net.serve(script).port}", options=trusting).send(
            ASK, deadline=net.soon(5)
        )
    assert caught.value.reason is UnknownReason.UNREACHABLE


def test_an_answer_cut_off_under_tls_is_incomplete(
    net: Net, tls: ssl.SSLContext, trusting: HttpOptions
) -> None:
    """A body that ends with the connection needs TLS's own farewell, else anyone could have cut it."""

    def script(talk: Conversation) -> None:
        talk.hear()
        talk.say(b"HTTP/1.1 200 OK\r\n\r\n{}")

    with pytest.raises(UnusableAnswer) as caught:
        net.connect(net.serve(script, context=tls).url, options=trusting).send(ASK, deadline=net.soon(5))
    assert caught.value.reason is UnknownReason.INCOMPLETE


def test_an_answer_that_ends_with_a_farewell_is_whole(
    net: Net, tls: ssl.SSLContext, trusting: HttpOptions
) -> None:
    """With the farewell the same body is taken."""

    def script(talk: Conversation) -> None:
        talk.hear()
        talk.say(b"HTTP/1.1 200 OK\r\n\r\n{}")
        assert isinstance(talk.sock, ssl.SSLSocket)
        talk.sock.unwrap()

    answer = net.connect(net.serve(script, context=tls).url, options=trusting).send(ASK, deadline=net.soon(5))
    assert answer.body == b"{}"


def test_a_kept_connection_cut_off_under_tls_is_replaced(
    net: Net, tls: ssl.SSLContext, trusting: HttpOptions
) -> None:
    """A GET lost on it is sent once more."""

    def script(talk: Conversation) -> None:
        talk.hear()
        talk.say(OK)
        talk.hear()

    server = net.serve(script, context=tls)
    transport = net.connect(server.url, options=trusting)
    for _ in range(2):
        assert transport.send(ASK, deadline=net.soon(5)).status == 200
    assert (server.connections, len(server.heard)) == (2, 3)


@pytest.mark.parametrize("content", [None, "", "not a certificate"])
def test_a_ca_file_that_cannot_be_used_is_told_at_start(
    net: Net, tmp_path: Path, content: str | None
) -> None:
    """Missing, empty or no PEM: the transport is not made."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigurationError, match="CA file"):
        net.connect("https://source.example", options=HttpOptions(ca_path=str(path)))


def test_a_proxy_that_is_set_carries_the_request(net: Net, tls: ssl.SSLContext, certificate: Path) -> None:
    """The proxy sees the host's name alone; the certificate is the source's."""

    def script(talk: Conversation) -> None:
        talk.hear()
        talk.say(b"HTTP/1.1 200 Connection established\r\n\r\n")
        talk.wrap(tls)
        while talk.hear():
            talk.say(OK)

    proxy = net.serve(script)
    options = HttpOptions(ca_path=str(certificate), proxy_url=proxy.url)
    transport = net.connect("https://source.example", options=options)
    for _ in range(2):
        assert transport.send(ASK, deadline=net.soon(5)).body == b"{}"
    assert proxy.heard[0].startswith(b"CONNECT source.example:443 ")
    assert b"X-Signature" not in proxy.heard[0]
    assert (proxy.connections, len(proxy.heard)) == (1, 3)


def test_a_proxy_that_refuses_is_unreachable(net: Net) -> None:
    """The source was not reached, and nothing was sent to anyone."""
    proxy = net.serve(answering(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"))
    transport = net.connect("https://source.example", options=HttpOptions(proxy_url=proxy.url))
    with pytest.raises(SourceUnavailable) as caught:
        transport.send(ASK, deadline=net.soon(5))
    assert caught.value.reason is UnknownReason.UNREACHABLE
