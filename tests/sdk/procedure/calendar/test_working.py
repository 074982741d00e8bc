"""Which days are worked: as published, as in a plain week, and as a platform says."""

import subprocess
import sys
from datetime import date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidRecord
from chengxin.procedure.calendar import ChinaWorkingDays, OwnWorkingDays, PlainWorkingDays

CHINA, PLAIN = ChinaWorkingDays(), PlainWorkingDays()
DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))


@given(day=st.dates(date(2004, 1, 1), date(2026, 12, 31)))
def test_every_published_day_is_as_the_library_says(day):
    """Adjusted weekends included."""
    assert CHINA.covers(day)
    assert CHINA.is_working(day) == chinese_calendar.is_workday(day)


@given(day=st.dates(date(2060, 1, 1), date(2100, 12, 31)) | st.dates(date(1980, 1, 1), date(2003, 12, 30)))
def test_in_years_of_which_nothing_is_published_the_plain_week_holds(day):
    """And the calendar says that it does not know."""
    assert not CHINA.covers(day)
    assert CHINA.is_working(day) == PLAIN.is_working(day) == (day.isoweekday() <= 5)


@given(day=DAYS)
def test_the_plain_week_claims_to_know_nothing(day):
    """Not even of a Monday: it may be a holiday."""
    assert not PLAIN.covers(day)


@given(off=st.sets(DAYS), worked=st.sets(DAYS), years=st.sets(st.integers(2026, 2029)), day=DAYS)
def test_what_a_table_says_holds_and_the_base_for_all_other_days(off, worked, years, day):
    """Days off, days worked, complete years, then the calendar below."""
    own = OwnWorkingDays(
        base=CHINA, off=frozenset(off - worked), worked=frozenset(worked), years=frozenset(years)
    )
    for each in {day, *off, *worked}:
        if each in worked or each in off:
            assert own.is_working(each) == (each in worked)
            assert own.covers(each)
        elif each.year in years:
            assert own.is_working(each) == PLAIN.is_working(each)
            assert own.covers(each)
        else:
            assert own.is_working(each) == CHINA.is_working(each)
            assert own.covers(each) == CHINA.covers(each)


def test_a_day_is_not_both_worked_and_off():
    """A table that contradicts itself is refused, with the day."""
    days = frozenset([date(2027, 1, 4), date(2027, 1, 5)])
    with pytest.raises(InvalidRecord, match="2027-01-04"):
        OwnWorkingDays(base=CHINA, off=days, worked=days)


@pytest.mark.parametrize("day", [datetime(2027, 1, 4), "2027-01-04"])
def test_a_table_holds_dates(day):
    """An instant is equal to no date, and would silently never be found."""
    with pytest.raises(InvalidRecord, match="holds dates"):
        OwnWorkingDays(base=CHINA, off=frozenset([day]))


def test_the_library_is_loaded_at_the_first_question():
    """Who counts in plain weeks does not pay for it."""
    code = (
        "import sys\n"
        "from datetime import date\n"
        "from chengxin.procedure.calendar import ChinaWorkingDays\n"
        "assert 'chinese_calendar' not in sys.modules\n"
        "ChinaWorkingDays().is_working(date(2026, 6, 1))\n"
        "assert 'chinese_calendar' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_first_of_january_alone_publishes_no_year():
    """Each year that counts as known has its whole notice: the week after New Year is no proof of it."""
    for year in range(2004, 2027):
        assert CHINA.covers(date(year, 6, 1)), year
    assert not CHINA.covers(date(2003, 12, 31) - timedelta(days=1))
