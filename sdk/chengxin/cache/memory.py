"""The memory tier: what this process may hand out of subjects without asking anybody."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Final, cast

from chengxin.cache.expiring import ExpiringMap, Held, second_look
from chengxin.cache.freshness import NOT_FOLLOWING, Entry, Following
from chengxin.errors import UnknownReason
from chengxin.records import CreditAnswer, CreditStatus, Record

_SHORTEST_WAIT: Final = 1.0
"""An entry comes due again no sooner than this many seconds after it came due."""


@dataclass(frozen=True, slots=True)
class _Known(Held[CreditStatus]):
    """A status with what its entry holds beyond it, from which the next view is made.

    Of the entry itself only that is kept: it and its answer would take half as much again for each subject, most of
    it for what stands in the status as well, and for the tag, which is the shared tier's to use.

    Attributes:
        records: the records of the answer, also those that are not shown yet.
        fresh_until: see ``Entry``.
        followed_until: see ``Entry``.
        continuity: see ``Entry``.
        bound: first instant at which the entry goes whatever its life, in seconds since 1970.
        due_at: from when on who asks for it lets it be renewed, in seconds since 1970.
    """

    records: tuple[Record, ...]
    fresh_until: datetime
    followed_until: datetime
    continuity: str | None
    bound: float
    due_at: float

    def entry(self) -> Entry:
        """Return the entry it shows, without tag and snapshot, which show nothing."""
        status = self.value
        return Entry(
            answer=CreditAnswer(
                subject=status.subject,
                registered=status.reason is not UnknownReason.NOT_FOUND,
                records=self.records,
                as_of=cast("datetime", status.as_of),
                source=status.source,
                snapshot_id="",
            ),
            fetched_at=status.fetched_at,
            fresh_until=self.fresh_until,
            followed_until=self.followed_until,
            continuity=self.continuity,
        )


class MemoryTier(ExpiringMap[str, CreditStatus]):
    """Statuses of one process, by code; no lock and no I/O on a hit.

    When a status passes its end, its entry shows the next view of itself without asking anybody, and the records
    that are no longer disclosed are dropped from memory. Past the middle of its life an entry comes due: the first
    who asks for it is answered at once, and ``on_due`` is told.

    Where invalidations may be missed (``is_confirmed`` False) an entry is handed out for ``unconfirmed_seconds``
    after it was put in and no longer.

    Args:
        max_entries: most entries held.
        unconfirmed_seconds: how long an entry is held while invalidations may be missed.
        jitter: makes random numbers from 0 to 1.
    """

    def __init__(
        self,
        *,
        max_entries: int = 100_000,
        unconfirmed_seconds: float = inf,
        jitter: Callable[[], float] = lambda: 0.0,
    ) -> None:
        super().__init__(max_entries=max_entries)
        self._unconfirmed_seconds = unconfirmed_seconds
        self._jitter = jitter
        self._due: deque[str] = deque()
        self.on_due: Callable[[str], None] = lambda _: None
        """Is told, outside any lock, the code of an entry that is asked for past the middle of its life."""
        self.is_confirmed = True
        """Whether every invalidation is heard of."""
        self.following: Following = NOT_FOLLOWING
        """How far the change feed may be relied on."""
        self.margin = timedelta(0)
        """How far the source's clock is ahead of ours, where that is more than is tolerated."""

    def keep(self, code: str, entry: Entry, at: datetime, *, is_confirmed: bool = True) -> CreditStatus:
        """Keep a fresh entry and return what it shows at ``at``."""
        confirmed = is_confirmed and self.is_confirmed
        bound = inf if confirmed else at.timestamp() + self._unconfirmed_seconds
        due_at = entry.renew_at(self.following, self._jitter()).timestamp()
        known = self._view(entry, at, bound=bound, due_at=due_at)
        self.put(code, known, at.timestamp())
        return known.value

    def _view(self, entry: Entry, at: datetime, *, bound: float, due_at: float) -> _Known:
        shown = entry.without_ended(at)
        status = shown.show(at, self.following, self.margin)
        if bound < status.valid_until.timestamp():
            status = replace(status, valid_until=datetime.fromtimestamp(bound, UTC))
        ends = status.valid_until.timestamp()
        records = shown.answer.records
        return _Known(
            value=status,
            until=second_look(min(ends, due_at)),
            ends=ends,
            records=status.records if records == status.records else records,
            fresh_until=entry.fresh_until,
            followed_until=entry.followed_until,
            continuity=entry.continuity,
            bound=bound,
            due_at=due_at,
        )

    def _turned(
        self, key: str, held: Held[CreditStatus], at: float, *, asked: bool
    ) -> Held[CreditStatus] | None:
        if not isinstance(held, _Known):
            return None
        instant = datetime.fromtimestamp(at, UTC)
        entry = held.entry()
        if at >= held.bound or not entry.is_fresh(instant, self.following):
            return None
        due_at = held.due_at
        if asked and at >= due_at:
            end = entry.ends_at(self.following).timestamp()
            due_at = at + max(_SHORTEST_WAIT, (end - at) / 2)
            self._due.append(key)
        if at < held.ends:
            return replace(held, until=min(held.ends, due_at), due_at=due_at)
        return self._view(entry, instant, bound=held.bound, due_at=due_at)

    def _look_again(self, key: str, at: float) -> CreditStatus | None:
        value = super()._look_again(key, at)
        while self._due:
            try:
                due = self._due.popleft()
            except IndexError:
                break
            self.on_due(due)
        return value
