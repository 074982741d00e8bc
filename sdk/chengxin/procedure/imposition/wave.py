"""Whether a wave of new measures is held for a person to look at. What lifts a measure is never held (I4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chengxin.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveLimits:
    """How many subjects may be limited anew within a window before a person is asked.

    Attributes:
        share: largest share of the known subjects, of 1.
        number: largest number of subjects, whatever their share.
        least: up to so many subjects no share is looked at: on a small platform two are quickly a tenth.
        window: the time in which they are counted.
    """

    share: float = 0.05
    number: int = 1_000
    least: int = 5
    window: timedelta = timedelta(hours=24)

    def __post_init__(self) -> None:
        if not (0 < self.share <= 1 and self.number >= 1 and self.least >= 0 and self.window > timedelta(0)):
            raise ConfigurationError(
                "A mass change is a share above 0 and up to 1, or a number from 1 on, within a window above 0."
            )

    def allows(self, *, imposed: int, more: int, known: int) -> bool:
        """Tell whether so many more subjects may be limited without asking.

        Args:
            imposed: how many were limited anew within the window.
            more: how many would be now.
            known: how many subjects the platform has.
        """
        total = imposed + more
        if total > self.number:
            return False
        return total <= self.least or total <= self.share * known


class WaveState(StrEnum):
    """What became of a wave."""

    HELD = "HELD"
    """It waits for a person."""
    APPROVED = "APPROVED"
    """A named person let it through; each measure of it is decided afresh."""
    REJECTED = "REJECTED"
    """A named person refused it; nothing of it is imposed."""
    LAPSED = "LAPSED"
    """Nothing of it is proposed any longer, and nobody has to decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """A mass change that is held, or was.

    Attributes:
        wave_id: its name.
        policy_digest: the policy that proposes it.
        created_at: when it was held, aware UTC.
        known: how many subjects the platform had then.
        state: what became of it.
        decided_at: when it was decided, aware UTC.
        by: the named person who decided.
        reason: why, in that person's words.
        closed_at: since when nothing is held in it any longer, aware UTC; None where something is, or may still be.
    """

    wave_id: str
    policy_digest: str
    created_at: datetime
    known: int
    state: WaveState = WaveState.HELD
    decided_at: datetime | None = None
    by: str | None = None
    reason: str = ""
    closed_at: datetime | None = None

    def lets_through(self, policy_digest: str) -> bool:
        """Tell whether a person approved what is held in it, under this very policy."""
        return self.state is WaveState.APPROVED and self.policy_digest == policy_digest

    def with_close(self, at: datetime) -> Wave:
        """Return the wave as it is once nothing is held in it; what nobody decided on until then has lapsed."""
        state = WaveState.LAPSED if self.state is WaveState.HELD else self.state
        return replace(self, state=state, closed_at=at)
