"""Where a measure stands on its way, why it is held or suspended, and why it ended."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from chengxin.records import ChangeKind


class Phase(StrEnum):
    """Where an imposition stands at an instant."""

    HELD = "HELD"
    """Proposed, and nothing of it applies: it waits for what ``Hold`` names."""
    NOTICED = "NOTICED"
    """The merchant was told; it takes effect at its start, by time alone."""
    IN_FORCE = "IN_FORCE"
    """It applies."""
    SUSPENDED = "SUSPENDED"
    """It does not apply for a while: an appeal with suspensive effect, or a named person, stays it."""
    ENDED = "ENDED"
    """It is over for good."""


class Hold(StrEnum):
    """Why a proposal is held."""

    SOURCE = "SOURCE"
    """The source could not be asked afresh; it is asked again."""
    MASS_CHANGE = "MASS_CHANGE"
    """Too many merchants would be limited at once; a named person approves the wave first."""


class Ending(StrEnum):
    """Why an imposition ended."""

    GROUND_ENDED = "GROUND_ENDED"
    """What it rested on is no longer disclosed: its period is over."""
    REPAIRED = "REPAIRED"
    """What it rested on was repaired (信用修复)."""
    CORRECTED = "CORRECTED"
    """The source withdrew or corrected what it rested on."""
    SHIELDED = "SHIELDED"
    """The source shields what it rested on for the time being."""
    APPEAL_GRANTED = "APPEAL_GRANTED"
    """An appeal was granted."""
    TERM_ENDED = "TERM_ENDED"
    """Its own term is over."""
    POLICY_CHANGED = "POLICY_CHANGED"
    """The policy in force gives it no longer."""
    OVERRIDDEN = "OVERRIDDEN"
    """A named person decided otherwise."""
    SUPERSEDED = "SUPERSEDED"
    """Another measure of the same kind takes its place."""
    LAPSED = "LAPSED"
    """It was held, and is not proposed any longer; it never applied."""


GONE: Final = MappingProxyType(
    {
        ChangeKind.REPAIRED: Ending.REPAIRED,
        ChangeKind.WITHDRAWN: Ending.CORRECTED,
        ChangeKind.SHIELDED: Ending.SHIELDED,
        ChangeKind.EXPIRED: Ending.GROUND_ENDED,
    }
)
"""Changes after which the source no longer shows a record, and why a measure on it ends then."""
