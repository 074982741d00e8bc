"""``Retry-After`` in both its forms, and in none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.transport import parse_retry_after

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("86400", 86_400.0),
        ("Fri, 20 Nov 2026 08:00:30 GMT", 30.0),
        ("Friday, 20-Nov-26 08:00:30 GMT", 30.0),
        ("Fri Nov 20 08:00:30 2026", 30.0),
        ("Fri, 20 Nov 2026 16:00:30 +0800", 30.0),
    ],
)
def test_seconds_and_all_spellings_of_a_date_are_read(value: str, seconds: float) -> None:
    """Both forms of RFC 9110 give seconds to wait."""
    assert parse_retry_after(value, now=NOW) == seconds


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "-1",
        "1.5",
        "1e3",
        "86401",
        "9" * 400,
        "１２０",
        "Fri, 20 Nov 2026 07:59:59 GMT",
        "Sun, 22 Nov 2026 08:00:00 GMT",
        "Fri, 99 Nov 2026 08:00:00 GMT",
        "Fri, 20 Nov 0000 08:00:00 GMT",
    ],
)
def test_garbage_past_and_absurd_values_say_nothing(value: str) -> None:
    """What cannot be meant is treated as unsaid."""
    assert parse_retry_after(value, now=NOW) is None


@given(st.text())
def test_no_text_breaks_it(value: str) -> None:
    """Whatever comes, the outcome is a lawful wait or nothing."""
    seconds = parse_retry_after(value, now=NOW)
    assert seconds is None or 0 <= seconds <= 86_400


@given(st.integers(0, 86_400))
def test_a_date_and_the_seconds_until_it_mean_the_same(seconds: int) -> None:
    """The two forms agree."""
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert parse_retry_after(date, now=NOW) == parse_retry_after(str(seconds), now=NOW) == seconds
