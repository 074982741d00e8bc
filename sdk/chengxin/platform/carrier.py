"""What carries a platform's notices, as its settings say."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from chengxin.clock import Clock
from chengxin.config import PREFIX
from chengxin.errors import ConfigurationError
from chengxin.notifier import (
    Contact,
    EmailAddress,
    LogNotifier,
    MailServer,
    Notifier,
    Recipients,
    SmtpNotifier,
    WebhookEndpoint,
    WebhookNotifier,
    WebhookSecret,
)
from chengxin.notifier.webhook import OPTIONS
from chengxin.platform.settings import Carrier, PlatformSettings

Value = TypeVar("Value")


class Desk:
    """A book in which everybody is reached at one place: a desk of the platform that passes notices on.

    Args:
        contact: the place.
    """

    def __init__(self, contact: Contact) -> None:
        self._contact = contact

    def resolve(self, recipient: str) -> Contact:  # noqa: ARG002  # everybody's
        """Return the place."""
        return self._contact


def open_notifier(
    settings: PlatformSettings, *, recipients: Recipients | None = None, clock: Clock
) -> Notifier:
    """Return what carries notices.

    Args:
        settings: say which, and how it is reached.
        recipients: the host's book; all notices go to the one place of the settings where None.
        clock: time.

    Raises:
        ConfigurationError: a setting is missing, or cannot be used.
    """
    if settings.notifier is Carrier.SMTP:
        return _by_mail(settings, recipients)
    if settings.notifier is Carrier.WEBHOOK:
        return _by_webhook(settings, recipients, clock)
    return LogNotifier()


def _by_mail(settings: PlatformSettings, recipients: Recipients | None) -> Notifier:
    server = MailServer(
        host=_needed(settings.smtp_host, "smtp_host"),
        sender=EmailAddress(address=_needed(settings.smtp_sender, "smtp_sender")),
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password,
        ca_path=settings.ca_path,
    )
    if recipients is None:
        recipients = Desk(EmailAddress(address=_needed(settings.notice_email, "notice_email")))
    return SmtpNotifier(recipients, server=server)


def _by_webhook(settings: PlatformSettings, recipients: Recipients | None, clock: Clock) -> Notifier:
    if recipients is not None:
        return WebhookNotifier(recipients, clock=clock)
    url = _needed(settings.notice_webhook_url, "notice_webhook_url").get_secret_value()
    secrets = _needed(settings.notice_webhook_secret, "notice_webhook_secret").get_secret_value()
    signers = tuple(WebhookSecret.parse(one.strip()) for one in secrets.split(","))
    desk = Desk(WebhookEndpoint(url=url, secrets=signers))
    # The one webhook is the platform's own: whoever sets it may as well post there directly.
    return WebhookNotifier(desk, clock=clock, options=replace(OPTIONS, public_only=False))


def _needed(value: Value | None, name: str) -> Value:
    if value is None:
        raise ConfigurationError(f"{PREFIX}{name.upper()} is needed for the notifier that is set.")
    return value
