"""Why a step of an appeal, an objection or a piece of evidence is refused."""

from __future__ import annotations

from enum import StrEnum

from chengxin.errors import AppealRefused


class Fault(StrEnum):
    """Why something is refused; the stable word in ``AppealRefused.fault``."""

    NO_NAME = "no_name"
    """Nobody is named where a person acts, or the name holds what cannot be seen."""
    NO_REASON = "no_reason"
    """Nothing is said, or too much, or it holds what cannot be seen."""
    ILL_FORMED = "ill_formed"
    """The step lacks a part, or has one that belongs to another step."""
    CLOCK_BEHIND = "clock_behind"
    """It would lie before the step on record that was taken last."""
    UNKNOWN_APPEAL = "unknown_appeal"
    """Nobody filed this appeal."""
    KNOWN_APPEAL = "known_appeal"
    """An appeal of this id was filed already."""
    TOO_LATE = "too_late"
    """The time for an appeal is over, and so is the measure."""
    ALREADY_OPEN = "already_open"
    """An appeal against the same measure is not decided yet."""
    ALREADY_GRANTED = "already_granted"
    """An appeal against the same measure was granted: there is nothing left to appeal against."""
    NO_NEW_FACTS = "no_new_facts"
    """The measure was appealed against and decided on, and nothing new is said."""
    NOT_NEW = "not_new"
    """What is said to be new was there when the appeal before was decided."""
    CLOSED = "closed"
    """The appeal is decided or withdrawn."""
    WRONG_STAGE = "wrong_stage"
    """The appeal is not at the stage at which this is done."""
    NOTHING_NEW = "nothing_new"
    """It adds nothing: neither words nor evidence that is not there already."""
    DECIDER_REVIEWS = "decider_reviews"
    """Who decided the measure, or an earlier appeal against it, does not review it."""
    APPELLANT_REVIEWS = "appellant_reviews"
    """Who acts for the appellant does not review the appeal."""
    REVIEWER_APPEALS = "reviewer_appeals"
    """Who reviews, or decided the measure, does not act for the appellant."""
    NOT_REVIEWER = "not_reviewer"
    """Another person reviews the appeal."""
    HUMAN_REQUIRED = "human_required"
    """A named human decides this (令116 art. 19; 个人信息保护法 art. 24)."""
    NOT_MILDER = "not_milder"
    """What takes the place of the measure is no milder than the measure."""
    EVIDENCE_NAME = "evidence_name"
    """The name of a file is not the one that cleaning gives."""
    EVIDENCE_EMPTY = "evidence_empty"
    """A file holds nothing."""
    EVIDENCE_TOO_LARGE = "evidence_too_large"
    """A file is larger than what is taken."""
    EVIDENCE_TYPE = "evidence_type"
    """A file is of none of the types that are taken, whatever its name says."""
    TOO_MUCH_EVIDENCE = "too_much_evidence"
    """More files than one appeal holds."""
    NOTHING_TO_OBJECT = "nothing_to_object"
    """The source does not show the record, so there is nothing to object to."""


def refusal(fault: Fault, message: str, appeal_id: str | None = None) -> AppealRefused:
    """Return the error that refuses."""
    return AppealRefused(message, fault=fault.value, appeal_id=appeal_id)
