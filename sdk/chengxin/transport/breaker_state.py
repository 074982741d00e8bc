"""When the source is left alone: a pure state machine.

Closed, questions go out side by side. After some failures in a row it opens and nothing is asked; when its time is
over it is half open and exactly one question goes out, whose outcome closes it or opens it for longer. A refusal of
the credentials or a wall opens it at once: every further call would only be refused too.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto
from math import isfinite
from typing import Final, TypeAlias

from chengxin.errors import SourceError, SourceRefused, SourceUnavailable, UnknownReason, UnusableAnswer

_AUTHORISATION_OF_A_PERSON: Final = 40302
_REPLAYED_NONCE: Final = 40103
_NOT_ITS_FAULT: Final = frozenset(
    {
        UnknownReason.RATE_LIMITED,
        UnknownReason.QUOTA_EXHAUSTED,
        UnknownReason.BREAKER_OPEN,
        UnknownReason.QUOTA_RESERVED,
    }
)
_STOPPING: Final = frozenset(
    {
        UnknownReason.UNAUTHENTICATED,
        UnknownReason.FORBIDDEN,
        UnknownReason.CLOCK_REFUSED,
        UnknownReason.CHALLENGED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerOptions:
    """When to leave the source alone, and for how long.

    Attributes:
        failures: failures in a row, as one process sees them, that open it.
        open_seconds: how long it stays open at first; it doubles with each probe that fails.
        longest_open_seconds: the longest of these.
        stopped_seconds: how long it stays open at first after a refusal of the credentials or a wall.
        longest_stopped_seconds: the longest of these.
        longest_asked_seconds: the longest that the source may ask for by ``Retry-After``.
        fair_seconds: a time-out counts as a failure only where the source was given at least so long.

    Raises:
        ValueError: a value is out of its range.
    """

    failures: int = 5
    open_seconds: float = 5.0
    longest_open_seconds: float = 120.0
    stopped_seconds: float = 60.0
    longest_stopped_seconds: float = 900.0
    longest_asked_seconds: float = 3600.0
    fair_seconds: float = 0.2

    def __post_init__(self) -> None:
        """Refuse a breaker that would never open, or never close."""
        if self.failures < 1:
            raise ValueError(f"A breaker opens after 1 failure or more, not {self.failures}.")
        seconds = (
            self.open_seconds,
            self.longest_open_seconds,
            self.stopped_seconds,
            self.longest_stopped_seconds,
        )
        if not all(isfinite(value) and 0 < value <= 3600 for value in seconds):
            raise ValueError("A breaker stays open for more than 0 and at most 3,600 seconds.")
        if not (0 <= self.longest_asked_seconds <= 86_400 and 0 <= self.fair_seconds <= 86_400):
            raise ValueError("What a source may ask for, and what is fair to it, is 0 to 86,400 seconds.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Questions go out.

    Attributes:
        failures: failures in a row so far.
        since: when it was closed, in seconds since 1970; what was asked before says nothing of the time since.
    """

    failures: int = 0
    since: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Nothing is asked.

    Attributes:
        since: when the trouble began, in seconds since 1970.
        until: when one question may go out, in seconds since 1970.
        trips: how many times in a row it was opened.
        reason: what opened it.
        stopped: whether the source refused us, rather than failed.
        http_status: HTTP status of what opened it, where there was one.
        source_status: the code in the source's envelope of what opened it, where there was one.
        noted_at: when it was opened, or opened again, in seconds since 1970; not before ``since``.
    """

    since: float
    until: float
    trips: int
    reason: UnknownReason
    stopped: bool
    http_status: int | None = None
    source_status: int | None = None
    noted_at: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfOpen:
    """The time of an opening is over: one question may go out, and all others wait for its outcome.

    Attributes:
        opening: what is over.
    """

    opening: Open


Phase: TypeAlias = Closed | Open | HalfOpen


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One question that was let through.

    Attributes:
        asked_at: when, in seconds since 1970.
        given_seconds: how long the source is given for it at most.
        lease: owner of the lease, where it is the one question of a half-open breaker.
    """

    asked_at: float
    given_seconds: float
    lease: str | None = None


class Outcome(Enum):
    """What one question tells of the source."""

    REACHED = auto()
    """It answered, be it that it was asked too often or for something wrong."""
    FAILED = auto()
    """It did not answer, or failed."""
    STOPPED = auto()
    """It refuses whoever asks: credentials, clock, permission, or a wall in front of it."""
    NOTHING = auto()
    """It was not given the time to answer."""


def judge_outcome(error: SourceError | None, *, given_seconds: float, options: BreakerOptions) -> Outcome:
    """Return what the outcome of one question tells of the source.

    Args:
        error: what it failed with; None for an answer.
        given_seconds: how long the source was given at most.
        options: what is fair.
    """
    if error is None:
        return Outcome.REACHED
    if isinstance(error, SourceUnavailable):
        if error.reason is UnknownReason.TIMEOUT and given_seconds < options.fair_seconds:
            return Outcome.NOTHING
        failed = error.reason not in _NOT_ITS_FAULT
    else:
        if isinstance(error, SourceRefused) and _is_stop(error):
            return Outcome.STOPPED
        # A new nonce cures one that was seen before; what it does not cure is a failure like others.
        failed = error.source_status == _REPLAYED_NONCE or (
            isinstance(error, UnusableAnswer) and error.reason is UnknownReason.INCOMPLETE
        )
    return Outcome.FAILED if failed else Outcome.REACHED


def _is_stop(error: SourceRefused) -> bool:
    curable = error.source_status in (_REPLAYED_NONCE, _AUTHORISATION_OF_A_PERSON)
    return error.reason in _STOPPING and not curable


def phase_of(state: Closed | Open, *, now: float) -> Phase:
    """Return what a state is at an instant, in seconds since 1970."""
    if isinstance(state, Closed) or now < state.until:
        return state
    return HalfOpen(opening=state)


def as_seen(state: Closed | Open, *, seen_at: float) -> Closed | Open:
    """Return a state in the time of who reads it.

    What another clock noted in the future of ours began when we first saw it: it is neither over at once nor lasts
    for longer than it was meant to.

    Args:
        state: as it was noted.
        seen_at: when it was first seen, in seconds since 1970.
    """
    if isinstance(state, Closed):
        return state if state.since <= seen_at else replace(state, since=seen_at)
    noted_at = max(state.noted_at, state.since)
    if noted_at <= seen_at:
        return state
    return replace(
        state,
        since=min(state.since, seen_at),
        until=seen_at + max(0.0, state.until - noted_at),
        noted_at=seen_at,
    )


def settle(
    state: Closed | Open,
    error: SourceError | None,
    *,
    ticket: Ticket,
    now: float,
    jitter: float,
    options: BreakerOptions,
) -> Closed | Open:
    """Return the state after one question.

    Args:
        state: the state when its outcome is known.
        error: what it failed with; None for an answer.
        ticket: the question.
        now: the present instant, in seconds since 1970.
        jitter: a random number, 0 ≤ jitter < 1.
        options: when to open and for how long.
    """
    outcome = judge_outcome(error, given_seconds=ticket.given_seconds, options=options)
    if outcome is Outcome.NOTHING or _is_late(state, ticket):
        return state
    cause = None if outcome is Outcome.REACHED else error
    stopped = outcome is Outcome.STOPPED
    if isinstance(state, Open):
        if cause is None:
            return Closed(since=now)
        trips, since = state.trips + 1, min(state.since, now)
    elif cause is None:
        return Closed(since=state.since)
    elif not stopped and state.failures + 1 < options.failures:
        return Closed(failures=state.failures + 1, since=state.since)
    else:
        trips, since = 1, now
    until = now + _period(cause, stopped, trips=trips, jitter=jitter, options=options)
    opened = _open(cause, since=since, until=until, trips=trips, stopped=stopped)
    return replace(opened, noted_at=now)


def _is_late(state: Closed | Open, ticket: Ticket) -> bool:
    """Tell whether a question says nothing of a state: it was asked before the breaker opened, or closed again."""
    return ticket.lease is None if isinstance(state, Open) else ticket.asked_at < state.since


def _open(error: SourceError, *, since: float, until: float, trips: int, stopped: bool) -> Open:
    return Open(
        since=since,
        until=until,
        trips=trips,
        reason=error.reason,
        stopped=stopped,
        http_status=error.http_status,
        source_status=error.source_status,
    )


def _period(
    error: SourceError, stopped: bool, *, trips: int, jitter: float, options: BreakerOptions
) -> float:
    base, cap = (
        (options.stopped_seconds, options.longest_stopped_seconds)
        if stopped
        else (options.open_seconds, options.longest_open_seconds)
    )
    period = min(cap, base * 2.0 ** min(trips - 1, 30))
    asked = error.retry_after_seconds
    wish = min(asked, options.longest_asked_seconds) if asked is not None and asked >= 0 else 0.0
    # Half of it is jitter, so that processes that were stopped together do not come back together.
    return max(period * (1 + jitter) / 2, wish)
