"""Events of the outbox as values, and when a failed one is handed out again."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidEvent
from chengxin.store import OutboxEvent, OutboxRetry, OutboxState
from chengxin.store.outbox import decide_wait

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
seconds = st.floats(0, 2_592_000)
retries = st.builds(
    OutboxRetry,
    attempts=st.integers(1, 1000),
    base_seconds=seconds,
    cap_seconds=seconds,
    max_retry_after_seconds=seconds,
)
jitters = st.floats(0, 1, exclude_max=True)
asked = st.none() | st.floats(allow_nan=True)


@given(retries, st.integers(1, 2000), jitters, asked)
def test_i7_an_event_waits_for_a_bounded_time_or_is_parked(retry, attempts, jitter, asked):
    """It is parked after the last attempt and never before; it is never dropped."""
    wait = decide_wait(retry, attempts=attempts, jitter=jitter, asked_seconds=asked)
    assert (wait is None) is (attempts >= retry.attempts)
    if wait is not None:
        longest = max(retry.cap_seconds, retry.max_retry_after_seconds + retry.base_seconds)
        assert 0 <= wait <= longest


@given(retries, st.integers(1, 999), jitters)
def test_the_longest_wait_doubles_up_to_the_cap(retry, attempts, jitter):
    """Full jitter: any wait below the longest one may come."""
    ceiling = min(retry.cap_seconds, retry.base_seconds * 2 ** (attempts - 1))
    wait = decide_wait(retry, attempts=attempts, jitter=jitter)
    assert wait is None or wait == ceiling * jitter


@given(retries, st.integers(1, 999), jitters, st.floats(0, 86_400))
def test_a_receiver_that_asks_for_time_gets_it_where_it_is_sane(retry, attempts, jitter, asked):
    """Neither earlier, nor by everybody at once, nor when it asks for the moon."""
    wait = decide_wait(retry, attempts=attempts, jitter=jitter, asked_seconds=asked)
    if wait is not None and asked <= retry.max_retry_after_seconds:
        assert asked <= wait <= asked + retry.base_seconds


def test_by_default_it_is_tried_for_more_than_a_day():
    """On average; and for no more than a week."""
    waits = [decide_wait(OutboxRetry(), attempts=n, jitter=0.5) for n in range(1, 24)]
    assert timedelta(days=1) < timedelta(seconds=sum(waits)) < timedelta(days=7)
    assert decide_wait(OutboxRetry(), attempts=24, jitter=0.5) is None


def an_event(**given):
    """Return an event."""
    return OutboxEvent.new(
        **{"event_id": "e1", "topic": "notice", "key": "k", "payload": {}, "at": AT, **given}
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"event_id": ""},
        {"event_id": "a.b"},
        {"event_id": "a" * 129},
        {"topic": "Notice"},
        {"topic": ""},
        {"key": ""},
        {"key": "a\nb"},
        {"at": datetime(2026, 11, 21)},
        {"not_before": datetime(2026, 11, 21, tzinfo=timezone(timedelta(hours=8)))},
    ],
)
def test_what_could_not_be_handed_out_is_no_event(wrong):
    """It is refused when it is made."""
    with pytest.raises(InvalidEvent):
        an_event(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [{"attempts": 0}, {"attempts": 1001}, {"base_seconds": -1.0}, {"cap_seconds": float("nan")}],
)
def test_patience_has_bounds(wrong):
    """An event is attempted once at least."""
    with pytest.raises(InvalidEvent):
        OutboxRetry(**wrong)


def test_a_new_event_is_pending_from_now_on_and_shows_nothing_of_what_it_says():
    """Key and payload stay out of its repr."""
    event = an_event(key="canary", payload={"a": "canary"})
    assert (event.state, event.attempts, event.not_before) == (OutboxState.PENDING, 0, AT)
    assert "canary" not in repr(event)
    with pytest.raises(TypeError):
        event.payload["a"] = 1
    with pytest.raises(InvalidEvent):
        OutboxEvent(event_id="e", topic="t", key="k", payload={}, created_at=AT, not_before=AT, attempts=-1)
