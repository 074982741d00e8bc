"""One conversation with a mail server, under one deadline and over verified TLS."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass, field
from enum import StrEnum
from socket import socket
from typing import Final

from pydantic import SecretStr

from chengxin.errors import ConfigurationError
from chengxin.notifier.contact import EmailAddress
from chengxin.transport.connection import DeadlineTLSContext, dial
from chengxin.transport.http import trusted_context
from chengxin.transport.origin import Origin


class MailSecurity(StrEnum):
    """How a mail server is spoken to."""

    STARTTLS = "STARTTLS"
    """TLS from the second command on (RFC 3207); where the server does not offer it nothing is sent."""
    TLS = "TLS"
    """TLS from the first byte on (RFC 8314)."""
    NONE = "NONE"
    """Without TLS; only to a server on this machine."""


_PORTS: Final = {MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465, MailSecurity.NONE: 25}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The mail server that takes the platform's notices. There is no option to leave certificates unverified.

    Attributes:
        host: its name, which its certificate has to prove.
        sender: whom notices come from.
        port: its port; None for the usual one of ``security``.
        security: how it is spoken to.
        user: name to log in with; None not to log in.
        password: what belongs to it.
        ca_path: PEM file of the authorities to trust; ``None`` for the bundle of ``requests``.

    Raises:
        ConfigurationError: a value, or the combination, cannot be used.
    """

    host: str
    sender: EmailAddress
    port: int | None = None
    security: MailSecurity = MailSecurity.STARTTLS
    user: str | None = field(default=None, repr=False)
    password: SecretStr | None = field(default=None, repr=False)
    ca_path: str | None = None

    def __post_init__(self) -> None:
        """Refuse at the start what would send a password unencrypted, or could not work."""
        origin = Origin.parse(f"https://{self.host}")
        if origin.port is not None or not 1 <= self.used_port <= 65_535:
            raise ConfigurationError("The mail server is given by its host name; its port apart from it.")
        if self.security is MailSecurity.NONE and not origin.is_loopback:
            raise ConfigurationError("A mail server on another machine is spoken to over STARTTLS or TLS.")
        if (self.user is None) != (self.password is None):
            raise ConfigurationError("User and password of the mail server go together: set both or neither.")

    @property
    def used_port(self) -> int:
        """The port that is connected to."""
        return _PORTS[self.security] if self.port is None else self.port


class NoTls(Exception):
    """The server does not offer TLS; nothing was sent to it."""


class Conversation(smtplib.SMTP):
    """A conversation whose every step waits only for what the deadline of the exchange leaves."""

    def __init__(self, server: MailServer, context: DeadlineTLSContext | None) -> None:
        self._server = server
        self._context = context
        # Without a name of our own smtplib would ask the resolver for one, outside of the deadline.
        super().__init__(server.host, server.used_port, local_hostname=server.sender.domain)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket:  # noqa: ARG002  # the deadline counts
        connection = dial(host, port)
        if self._server.security is not MailSecurity.TLS or self._context is None:
            return connection
        return self._context.wrap_socket(connection, server_hostname=host)

    def open(self) -> None:
        """Encrypt and log in, as the server's description says.

        Raises:
            NoTls: the server does not offer TLS.
            smtplib.SMTPException: the server refused.
            OSError: the connection broke, or the deadline is over.
        """
        self.ehlo_or_helo_if_needed()
        if self._server.security is MailSecurity.STARTTLS:
            if not self.has_extn("starttls"):
                raise NoTls
            self.starttls(context=self._context)
            self.ehlo()
        if self._server.user is not None and self._server.password is not None:
            self.login(self._server.user, self._server.password.get_secret_value())

    def _print_debug(self, *_: object) -> None:
        """Print nothing: commands hold the password."""


def context_of(server: MailServer) -> DeadlineTLSContext | None:
    """Return how certificates of a mail server are verified; None where there are none.

    Raises:
        ConfigurationError: the CA file cannot be used.
    """
    return None if server.security is MailSecurity.NONE else trusted_context(server.ca_path)
