"""Which days are worked: the seam, the plain week, and a platform's own table over another calendar."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Protocol

from chengxin.errors import InvalidRecord

_SATURDAY: Final = 5


class WorkingDays(Protocol):
    """Which China days are worked, and for which of them that is known."""

    def is_working(self, day: date) -> bool:
        """Tell whether a China day is worked; Monday to Friday are, where nothing is known of the day."""
        ...

    def covers(self, day: date) -> bool:
        """Tell whether it is known of a China day: that its holidays and adjusted weekends are published."""
        ...


def is_weekday(day: date) -> bool:
    """Tell whether a day is a Monday to Friday.

    >>> is_weekday(date(2026, 10, 10))
    False
    """
    return day.weekday() < _SATURDAY


@dataclass(frozen=True, slots=True)
class PlainWorkingDays:
    """Monday to Friday, whatever the holidays; of no day is more known than that."""

    def is_working(self, day: date) -> bool:
        """Tell whether a day is a Monday to Friday."""
        return is_weekday(day)

    def covers(self, day: date) -> bool:  # noqa: ARG002 -- it is so for every day
        """Return False: holidays are not known here."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWorkingDays:
    """A platform's own table over another calendar: what it says of a day holds, and the other for all other days.

    It fills in a year whose holidays are published and not in the library yet, and holds a platform's own days off.

    Attributes:
        base: the calendar for all other days.
        off: days that are not worked, whatever the base says.
        worked: days that are worked, whatever the base says.
        years: years that the table is complete for; other days of them are worked from Monday to Friday.

    Raises:
        InvalidRecord: a day is both worked and off, or is no date.
    """

    base: WorkingDays
    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()
    _own: frozenset[date] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        own = self.off | self.worked
        if any(not isinstance(day, date) or isinstance(day, datetime) for day in own):
            raise InvalidRecord("A table of working days holds dates. Pass datetime.date, without a time.")
        if both := sorted(self.off & self.worked):
            raise InvalidRecord(f"{both[0]} is both worked and off. Keep it in one of them.")
        object.__setattr__(self, "_own", own)

    def is_working(self, day: date) -> bool:
        """Tell whether a day is worked: by the table, else by the base."""
        if day in self._own:
            return day in self.worked
        return is_weekday(day) if day.year in self.years else self.base.is_working(day)

    def covers(self, day: date) -> bool:
        """Tell whether the table or the base knows the day."""
        return day in self._own or day.year in self.years or self.base.covers(day)
