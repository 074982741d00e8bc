"""Disclosure periods: China days, to the millisecond, whatever the machine's time zone."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidRecord
from chengxin.records import DisclosurePeriod, add_months, china_day, end_of_china_day, start_of_china_day
from chengxin.records.disclosure import CHINA
from tests.sdk.strategies import days, instants, periods

MILLISECOND = timedelta(milliseconds=1)
offsets = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(days, offsets)
def test_i1_a_period_is_open_until_midnight_in_china_and_not_a_millisecond_longer(end_on, zone):
    """Shown at 23:59:59.999 of the last China day, gone at 24:00, in every time zone."""
    period = DisclosurePeriod(start_on=end_on, end_on=end_on)
    end = datetime(end_on.year, end_on.month, end_on.day, tzinfo=ZoneInfo("Asia/Shanghai")) + timedelta(
        days=1
    )
    assert period.is_open((end - MILLISECOND).astimezone(zone))
    assert not period.is_open(end.astimezone(zone))
    assert not period.is_open((end + MILLISECOND).astimezone(zone))


@given(days, offsets)
def test_i1_a_period_opens_at_the_first_instant_of_its_first_china_day(start_on, zone):
    """Not a millisecond before 00:00 in China, and from then on."""
    period = DisclosurePeriod(start_on=start_on, end_on=None)
    start = datetime(start_on.year, start_on.month, start_on.day, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert not period.is_open((start - MILLISECOND).astimezone(zone))
    assert period.is_open(start.astimezone(zone))


def test_i1_the_law_s_own_example():
    """A record disclosed until 2026-03-31 is last shown at 15:59:59.999 UTC of that day."""
    period = DisclosurePeriod(start_on=date(2026, 1, 1), end_on=date(2026, 3, 31))
    assert period.is_open(datetime(2026, 3, 31, 15, 59, 59, 999999, tzinfo=UTC))
    assert not period.is_open(datetime(2026, 3, 31, 16, 0, tzinfo=UTC))
    assert period.ends_at == datetime(2026, 3, 31, 16, 0, tzinfo=UTC)


@given(periods(), instants)
def test_i1_nothing_changes_before_the_next_change_and_something_does_at_it(period, at):
    """The next change is exactly where the answer turns."""
    change = period.next_change_at(at)
    shown = period.is_open(at)
    if change is None:
        assert period.is_open(at + timedelta(days=5000)) is shown
    else:
        assert change > at
        assert period.is_open(change - MILLISECOND) is shown or change - MILLISECOND < at
        assert period.is_open(change) is not shown


@given(instants)
def test_every_instant_lies_in_its_china_day(at):
    """The start of the day is not after an instant, and its end is."""
    day = china_day(at)
    assert start_of_china_day(day) <= at < end_of_china_day(day)
    assert end_of_china_day(day) == start_of_china_day(day + timedelta(days=1))


def test_china_s_time_is_eight_hours_ahead_and_named_for_what_it_is():
    """One offset for all days, under its usual name; starts and ends are told in UTC."""
    assert CHINA.utcoffset(None) == timedelta(hours=8)
    assert str(CHINA) == "Asia/Shanghai"
    period = DisclosurePeriod(start_on=date(2026, 1, 1), end_on=date(2026, 3, 31))
    assert period.starts_at.tzinfo is UTC
    assert period.ends_at.tzinfo is UTC
    assert period.starts_at == datetime(2025, 12, 31, 16, 0, tzinfo=UTC)


def test_an_instant_without_time_zone_is_refused():
    """A naive instant means nothing."""
    with pytest.raises(InvalidRecord) as caught:
        china_day(datetime(2026, 1, 1))
    assert str(caught.value) == (
        "An instant needs a time zone. Pass an aware datetime, such as Clock.now() gives."
    )


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 5, 6), 3, date(2026, 8, 6)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 5, 6), 36, date(2029, 5, 6)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
    ],
)
def test_a_period_of_months_ends_on_the_corresponding_day_or_month_end(day, months, expected):
    """Civil Code articles 201 and 202."""
    assert add_months(day, months) == expected


def test_i1_a_change_that_is_reached_is_no_longer_the_next():
    """At the start the end is next; at the end nothing is; without an end nothing follows the start."""
    period = DisclosurePeriod(start_on=date(2026, 1, 1), end_on=date(2026, 3, 31))
    assert period.next_change_at(period.starts_at - MILLISECOND) == period.starts_at
    assert period.next_change_at(period.starts_at) == period.ends_at
    assert period.next_change_at(period.ends_at - MILLISECOND) == period.ends_at
    assert period.next_change_at(period.ends_at) is None
    endless = DisclosurePeriod(start_on=date(2026, 1, 1), end_on=None)
    assert endless.ends_at is None
    assert endless.next_change_at(endless.starts_at) is None


def test_a_period_starts_with_the_republic_at_the_earliest_and_lasts_a_day_at_least():
    """The first day that is accepted, the shortest period, and an end that is not inferred unless it is said."""
    period = DisclosurePeriod(start_on=date(1949, 10, 1), end_on=date(1949, 10, 1))
    assert period.inferred is False
    assert DisclosurePeriod(start_on=date(2026, 2, 1), end_on=date(2029, 2, 1), inferred=True).inferred


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"start_on": date(2026, 2, 1), "end_on": date(2026, 1, 31)},
            "A disclosure period ends (2026-01-31) before it starts (2026-02-01).",
        ),
        (
            {"start_on": date(2026, 2, 1), "end_on": None, "inferred": True},
            "A period without an end has nothing that could be inferred.",
        ),
        (
            {"start_on": date(1949, 9, 30), "end_on": None},
            "A disclosure period does not start on 1949-09-30.",
        ),
    ],
)
def test_a_contradictory_period_cannot_be_constructed(arguments, message):
    """A period that exists is right."""
    with pytest.raises(InvalidRecord) as caught:
        DisclosurePeriod(**arguments)
    assert str(caught.value) == message
