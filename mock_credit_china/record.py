"""What the source holds: subjects, records and the changes to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from mock_credit_china.clock import midnight_after


class Catalogue(StrEnum):
    """The catalogues of public credit information the source publishes."""

    LICENCE = "行政许可"
    PENALTY = "行政处罚"
    SERIOUS_LISTING = "严重失信主体名单"
    ABNORMAL_LISTING = "经营异常名录"
    JUDGMENT_DEFAULT = "失信被执行人"
    COMMENDATION = "守信激励"
    COMMITMENT = "信用承诺"
    EVALUATION = "信用评价"
    WAGE_ARREARS = "拖欠农民工工资失信联合惩戒名单"
    TAX_VIOLATION = "税收违法"


class Severity(StrEnum):
    """How the source classes a record; many have no class."""

    MINOR = "轻微"
    GENERAL = "一般"
    SERIOUS = "严重"


class State(StrEnum):
    """Where a record stands."""

    SHOWN = "公示中"
    DISPUTED = "异议中"
    SHIELDED = "暂时屏蔽"
    REPAIRED = "已修复"
    WITHDRAWN = "已撤销"


LAST_DAY = date(9998, 12, 31)
"""The last day that can end; a later one is written for "never"."""

LISTED = frozenset({State.SHOWN, State.DISPUTED, State.SHIELDED})
"""States a listing carries; repaired and withdrawn records appear in the change feed alone."""


DISCLOSED = frozenset({State.SHOWN, State.DISPUTED})
"""States on public display: a shielded record is listed to authorised platforms and shown to nobody."""


class ChangeKind(StrEnum):
    """What the change feed says happened."""

    ADDED = "新增"
    CORRECTED = "更新"
    REPAIRED = "修复"
    WITHDRAWN = "撤销"
    SHIELDED = "屏蔽"
    RESTORED = "恢复"
    DISPUTED = "异议"
    DISPUTE_RESOLVED = "异议解除"
    EXPIRED = "到期"
    SUBJECT_CHANGED = "主体变更"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A credit subject (信用主体) as the source registers it."""

    code: str
    name: str
    entity_type: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One public credit record (公共信用信息)."""

    rec_id: str
    version: int
    catalogue: str
    severity: str | None
    state: State
    published_on: date
    disclosed_until: date | None
    data_source: str
    fields: Mapping[str, Any]

    @property
    def last_day(self) -> date | None:
        """The last China day of disclosure, if there is one.

        ``disclosedUntil`` rules; ``CF_GSJZQ`` counts where it stands alone.
        """
        return self.disclosed_until or _day_in(self.fields.get("CF_GSJZQ"))

    @property
    def ends_at(self) -> datetime | None:
        """The instant disclosure ends by itself: after the last day, China time; never if no day is given."""
        day = self.last_day
        return midnight_after(day) if day else None

    def is_disclosed_on(self, day: date) -> bool:
        """Tell whether the record is on public display that day: listed, and not shielded."""
        last_day = self.last_day
        return self.state in DISCLOSED and (last_day is None or day <= last_day)

    def is_listed_at(self, now: datetime) -> bool:
        """Tell whether a listing of that instant carries the record."""
        ends_at = self.ends_at
        return self.state in LISTED and (ends_at is None or now < ends_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectFile:
    """A subject with all its records, and how often and when it was last changed by hand."""

    subject: Subject
    records: tuple[Record, ...] = ()
    revision: int = 1
    changed_at: datetime | None = None

    def record(self, rec_id: str) -> Record | None:
        """Find a record by its id."""
        return next((record for record in self.records if record.rec_id == rec_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of the ordered change log."""

    seq: int
    at: datetime
    code: str
    rec_id: str | None
    version: int
    kind: ChangeKind


def _day_in(text: object) -> date | None:
    if not isinstance(text, str):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day <= LAST_DAY else None
