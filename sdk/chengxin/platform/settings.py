"""Settings of a platform with due process, over those of a client."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from chengxin.config import Settings
from chengxin.notifier import MailSecurity
from chengxin.procedure.retention import MOST_DAYS, Retention

_KEPT: Final = Retention()
_PAGE: Final = re.compile(r"https://[^\s/@]+/\S*")


class Carrier(StrEnum):
    """What carries notices."""

    LOG = "log"
    """The log alone: nobody is reached."""
    SMTP = "smtp"
    """E-mail."""
    WEBHOOK = "webhook"
    """A webhook, signed."""


class PlatformSettings(Settings):
    """What a platform with due process needs to know; each field is an environment variable ``CHENGXIN_…``.

    The fields of ``chengxin.config.Settings`` say how the source is reached and where things are kept; these are added:

    Attributes:
        policy: name of a shipped policy or path of a document; with ``policy_store``, name of a policy in there.
        policy_store: where versions of policies are kept, as ``open_policy_store`` takes it: the version in force
            counts. Without it the document that ``policy`` names does.
        notifier: what carries notices.
        notice_url: beginning of the addresses of the platform's pages about measures, ``https://…``; the id of a
            measure is put behind it.
        notice_email: with ``smtp``, whom all notices go to where the platform gives no book of recipients.
        notice_webhook_url: with ``webhook``, the same.
        notice_webhook_secret: what that webhook is signed with, ``whsec_…``; several with commas between them, the
            current one first.
        smtp_host: the mail server's name.
        smtp_sender: whom notices come from.
        smtp_port: its port; the usual one of ``smtp_security`` where not set.
        smtp_security: ``STARTTLS``, ``TLS``, or ``NONE`` on this machine alone.
        smtp_user: name to log in with.
        smtp_password: what belongs to it.
        outbox_lease_seconds: how long a notice is one worker's; one that died in it holds it up as long.
        shares: whether what is imposed and lifted is queued for other platforms.
        wave_share: largest share of the subjects that may be limited anew in a day without asking a person.
        wave_number: the same as a number.
        appeal_acknowledge_days: working days in which an appeal is acknowledged.
        appeal_decide_days: working days in which it is decided.
        appeal_file_days: days from the notice of a measure in which it may be appealed against though it is over.
        declaration_verify_days: working days in which somebody looks at a merchant's own declaration.
        unverified_facts: names of platform facts, with commas between them, for which a merchant's own declaration
            counts that nobody has verified.
        ledger_key: file of the private key that checkpoints of the ledger are signed with; none are where not set.
        receipt_key: file of the private key that receipts are signed with; ``ledger_key`` where not set.
        receipt_kid: name of that key; else its own or its thumbprint.
        digest_key: a secret of 32 characters at least, by which digests of records are kept on statements and receipts,
            so that nobody finds the numbers of decisions by trying them all. Once changed, digests agree no longer.
        ledger_kid: name of that key; else its own or its thumbprint.
        appeals_kept_days: how long appeals are kept once nothing can come of them; see ``Retention``.
        pledges_kept_days: the same of commitments and declarations.
        objections_kept_days: the same of objections to the source's records.
    """

    policy: str = Field(default="marketplace", min_length=1)
    policy_store: SecretStr | None = None
    notifier: Carrier = Carrier.LOG
    notice_url: str | None = None
    notice_email: str | None = None
    notice_webhook_url: SecretStr | None = None
    notice_webhook_secret: SecretStr | None = None
    smtp_host: str | None = None
    smtp_sender: str | None = None
    smtp_port: int | None = Field(default=None, ge=1, le=65_535)
    smtp_security: MailSecurity = MailSecurity.STARTTLS
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    outbox_lease_seconds: float = Field(default=120.0, ge=1, le=86_400)
    shares: bool = False
    wave_share: float = Field(default=0.05, gt=0, le=1)
    wave_number: int = Field(default=1_000, ge=1)
    appeal_acknowledge_days: int = Field(default=1, ge=1, le=365)
    appeal_decide_days: int = Field(default=7, ge=1, le=365)
    appeal_file_days: int = Field(default=60, ge=1, le=365)
    declaration_verify_days: int = Field(default=7, ge=1, le=365)
    unverified_facts: str = ""
    ledger_key: str | None = None
    ledger_kid: str | None = None
    appeals_kept_days: int = Field(default=_KEPT.appeals_days, ge=1, le=MOST_DAYS)
    pledges_kept_days: int = Field(default=_KEPT.pledges_days, ge=1, le=MOST_DAYS)
    objections_kept_days: int = Field(default=_KEPT.objections_days, ge=1, le=MOST_DAYS)
    receipt_key: str | None = None
    receipt_kid: str | None = None
    digest_key: SecretStr | None = Field(default=None, min_length=32)

    @field_validator("appeal_decide_days")
    @classmethod
    def _is_after_the_acknowledgement(cls, days: int, info: ValidationInfo) -> int:
        first = info.data.get("appeal_acknowledge_days")
        if first is not None and days < first:
            raise ValueError("an appeal is acknowledged before it is decided; give as many days at least")
        return days

    @field_validator("notice_url")
    @classmethod
    def _is_a_page(cls, url: str | None) -> str | None:
        if url is not None and not _PAGE.fullmatch(url):
            raise ValueError("give the beginning of an address, https://host/path")
        return url
