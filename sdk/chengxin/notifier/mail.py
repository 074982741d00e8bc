"""Notices by e-mail: plain text in both languages, over SMTP."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from chengxin.errors import NoticeDelayed, NoticeError, NoticeUndeliverable
from chengxin.notifier.addressing import contact_of
from chengxin.notifier.contact import EmailAddress, Recipients
from chengxin.notifier.notice import Notice
from chengxin.notifier.smtp import Conversation, MailServer, NoTls, context_of
from chengxin.transport import Deadline
from chengxin.transport.connection import exchange_within

_RULE: Final = "\n\n----\n\n"


class SmtpNotifier:
    """Sends each notice to the e-mail address of its recipient.

    A message that the server refuses for good (5yz to the recipient or to the message) is undeliverable; whatever else
    happens, it is sent again, under the same ``Message-ID``.

    Args:
        recipients: the host's book.
        server: the mail server.

    Raises:
        ConfigurationError: the CA file of the server cannot be used.
    """

    def __init__(self, recipients: Recipients, *, server: MailServer) -> None:
        self._recipients = recipients
        self._server = server
        self._context = context_of(server)

    def __repr__(self) -> str:
        """Return what it is and which server it speaks to; no credentials."""
        return f"{type(self).__name__}({self._server.host!r})"

    def deliver(self, notice: Notice, *, deadline: Deadline) -> None:
        """Send a notice (see ``Notifier.deliver``)."""
        contact = contact_of(notice, self._recipients)
        if not isinstance(contact, EmailAddress):
            raise NoticeUndeliverable(
                "The recipient of the notice has no e-mail address.", notice_id=notice.notice_id
            )
        message = compose(notice, sender=self._server.sender, to=contact)
        failure = self._send(message, to=contact, notice_id=notice.notice_id, deadline=deadline)
        # Raised outside of any handler: an exception of smtplib holds addresses, and what the server said.
        if failure is not None:
            raise failure

    def _send(
        self, message: EmailMessage, *, to: EmailAddress, notice_id: str, deadline: Deadline
    ) -> NoticeError | None:
        with exchange_within(deadline):
            conversation: Conversation | None = None
            try:
                conversation = Conversation(self._server, self._context)
                conversation.open()
                conversation.send_message(message, self._server.sender.address, [to.address])
            except (smtplib.SMTPException, OSError, NoTls, ValueError) as error:
                return _judge(error, notice_id=notice_id, late=deadline.expired)
            finally:
                if conversation is not None:
                    _end(conversation)
        return None


def compose(notice: Notice, *, sender: EmailAddress, to: EmailAddress) -> EmailMessage:
    """Return a notice as a message: plain text, Chinese first, which prevails.

    No header can be added by what a notice says: its title is one line by construction, and the policy of the
    message refuses line ends in headers once more.
    """
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = sender.address
    message["To"] = to.address
    message["Subject"] = f"{notice.title.zh} / {notice.title.en}"
    message["Date"] = format_datetime(notice.at)
    message["Message-ID"] = f"<{notice.notice_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    link = "" if notice.link is None else f"{_RULE}{notice.link}"
    body = f"{notice.title.zh}\n\n{notice.text.zh}{_RULE}{notice.title.en}\n\n{notice.text.en}{link}\n"
    message.set_content(body, charset="utf-8", cte="base64")
    return message


def _end(conversation: Conversation) -> None:
    """Take leave; what was handed over stays handed over, however that ends."""
    with suppress(smtplib.SMTPException, OSError):
        conversation.quit()
    conversation.close()


def _judge(error: Exception, *, notice_id: str, late: bool) -> NoticeError:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        return _answered("the recipient", codes[0] if codes else 0, notice_id=notice_id)
    if isinstance(error, smtplib.SMTPDataError):
        return _answered("the message", error.smtp_code, notice_id=notice_id)
    if isinstance(error, NoTls | smtplib.SMTPNotSupportedError):
        why = "it does not offer the TLS or the login that is asked of it"
    elif isinstance(error, smtplib.SMTPAuthenticationError):
        why = f"it refused the login ({error.smtp_code}); check user and password"
    elif isinstance(error, smtplib.SMTPResponseException):
        why = f"it answered {error.smtp_code}"
    elif isinstance(error, ssl.SSLCertVerificationError):
        why = f"its certificate was not accepted: {error.verify_message}"
    else:
        why = "it did not answer within the deadline" if late else type(error).__name__
    return NoticeDelayed(f"The mail server did not take the notice ({why}).", notice_id=notice_id)


def _answered(what: str, code: int, *, notice_id: str) -> NoticeError:
    if 500 <= code < 600:
        return NoticeUndeliverable(f"The mail server refused {what} for good ({code}).", notice_id=notice_id)
    return NoticeDelayed(f"The mail server did not take {what} now ({code}).", notice_id=notice_id)
