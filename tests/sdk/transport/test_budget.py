"""The share of calls that may be repeated."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.transport import RetryBudget
from tests.sdk.transport.scripted import HandClock


def test_a_quiet_process_may_still_repeat_its_only_call() -> None:
    """The reserve is there without any call before."""
    budget = RetryBudget(HandClock(), reserve=1)
    budget.record_call()
    assert budget.has_room()
    assert budget.try_spend()
    assert not budget.has_room()
    assert not budget.try_spend()


@given(st.lists(st.booleans(), max_size=300), st.integers(0, 5))
def test_extra_calls_never_exceed_a_tenth_and_the_reserve(calls: list[bool], reserve: int) -> None:
    """In any order of calls and failures the repeated ones stay within the share."""
    budget = RetryBudget(HandClock(), ratio=0.1, reserve=reserve)
    extra = 0
    for first, failing in enumerate(calls, start=1):
        budget.record_call()
        extra += failing and budget.try_spend()
        assert extra <= reserve + 0.1 * first


def test_what_was_spent_is_forgotten_with_time() -> None:
    """After some half-lives the reserve is whole again."""
    clock = HandClock()
    budget = RetryBudget(clock, reserve=1, half_life_seconds=10)
    assert budget.try_spend()
    clock.seconds += 5
    assert not budget.has_room()
    clock.seconds += 500
    assert budget.has_room()


def test_a_clock_that_steps_back_forgets_nothing() -> None:
    """Counts never grow by going back in time."""
    clock = HandClock()
    budget = RetryBudget(clock, reserve=1)
    assert budget.try_spend()
    clock.seconds -= 1000
    assert not budget.has_room()


def test_threads_together_do_not_overspend() -> None:
    """Fifty threads after ten places get ten."""
    budget = RetryBudget(HandClock(), reserve=10)
    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(lambda _: budget.try_spend(), range(50))) == 10


def test_a_lock_held_at_a_fork_does_not_block_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under another process id the lock is a new one."""
    budget = RetryBudget(HandClock())
    with budget._lock._lock, monkeypatch.context() as patch:
        patch.setattr("chengxin.lock.os.getpid", lambda: -1)
        assert budget.try_spend()


@pytest.mark.parametrize(
    "given_", [{"ratio": -0.1}, {"ratio": 1.1}, {"reserve": -1}, {"half_life_seconds": 0}]
)
def test_a_budget_without_sense_is_refused(given_: dict[str, float]) -> None:
    """Ratio, reserve and half-life have their ranges."""
    with pytest.raises(ValueError, match="retry budget"):
        RetryBudget(HandClock(), **given_)  # type: ignore[arg-type]
