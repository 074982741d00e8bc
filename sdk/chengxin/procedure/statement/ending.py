"""What ended a measure, as its withdrawn statement says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from chengxin.errors import InvalidStatement
from chengxin.policy.instant import is_utc
from chengxin.policy.text import Text


class EndCause(StrEnum):
    """Why a measure is over."""

    TERM_OVER = "TERM_OVER"
    """期限届满."""
    DISCLOSURE_OVER = "DISCLOSURE_OVER"
    """公示期满."""
    REPAIRED = "REPAIRED"
    """信用修复."""
    CORRECTED = "CORRECTED"
    """信息更正."""
    SHIELDED = "SHIELDED"
    """暂时屏蔽."""
    RECORD_WITHDRAWN = "RECORD_WITHDRAWN"
    """信息撤销."""
    APPEAL_GRANTED = "APPEAL_GRANTED"
    """申诉成立."""
    POLICY_RETIRED = "POLICY_RETIRED"
    """平台政策停用."""
    OVERRIDDEN = "OVERRIDDEN"
    """由专人解除."""
    RULE_UNMET = "RULE_UNMET"
    """不再符合规则."""


CAUSES: Final[Mapping[EndCause, Text]] = MappingProxyType(
    {
        EndCause.TERM_OVER: Text(zh="措施期限届满", en="its term is over"),
        EndCause.DISCLOSURE_OVER: Text(
            zh="所依据的信息公示期满", en="the disclosure of what it rested on is over"
        ),
        EndCause.REPAIRED: Text(zh="所依据的信息已经信用修复", en="what it rested on has been repaired"),
        EndCause.CORRECTED: Text(
            zh="信息源更正了所依据的信息", en="the source has corrected what it rested on"
        ),
        EndCause.SHIELDED: Text(
            zh="所依据的信息在信息源暂时屏蔽", en="the source shields what it rested on for the time being"
        ),
        EndCause.RECORD_WITHDRAWN: Text(
            zh="所依据的信息在信息源已经撤销", en="what it rested on has been withdrawn at the source"
        ),
        EndCause.APPEAL_GRANTED: Text(zh="申诉成立", en="an appeal against it was granted"),
        EndCause.POLICY_RETIRED: Text(
            zh="所依据的平台政策不再适用", en="the platform's policy behind it no longer applies"
        ),
        EndCause.OVERRIDDEN: Text(zh="经工作人员决定解除", en="a member of staff decided to lift it"),
        EndCause.RULE_UNMET: Text(
            zh="目前的情况不再符合所适用的规则", en="the rule behind it is no longer met"
        ),
    }
)
"""Each cause in words, as a clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementEnding:
    """What ended the measure, and when.

    Attributes:
        cause: why.
        ended_at: first instant at which it no longer held, aware UTC.
    """

    cause: EndCause
    ended_at: datetime

    def __post_init__(self) -> None:
        if type(self.cause) is not EndCause or not is_utc(self.ended_at):
            raise InvalidStatement("An ending has a cause, and an instant that is aware UTC. Give both.")
