"""The seam to cache tiers that processes share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chengxin.board import Board
from chengxin.cache.freshness import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMark:
    """How far a source's change feed has been followed, for all who share a tier.

    Attributes:
        continuity: names the unbroken stretch that is followed; what was fetched within it is followed.
        cursor: where to go on.
        seq: number of the last change that took effect; None before the first.
        beat: grows with every time at which the feed was read to its end and all of it had taken effect.
    """

    continuity: str
    cursor: str
    seq: int | None
    beat: int


class TierListener(Protocol):
    """What a process wants to hear of a tier. Called from a thread of the tier; returns soon, and never raises."""

    def on_invalidated(self, codes: Sequence[str]) -> None:
        """Some process has learned that what is known of these subjects is out of date."""
        ...

    def on_cleared(self) -> None:
        """Nothing that was known before holds."""
        ...

    def on_marked(self, mark: FeedMark) -> None:
        """The feed was followed up to here; told at each beat."""
        ...

    def on_lost(self) -> None:
        """From now on invalidations may be missed."""
        ...

    def on_restored(self) -> None:
        """From now on no invalidation is missed; those of the time since ``on_lost``, or before the first, may be."""
        ...


class CacheTier(Protocol):
    """Entries that the processes of one platform share.

    Every operation takes a bounded time (at most 0.1 s where the store is slow or away, next to none while it
    is known to be away) and raises ``TierUnavailable`` where the store cannot be reached.

    What a tier guarantees: once ``invalidate`` has returned, ``read`` gives nothing of these subjects that was
    ``opened`` before, in any process; and every listener hears of it within a second, or of ``on_lost``. Nor does
    an entry ever take the place of one that was fetched later: of an answer to a question that was put later, and
    so knows of repairs that the other one does not (invariant I1). Looking and keeping are one step among all
    processes. An entry that claims to be fetched more than a minute from now was kept under a wrong clock; it
    stands in nobody's way.
    """

    @property
    def name(self) -> str:
        """Kind of tier: ``memory``, ``sqlite`` or ``redis``."""
        ...

    @property
    def board(self) -> Board:
        """Notes, counters and leases of the same processes."""
        ...

    def listen(self, listener: TierListener) -> None:
        """Hear of invalidations in this process; next to free where it does so already, and after a fork anew.

        ``on_restored`` is called once the first invalidation that could be missed is behind; never raises.
        """
        ...

    def read(self, code: str) -> Entry | None:
        """Return what is kept of a subject, past its life too, as long as it was not erased."""
        ...

    def open(self, code: str) -> str:
        """Return a ticket, before the source is asked, that proves which invalidations came before."""
        ...

    def write(self, code: str, entry: Entry, *, ticket: str) -> bool:
        """Keep an entry, until its ``erase_at``, and tell whether it was kept.

        It is not where it is superseded: the subject was invalidated since the ticket was opened, or what is kept
        of it was fetched later. Whoever asked asks again.
        """
        ...

    def write_many(self, rows: Iterable[tuple[str, Entry]]) -> int:
        """Keep many entries of one import, each unless what is kept was fetched later; return how many were kept.

        Needs no tickets: whoever imports follows the changes since. Streams ``rows``.
        """
        ...

    def invalidate(self, codes: Sequence[str]) -> None:
        """Forget subjects in this tier and in every process, and refuse what was opened before."""
        ...

    def clear(self) -> None:
        """Forget everything, everywhere, and refuse what was opened before; the feed mark too.

        What was told to be gone stays so: it is nothing that the source could be asked for again.
        """
        ...

    def scan(self) -> Iterator[tuple[str, Entry]]:
        """Yield all entries, in no order; one that is changed meanwhile may be yielded or not."""
        ...

    def put_gone(self, rows: Mapping[str, int | None], *, life_seconds: float) -> None:
        """Keep of records that they are gone, for all processes and whatever else is forgotten.

        Args:
            rows: by the name of a record (``chengxin.cache.gone``) up to which version it is gone, in place of what
                was kept of it; None where it is disclosed again, so that nothing is kept.
            life_seconds: how long it is kept.
        """
        ...

    def read_gone(self, names: Sequence[str]) -> Mapping[str, int]:
        """Return which of some records are gone, by name, each with the version up to which it is."""
        ...

    def read_mark(self) -> FeedMark | None:
        """Return how far the change feed has been followed."""
        ...

    def write_mark(self, mark: FeedMark) -> None:
        """Keep how far the change feed has been followed, for as long as entries are kept, and tell listeners."""
        ...

    def pump(self) -> None:
        """Return when all that was told before has been heard in this process; for tests and orderly stops."""
        ...

    def close(self) -> None:
        """End threads and connections of this process."""
        ...
