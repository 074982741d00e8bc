"""The stages of an appeal, and the moves that lead from one to the next."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class AppealStage(StrEnum):
    """Where an appeal (申诉) stands."""

    FILED = "FILED"
    """已提交: the appellant has said what is wrong."""
    ACKNOWLEDGED = "ACKNOWLEDGED"
    """已受理: the appellant was told that it is there, and until when it is decided."""
    IN_REVIEW = "IN_REVIEW"
    """复核中: a named human reviews it."""
    DECIDED = "DECIDED"
    """已决定: there is a result with reasons."""
    WITHDRAWN = "WITHDRAWN"
    """已撤回: the appellant took it back."""

    @property
    def is_final(self) -> bool:
        """Whether nothing more is done at this stage."""
        return self in {AppealStage.DECIDED, AppealStage.WITHDRAWN}


class Side(StrEnum):
    """For whom somebody acts."""

    APPELLANT = "APPELLANT"
    PLATFORM = "PLATFORM"


class AppealMove(StrEnum):
    """What is done with an appeal."""

    FILE = "file"
    ACKNOWLEDGE = "acknowledge"
    TAKE = "take"
    """A named human takes it up for review, or takes it over from another."""
    ASK = "ask"
    """The reviewer asks for more evidence; no clock stops meanwhile."""
    ADD = "add"
    """The appellant says more, or attaches more evidence, asked for or not."""
    REQUEST_HUMAN = "request_human"
    """The appellant asks that a human decides (令116 art. 19)."""
    DECIDE = "decide"
    WITHDRAW = "withdraw"

    @property
    def side(self) -> Side:
        """For whom it is done."""
        return Side.APPELLANT if self in _OF_APPELLANT else Side.PLATFORM

    @property
    def stage(self) -> AppealStage | None:
        """The stage that it leads to; None where the appeal stays where it is."""
        return _STAGE_OF.get(self)


_OF_APPELLANT: Final = frozenset(
    {AppealMove.FILE, AppealMove.ADD, AppealMove.REQUEST_HUMAN, AppealMove.WITHDRAW}
)
_STAGE_OF: Final = MappingProxyType(
    {
        AppealMove.FILE: AppealStage.FILED,
        AppealMove.ACKNOWLEDGE: AppealStage.ACKNOWLEDGED,
        AppealMove.TAKE: AppealStage.IN_REVIEW,
        AppealMove.DECIDE: AppealStage.DECIDED,
        AppealMove.WITHDRAW: AppealStage.WITHDRAWN,
    }
)
