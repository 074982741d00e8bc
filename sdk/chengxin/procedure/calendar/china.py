"""The working days of China as the State Council publishes them each year, adjusted weekends (调休) included.

They come from the library ``chinesecalendar``, which is loaded at the first question. A year counts as published where
the library holds its National Day: a first of January alone may stand in the notice of the year before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from typing import Final, NamedTuple

from chengxin.procedure.calendar.working import is_weekday

_NATIONAL_DAY: Final = (10, 1)


class _Published(NamedTuple):
    """What the library holds: days off, adjusted days that are worked, and the years it is complete for."""

    off: Mapping[date, object]
    worked: Mapping[date, object]
    years: frozenset[int]


@cache
def _published() -> _Published:
    constants = import_module("chinese_calendar.constants")
    off: Mapping[date, object] = constants.holidays
    worked: Mapping[date, object] = constants.workdays
    return _Published(
        off, worked, frozenset(day.year for day in off if (day.month, day.day) == _NATIONAL_DAY)
    )


@dataclass(frozen=True, slots=True)
class ChinaWorkingDays:
    """Working days as published; Monday to Friday in years of which nothing is published.

    >>> ChinaWorkingDays().is_working(date(2026, 10, 10)), ChinaWorkingDays().is_working(date(2026, 10, 7))
    (True, False)
    """

    def is_working(self, day: date) -> bool:
        """Tell whether a China day is worked."""
        published = _published()
        if day in published.worked:
            return True
        return is_weekday(day) and day not in published.off

    def covers(self, day: date) -> bool:
        """Tell whether the holidays of the day's year are published."""
        return day.year in _published().years
