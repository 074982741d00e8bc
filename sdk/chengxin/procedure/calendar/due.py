"""When something falls due: periods of days, counted as the Civil Code counts them.

The first day does not count (民法典 art. 201), and the last runs to its 24:00 in China (art. 203). Where a calendar
does not know a year, Monday to Friday are counted, and what falls due says that it is not exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from chengxin.errors import InvalidRecord
from chengxin.procedure.calendar.working import WorkingDays
from chengxin.records import Deadline, china_day, end_of_china_day
from chengxin.records.matter import DayUnit

MOST_DAYS: Final = 3_650
"""Longest period that is counted, in days."""
_ONE: Final = timedelta(days=1)
_LONGEST_REST: Final = 366
"""So many days in a row without one that is worked are no calendar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When something falls due.

    Attributes:
        on: last China day on which it is in time.
        is_exact: whether the calendar knew every day that was counted.
    """

    on: date
    is_exact: bool = True

    @property
    def at(self) -> datetime:
        """24:00 of that day in China, the first instant at which it is late; aware UTC."""
        return end_of_china_day(self.on)

    def is_over(self, at: datetime) -> bool:
        """Tell whether an instant is too late."""
        return at >= self.at


def due_after(start_at: datetime, working_days: int, calendar: WorkingDays) -> Due:
    """Return when a period of working days is over that something at an instant begins.

    Args:
        start_at: what begins it, aware; its own day does not count.
        working_days: how many; 0 for the day itself, worked or not.
        calendar: which days are worked.

    Raises:
        InvalidRecord: the instant has no time zone, the period is out of range, or the calendar knows no working day.

    >>> from datetime import UTC
    >>> from chengxin.procedure.calendar import ChinaWorkingDays
    >>> due_after(datetime(2026, 9, 30, 2, tzinfo=UTC), 3, ChinaWorkingDays()).on
    datetime.date(2026, 10, 10)
    """
    _check_range(working_days)
    on, is_exact = china_day(start_at), True
    for _ in range(working_days):
        for day in _days_to_work(on, calendar):
            on, is_exact = day, is_exact and calendar.covers(day)
    return Due(on=on, is_exact=is_exact)


def due_after_days(start_at: datetime, days: int, calendar: WorkingDays | None = None) -> Due:
    """Return when a period of calendar days is over that something at an instant begins.

    Args:
        start_at: what begins it, aware; its own day does not count.
        days: how many; 0 for the day itself.
        calendar: given where a last day that is off moves to the next working day (民法典 art. 203); never for the
            disclosure of a record, which holidays do not prolong.

    Raises:
        InvalidRecord: the instant has no time zone, the period is out of range, or the calendar knows no working day.
    """
    _check_range(days)
    on = china_day(start_at) + days * _ONE
    if calendar is None:
        return Due(on=on)
    is_exact = calendar.covers(on)
    if not calendar.is_working(on):
        for day in _days_to_work(on, calendar):
            on, is_exact = day, is_exact and calendar.covers(day)
    return Due(on=on, is_exact=is_exact)


def due_by(
    deadline: Deadline, start_at: datetime, calendar: WorkingDays, *, is_extended: bool = False
) -> Due:
    """Return when a deadline of the rule table is over.

    Args:
        deadline: the row of law.
        start_at: what begins the period, aware.
        calendar: which days are worked.
        is_extended: whether it was extended; a deadline that cannot be stays as it is.
    """
    days = deadline.days
    if is_extended and deadline.extended_days is not None:
        days = deadline.extended_days
    if deadline.unit is DayUnit.WORKING:
        return due_after(start_at, days, calendar)
    return due_after_days(start_at, days)


def count_working(after: date, until: date, calendar: WorkingDays) -> int:
    """Return how many working days lie after one China day, up to another, which counts; 0 where it is not later."""
    days = (after + number * _ONE for number in range(1, (until - after).days + 1))
    return sum(map(calendar.is_working, days))


def _days_to_work(after: date, calendar: WorkingDays) -> Iterator[date]:
    """Yield each day after one, up to the first that is worked."""
    for number in range(1, _LONGEST_REST + 1):
        day = after + number * _ONE
        yield day
        if calendar.is_working(day):
            return
    raise InvalidRecord(f"The calendar knows no working day in a year after {after}. Correct its days off.")


def _check_range(days: int) -> None:
    if type(days) is not int or not 0 <= days <= MOST_DAYS:
        raise InvalidRecord(
            f"A period of {days!r} days is not counted. Pass a whole number up to {MOST_DAYS}."
        )
