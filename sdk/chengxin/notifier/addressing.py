"""From a recipient to where it is reached, with the error that says what is missing."""

from __future__ import annotations

from typing import Final

from chengxin.errors import ChengxinError, ConfigurationError, NoticeDelayed, NoticeUndeliverable
from chengxin.notifier.contact import Contact, EmailAddress, Recipients, WebhookEndpoint
from chengxin.notifier.notice import Notice, Notifier
from chengxin.transport import Deadline

_NOBODY: Final = (
    "The recipient of the notice is reached in no way that is known. Add one, then hand it out again."
)


def contact_of(notice: Notice, recipients: Recipients) -> Contact:
    """Return where the recipient of a notice is reached.

    Raises:
        NoticeUndeliverable: nowhere; or what the host has is no address.
        NoticeDelayed: the host's book could not be read.
    """
    fault: str | None = None
    contact: Contact | None = None
    try:
        contact = recipients.resolve(notice.recipient)
    except ConfigurationError:
        pass  # What stands in the book is no address: as good as none.
    except Exception as error:  # noqa: BLE001  # the host's code may raise anything
        fault = error.code if isinstance(error, ChengxinError) else type(error).__qualname__
    if fault is not None:
        raise NoticeDelayed(
            f"The recipient of the notice could not be looked up ({fault}).", notice_id=notice.notice_id
        )
    if contact is None:
        raise NoticeUndeliverable(_NOBODY, notice_id=notice.notice_id)
    return contact


class RoutingNotifier:
    """Hands each notice to the notifier that reaches its recipient: by e-mail or by webhook.

    Args:
        recipients: the host's book.
        email: for recipients with an e-mail address.
        webhook: for recipients with a webhook.
    """

    def __init__(
        self, recipients: Recipients, *, email: Notifier | None = None, webhook: Notifier | None = None
    ) -> None:
        self._recipients = recipients
        self._by_kind: dict[type[Contact], Notifier | None] = {EmailAddress: email, WebhookEndpoint: webhook}

    def deliver(self, notice: Notice, *, deadline: Deadline) -> None:
        """Deliver a notice by the way that its recipient has (see ``Notifier.deliver``)."""
        notifier = self._by_kind.get(type(contact_of(notice, self._recipients)))
        if notifier is None:
            raise NoticeUndeliverable(_NOBODY, notice_id=notice.notice_id)
        notifier.deliver(notice, deadline=deadline)
