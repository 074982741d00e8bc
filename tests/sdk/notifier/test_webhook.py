"""Notices by webhook, to a real server on this machine."""

import json
import socket

import pytest
from werkzeug import Response as Answer

from chengxin.clock import SystemClock
from chengxin.errors import ConfigurationError, NoticeDelayed, NoticeUndeliverable
from chengxin.notifier import (
    EmailAddress,
    WebhookEndpoint,
    WebhookNotifier,
    WebhookSecret,
    verify_webhook,
)
from chengxin.testing.far_side import FarSide, an_answer
from chengxin.testing.notifier_contract import CANARY, KNOWN, NotifierContract, a_notice
from chengxin.transport import Deadline, HttpOptions

SECRETS = (WebhookSecret(key=CANARY.encode() * 3), WebhookSecret.new())
HERE = HttpOptions(secret_paths=True)


class Book:
    """The host's book: one webhook."""

    def __init__(self, url):
        self.endpoint = WebhookEndpoint(url=url, secrets=SECRETS)

    def resolve(self, recipient):
        """Return the merchant's webhook."""
        return self.endpoint if recipient == KNOWN else None


def soon():
    """Return time enough."""
    return Deadline.after(10, SystemClock())


def parts(request):
    """Return the headers and the body of a request as it came over the wire."""
    head, _, body = request.partition(b"\r\n\r\n")
    lines = [line.split(": ", 1) for line in head.decode().split("\r\n")[1:]]
    return dict(lines), body


class _FarEnd:
    def __init__(self):
        self.side = FarSide()

    def received(self):
        return [parts(request)[0]["webhook-id"] for request in self.side.heard]

    def refuse(self, *, for_good):
        self.side.script = self.side.say(an_answer(status="410 Gone" if for_good else "503 Busy"))

    def fall_silent(self):
        self.side.script = self.side.hold

    def drip(self):
        self.side.script = self.side.drip(an_answer())

    def vanish(self):
        self.side.stop()


class TestWebhookNotifier(NotifierContract):
    """The contract; the path holds a secret too, as that of many webhooks does."""

    @pytest.fixture
    def far_end(self):
        """A server."""
        far_end = _FarEnd()
        yield far_end
        far_end.side.stop()

    @pytest.fixture
    def notifier(self, far_end):
        """A notifier that posts to it."""
        book = Book(f"{far_end.side.url}/hooks/{CANARY}?key={CANARY}")
        notifier = WebhookNotifier(book, clock=SystemClock(), options=HERE)
        yield notifier
        notifier.close()

    @pytest.fixture
    def clock(self):
        """The machine's clock."""
        return SystemClock()


@pytest.fixture
def notifier(httpserver):
    """A notifier that posts to a real server."""
    notifier = WebhookNotifier(Book(httpserver.url_for("/hooks")), clock=SystemClock(), options=HERE)
    yield notifier
    notifier.close()


def test_what_is_posted_is_signed_with_every_secret_and_says_all(httpserver, notifier):
    """As Standard Webhooks has it: type, timestamp, data, three headers."""
    httpserver.expect_request("/hooks", method="POST").respond_with_data("")
    notice = a_notice()
    notifier.deliver(notice, deadline=soon())
    httpserver.check()
    (request, _) = httpserver.log[0]
    for secret in SECRETS:
        got = verify_webhook(request.headers, request.get_data(), accepted=[secret], at=SystemClock().now())
        assert got == "ntc_1"
    posted = json.loads(request.get_data())
    assert (posted["type"], posted["timestamp"]) == ("chengxin.measure.imposed", "2026-11-21T04:00:00+00:00")
    assert posted["data"]["title"] == {"zh": notice.title.zh, "en": notice.title.en}
    assert posted["data"]["id"] == notice.notice_id
    assert "recipient" not in posted["data"]
    assert request.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_a_delivery(httpserver, notifier, status):
    """Whatever the body."""
    httpserver.expect_request("/hooks").respond_with_data("", status=status)
    notifier.deliver(a_notice(), deadline=soon())


@pytest.mark.parametrize("status", [301, 302, 307, 308, 410])
def test_what_a_person_has_to_change_is_final(httpserver, notifier, status):
    """A redirect is not followed: what is signed goes nowhere else."""
    elsewhere = httpserver.url_for("/elsewhere")
    httpserver.expect_request("/hooks").respond_with_response(
        Answer(status=status, headers={"Location": elsewhere})
    )
    with pytest.raises(NoticeUndeliverable):
        notifier.deliver(a_notice(), deadline=soon())
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("status", [400, 401, 404, 408, 429, 500, 502, 503, 504])
def test_everything_else_is_tried_again(httpserver, notifier, status):
    """Many a receiver answers 404 while it is deployed."""
    httpserver.expect_request("/hooks").respond_with_data("", status=status, headers={"Retry-After": "120"})
    with pytest.raises(NoticeDelayed, match=str(status)) as caught:
        notifier.deliver(a_notice(), deadline=soon())
    assert caught.value.retry_after_seconds == 120


def test_a_wait_may_be_given_as_a_date(httpserver, notifier):
    """On the receiver's own clock."""
    headers = {"Retry-After": "Sat, 21 Nov 2026 00:02:00 GMT", "Date": "Sat, 21 Nov 2026 00:00:00 GMT"}
    httpserver.expect_request("/hooks").respond_with_response(Answer(status=503, headers=headers))
    with pytest.raises(NoticeDelayed) as caught:
        notifier.deliver(a_notice(), deadline=soon())
    assert caught.value.retry_after_seconds in {120.0, None}


def test_an_answer_without_end_is_no_answer(notifier, httpserver):
    """A receiver that sends megabytes is not read to the end."""
    httpserver.expect_request("/hooks").respond_with_data(b" " * 2_000_000)
    options = HttpOptions(max_body_bytes=1000)
    small = WebhookNotifier(Book(httpserver.url_for("/hooks")), clock=SystemClock(), options=options)
    with pytest.raises(NoticeDelayed, match="schema_drift"):
        small.deliver(a_notice(), deadline=soon())
    small.close()


@pytest.mark.parametrize(
    "target", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "::1", "fd00::1", "::ffff:127.0.0.1"]
)
def test_by_default_only_the_public_network_is_posted_to(monkeypatch, target):
    """Whoever names an address must not reach what only this machine reaches, whatever the name resolves to."""
    side = FarSide()
    port = int(side.url.rpartition(":")[2])
    family = socket.AF_INET6 if ":" in target else socket.AF_INET
    found = (family, socket.SOCK_STREAM, 6, "", (target, port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [found])
    notifier = WebhookNotifier(Book(f"https://shop.example:{port}/"), clock=SystemClock())
    with pytest.raises(NoticeDelayed, match="unreachable"):
        notifier.deliver(a_notice(), deadline=soon())
    assert side.heard == []
    side.stop()


@pytest.mark.parametrize(
    "url",
    [
        f"http://shop.example/{CANARY}",
        f"ftp://shop.example/{CANARY}",
        f"https://{CANARY}:x@shop.example/",
        f"https://shop.example/../{CANARY}",
        f"https://shop.example/#{CANARY}",
        f"https://shop.example/ {CANARY}",
        f"https://shop.example/?{CANARY}",
        f"https://[{CANARY}/",
        f"https://shop.example/{CANARY * 300}",
        "//shop.example/",
        "",
    ],
)
def test_an_address_that_cannot_be_posted_to_is_refused_and_not_repeated(url):
    """It may hold a secret."""
    with pytest.raises(ConfigurationError) as caught:
        WebhookEndpoint(url=url, secrets=SECRETS)
    assert CANARY not in str(caught.value)


def test_an_endpoint_needs_a_secret():
    """Nothing goes out unsigned."""
    with pytest.raises(ConfigurationError, match="secret"):
        WebhookEndpoint(url="https://shop.example/", secrets=())


def test_connections_are_kept_for_the_latest_receivers_alone(monkeypatch):
    """However many merchants there are."""
    sides = [FarSide() for _ in range(3)]
    monkeypatch.setattr("chengxin.transport.posting._MOST_ORIGINS", 2)
    books = [Book(f"{side.url}/") for side in sides]
    notifier = WebhookNotifier(books[0], clock=SystemClock(), options=HERE)
    for book in books:
        notifier._recipients = book
        notifier.deliver(a_notice(), deadline=soon())
    assert len(notifier._poster._transports) == 2
    notifier.close()
    assert len(notifier._poster._transports) == 0
    for side in sides:
        side.stop()


def test_who_has_no_webhook_gets_none():
    """An e-mail address is none."""

    class Mail:
        def resolve(self, recipient):
            return EmailAddress(address="a@b.example")

    with pytest.raises(NoticeUndeliverable, match="no webhook"):
        WebhookNotifier(Mail(), clock=SystemClock()).deliver(a_notice(), deadline=soon())
