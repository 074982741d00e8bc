"""A review: a measure that a policy asks a named human to decide on, and that has no effect meanwhile (I8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chengxin.errors import InvalidMeasure
from chengxin.policy import Direction, Ground, PolicyRef, Review, grounds_of
from chengxin.procedure.imposition import Ending
from chengxin.records import CreditStatus, Role


class ReviewOutcome(StrEnum):
    """What became of a review."""

    IMPOSED = "IMPOSED"
    """A named human decided for the measure, which is on record by itself."""
    GRANTED = "GRANTED"
    """A named human decided for the relief: it applies as long as an evaluation asks for it on the same records."""
    REFUSED = "REFUSED"
    """A named human decided against it; on the same grounds it is not asked again."""
    LAPSED = "LAPSED"
    """It is not asked any longer, and nobody has to decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewClose:
    """The close of a review.

    Attributes:
        outcome: what became of it.
        at: when, aware UTC.
        ending: why it lapsed; None where somebody decided.
        by: the named human who decided; None where it lapsed.
        reason: why, in that person's words; empty where it lapsed.
        imposition_id: the measure that came of it; None where none did.
    """

    outcome: ReviewOutcome
    at: datetime
    ending: Ending | None = None
    by: str | None = None
    reason: str = ""
    imposition_id: str | None = None

    def __post_init__(self) -> None:
        has_lapsed = self.outcome is ReviewOutcome.LAPSED
        if has_lapsed != (self.ending is not None):
            raise InvalidMeasure("A review that lapses says why, and no other does. Give the ending then.")
        if not has_lapsed and not ((self.by or "").strip() and self.reason.strip()):
            raise InvalidMeasure("Who decides on a review is named, and says why. Give both.")
        if (self.outcome is ReviewOutcome.IMPOSED) != (self.imposition_id is not None):
            raise InvalidMeasure("A review is imposed as a measure on record. Name it then, and only then.")


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanReview:
    """A review of one subject, as it is on record.

    Attributes:
        review_id: its name, for good.
        code: the subject: its unified social credit code; of a natural person, a pseudonym.
        role: the role that the measure is about.
        review: what the policy asks for.
        grounds: the records that it rests on, by reference; none where a relief rests on what the platform knows alone.
        policy: the policy that asked first.
        opened_at: when it was opened, aware UTC.
        source: name of the source of its grounds.
        as_of: data date of the answer that it rests on, aware UTC.
        close: its close; None where it is not closed on record.
        direction: whether the measure limits or relieves.
    """

    review_id: str
    code: str
    role: Role
    review: Review
    grounds: tuple[Ground, ...]
    policy: PolicyRef
    opened_at: datetime
    source: str
    as_of: datetime
    close: ReviewClose | None = None
    direction: Direction = Direction.RESTRICT

    def __post_init__(self) -> None:
        restricts = self.direction is not Direction.RELIEVE
        if not (self.review_id and self.code and (self.grounds or not restricts)):
            raise InvalidMeasure("A review has an id, a subject, and records that it rests on. Give all.")
        wrong = ReviewOutcome.GRANTED if restricts else ReviewOutcome.IMPOSED
        if self.close is not None and self.close.outcome is wrong:
            raise InvalidMeasure(
                "What limits is imposed, and what relieves is granted. Give the other outcome."
            )
        if tuple(ground.record_id for ground in self.grounds) != self.review.record_ids:
            raise InvalidMeasure("The grounds of a review are the records that the policy names. Give them.")

    @property
    def measure_code(self) -> str:
        """The measure to be decided on."""
        return self.review.measure_code

    @property
    def record_ids(self) -> frozenset[str]:
        """The ids of the records that it rests on."""
        return frozenset(self.review.record_ids)

    @property
    def lapses_at(self) -> datetime | None:
        """First instant at which one of its records is no longer disclosed; None where no end is known."""
        return min((g.ends_at for g in self.grounds if g.ends_at is not None), default=None)

    def is_open(self, at: datetime) -> bool:
        """Tell whether it waits for a human: not closed, and everything that it rests on still disclosed (I1)."""
        lapses_at = self.lapses_at
        return self.close is None and (lapses_at is None or at < lapses_at)

    def is_same(self, review: Review, status: CreditStatus) -> bool:
        """Tell whether a policy asks for the same on what a source shows: measure, effect, and the very records."""
        shown = {record.record_id for record in status.records}
        return (
            (review.measure_code, review.effect) == (self.measure_code, self.review.effect)
            and shown.issuperset(review.record_ids)
            and grounds_of(review, status) == self.grounds
        )
