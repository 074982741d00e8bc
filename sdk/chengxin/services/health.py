"""How a client is: what it can reach, how old what it relies on is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chengxin.cache import CacheTier
from chengxin.services.lookup import Lookup
from chengxin.sources import CreditSource
from chengxin.transport import Gate


class TierState(StrEnum):
    """How a process stands with the tier that it shares."""

    CONFIRMED = "CONFIRMED"
    """Every invalidation is heard of."""
    UNCONFIRMED = "UNCONFIRMED"
    """Invalidations may be missed: what is in memory lives for a moment only."""


class FeedState(StrEnum):
    """How far the change feed may be relied on."""

    ABSENT = "ABSENT"
    """The source has none."""
    IDLE = "IDLE"
    """Nobody is heard to follow it; answers live as long as the source and the settings say."""
    CURRENT = "CURRENT"
    """It is followed, and was read to its end within its bound."""
    LATE = "LATE"
    """It was followed, and has not been heard of within its bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a client is, as it knows without asking anybody.

    Attributes:
        source: name of the source.
        memory_entries: how many statuses are in memory.
        tier: kind of tier that is shared: ``memory``, ``sqlite``, ``redis``, or the name of one's own.
        tier_state: how this process stands with it.
        feed: how far the change feed may be relied on.
        feed_heard_at: when a follower was last heard to have read it to its end, aware UTC.
        feed_age_seconds: how long ago that was.
        data_age_seconds: how old the source's data was said to be in its latest answer, by now.
        clock_ahead_seconds: how far the source's clock was ahead of ours at its last answer.
        breaker: ``closed``, ``open`` or ``half_open``; None for a source of one's own, which has no breaker of ours.
        calls_today: calls to the source of this China day, where a quota counts them.
        forgotten_waiting: subjects whose invalidation other processes have not heard of yet.
    """

    source: str
    memory_entries: int
    tier: str
    tier_state: TierState
    feed: FeedState
    feed_heard_at: datetime | None
    feed_age_seconds: float | None
    data_age_seconds: float | None
    clock_ahead_seconds: float | None
    breaker: str | None
    calls_today: int | None
    forgotten_waiting: int


def health_of(
    lookup: Lookup, *, source: CreditSource, tier: CacheTier, gate: Gate | None, now: datetime
) -> Health:
    """Return how a client is at ``now``, without asking anybody."""
    listening = lookup.listening
    heard_at = listening.heard_at
    return Health(
        source=source.name,
        memory_entries=len(lookup.memory),
        tier=tier.name,
        tier_state=TierState.CONFIRMED if listening.is_confirmed else TierState.UNCONFIRMED,
        feed=_feed_state(lookup, source, now),
        feed_heard_at=heard_at,
        feed_age_seconds=None if heard_at is None else (now - heard_at).total_seconds(),
        data_age_seconds=None if lookup.data_as_of is None else (now - lookup.data_as_of).total_seconds(),
        clock_ahead_seconds=lookup.ahead_seconds,
        breaker=None if gate is None else _phase(gate),
        calls_today=None if gate is None else gate.used_today(),
        forgotten_waiting=len(listening.buried()),
    )


def _feed_state(lookup: Lookup, source: CreditSource, now: datetime) -> FeedState:
    if source.feed is None:
        return FeedState.ABSENT
    current_until = lookup.listening.following.current_until
    if current_until is not None and now < current_until:
        return FeedState.CURRENT
    return FeedState.IDLE if lookup.listening.heard_at is None else FeedState.LATE


def _phase(gate: Gate) -> str:
    return {"Closed": "closed", "Open": "open", "HalfOpen": "half_open"}[type(gate.phase()).__name__]
