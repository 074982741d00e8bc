"""信用信息变更: what a source's change feed tells of one subject."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class ChangeKind(StrEnum):
    """What happened to a record, or to the subject itself."""

    ADDED = "ADDED"
    """新增."""
    UPDATED = "UPDATED"
    """更新."""
    REPAIRED = "REPAIRED"
    """修复."""
    WITHDRAWN = "WITHDRAWN"
    """撤销."""
    SHIELDED = "SHIELDED"
    """屏蔽."""
    RESTORED = "RESTORED"
    """恢复."""
    DISPUTED = "DISPUTED"
    """异议."""
    DISPUTE_RESOLVED = "DISPUTE_RESOLVED"
    """异议解除."""
    EXPIRED = "EXPIRED"
    """到期."""
    SUBJECT_CHANGED = "SUBJECT_CHANGED"
    """主体变更."""
    OTHER = "OTHER"
    """A kind that this version does not know; what was known of the subject is asked for again all the same."""


TAKES_AWAY: Final = frozenset(
    {ChangeKind.REPAIRED, ChangeKind.WITHDRAWN, ChangeKind.SHIELDED, ChangeKind.EXPIRED}
)
"""Changes after which the source no longer shows a record."""
TOLD_FOR: Final = timedelta(days=7)
"""How long it is known that a record is gone: no answer is older than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change as a source's feed tells it; it points, and holds no content.

    Attributes:
        seq: its place in the feed, strictly growing without gaps.
        at: when it happened at the source, aware UTC.
        code: code of the subject in its normal form; None where the source wrote none that is lawful, so that nothing
            can be held of whoever it is.
        record_id: the source's id of the record; None where the subject itself changed.
        version: the source's version of the record.
        kind: what happened.
    """

    seq: int
    at: datetime
    code: str | None
    record_id: str | None
    version: int
    kind: ChangeKind

    @property
    def takes_away(self) -> bool:
        """Whether the source no longer shows the record."""
        return self.record_id is not None and self.kind in TAKES_AWAY

    @property
    def is_of_known_kind(self) -> bool:
        """Whether this version knows what happened."""
        return self.kind is not ChangeKind.OTHER
