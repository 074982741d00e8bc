"""A measure that limits a merchant, on its way from a proposal to its end.

Evaluation only proposes. What comes of a proposal is an imposition: it is noticed, takes effect, may be suspended, and
ends. Where it stands follows from what is on record and the instant alone, so nothing has to run for a measure to take
effect on time, and above all not for it to end (invariant I4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chengxin.errors import InvalidMeasure
from chengxin.policy import Direction, Measure
from chengxin.procedure.imposition.phase import Ending, Hold, Phase
from chengxin.records import Role


class Stay(StrEnum):
    """Why a measure does not apply for a while."""

    APPEAL = "APPEAL"
    """An appeal with suspensive effect is pending."""
    SNOOZE = "SNOOZE"
    """A named person stays it until a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """A time in which an imposition does not apply.

    Attributes:
        stay: why.
        since: first instant, aware UTC.
        until: first instant at which it applies again, aware UTC; None until somebody resumes it.
        by: the named person who stays it; None where it follows from the policy.
        reason: why, in that person's words; empty where it follows from the policy.
        beneath: the stay of a named person that goes on when this one is over; None where there is none.
    """

    stay: Stay
    since: datetime
    until: datetime | None = None
    by: str | None = None
    reason: str = ""
    beneath: Suspension | None = None

    def __post_init__(self) -> None:
        if self.stay is Stay.SNOOZE and not (self.by and self.reason.strip() and self.until):
            raise InvalidMeasure("Who stays a measure is named, and says why and until when. Give all three.")
        if self.until is not None and self.until <= self.since:
            raise InvalidMeasure("A suspension ends after it begins. Give no other.")

    def is_active(self, at: datetime) -> bool:
        """Tell whether it holds the measure off at an instant."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The end of an imposition.

    Attributes:
        ending: why it ended.
        at: first instant at which it is over, aware UTC.
        by: the named person who ended it; None where it ended by itself.
        reason: why, in that person's words; empty where it ended by itself.
    """

    ending: Ending
    at: datetime
    by: str | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if self.ending in {Ending.OVERRIDDEN, Ending.APPEAL_GRANTED} and not (
            self.by and self.reason.strip()
        ):
            raise InvalidMeasure("Who ends a measure by a decision is named, and says why. Give both.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imposition:
    """One measure that limits one subject, with what was done about it.

    Attributes:
        imposition_id: its name, for good.
        code: the subject: its unified social credit code; of a natural person, a pseudonym.
        role: the role in which the subject is limited.
        measure: the measure; from its start to its end it applies, where nothing holds it off.
        proposed_at: when it was proposed first, aware UTC.
        source: name of the source of its grounds.
        as_of: data date of the answer that it rests on, aware UTC.
        version: how often what is on record of it has changed, counted from 1.
        hold: what it waits for; None where it does not.
        wave: id of the wave that it is held in, that let it through, or in which it ended; None where there is none.
        noticed_at: when the merchant was told, aware UTC; None while it is held, and where it never came to it.
        is_begun: whether its beginning is on record.
        suspension: what holds it off, or held it off last; None where nothing did.
        end: its end; None where it is not over, or ended by time alone and nobody has put it on record.

    Raises:
        InvalidMeasure: where a part contradicts another (invariants I3, I4).
    """

    imposition_id: str
    code: str
    role: Role
    measure: Measure
    proposed_at: datetime
    source: str
    as_of: datetime
    version: int = 1
    hold: Hold | None = None
    wave: str | None = None
    noticed_at: datetime | None = None
    is_begun: bool = False
    suspension: Suspension | None = None
    end: End | None = None

    def __post_init__(self) -> None:
        if type(self.measure) is not Measure or self.measure.direction is not Direction.RESTRICT:
            raise InvalidMeasure("An imposition holds a measure that limits. Reliefs need none.")
        if not self.imposition_id or not self.code or self.version < 1:
            raise InvalidMeasure("An imposition has an id, a subject and a version from 1 on. Give all.")
        if self.hold is not None and (self.noticed_at is not None or self.suspension is not None):
            raise InvalidMeasure("What is held was not noticed, and needs no suspension. Release it first.")
        if self.hold is None and self.noticed_at is None and self.end is None:
            raise InvalidMeasure("Nothing takes effect without a notice. Give noticed_at, or hold it.")
        if self.hold is Hold.MASS_CHANGE and self.wave is None:
            raise InvalidMeasure("What is held for a mass change is held in a wave. Name it.")
        if self.noticed_at is not None and self.measure.starts_at < self.noticed_at:
            raise InvalidMeasure("A measure takes effect when it was noticed, or later. Give a later start.")

    def phase_at(self, at: datetime) -> Phase:
        """Return where it stands at an instant, from what is on record now."""
        if (self.end is not None and at >= self.end.at) or at >= self.measure.ends_at:
            return Phase.ENDED
        if self.hold is not None:
            return Phase.HELD
        if self.suspension is not None and self.suspension.is_active(at):
            return Phase.SUSPENDED
        return Phase.NOTICED if at < self.measure.starts_at else Phase.IN_FORCE

    def is_open(self, at: datetime) -> bool:
        """Tell whether it is not over."""
        return self.phase_at(at) is not Phase.ENDED

    def applies(self, at: datetime) -> bool:
        """Tell whether it limits the subject at an instant, as far as what is on record goes.

        A guard asks besides whether what it rests on is still shown, see ``is_grounded``.
        """
        return self.phase_at(at) is Phase.IN_FORCE

    @property
    def due_at(self) -> datetime:
        """When time alone next gives something to put on record: its beginning, or its end."""
        if self.end is not None:
            return self.end.at
        if self.hold is None and not self.is_begun:
            begins_at = self.measure.starts_at
            if self.suspension is not None:
                begins_at = max(begins_at, self.suspension.until or self.measure.ends_at)
            return min(begins_at, self.measure.ends_at)
        return self.measure.ends_at

    @property
    def record_ids(self) -> frozenset[str]:
        """The ids of the records that it rests on."""
        return frozenset(ground.record_id for ground in self.measure.grounds)
