"""When a record may be shown: China days, and nothing but China days.

A record disclosed until 2026-03-31 is last shown at 23:59:59.999… Asia/Shanghai on that day and is gone at
24:00 (民法典 art. 203: the last day runs to 24:00; for disclosure no roll-over on holidays). China has kept
UTC+8 without daylight saving since 1991, so the offset is a constant and needs no time zone data.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from chengxin.errors import InvalidRecord

CHINA: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
_FIRST_DAY: Final = date(1949, 10, 1)


def china_day(at: datetime) -> date:
    """Return the China calendar date of an aware instant.

    >>> china_day(datetime(2026, 3, 31, 16, 0, tzinfo=UTC))
    datetime.date(2026, 4, 1)
    """
    if at.tzinfo is None:
        raise InvalidRecord(
            "An instant needs a time zone. Pass an aware datetime, such as Clock.now() gives."
        )
    return at.astimezone(CHINA).date()


def start_of_china_day(day: date) -> datetime:
    """Return the first instant of a China day, aware UTC."""
    return datetime.combine(day, time(), CHINA).astimezone(UTC)


def end_of_china_day(day: date) -> datetime:
    """Return 24:00 of a China day, the first instant that no longer belongs to it, aware UTC."""
    return start_of_china_day(day) + timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """Return the last day of a period of months that is counted from ``day``.

    The first day does not count and the period ends on the corresponding day of the last month, or on its
    last day where there is none (民法典 arts. 201, 202).

    >>> add_months(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, calendar.monthrange(year, month0 + 1)[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosurePeriod:
    """公示期: the China days on which a record is disclosed, both ends included.

    Attributes:
        start_on: first day of disclosure.
        end_on: last day of disclosure; None means until the source removes the record.
        inferred: the end was not given by the source but is the longest the law allows.
    """

    start_on: date
    end_on: date | None
    inferred: bool = False

    def __post_init__(self) -> None:
        if self.start_on < _FIRST_DAY:
            raise InvalidRecord(f"A disclosure period does not start on {self.start_on}.")
        if self.end_on is not None and self.end_on < self.start_on:
            raise InvalidRecord(
                f"A disclosure period ends ({self.end_on}) before it starts ({self.start_on})."
            )
        if self.inferred and self.end_on is None:
            raise InvalidRecord("A period without an end has nothing that could be inferred.")

    @property
    def starts_at(self) -> datetime:
        """First instant of disclosure, aware UTC."""
        return start_of_china_day(self.start_on)

    @property
    def ends_at(self) -> datetime | None:
        """First instant at which the record is no longer disclosed, aware UTC; None where no end is known."""
        return None if self.end_on is None else end_of_china_day(self.end_on)

    def is_open(self, at: datetime) -> bool:
        """Tell whether ``at`` lies in the period (invariant I1)."""
        return self.start_on <= china_day(at) and (self.end_on is None or china_day(at) <= self.end_on)

    def next_change_at(self, at: datetime) -> datetime | None:
        """Return the next instant after ``at`` at which the answer of ``is_open`` changes, or None."""
        if at < self.starts_at:
            return self.starts_at
        if self.ends_at is not None and at < self.ends_at:
            return self.ends_at
        return None
