"""What a process has heard from the tier that it shares with others, and how far it may rely on it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from chengxin.cache import NOT_FOLLOWING, Entry, FeedMark, Following
from chengxin.clock import Clock
from chengxin.lock import ProcessLock

_log: Final = logging.getLogger("chengxin.cache")


class Listening:
    """Hears invalidations and beats of the feed, and judges which entries of the tier may be used.

    While nothing is heard, what is in memory lives for a moment only. What was kept in the tier before contact was
    lost is not used after it: an invalidation may have been lost with it. It is used again as soon as a follower of the
    feed has confirmed, after the loss, that all it knows has taken effect.

    Args:
        clock: time.
        feed_bound: how long after a beat the feed counts as current.
    """

    def __init__(self, clock: Clock, *, feed_bound: timedelta) -> None:
        self._clock = clock
        self._feed_bound = feed_bound
        self._lock = ProcessLock()
        self._mark: FeedMark | None = None
        self._distrusted_before: datetime | None = None
        self._tombstones: dict[str, datetime] = {}
        self._was_lost = False
        self._is_leaving = False
        self._heard_first = threading.Event()
        self.is_confirmed = False
        """Whether every invalidation is heard of."""
        self.following: Following = NOT_FOLLOWING
        """How far the change feed may be relied on."""
        self.heard_at: datetime | None = None
        """When the feed was last heard of, aware UTC."""
        self.drop: Callable[[Sequence[str]], None] = lambda _: None
        """Forgets subjects in this process."""
        self.flush: Callable[[], None] = lambda: None
        """Forgets everything in this process."""
        self.reconsider: Callable[[], None] = lambda: None
        """Lets nothing that is under way count as it is."""
        self.changed: Callable[[], None] = lambda: None
        """Is told that ``following`` or ``is_confirmed`` is another."""
        self.retry: Callable[[], None] = lambda: None
        """Is told that the tier is in reach again while invalidations wait."""

    def on_invalidated(self, codes: Sequence[str]) -> None:
        """Forget subjects."""
        self.drop(codes)

    def on_cleared(self) -> None:
        """Forget everything."""
        with self._lock:
            self._mark = None
            self.following = NOT_FOLLOWING
            self._distrusted_before = None
        self.changed()
        self.flush()

    def on_marked(self, mark: FeedMark) -> None:
        """Rely on the feed from the second mark of a stretch on: the first may be of any age.

        Where a stretch begins with a snapshot, what the tier kept was compared with it, and what is in memory alone
        was not.
        """
        with self._lock:
            before = self._mark
            self._mark = mark
            is_new = before is not None and before.continuity != mark.continuity
            is_beat = before is not None and before.continuity == mark.continuity and mark.beat > before.beat
            if is_beat:
                self.heard_at = self._clock.now()
                self._distrusted_before = None
            self.following = Following(
                continuity=mark.continuity,
                current_until=self.heard_at + self._feed_bound if is_beat and self.heard_at else None,
            )
        self.changed()
        if is_new or not mark.beat:
            self.flush()

    def on_lost(self) -> None:
        """Let what is in memory go: from now on invalidations may be missed."""
        if not self._is_leaving:
            _log.warning("contact with the shared cache is lost; what is in memory lives for a moment only")
        with self._lock:
            self.is_confirmed = False
            self._was_lost = True
            self._mark = None
            self.following = NOT_FOLLOWING
        self.changed()
        self.flush()
        self._heard_first.set()

    def on_restored(self) -> None:
        """Rely on the tier again, but not on what it kept before the loss."""
        with self._lock:
            if self._was_lost:
                self._distrusted_before = self._clock.now()
            self._mark = None
        # What was read before may be out of date: what is under way is looked at again, and what is in memory was put
        # there for a moment only. Not before that does anything count as confirmed.
        self.reconsider()
        self.is_confirmed = True
        self.changed()
        if self._was_lost:
            self.flush()
        self._heard_first.set()
        if self._tombstones:
            self.retry()

    def leave(self) -> None:
        """Take it that contact ends from now on because it is given up here, which is no reason to warn anybody."""
        self._is_leaving = True

    def await_first(self, seconds: float) -> None:
        """Wait for the first contact; once: whoever comes later finds it made, or out of reach."""
        self._heard_first.wait(seconds)
        self._heard_first.set()

    def start_over(self) -> None:
        """Take it that nothing is heard, as in a child that was just forked."""
        self._lock = ProcessLock()
        self._heard_first = threading.Event()
        self.is_confirmed = False
        self.heard_at = None
        self._mark = None
        self.following = NOT_FOLLOWING
        self.changed()

    def trusts(self, code: str, entry: Entry) -> bool:
        """Tell whether an entry of the tier may be used."""
        bounds = (self._distrusted_before, self._tombstones.get(code))
        return all(bound is None or entry.fetched_at > bound for bound in bounds)

    def bury(self, codes: Iterable[str]) -> datetime:
        """Use nothing of the tier that was kept of these subjects so far: its invalidation waits; return since when."""
        now = self._clock.now()
        with self._lock:
            self._tombstones.update(dict.fromkeys(codes, now))
        return now

    def buried(self) -> list[str]:
        """Return the subjects whose invalidation waits."""
        with self._lock:
            return list(self._tombstones)

    def unbury(self, codes: Iterable[str], at: datetime) -> None:
        """Take note that subjects are invalidated that were buried at ``at``; who was buried since stays so."""
        with self._lock:
            for code in codes:
                if self._tombstones.get(code, at) <= at:
                    self._tombstones.pop(code, None)
