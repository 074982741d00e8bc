"""Notices to merchants, anchors and agencies, and what carries them: the log, e-mail, webhooks."""

from chengxin.notifier.addressing import RoutingNotifier
from chengxin.notifier.codec import decode_notice, encode_notice
from chengxin.notifier.contact import Contact, EmailAddress, Recipients, WebhookEndpoint
from chengxin.notifier.log import LogNotifier
from chengxin.notifier.mail import SmtpNotifier
from chengxin.notifier.notice import Notice, Notifier
from chengxin.notifier.signature import WebhookSecret, sign_webhook, verify_webhook
from chengxin.notifier.smtp import MailSecurity, MailServer
from chengxin.notifier.webhook import WebhookNotifier

__all__ = [
    "Contact",
    "EmailAddress",
    "LogNotifier",
    "MailSecurity",
    "MailServer",
    "Notice",
    "Notifier",
    "Recipients",
    "RoutingNotifier",
    "SmtpNotifier",
    "WebhookEndpoint",
    "WebhookNotifier",
    "WebhookSecret",
    "decode_notice",
    "encode_notice",
    "sign_webhook",
    "verify_webhook",
]
