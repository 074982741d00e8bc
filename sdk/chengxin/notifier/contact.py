"""Where a recipient is reached: an e-mail address or a webhook, as the host knows it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

from chengxin.errors import ConfigurationError
from chengxin.notifier.signature import WebhookSecret
from chengxin.transport.posting import split_url

_LOCAL: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL: Final = re.compile(rf"(?=.{{3,254}}\Z)(?={_LOCAL}@)[^@]{{1,64}}@{_LABEL}(?:\.{_LABEL})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailAddress:
    """An e-mail address (RFC 5321 §4.1.2, without quoted local parts and address literals).

    Attributes:
        address: ``local@domain`` in ASCII; a Chinese domain in its ``xn--`` form.

    Raises:
        ConfigurationError: it is none. The message does not repeat it.
    """

    address: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse whatever could be taken for more than one address, or for a header."""
        if not _EMAIL.fullmatch(self.address):
            raise ConfigurationError("An e-mail address is written local@domain, in ASCII characters.")

    @property
    def domain(self) -> str:
        """What stands behind the at sign."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint:
    """A webhook (Standard Webhooks 1.0.0).

    Attributes:
        url: ``https://…``; ``http://`` only on this machine. It is shown nowhere: it may hold a secret.
        secrets: what messages to it are signed with, the current one first; several while one is rotated out.

    Raises:
        ConfigurationError: the URL cannot be posted to, or there is no secret.
    """

    url: str = field(repr=False)
    secrets: tuple[WebhookSecret, ...]

    def __post_init__(self) -> None:
        """Refuse at the start what could not be posted to."""
        split_url(self.url)
        if not self.secrets:
            raise ConfigurationError("A webhook needs a secret to sign with: WebhookSecret.new().")


Contact: TypeAlias = EmailAddress | WebhookEndpoint


class Recipients(Protocol):
    """The host's book of who is reached where; nothing of it is kept by chengxin."""

    def resolve(self, recipient: str) -> Contact | None:
        """Return where a recipient is reached, or None where there is no way.

        A ``ConfigurationError``, as addresses raise it, counts as None. Whatever else it raises means that the book
        could not be read: the notice is delayed.

        Args:
            recipient: as it stands in the notice.
        """
        ...
