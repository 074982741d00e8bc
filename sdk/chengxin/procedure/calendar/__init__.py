"""Working days and what falls due on them, in China: adjusted weekends (调休) and a platform's own days included."""

from chengxin.procedure.calendar.china import ChinaWorkingDays
from chengxin.procedure.calendar.due import Due, count_working, due_after, due_after_days, due_by
from chengxin.procedure.calendar.working import OwnWorkingDays, PlainWorkingDays, WorkingDays

__all__ = [
    "ChinaWorkingDays",
    "Due",
    "OwnWorkingDays",
    "PlainWorkingDays",
    "WorkingDays",
    "count_working",
    "due_after",
    "due_after_days",
    "due_by",
]
