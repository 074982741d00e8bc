"""Notices by e-mail, to a real mail server on this machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from chengxin.clock import SystemClock
from chengxin.errors import (
    ConfigurationError,
    InvalidMeasure,
    InvalidNotice,
    NoticeDelayed,
    NoticeUndeliverable,
)
from chengxin.notifier import (
    EmailAddress,
    MailSecurity,
    MailServer,
    SmtpNotifier,
)
from chengxin.notifier.mail import compose
from chengxin.policy import Text
from chengxin.testing.notifier_contract import CANARY, KNOWN, NotifierContract, a_notice
from chengxin.transport import Deadline
from tests.mail_server import MailServer as RealServer

SENDER = EmailAddress(address="notices@platform.example")
MERCHANT = EmailAddress(address=f"{CANARY}@shop.example")
LOGIN = ("platform", CANARY)


class Book:
    """The host's book: one merchant."""

    def resolve(self, recipient):
        """Return the merchant's address."""
        return MERCHANT if recipient == KNOWN else None


def described(server, certificate=None, *, security=MailSecurity.NONE, login=False, **given):
    """Return the description of a server."""
    return MailServer(
        host="localhost",
        sender=SENDER,
        port=server.port,
        security=security,
        user=LOGIN[0] if login else None,
        password=SecretStr(LOGIN[1]) if login else None,
        ca_path=None if certificate is None else str(certificate),
        **given,
    )


def soon():
    """Return time enough."""
    return Deadline.after(10, SystemClock())


@pytest.fixture
def serve():
    """Start mail servers that are stopped afterwards."""
    servers = []

    def serve(**options):
        servers.append(RealServer(**options))
        return servers[-1]

    yield serve
    for server in servers:
        server.stop()


class _FarEnd:
    def __init__(self, server):
        self.server = server

    def received(self):
        return self.server.ids()

    def refuse(self, *, for_good):
        self.server.answers["RCPT"] = "550 no such user" if for_good else "451 later"

    def fall_silent(self):
        self.server.pace = 30

    def drip(self):
        self.server.pace = 0.05

    def vanish(self):
        self.server.stop()


class TestSmtpNotifier(NotifierContract):
    """The contract, over STARTTLS with a login."""

    @pytest.fixture
    def far_end(self, serve, tls):
        """A mail server."""
        return _FarEnd(serve(tls=tls, login=LOGIN))

    @pytest.fixture
    def notifier(self, far_end, certificate):
        """A notifier that sends to it."""
        server = described(far_end.server, certificate, security=MailSecurity.STARTTLS, login=True)
        return SmtpNotifier(Book(), server=server)

    @pytest.fixture
    def clock(self):
        """The machine's clock."""
        return SystemClock()


def test_a_message_says_all_in_both_languages(serve):
    """As plain text; it comes from the platform, goes to the recipient, and says that a machine wrote it."""
    server = serve()
    notice = a_notice(title=Text(zh="措施通知", en="Notice"))
    SmtpNotifier(Book(), server=described(server)).deliver(notice, deadline=soon())
    (message,) = server.messages
    assert message["Subject"] == "措施通知 / Notice"
    assert (message["From"], message["To"]) == (SENDER.address, MERCHANT.address)
    assert (message["Auto-Submitted"], message.get_content_type()) == ("auto-generated", "text/plain")
    assert server.recipients == [MERCHANT.address]
    body = message.get_content().replace("\r\n", "\n")
    for part in (notice.text.zh, notice.text.en, notice.link):
        assert part in body


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
def test_nothing_is_said_before_the_certificate_is_verified(serve, tls, security):
    """A server that cannot prove its name gets neither password nor notice."""
    server = serve(tls=tls, implicit=security is MailSecurity.TLS, login=LOGIN)
    notifier = SmtpNotifier(Book(), server=described(server, security=security, login=True))
    with pytest.raises(NoticeDelayed, match="certificate was not accepted"):
        notifier.deliver(a_notice(), deadline=soon())
    assert {line.split(" ")[0] for line in server.heard} <= {"ehlo", "STARTTLS"}


def test_tls_from_the_first_byte_on(serve, tls, certificate):
    """RFC 8314."""
    server = serve(tls=tls, implicit=True, login=LOGIN)
    described_server = described(server, certificate, security=MailSecurity.TLS, login=True)
    SmtpNotifier(Book(), server=described_server).deliver(a_notice(), deadline=soon())
    assert server.ids() == ["ntc_1"]


def test_a_server_without_tls_gets_nothing(serve, certificate):
    """The offer may have been cut out on the way."""
    server = serve(login=LOGIN)
    notifier = SmtpNotifier(
        Book(), server=described(server, certificate, security=MailSecurity.STARTTLS, login=True)
    )
    with pytest.raises(NoticeDelayed, match="does not offer the TLS"):
        notifier.deliver(a_notice(), deadline=soon())
    assert [line.split(" ")[0] for line in server.heard if line != "quit"] == ["ehlo"]


@pytest.mark.parametrize(
    ("verb", "answer", "error"),
    [
        ("greeting", "554 no", NoticeDelayed),
        ("greeting", None, NoticeDelayed),
        ("AUTH", "535 no", NoticeDelayed),
        ("MAIL", "550 no", NoticeDelayed),
        ("RCPT", "550 nobody", NoticeUndeliverable),
        ("RCPT", "450 busy", NoticeDelayed),
        ("RCPT", None, NoticeDelayed),
        ("DATA", "554 no", NoticeUndeliverable),
        (".", "554 refused", NoticeUndeliverable),
        (".", "452 full", NoticeDelayed),
        (".", None, NoticeDelayed),
        ("greeting", "hello", NoticeDelayed),
    ],
)
def test_what_a_server_answers_is_final_only_about_recipient_and_message(
    serve, tls, certificate, verb, answer, error
):
    """A login that fails is the platform's fault, not the recipient's: it may be cured."""
    server = serve(tls=tls, login=LOGIN)
    server.answers[verb] = answer
    notifier = SmtpNotifier(
        Book(), server=described(server, certificate, security=MailSecurity.STARTTLS, login=True)
    )
    with pytest.raises(error) as caught:
        notifier.deliver(a_notice(), deadline=soon())
    assert type(caught.value) is error
    assert server.messages == []


def test_a_farewell_that_fails_takes_nothing_back(serve):
    """What was taken is delivered."""
    server = serve()
    server.answers["QUIT"] = None
    SmtpNotifier(Book(), server=described(server)).deliver(a_notice(), deadline=soon())
    assert server.ids() == ["ntc_1"]


@given(
    st.text(min_size=1, max_size=200), st.text(min_size=1, max_size=200), st.text(min_size=1, max_size=500)
)
def test_no_text_adds_a_header_or_a_part(zh, en, body):
    """Whatever a title or a text holds, a notice is refused or a message has the headers that it should have."""
    try:
        notice = a_notice(title=Text(zh=zh, en=en))
        object.__setattr__(notice, "text", Text(zh=body, en=body))
        notice.__post_init__()
    except (InvalidNotice, InvalidMeasure):
        return
    sent = compose(notice, sender=SENDER, to=MERCHANT)
    names = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"}
    assert set(sent.keys()) == names | {"Content-Type", "Content-Transfer-Encoding", "MIME-Version"}
    head = bytes(sent).partition(b"\r\n\r\n")[0]
    assert all(line[:1] in b" \t" or b": " in line for line in head.split(b"\r\n"))
    assert head.lower().count(b"\nto:") == 1


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example,c@d.example",
        "a b@c.example",
        "<a@b.example>",
        "商家@例子.公司",
        "a@-b.example",
        "@b.example",
        "a@b@c.example",
        "a..b@c.example",
        "a" * 65 + "@c.example",
        "a@b.example\n",
        "",
    ],
)
def test_what_could_be_more_than_one_address_is_none(address):
    """Nor is it repeated."""
    with pytest.raises(ConfigurationError) as caught:
        EmailAddress(address=address)
    assert not address or address not in str(caught.value)


@pytest.mark.parametrize(
    "given",
    [
        {"host": "mail.example", "security": MailSecurity.NONE},
        {"host": "mail.example:25"},
        {"host": "mail.example", "port": 0},
        {"host": "mail.example", "user": "platform"},
        {"host": "mail example"},
    ],
)
def test_a_description_that_cannot_be_used_is_refused_at_the_start(given):
    """Above all one that would send a password unencrypted."""
    with pytest.raises(ConfigurationError):
        MailServer(sender=SENDER, **given)


def test_ports_are_the_usual_ones():
    """Where none is named."""
    ports = [MailServer(host="127.0.0.1", sender=SENDER, security=s).used_port for s in MailSecurity]
    assert ports == [587, 465, 25]


def test_a_ca_file_that_is_none_is_refused_at_the_start(tmp_path):
    """Nothing is sent unverified."""
    with pytest.raises(ConfigurationError, match="CA file"):
        SmtpNotifier(
            Book(), server=MailServer(host="mail.example", sender=SENDER, ca_path=str(tmp_path / "x"))
        )
