"""The one moment by which an exchange has to be over."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import SourceUnavailable, UnknownReason
from chengxin.transport import Deadline
from tests.sdk.transport.scripted import HandClock


@given(st.floats(0, 86_400), st.lists(st.floats(0, 1e6), max_size=5))
def test_what_remains_only_shrinks_and_never_goes_below_nothing(seconds: float, steps: list[float]) -> None:
    """However time passes, the remainder falls from the length set to zero and stays there."""
    clock = HandClock()
    deadline = Deadline.after(seconds, clock)
    last = deadline.remaining()
    assert last == pytest.approx(seconds)
    for step in steps:
        clock.seconds += step
        assert 0 <= deadline.remaining() <= last
        assert deadline.expired == (deadline.remaining() == 0)
        last = deadline.remaining()


def test_requiring_time_passes_silently_while_there_is_some() -> None:
    """A deadline ahead lets everything through."""
    Deadline.after(0.1, HandClock()).require("connecting")


def test_requiring_time_raises_a_timeout_that_says_what_was_being_done() -> None:
    """A deadline that is over becomes a typed error with the stage in its message."""
    clock = HandClock()
    deadline = Deadline.after(2, clock)
    clock.seconds += 2
    with pytest.raises(SourceUnavailable, match="while reading the answer") as caught:
        deadline.require("reading the answer")
    assert caught.value.reason is UnknownReason.TIMEOUT


@pytest.mark.parametrize("seconds", [-0.001, math.nan, math.inf, 86_401])
def test_a_deadline_of_impossible_length_is_refused(seconds: float) -> None:
    """Negative, endless and meaningless lengths are mistakes of the caller."""
    with pytest.raises(ValueError, match="deadline"):
        Deadline.after(seconds, HandClock())
