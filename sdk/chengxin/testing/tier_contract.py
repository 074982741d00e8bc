"""What every cache tier must do, as tests to inherit: of our tiers, and of a user's own.

::

    from chengxin.testing.tier_contract import CacheTierContract

    class TestMyTier(CacheTierContract):
        @pytest.fixture
        def make_tier(self, clock):
            return lambda *, source, tenant, grace: MyTier(..., clock=clock)

Tiers that ``make_tier`` returns share one store: each stands for a process. Where a tier is of one process alone,
``make_tier`` returns the same one for the same source and tenant. They are closed by the tests that made them. This
module needs pytest; nothing else of ``chengxin.testing`` does.
"""

# ruff: noqa: S101 -- a contract asserts

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import date, datetime, timedelta
from itertools import permutations, product
from typing import Final, Protocol, TypeVar

import pytest

from chengxin.cache import CacheTier, Entry, FeedMark
from chengxin.clock import Clock
from chengxin.errors import ConfigurationError, TierUnavailable
from chengxin.records import Record, end_of_china_day
from chengxin.testing.build import CODES, a_penalty, an_answer
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


class _Contract:
    """What the parts of the contract share."""

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


class BoardContract(_Contract):
    """Notes, counters and leases."""

    def test_a_note_is_read_by_all_and_replaced(self, tier: Open) -> None:
        """What one process puts up another reads, and only the latest of it."""
        here, there = tier().board, tier().board
        assert here.read("weather") is None
        here.write("weather", b"\x00rain", life_seconds=60.0)
        assert there.read("weather") == b"\x00rain"
        there.write("weather", b"sun", life_seconds=60.0)
        assert here.read("weather") == b"sun"

    def test_a_note_ends_with_its_life(self, tier: Open, clock: FrozenClock) -> None:
        """No note outstays its life."""
        board = tier().board
        board.write("weather", b"rain", life_seconds=0.05)
        assert eventually(lambda: board.read("weather") is None, clock=clock)

    def test_a_counter_adds_up_over_all(self, tier: Open, clock: FrozenClock) -> None:
        """Additions of all processes count, until the life that began with the first is over."""
        here, there = tier().board, tier().board
        assert here.add("asked", 2, life_seconds=60.0) == 2
        assert there.add("asked", 3, life_seconds=60.0) == 5
        assert here.add("asked", -1, life_seconds=60.0) == 4
        assert here.add("short", 1, life_seconds=0.05) == 1
        assert here.add("short", 1, life_seconds=60.0) == 2
        assert eventually(lambda: here.add("short", 1, life_seconds=60.0) == 1, clock=clock)

    def test_names_of_different_kinds_do_not_meet(self, tier: Open) -> None:
        """A note, a counter and a lease may bear one name."""
        board = tier().board
        board.write("x", b"note", life_seconds=60.0)
        assert board.add("x", 1, life_seconds=60.0) == 1
        assert board.take("x", owner="me", life_seconds=60.0)
        assert board.read("x") == b"note"

    def test_a_lease_is_held_by_one(self, tier: Open) -> None:
        """Nobody else takes it until it is given back, and only its holder gives it back."""
        here, there = tier().board, tier().board
        assert here.take("lead", owner="a", life_seconds=60.0)
        assert here.take("lead", owner="a", life_seconds=60.0)
        assert not here.take("lead", owner="b", life_seconds=60.0)
        assert not there.take("lead", owner="c", life_seconds=60.0)
        there.release("lead", owner="c")
        assert not there.take("lead", owner="c", life_seconds=60.0)
        here.release("lead", owner="a")
        assert there.take("lead", owner="c", life_seconds=60.0)

    def test_a_lease_ends_with_its_life(self, tier: Open, clock: FrozenClock) -> None:
        """A holder that lives and says nothing loses it in the end."""
        board = tier().board
        assert board.take("lead", owner="a", life_seconds=0.05)
        assert eventually(lambda: board.take("lead", owner="b", life_seconds=60.0), clock=clock)

    def test_of_many_takers_one_wins(self, tier: Open) -> None:
        """Taking is one step, however many try at once."""
        boards = [tier().board for _ in range(4)]
        barrier = threading.Barrier(8)
        won: list[str] = []

        def take(owner: str) -> None:
            barrier.wait()
            board = boards[int(owner) % 4]
            if insist(lambda: board.take("lead", owner=owner, life_seconds=60.0)):
                won.append(owner)

        _run_all([lambda n=n: take(str(n)) for n in range(8)])  # type: ignore[misc]
        assert len(won) == 1

    @pytest.mark.parametrize("seconds", [0.0, -1.0, 90_001.0, float("nan")])
    def test_a_life_out_of_bounds_is_refused(self, tier: Open, seconds: float) -> None:
        """Nothing is put up for no time or for days."""
        board = tier().board
        with pytest.raises(ConfigurationError):
            board.write("x", b"", life_seconds=seconds)
        with pytest.raises(ConfigurationError):
            board.add("x", 1, life_seconds=seconds)
        with pytest.raises(ConfigurationError):
            board.take("x", owner="a", life_seconds=seconds)


class TicketContract(_Contract):
    """Tickets against invalidations, marks, and what listeners hear."""

    def test_what_was_opened_before_an_invalidation_is_refused(self, tier: Open, clock: FrozenClock) -> None:
        """An answer that was asked for before the change was known is not kept."""
        here, there = tier(), tier()
        ticket = here.open(CODE)
        there.invalidate([OTHER, CODE])
        assert not here.write(CODE, an_entry(clock), ticket=ticket)
        assert here.read(CODE) is None

    def test_what_was_opened_after_an_invalidation_is_kept(self, tier: Open, clock: FrozenClock) -> None:
        """An answer that was asked for afterwards knows of the change; others' changes do not matter."""
        here, there = tier(), tier()
        there.invalidate([CODE])
        ticket = here.open(CODE)
        there.invalidate([OTHER])
        assert here.write(CODE, an_entry(clock), ticket=ticket)
        assert here.write(CODE, an_entry(clock), ticket=ticket)

    def test_what_was_opened_before_a_clearing_is_refused(self, tier: Open, clock: FrozenClock) -> None:
        """Nothing of before holds, and what comes after does."""
        here, there = tier(), tier()
        ticket = here.open(CODE)
        there.clear()
        assert not here.write(CODE, an_entry(clock), ticket=ticket)
        assert here.write(CODE, an_entry(clock), ticket=here.open(CODE))

    @pytest.mark.parametrize("ticket", ["", ":", "nonsense", "0:0", "a:b:c"])
    def test_a_ticket_of_nobody_is_refused(self, tier: Open, clock: FrozenClock, ticket: str) -> None:
        """Only what this store opened proves anything."""
        assert not tier().write(CODE, an_entry(clock), ticket=ticket)

    def test_listeners_hear_what_any_process_tells(self, tier: Open) -> None:
        """Each listener of each process hears of invalidations, its own ones too."""
        here, there = tier(), tier()
        first, second, third = Hearer(), Hearer(), Hearer()
        here.listen(first)
        here.listen(second)
        there.listen(third)
        assert all(hearer.hears("restored") for hearer in (first, second, third))
        here.invalidate([CODE])
        there.invalidate([OTHER])
        for told in (here, there):
            told.pump()
        assert all(hearer.codes == {CODE, OTHER} for hearer in (first, second, third))

    def test_listening_twice_is_listening_once(self, tier: Open) -> None:
        """A listener is told once, however often it asked to be."""
        here, hearer = tier(), Hearer()
        for _ in range(3):
            here.listen(hearer)
        assert hearer.hears("restored")
        here.invalidate([CODE])
        here.pump()
        assert hearer.heard == ["restored", (CODE,)]

    def test_a_late_listener_is_restored_too(self, tier: Open) -> None:
        """Every listener is told from when on it misses nothing."""
        here, early, late = tier(), Hearer(), Hearer()
        here.listen(early)
        assert early.hears("restored")
        here.listen(late)
        assert late.hears("restored")
        assert early.heard == ["restored"]

    def test_a_clearing_is_heard(self, tier: Open) -> None:
        """Every process learns that nothing of before holds."""
        here, there, hearer = tier(), tier(), Hearer()
        here.listen(hearer)
        assert hearer.hears("restored")
        there.clear()
        here.pump()
        assert hearer.heard.count("cleared") == 1

    def test_a_mark_is_kept_and_heard_at_each_beat(self, tier: Open) -> None:
        """How far the feed was followed is known to all, until everything is cleared."""
        here, there, hearer = tier(), tier(), Hearer()
        assert here.read_mark() is None
        here.listen(hearer)
        assert hearer.hears("restored")
        for beat in (1, 2):
            mark = FeedMark(continuity="c1", cursor="後", seq=None if beat == 1 else 7, beat=beat)
            there.write_mark(mark)
            here.pump()
            assert here.read_mark() == mark
            assert hearer.heard.count(mark) == 1
        there.clear()
        assert here.read_mark() is None

    def test_many_subjects_are_invalidated_at_once(self, tier: Open) -> None:
        """A page of the feed is told as a whole."""
        here, there, hearer = tier(), tier(), Hearer()
        here.listen(hearer)
        assert hearer.hears("restored")
        codes = [f"SUBJECT{n:011d}" for n in range(500)]
        there.invalidate(codes)
        there.invalidate([])
        here.pump()
        assert hearer.codes == set(codes)

    def test_a_tier_that_nobody_listens_to_is_pumped(self, tier: Open) -> None:
        """Where nobody listens there is nothing to wait for."""
        tier().pump()

    def test_closing_twice_is_closing_once(self, tier: Open) -> None:
        """An orderly stop may be asked for twice."""
        here, hearer = tier(), Hearer()
        here.listen(hearer)
        assert hearer.hears("restored")
        here.close()
        here.close()


class StoreContract(_Contract):
    """Entries that processes share."""

    def test_what_one_process_keeps_another_reads(self, tier: Open, clock: FrozenClock) -> None:
        """An entry comes back as it was."""
        here, there = tier(), tier()
        assert there.read(CODE) is None
        entry = an_entry(clock, a_penalty(), etag='"e1"')
        assert here.write(CODE, entry, ticket=here.open(CODE))
        assert there.read(CODE) == entry
        assert there.read(OTHER) is None

    def test_the_latest_entry_counts(self, tier: Open, clock: FrozenClock) -> None:
        """An entry takes the place of one that was fetched earlier, or at the same instant."""
        here, there = tier(), tier()
        for etag, ago in (("1", 9.0), ("2", 0.0), ("3", 0.0)):
            entry = an_entry(clock, etag=etag, ago_seconds=ago)
            assert here.write(CODE, entry, ticket=here.open(CODE))
            assert there.read(CODE) == entry

    def test_i1_a_slow_answer_does_not_take_the_place_of_a_later_one(
        self, tier: Open, clock: FrozenClock
    ) -> None:
        """What was asked for earlier may not know of a repair; whoever asked is told to ask again."""
        here, there = tier(), tier()
        slow, quick = here.open(CODE), there.open(CODE)
        early, late = an_entry(clock, a_penalty(), ago_seconds=1e-6), an_entry(clock)
        assert there.write(CODE, late, ticket=quick)
        assert not here.write(CODE, early, ticket=slow)
        assert here.read(CODE) == late
        assert here.write(OTHER, early, ticket=here.open(OTHER))

    def test_i1_any_order_of_writes_leaves_the_latest_entry(self, tier: Open, clock: FrozenClock) -> None:
        """Whoever writes, alone or in an import, and in whatever order: an entry is kept where none is newer."""
        tiers = (tier(), tier())
        orders = product(permutations((0.0, 0.001, 2000.0)), product((False, True), repeat=3))
        for number, (agos, imports) in enumerate(orders):
            code, least = f"SUBJECT{number:011d}", agos[0]
            for turn, (ago, is_import) in enumerate(zip(agos, imports, strict=True)):
                writer, entry = tiers[turn % 2], an_entry(clock, ago_seconds=ago)
                is_kept = (
                    writer.write_many([(code, entry)]) == 1
                    if is_import
                    else writer.write(code, entry, ticket=writer.open(code))
                )
                least = min(least, ago)
                assert is_kept == (ago == least)
            assert tiers[0].read(code) == an_entry(clock)

    def test_what_is_over_stands_in_nobodys_way(self, tier: Open, clock: FrozenClock) -> None:
        """Once it is erased, or no longer read, an entry keeps none out that was fetched before it."""
        end = end_of_china_day(date(2026, 11, 30))
        clock.advance(to=end - timedelta(seconds=1))
        here, entry = tier(), an_entry(clock, ago_seconds=60.0)
        ending = an_entry(clock, a_penalty(end_on=date(2026, 11, 30)))
        assert here.write(CODE, ending, ticket=here.open(CODE))
        assert not here.write(CODE, entry, ticket=here.open(CODE))
        clock.advance(to=end)
        assert here.write(CODE, entry, ticket=here.open(CODE))

    def test_an_entry_of_the_future_stands_in_nobodys_way(self, tier: Open, clock: FrozenClock) -> None:
        """What a process with a wrong clock has kept gives way to what is fetched now; a small lead is none."""
        here, there = tier(), tier()
        for code, lead, is_kept in ((CODE, 61.0, True), (OTHER, 59.0, False)):
            assert there.write_many([(code, an_entry(clock, ago_seconds=-lead))]) == 1
            assert here.write(code, an_entry(clock), ticket=here.open(code)) == is_kept

    def test_i1_an_invalidated_subject_is_gone_for_all(self, tier: Open, clock: FrozenClock) -> None:
        """Once it is told nobody reads what was known before, and others' entries stay."""
        here, there = tier(), tier()
        for code in (CODE, OTHER):
            assert here.write(code, an_entry(clock), ticket=here.open(code))
        there.invalidate([CODE])
        assert here.read(CODE) is None
        assert here.read(OTHER) is not None

    def test_i1_a_cleared_tier_holds_nothing(self, tier: Open, clock: FrozenClock) -> None:
        """Nobody reads anything of before, and what comes after is kept."""
        here, there = tier(), tier()
        for code in (CODE, OTHER):
            assert here.write(code, an_entry(clock), ticket=here.open(code))
        there.clear()
        assert [here.read(CODE), here.read(OTHER), list(here.scan())] == [None, None, []]
        assert here.write(CODE, an_entry(clock), ticket=here.open(CODE))
        assert there.read(CODE) is not None

    def test_i1_an_entry_is_gone_as_soon_as_a_record_ends(self, tier: Open, clock: FrozenClock) -> None:
        """At 24:00 of the last day of disclosure nothing of it is read, though its life goes on."""
        end = end_of_china_day(date(2026, 11, 30))
        clock.advance(to=end - timedelta(seconds=60))
        here, there = tier(), tier()
        entry = an_entry(clock, a_penalty(end_on=date(2026, 11, 30)))
        assert here.write(CODE, entry, ticket=here.open(CODE))
        clock.advance(to=end - timedelta(milliseconds=1))
        assert there.read(CODE) == entry
        clock.advance(to=end)
        assert there.read(CODE) is None
        assert list(there.scan()) == []
        assert not here.write(CODE, entry, ticket=here.open(CODE))

    def test_an_entry_is_kept_past_its_life_for_the_grace(self, tier: Open, clock: FrozenClock) -> None:
        """What was known last can be displayed for a while; then it is gone."""
        here, there = tier(), tier()
        entry = an_entry(clock)
        end = clock.now() + LIFE + GRACE
        assert here.write(CODE, entry, ticket=here.open(CODE))
        _advance(clock, end - timedelta(milliseconds=1))
        assert there.read(CODE) == entry
        _advance(clock, end)
        assert there.read(CODE) is None

    def test_many_entries_are_kept_and_scanned(self, tier: Open, clock: FrozenClock) -> None:
        """An import is streamed in, and comes out as a whole."""
        here, there = tier(), tier()
        rows = {f"SUBJECT{n:011d}": an_entry(clock, etag=str(n)) for n in range(1100)}
        assert here.write_many((code, entry) for code, entry in rows.items()) == 1100
        assert dict(there.scan()) == rows

    def test_i1_an_import_keeps_what_was_fetched_later(self, tier: Open, clock: FrozenClock) -> None:
        """A snapshot is of some time ago; what is known better since then stays, and is not counted."""
        here, there = tier(), tier()
        late = an_entry(clock)
        assert here.write(CODE, late, ticket=here.open(CODE))
        early = an_entry(clock, a_penalty(), ago_seconds=600.0)
        assert there.write_many([(CODE, early), (OTHER, early), (OTHER, early)]) == 2
        assert [here.read(CODE), here.read(OTHER)] == [late, early]

    def test_tenants_and_sources_see_nothing_of_each_other(self, tier: Open, clock: FrozenClock) -> None:
        """What one platform keeps, tells and clears is its own; so for each source."""
        here, hearer = tier(), Hearer()
        others = [tier(tenant="other"), tier(source="other"), tier(tenant="platform:contract", source="")]
        here.listen(hearer)
        assert hearer.hears("restored")
        assert here.write(CODE, an_entry(clock), ticket=here.open(CODE))
        here.board.write("x", b"note", life_seconds=60.0)
        for other in others:
            assert other.read(CODE) is None
            assert list(other.scan()) == []
            assert other.board.read("x") is None
            other.invalidate([CODE])
            other.clear()
        here.pump()
        assert here.read(CODE) is not None
        assert hearer.heard == ["restored"]

    def test_i1_no_race_brings_back_what_was_invalidated(self, tier: Open, clock: FrozenClock) -> None:
        """Whoever writes while others invalidate, what was opened before is never read afterwards."""
        here, there = tier(), tier()
        state = {"begun": 0, "is_over": False}
        entry = an_entry(clock)

        def write() -> None:
            while not state["is_over"]:
                ticket = insist(lambda: here.open(CODE))
                opened = an_entry(clock, etag=str(state["begun"]))
                insist(lambda: here.write(CODE, opened, ticket=ticket))  # noqa: B023 -- called at once

        def invalidate() -> None:
            try:
                for n in range(1, 60):
                    state["begun"] = n
                    insist(lambda: there.invalidate([CODE]))
                    kept = insist(lambda: there.read(CODE))
                    assert kept is None or int(kept.etag or 0) >= n
            finally:
                state["is_over"] = True

        _run_all([write, invalidate])
        assert here.write(CODE, entry, ticket=here.open(CODE))

    def test_i1_no_race_brings_back_what_was_superseded(self, tier: Open, clock: FrozenClock) -> None:
        """Whoever writes at once, what is read never goes back in time, and ends with the latest."""
        entries = [an_entry(clock, ago_seconds=0.001 * ago) for ago in range(40)]
        tiers = [tier() for _ in range(3)]

        def write(writer: CacheTier, mine: Sequence[Entry]) -> None:
            for entry in mine:
                ticket = insist(lambda: writer.open(CODE))
                is_kept = insist(lambda: writer.write(CODE, entry, ticket=ticket))  # noqa: B023 -- called at once
                kept = insist(lambda: writer.read(CODE))
                assert kept is not None
                assert kept.fetched_at >= entry.fetched_at
                assert is_kept or kept.fetched_at > entry.fetched_at

        shares = [entries[start::3] if start else entries[::-3] for start in range(3)]
        _run_all([lambda n=n: write(tiers[n], shares[n]) for n in range(3)])  # type: ignore[misc]
        kept = tiers[0].read(CODE)
        assert kept is not None
        assert kept.fetched_at == max(entry.fetched_at for share in shares for entry in share)


class CacheTierContract(BoardContract, TicketContract, StoreContract):
    """The whole seam, for tiers that processes share."""


def _advance(clock: FrozenClock, to: datetime) -> None:
    clock.advance(to=to)


def _run_all(operations: Sequence[Callable[[], None]]) -> None:
    """Run operations at once, each on a thread, and raise what one raised."""
    raised: list[BaseException] = []

    def run(operation: Callable[[], None]) -> None:
        try:
            operation()
        except BaseException as error:  # noqa: BLE001 -- handed to the test's own thread
            raised.append(error)

    threads = [threading.Thread(target=run, args=(operation,)) for operation in operations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]
