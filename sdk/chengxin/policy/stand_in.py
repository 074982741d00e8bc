"""Details of records that stand for others: of the same kind, day and authority, and without a word of content."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import cast

from chengxin.policy.predicate import has_event_day
from chengxin.records import (
    Detail,
    EvaluationDetail,
    LicenceDetail,
    ListingDetail,
    PenaltyDetail,
    RecordKind,
)
from chengxin.records.record import DETAIL_OF


def detail_for(
    kind: RecordKind, *, on: date, authority: str | None, grade: EvaluationDetail | None = None
) -> Detail:
    """Return the detail of a record that was decided or listed on a day.

    Args:
        kind: kind of record.
        on: the day from which its age counts, of kinds that have one.
        authority: who decided.
        grade: the grade, of an evaluation.
    """
    if grade is not None:
        return grade
    if kind is RecordKind.PENALTY:
        return PenaltyDetail(decided_on=on, authority=authority)
    if kind is RecordKind.LICENCE:
        return LicenceDetail(decided_on=on, authority=authority)
    if has_event_day(kind):
        return ListingDetail(listed_on=on, authority=authority)
    made = cast("Callable[..., Detail]", DETAIL_OF[kind])
    return made(authority=authority)
