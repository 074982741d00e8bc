"""The part of the contract on boards: notes, counters and leases."""

# ruff: noqa: S101 -- a contract asserts

from __future__ import annotations

import threading

import pytest

from chengxin.errors import ConfigurationError
from chengxin.testing.at_once import run_at_once
from chengxin.testing.clock import FrozenClock
from chengxin.testing.tier_contract.part import Open, Part, eventually, insist


class BoardContract(Part):
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

        run_at_once([lambda n=n: take(str(n)) for n in range(8)])  # type: ignore[misc]
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
