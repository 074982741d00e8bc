"""The stages of a policy version, and the moves that lead from one to the next."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Stage(StrEnum):
    """Where a version stands at an instant."""

    DRAFT = "DRAFT"
    """Written, and not looked at."""
    LINTED = "LINTED"
    """Without errors."""
    SUBMITTED = "SUBMITTED"
    """Before a second person."""
    APPROVED = "APPROVED"
    """Approved by somebody who had no part in it."""
    ANNOUNCED = "ANNOUNCED"
    """Made public, before it takes effect."""
    SCHEDULED = "SCHEDULED"
    """Takes effect at its instant, by time alone."""
    ACTIVE = "ACTIVE"
    """In force."""
    RETIRED = "RETIRED"
    """Was in force: replaced, rolled back, retired, or past its own last day."""
    REJECTED = "REJECTED"
    """Not approved; it may be drafted again."""
    WITHDRAWN = "WITHDRAWN"
    """Taken back before it was in force; it may be drafted again."""


class Move(StrEnum):
    """What a person does with a version; the word in the journal."""

    DRAFT = "draft"
    LINT = "lint"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    ANNOUNCE = "announce"
    SCHEDULE = "schedule"
    WITHDRAW = "withdraw"
    RETIRE = "retire"
    ROLL_BACK = "roll_back"

    @property
    def stage(self) -> Stage:
        """The stage that it leads to."""
        return _STAGE_OF[self]


_STAGE_OF: Final = MappingProxyType(
    {
        Move.DRAFT: Stage.DRAFT,
        Move.LINT: Stage.LINTED,
        Move.SUBMIT: Stage.SUBMITTED,
        Move.APPROVE: Stage.APPROVED,
        Move.REJECT: Stage.REJECTED,
        Move.ANNOUNCE: Stage.ANNOUNCED,
        Move.SCHEDULE: Stage.SCHEDULED,
        Move.WITHDRAW: Stage.WITHDRAWN,
        Move.RETIRE: Stage.RETIRED,
        Move.ROLL_BACK: Stage.ACTIVE,
    }
)
