"""What is put before a named human about one subject, in the transaction of the look at it (I6, I8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from chengxin.canonical import digest
from chengxin.ledger import EntryKind, LedgerDraft
from chengxin.notifier import Notice
from chengxin.policy import Direction, Policy, Text, Treatment, grounds_of
from chengxin.procedure.imposition import Ending
from chengxin.procedure.review import (
    HumanReview,
    ReviewClose,
    ReviewOutcome,
    ReviewPlan,
    Settled,
    plan_reviews,
)
from chengxin.services.announcing import announce
from chengxin.services.dispatch import notice_event
from chengxin.services.treatments.act import Act
from chengxin.services.treatments.look import Look
from chengxin.services.treatments.options import TreatmentOptions
from chengxin.store.outbox import OutboxEvent
from chengxin.store.sql.encoding import encode

_WAITS: Final = Text(zh="有一项人工复核待您决定", en="A review waits for a decision of yours")
_NO_EFFECT: Final = Text(
    zh="在有人作出决定之前，没有任何效力。", en="Nothing of it has effect before a person decides."
)
_NOTHING: Final = Text(
    zh="不再需要决定，没有采取任何措施。", en="Nobody has to decide any longer, and nothing is done."
)
_OUTCOMES: Final[Mapping[tuple[ReviewOutcome, Direction], Text]] = MappingProxyType(
    {
        (ReviewOutcome.REFUSED, Direction.RESTRICT): Text(zh="没有采取措施。", en="No measure is taken."),
        (ReviewOutcome.REFUSED, Direction.RELIEVE): Text(
            zh="激励没有给予。", en="The relief is not granted."
        ),
        (ReviewOutcome.GRANTED, Direction.RELIEVE): Text(zh="激励已经给予。", en="The relief is granted."),
        (ReviewOutcome.LAPSED, Direction.RESTRICT): _NOTHING,
        (ReviewOutcome.LAPSED, Direction.RELIEVE): _NOTHING,
    }
)


def look_after_reviews(
    act: Act, look: Look, policy: Policy, treatment: Treatment, *, options: TreatmentOptions
) -> ReviewPlan:
    """Ask a human what the policy asks and is not asked yet, close what it asks no longer, and return which.

    Args:
        act: of the transaction; what it does about measures is done.
        look: the subject.
        policy: the policy in force.
        treatment: what it gives on the look.
        options: how measures are brought into force.
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
        granted=[one for one in act.reviews.granted_of(look.code) if one.role is look.role],
        directions={code: one.direction for code, one in catalogue.items()},
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
            review_id=options.new_id(),
            code=look.code,
            role=look.role,
            review=review,
            grounds=grounds_of(review, look.status),
            policy=policy.ref,
            opened_at=act.at,
            source=look.status.source,
            as_of=look.as_of,
            direction=catalogue[review.measure_code].direction,
        )
        act.reviews.put(one)
        act.add(_draft(act, one, EntryKind.REVIEW_OPENED), *_opened(one, act.at, options.reviewers))
    return made


def lapse(ending: Ending, at: datetime) -> ReviewClose:
    """Return the close of a review on which nobody has to decide any longer."""
    return ReviewClose(outcome=ReviewOutcome.LAPSED, at=at, ending=ending)


def close_review(act: Act, one: HumanReview, close: ReviewClose) -> HumanReview:
    """Put the close of a review on record, and return the review with it."""
    closed = replace(one, close=close)
    act.reviews.close(closed)
    act.add(_draft(act, closed, EntryKind.REVIEW_CLOSED), *_closed(closed, close))
    return closed


def _opened(one: HumanReview, at: datetime, reviewers: str | None) -> Iterator[OutboxEvent]:
    """Yield what tells the merchant, and who has to decide, that something is put before a human."""
    yield announce(EntryKind.REVIEW_OPENED, one.review_id, one.code, at=at, suffix=1, more=_NO_EFFECT)
    if reviewers is not None:
        notice = Notice(
            notice_id=f"{one.review_id}-review-waits",
            subject=one.code,
            kind="review.waits",
            title=_WAITS,
            text=Text(zh=f"{_WAITS.zh}（编号{one.review_id}）。", en=f"{_WAITS.en} ({one.review_id})."),
            at=at,
            recipient=reviewers,
        )
        yield notice_event(notice, at=at)


def _closed(one: HumanReview, close: ReviewClose) -> Iterator[OutboxEvent]:
    """Yield what tells the merchant how it ended; a measure that comes of it is told as every measure is."""
    if close.outcome is ReviewOutcome.IMPOSED:
        return
    more = _OUTCOMES[close.outcome, one.direction]
    yield announce(EntryKind.REVIEW_CLOSED, one.review_id, one.code, at=close.at, suffix=2, more=more)


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
