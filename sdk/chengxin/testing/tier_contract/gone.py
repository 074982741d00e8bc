"""The part of the contract on records that are gone: what all processes know of them, and for how long."""

# ruff: noqa: S101 -- a contract asserts

from __future__ import annotations

from chengxin.cache import name_of
from chengxin.testing.clock import FrozenClock
from chengxin.testing.tier_contract.part import CODE, Open, Part, eventually

_ONE = name_of(CODE, "ONE")
_TWO = name_of(CODE, "TWO")


class GoneContract(Part):
    """Records that are gone, by name, each with the version up to which it is."""

    def test_i1_what_one_process_learns_to_be_gone_all_know(self, tier: Open) -> None:
        """Of what was not told nothing is known."""
        here, there = tier(), tier()
        assert there.read_gone([_ONE, _TWO]) == {}
        here.put_gone({_ONE: 3}, life_seconds=60.0)
        assert there.read_gone([_ONE, _TWO]) == {_ONE: 3}
        assert there.read_gone([]) == {}

    def test_what_is_told_last_counts(self, tier: Open) -> None:
        """A later version goes, too; and a record that is disclosed again is not gone."""
        here, there = tier(), tier()
        here.put_gone({_ONE: 3, _TWO: 0}, life_seconds=60.0)
        there.put_gone({_ONE: 2**63 - 1}, life_seconds=60.0)
        assert here.read_gone([_ONE, _TWO]) == {_ONE: 2**63 - 1, _TWO: 0}
        there.put_gone({_ONE: None, name_of(CODE, "NEVER"): None}, life_seconds=60.0)
        assert here.read_gone([_ONE, _TWO]) == {_TWO: 0}

    def test_it_is_known_for_its_life(self, tier: Open, clock: FrozenClock) -> None:
        """And for days, where that is its life."""
        here = tier()
        here.put_gone({_ONE: 1}, life_seconds=0.05)
        here.put_gone({_TWO: 1}, life_seconds=7 * 86_400.0)
        assert eventually(lambda: here.read_gone([_ONE]) == {}, clock=clock)
        assert here.read_gone([_ONE, _TWO]) == {_TWO: 1}

    def test_i1_it_stays_known_whatever_else_is_forgotten(self, tier: Open) -> None:
        """To forget what is cached is to ask again, and the answer may be older than what was told."""
        here, there = tier(), tier()
        here.put_gone({_ONE: 1}, life_seconds=60.0)
        here.invalidate([CODE])
        there.clear()
        assert here.read_gone([_ONE]) == there.read_gone([_ONE]) == {_ONE: 1}

    def test_tenants_and_sources_know_nothing_of_each_other(self, tier: Open) -> None:
        """A record of one source is none of another."""
        tier().put_gone({_ONE: 1}, life_seconds=60.0)
        assert tier(source="other").read_gone([_ONE]) == {}
        assert tier(tenant="other").read_gone([_ONE]) == {}

    def test_many_are_told_and_looked_up_at_once(self, tier: Open) -> None:
        """A page of the feed, and the records of a piece of a snapshot."""
        here, there = tier(), tier()
        rows = {name_of(CODE, str(number)): number for number in range(1200)}
        here.put_gone(rows, life_seconds=60.0)
        assert there.read_gone(list(rows)) == rows
        here.put_gone(dict.fromkeys(rows), life_seconds=60.0)
        assert there.read_gone(list(rows)) == {}
