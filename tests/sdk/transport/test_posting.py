"""Posting to addresses that others gave: one spelling on the wire, and nowhere but where it may go."""

import pytest

from chengxin.clock import SystemClock
from chengxin.errors import ConfigurationError, SourceRefused
from chengxin.testing.far_side import FarSide, an_answer
from chengxin.transport import Deadline, HttpOptions, Poster
from chengxin.transport.posting import split_url
from chengxin.transport.resolver import Address


@pytest.fixture
def side():
    """A server."""
    side = FarSide()
    yield side
    side.stop()


def post(url, *, options=None):
    """Post to an address."""
    poster = Poster(SystemClock(), options=options or HttpOptions())
    try:
        return poster.post(url, headers={"x-a": "1"}, body=b"{}", deadline=Deadline.after(10, SystemClock()))
    finally:
        poster.close()


def test_what_is_posted_arrives_as_it_is(side):
    """Path, query, header and body; nothing of the source's signature."""
    assert post(f"{side.url}/hooks/a%7Eb%20c?k=1&k=%E5%95%86").status == 200
    (heard,) = side.heard
    assert heard.startswith(b"POST /hooks/a~b%20c?k=%E5%95%86&k=1 HTTP/1.1\r\n")
    assert heard.endswith(b"\r\n\r\n{}")
    assert b"x-a: 1" in heard
    assert b"x-signature" not in heard.lower()


def test_a_redirect_is_refused(side):
    """What is signed for one address goes to no other."""
    side.script = side.say(an_answer(status="307 X", headers=f"Location: {side.url}/x\r\n"))
    with pytest.raises(SourceRefused):
        post(f"{side.url}/")
    assert len(side.heard) == 1


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://a.example", "/"),
        ("https://a.example/", "/"),
        ("https://a.example?k=1", "/"),
        ("https://a.example/%e5%95%86", "/%E5%95%86"),
        ("https://a.example/x/", "/x/"),
        ("https://a.example/a:b@c", "/a:b@c"),
        ("https://s/x", "/x"),
        ("https://https/https", "/https"),
    ],
)
def test_a_path_has_one_spelling(url, path):
    """The canonical one, whichever was given."""
    assert split_url(url)[1] == path


def test_a_proxy_and_the_public_network_alone_do_not_go_together():
    """The proxy connects in our place."""
    with pytest.raises(ConfigurationError, match="proxy"):
        HttpOptions(proxy_url="http://127.0.0.1:3128", public_only=True)


@pytest.mark.parametrize(
    ("host", "is_public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("10.1.2.3", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),  # noqa: S104
        ("224.0.0.1", False),
        ("fe80::1%eth0", False),
        ("::ffff:10.0.0.1", False),
        ("2002:0a00:0001::", False),
    ],
)
def test_an_address_is_public_or_it_is_not(host, is_public):
    """IPv4 addresses in IPv6 clothes included."""
    assert Address(2, (host, 80)).is_public is is_public
