"""How long an answer lives: pure arithmetic on instants.

An answer lives from the instant it was *asked for* (the latest at which the source can have known better) for
the source's own ``max-age``, capped by the settings. While a change feed that was followed ever since is current,
a longer cap holds: whatever changes is heard of. What a caller is handed is true until that end or until the next
record appears or disappears, whichever is first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from chengxin.errors import InvalidRecord
from chengxin.records import CreditAnswer, CreditStatus, LastKnown, Record, show, show_last_known

SHORTEST_LIFE: Final = timedelta(seconds=1)
"""Life of an answer that the source forbids to keep: as long as it takes to act on it."""
LONGEST_MARGIN: Final = timedelta(seconds=300)
"""The source refuses a clock that is further off (source-api.md §1), so a larger lead is not our clock's fault."""
TOLERATED_LEAD: Final = timedelta(seconds=60)
"""Clocks that differ by no more are taken as equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """How far a process may rely on a change feed.

    Attributes:
        continuity: the unbroken stretch that is followed; None where no feed is.
        current_until: first instant at which the feed is no longer current unless it is heard of again, aware UTC.
    """

    continuity: str | None = None
    current_until: datetime | None = None


NOT_FOLLOWING: Final = Following()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A complete answer with its life; what cache tiers hold.

    Attributes:
        answer: the answer.
        fetched_at: when it was asked for, aware UTC.
        fresh_until: first instant at which it is stale on its own, aware UTC.
        followed_until: first instant at which it is stale though a change feed is followed, aware UTC.
        etag: the source's tag of it, to renew it without a body.
        continuity: the stretch of the change feed within which it was fetched; None where none was followed.
    """

    answer: CreditAnswer
    fetched_at: datetime
    fresh_until: datetime
    followed_until: datetime
    etag: str | None = None
    continuity: str | None = None

    def __post_init__(self) -> None:
        if not self.fetched_at < self.fresh_until <= self.followed_until:
            raise InvalidRecord("An entry ends after it is fetched, and no earlier where a feed is followed.")

    def ends_at(self, following: Following) -> datetime:
        """Return the first instant at which it is stale, as things stand with the feed."""
        if (
            self.continuity is None
            or self.continuity != following.continuity
            or following.current_until is None
        ):
            return self.fresh_until
        return max(self.fresh_until, min(self.followed_until, following.current_until))

    def is_fresh(self, at: datetime, following: Following = NOT_FOLLOWING) -> bool:
        """Tell whether the answer is within its life."""
        return at < self.ends_at(following)

    def renew_at(self, following: Following, jitter: float) -> datetime:
        """Return when to ask the source again ahead of the end: about the middle of its life.

        Args:
            following: how things stand with the feed.
            jitter: from 0 to 1, so that entries of one moment do not come due in one moment.
        """
        relied = following.continuity is not None and following.continuity == self.continuity
        end = self.followed_until if relied else self.fresh_until
        return self.fetched_at + (end - self.fetched_at) * (0.5 + 0.2 * jitter)

    def show(
        self, at: datetime, following: Following = NOT_FOLLOWING, margin: timedelta = timedelta(0)
    ) -> CreditStatus:
        """Return what the answer shows at ``at``, an instant within its life."""
        return show(
            self.answer,
            at=at,
            fetched_at=self.fetched_at,
            fresh_until=self.ends_at(following),
            margin=margin,
        )

    def show_last_known(
        self, at: datetime, *, grace: timedelta, margin: timedelta = timedelta(0)
    ) -> LastKnown | None:
        """Return what is left to display after its life, within the grace; None after that."""
        if at >= self.fresh_until + grace:
            return None
        return show_last_known(self.answer, at=at, fetched_at=self.fetched_at, margin=margin)

    def erase_at(self, grace: timedelta) -> datetime:
        """Return when a tier that cannot rewrite it erases it: after the grace, or as soon as a record ends.

        Nothing of a record stays in a tier past its disclosure (invariant I1).
        """
        ends = [r.period.ends_at for r in self.answer.records if r.period.ends_at is not None]
        return min([self.followed_until + grace, *ends])

    def without_ended(self, at: datetime) -> Entry:
        """Return the entry without the records whose disclosure is over: nothing of them stays (invariant I1)."""
        kept = tuple(record for record in self.answer.records if not _is_over(record, at))
        if len(kept) == len(self.answer.records):
            return self
        return replace(self, answer=replace(self.answer, records=kept))


def fresh_until(fetched_at: datetime, *, max_age_seconds: float, longest_seconds: float) -> datetime:
    """Return the end of life of an answer.

    Args:
        fetched_at: when it was asked for.
        max_age_seconds: how long the source allows it to be kept; 0 or less means not at all.
        longest_seconds: how long the settings allow it to be kept.

    >>> from datetime import UTC
    >>> fresh_until(datetime(2026, 1, 1, tzinfo=UTC), max_age_seconds=3600, longest_seconds=600).isoformat()
    '2026-01-01T00:10:00+00:00'
    """
    return fetched_at + max(SHORTEST_LIFE, timedelta(seconds=min(max_age_seconds, longest_seconds)))


def margin_of(ahead_seconds: float) -> timedelta:
    """Return the margin that a lead of the source's clock asks for at the boundaries of disclosure.

    >>> margin_of(-59.9), margin_of(61), margin_of(-9999)
    (datetime.timedelta(0), datetime.timedelta(seconds=61), datetime.timedelta(days=-1, seconds=86100))
    """
    longest = LONGEST_MARGIN.total_seconds()
    ahead = timedelta(seconds=max(-longest, min(longest, ahead_seconds)))
    return ahead if abs(ahead) > TOLERATED_LEAD else timedelta(0)


def _is_over(record: Record, at: datetime) -> bool:
    return not record.is_shown(at) and record.next_change_at(at) is None
