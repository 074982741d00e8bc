"""How far the source's clock is from ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.transport import ahead_seconds, parse_http_date

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@given(
    ahead=st.floats(-1e6, 1e6),
    started=st.floats(0, 10),
    took=st.floats(0, 5),
    answered=st.floats(0, 1),
)
def test_the_difference_found_is_one_that_explains_the_date(
    ahead: float, started: float, took: float, answered: float
) -> None:
    """It is never further from none than the truth, and misses it by no more than the granule and the wait."""
    before = NOON + timedelta(seconds=started)
    after = before + timedelta(seconds=took)
    theirs = before + timedelta(seconds=took * answered + ahead)
    date = format_datetime(theirs.replace(microsecond=0), usegmt=True)
    found = ahead_seconds({"date": date}, before=before, after=after)
    assert found is not None
    assert abs(found) <= abs(ahead) + 1e-5
    assert abs(found - ahead) <= 1 + took + 1e-5


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"date": "Fri, 20 Nov 2026 12:00:00 GMT"}, 0.0),
        ({"date": "Fri, 20 Nov 2026 12:01:00 GMT"}, 60.0),
        ({"date": "Fri, 20 Nov 2026 11:59:00 GMT"}, -59.0),
        ({"date": "Friday, 20-Nov-26 12:01:00 GMT"}, 60.0),
        ({"date": "Fri Nov 20 12:01:00 2026"}, 60.0),
        ({"date": "Fri, 20 Nov 2026 11:59:00 GMT", "age": "60"}, 0.0),
        ({"date": "Fri, 20 Nov 2026 12:00:10 GMT", "age": " 10 "}, 20.0),
        ({"date": "Fri, 20 Nov 2026 12:00:00 GMT", "age": "0"}, 0.0),
        ({"date": "Fri, 20 Nov 2026 12:00:00 GMT", "age": "soon"}, None),
        ({"date": "Fri, 20 Nov 2026 12:00:00 GMT", "age": "1, 2"}, None),
        ({"date": "Fri, 20 Nov 2026 12:00:00 GMT", "age": "9999999999"}, None),
        ({"date": "Fri, 20 Nov 2026 12:00:00 GMT", "age": "9" * 5000}, None),
        ({"date": "yesterday"}, None),
        ({"date": ""}, None),
        ({}, None),
    ],
)
def test_date_and_age_say_what_time_it_is_there(headers: dict[str, str], seconds: float | None) -> None:
    """What a cache held the answer for counts; what cannot be read says nothing."""
    assert ahead_seconds(headers, before=NOON, after=NOON) == seconds


def test_a_clock_set_back_while_waiting_does_not_matter() -> None:
    """The two readings are taken as a span, whichever is the later."""
    headers = {"date": "Fri, 20 Nov 2026 12:00:00 GMT"}
    assert ahead_seconds(headers, before=NOON + timedelta(seconds=9), after=NOON) == 0.0


@pytest.mark.parametrize(
    "text", ["", "x", "Fri, 99 Nov 2026 12:00:00 GMT", "Fri, 20 Nov 99999 12:00:00 GMT", "1"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    """Whatever stands in a header raises nothing."""
    assert parse_http_date(text) is None


@given(st.text(max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    """A header is any text."""
    parse_http_date(text)
