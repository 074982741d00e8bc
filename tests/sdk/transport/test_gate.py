"""The one way to the source: what is let through, what is counted, what is raised."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import SourceError, SourceRefused, SourceUnavailable, UnknownReason
from chengxin.testing import FrozenClock
from chengxin.transport import (
    BreakerOptions,
    Closed,
    Deadline,
    Gate,
    GateOptions,
    Lane,
    Open,
    QuotaOptions,
    RetryPolicy,
)
from tests.sdk.transport.boards import SharedBoard

FAULT = SourceUnavailable("failing", reason=UnknownReason.SOURCE_FAULT)
DENIED = SourceRefused("no", reason=UnknownReason.FORBIDDEN, source_status=40301)


class Source:
    """Fails as told, then answers; a bug is told as any other exception."""

    def __init__(self, *errors: BaseException, takes: Callable[[], None] = lambda: None) -> None:
        self.errors = list(errors)
        self.calls = 0
        self.takes = takes

    def __call__(self) -> str:
        """Fail or answer."""
        self.calls += 1
        self.takes()
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


def make(
    clock: FrozenClock,
    board: SharedBoard | None = None,
    *,
    attempts: int = 1,
    quota: QuotaOptions | None = None,
    failures: int = 3,
) -> Gate:
    """Return a gate."""
    options = GateOptions(
        retry=RetryPolicy(attempts=attempts, base_seconds=1),
        breaker=BreakerOptions(failures=failures, open_seconds=10),
        quota=quota or QuotaOptions(),
    )
    return Gate("test", clock=clock, board=board, options=options, jitter=lambda: 0.5)


def call(
    gate: Gate, source: Source, clock: FrozenClock, *, lane: Lane = Lane.DECISION, interface: str = "credit"
) -> str:
    """Ask through the gate within 20 s."""
    return gate.call(source, deadline=Deadline.after(20, clock), lane=lane, interface=interface)


def test_an_answer_comes_through() -> None:
    """Nothing stands in its way."""
    clock = FrozenClock()
    assert call(Gate("test", clock=clock), Source(), clock) == "answer"


def test_each_request_costs_one_retries_included() -> None:
    """Three calls for one answer are three of the day's."""
    clock = FrozenClock()
    gate = make(clock, attempts=3, quota=QuotaOptions(per_day=100))
    source = Source(FAULT, FAULT)
    assert call(gate, source, clock) == "answer"
    assert gate.used_today() == source.calls == 3


def test_what_failed_is_raised_and_not_that_it_was_not_asked_again() -> None:
    """The quota allows one call; the retry is not made, and the error is the source's."""
    clock = FrozenClock()
    gate = make(clock, attempts=3, quota=QuotaOptions(per_day=1))
    source = Source(FAULT, FAULT)
    with pytest.raises(SourceUnavailable) as caught:
        call(gate, source, clock)
    assert caught.value is FAULT
    assert source.calls == 1


def test_an_open_breaker_is_not_waited_for() -> None:
    """The failure that opens it is final at once, whatever the retries would allow."""
    clock = FrozenClock()
    gate = make(clock, attempts=5, failures=2)
    source = Source(*[FAULT] * 9)
    with pytest.raises(SourceUnavailable) as caught:
        call(gate, source, clock)
    assert (caught.value, source.calls, clock.monotonic()) == (FAULT, 2, 0.5)
    with pytest.raises(SourceUnavailable) as caught:
        call(gate, source, clock)
    assert (caught.value.reason, source.calls) == (UnknownReason.BREAKER_OPEN, 2)


def test_each_interface_has_a_breaker_of_its_own() -> None:
    """A key that may not read snapshots still looks up."""
    clock = FrozenClock()
    gate = make(clock)
    with pytest.raises(SourceRefused):
        call(gate, Source(DENIED), clock, interface="snapshots")
    assert isinstance(gate.phase("snapshots"), Open)
    assert gate.phase() == Closed()
    assert call(gate, Source(), clock) == "answer"
    stopped = Source()
    with pytest.raises(SourceRefused, match="stopped since") as caught:
        call(gate, stopped, clock, interface="snapshots")
    assert (caught.value.source_status, stopped.calls) == (40301, 0)


def test_a_quota_that_is_used_up_gives_the_probe_to_the_next() -> None:
    """What was let through by the breaker and not by the quota was not asked."""
    clock = FrozenClock()
    gate = make(clock, quota=QuotaOptions(per_day=10, interactive_reserve=7), failures=3)
    for _ in range(3):
        with pytest.raises(SourceUnavailable):
            call(gate, Source(FAULT), clock)
    clock.advance(seconds=60)
    with pytest.raises(SourceUnavailable) as caught:
        call(gate, Source(), clock, lane=Lane.BULK)
    assert caught.value.reason is UnknownReason.QUOTA_RESERVED
    assert call(gate, Source(), clock) == "answer"


@pytest.mark.parametrize("bug", [KeyError("bug"), KeyboardInterrupt()])
def test_a_bug_during_the_probe_gives_the_probe_to_the_next(bug: BaseException) -> None:
    """It says nothing of the source."""
    clock = FrozenClock()
    gate = make(clock, failures=1)
    with pytest.raises(SourceUnavailable):
        call(gate, Source(FAULT), clock)
    clock.advance(seconds=60)
    with pytest.raises(type(bug)):
        call(gate, Source(bug), clock)
    assert call(gate, Source(), clock) == "answer"


def test_the_sources_429_holds_back_background_lanes() -> None:
    """What one look-up learns, refreshes heed."""
    clock = FrozenClock()
    gate = make(clock)
    limited = SourceUnavailable("slow", reason=UnknownReason.RATE_LIMITED, retry_after_seconds=30)
    with pytest.raises(SourceUnavailable):
        call(gate, Source(limited), clock)
    background = Source()
    with pytest.raises(SourceUnavailable) as caught:
        call(gate, background, clock, lane=Lane.REFRESH)
    assert (caught.value.reason, background.calls) == (UnknownReason.QUOTA_RESERVED, 0)
    assert caught.value.retry_after_seconds == 30
    assert call(gate, Source(), clock, lane=Lane.PAGE) == "answer"


def test_a_spent_quota_is_of_the_day_in_which_the_call_began() -> None:
    """Answered a moment after China midnight, it stops nothing of the new day."""
    clock = FrozenClock(datetime(2026, 11, 21, 15, 59, 59, 900_000, tzinfo=UTC))
    gate = make(clock)
    spent = SourceUnavailable("spent", reason=UnknownReason.QUOTA_EXHAUSTED, source_status=42902)
    with pytest.raises(SourceUnavailable):
        call(gate, Source(spent, takes=lambda: clock.advance(seconds=0.2)), clock)
    assert call(gate, Source(), clock, lane=Lane.REFRESH) == "answer"


def test_a_deadline_that_is_over_asks_nothing_and_blames_nobody() -> None:
    """It is no failure of the source."""
    clock = FrozenClock()
    gate = make(clock, failures=1)
    source = Source()
    with pytest.raises(SourceUnavailable) as caught:
        gate.call(source, deadline=Deadline.after(0, clock), lane=Lane.DECISION)
    assert (caught.value.reason, source.calls) == (UnknownReason.TIMEOUT, 0)
    assert gate.phase() == Closed()


def test_what_was_waited_for_the_quota_was_not_given_to_the_source() -> None:
    """A time-out after such a wait is no failure of the source."""
    clock = FrozenClock()
    gate = make(clock, failures=1, quota=QuotaOptions(per_second=4))
    for _ in range(4):
        call(gate, Source(), clock)
    late = Source(SourceUnavailable.timeout("testing"))
    with pytest.raises(SourceUnavailable):
        gate.call(late, deadline=Deadline.after(1.1, clock), lane=Lane.DECISION)
    assert late.calls == 1
    assert gate.phase() == Closed()


def test_calls_that_are_refused_here_earn_no_retries() -> None:
    """The retry budget is a share of what was asked."""
    clock = FrozenClock()
    gate = make(clock, attempts=3, failures=1)
    with pytest.raises(SourceUnavailable):
        call(gate, Source(FAULT), clock)
    for _ in range(1000):
        with pytest.raises(SourceUnavailable):
            call(gate, Source(), clock)
    budget = gate._retrier._budget
    assert sum(budget.try_spend() for _ in range(50)) == 3


def test_gates_of_two_processes_agree_over_a_board() -> None:
    """On the breaker and on the quota."""
    clock = FrozenClock()
    board = SharedBoard(clock)
    mine, other = (make(clock, board, failures=1, quota=QuotaOptions(per_day=5)) for _ in range(2))
    with pytest.raises(SourceUnavailable):
        call(mine, Source(FAULT), clock)
    with pytest.raises(SourceUnavailable):
        call(other, Source(), clock)
    assert other.used_today() == 1


@given(
    st.lists(st.sampled_from([FAULT, DENIED, None]), max_size=12),
    st.floats(0, 10),
    st.floats(0, 3),
    st.sampled_from(Lane),
)
def test_no_wait_at_the_gate_goes_past_the_deadline(
    errors: list[SourceError | None], length: float, takes: float, lane: Lane
) -> None:
    """Whatever fails and however long it takes: once a call returns nothing is waited for beyond it."""
    clock = FrozenClock()
    gate = make(clock, attempts=5, quota=QuotaOptions(per_second=0.7))
    for error in errors:
        deadline = Deadline.after(length, clock)
        starts: list[float] = []
        source = Source(*([error] if error else []), takes=lambda log=starts: log.append(clock.monotonic()))
        try:
            gate.call(source, deadline=deadline, lane=lane)
        except SourceError:
            assert clock.monotonic() <= deadline.expires_at + 1e-9
        assert all(start <= deadline.expires_at for start in starts)
        clock.advance(seconds=takes)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("https://credit.invalid:8443/prefix#0a1b2c3d", "credit.invalid:8443 (credit)"),
        ("site+https://credit.invalid/", "credit.invalid (credit)"),
        ("test", "test (credit)"),
    ],
)
def test_the_log_names_the_host_and_the_interface_alone(
    name: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    """And nothing that tells keys apart."""
    clock = FrozenClock()
    gate = Gate(
        name, clock=clock, options=GateOptions(breaker=BreakerOptions(failures=1)), jitter=lambda: 0.5
    )
    with caplog.at_level("INFO", logger="chengxin"), pytest.raises(SourceRefused):
        call(gate, Source(DENIED), clock)
    assert [record.getMessage() for record in caplog.records] == [
        f"Source {told} is not asked for 45 s: forbidden."
    ]


FORK = """
import os
from chengxin.clock import SystemClock
from chengxin.transport import Deadline, Gate, GateOptions, Lane, QuotaOptions

clock = SystemClock()
gate = Gate("test", clock=clock, options=GateOptions(quota=QuotaOptions(per_day=9)))
ask = lambda: gate.call(lambda: 1, deadline=Deadline.after(5, clock), lane=Lane.DECISION)
ask()
gate._lock.__enter__()
gate._board._local._lock.__enter__()
gate._retrier._budget._lock.__enter__()
child = os.fork()
if child == 0:
    assert ask() == 1
    os._exit(0)
_, status = os.waitpid(child, 0)
assert status == 0, status
"""


@pytest.mark.timeout(30)
def test_a_child_forked_while_a_thread_held_the_locks_asks() -> None:
    """No lock of the gate is inherited held."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FORK], capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
