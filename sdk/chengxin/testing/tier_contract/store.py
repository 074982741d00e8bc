"""The part of the contract on entries: which of them are kept, read and gone."""

# ruff: noqa: S101 -- a contract asserts

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import permutations, product

from chengxin.cache import CacheTier, Entry
from chengxin.records import end_of_china_day
from chengxin.testing.at_once import run_at_once
from chengxin.testing.build import a_penalty
from chengxin.testing.clock import FrozenClock
from chengxin.testing.tier_contract.part import (
    CODE,
    GRACE,
    LIFE,
    OTHER,
    Hearer,
    Open,
    Part,
    an_entry,
    insist,
)


class StoreContract(Part):
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
        clock.advance(to=end - timedelta(milliseconds=1))
        assert there.read(CODE) == entry
        clock.advance(to=end)
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

        run_at_once([write, invalidate])
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
        run_at_once([lambda n=n: write(tiers[n], shares[n]) for n in range(3)])  # type: ignore[misc]
        kept = tiers[0].read(CODE)
        assert kept is not None
        assert kept.fetched_at == max(entry.fetched_at for share in shares for entry in share)
