"""The face of the SDK: one object that checks credit status and evaluates policies on it."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from pydantic import SecretStr

from chengxin.cache import CacheTier, open_tier
from chengxin.clock import Clock, SystemClock
from chengxin.config import Settings
from chengxin.errors import ConfigurationError
from chengxin.records import Change, Role, RuleTable, shipped_rule_table
from chengxin.services import (
    Evaluations,
    Follower,
    FollowOptions,
    Health,
    Lookup,
    LookupOptions,
    Member,
    Observer,
    Statuses,
    health_of,
    load_rule_table,
    members_of_tier,
    statuses_of_tier,
)
from chengxin.sources import CreditSource, SourceHealth, open_source
from chengxin.telemetry import Telemetry
from chengxin.transport import Credentials, Deadline, HttpOptions
from chengxin.transport.gate import Gate, GateOptions
from chengxin.transport.quota import QuotaOptions

_BREAKER: Final = {"closed": 0.0, "half_open": 1.0, "open": 2.0}


class CreditClient:
    """Checks the public credit status of merchants, and evaluates a platform's policy on it.

    A client is made once and shared by all threads. It opens nothing before its first use, works after a fork,
    and never raises for what the source does: a check ends in a status, ``UNKNOWN`` with its reason at worst.

    >>> from chengxin.testing import scripted_client
    >>> with scripted_client() as client:
    ...     client.check("91350100M000100Y43").standing
    <Standing.UNKNOWN: 'UNKNOWN'>

    Args:
        source: where to ask, by URI: ``https://…`` for the open interface, ``site+https://…`` for the site profile,
            ``snapshot:///…`` for a file; or a source of your own.
        app_key: key that the source's operator issued.
        secret: secret that belongs to it.
        cache: what processes share, by URI: ``memory://`` for nothing, ``sqlite:///path`` for the processes of one
            host, ``redis://…`` for several hosts; or a tier of your own.
        tenant: whose entries they are, where several platforms share a cache.
        options: how long look-ups take and answers are kept.
        gate: how the source is treated: retries, breaker, quota.
        http: options of the connection.
        rule_table: bounds records whose end the source leaves out; the shipped one where None. A source of your own
            takes its table itself.
        clock: time, for tests.
        observers: see each evaluation, to record vectors or to run a policy in the shadow; closed with the client.
    """

    def __init__(  # noqa: PLR0913  # the one place where everything meets
        self,
        source: str | CreditSource,
        *,
        app_key: str | None = None,
        secret: str | SecretStr | None = None,
        cache: str | CacheTier = "memory://",
        tenant: str = "default",
        options: LookupOptions | None = None,
        gate: GateOptions | None = None,
        http: HttpOptions | None = None,
        rule_table: RuleTable | None = None,
        clock: Clock | None = None,
        observers: Sequence[Observer] = (),
    ) -> None:
        self._rule_table = table = _table_for(source, rule_table)
        self._clock = clock or SystemClock()
        self._observers = tuple(observers)
        self._options = options or LookupOptions()
        self._tier = (
            open_tier(
                cache,
                source=_namespace(source),
                tenant=tenant,
                clock=self._clock,
                grace=timedelta(seconds=self._options.grace_seconds),
                max_entries=self._options.max_entries,
            )
            if isinstance(cache, str)
            else cache
        )
        self._gate = (
            Gate(
                _gate_name(source, app_key),
                clock=self._clock,
                board=self._tier.board,
                options=gate,
            )
            if isinstance(source, str)
            else None
        )
        self._source = (
            open_source(
                source,
                clock=self._clock,
                credentials=_credentials(app_key, secret),
                http=http,
                gate=self._gate,
                rule_table=table,
            )
            if isinstance(source, str)
            else source
        )
        self._telemetry = Telemetry(self._source.name)
        self._lookup = Lookup(
            self._source,
            tier=self._tier,
            clock=self._clock,
            options=self._options,
            telemetry=self._telemetry,
            rule_table=table,
        )
        self._observe()
        evaluations = Evaluations(
            self._lookup,
            clock=self._clock,
            max_entries=self._options.max_entries,
            observers=self._observers,
        )
        # Bound here so that what is in memory costs one call.
        self.check = self._lookup.check
        """Return the status of one subject; see ``Lookup.check``."""
        self.check_afresh = self._lookup.check_afresh
        """Ask the source now and return the status that its answer shows; see ``Lookup.check_afresh``."""
        self.check_many = self._lookup.check_many
        """Return one row for each text, in order; see ``Lookup.check_many``."""
        self.forget = self._lookup.forget
        """Forget what is known of a subject in all processes; see ``Lookup.forget``."""
        self.evaluate = evaluations.evaluate
        """Return the treatment that a policy gives to a subject now; see ``Evaluations.evaluate``."""
        self.remembered = evaluations.remembered
        """Return a treatment that is in memory and holds now, or None; see ``Evaluations.remembered``."""

    @classmethod
    def from_env(
        cls,
        environ: Mapping[str, str] | None = None,
        *,
        clock: Clock | None = None,
        observers: Sequence[Observer] = (),
    ) -> Self:
        """Make a client from the environment variables ``CHENGXIN_…``.

        Raises:
            ConfigurationError: with all that is wrong with them.
        """
        return cls.from_settings(Settings.from_env(environ), clock=clock, observers=observers)

    @classmethod
    def from_settings(
        cls, settings: Settings, *, clock: Clock | None = None, observers: Sequence[Observer] = ()
    ) -> Self:
        """Make a client from settings.

        Raises:
            ConfigurationError: they contradict each other, or a file that they name cannot be read.
            InvalidRuleTable: the rule table was refused, with all findings.
        """
        return cls(
            settings.source_url,
            app_key=settings.app_key,
            secret=settings.secret,
            cache=settings.cache_url.get_secret_value(),
            tenant=settings.tenant,
            options=LookupOptions(
                deadline_seconds=settings.deadline_seconds,
                longest_life_seconds=settings.longest_life_seconds,
                followed_life_seconds=settings.followed_life_seconds,
                negative_life_seconds=settings.negative_life_seconds,
                error_life_seconds=settings.error_life_seconds,
                grace_seconds=settings.grace_seconds,
                unconfirmed_life_seconds=settings.unconfirmed_life_seconds,
                feed_bound_seconds=settings.feed_bound_seconds,
                renew_ahead=settings.renew_ahead,
                max_entries=settings.max_entries,
                threads=settings.threads,
            ),
            gate=GateOptions(
                quota=QuotaOptions(
                    per_second=settings.calls_per_second,
                    per_day=settings.calls_per_day,
                    interactive_reserve=settings.interactive_reserve,
                    processes=settings.processes,
                )
            ),
            http=HttpOptions(ca_path=settings.ca_path) if settings.ca_path else None,
            rule_table=None if settings.rule_table is None else load_rule_table(settings.rule_table),
            clock=clock,
            observers=observers,
        )

    @property
    def clock(self) -> Clock:
        """The clock that all instants of this client come from."""
        return self._clock

    def follow(
        self,
        *,
        on_change: Callable[[Change], None] | None = None,
        stop: threading.Event | None = None,
        options: FollowOptions | None = None,
        from_snapshot: bool = False,
    ) -> None:
        """Follow the source's change feed until ``stop`` is set, so that every process forgets what has changed.

        Of all processes that share the cache one follows, the others stand by; see ``follower`` for single steps.

        Args:
            on_change: is told each change after it has taken effect everywhere.
            stop: ends it, within the time of one question.
            options: how to follow.
            from_snapshot: whether to begin with all that the source's latest snapshot discloses, where no other process
                follows.

        Raises:
            ConfigurationError: the source has no change feed.
            SourceError: there is no snapshot to begin with.
            TierUnavailable: what processes share could not be reached to begin with.
        """
        follower = self.follower(on_change=on_change, options=options)
        if from_snapshot and follower.take_place():
            follower.import_snapshot()
        follower.run(stop or threading.Event())

    def follower(
        self, *, on_change: Callable[[Change], None] | None = None, options: FollowOptions | None = None
    ) -> Follower:
        """Return what follows the source's change feed step by step.

        Raises:
            ConfigurationError: the source has no change feed.
        """
        if self._source.feed is None:
            raise ConfigurationError(
                f"The source {self._source.name} has no change feed. Answers live as long as the settings say."
            )

        def took_effect(change: Change) -> None:
            lag = (self._clock.now() - change.at).total_seconds()
            self._telemetry.took_effect(max(0.0, lag))
            if on_change is not None:
                on_change(change)

        self._lookup.attend()
        return Follower(
            self._source.feed,
            self._tier,
            invalidate=self._lookup.invalidate,
            clock=self._clock,
            options=options or FollowOptions(),
            life=self._options,
            on_change=took_effect,
        )

    def health(self) -> Health:
        """Return how the client is, as it knows without asking anybody; see ``source_health`` for the source."""
        return health_of(
            self._lookup,
            source=self._source,
            tier=self._tier,
            gate=self._gate,
            now=self._clock.now(),
        )

    def population(self, *, at: datetime, role: Role = Role.MERCHANT) -> Iterator[Member]:
        """Yield every subject that the shared cache holds, as it stands at ``at``; the source is not asked.

        Whose answer is past its life is unknown. Of ``memory://`` it is what this process has looked up.

        Args:
            at: the instant, aware UTC; the same that the policy is evaluated at, see ``simulate``.
            role: the role to take them in.

        Raises:
            TierUnavailable: the cache could not be reached.
        """
        listening = self._lookup.listening
        return members_of_tier(self._tier, at=at, role=role, listening=listening, rule_table=self._rule_table)

    def statuses(self, *, at: datetime) -> Statuses:
        """Return what looks subjects up in the shared cache as they stand at ``at``, for ``members_of_file``."""
        listening = self._lookup.listening
        return statuses_of_tier(self._tier, at=at, listening=listening, rule_table=self._rule_table)

    def source_health(self) -> SourceHealth:
        """Ask the source how it is and how old its data.

        Raises:
            SourceError: it could not be asked.
        """
        return self._source.fetch_health(deadline=Deadline.after(self._options.deadline_seconds, self._clock))

    def _observe(self) -> None:
        """Let the gauges be read of a client that lives; one that is gone tells nothing."""
        reference = weakref.ref(self)

        def gauge(read: Callable[[CreditClient], float | None]) -> Callable[[], float | None]:
            def collect() -> float | None:
                client = reference()
                return None if client is None else read(client)

            return collect

        observe = self._telemetry.observe
        observe("chengxin.feed.age", gauge(lambda client: client.health().feed_age_seconds), unit="s")
        observe("chengxin.data.age", gauge(lambda client: client.health().data_age_seconds), unit="s")
        observe(
            "chengxin.source.clock_ahead",
            gauge(lambda client: client.health().clock_ahead_seconds),
            unit="s",
        )
        observe("chengxin.source.breaker", gauge(lambda client: _BREAKER.get(client.health().breaker or "")))
        observe("chengxin.source.calls_today", gauge(lambda client: client.health().calls_today))

    def close(self) -> None:
        """Let questions under way end and give back connections."""
        self._lookup.close()
        for observer in self._observers:
            observer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _table_for(source: str | CreditSource, rule_table: RuleTable | None) -> RuleTable | None:
    """Return the table of a source that is opened here; whatever else answers bounds its records itself."""
    if isinstance(source, str):
        return shipped_rule_table() if rule_table is None else rule_table
    if rule_table is not None:
        raise ConfigurationError(
            "A source of your own takes its rule_table itself: give it to the source, not to the client."
        )
    return None


def _credentials(app_key: str | None, secret: str | SecretStr | None) -> Credentials | None:
    if (app_key is None) != (secret is None):
        raise ConfigurationError("app_key and secret belong together: give both, or neither.")
    if app_key is None or secret is None:
        return None
    return Credentials(app_key=app_key, secret=SecretStr(secret) if isinstance(secret, str) else secret)


def _namespace(source: str | CreditSource) -> str:
    """Return whose answers a cache holds: the address without what may be secret in it."""
    if not isinstance(source, str):
        return source.name
    try:
        parts = urlsplit(source)
    except ValueError:
        parts = None
    # Raised here, as the other error repeats the address, which may hold a password.
    if parts is None:
        raise ConfigurationError(
            "The URL of the source has an impossible host or port. Write it as https://host or https://host:port."
        )
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _gate_name(source: str, app_key: str | None) -> str:
    """Return whose quota and breakers they are: keys are told apart, and not told."""
    digest = "" if app_key is None else blake2b(app_key.encode(), digest_size=4).hexdigest()
    return f"{_namespace(source)}#{digest}"
