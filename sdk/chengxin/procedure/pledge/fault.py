"""Why a commitment or a declaration, or what was to be done with one, is refused."""

from __future__ import annotations

from enum import StrEnum

from chengxin.errors import PledgeRefused


class Fault(StrEnum):
    """Why something is refused; the stable word in ``PledgeRefused.fault``."""

    NO_NAME = "no_name"
    """Nobody is named where a person acts, or the name holds what cannot be seen."""
    NO_WORDS = "no_words"
    """Terms, a pledge or reasons are missing in one language, or hold what cannot be seen."""
    ILL_FORMED = "ill_formed"
    """A part is missing, of the wrong type, or out of order."""
    NOT_YET = "not_yet"
    """It would lie before what it follows."""
    WRONG_STATE = "wrong_state"
    """It is not in the state in which this is done."""
    UNKNOWN = "unknown"
    """There is no such commitment or declaration."""
    ERASED = "erased"
    """Its term is over, and what was said in it is erased."""
    PLEDGER_DECIDES = "pledger_decides"
    """Who pledges or declares does not decide on it."""
    HUMAN_REQUIRED = "human_required"
    """A named human decides this."""
    NO_EVIDENCE = "no_evidence"
    """Nothing shows that the commitment was fulfilled."""
    TOO_LATE = "too_late"
    """The last day is over."""


def refusal(fault: Fault, message: str, pledge_id: str | None = None) -> PledgeRefused:
    """Return the error that refuses."""
    return PledgeRefused(message, fault=fault.value, pledge_id=pledge_id)
