"""Hand out what waits in the outbox: at least once to the outside, under one id, and marked once inside.

``Dispatcher.run_once`` is a plain callable that may run anywhere, as often and in as many processes as one likes: in
``chengxin worker``, in a host's own Celery, in a shell. A process that dies in it loses nothing: what it had taken is
taken by another when its lease has run out.
"""

from __future__ import annotations

import logging
import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from chengxin.clock import Clock
from chengxin.errors import (
    ChengxinError,
    ConfigurationError,
    InvalidNotice,
    NoticeUndeliverable,
    StoreUnavailable,
)
from chengxin.notifier import Notice, Notifier, decode_notice, encode_notice
from chengxin.store import OutboxEvent, OutboxRetry
from chengxin.store.outbox import decide_wait
from chengxin.telemetry import OutboxTelemetry
from chengxin.transport import Deadline

if TYPE_CHECKING:
    from chengxin.store import OutboxRows, SqlStore

NOTICE_TOPIC: Final = "notice"
"""Topic of notices to merchants, anchors and agencies."""
_DIED: Final = "worker_died"
"""Fault of an event in whose hand-out processes died, time after time."""
_log: Final = logging.getLogger("chengxin.outbox")

Handler: TypeAlias = Callable[[OutboxEvent, Deadline], None]
"""Hands one event to whom it is for, within the deadline, or raises; it may get the same event again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchOptions:
    """How the outbox is handed out.

    Attributes:
        retry: how often and how patiently a failed event is handed out again.
        deadline_seconds: longest time for one event.
        lease_seconds: how long an event is one worker's: at least twice that time.
        run_seconds: after how long one run takes no further event; it ends at most ``deadline_seconds`` later.
        permanent: errors that no repetition cures: the event is parked at once.

    Raises:
        ConfigurationError: the times do not go together.
    """

    retry: OutboxRetry = field(default_factory=OutboxRetry)
    deadline_seconds: float = 20.0
    lease_seconds: float = 120.0
    run_seconds: float = 20.0
    permanent: tuple[type[Exception], ...] = (NoticeUndeliverable, InvalidNotice)

    def __post_init__(self) -> None:
        if not (self.deadline_seconds > 0 and 2 * self.deadline_seconds <= self.lease_seconds <= 86_400):
            raise ConfigurationError(
                "The lease of an event is at least twice its deadline, and at most a day."
            )
        if not 0 < self.run_seconds <= 3600:
            raise ConfigurationError("A run over the outbox takes events for at most an hour.")


class Fate(StrEnum):
    """What became of an event that was taken."""

    DONE = "done"
    """It was handed out."""
    DELAYED = "delayed"
    """It failed, and is handed out again later."""
    PARKED = "parked"
    """It failed for good, or too often: a person has to look at it."""
    LOST = "lost"
    """It took longer than its lease: another worker has it, and marks it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """What one run did.

    Attributes:
        done: events that were handed out.
        delayed: events that are handed out again later.
        parked: events that wait for a person.
        lost: events that another worker took meanwhile.
    """

    done: int = 0
    delayed: int = 0
    parked: int = 0
    lost: int = 0

    @property
    def taken(self) -> int:
        """How many events were taken."""
        return self.done + self.delayed + self.parked + self.lost


@dataclass(frozen=True, slots=True)
class _Ended:
    """How an attempt ended; what is to be written down."""

    event: OutboxEvent
    owner: str
    fate: Fate
    again_at: datetime | None = None
    fault: str = ""


class Dispatcher:
    """Hands out events by topic.

    Of every topic without a handler nothing is taken: it waits for a worker that has one.

    Args:
        store: the database that holds the outbox.
        handlers: what hands out events, by topic.
        clock: time.
        options: how to hand out.
        jitter: makes random numbers, 0 ≤ number < 1.
    """

    def __init__(
        self,
        store: SqlStore,
        handlers: Mapping[str, Handler],
        *,
        clock: Clock,
        options: DispatchOptions | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._handlers = dict(handlers)
        self._clock = clock
        self._options = DispatchOptions() if options is None else options
        self._jitter = jitter
        self._telemetry = OutboxTelemetry()
        self._rows = _rows_class()

    def run_once(self, limit: int = 100) -> Dispatched:
        """Hand out what is due, one event after the other, and return what became of it.

        Each event is taken when its turn comes and marked before the next is taken, in one transaction, so that a
        process that dies takes one event with it and no more.

        Args:
            limit: most events that are taken.

        Raises:
            StoreUnavailable: the database cannot be used now; nothing is lost by it.
        """
        counts = dict.fromkeys(Fate, 0)
        until = self._clock.monotonic() + self._options.run_seconds
        ended: _Ended | None = None
        for turn in range(limit + 1):
            goes_on = turn < limit and (turn == 0 or self._clock.monotonic() < until)
            fate, event, owner = self._step(ended, takes=goes_on)
            if ended is not None:
                counts[fate] += 1
                self._telemetry.handed_out(ended.event.topic, fate.value)
            if event is None:
                break
            ended = self._attempt(event, owner)
        self._look()
        return Dispatched(**{fate.value: count for fate, count in counts.items()})

    def _step(self, ended: _Ended | None, *, takes: bool) -> tuple[Fate, OutboxEvent | None, str]:
        """Mark the event that was handed out last and take the next one, in one transaction."""
        owner = secrets.token_hex(16)
        fate = Fate.DONE if ended is None else ended.fate
        with self._store.transaction() as connection:
            rows = self._rows(connection)
            if ended is not None and not self._mark(rows, ended):
                fate = Fate.LOST
            taken = (
                rows.claim(
                    at=self._now(),
                    limit=1,
                    lease_seconds=self._options.lease_seconds,
                    owner=owner,
                    topics=self._handlers,
                )
                if takes
                else []
            )
        return fate, taken[0] if taken else None, owner

    def _mark(self, rows: OutboxRows, ended: _Ended) -> bool:
        event_id, at = ended.event.event_id, self._now()
        if ended.fate is Fate.DONE:
            return rows.done(event_id, ended.owner, at=at)
        return rows.failed(event_id, ended.owner, at=at, again_at=ended.again_at, fault=ended.fault)

    def _attempt(self, event: OutboxEvent, owner: str) -> _Ended:
        """Hand out one event; whatever its handler raises stays with this event."""
        if event.attempts > self._options.retry.attempts:
            return self._parked(event, owner, _DIED)
        try:
            self._handlers[event.topic](event, Deadline.after(self._options.deadline_seconds, self._clock))
        except Exception as error:  # noqa: BLE001  # handlers are anybody's
            return self._failed(event, owner, error)
        return _Ended(event, owner, Fate.DONE)

    def _failed(self, event: OutboxEvent, owner: str, error: Exception) -> _Ended:
        fault = error.code if isinstance(error, ChengxinError) else type(error).__qualname__
        if isinstance(error, self._options.permanent):
            return self._parked(event, owner, fault)
        wait = decide_wait(
            self._options.retry,
            attempts=event.attempts,
            jitter=self._jitter(),
            asked_seconds=_asked_by(error),
        )
        if wait is None:
            return self._parked(event, owner, fault)
        _log.info("event %s of %s failed (%s), again in %.0f s", event.event_id, event.topic, fault, wait)
        return _Ended(event, owner, Fate.DELAYED, self._now() + timedelta(seconds=wait), fault)

    def _parked(self, event: OutboxEvent, owner: str, fault: str) -> _Ended:
        _log.warning(
            "event %s of %s is parked after %d attempt(s) (%s): a person has to look at it",
            event.event_id,
            event.topic,
            event.attempts,
            fault,
        )
        return _Ended(event, owner, Fate.PARKED, None, fault)

    def _look(self) -> None:
        """Let gauges know how much waits, where the database tells."""
        try:
            with self._store.reading() as connection:
                backlog = self._rows(connection).backlog()
        except StoreUnavailable:
            return
        age = 0.0 if backlog.oldest_at is None else (self._now() - backlog.oldest_at).total_seconds()
        self._telemetry.saw(pending=backlog.pending, parked=backlog.parked, age_seconds=max(0.0, age))

    def _now(self) -> datetime:
        return self._clock.now().astimezone(UTC)


def notice_event(notice: Notice, *, at: datetime, not_before: datetime | None = None) -> OutboxEvent:
    """Return the event that stands for a notice, to be put in the transaction of what the notice tells of.

    Notices to one recipient are delivered in order.

    Args:
        notice: its id is that of the event.
        at: present time, aware.
        not_before: before when it is not delivered; now where None.
    """
    return OutboxEvent.new(
        notice.notice_id,
        NOTICE_TOPIC,
        key=f"{NOTICE_TOPIC}:{notice.recipient}",
        payload=encode_notice(notice),
        at=at.astimezone(UTC),
        not_before=None if not_before is None else not_before.astimezone(UTC),
    )


def notice_handler(notifier: Notifier) -> Handler:
    """Return what delivers the notices of the outbox."""

    def deliver(event: OutboxEvent, deadline: Deadline) -> None:
        notifier.deliver(decode_notice(event.payload), deadline=deadline)

    return deliver


def _asked_by(error: Exception) -> float | None:
    """Return how long a receiver asks to wait, where an error of ours says so."""
    asked = getattr(error, "retry_after_seconds", None) if isinstance(error, ChengxinError) else None
    return float(asked) if asked is not None else None


def _rows_class() -> type[OutboxRows]:
    from chengxin.store import OutboxRows  # noqa: PLC0415 -- who hands nothing out loads no SQL

    return OutboxRows
