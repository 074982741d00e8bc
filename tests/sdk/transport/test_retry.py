"""Whether and when to ask again: the decision as a law, the runner as its servant."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import SourceError, SourceRefused, SourceUnavailable, UnknownReason, UnusableAnswer
from chengxin.transport import Deadline, Retrier, RetryBudget, RetryPolicy, decide
from tests.sdk.transport.scripted import HandClock

MAY_PASS = [
    (SourceUnavailable, UnknownReason.TIMEOUT),
    (SourceUnavailable, UnknownReason.UNREACHABLE),
    (SourceUnavailable, UnknownReason.SOURCE_FAULT),
    (SourceUnavailable, UnknownReason.MAINTENANCE),
    (SourceUnavailable, UnknownReason.RATE_LIMITED),
    (UnusableAnswer, UnknownReason.INCOMPLETE),
]
NEVER = [
    (kind, reason)
    for kind in (SourceUnavailable, SourceRefused, UnusableAnswer, SourceError)
    for reason in UnknownReason
    if (kind, reason) not in MAY_PASS
]
FAULT = SourceUnavailable("failing", reason=UnknownReason.SOURCE_FAULT)
REPLAYED = SourceRefused("nonce", reason=UnknownReason.UNAUTHENTICATED, source_status=40103)
POLICY = RetryPolicy(base_seconds=1, cap_seconds=5, max_retry_after_seconds=30, call_seconds=0.5)

seconds = st.floats(0, 1000, allow_nan=False)
asked = st.none() | st.floats(allow_nan=True)
jitters = st.floats(0, 1, exclude_max=True)


def limited(retry_after_seconds: float | None) -> SourceUnavailable:
    """Return the error for too many requests."""
    return SourceUnavailable(
        "slow down", reason=UnknownReason.RATE_LIMITED, retry_after_seconds=retry_after_seconds
    )


def after(error: SourceError, *, attempt: int = 1, left: float = 60, jitter: float = 0.5) -> float | None:
    """Decide under the usual policy, with budget."""
    return decide(
        POLICY, error=error, attempt=attempt, remaining_seconds=left, jitter=jitter, budget_left=True
    )


@given(
    what=st.sampled_from(MAY_PASS),
    attempt=st.integers(1, 12),
    left=seconds,
    jitter=jitters,
    retry_after=asked,
    budget_left=st.booleans(),
)
def test_no_wait_goes_beyond_what_remains(
    *,
    what: tuple[type[SourceError], UnknownReason],
    attempt: int,
    left: float,
    jitter: float,
    retry_after: float | None,
    budget_left: bool,
) -> None:
    """Every wait leaves room for the call, keeps the attempts and the budget, and never calls before its time."""
    error = what[0]("x", reason=what[1], retry_after_seconds=retry_after)
    wait = decide(
        POLICY, error=error, attempt=attempt, remaining_seconds=left, jitter=jitter, budget_left=budget_left
    )
    if wait is None:
        return
    assert budget_left
    assert attempt < POLICY.attempts
    assert 0 <= wait <= left - POLICY.call_seconds
    if retry_after is not None and retry_after >= 0:
        assert wait == retry_after <= POLICY.max_retry_after_seconds
    else:
        assert wait <= min(POLICY.cap_seconds, POLICY.base_seconds * 2 ** (attempt - 1))


@given(st.sampled_from(NEVER), jitters, asked)
def test_what_will_not_pass_is_never_repeated(
    what: tuple[type[SourceError], UnknownReason], jitter: float, retry_after: float | None
) -> None:
    """Challenges, quotas, refusals and wrong shapes are not asked again, whatever the source says about waiting."""
    error = what[0]("x", reason=what[1], retry_after_seconds=retry_after)
    assert after(error, jitter=jitter) is None


@pytest.mark.parametrize("what", MAY_PASS)
def test_what_may_pass_is_repeated(what: tuple[type[SourceError], UnknownReason]) -> None:
    """Each passing failure is asked again while there is time."""
    assert after(what[0]("x", reason=what[1])) == 0.5


def test_the_wait_doubles_up_to_the_cap_and_is_jittered_in_full() -> None:
    """The ceiling is base, twice, four times, then the cap; jitter takes any share of it."""
    policy = RetryPolicy(attempts=10, base_seconds=1, cap_seconds=5)
    waits = [
        decide(policy, error=FAULT, attempt=n, remaining_seconds=60, jitter=0.5, budget_left=True)
        for n in range(1, 6)
    ]
    assert waits == [0.5, 1.0, 2.0, 2.5, 2.5]
    assert after(FAULT, jitter=0.0) == 0.0


def test_near_the_deadline_the_wait_shrinks_to_leave_room_for_the_call() -> None:
    """With 0.9 s left and 0.5 s for the call, at most 0.4 s are waited."""
    assert after(FAULT, attempt=2, left=0.9, jitter=0.999) == pytest.approx(0.4, rel=0.01)


@pytest.mark.parametrize(
    ("retry_after", "left", "wait"),
    [
        (0.0, 60, 0.0),
        (7.0, 60, 7.0),
        (30.0, 60, 30.0),
        (30.1, 60, None),
        (9.6, 10, None),
        (9.5, 10, 9.5),
        (math.inf, 60, None),
        (-1.0, 60, 0.5),
        (math.nan, 60, 0.5),
        (None, 60, 0.5),
    ],
)
def test_the_sources_wish_is_obeyed_or_the_call_given_up(
    retry_after: float | None, left: float, wait: float | None
) -> None:
    """A sane wish is kept exactly; one that does not fit ends it; a senseless one counts as unsaid."""
    assert after(limited(retry_after), left=left) == wait


def test_a_replayed_nonce_is_retried_once_and_at_once() -> None:
    """A new nonce cures it; if it does not, something else is wrong."""
    assert after(REPLAYED) == 0.0
    again = decide(
        POLICY,
        error=REPLAYED,
        attempt=2,
        remaining_seconds=60,
        jitter=0.5,
        budget_left=True,
        replayed_before=True,
    )
    assert again is None


@pytest.mark.parametrize("error", [FAULT, REPLAYED, limited(0)])
def test_without_attempts_budget_or_time_nothing_is_repeated(error: SourceError) -> None:
    """Each of the three ends it alone."""
    assert after(error, attempt=3) is None
    assert after(error, left=0.5) is None
    assert decide(POLICY, error=error, attempt=1, remaining_seconds=60, jitter=0.5, budget_left=False) is None


@pytest.mark.parametrize("given_", [{"attempts": 0}, {"attempts": 11}])
def test_a_policy_of_too_few_or_too_many_attempts_is_refused(given_: dict[str, int]) -> None:
    """At least one, and never endlessly."""
    with pytest.raises(ValueError, match="attempts") as caught:
        RetryPolicy(**given_)
    assert str(caught.value) == f"Between 1 and 10 attempts, not {given_['attempts']}."


@pytest.mark.parametrize("name", ["base_seconds", "cap_seconds", "max_retry_after_seconds", "call_seconds"])
@pytest.mark.parametrize("value", [-0.001, math.inf, math.nan])
def test_a_policy_of_senseless_waits_is_refused(name: str, value: float) -> None:
    """Nothing is waited for less than nothing, or for ever; none at all may be waited."""
    with pytest.raises(ValueError, match="waits") as caught:
        RetryPolicy(**{name: value})  # type: ignore[arg-type]
    assert str(caught.value) == "The waits of a retry policy are finite and not negative."
    assert getattr(RetryPolicy(**{name: 0.0}), name) == 0  # type: ignore[arg-type]


def test_the_usual_policy_asks_three_times_within_seconds() -> None:
    """What holds where nothing is set."""
    assert RetryPolicy() == RetryPolicy(
        attempts=3, base_seconds=0.1, cap_seconds=2.0, max_retry_after_seconds=30.0, call_seconds=0.05
    )
    assert RetryPolicy.none().attempts == 1


class Source:
    """Fails as told, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self) -> str:
        """Fail or answer."""
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


@pytest.fixture
def clock() -> HandClock:
    """A clock on which sleeping takes no time."""
    return HandClock()


@pytest.fixture
def retrier(clock: HandClock) -> Callable[..., Retrier]:
    """Make retriers on that clock."""

    def make(policy: RetryPolicy = POLICY, budget: RetryBudget | None = None) -> Retrier:
        return Retrier(policy, budget or RetryBudget(clock, reserve=100), clock, jitter=lambda: 0.5)

    return make


def test_a_passing_failure_is_waited_out(clock: HandClock, retrier: Callable[..., Retrier]) -> None:
    """Two failures, two waits, one answer."""
    source = Source(FAULT, limited(7))
    assert retrier().call(source, deadline=Deadline.after(60, clock)) == "answer"
    assert (source.calls, clock.slept) == (3, [0.5, 7.0])


def test_the_last_error_is_raised_as_it_is(clock: HandClock, retrier: Callable[..., Retrier]) -> None:
    """The caller meets the source's error and no wrapper around it."""
    last = limited(None)
    source = Source(FAULT, FAULT, last)
    with pytest.raises(SourceUnavailable) as caught:
        retrier().call(source, deadline=Deadline.after(60, clock))
    assert caught.value is last
    assert source.calls == 3


def test_a_refusal_is_not_repeated(clock: HandClock, retrier: Callable[..., Retrier]) -> None:
    """One call, no wait."""
    source = Source(SourceRefused("no", reason=UnknownReason.FORBIDDEN))
    with pytest.raises(SourceRefused):
        retrier().call(source, deadline=Deadline.after(60, clock))
    assert (source.calls, clock.slept) == (1, [])


def test_an_error_of_another_kind_is_not_repeated(clock: HandClock, retrier: Callable[..., Retrier]) -> None:
    """A fault of the program is passed on at once."""
    source = Source(KeyError("bug"))
    with pytest.raises(KeyError):
        retrier().call(source, deadline=Deadline.after(60, clock))
    assert source.calls == 1


def test_a_nonce_replayed_twice_is_retried_once(clock: HandClock, retrier: Callable[..., Retrier]) -> None:
    """The second refusal is final, even with attempts left."""
    source = Source(REPLAYED, REPLAYED)
    with pytest.raises(SourceRefused):
        retrier(RetryPolicy(attempts=9)).call(source, deadline=Deadline.after(60, clock))
    assert (source.calls, clock.slept) == (2, [0.0])


def test_a_replayed_nonce_is_remembered_over_another_failure(
    clock: HandClock, retrier: Callable[..., Retrier]
) -> None:
    """The second refusal is final though something else failed in between."""
    source = Source(REPLAYED, FAULT, REPLAYED, FAULT)
    with pytest.raises(SourceRefused):
        retrier(RetryPolicy(attempts=9, base_seconds=1)).call(source, deadline=Deadline.after(60, clock))
    assert (source.calls, clock.slept) == (3, [0.0, 1.0])


def test_an_empty_budget_ends_it(clock: HandClock, retrier: Callable[..., Retrier]) -> None:
    """With no extra call left the first failure is the outcome."""
    source = Source(FAULT)
    with pytest.raises(SourceUnavailable):
        retrier(budget=RetryBudget(clock, reserve=0)).call(source, deadline=Deadline.after(60, clock))
    assert source.calls == 1


def test_the_last_place_in_the_budget_is_given_once(
    clock: HandClock, retrier: Callable[..., Retrier], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread takes the last place between the look and the spending."""
    budget = RetryBudget(clock, reserve=0)
    monkeypatch.setattr(RetryBudget, "has_room", lambda _: True)
    source = Source(FAULT)
    with pytest.raises(SourceUnavailable):
        retrier(budget=budget).call(source, deadline=Deadline.after(60, clock))
    assert source.calls == 1


def test_a_source_that_is_down_gets_a_tenth_more_calls(clock: HandClock) -> None:
    """A thousand failing calls make a hundred extra ones, not two thousand."""
    budget = RetryBudget(clock, reserve=3)
    retrier = Retrier(RetryPolicy(base_seconds=0), budget, clock)
    source = Source(*[FAULT] * 5000)
    for _ in range(1000):
        with pytest.raises(SourceUnavailable):
            retrier.call(source, deadline=Deadline.after(60, clock))
    assert 1090 <= source.calls <= 1103


def test_where_there_is_no_sense_in_it_nothing_is_repeated(
    clock: HandClock, retrier: Callable[..., Retrier]
) -> None:
    """It is asked after each failure, never before; a call that is not repeated takes nothing of the budget."""
    budget = RetryBudget(clock, reserve=2)
    answers = [True, False]
    source = Source(FAULT, FAULT, FAULT)
    with pytest.raises(SourceUnavailable):
        retrier(budget=budget).call(
            source, deadline=Deadline.after(60, clock), may_go_on=lambda: answers.pop(0)
        )
    assert (source.calls, answers, clock.slept) == (2, [], [0.5])
    assert budget.try_spend()
    assert not budget.try_spend()
    assert retrier().call(Source(), deadline=Deadline.after(60, clock), may_go_on=lambda: False) == "answer"


def test_the_off_switch_calls_once(clock: HandClock, retrier: Callable[..., Retrier]) -> None:
    """``RetryPolicy.none()`` is for tests and for those who retry elsewhere."""
    source = Source(FAULT)
    with pytest.raises(SourceUnavailable):
        retrier(RetryPolicy.none()).call(source, deadline=Deadline.after(60, clock))
    assert (source.calls, clock.slept) == (1, [])


@given(st.lists(st.sampled_from([FAULT, limited(3), limited(None), REPLAYED]), max_size=12), st.floats(0, 20))
def test_the_waits_together_stay_inside_the_deadline(errors: list[SourceError], length: float) -> None:
    """Whatever fails in whatever order, the last call begins before the deadline."""
    clock = HandClock()
    deadline = Deadline.after(length, clock)
    retrier = Retrier(RetryPolicy(attempts=10), RetryBudget(clock, reserve=100), clock, jitter=lambda: 0.99)
    source = Source(*errors)
    try:
        retrier.call(source, deadline=deadline)
    except SourceError:
        assert source.calls <= 10
    assert sum(clock.slept) <= length
