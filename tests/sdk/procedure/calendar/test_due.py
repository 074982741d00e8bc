"""When something falls due, by law and by the days that China really worked."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidRecord
from chengxin.procedure.calendar import (
    ChinaWorkingDays,
    Due,
    OwnWorkingDays,
    PlainWorkingDays,
    count_working,
    due_after,
    due_after_days,
    due_by,
)
from chengxin.records import china_day, shipped_rule_table

CHINA, PLAIN = ChinaWorkingDays(), PlainWorkingDays()
ONE = timedelta(days=1)
CALENDARS = st.sampled_from(
    [CHINA, PLAIN, OwnWorkingDays(base=CHINA, off=frozenset([date(2026, 11, 11), date(2027, 1, 4)]))]
)
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
COUNTS = st.integers(0, 60)


def noon(day):
    """Return noon of a China day."""
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start_on", "working_days", "on"),
    [
        (date(2025, 9, 26), 1, date(2025, 9, 28)),  # a Sunday worked for National Day
        (date(2025, 9, 30), 1, date(2025, 10, 9)),  # eight days off
        (date(2025, 9, 30), 3, date(2025, 10, 11)),  # and a Saturday worked for them
        (date(2025, 1, 24), 1, date(2025, 1, 26)),  # a Sunday worked for Spring Festival
        (date(2025, 1, 27), 4, date(2025, 2, 8)),  # and a Saturday after it
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a Saturday worked for Spring Festival
        (date(2026, 2, 14), 1, date(2026, 2, 24)),  # nine days off
        (date(2026, 2, 14), 5, date(2026, 2, 28)),  # and a Saturday worked for them
        (date(2026, 9, 18), 1, date(2026, 9, 20)),  # a Sunday worked for National Day
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # and a Saturday after it
        (date(2059, 12, 31), 1, date(2060, 1, 1)),  # nothing is published of that year
    ],
)
def test_adjusted_weekends_are_worked_and_holidays_are_not(start_on, working_days, on):
    """民法典 art. 201 on the days that the State Council published."""
    due = due_after(noon(start_on), working_days, CHINA)
    assert (due.on, due.is_exact) == (on, on.year < 2060)


def test_the_last_day_runs_to_its_end_in_china():
    """民法典 art. 203: 24:00 of the last day, the first instant that is late."""
    due = due_after(datetime(2026, 6, 1, 16, 30, tzinfo=UTC), 1, CHINA)  # 00:30 of 2 June
    assert due == Due(on=date(2026, 6, 3))
    assert due.at == datetime(2026, 6, 3, 16, tzinfo=UTC)
    assert not due.is_over(due.at - timedelta(microseconds=1))
    assert due.is_over(due.at)


@given(start_at=INSTANTS, working_days=COUNTS, calendar=CALENDARS)
def test_so_many_working_days_lie_behind_the_first_day(start_at, working_days, calendar):
    """The last one is worked, and a naive count from the first day finds as many."""
    due = due_after(start_at, working_days, calendar)
    first = china_day(start_at)
    counted = [first + ONE * n for n in range(1, (due.on - first).days + 1)]
    assert sum(calendar.is_working(day) for day in counted) == working_days
    assert count_working(first, due.on, calendar) == working_days
    assert not working_days or calendar.is_working(due.on)
    assert due.is_exact == all(calendar.covers(day) for day in counted)


@given(one=INSTANTS, other=INSTANTS, fewer=COUNTS, more=COUNTS, calendar=CALENDARS)
def test_later_and_longer_never_falls_due_earlier(one, other, fewer, more, calendar):
    """Monotone in the instant, and in the number of days; strictly in the number."""
    early, late = sorted([one, other])
    assert due_after(early, fewer, calendar).on <= due_after(late, fewer, calendar).on
    assert due_after_days(early, fewer, calendar).on <= due_after_days(late, fewer, calendar).on
    few, many = sorted([fewer, more])
    assert due_after(one, few, calendar).on + ONE * (many > few) <= due_after(one, many, calendar).on


@given(start_at=INSTANTS, days=COUNTS)
def test_calendar_days_are_counted_as_they_come(start_at, days):
    """Holidays neither count less nor prolong, unless a calendar is given."""
    due = due_after_days(start_at, days)
    assert due == Due(on=china_day(start_at) + ONE * days)
    assert due.at > start_at


@pytest.mark.parametrize(
    ("start_on", "days", "on", "is_exact"),
    [
        (date(2026, 9, 28), 2, date(2026, 9, 30), True),
        (date(2026, 9, 28), 3, date(2026, 10, 8), True),
        (date(2060, 1, 1), 2, date(2060, 1, 5), False),
    ],
)
def test_a_last_day_that_is_off_moves_on_where_a_calendar_is_given(start_on, days, on, is_exact):
    """民法典 art. 203: the day after the holidays is the last day."""
    due = due_after_days(noon(start_on), days, CHINA)
    assert (due.on, due.is_exact) == (on, is_exact)


def test_a_day_off_before_an_unknown_year_is_not_exact_once_it_leads_there():
    """What was skipped counts towards exactness too."""
    own = OwnWorkingDays(base=PLAIN, off=frozenset([date(2026, 12, 31)]), years=frozenset([2026]))
    assert due_after_days(noon(date(2026, 12, 30)), 1, own) == Due(on=date(2027, 1, 1), is_exact=False)


@pytest.mark.parametrize(
    ("row", "is_extended", "on"),
    [
        ("sz-objection-decision", False, date(2026, 10, 9)),
        ("sz-objection-decision", True, date(2026, 10, 13)),
        ("sh-objection-decision", True, date(2026, 10, 13)),
        ("crr-objection-decision", False, date(2026, 10, 20)),
    ],
)
def test_a_deadline_of_the_rule_table_is_counted_in_its_own_unit(row, is_extended, on):
    """Working days or all days, extended where the law lets it."""
    deadline = shipped_rule_table().row(row)
    assert due_by(deadline, noon(date(2026, 9, 30)), CHINA, is_extended=is_extended).on == on


def test_a_day_is_no_working_day_before_itself():
    """Nothing lies between a day and an earlier one."""
    assert count_working(date(2026, 6, 3), date(2026, 6, 1), CHINA) == 0


@pytest.mark.parametrize("days", [-1, 3651, True, 1.0])
def test_a_period_out_of_range_is_refused(days):
    """Neither negative nor for ever, and a whole number."""
    with pytest.raises(InvalidRecord, match="is not counted"):
        due_after(noon(date(2026, 6, 1)), days, PLAIN)
    with pytest.raises(InvalidRecord, match="is not counted"):
        due_after_days(noon(date(2026, 6, 1)), days)


def test_an_instant_without_a_time_zone_is_refused():
    """Which China day it is would be a guess."""
    with pytest.raises(InvalidRecord, match="time zone"):
        due_after(datetime(2026, 6, 1), 1, PLAIN)


def test_a_calendar_without_working_days_is_refused():
    """Rather than counted for ever."""
    never = OwnWorkingDays(base=PLAIN, off=frozenset(date(2026, 1, 1) + ONE * n for n in range(800)))
    with pytest.raises(InvalidRecord, match="no working day"):
        due_after(noon(date(2026, 1, 1)), 1, never)
