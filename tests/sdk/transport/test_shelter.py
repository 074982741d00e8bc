"""What a process knows is not lost with the shared board, and is shared again when that comes back."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chengxin.errors import SourceError, SourceRefused, SourceUnavailable, UnknownReason
from chengxin.testing import FrozenClock
from chengxin.transport import Closed, Deadline, Gate, GateOptions, Lane, Open, QuotaOptions
from chengxin.transport.shelter import Shelter
from tests.sdk.transport.boards import SharedBoard

DENIED = SourceRefused("no", reason=UnknownReason.UNAUTHENTICATED, http_status=401)
LIMITED = SourceUnavailable("slow down", reason=UnknownReason.RATE_LIMITED, retry_after_seconds=600)


class World:
    """Two processes, and the board that they share."""

    def __init__(self, quota: QuotaOptions | None = None) -> None:
        self.clock = FrozenClock()
        self.board = SharedBoard(self.clock)
        options = GateOptions(quota=quota or QuotaOptions())
        self.mine, self.other = (
            Gate("test", clock=self.clock, board=self.board, options=options, jitter=lambda: 0.5)
            for _ in range(2)
        )

    def ask(self, gate: Gate, error: SourceError | None = None, *, lane: Lane = Lane.DECISION) -> bool:
        """Ask; tell whether the source was."""
        asked = []

        def operation() -> None:
            asked.append(1)
            if error is not None:
                raise error

        with contextlib.suppress(SourceError):
            gate.call(operation, deadline=Deadline.after(0.5, self.clock), lane=lane)
        return bool(asked)

    def leave(self) -> None:
        """Let the board be away."""
        self.board.is_away = True

    def come_back(self) -> None:
        """Let it be there again, and time go by until it is tried."""
        self.board.is_away = False
        self.clock.advance(seconds=1.5)


def restart(world: World) -> None:
    """Let the board start again with nothing, after what is noted."""
    world.board.lose()


def nothing(_: World) -> None:
    """Let all be as it is."""


@pytest.mark.parametrize("is_away", [False, True])
@pytest.mark.parametrize("then", [restart, nothing])
def test_a_stop_outlives_the_board(*, is_away: bool, then: Callable[[World], None]) -> None:
    """Noted before it starts anew or while it is away, it holds on; and on return it holds for the others."""
    world = World()
    if is_away:
        world.leave()
    assert world.ask(world.mine, DENIED)
    then(world)
    world.come_back()
    assert not world.ask(world.mine)
    assert isinstance(world.mine.phase(), Open)
    assert isinstance(world.other.phase(), Open)
    assert not world.ask(world.other)


def test_of_two_stops_the_later_counts() -> None:
    """One noted by all before the board went away, and one by this process alone since."""
    world = World()
    world.ask(world.other, DENIED)
    world.clock.advance(seconds=60)
    assert world.ask(world.other)
    assert world.mine.phase() == Closed(since=world.clock.epoch())
    world.clock.advance(seconds=1)
    world.leave()
    assert world.ask(world.mine, DENIED)
    world.come_back()
    assert isinstance(world.mine.phase(), Open)
    assert isinstance(world.other.phase(), Open)


def test_what_others_found_out_since_counts_more_than_what_was_noted_before() -> None:
    """An answer that another process had ends the stop for this one too, however often the board was away."""
    world = World()
    world.leave()
    world.ask(world.mine, DENIED)
    world.board.is_away = False
    world.clock.advance(seconds=0.5)
    assert world.ask(world.other, DENIED)
    world.clock.advance(seconds=60)
    assert world.ask(world.other)
    for gate in (world.mine, world.other, world.mine):
        assert isinstance(gate.phase(), Closed)
    world.clock.advance(seconds=600)
    assert isinstance(world.mine.phase(), Closed)


@pytest.mark.parametrize("is_away", [False, True])
def test_a_hold_outlives_the_board(*, is_away: bool) -> None:
    """The source's wish for fewer calls too."""
    world = World()
    if is_away:
        world.leave()
    world.ask(world.mine, LIMITED)
    world.board.lose()
    world.come_back()
    assert not world.ask(world.mine, lane=Lane.REFRESH)
    assert not world.ask(world.other, lane=Lane.REFRESH)
    world.clock.advance(seconds=600)
    assert world.ask(world.mine, lane=Lane.REFRESH)


def test_the_longer_hold_counts() -> None:
    """Whoever was told it."""
    for told_longer in (0, 1):
        world = World()
        world.leave()
        for number, gate in enumerate((world.mine, world.other)):
            longer = number == told_longer
            wish = SourceUnavailable(
                "x", reason=UnknownReason.RATE_LIMITED, retry_after_seconds=50 if longer else 10
            )
            world.ask(gate, wish)
        world.come_back()
        for _ in range(2):
            for gate in (world.mine, world.other):
                world.ask(gate, lane=Lane.REFRESH)
        world.clock.advance(seconds=20)
        assert not world.ask(world.mine, lane=Lane.REFRESH)
        assert not world.ask(world.other, lane=Lane.REFRESH)


def test_calls_of_the_day_that_were_made_alone_count_on_return() -> None:
    """Never more than the day allows in all."""
    world = World(QuotaOptions(per_day=100, processes=2))
    world.leave()
    alone = sum(world.ask(world.mine) for _ in range(200)) + sum(world.ask(world.other) for _ in range(30))
    assert alone == 80
    world.come_back()
    world.ask(world.mine)
    world.ask(world.other)
    together = sum(world.ask(gate) for _ in range(200) for gate in (world.mine, world.other))
    assert alone + together + 2 == 100
    assert world.mine.used_today() == world.other.used_today() == 100


def test_calls_of_the_day_that_the_board_has_lost_count_on() -> None:
    """Those of this process at least."""
    world = World(QuotaOptions(per_day=100, processes=2))
    assert sum(world.ask(world.mine) for _ in range(70)) == 70
    world.board.lose()
    assert sum(world.ask(gate) for _ in range(200) for gate in (world.other, world.mine)) <= 31
    assert world.mine.used_today() == 100


def test_threads_that_count_at_once_count_each_call_once() -> None:
    """What one has added here and not there yet is not taken for lost."""
    clock = FrozenClock()
    board = SharedBoard(clock)
    shelter = Shelter(board, clock=clock)
    ready = threading.Barrier(8)

    def count(_: int) -> None:
        ready.wait(10)
        for _ in range(200):
            shelter.add("x", 1, life_seconds=60)
            shelter.add("x", 1, life_seconds=60)
            shelter.add("x", -1, life_seconds=60)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(8)))
    assert shelter.add("x", 0, life_seconds=60) == (1600, True)


def test_what_is_over_is_not_kept() -> None:
    """A counter for each moment leaves nothing behind."""
    clock = FrozenClock()
    shelter = Shelter(SharedBoard(clock), clock=clock)
    for number in range(2000):
        shelter.add(f"x{number}", 1, life_seconds=10)
        clock.advance(seconds=1)
    assert len(shelter._own) < 200


class Days(RuleBasedStateMachine):
    """Two processes and a board that comes and goes."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(QuotaOptions(per_day=10, processes=2))
        self.asked = 0

    @rule(who=st.integers(0, 1))
    def ask(self, who: int) -> None:
        """Ask."""
        self.asked += self.world.ask((self.world.mine, self.world.other)[who])

    @rule()
    def leave(self) -> None:
        """The board goes away."""
        self.world.leave()

    @rule()
    def come_back(self) -> None:
        """It is there again, with all it knew, and is looked at."""
        self.world.come_back()
        self.world.mine.used_today()
        self.world.other.used_today()

    @invariant()
    def never_above_the_day_and_what_was_made_alone(self) -> None:
        """What one takes alone after the others took all is bounded by its part."""
        assert self.asked <= 15


TestDays = Days.TestCase
