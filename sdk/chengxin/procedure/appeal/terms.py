"""The times of appeals, as a platform's published rules set them.

The law asks for a prompt review (令116 art. 19) and sets no days. The default of 1 and 7 working days is what a local
law sets credit agencies for objections (上海市社会信用条例 art. 36).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chengxin.errors import InvalidRecord
from chengxin.procedure.calendar import Due, WorkingDays, due_after, due_after_days


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealTerms:
    """How long an appeal may take, and how long it may be filed.

    Attributes:
        acknowledge_within: working days from filing to the acknowledgement.
        decide_within: working days from filing to the result.
        file_within_days: days from the notice of a measure in which it may be appealed against even where it is over;
            while it is in force an appeal is never too late.

    Raises:
        InvalidRecord: they are out of order or of range.
    """

    acknowledge_within: int = 1
    decide_within: int = 7
    file_within_days: int = 60

    def __post_init__(self) -> None:
        terms = (self.acknowledge_within, self.decide_within, self.file_within_days)
        if not all(type(days) is int and 1 <= days <= 365 for days in terms):
            raise InvalidRecord(
                "The times of appeals are whole numbers of days, from 1 to 365. Correct them."
            )
        if self.decide_within < self.acknowledge_within:
            raise InvalidRecord(
                "An appeal is acknowledged before it is decided. Set decide_within accordingly."
            )

    def acknowledge_by(self, filed_at: datetime, calendar: WorkingDays) -> Due:
        """Return until when an appeal that is filed at an instant is acknowledged."""
        return due_after(filed_at, self.acknowledge_within, calendar)

    def decide_by(self, filed_at: datetime, calendar: WorkingDays) -> Due:
        """Return until when an appeal that is filed at an instant is decided."""
        return due_after(filed_at, self.decide_within, calendar)

    def contestable_until(self, noticed_at: datetime) -> datetime:
        """Return the first instant at which an appeal against a measure that is over is too late, aware UTC."""
        return due_after_days(noticed_at, self.file_within_days).at
