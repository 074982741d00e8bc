"""Whether to ask again, and when: a pure decision and a small runner that obeys it.

Only what may pass by itself is asked again, with full jitter, inside the deadline and inside the budget. What
the source refused is never repeated.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Self, TypeVar, cast

from tenacity import Future, RetryCallState, Retrying, retry_if_exception_type

from chengxin.clock import Clock
from chengxin.errors import SourceError, SourceUnavailable, UnknownReason, UnusableAnswer
from chengxin.transport.budget import RetryBudget
from chengxin.transport.deadline import Deadline

T = TypeVar("T")

REPLAYED_NONCE = 40103
"""The source's code for a nonce that it has seen; a new one cures it."""

_MAY_PASS = frozenset(
    {
        UnknownReason.TIMEOUT,
        UnknownReason.UNREACHABLE,
        UnknownReason.SOURCE_FAULT,
        UnknownReason.MAINTENANCE,
        UnknownReason.RATE_LIMITED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how patiently to ask again.

    Attributes:
        attempts: calls in all, the first included.
        base_seconds: the longest wait after the first failure; it doubles with each further one.
        cap_seconds: the longest wait of our own choosing.
        max_retry_after_seconds: the longest wait that the source may ask for.
        call_seconds: what a further call needs at least; with less left it is not made.

    Raises:
        ValueError: a value is out of its range.
    """

    attempts: int = 3
    base_seconds: float = 0.1
    cap_seconds: float = 2.0
    max_retry_after_seconds: float = 30.0
    call_seconds: float = 0.05

    def __post_init__(self) -> None:
        """Refuse a policy that would never end, or wait for less than nothing."""
        if not 1 <= self.attempts <= 10:
            raise ValueError(f"Between 1 and 10 attempts, not {self.attempts}.")
        seconds = (self.base_seconds, self.cap_seconds, self.max_retry_after_seconds, self.call_seconds)
        if not all(isfinite(value) and value >= 0 for value in seconds):
            raise ValueError("The waits of a retry policy are finite and not negative.")

    @classmethod
    def none(cls) -> Self:
        """Return the policy that never asks again."""
        return cls(attempts=1)


def decide(
    policy: RetryPolicy,
    *,
    error: SourceError,
    attempt: int,
    remaining_seconds: float,
    jitter: float,
    budget_left: bool,
    replayed_before: bool = False,
) -> float | None:
    """Decide whether to call again after a failure, and after which wait.

    Args:
        policy: how often and how patiently.
        error: what the call failed with.
        attempt: which call failed; 1 is the first.
        remaining_seconds: what is left of the deadline.
        jitter: a random number, 0 ≤ jitter < 1.
        budget_left: whether the process may make one more extra call.
        replayed_before: whether an earlier call of this run was refused for its nonce already.

    Returns:
        Seconds to wait, never more than leaves room for the call; ``None`` to give up.
    """
    room = remaining_seconds - policy.call_seconds
    if attempt >= policy.attempts or not budget_left or room <= 0:
        return None
    if error.source_status == REPLAYED_NONCE:
        return None if replayed_before else 0.0
    if not _may_pass(error):
        return None
    asked = error.retry_after_seconds
    if asked is not None and asked >= 0:
        # To call before the time that the source named would only be refused again.
        return asked if asked <= min(room, policy.max_retry_after_seconds) else None
    ceiling = min(policy.cap_seconds, policy.base_seconds * 2.0 ** (attempt - 1), room)
    return ceiling * jitter


def _may_pass(error: SourceError) -> bool:
    if isinstance(error, SourceUnavailable):
        return error.reason in _MAY_PASS
    # One exchange stands behind a retry, so this is a body cut short; missing pages are judged above.
    return isinstance(error, UnusableAnswer) and error.reason is UnknownReason.INCOMPLETE


class Retrier:
    """Runs an operation, again where the decision says so.

    Args:
        policy: how often and how patiently.
        budget: shared by all that call one source from this process.
        clock: waits.
        jitter: makes random numbers, 0 ≤ number < 1.
    """

    __slots__ = ("_budget", "_clock", "_jitter", "_policy")

    def __init__(
        self,
        policy: RetryPolicy,
        budget: RetryBudget,
        clock: Clock,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._policy = policy
        self._budget = budget
        self._clock = clock
        self._jitter = jitter

    def call(
        self, operation: Callable[[], T], *, deadline: Deadline, may_go_on: Callable[[], bool] = lambda: True
    ) -> T:
        """Return what the operation returns, asking again where a failure may pass.

        Args:
            operation: makes one exchange with the source; it may be repeated without harm.
            deadline: covers all calls and the waits between them.
            may_go_on: tells after a failure whether there is sense in asking again.

        Raises:
            SourceError: the error of the last call.
        """
        run = _Run(self._policy, self._budget, self._jitter, deadline=deadline, may_go_on=may_go_on)
        self._budget.record_call()
        retrying = Retrying(
            retry=retry_if_exception_type(SourceError),
            wait=run.wait,
            stop=run.stop,
            sleep=self._clock.sleep,
            reraise=True,
        )
        return retrying(operation)


class _Run:
    """One run of a ``Retrier``: decides once per failure, and remembers it for tenacity's two questions."""

    __slots__ = ("_budget", "_deadline", "_jitter", "_may_go_on", "_policy", "_replayed", "_seconds")

    def __init__(
        self,
        policy: RetryPolicy,
        budget: RetryBudget,
        jitter: Callable[[], float],
        *,
        deadline: Deadline,
        may_go_on: Callable[[], bool],
    ) -> None:
        self._policy = policy
        self._budget = budget
        self._jitter = jitter
        self._deadline = deadline
        self._may_go_on = may_go_on
        self._replayed = False
        self._seconds: float | None = None

    def wait(self, state: RetryCallState) -> float:
        """Decide; tenacity asks for the wait before it asks whether to stop."""
        # tenacity asks only after a failure that ``retry`` has named.
        error = cast("SourceError", cast("Future", state.outcome).exception())
        seconds = decide(
            self._policy,
            error=error,
            attempt=state.attempt_number,
            remaining_seconds=self._deadline.remaining(),
            jitter=self._jitter(),
            budget_left=self._budget.has_room() and self._may_go_on(),
            replayed_before=self._replayed,
        )
        # Another thread may have taken the last place since.
        self._seconds = seconds if seconds is not None and self._budget.try_spend() else None
        self._replayed = self._replayed or error.source_status == REPLAYED_NONCE
        return self._seconds or 0.0

    def stop(self, _: RetryCallState) -> bool:
        """Tell whether to give up."""
        return self._seconds is None
