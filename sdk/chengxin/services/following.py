"""Follow a source's change feed: each change takes effect once, in every process, and none is missed.

What a change does is to have its subject forgotten everywhere; the next check asks the source. So cost follows the
changes. The mark of how far the feed was read moves only after everything before it has taken effect: a follower that
dies goes on from there, and what it repeats changes nothing. Where changes were lost, the entries that processes share
are compared with a snapshot of the source, and those that differ are forgotten.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from itertools import islice
from typing import Final, TypeVar

from chengxin.cache import CacheTier, FeedMark, told_gone, without_overtaken
from chengxin.clock import Clock
from chengxin.errors import ChengxinError, ConfigurationError, CursorTooOld, TierUnavailable
from chengxin.records import TOLD_FOR, Change
from chengxin.services.options import LookupOptions
from chengxin.services.resync import confirmed, entries_of, fingerprint
from chengxin.sources import ChangeBatch, ChangeFeed, Manifest
from chengxin.store.bookmark import Bookmark, FeedPlace
from chengxin.transport import Deadline

_LEASE: Final = "follower"
_FIRST_WAIT_SECONDS: Final = 1.0
_LONGEST_WAIT_SECONDS: Final = 60.0
_MOST_AT_ONCE: Final = 500
_SNAPSHOT_SECONDS: Final = 3600.0
"""How long a follower that reads a snapshot keeps its place; it ends with its process at once."""
Item = TypeVar("Item")

_log: Final = logging.getLogger("chengxin.follow")


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowOptions:
    """How a change feed is followed.

    Attributes:
        limit: most changes of one question; at most 500.
        wait_seconds: how long the source holds a question open until there is a change; at most 20.
        margin_seconds: how much longer than that a question may take; a snapshot's pieces have as long each.
        on_gap: is told that changes may have been missed, before the feed is followed from behind them: whatever is
            done about changes is to be done by looking at everything once. Where it raises it is told again.
        bookmark: keeps, beside what ``on_change`` does, up to where that was done. A tier that lost its mark goes on
            from there, and what is kept in an older copy than the tier's mark is told as a gap. None where nothing is
            kept that outlives the tier.
    """

    limit: int = 500
    wait_seconds: float = 20.0
    margin_seconds: float = 10.0
    on_gap: Callable[[], None] = lambda: None
    bookmark: Bookmark | None = None

    def __post_init__(self) -> None:
        if not (1 <= self.limit <= 500 and 0 <= self.wait_seconds <= 20 and 0 < self.margin_seconds <= 600):
            raise ConfigurationError(
                "A feed is followed with a limit of 1 to 500, a wait of 0 to 20 s and a margin of up to 600 s."
            )


class Progress(StrEnum):
    """What one step of a follower did."""

    CURRENT = "CURRENT"
    """The feed was read to its end."""
    BEHIND = "BEHIND"
    """Changes took effect and more are there at once."""
    RESYNCHRONISED = "RESYNCHRONISED"
    """Changes had been lost; what differed from a snapshot was forgotten."""
    STANDING_BY = "STANDING_BY"
    """Another process follows."""


class Follower:
    """Follows a feed step by step; of all processes that share a tier one follows, the others stand by.

    Args:
        feed: the source's change feed.
        tier: what processes share.
        invalidate: forgets subjects in this process and in all others, and tells whether all have.
        clock: time.
        options: how to follow.
        life: how long answers are kept.
        on_change: is told each change after it has taken effect; once, and once more where a follower died just then.
    """

    def __init__(
        self,
        feed: ChangeFeed,
        tier: CacheTier,
        *,
        invalidate: Callable[[Sequence[str]], bool],
        clock: Clock,
        options: FollowOptions,
        life: LookupOptions,
        on_change: Callable[[Change], None] = lambda _: None,
    ) -> None:
        self._feed = feed
        self._tier = tier
        self._invalidate = invalidate
        self._clock = clock
        self._options = options
        self._life = life
        self._on_change = on_change
        self._owner = secrets.token_hex(8)

    def step(self) -> Progress:
        """Read the feed once and let what it tells take effect.

        Raises:
            SourceError: the feed or a snapshot could not be read; nothing is missed by it.
            TierUnavailable: the tier could not be reached; nothing is missed by it.
        """
        if not self._is_mine():
            return Progress.STANDING_BY
        mark = self._tier.read_mark()
        if mark is None:
            return self._begin()
        self._mind_older_copy(mark)
        try:
            batch = self._fetch(mark.cursor, wait_seconds=self._options.wait_seconds)
            fresh = fresh_changes(batch.changes, after=mark.seq)
        except CursorTooOld:
            _log.warning("the feed has forgotten what comes next; resynchronising from a snapshot")
            fresh = None
        if fresh is None:
            self._resynchronise()
            return Progress.RESYNCHRONISED
        self._take_effect(fresh)
        if not self._is_mine():
            raise TierUnavailable("Another process follows the feed by now.", tier=self._tier.name)
        self._move_mark(
            replace(
                mark,
                cursor=batch.cursor,
                seq=fresh[-1].seq if fresh else mark.seq,
                beat=mark.beat if batch.more else mark.beat + 1,
            ),
            is_moved=batch.cursor != mark.cursor,
        )
        return Progress.BEHIND if batch.more else Progress.CURRENT

    def run(self, stop: threading.Event) -> None:
        """Follow until ``stop`` is set, whatever fails meanwhile: what fails is logged and tried again."""
        failures = 0
        while not stop.is_set():
            try:
                progress = self.step()
            except Exception as error:  # noqa: BLE001  # whoever is told of changes may raise anything
                failures += 1
                wait = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2.0 ** min(failures - 1, 10))
                said = str(error) if isinstance(error, ChengxinError) else type(error).__qualname__
                _log.warning("the feed could not be followed, again in %.0f s: %s", wait, said)
                stop.wait(wait)
            else:
                failures = 0
                if progress is Progress.STANDING_BY:
                    stop.wait(_FIRST_WAIT_SECONDS)
        self.release()

    def release(self) -> None:
        """Let another process follow."""
        try:
            self._tier.board.release(_LEASE, owner=self._owner)
        except TierUnavailable:
            _log.info("the follower's place could not be given back; it ends by itself")

    def take_place(self) -> bool:
        """Take the follower's place where no other process has it, and tell whether it is taken."""
        return self._is_mine()

    def import_snapshot(self) -> int:
        """Begin with all that a snapshot of the source discloses, and follow from there; return how many subjects.

        What it holds may be used once the feed has been followed from the snapshot up to the present.

        Raises:
            SourceError: there is no snapshot, or it is not whole; nothing of it is kept.
            TierUnavailable: the tier could not be reached.
        """
        if not self._is_mine(for_long=True):
            raise TierUnavailable("Another process follows the feed; end it first.", tier=self._tier.name)
        try:
            return self._import()
        except BaseException:
            self.release()
            raise

    def _import(self) -> int:
        manifest = self._feed.fetch_manifest(deadline=self._deadline())
        continuity = secrets.token_hex(8)
        answers = self._prolonged(self._feed.read_snapshot(manifest, deadline=self._deadline))
        answers = without_overtaken(answers, self._tier.read_gone)
        entries = entries_of(
            answers,
            fetched_at=manifest.data_date,
            continuity=continuity,
            followed_for=timedelta(seconds=self._life.followed_life_seconds),
        )
        count = self._tier.write_many(entries)
        self._begin_at(manifest, continuity)
        return count

    def _is_mine(self, *, for_long: bool = False) -> bool:
        """Take the follower's place, or keep it; for long where a snapshot is read, which tells nothing meanwhile."""
        life = self._options.wait_seconds + 2 * self._options.margin_seconds
        return self._tier.board.take(
            _LEASE, owner=self._owner, life_seconds=max(life, _SNAPSHOT_SECONDS) if for_long else life
        )

    def _begin(self) -> Progress:
        """Follow from where the bookmark lies, or else from now on: what was fetched before is not followed."""
        bookmark = self._options.bookmark
        place = None if bookmark is None else bookmark.read()
        if place is not None:
            mark = FeedMark(continuity=secrets.token_hex(8), cursor=place.cursor, seq=place.seq, beat=0)
            self._tier.write_mark(mark)
            return Progress.BEHIND
        batch = self._fetch(None, wait_seconds=0.0)
        self._take_effect(batch.changes)
        self._options.on_gap()
        seq = batch.changes[-1].seq if batch.changes else None
        self._move_mark(FeedMark(continuity=secrets.token_hex(8), cursor=batch.cursor, seq=seq, beat=1))
        return Progress.CURRENT

    def _mind_older_copy(self, mark: FeedMark) -> None:
        """Tell of a gap where what is kept beside the bookmark knows less than the tier: another copy was restored."""
        bookmark = self._options.bookmark
        if bookmark is None:
            return
        place = bookmark.read()
        if place is None or place.is_behind(mark.seq):
            _log.warning("what is kept of the changes is an older copy; everything is looked at again")
            self._options.on_gap()
            bookmark.write(FeedPlace(cursor=mark.cursor, seq=mark.seq))

    def _move_mark(self, mark: FeedMark, *, is_moved: bool = True) -> None:
        """Have the feed followed up to a mark: everything before it has taken effect."""
        bookmark = self._options.bookmark
        if bookmark is not None and is_moved:
            bookmark.write(FeedPlace(cursor=mark.cursor, seq=mark.seq))
        self._tier.write_mark(mark)

    def _take_effect(self, changes: Sequence[Change]) -> None:
        """Forget the subjects of changes everywhere, and tell of the changes.

        What they take away is kept for gone before that: the source may answer as of before for a while, and whoever
        asks it from then on has to know better.

        Raises:
            TierUnavailable: not everywhere; the changes come again.
        """
        gone = told_gone(changes)
        try:
            if gone:
                self._tier.put_gone(gone, life_seconds=TOLD_FOR.total_seconds())
        finally:  # where there is no room for that, what was kept is no less out of date
            self._forget(dict.fromkeys(change.code for change in changes if change.code is not None))
        for change in changes:
            self._on_change(change)

    def _forget(self, codes: Iterable[str]) -> None:
        for some in _by_hundreds(codes):
            if not self._invalidate(some):
                raise TierUnavailable(
                    "Not every process could be told that subjects changed; the feed is read again from there.",
                    tier=self._tier.name,
                )

    def _resynchronise(self) -> None:
        """Forget what differs from a snapshot, and begin a new stretch of the feed behind it.

        Raises:
            TierUnavailable: the tier could not be reached, or another process has taken the follower's place.
        """
        if not self._is_mine(for_long=True):
            raise TierUnavailable("Another process follows the feed by now.", tier=self._tier.name)
        manifest = self._feed.fetch_manifest(deadline=self._deadline())
        continuity = secrets.token_hex(8)
        now = self._clock.now()
        held = {code: fingerprint(entry.answer, now) for code, entry in self._tier.scan()}
        answers = self._prolonged(self._feed.read_snapshot(manifest, deadline=self._deadline))
        for code in list(confirmed(held, answers, now)):
            self._take_along(code, continuity)
        self._forget(held)
        self._begin_at(manifest, continuity)
        _log.warning("resynchronised from a snapshot; %d subject(s) differed", len(held))

    def _take_along(self, code: str, continuity: str) -> None:
        """Let an entry that the snapshot confirms count in the new stretch, where it is still kept."""
        ticket = self._tier.open(code)
        entry = self._tier.read(code)
        if entry is not None:
            self._tier.write(code, replace(entry, continuity=continuity), ticket=ticket)

    def _begin_at(self, manifest: Manifest, continuity: str) -> None:
        self._options.on_gap()
        self._move_mark(FeedMark(continuity=continuity, cursor=manifest.cursor, seq=manifest.seq, beat=0))

    def _prolonged(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield items, keeping the follower's place meanwhile.

        Raises:
            TierUnavailable: another process has taken it.
        """
        for number, item in enumerate(items):
            if number % _MOST_AT_ONCE == 0 and not self._is_mine(for_long=True):
                raise TierUnavailable("Another process follows the feed by now.", tier=self._tier.name)
            yield item

    def _fetch(self, cursor: str | None, *, wait_seconds: float) -> ChangeBatch:
        options = self._options
        return self._feed.fetch_changes(
            cursor,
            limit=options.limit,
            wait_seconds=wait_seconds,
            deadline=Deadline.after(wait_seconds + options.margin_seconds, self._clock),
        )

    def _deadline(self) -> Deadline:
        return Deadline.after(self._options.margin_seconds, self._clock)


def fresh_changes(changes: Iterable[Change], *, after: int | None) -> list[Change] | None:
    """Return those of a piece of the feed that have not taken effect; None where changes before them are lost.

    Args:
        changes: as they came, at least once each.
        after: number of the last change that took effect; None takes the first as it comes.
    """
    fresh: list[Change] = []
    last = after
    for change in changes:
        if last is not None and change.seq <= last:
            continue
        if last is not None and change.seq != last + 1:
            return None
        fresh.append(change)
        last = change.seq
    return fresh


def _by_hundreds(items: Iterable[Item]) -> Iterator[list[Item]]:
    iterator = iter(items)
    while some := list(islice(iterator, _MOST_AT_ONCE)):
        yield some
