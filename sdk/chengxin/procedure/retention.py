"""For how long what people say in a procedure is kept, and what stays of it afterwards.

Nothing of it is erased while it counts: before the measure is over, while an appeal may still be filed or is not
decided, while an objection marks a record, while a pledge relieves or its breach counts. From then on a term runs, and
at its end names, words, files and the key of the pseudonyms go. 个人信息保护法 arts. 19, 47: no longer than needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from chengxin.errors import ConfigurationError

MOST_DAYS: Final = 3_653
"""Ten years: who needs longer names another reason than a procedure that is over."""
_THREE_YEARS: Final = 1_096
"""Three years, with the day that one of them may have more."""


class Procedure(StrEnum):
    """What is erased at a time, each by the id under which its entries of the ledger name it."""

    APPEALS = "imposition_id"
    """All appeals against one measure."""
    OBJECTION = "objection_id"
    COMMITMENT = "commitment_id"
    DECLARATION = "declaration_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Terms, in days after a procedure no longer counts for anything.

    No statute names a term for these files. The defaults are ours, for these reasons:

    Attributes:
        appeals_days: of appeals with their evidence. They account for a measure, and the records of measures are kept
            for three years (直播电商监督管理办法 art. 12, by analogy with 电子商务法 art. 31: at least three years).
        pledges_days: of commitments and declarations with their evidence. They are part of what a platform keeps on
            having verified a merchant, three years likewise (直播电商监督管理办法 arts. 8, 27, by the same analogy).
        objections_days: of objections to the source's records. Nothing is decided on them here, and the source keeps
            its own file; a year lets a merchant ask what became of one.

    Raises:
        ConfigurationError: one is not from 1 to ``MOST_DAYS``.
    """

    appeals_days: int = _THREE_YEARS
    pledges_days: int = _THREE_YEARS
    objections_days: int = 365

    def __post_init__(self) -> None:
        days = (self.appeals_days, self.pledges_days, self.objections_days)
        if not all(type(one) is int and 1 <= one <= MOST_DAYS for one in days):
            raise ConfigurationError(
                f"What people say is kept for 1 to {MOST_DAYS} whole days after it counts."
            )

    def over_by(self, procedure: Procedure, at: datetime) -> datetime:
        """Return since when something must be over to be erased at an instant."""
        days = {
            Procedure.APPEALS: self.appeals_days,
            Procedure.OBJECTION: self.objections_days,
            Procedure.COMMITMENT: self.pledges_days,
            Procedure.DECLARATION: self.pledges_days,
        }
        return at - timedelta(days=days[procedure])


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What stays of an appeal, an objection, a commitment or a declaration whose words are erased.

    Attributes:
        id: its id, which its ledger entries name too.
        begun_at: when it was filed, raised, made or declared, aware UTC.
        over_at: when it no longer counted, aware UTC.
        outcome: how it ended, as its own states name it, e.g. ``GRANTED``, ``WITHDRAWN``, ``CORRECTED``, ``LAPSED``.
        evidence: digests of the files that were attached.
        erased_at: when the rest was erased, aware UTC.
    """

    id: str
    begun_at: datetime
    over_at: datetime
    outcome: str
    evidence: tuple[str, ...]
    erased_at: datetime
