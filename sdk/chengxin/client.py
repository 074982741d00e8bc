"""The face of the SDK: one object that checks credit status and evaluates policies on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from pydantic import SecretStr

from chengxin.clock import Clock, SystemClock
from chengxin.config import Settings
from chengxin.errors import ConfigurationError
from chengxin.identifiers import Uscc
from chengxin.services import CheckRow, Evaluations, Lookup, LookupOptions
from chengxin.sources import CreditSource, OpenApiSource, SourceHealth
from chengxin.transport import (
    Credentials,
    Deadline,
    HttpOptions,
    HttpTransport,
    Retrier,
    RetryBudget,
    RetryPolicy,
)


class CreditClient:
    """Checks the public credit status of merchants, and evaluates a platform's policy on it.

    A client is made once and shared by all threads. It opens nothing before its first use, works after a fork,
    and never raises for what the source does: a check ends in a status, ``UNKNOWN`` with its reason at worst.

    >>> from chengxin.testing import scripted_client
    >>> with scripted_client() as client:
    ...     client.check("91350100M000100Y43").standing
    <Standing.UNKNOWN: 'UNKNOWN'>

    Args:
        source: base address of the source's open interface, or a source of your own.
        app_key: key that the source's operator issued.
        secret: secret that belongs to it.
        options: how long look-ups take and answers are kept.
        http: options of the connection.
        clock: time, for tests.
    """

    def __init__(
        self,
        source: str | CreditSource,
        *,
        app_key: str | None = None,
        secret: str | SecretStr | None = None,
        options: LookupOptions | None = None,
        http: HttpOptions | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._options = options or LookupOptions()
        self._source = (
            _open_source(source, _credentials(app_key, secret), http or HttpOptions(), self._clock)
            if isinstance(source, str)
            else source
        )
        self._lookup = Lookup(self._source, clock=self._clock, options=self._options)
        evaluations = Evaluations(self._lookup, clock=self._clock, max_entries=self._options.max_entries)
        # Bound here so that what is in memory costs one call.
        self.check = self._lookup.check
        """Return the status of one subject; see ``Lookup.check``."""
        self.evaluate = evaluations.evaluate
        """Return the treatment that a policy gives to a subject now; see ``Evaluations.evaluate``."""
        self.remembered = evaluations.remembered
        """Return a treatment that is in memory and holds now, or None; see ``Evaluations.remembered``."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, *, clock: Clock | None = None) -> Self:
        """Make a client from the environment variables ``CHENGXIN_…``.

        Raises:
            ConfigurationError: with all that is wrong with them.
        """
        return cls.from_settings(Settings.from_env(environ), clock=clock)

    @classmethod
    def from_settings(cls, settings: Settings, *, clock: Clock | None = None) -> Self:
        """Make a client from settings."""
        return cls(
            settings.source_url,
            app_key=settings.app_key,
            secret=settings.secret,
            options=LookupOptions(
                deadline_seconds=settings.deadline_seconds,
                longest_life_seconds=settings.longest_life_seconds,
                max_entries=settings.max_entries,
                threads=settings.threads,
            ),
            http=HttpOptions(ca_path=settings.ca_path) if settings.ca_path else None,
            clock=clock,
        )

    @property
    def clock(self) -> Clock:
        """The clock that all instants of this client come from."""
        return self._clock

    def check_many(self, codes: Iterable[str | Uscc]) -> list[CheckRow]:
        """Return one row for each text, in order; what is wrong with one row is that row's alone."""
        return self._lookup.check_many(codes)

    def forget(self, code: str | Uscc) -> None:
        """Forget what is known of a subject, an answer under way included; the next check asks the source."""
        self._lookup.forget(code)

    def source_health(self) -> SourceHealth:
        """Ask the source how it is and how old its data.

        Raises:
            SourceError: it could not be asked.
        """
        return self._source.fetch_health(deadline=Deadline.after(self._options.deadline_seconds, self._clock))

    def close(self) -> None:
        """Let questions under way end and give back connections."""
        self._lookup.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _credentials(app_key: str | None, secret: str | SecretStr | None) -> Credentials | None:
    if (app_key is None) != (secret is None):
        raise ConfigurationError("app_key and secret belong together: give both, or neither.")
    if app_key is None or secret is None:
        return None
    return Credentials(app_key=app_key, secret=SecretStr(secret) if isinstance(secret, str) else secret)


def _open_source(url: str, credentials: Credentials | None, http: HttpOptions, clock: Clock) -> CreditSource:
    return OpenApiSource(
        HttpTransport(url, credentials=credentials, clock=clock, options=http),
        clock=clock,
        retrier=Retrier(RetryPolicy(), RetryBudget(clock), clock),
        name=urlsplit(url).hostname or "source",
    )
