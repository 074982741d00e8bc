"""The part of the contract on what is told: tickets against invalidations, marks, and what listeners hear."""

# ruff: noqa: S101 -- a contract asserts

from __future__ import annotations

import pytest

from chengxin.cache import FeedMark
from chengxin.testing.clock import FrozenClock
from chengxin.testing.tier_contract.part import CODE, OTHER, Hearer, Open, Part, an_entry


class TicketContract(Part):
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
