"""The wording and the life of a badge.

A badge repeats what the source discloses, as of when, and nothing else. It lives no longer than the status it
is made of; when that is over, or nothing is known, it says just that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from chengxin.policy import Text
from chengxin.records import CHINA, CreditStatus, Standing


class BadgeState(StrEnum):
    """What a badge tells; it chooses the colour."""

    NO_ADVERSE_RECORD = "no-adverse-record"
    ADVERSE_RECORD = "adverse-record"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What a badge says.

    Attributes:
        state: what it tells.
        text: the statement, in both languages.
        as_of: the source's data date that the statement is of; None where nothing is known.
        valid_until: first instant at which the badge may no longer be shown, aware UTC.
    """

    state: BadgeState
    text: Text
    as_of: datetime | None
    valid_until: datetime


_UNKNOWN: Final = Text(zh="公共信用状况：暂未查得", en="Public credit status: not available now")


def unknown_badge(at: datetime) -> Badge:
    """Return the badge that says that nothing is known at ``at``; it is not to be kept."""
    return Badge(state=BadgeState.UNKNOWN, text=_UNKNOWN, as_of=None, valid_until=at)


def badge_of(status: CreditStatus, at: datetime) -> Badge:
    """Return the badge of a status at ``at``; a status past its end says nothing any more.

    Args:
        status: what is known of the subject.
        at: the instant of showing, aware UTC.
    """
    if not status.is_valid(at) or status.as_of is None or status.standing is Standing.UNKNOWN:
        return unknown_badge(at)
    day = status.as_of.astimezone(CHINA).date().isoformat()
    if status.standing is Standing.NO_ADVERSE_RECORD:
        state = BadgeState.NO_ADVERSE_RECORD
        text = Text(
            zh=f"信用中国：截至 {day} 未见公示的失信信息",
            en=f"Credit China: no adverse record shown as of {day}",
        )
    else:
        state = BadgeState.ADVERSE_RECORD
        text = _adverse(status, day)
    return Badge(state=state, text=text, as_of=status.as_of, valid_until=status.valid_until)


def _adverse(status: CreditStatus, day: str) -> Text:
    count = len(status.adverse_records)
    disputed = sum(record.is_disputed for record in status.adverse_records)
    mark = Text(zh=f"（其中 {disputed} 条异议中）", en=f" ({disputed} disputed)") if disputed else None
    noun = "record" if count == 1 else "records"
    return Text(
        zh=f"信用中国：截至 {day} 公示中的失信信息 {count} 条" + (mark.zh if mark else ""),
        en=f"Credit China: {count} adverse {noun} shown as of {day}" + (mark.en if mark else ""),
    )
