"""Changes of a feed that take effect, through memory and tier, one follower on one thread."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from random import Random
from time import perf_counter
from typing import Final

from chengxin import CreditClient
from chengxin.clock import Clock, SystemClock
from chengxin.records import Change, ChangeKind
from chengxin.services import FollowOptions, Progress
from chengxin.sources import ChangeBatch
from chengxin.testing import ScriptedFeed
from chengxin.transport import Deadline
from tests.bench.codes import lawful_codes
from tests.bench.harness import Case, Comparison, Table, at_least, require_equal
from tests.bench.material import Spring

_SUBJECTS: Final = 20_000
_CHANGES: Final = 50_000
_GOAL_A_SECOND: Final = 5_000
_PIECE: Final = 500


@contextmanager
def table() -> Iterator[Table]:
    """Open the table of changes of subjects that are held; those of a turn are held again before it, untimed.

    A turn reads the feed to its end, in pieces of 500, the most that the source gives at once. The peer is the goal
    itself, a change in 200 µs; beside it stands the same client when it is told to forget one subject after the other.
    """
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        cases = [Case(name="goal", run=lambda count: count / _GOAL_A_SECOND)]
        comparisons = []
        for store, url in (("memory", "memory://"), ("SQLite", f"sqlite:///{directory}/cache.db")):
            followed = stack.enter_context(_followed(url))
            cases.append(Case(name=store, run=followed.follow))
            cases.append(Case(name=f"{store}, one by one", run=followed.forget))
            comparisons.append(
                Comparison(
                    name=f"change takes effect, {store} tier / {_GOAL_A_SECOND:,} a second",
                    ours=store,
                    peer="goal",
                    goal=at_least(1),
                )
            )
            comparisons.append(
                Comparison(
                    name=f"change takes effect, {store} tier / forget one by one",
                    ours=store,
                    peer=f"{store}, one by one",
                )
            )
        yield Table(
            title=f"Changes, {_CHANGES:,} in turn, of {_SUBJECTS:,} subjects that are held without records",
            cases=cases,
            comparisons=comparisons,
            rounds=5,
            turn_seconds=0.5,
        )


@contextmanager
def _followed(url: str) -> Iterator[_Followed]:
    followed = _Followed(url)
    with followed.client:
        yield followed


class _Followed:
    """A client that holds subjects and follows a feed."""

    def __init__(self, url: str) -> None:
        clock = SystemClock()
        source = Spring(clock=clock, records=0)
        self._feed = source.feed = _Stream(source, clock)
        self._codes = lawful_codes(_SUBJECTS)
        rng = Random(3)
        self._changing = cycle(rng.choices(self._codes, k=_CHANGES))
        self.client = CreditClient(source, clock=clock, cache=url)
        self._seen = 0
        self._follower = self.client.follower(
            on_change=self._see, options=FollowOptions(wait_seconds=0.0, margin_seconds=60.0)
        )
        self._follower.step()
        self._fill(self._codes)

    def follow(self, count: int) -> float:
        """Return the seconds that so many changes take, told in full pieces: at least one, whatever the count."""
        told = max(1, round(count / _PIECE)) * _PIECE
        codes = self._hold(told)
        self._feed.tell(codes)
        self._seen = 0
        started = perf_counter()
        while self._follower.step() is Progress.BEHIND:
            pass
        seconds = perf_counter() - started
        require_equal("changes that took effect", self._seen, told)
        return seconds * count / told

    def forget(self, count: int) -> float:
        """Return the seconds that it takes to forget as many subjects, each for itself."""
        codes = self._hold(count)
        forget = self.client.forget
        started = perf_counter()
        for code in codes:
            forget(code)
        return perf_counter() - started

    def _see(self, _: Change) -> None:
        self._seen += 1

    def _hold(self, count: int) -> Sequence[str]:
        """Return the subjects that change next, and let all of them be held."""
        codes = list(islice(self._changing, count))
        self._fill(codes)
        return codes

    def _fill(self, codes: Sequence[str]) -> None:
        for start in range(0, len(codes), _PIECE):
            self.client.check_many(codes[start : start + _PIECE])


class _Stream(ScriptedFeed):
    """A feed that is read where it was left."""

    def __init__(self, source: Spring, clock: Clock) -> None:
        super().__init__(source, clock)
        self._time = clock
        self._first = 0
        self._told: list[Change] = []

    def tell(self, codes: Sequence[str]) -> None:
        """Tell a change of each subject, and forget what was told before."""
        self._first += len(self._told)
        at = self._time.now()
        self._told = [
            Change(seq=seq, at=at, code=code, record_id=None, version=0, kind=ChangeKind.UPDATED)
            for seq, code in enumerate(codes, self._first + 1)
        ]

    def fetch_changes(
        self, cursor: str | None, *, limit: int, wait_seconds: float, deadline: Deadline
    ) -> ChangeBatch:
        """Return what follows a cursor."""
        last = self._first + len(self._told)
        start = (last if cursor is None else int(cursor)) - self._first
        some = self._told[start : start + limit]
        end = self._first + start + len(some)
        return ChangeBatch(changes=tuple(some), cursor=str(end), more=end < last, at=self._time.now())
