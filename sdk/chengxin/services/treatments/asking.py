"""What is put before a named human about one subject, in the transaction of the look at it (I6, I8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from chengxin.canonical import digest
from chengxin.ledger import EntryKind, LedgerDraft
from chengxin.policy import Direction, Policy, Treatment, grounds_of
from chengxin.procedure.imposition import Ending
from chengxin.procedure.review import (
    HumanReview,
    ReviewClose,
    ReviewOutcome,
    ReviewPlan,
    Settled,
    plan_reviews,
)
from chengxin.services.treatments.act import Act
from chengxin.services.treatments.look import Look
from chengxin.store.sql.encoding import encode


def look_after_reviews(
    act: Act, look: Look, policy: Policy, treatment: Treatment, *, new_id: Callable[[], str]
) -> ReviewPlan:
    """Ask a human what the policy asks and is not asked yet, close what it asks no longer, and return which.

    Args:
        act: of the transaction; what it does about measures is done.
        look: the subject.
        policy: the policy in force.
        treatment: what it gives on the look.
        new_id: makes names.
    """
    if look.is_overtaken:
        return ReviewPlan()
    unclosed = act.reviews.unclosed_of(look.code, look.role)
    if not (unclosed or treatment.reviews):
        return ReviewPlan()
    catalogue = policy.document.catalogue
    settled = Settled(
        refused=act.reviews.refused_of(look.code, look.role),
        impositions=act.rows.open_of(look.code, look.role),
        exemptions=act.rows.exemptions_of(look.code, act.at),
        limiting=frozenset(code for code, one in catalogue.items() if one.direction is Direction.RESTRICT),
    )
    made = plan_reviews(
        unclosed,
        treatment,
        look.status,
        at=act.at,
        settled=settled,
        told=look.told,
    )
    for one, ending in made.close:
        close_review(act, one, lapse(ending, act.at))
    for review in made.open:
        one = HumanReview(
            review_id=new_id(),
            code=look.code,
            role=look.role,
            review=review,
            grounds=grounds_of(review, look.status),
            policy=policy.ref,
            opened_at=act.at,
            source=look.status.source,
            as_of=look.as_of,
        )
        act.reviews.put(one)
        act.add(_draft(act, one, EntryKind.REVIEW_OPENED))
    return made


def lapse(ending: Ending, at: datetime) -> ReviewClose:
    """Return the close of a review on which nobody has to decide any longer."""
    return ReviewClose(outcome=ReviewOutcome.LAPSED, at=at, ending=ending)


def close_review(act: Act, one: HumanReview, close: ReviewClose) -> HumanReview:
    """Put the close of a review on record, and return the review with it."""
    closed = replace(one, close=close)
    act.reviews.close(closed)
    act.add(_draft(act, closed, EntryKind.REVIEW_CLOSED))
    return closed


def _draft(act: Act, one: HumanReview, kind: EntryKind) -> LedgerDraft:
    """Return what stays for good: what was asked, what became of it, and the digest of the whole."""
    stub: dict[str, Any] = {
        "review_id": one.review_id,
        "role": one.role.value,
        "measure": one.measure_code,
        "rule": one.review.rule_id,
        "policy_digest": one.policy.digest,
        "review": digest(encode(one)),
    }
    close = one.close
    if close is not None:
        stub |= {
            "outcome": close.outcome.value,
            "ending": None if close.ending is None else close.ending.value,
            "imposition_id": close.imposition_id,
        }
    actor = None if close is None else close.by
    return LedgerDraft(at=act.at, kind=kind, subject=one.code, actor=actor, stub=stub)
