"""What waits to be handed to the outside, and when a failed event is handed out again: values and decisions, pure.

An event is put into the outbox in the transaction of what it tells of (invariant I7). It is handed out at least once,
under one id, by which its receiver tells a repetition. Of one key, events are handed out one after the other, in the
order in which they were put: an event waits for the earlier ones of its key, unless those are done or parked. What may
wait for nothing, as a lift, goes ahead (``ahead_of``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite
from types import MappingProxyType
from typing import Any, Final

from chengxin.errors import InvalidEvent

_ID: Final = re.compile(r"[A-Za-z0-9_:-]{1,128}")
_TOPIC: Final = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_AHEAD: Final = "ahead:"
_KEY: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,200}")


def ahead_of(key: str) -> str:
    """Return the key of events that go ahead of those of a key.

    They wait for nothing, and not for one another either; whatever is put under that key later waits for all of them.

    >>> ahead_of("constraint:91350100M000100Y43")
    'ahead:constraint:91350100M000100Y43'
    """
    return f"{_AHEAD}{key}"


class OutboxState(StrEnum):
    """Where an event stands."""

    PENDING = "PENDING"
    """It is to be handed out; it may be under way."""
    DONE = "DONE"
    """It was handed out, or is not to be any more (``fault``: ``withdrawn``). What it held is erased."""
    PARKED = "PARKED"
    """It cannot be handed out; it stays, visible, until a person has it handed out again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEvent:
    """An event in the outbox.

    Attributes:
        event_id: 1 to 128 of ``A-Z a-z 0-9 _ : -``; the same at every attempt.
        topic: which handler hands it out, e.g. ``notice``, ``constraint-lift``, ``publicity``.
        key: what it is in order with. Whatever waits holds back all later events of its key, so events that may not
            wait for one another have keys of their own: a lift does not share the key of a notice, and goes ahead of
            the impositions of its subject, see ``ahead_of``.
        payload: what it says, JSON values.
        created_at: when it was put, aware UTC.
        not_before: before when it is not handed out, aware UTC.
        attempts: how often it was taken to be handed out.
        state: where it stands.
        fault: how the last attempt failed, as a stable word; empty where none has.
        leased_until: until when one worker has it; None where none has.

    Raises:
        InvalidEvent: a part is missing or malformed.
    """

    event_id: str
    topic: str
    key: str = field(repr=False)
    payload: Mapping[str, Any] = field(repr=False)
    created_at: datetime
    not_before: datetime
    attempts: int = 0
    state: OutboxState = OutboxState.PENDING
    fault: str = ""
    leased_until: datetime | None = None

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.event_id):
            raise InvalidEvent("The id of an event is 1 to 128 of the characters A-Z a-z 0-9 _ : and -.")
        if not _TOPIC.fullmatch(self.topic):
            raise InvalidEvent("The topic of an event is a word in small letters: notice, constraint-lift.")
        if not _KEY.fullmatch(self.key):
            raise InvalidEvent("The key of an event is one line of 1 to 200 characters.")
        if self.attempts < 0:
            raise InvalidEvent("An event was attempted no less than 0 times.")
        for at in (self.created_at, self.not_before):
            if at.utcoffset() != timedelta(0):
                raise InvalidEvent("The times of an event are aware and in UTC.")
        object.__setattr__(self, "payload", MappingProxyType(dict(self.payload)))

    @classmethod
    def new(
        cls,
        event_id: str,
        topic: str,
        *,
        key: str,
        payload: Mapping[str, Any],
        at: datetime,
        not_before: datetime | None = None,
    ) -> OutboxEvent:
        """Return an event that was not handed out yet.

        Args:
            event_id: see ``OutboxEvent``; derived from what it tells of, so that the same thing put twice is one event.
            topic: see there.
            key: see there.
            payload: see there.
            at: present time, aware UTC.
            not_before: before when it is not handed out; now where None.
        """
        later = at if not_before is None else not_before
        return cls(event_id=event_id, topic=topic, key=key, payload=payload, created_at=at, not_before=later)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How much waits in the outbox.

    Attributes:
        pending: events that are to be handed out.
        parked: events that wait for a person.
        oldest_at: since when the oldest pending event could have been handed out; None where there is none.
    """

    pending: int
    parked: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How much waits in the outbox of one topic.

    Attributes:
        pending: events that are to be handed out.
        parked: events that wait for a person.
        oldest_at: when the oldest of them was put, aware UTC.
    """

    pending: int
    parked: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRetry:
    """How often and how patiently a failed event is handed out again.

    By default for more than a day and a half on average, as Standard Webhooks recommends.

    Attributes:
        attempts: attempts in all, the first included; then the event is parked.
        base_seconds: the longest wait after the first failure; it doubles with each further one.
        cap_seconds: the longest wait of our own choosing.
        max_retry_after_seconds: the longest wait that a receiver may ask for; more is taken for a mistake.

    Raises:
        InvalidEvent: a value is out of its range.
    """

    attempts: int = 24
    base_seconds: float = 5.0
    cap_seconds: float = 21_600.0
    max_retry_after_seconds: float = 86_400.0

    def __post_init__(self) -> None:
        seconds = (self.base_seconds, self.cap_seconds, self.max_retry_after_seconds)
        if not 1 <= self.attempts <= 1000 or not all(
            isfinite(one) and 0 <= one <= 2_592_000 for one in seconds
        ):
            raise InvalidEvent("An event is attempted 1 to 1000 times, and waits for at most 30 days.")


def decide_wait(
    retry: OutboxRetry, *, attempts: int, jitter: float, asked_seconds: float | None = None
) -> float | None:
    """Decide when an event whose attempt failed is handed out again.

    Exponential back-off with full jitter: many events that failed together do not come back together.

    Args:
        retry: how often and how patiently.
        attempts: how often it was attempted, this time included.
        jitter: a random number, 0 ≤ jitter < 1.
        asked_seconds: how long the receiver asks to wait, where it said so.

    Returns:
        Seconds to wait; ``None`` to park it.
    """
    if attempts >= retry.attempts:
        return None
    ceiling = min(retry.cap_seconds, retry.base_seconds * 2.0 ** min(attempts - 1, 1000))
    wait = ceiling * jitter
    if asked_seconds is not None and 0 <= asked_seconds <= retry.max_retry_after_seconds:
        # Not before the time that the receiver named, and not all at that time either.
        return asked_seconds + min(wait, retry.base_seconds)
    return wait
