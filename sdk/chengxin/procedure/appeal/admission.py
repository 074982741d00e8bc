"""Whether an appeal is admitted when it is filed: in time or while the measure holds, and never twice on the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from chengxin.errors import AppealRefused
from chengxin.policy.lifecycle import is_same_person
from chengxin.procedure.appeal.appeal import Appeal
from chengxin.procedure.appeal.docket import Docket
from chengxin.procedure.appeal.evidence import Evidence, distinct
from chengxin.procedure.appeal.fault import Fault, refusal
from chengxin.procedure.appeal.filing import Filing, NewFact
from chengxin.procedure.appeal.step import AppealStep, Outcome
from chengxin.records import china_day

MOST_PIECES: Final = 50
"""So many pieces of evidence one appeal holds."""


def admit(docket: Docket, step: AppealStep, filing: Filing) -> AppealStep:
    """Return the step that files an appeal as it is to be recorded.

    Raises:
        AppealRefused: it is not admitted.
    """
    contested, decided = filing.contested, docket.decided
    _refuse_another(docket, step)
    if step.at < contested.noticed_at:
        raise refusal(
            Fault.CLOCK_BEHIND,
            f"The measure was noticed at {contested.noticed_at.isoformat()}, after this. Set this machine's clock.",
            step.appeal_id,
        )
    if not contested.is_contestable(step.at):
        raise refusal(
            Fault.TOO_LATE,
            f"The measure was over at {contested.ends_at.isoformat()}, and could be appealed against until "
            f"{contested.contestable_until.isoformat()}. It has no effect that could be ended.",
            step.appeal_id,
        )
    if filing.acknowledge_by.is_over(step.at):
        raise refusal(
            Fault.ILL_FORMED,
            "A clock is over when the appeal is filed. Let Filing.at set both from the instant of the filing.",
            step.appeal_id,
        )
    deciders = dict.fromkeys(appeal.decided_by for appeal in decided if appeal.decided_by is not None)
    if is_any_of(step.by, (*contested.deciders, *deciders)):
        raise reviewer_appeals(step)
    check_pieces(step, ())
    if decided:
        _check_new(decided, step, filing)
    if docket.appeals:
        # Else whoever withdraws and appeals again would suspend a measure for ever.
        contested = replace(contested, suspends=False)
    return replace(step, filing=replace(filing, contested=contested, earlier_deciders=tuple(deciders)))


def check_pieces(step: AppealStep, before: tuple[Evidence, ...]) -> None:
    """Refuse more evidence than one appeal holds.

    Raises:
        AppealRefused: there would be too many pieces.
    """
    if len(distinct((*before, *step.evidence))) > MOST_PIECES:
        raise refusal(
            Fault.TOO_MUCH_EVIDENCE,
            f"An appeal holds {MOST_PIECES} pieces of evidence. Put several pages into one document.",
            step.appeal_id,
        )


def is_any_of(name: str | None, others: Iterable[str]) -> bool:
    """Tell whether a person is one of others."""
    return name is not None and any(is_same_person(name, other) for other in others)


def reviewer_appeals(step: AppealStep) -> AppealRefused:
    """Return the error that somebody who judges acts for the appellant."""
    return refusal(
        Fault.REVIEWER_APPEALS,
        f"{step.by} decided the measure or handles appeals against it, and so does not act for the appellant.",
        step.appeal_id,
    )


def _refuse_another(docket: Docket, step: AppealStep) -> None:
    if step.appeal_id in docket.appeals:
        raise refusal(
            Fault.KNOWN_APPEAL,
            "An appeal of this id was filed. Give another one an id of its own.",
            step.appeal_id,
        )
    if docket.open_appeal is not None:
        raise refusal(
            Fault.ALREADY_OPEN,
            f"The appeal {docket.open_appeal.appeal_id} against this measure is {docket.open_appeal.stage}. "
            "Add to it what there is to say.",
            step.appeal_id,
        )
    if any(
        appeal.result is not None and appeal.result.outcome is Outcome.GRANTED for appeal in docket.decided
    ):
        raise refusal(
            Fault.ALREADY_GRANTED,
            "An appeal against this measure was granted, which reversed it. There is nothing left to appeal against.",
            step.appeal_id,
        )


def _check_new(decided: tuple[Appeal, ...], step: AppealStep, filing: Filing) -> None:
    """Refuse an appeal that says again what was decided on."""
    if not filing.new_facts:
        raise refusal(
            Fault.NO_NEW_FACTS,
            "An appeal against this measure was decided. Say what is new since then: evidence, a change at the "
            "source, or what has happened.",
            step.appeal_id,
        )
    known = {piece.digest for appeal in decided for piece in appeal.evidence}
    attached = {piece.digest for piece in step.evidence}
    decided_at = max(appeal.closed_at for appeal in decided if appeal.closed_at is not None)
    for fact in filing.new_facts:
        if not (
            attached.issuperset(fact.digests)
            and known.isdisjoint(fact.digests)
            and _has_happened_since(fact, decided_at, step.at)
        ):
            raise refusal(
                Fault.NOT_NEW,
                "What is said to be new was before whoever decided, is not attached, or has not happened since then. "
                "Attach the new evidence, or give the day on which it happened.",
                step.appeal_id,
            )


def _has_happened_since(fact: NewFact, since: datetime, at: datetime) -> bool:
    return fact.happened_on is None or china_day(since) <= fact.happened_on <= china_day(at)
