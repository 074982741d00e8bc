"""Kinds, severities and states of public credit records, in the field's words."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class RecordKind(StrEnum):
    """Kind of a public credit record (公共信用信息)."""

    LICENCE = "LICENCE"
    """行政许可, an administrative licence."""
    PENALTY = "PENALTY"
    """行政处罚, an administrative penalty."""
    SERIOUS_LISTING = "SERIOUS_LISTING"
    """严重失信主体名单, a listing as a seriously dishonest subject."""
    ABNORMAL_LISTING = "ABNORMAL_LISTING"
    """经营异常名录, a listing for abnormal operation."""
    JUDGMENT_DEFAULT = "JUDGMENT_DEFAULT"
    """失信被执行人, default on a judgment."""
    COMMENDATION = "COMMENDATION"
    """守信激励, a commendation for trustworthiness."""
    COMMITMENT = "COMMITMENT"
    """信用承诺, a credit commitment."""
    EVALUATION = "EVALUATION"
    """信用评价, a grade under a named scheme."""
    OTHER = "OTHER"
    """A catalogue that this version does not know: shown as it is, neither adverse nor harmless."""


ADVERSE_KINDS: Final = frozenset(
    {
        RecordKind.PENALTY,
        RecordKind.SERIOUS_LISTING,
        RecordKind.ABNORMAL_LISTING,
        RecordKind.JUDGMENT_DEFAULT,
    }
)


class Severity(StrEnum):
    """Severity as the source classes it; absent stays absent and is never derived from a fine."""

    MINOR = "MINOR"
    """轻微."""
    GENERAL = "GENERAL"
    """一般."""
    SERIOUS = "SERIOUS"
    """严重."""


class DisclosureStatus(StrEnum):
    """State of a record at the source (公示状态)."""

    SHOWN = "SHOWN"
    """公示中."""
    DISPUTED = "DISPUTED"
    """异议中: shown, and marked as disputed wherever it is shown."""
    SHIELDED = "SHIELDED"
    """暂时屏蔽: neither shown nor used; can come back."""
    REPAIRED = "REPAIRED"
    """已修复."""
    EXPIRED = "EXPIRED"
    """公示期满."""
    WITHDRAWN = "WITHDRAWN"
    """已撤销."""


VISIBLE_STATUSES: Final = frozenset({DisclosureStatus.SHOWN, DisclosureStatus.DISPUTED})
