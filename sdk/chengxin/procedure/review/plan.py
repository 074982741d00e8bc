"""Which reviews of one subject are opened and closed: what a fresh evaluation asks, beside what is on record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from chengxin.policy import Direction, Review, Treatment, grounds_of
from chengxin.procedure.imposition import GONE, Ending, Exemption, Imposition
from chengxin.procedure.review.review import HumanReview
from chengxin.records import ChangeKind, CreditStatus, Standing

_NOTHING_TOLD: Final[Mapping[str, ChangeKind]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPlan:
    """What is to be done about the reviews of a subject; none of it has effect.

    Attributes:
        open: what is asked and not on record.
        close: reviews that lapse, each with why.
    """

    open: tuple[Review, ...] = ()
    close: tuple[tuple[HumanReview, Ending], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What speaks against asking a human.

    Attributes:
        refused: reviews that a named human refused.
        granted: reviews in which a named human granted a relief.
        impositions: measures of the subject, in the same role, that are not over.
        exemptions: what keeps measures from being imposed.
        directions: whether each measure of the catalogue limits or relieves, by its code.
    """

    refused: Sequence[HumanReview] = ()
    granted: Sequence[HumanReview] = ()
    impositions: Sequence[Imposition] = ()
    exemptions: Iterable[Exemption] = ()
    directions: Mapping[str, Direction] = field(default_factory=dict)

    def why_not(self, review: Review, status: CreditStatus, at: datetime) -> Ending | None:
        """Return why a review is not to be asked; None where nothing speaks against it.

        What limits rests on records. A relief that was granted is not asked again where it is the same.
        """
        code, record_ids = review.measure_code, frozenset(review.record_ids)
        direction = self.directions.get(code)
        if direction is None or (direction is Direction.RESTRICT and not record_ids):
            return Ending.POLICY_CHANGED
        if any(one.is_same(review, status) for one in self.granted):
            return Ending.SUPERSEDED
        if any(one.keeps_from(code, record_ids, at) for one in self.exemptions):
            return Ending.OVERRIDDEN
        if any(one.measure_code == code and record_ids <= one.record_ids for one in self.refused):
            return Ending.SUPERSEDED
        is_imposed = any(
            one.measure.code == code and one.hold is None and one.is_open(at) and record_ids <= one.record_ids
            for one in self.impositions
        )
        return Ending.SUPERSEDED if is_imposed else None


def plan_reviews(
    reviews: Sequence[HumanReview],
    treatment: Treatment,
    status: CreditStatus,
    *,
    at: datetime,
    settled: Settled,
    told: Mapping[str, ChangeKind] = _NOTHING_TOLD,
) -> ReviewPlan:
    """Return what is to be done about the reviews of a subject in one role.

    Each is asked once for a measure and a set of records. One whose records are others by now, or of which something
    else is asked, lapses and is asked anew: nobody decides on what is no longer so. An unknown opens nothing, and
    closes only what rests on something that is known to be gone (invariants I2, I4).

    Args:
        reviews: those of the subject that are not closed on record.
        treatment: what the policy in force gives on the status.
        status: what is known of the subject.
        at: the instant, aware UTC.
        settled: what speaks against asking.
        told: what the change feed told of records, by record id.
    """
    if treatment.standing is Standing.UNKNOWN or not treatment.is_valid(at) or not status.is_valid(at):
        over = [(one, _gone(one, one.record_ids, at=at, told=told)) for one in reviews]
        return ReviewPlan(close=tuple((one, ending) for one, ending in over if ending is not None))
    asked: dict[tuple[str, tuple[str, ...]], Review] = {}
    for wanted in treatment.reviews:
        if settled.why_not(wanted, status, at) is None:
            asked.setdefault((wanted.measure_code, wanted.record_ids), wanted)
    shown = frozenset(record.record_id for record in status.records)
    close: list[tuple[HumanReview, Ending]] = []
    for one in reviews:
        key = (one.measure_code, one.review.record_ids)
        review = asked.get(key)
        if review is not None and review == one.review and grounds_of(review, status) == one.grounds:
            del asked[key]
            continue
        is_asked_anew = any(code == one.measure_code for code, _ in asked)
        missing = one.record_ids - shown
        ending = _gone(one, missing, at=at, told=told) or (Ending.CORRECTED if missing else None)
        anew = Ending.SUPERSEDED if is_asked_anew else None
        close.append(
            (one, ending or anew or settled.why_not(one.review, status, at) or Ending.POLICY_CHANGED)
        )
    return ReviewPlan(open=tuple(asked.values()), close=tuple(close))


def _gone(
    one: HumanReview, missing: Iterable[str], *, at: datetime, told: Mapping[str, ChangeKind]
) -> Ending | None:
    """Return why what a review rests on is gone, as far as it was told or its time is over; None where it is not."""
    for record_id in sorted(missing):
        kind = told.get(record_id)
        if kind is not None and kind in GONE:
            return GONE[kind]
    return Ending.GROUND_ENDED if one.lapses_at is not None and one.lapses_at <= at else None
