"""When the source is left alone: the machine as laws, the breaker for threads and processes."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chengxin.errors import (
    CursorTooOld,
    SourceError,
    SourceRefused,
    SourceUnavailable,
    UnknownReason,
    UnusableAnswer,
)
from chengxin.testing import FrozenClock
from chengxin.transport.breaker import Breaker
from chengxin.transport.breaker_state import (
    BreakerOptions,
    Closed,
    HalfOpen,
    Open,
    Outcome,
    Ticket,
    as_seen,
    judge_outcome,
    phase_of,
    settle,
)
from chengxin.transport.shelter import Shelter
from tests.sdk.transport.boards import SharedBoard

OPTIONS = BreakerOptions(failures=3, open_seconds=10, longest_open_seconds=40, stopped_seconds=100)
FAULT = SourceUnavailable("failing", reason=UnknownReason.SOURCE_FAULT)
DENIED = SourceRefused("no", reason=UnknownReason.UNAUTHENTICATED, http_status=401, source_status=40101)
LIMITED = SourceUnavailable("slow down", reason=UnknownReason.RATE_LIMITED, retry_after_seconds=5)


def refused(reason: UnknownReason, status: int | None = None) -> SourceRefused:
    """Return a refusal."""
    return SourceRefused("no", reason=reason, source_status=status)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, Outcome.REACHED),
        (FAULT, Outcome.FAILED),
        (SourceUnavailable("x", reason=UnknownReason.TIMEOUT), Outcome.FAILED),
        (SourceUnavailable("x", reason=UnknownReason.UNREACHABLE), Outcome.FAILED),
        (SourceUnavailable("x", reason=UnknownReason.MAINTENANCE), Outcome.FAILED),
        (SourceUnavailable("x", reason=UnknownReason.QUOTA_EXHAUSTED), Outcome.REACHED),
        (LIMITED, Outcome.REACHED),
        (SourceUnavailable("x", reason=UnknownReason.BREAKER_OPEN), Outcome.REACHED),
        (SourceUnavailable("x", reason=UnknownReason.QUOTA_RESERVED), Outcome.REACHED),
        (UnusableAnswer("x", reason=UnknownReason.INCOMPLETE), Outcome.FAILED),
        (UnusableAnswer("x", reason=UnknownReason.SCHEMA_DRIFT), Outcome.REACHED),
        (UnusableAnswer("x", reason=UnknownReason.WRONG_SUBJECT), Outcome.REACHED),
        (CursorTooOld("x", reason=UnknownReason.INCOMPLETE), Outcome.REACHED),
        (refused(UnknownReason.UNAUTHENTICATED, 40101), Outcome.STOPPED),
        (refused(UnknownReason.UNAUTHENTICATED), Outcome.STOPPED),
        (refused(UnknownReason.UNAUTHENTICATED, 40103), Outcome.FAILED),
        (refused(UnknownReason.FORBIDDEN, 40301), Outcome.STOPPED),
        (refused(UnknownReason.FORBIDDEN), Outcome.STOPPED),
        (refused(UnknownReason.FORBIDDEN, 40302), Outcome.REACHED),
        (refused(UnknownReason.CLOCK_REFUSED, 40102), Outcome.STOPPED),
        (refused(UnknownReason.CHALLENGED, 40001), Outcome.STOPPED),
        (refused(UnknownReason.REQUEST_REJECTED, 40002), Outcome.REACHED),
    ],
)
def test_what_an_outcome_tells_of_the_source(error: SourceError | None, outcome: Outcome) -> None:
    """Failures of reach count; what concerns whoever asks stops all; what concerns one question does not."""
    assert judge_outcome(error, given_seconds=2, options=OPTIONS) is outcome


@pytest.mark.parametrize(("given_seconds", "outcome"), [(0.19, Outcome.NOTHING), (0.2, Outcome.FAILED)])
def test_a_source_that_was_given_no_time_did_not_fail(given_seconds: float, outcome: Outcome) -> None:
    """A time-out counts only where the time was fair."""
    error = SourceUnavailable.timeout("testing")
    assert judge_outcome(error, given_seconds=given_seconds, options=OPTIONS) is outcome


def after(
    state: Closed | Open,
    error: SourceError | None,
    *,
    lease: str | None = None,
    now: float = 1000,
    asked_at: float = 1000,
    jitter: float = 0.5,
) -> Closed | Open:
    """Return the state after a question of 2 s."""
    ticket = Ticket(asked_at=asked_at, given_seconds=2, lease=lease)
    return settle(state, error, ticket=ticket, now=now, jitter=jitter, options=OPTIONS)


def test_failures_in_a_row_open_it() -> None:
    """Two are borne, an answer makes them forgotten, the third in a row opens it."""
    state = after(after(Closed(), FAULT), FAULT)
    assert state == Closed(failures=2)
    assert after(state, None) == Closed()
    assert after(state, LIMITED) == Closed()
    opened = after(state, FAULT)
    assert opened == Open(since=1000, until=1007.5, trips=1, reason=UnknownReason.SOURCE_FAULT, stopped=False)


def test_a_refusal_of_the_credentials_opens_it_at_once_and_for_longer() -> None:
    """It keeps what was refused, to say so."""
    assert after(Closed(), DENIED) == Open(
        since=1000,
        until=1075,
        trips=1,
        reason=UnknownReason.UNAUTHENTICATED,
        stopped=True,
        http_status=401,
        source_status=40101,
    )


def test_the_probe_alone_closes_it_or_keeps_it_open_for_longer() -> None:
    """What was asked before it opened says nothing; each probe that fails doubles the time up to the cap."""
    opened = after(Closed(failures=2), FAULT)
    assert isinstance(opened, Open)
    assert after(opened, None) is opened
    assert after(opened, FAULT) is opened
    assert after(opened, None, lease="p", now=1010) == Closed(since=1010)
    waits = []
    for _ in range(4):
        opened = after(opened, FAULT, lease="p", now=2000)
        assert isinstance(opened, Open)
        assert opened.since == 1000
        waits.append(opened.until - 2000)
    assert waits == [15, 30, 30, 30]


def test_what_was_asked_before_it_closed_does_not_open_it() -> None:
    """A failure that took long is of the time before."""
    closed = Closed(since=1000)
    assert after(closed, DENIED, asked_at=999) is closed
    assert after(closed, FAULT, asked_at=1000) == Closed(failures=1, since=1000)


@pytest.mark.parametrize(
    ("asked", "wait"),
    [(None, 7.5), (0, 7.5), (5, 7.5), (60, 60), (9e9, 3600), (-1, 7.5), (float("nan"), 7.5)],
)
def test_the_sources_wish_is_respected_when_sane(asked: float | None, wait: float) -> None:
    """Never sooner than it asks, never later than an hour for its asking."""
    error = SourceUnavailable("x", reason=UnknownReason.MAINTENANCE, retry_after_seconds=asked)
    opened = after(Closed(failures=2), error)
    assert isinstance(opened, Open)
    assert opened.until - 1000 == wait


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 5000))
def test_the_time_is_jittered_between_half_and_whole(jitter: float, trips: int) -> None:
    """However often it was opened, it ends."""
    opened = Open(since=0, until=0, trips=trips, reason=UnknownReason.TIMEOUT, stopped=False)
    again = after(opened, FAULT, lease="p", jitter=jitter)
    assert isinstance(again, Open)
    assert 10 <= again.until - 1000 <= 40


@pytest.mark.parametrize(
    ("now", "phase"), [(900, Open), (1000, Open), (1009.9, Open), (1010, HalfOpen), (9e9, HalfOpen)]
)
def test_when_its_time_is_over_it_is_half_open(now: float, phase: type) -> None:
    """And no sooner, whatever clock noted it."""
    opened = Open(since=1000, until=1010, trips=1, reason=UnknownReason.TIMEOUT, stopped=False)
    assert isinstance(phase_of(opened, now=now), phase)


def test_what_a_clock_ahead_of_ours_noted_counts_from_our_first_look() -> None:
    """It lasts as long as it was meant to, and began no later than now."""
    opened = after(Closed(failures=2), FAULT, now=1090)
    assert isinstance(opened, Open)
    seen = as_seen(opened, seen_at=1000)
    assert isinstance(seen, Open)
    assert (seen.since, seen.until) == (1000, 1007.5)
    assert as_seen(opened, seen_at=1090) == as_seen(opened, seen_at=1095) == opened
    assert as_seen(Closed(since=1090), seen_at=1000) == Closed(since=1000)


def test_an_opening_that_is_prolonged_began_no_later_than_now() -> None:
    """Where another clock noted it, and keeps its own time from then on."""
    opened = after(Closed(), DENIED, now=1090)
    again = after(opened, DENIED, lease="p", now=1000)
    assert isinstance(again, Open)
    assert (again.since, again.until) == (1000, 1150)
    seen = as_seen(again, seen_at=990)
    assert isinstance(seen, Open)
    assert seen.until == 1140


@pytest.mark.parametrize(
    "given_",
    [
        {"failures": 0},
        {"open_seconds": 0},
        {"longest_open_seconds": float("inf")},
        {"stopped_seconds": 3601},
        {"longest_stopped_seconds": float("nan")},
        {"longest_asked_seconds": -1},
        {"fair_seconds": -0.1},
    ],
)
def test_options_without_sense_are_refused(given_: dict[str, float]) -> None:
    """A breaker that would never open, or never close."""
    with pytest.raises(ValueError, match=r"breaker|source"):
        BreakerOptions(**given_)  # type: ignore[arg-type]


def make(clock: FrozenClock, board: SharedBoard | None = None, name: str = "test") -> Breaker:
    """Return a breaker of one process."""
    return Breaker(name, board=Shelter(board, clock=clock), clock=clock, options=OPTIONS, jitter=lambda: 0.5)


def fail(breaker: Breaker, error: SourceError = FAULT, times: int = 3) -> None:
    """Let questions fail."""
    for _ in range(times):
        breaker.settle(breaker.admit(given_seconds=2), error)


def test_open_it_answers_at_once_and_says_what_to_do() -> None:
    """The error is typed, names the trouble and the wait, and was made without asking."""
    clock = FrozenClock()
    breaker = make(clock)
    fail(breaker)
    clock.advance(seconds=1)
    with pytest.raises(SourceUnavailable, match=r"source_fault.*not asked.*Ask again in 6 s") as caught:
        breaker.admit(given_seconds=2)
    assert caught.value.reason is UnknownReason.BREAKER_OPEN
    assert caught.value.retry_after_seconds == pytest.approx(6.5)


def test_stopped_it_repeats_the_refusal_and_since_when() -> None:
    """401 stops all calls and says so, however often one asks."""
    clock = FrozenClock()
    breaker = make(clock)
    fail(breaker, DENIED, times=1)
    since = clock.now().isoformat(timespec="seconds")
    clock.advance(seconds=30)
    with pytest.raises(SourceRefused, match="stopped since") as caught:
        breaker.admit(given_seconds=2)
    assert since in str(caught.value)
    assert (caught.value.reason, caught.value.source_status, caught.value.http_status) == (
        UnknownReason.UNAUTHENTICATED,
        40101,
        401,
    )
    assert caught.value.retry_after_seconds == pytest.approx(45)


@pytest.mark.parametrize("processes", [1, 3])
def test_of_nine_threads_exactly_one_probes(processes: int) -> None:
    """In one process or in three that share a board; the others are told at once, and all go on when it closes."""
    clock = FrozenClock()
    board = SharedBoard(clock)
    breakers = [make(clock, board) for _ in range(processes)]
    fail(breakers[0])
    clock.advance(seconds=60)
    ready, probing = threading.Barrier(9), threading.Event()
    settled = threading.Barrier(9)

    def ask(number: int) -> str:
        breaker = breakers[number % processes]
        ready.wait(10)
        try:
            ticket = breaker.admit(given_seconds=2)
        except SourceUnavailable as error:
            settled.wait(10)
            return error.reason.value
        settled.wait(10)
        probing.set()
        breaker.settle(ticket, None)
        return "probed"

    with ThreadPoolExecutor(9) as pool:
        outcomes = sorted(pool.map(ask, range(9)))
    assert outcomes == ["breaker_open"] * 8 + ["probed"]
    for breaker in breakers:
        assert isinstance(breaker.phase(), Closed)
        assert breaker.admit(given_seconds=2).lease is None


def test_what_one_process_learns_the_others_know() -> None:
    """Opened by one, it is open for all who share the board; closed by another's probe, closed for all."""
    clock = FrozenClock()
    board = SharedBoard(clock)
    mine, other = make(clock, board), make(clock, board)
    fail(mine)
    with pytest.raises(SourceUnavailable):
        other.admit(given_seconds=2)
    clock.advance(seconds=60)
    other.settle(other.admit(given_seconds=2), None)
    assert mine.admit(given_seconds=2).lease is None


def test_a_probe_that_is_never_settled_does_not_keep_it_open_for_ever() -> None:
    """A killed process leaves a lease that ends."""
    clock = FrozenClock()
    board = SharedBoard(clock)
    mine, other = make(clock, board), make(clock, board)
    fail(mine)
    clock.advance(seconds=60)
    assert mine.admit(given_seconds=2).lease is not None
    with pytest.raises(SourceUnavailable):
        other.admit(given_seconds=2)
    clock.advance(seconds=3.1)
    assert other.admit(given_seconds=2).lease is not None


def test_a_probe_that_tells_nothing_gives_its_place_to_the_next() -> None:
    """Withdrawn, or without the time to answer."""
    clock = FrozenClock()
    breaker = make(clock)
    fail(breaker)
    clock.advance(seconds=60)
    breaker.withdraw(breaker.admit(given_seconds=2))
    ticket = breaker.admit(given_seconds=0.1)
    assert ticket.lease is not None
    breaker.settle(ticket, SourceUnavailable.timeout("testing"))
    assert breaker.admit(given_seconds=2).lease is not None


def test_with_the_board_away_each_process_goes_on_by_itself() -> None:
    """It knows what it wrote itself, counts its own failures, and probes alone."""
    clock = FrozenClock()
    board = SharedBoard(clock)
    mine, other = make(clock, board), make(clock, board)
    fail(mine)
    board.is_away = True
    with pytest.raises(SourceUnavailable):
        mine.admit(given_seconds=2)
    assert other.admit(given_seconds=2).lease is None
    clock.advance(seconds=60)
    mine.settle(mine.admit(given_seconds=2), None)
    assert isinstance(mine.phase(), Closed)


def test_a_board_that_is_away_is_left_alone_for_a_second() -> None:
    """Each look at it may take its time."""
    clock = FrozenClock()
    board = SharedBoard(clock)
    board.is_away = True
    breaker = make(clock, board)
    for _ in range(9):
        breaker.admit(given_seconds=2)
    assert board.looks == 1
    clock.advance(seconds=1)
    breaker.admit(given_seconds=2)
    assert board.looks == 2


@pytest.mark.parametrize(
    "note",
    [
        b"\xff",
        b"[]",
        b"7",
        b"{",
        b'{"since": "x"}',
        b'{"since": 1e300}',
        b'{"since": NaN, "until": 1}',
        b'{"since": 1, "until": 2}',
        json.dumps({"since": 1, "until": 9e9, "trips": 1, "reason": "new", "stopped": False}).encode(),
    ],
)
def test_a_note_of_another_hand_says_nothing(note: bytes) -> None:
    """What cannot be read neither stops calls nor raises."""
    clock = FrozenClock()
    board = SharedBoard(clock)
    board.write("breaker:test", note, life_seconds=60)
    assert make(clock, board).admit(given_seconds=2).lease is None


def test_opening_is_logged_without_what_the_source_said(caplog: pytest.LogCaptureFixture) -> None:
    """Once, at the time it opens."""
    clock = FrozenClock()
    with caplog.at_level("INFO", logger="chengxin"):
        breaker = make(clock)
        fail(breaker)
        clock.advance(seconds=60)
        breaker.settle(breaker.admit(given_seconds=2), None)
    assert [record.getMessage() for record in caplog.records] == [
        "Source test is not asked for 8 s: source_fault.",
        "Source test is asked again.",
    ]


class Behind(FrozenClock):
    """Shows the time of another clock less some seconds."""

    def __init__(self, clock: FrozenClock, seconds: float) -> None:
        super().__init__()
        self._clock = clock
        self._seconds = seconds

    def epoch(self) -> float:
        """Return the other's seconds since 1970, less some."""
        return self._clock.epoch() - self._seconds

    def now(self) -> datetime:
        """Return the same."""
        return self._clock.now() - timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        """Return the other's."""
        return self._clock.monotonic()


@pytest.mark.parametrize("behind", [90.0, 3.0, 100_000.0])
@pytest.mark.parametrize("opener", [0, 1])
def test_clocks_that_differ_neither_hammer_the_source_nor_leave_it_alone_for_ever(
    behind: float, opener: int
) -> None:
    """Two processes, one behind: after a 401 there is about one call a period, and an answer opens it for both."""
    clock = FrozenClock()
    board = SharedBoard(clock)
    breakers = [make(clock, board), make(Behind(clock, behind), board)]
    fail(breakers[opener], DENIED, times=1)
    calls: list[float] = []

    def ask(error: SourceError | None) -> None:
        for breaker in breakers:
            try:
                ticket = breaker.admit(given_seconds=2)
            except SourceError:
                continue
            calls.append(clock.monotonic())
            breaker.settle(ticket, error)

    for _ in range(600):
        clock.advance(seconds=1)
        ask(DENIED)
    assert 1 <= len(calls) <= 8
    for _ in range(2000):
        clock.advance(seconds=1)
        ask(None)
        if all(isinstance(breaker.phase(), Closed) for breaker in breakers):
            break
    assert all(isinstance(breaker.phase(), Closed) for breaker in breakers)
    assert clock.monotonic() < 600 + 900 + 5
    fail(breakers[1 - opener], DENIED, times=1)
    assert not any(isinstance(breaker.phase(), Closed) for breaker in breakers)


class Processes(RuleBasedStateMachine):
    """Two processes that share a board, and their questions in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FrozenClock()
        self.board = SharedBoard(self.clock)
        self.breakers = [make(self.clock, self.board) for _ in range(2)]
        self.under_way: list[tuple[Breaker, Ticket, float]] = []

    @rule(who=st.integers(0, 1))
    def ask(self, who: int) -> None:
        """Ask; only an open breaker refuses, and while one probes nobody else is let through."""
        breaker = self.breakers[who]
        before = breaker.phase()
        try:
            ticket = breaker.admit(given_seconds=5)
        except SourceError as error:
            assert not isinstance(before, Closed)
            assert error.retry_after_seconds is not None
            assert error.retry_after_seconds >= 0
            return
        assert not isinstance(before, Open)
        assert (ticket.lease is not None) == isinstance(before, HalfOpen)
        self.under_way.append((breaker, ticket, self.clock.monotonic()))

    @precondition(lambda self: self.under_way)
    @rule(error=st.sampled_from([None, FAULT, DENIED, LIMITED]), which=st.integers(0, 99))
    def end(self, error: SourceError | None, which: int) -> None:
        """A question ends."""
        breaker, ticket, _ = self.under_way.pop(which % len(self.under_way))
        breaker.settle(ticket, error)

    @rule(seconds=st.floats(0, 50))
    def wait(self, seconds: float) -> None:
        """Time goes by; what is under way for longer than it was given is over, as every deadline is."""
        self.clock.advance(seconds=seconds)
        late = [one for one in self.under_way if self.clock.monotonic() - one[2] >= 5]
        self.under_way = [one for one in self.under_way if one not in late]
        for breaker, ticket, _ in late:
            breaker.settle(ticket, FAULT)

    @invariant()
    def never_two_probes(self) -> None:
        """Among all processes."""
        assert sum(ticket.lease is not None for _, ticket, _ in self.under_way) <= 1

    @invariant()
    def one_state_for_all(self) -> None:
        """Both see the same phase."""
        assert type(self.breakers[0].phase()) is type(self.breakers[1].phase())


TestProcesses = Processes.TestCase


def test_a_probe_that_ended_between_look_and_lease_is_not_followed_by_a_second() -> None:
    """Who gets the lease after it looks again: closed, it asks as everybody; open for longer, it is refused."""
    for error, lets_through in ((None, True), (FAULT, False)):
        clock = FrozenClock()
        board = SharedBoard(clock)
        mine, other = make(clock, board), make(clock, board)
        fail(mine)
        clock.advance(seconds=60)
        take = board.take
        probes = [other.admit(given_seconds=2)]

        def late(
            name: str, *, owner: str, life_seconds: float, take=take, other=other, probes=probes, error=error
        ) -> bool:
            if probes:
                other.settle(probes.pop(), error)
            return take(name, owner=owner, life_seconds=life_seconds)

        board.take = late  # type: ignore[method-assign]
        if lets_through:
            assert mine.admit(given_seconds=2).lease is None
        else:
            with pytest.raises(SourceUnavailable):
                mine.admit(given_seconds=2)
        board.take = take  # type: ignore[method-assign]
        clock.advance(seconds=60)
        # The lease was given back: where it is half open again, somebody else may have it.
        assert (other.admit(given_seconds=2).lease is None) == lets_through
