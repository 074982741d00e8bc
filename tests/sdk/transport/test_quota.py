"""How much each lane may take of the source, as laws and at work."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chengxin.errors import SourceError, SourceUnavailable, UnknownReason
from chengxin.testing import FrozenClock
from chengxin.transport import Deadline, Lane, QuotaOptions
from chengxin.transport.quota import Quota, Window, capacity_of, day_limit_of
from chengxin.transport.shelter import Shelter
from tests.sdk.transport.boards import SharedBoard

RATES = st.floats(0.01, 1000) | st.integers(1, 1000)
SPENT = SourceUnavailable("spent", reason=UnknownReason.QUOTA_EXHAUSTED, source_status=42902)


def limited(seconds: float | None) -> SourceUnavailable:
    """Return the error for too many requests."""
    return SourceUnavailable("slow down", reason=UnknownReason.RATE_LIMITED, retry_after_seconds=seconds)


def make(
    clock: FrozenClock,
    board: SharedBoard | None = None,
    *,
    per_second: float | None = None,
    per_day: int | None = None,
    interactive_reserve: int = 0,
    processes: int = 1,
) -> Quota:
    """Return the quota of one process."""
    options = QuotaOptions(
        per_second=per_second,
        per_day=per_day,
        interactive_reserve=interactive_reserve,
        processes=processes,
    )
    return Quota("test", board=Shelter(board, clock=clock), clock=clock, options=options)


def admitted(quota: Quota, lane: Lane, clock: FrozenClock, *, seconds: float = 0.0) -> bool:
    """Tell whether a call is let through within so many seconds."""
    try:
        quota.admit(lane, deadline=Deadline.after(seconds, clock))
    except SourceUnavailable as error:
        assert error.reason is UnknownReason.QUOTA_RESERVED
        assert error.retry_after_seconds is not None
        assert error.retry_after_seconds > 0
        return False
    return True


def taken(quota: Quota, lane: Lane, clock: FrozenClock) -> int:
    """Return how many calls are let through at once."""
    count = 0
    while admitted(quota, lane, clock):
        count += 1
    return count


@given(RATES, st.integers(0, 10**10))
def test_a_later_lane_never_has_more_than_an_earlier_one(rate: float, number: int) -> None:
    """In every window; each lane has a call in it, and none more than the whole."""
    window = Window.of(rate)
    room = [capacity_of(lane, calls=window.calls, window=number) for lane in Lane]
    assert room == sorted(room, reverse=True)
    assert room[-1] >= 1
    assert room[0] == window.calls


@given(RATES | st.floats(0, 0.01, exclude_min=True))
def test_a_window_holds_whole_calls_and_keeps_the_rate(rate: float) -> None:
    """A second for ten calls a second, and longer for what is slower; never for longer than half a day."""
    window = Window.of(rate)
    assert window.calls / window.seconds == pytest.approx(rate)
    assert window.seconds <= 43_200
    if window.seconds < 43_200:
        assert window.seconds >= 1
        assert window.calls == int(window.calls) >= 4
    if rate >= 4:
        assert window.seconds <= 1.25


@given(st.floats(0.05, 50), st.integers(0, 10**6), st.integers(1, 300))
def test_over_time_each_lane_has_its_share(rate: float, start: int, count: int) -> None:
    """Whole calls are spread over windows without losing or gaining one."""
    calls = Window.of(rate).calls
    for lane, share in zip(Lane, (1.0, 0.9, 0.6, 0.4), strict=True):
        room = sum(capacity_of(lane, calls=calls, window=start + n) for n in range(count))
        assert abs(room - calls * share * count) <= 4


@pytest.mark.parametrize("rate", [0.1, 0.5, 1, 2.5, 0.003])
@pytest.mark.parametrize("processes", [1, 4])
@pytest.mark.parametrize("lane", list(Lane))
def test_a_source_that_nobody_used_is_asked_at_once(rate: float, processes: int, lane: Lane) -> None:
    """Whenever the question comes, in whatever lane, and without waiting."""
    clock = FrozenClock(datetime(2026, 11, 21, 4, 0, tzinfo=UTC))
    for _ in range(40):
        assert admitted(make(clock, per_second=rate, processes=processes), lane, clock)
        assert admitted(make(clock, SharedBoard(clock), per_second=rate, processes=processes), lane, clock)
        clock.advance(seconds=7.3)


@pytest.mark.parametrize(("rate", "processes"), [(0.1, 1), (1, 1), (1, 3), (2.5, 1), (1e-6, 1)])
def test_a_refusal_names_the_next_call(rate: float, processes: int) -> None:
    """Then there is one, and no sooner; the message says the same."""
    clock = FrozenClock(datetime(2026, 11, 21, 4, 0, 0, 250_000, tzinfo=UTC))
    quota = make(clock, per_second=rate, processes=processes)
    taken(quota, Lane.BULK, clock)
    with pytest.raises(SourceUnavailable) as caught:
        quota.admit(Lane.BULK, deadline=Deadline.after(0, clock))
    wait = caught.value.retry_after_seconds
    assert wait is not None
    assert f"Ask again in {ceil(wait)} s" in str(caught.value)
    clock.advance(seconds=wait * 0.99)
    assert not admitted(quota, Lane.BULK, clock)
    clock.advance(seconds=wait * 0.0101)
    assert admitted(quota, Lane.BULK, clock)


def test_slow_rates_are_kept_over_all_processes() -> None:
    """Two processes that ask all the time take no more than the rate and what a window holds at once."""
    clock = FrozenClock(datetime(2026, 11, 21, 4, 0, tzinfo=UTC))
    board = SharedBoard(clock)
    quotas = [make(clock, board, per_second=0.5, processes=2) for _ in range(2)]
    count = 0
    for _ in range(400):
        count += sum(admitted(quota, Lane.DECISION, clock) for quota in quotas)
        clock.advance(seconds=1)
    assert count == 200


def test_what_is_above_a_lanes_part_of_a_second_is_for_those_before_it() -> None:
    """Ten calls a second: bulk fills four, refreshes six, pages nine, decisions all."""
    clock = FrozenClock()
    quota = make(clock, per_second=10)
    assert [taken(quota, lane, clock) for lane in reversed(Lane)] == [4, 2, 3, 1]


def test_a_call_waits_for_the_next_second_within_its_deadline() -> None:
    """The eleventh of a second goes out in the next one, and no later than that."""
    clock = FrozenClock(datetime(2026, 11, 21, 4, 0, 0, 250_000, tzinfo=UTC))
    quota = make(clock, per_second=10)
    assert taken(quota, Lane.DECISION, clock) == 10
    assert admitted(quota, Lane.DECISION, clock, seconds=1)
    assert clock.monotonic() == pytest.approx(0.75)


@pytest.mark.parametrize(("seconds", "waits"), [(0.79, False), (0.81, True)])
def test_no_wait_goes_past_the_deadline(*, seconds: float, waits: bool) -> None:
    """Where the wait leaves no room for the call it is refused at once."""
    clock = FrozenClock(datetime(2026, 11, 21, 4, 0, 0, 250_000, tzinfo=UTC))
    quota = make(clock, per_second=10)
    assert taken(quota, Lane.DECISION, clock) == 10
    assert admitted(quota, Lane.DECISION, clock, seconds=seconds) == waits
    assert clock.monotonic() == pytest.approx(0.75 if waits else 0)


def test_a_day_keeps_its_reserve_for_those_who_wait() -> None:
    """Background lanes stop at the limit less the reserve; a China day later all begins anew."""
    clock = FrozenClock(datetime(2026, 11, 21, 15, 59, 50, tzinfo=UTC))
    quota = make(clock, per_day=10, interactive_reserve=4)
    assert taken(quota, Lane.BULK, clock) == 6
    assert taken(quota, Lane.REFRESH, clock) == 0
    with pytest.raises(SourceUnavailable, match="background") as caught:
        quota.admit(Lane.REFRESH, deadline=Deadline.after(9, clock))
    assert caught.value.retry_after_seconds == 10
    assert taken(quota, Lane.PAGE, clock) == 4
    assert taken(quota, Lane.DECISION, clock) == 0
    assert quota.used_today() == 10
    clock.advance(seconds=10)
    assert quota.used_today() == 0
    assert taken(quota, Lane.BULK, clock) == 6


def test_who_has_none_left_of_the_day_takes_nothing_of_the_second() -> None:
    """A bulk job that is refused for the day leaves the seconds to decisions."""
    clock = FrozenClock()
    quota = make(clock, per_second=5, per_day=3, interactive_reserve=3)
    for _ in range(50):
        assert not admitted(quota, Lane.BULK, clock)
    assert taken(quota, Lane.DECISION, clock) == 3


def test_the_spent_quota_of_the_source_stops_background_until_china_midnight() -> None:
    """42902: those who wait still try."""
    clock = FrozenClock(datetime(2026, 11, 21, 4, 0, tzinfo=UTC))
    board = SharedBoard(clock)
    mine, other = make(clock, board), make(clock, board)
    mine.learn(SPENT, asked_at=clock.epoch())
    for quota in (mine, other):
        assert not admitted(quota, Lane.REFRESH, clock)
        assert not admitted(quota, Lane.BULK, clock)
        assert admitted(quota, Lane.PAGE, clock)
    clock.advance(to=datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC))
    assert not admitted(other, Lane.BULK, clock)
    clock.advance(seconds=1)
    assert admitted(other, Lane.BULK, clock)


MIDNIGHT = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
"""Of China."""


@pytest.mark.parametrize(
    ("asked", "answered", "held"),
    [
        pytest.param(-0.1, 0.1, 0, id="asked before midnight: that day is over"),
        pytest.param(0.05, 0.1, 120, id="just after midnight: the source's clock may be behind ours"),
        pytest.param(299, 299.5, 120, id="some minutes after"),
        pytest.param(300, 301, 86_099, id="later it is the day that has begun"),
    ],
)
def test_a_spent_quota_is_of_the_day_in_which_was_asked(asked: float, answered: float, held: float) -> None:
    """An answer around midnight does not stop background work for the whole day that begins."""
    clock = FrozenClock(MIDNIGHT + timedelta(seconds=answered))
    quota = make(clock)
    quota.learn(SPENT, asked_at=(MIDNIGHT + timedelta(seconds=asked)).timestamp())
    if held:
        clock.advance(seconds=held - 0.01)
        assert not admitted(quota, Lane.REFRESH, clock)
        clock.advance(seconds=0.01)
    assert admitted(quota, Lane.REFRESH, clock)


@pytest.mark.parametrize(
    ("asked", "held"), [(86_400.0, 3600.0), (1e300, 3600.0), (float("inf"), 3600.0), (float("nan"), 1.0)]
)
def test_no_wish_of_the_source_holds_background_back_for_longer_than_an_hour(
    asked: float, held: float
) -> None:
    """A feed that stood still for a day would be worth nothing, and no wish is a bug of ours."""
    clock = FrozenClock()
    quota = make(clock)
    quota.learn(limited(asked), asked_at=clock.epoch())
    clock.advance(seconds=held - 0.01)
    assert not admitted(quota, Lane.REFRESH, clock)
    clock.advance(seconds=0.01)
    assert admitted(quota, Lane.REFRESH, clock)


@pytest.mark.parametrize(("asked", "held"), [(30.0, 30.0), (None, 1.0), (0.0, 0.0)])
def test_too_many_requests_hold_background_back(asked: float | None, held: float) -> None:
    """For as long as the source asks, a second where it does not say."""
    clock = FrozenClock()
    quota = make(clock)
    quota.learn(limited(asked), asked_at=clock.epoch())
    assert admitted(quota, Lane.DECISION, clock)
    assert admitted(quota, Lane.REFRESH, clock) == (held == 0)
    clock.advance(seconds=held)
    assert admitted(quota, Lane.REFRESH, clock)


def test_a_shorter_wish_does_not_end_a_longer_one() -> None:
    """The later end counts."""
    clock = FrozenClock()
    quota = make(clock)
    quota.learn(limited(30), asked_at=clock.epoch())
    quota.learn(limited(5), asked_at=clock.epoch())
    clock.advance(seconds=29)
    assert not admitted(quota, Lane.BULK, clock)


def test_other_errors_hold_nothing_back() -> None:
    """Only what says that it was too much."""
    clock = FrozenClock()
    quota = make(clock)
    for reason in set(UnknownReason) - {UnknownReason.RATE_LIMITED, UnknownReason.QUOTA_EXHAUSTED}:
        error = SourceError("x", reason=reason, retry_after_seconds=60)
        quota.learn(error, asked_at=clock.epoch())
    assert admitted(quota, Lane.BULK, clock)


def test_without_limits_nothing_is_counted() -> None:
    """None is unlimited, and asks the board for nothing but what holds background back."""
    clock = FrozenClock()
    board = SharedBoard(clock)
    quota = make(clock, board)
    assert all(admitted(quota, Lane.DECISION, clock) for _ in range(100))
    assert board.looks == 0


def test_processes_share_one_quota() -> None:
    """Four processes take together what one may."""
    clock = FrozenClock()
    board = SharedBoard(clock)
    quotas = [make(clock, board, per_second=10, per_day=100, processes=4) for _ in range(4)]
    assert sum(taken(quota, Lane.DECISION, clock) for quota in quotas) == 10
    for _ in range(20):
        clock.advance(seconds=1)
        for quota in quotas:
            taken(quota, Lane.DECISION, clock)
    assert [quota.used_today() for quota in quotas] == [100] * 4


@pytest.mark.parametrize("board", ["none", "away"])
def test_without_a_board_each_process_takes_its_part(board: str) -> None:
    """Never the whole."""
    clock = FrozenClock()
    shared = SharedBoard(clock) if board == "away" else None
    if shared is not None:
        shared.is_away = True
    quotas = [make(clock, shared, per_day=10, interactive_reserve=2, processes=4) for _ in range(4)]
    assert [taken(quota, Lane.BULK, clock) for quota in quotas] == [2, 2, 2, 2]
    assert [taken(quota, Lane.DECISION, clock) for quota in quotas] == [0, 0, 0, 0]
    seconds = [make(clock, shared, per_second=20, processes=4) for _ in range(4)]
    assert [taken(quota, Lane.DECISION, clock) for quota in seconds] == [5, 5, 5, 5]


def test_what_was_taken_before_the_board_went_away_counts() -> None:
    """A process that took its part together with others takes none on top of it alone."""
    clock = FrozenClock()
    board = SharedBoard(clock)
    quota = make(clock, board, per_day=8, processes=4)
    for _ in range(3):
        assert admitted(quota, Lane.DECISION, clock)
    board.is_away = True
    assert taken(quota, Lane.DECISION, clock) == 0


def test_threads_together_never_take_more() -> None:
    """Forty threads after ten calls get ten."""
    clock = FrozenClock()
    quota = make(clock, per_second=10, per_day=1000)
    ready = threading.Barrier(40)

    def ask(_: int) -> bool:
        ready.wait(10)
        return admitted(quota, Lane.DECISION, clock)

    with ThreadPoolExecutor(40) as pool:
        assert sum(pool.map(ask, range(40))) <= 10
    assert quota.used_today() <= 10


@pytest.mark.parametrize("limits", [{"per_second": 4}, {"per_day": 4}])
def test_who_comes_second_gives_back_what_is_above_the_limit(limits: dict[str, int]) -> None:
    """Another process takes the last call between the look and the taking."""
    clock = FrozenClock()
    board = SharedBoard(clock)
    mine, other = make(clock, board, **limits), make(clock, board, **limits)
    for _ in range(3):
        assert admitted(mine, Lane.DECISION, clock)
    add = board.add
    first = [other]

    def late(name: str, amount: int, *, life_seconds: float) -> int:
        if amount == 1 and first:
            assert admitted(first.pop(), Lane.DECISION, clock)
        return add(name, amount, life_seconds=life_seconds)

    board.add = late  # type: ignore[method-assign]
    assert not admitted(mine, Lane.DECISION, clock)
    (counter,) = [name for kind, name in board._board._posted if kind == "counter"]
    assert add(counter, 0, life_seconds=60) == 4


@pytest.mark.parametrize("note", [b"[]", b"\xff", b'{"until": "x"}', b'{"until": NaN}', b'{"until": null}'])
def test_a_note_of_another_hand_holds_nothing_back(note: bytes) -> None:
    """What cannot be read says nothing."""
    clock = FrozenClock()
    board = SharedBoard(clock)
    board.write("hold:test", note, life_seconds=60)
    assert admitted(make(clock, board), Lane.BULK, clock)


@pytest.mark.parametrize(
    "given_",
    [
        {"per_second": 0},
        {"per_second": float("inf")},
        {"per_second": float("nan")},
        {"per_second": 1e300},
        {"per_day": 0},
        {"per_day": 5, "interactive_reserve": 6},
        {"interactive_reserve": -1},
        {"processes": 0},
    ],
)
def test_limits_that_contradict_one_another_are_refused(given_: dict[str, float]) -> None:
    """At construction."""
    with pytest.raises(ValueError, match=r"Calls|reserve|process"):
        QuotaOptions(**given_)  # type: ignore[arg-type]


@given(st.integers(1, 1000), st.data())
def test_the_reserve_is_only_kept_from_background(per_day: int, data: st.DataObject) -> None:
    """Those who wait may have all of the day."""
    reserve = data.draw(st.integers(0, per_day))
    limits = [day_limit_of(lane, per_day=per_day, interactive_reserve=reserve) for lane in Lane]
    assert limits == [per_day, per_day, per_day - reserve, per_day - reserve]


class Days(RuleBasedStateMachine):
    """Two processes that share a board, asking in any lane at any time."""

    RATE = 5
    DAY = 30
    RESERVE = 12

    def __init__(self) -> None:
        super().__init__()
        self.clock = FrozenClock(datetime(2026, 11, 21, 15, 59, 30, tzinfo=UTC))
        self.board = SharedBoard(self.clock)
        self.quotas = [
            make(
                self.clock,
                self.board,
                per_second=self.RATE,
                per_day=self.DAY,
                interactive_reserve=self.RESERVE,
                processes=2,
            )
            for _ in range(2)
        ]
        self.seconds: dict[int, list[Lane]] = {}
        self.days: dict[str, list[Lane]] = {}

    @rule(who=st.integers(0, 1), lane=st.sampled_from(Lane), wait=st.sampled_from([0.0, 0.3, 2.0]))
    def ask(self, who: int, lane: Lane, wait: float) -> None:
        """Ask, and note when it was let through."""
        deadline = Deadline.after(wait, self.clock)
        second, day = self._second(), self._day()
        now = (len(self.seconds.get(second, [])), len(self.days.get(day, [])))
        through = admitted(self.quotas[who], lane, self.clock, seconds=wait)
        assert self.clock.monotonic() <= deadline.expires_at
        if through:
            self.seconds.setdefault(self._second(), []).append(lane)
            self.days.setdefault(self._day(), []).append(lane)
        elif lane is Lane.DECISION:
            # Nothing of a background lane stands in its way: it is refused when all is used, and then only.
            assert now[0] >= self.RATE or now[1] >= self.DAY

    @rule(seconds=st.floats(0, 3))
    def wait(self, seconds: float) -> None:
        """Time goes by."""
        self.clock.advance(seconds=seconds)

    @invariant()
    def never_above_the_limits(self) -> None:
        """Of the second, of the day, of the background's part in each."""
        for lanes in self.seconds.values():
            assert len(lanes) <= self.RATE
            assert sum(not lane.is_interactive for lane in lanes) < self.RATE
        for lanes in self.days.values():
            assert len(lanes) <= self.DAY
            assert sum(not lane.is_interactive for lane in lanes) <= self.DAY - self.RESERVE

    def _second(self) -> int:
        return int(self.clock.epoch())

    def _day(self) -> str:
        return (self.clock.now() + timedelta(hours=8)).date().isoformat()


TestDays = Days.TestCase
