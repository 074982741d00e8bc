"""What the parts of the contract share: tiers, entries, a listener that notes what it hears, and patience."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import timedelta
from typing import Final, Protocol, TypeVar

import pytest

from chengxin.cache import CacheTier, Entry, FeedMark
from chengxin.clock import Clock
from chengxin.errors import TierUnavailable
from chengxin.records import Record
from chengxin.testing.build import CODES, an_answer
from chengxin.testing.clock import FrozenClock

CODE: Final = CODES[0].code
OTHER: Final = CODES[1].code
GRACE: Final = timedelta(hours=24)
LIFE: Final = timedelta(hours=1)
Outcome = TypeVar("Outcome")


class MakeTier(Protocol):
    """Makes tiers that share one store; each stands for a process."""

    def __call__(self, *, source: str, tenant: str, grace: timedelta) -> CacheTier:
        """Return a tier."""
        ...


class Open(Protocol):
    """Makes tiers that are closed after the test."""

    def __call__(self, *, source: str = "contract", tenant: str = "platform") -> CacheTier:
        """Return a tier."""
        ...


class Hearer:
    """A listener that notes what it hears, and lets a test wait for it."""

    def __init__(self) -> None:
        self.heard: list[str | FeedMark | tuple[str, ...]] = []
        self._changed = threading.Condition()

    def on_invalidated(self, codes: Sequence[str]) -> None:
        """Note the codes."""
        self._note(tuple(codes))

    def on_cleared(self) -> None:
        """Note it."""
        self._note("cleared")

    def on_marked(self, mark: FeedMark) -> None:
        """Note the mark."""
        self._note(mark)

    def on_lost(self) -> None:
        """Note it."""
        self._note("lost")

    def on_restored(self) -> None:
        """Note it."""
        self._note("restored")

    def hears(self, what: str | FeedMark | tuple[str, ...], *, times: int = 1, within: float = 5.0) -> bool:
        """Tell whether something is heard so many times within so many seconds, counting what was heard before."""
        with self._changed:
            return self._changed.wait_for(lambda: self.heard.count(what) >= times, within)

    @property
    def codes(self) -> set[str]:
        """All codes that were invalidated."""
        return {code for what in self.heard if isinstance(what, tuple) for code in what}

    def _note(self, what: str | FeedMark | tuple[str, ...]) -> None:
        with self._changed:
            self.heard.append(what)
            self._changed.notify_all()


def eventually(
    predicate: Callable[[], bool], *, within: float = 5.0, clock: FrozenClock | None = None
) -> bool:
    """Tell whether something comes true within so many seconds, which pass on the clock too where one is given."""
    pause = threading.Event()
    for _ in range(int(within / 0.01)):
        if predicate():
            return True
        pause.wait(0.01)
        if clock is not None:
            clock.advance(seconds=0.01)
    return False


def insist(operation: Callable[[], Outcome], *, times: int = 50) -> Outcome:
    """Return what an operation returns, once the tier takes part: under a crowd it may say that it does not."""
    for _ in range(times - 1):
        try:
            return operation()
        except TierUnavailable:
            threading.Event().wait(0.01)
    return operation()


def an_entry(clock: Clock, *records: Record, etag: str | None = None, ago_seconds: float = 0.0) -> Entry:
    """Return an entry that lives for an hour from when it was fetched: now, or so many seconds ago."""
    at = clock.now() - timedelta(seconds=ago_seconds)
    return Entry(
        answer=an_answer(*records, as_of=at),
        fetched_at=at,
        fresh_until=at + LIFE,
        followed_until=at + LIFE,
        etag=etag,
    )


class Part:
    """A part of the contract, on tiers that are closed after each test."""

    @pytest.fixture
    def clock(self) -> FrozenClock:
        """Return the clock of all tiers."""
        return FrozenClock()

    @pytest.fixture
    def make_tier(self, clock: FrozenClock) -> MakeTier:
        """Return what makes the tiers that are tested; every subclass has its own."""
        raise NotImplementedError("Give the class a fixture make_tier.")

    @pytest.fixture
    def tier(self, make_tier: MakeTier) -> Iterator[Open]:
        """Return what makes tiers that are closed after the test."""
        with ExitStack() as stack:

            def make(*, source: str = "contract", tenant: str = "platform") -> CacheTier:
                return stack.enter_context(closing(make_tier(source=source, tenant=tenant, grace=GRACE)))

            yield make
