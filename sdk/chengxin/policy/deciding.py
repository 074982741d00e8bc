"""人工决定: the measure that comes of a review once a named human has decided for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chengxin.policy.engine import Policy
from chengxin.policy.measure import Direction, Ground, Measure
from chengxin.policy.predicate import ends_at
from chengxin.policy.proposal import Proposal
from chengxin.policy.rule import about_nobody
from chengxin.policy.situation import Situation
from chengxin.policy.treatment import Review
from chengxin.records import CreditStatus, Role, SubjectKind


def decided_measure(
    policy: Policy, review: Review, situation: Situation, *, at: datetime, by: str
) -> Measure | None:
    """Return the measure that a policy puts before a human, as one that the human decides.

    It is the very measure that the rule would give by itself: with its title, effect, legal basis, platform rule,
    grounds and appeal route, from ``at`` until its grounds, the rule or its longest duration end (invariant I3).

    Args:
        policy: the policy in force.
        review: what it asks for.
        situation: the subject in its role, with all that is known of it.
        at: the instant, aware.
        by: the named human who decides (invariant I8).

    Returns:
        None where the policy does not ask for this review now, or it is about a relief.

    Raises:
        InvalidMeasure: nobody is named.
    """
    known, entry = situation, policy.document.catalogue.get(review.measure_code)
    view = policy.view(known.status, facts=known.facts, role=known.role, at=at, constraints=known.constraints)
    if (
        view is None
        or entry is None
        or entry.direction is not Direction.RESTRICT
        or entry.longest_days is None
    ):
        return None
    if review not in known.evaluate(policy, at).reviews:
        return None
    index = next(n for n, rule in enumerate(policy.rules) if rule.rule_id == review.rule_id)
    measure = about_nobody(review.measure_code, policy.document.rules[index], policy.document, policy.ref)
    is_person = known.status.subject.kind is SubjectKind.PERSON or known.role is Role.ANCHOR
    proposal = Proposal(view, is_person=is_person, term=policy.term)
    return proposal.decide(policy.rules[index], replace(measure, decided_by=by), entry.longest_days)


def grounds_of(review: Review, status: CreditStatus) -> tuple[Ground, ...]:
    """Return the records that a review rests on as grounds, as a status shows them, in the order of their ids."""
    shown = {record.record_id: record for record in status.records}
    return tuple(
        Ground(
            record_id=record_id,
            version=shown[record_id].version,
            kind=shown[record_id].kind,
            ends_at=ends_at(shown[record_id]),
        )
        for record_id in review.record_ids
    )
