"""How long an answer lives: pure arithmetic on instants.

An answer lives from the instant it was *asked for* (the latest at which the source can have known better) for
the source's own ``max-age``, capped by the settings. What a caller is handed is true until that end or until
the next record appears or disappears, whichever is first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from chengxin.errors import InvalidRecord
from chengxin.records import CreditAnswer, CreditStatus, Record, show

SHORTEST_LIFE: Final = timedelta(seconds=1)
"""Life of an answer that the source forbids to keep: as long as it takes to act on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A complete answer with its life; what cache tiers hold.

    Attributes:
        answer: the answer.
        fetched_at: when it was asked for, aware UTC.
        fresh_until: first instant at which it is stale, aware UTC.
    """

    answer: CreditAnswer
    fetched_at: datetime
    fresh_until: datetime

    def __post_init__(self) -> None:
        if self.fresh_until <= self.fetched_at:
            raise InvalidRecord("An entry ends after it is fetched.")

    def is_fresh(self, at: datetime) -> bool:
        """Tell whether the answer is within its life."""
        return at < self.fresh_until

    def show(self, at: datetime) -> CreditStatus:
        """Return what the answer shows at ``at``, an instant within its life."""
        return show(self.answer, at=at, fetched_at=self.fetched_at, fresh_until=self.fresh_until)

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


def _is_over(record: Record, at: datetime) -> bool:
    return not record.is_shown(at) and record.next_change_at(at) is None
