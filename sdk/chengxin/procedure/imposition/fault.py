"""Why a move of an imposition is refused."""

from __future__ import annotations

from enum import StrEnum

from chengxin.errors import TreatmentRefused


class Fault(StrEnum):
    """Why a move is refused; the stable word in ``TreatmentRefused.fault``."""

    OVER = "over"
    """It has ended, and what has ended stays so."""
    HELD = "held"
    """It is held; nothing of it applies."""
    NOT_HELD = "not_held"
    """It is not held."""
    NOT_SUSPENDED = "not_suspended"
    """It is not suspended."""
    SUSPENDED = "suspended"
    """A pending appeal suspends it."""
    ANOTHER_MEASURE = "another_measure"
    """The other measure has another code or effect, so it is another imposition."""
    UNKNOWN = "unknown"
    """There is no such imposition, wave or review."""
    DECIDED = "decided"
    """It was decided before."""
    NO_NAME = "no_name"
    """Nobody is named, or the name holds what cannot be seen."""
    NO_REASON = "no_reason"
    """No reason is given."""
    PERSON = "person"
    """It concerns a natural person: a named human decides on a review."""
    SOURCE_UNKNOWN = "source_unknown"
    """The source could not be asked afresh, and nothing is imposed on an unknown."""
    NOT_PROPOSED = "not_proposed"
    """The policy does not ask for it any longer on what the source shows now."""
    NOTHING_LEFT = "nothing_left"
    """It would be over before it takes effect."""


def refusal(fault: Fault, message: str, *, imposition_id: str | None = None) -> TreatmentRefused:
    """Return the error that refuses a move."""
    return TreatmentRefused(message, fault=fault.value, imposition_id=imposition_id)
