"""All appeals against one measure, in the order in which their steps were taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Self

from chengxin.procedure.appeal.appeal import Appeal
from chengxin.procedure.appeal.evidence import distinct
from chengxin.procedure.appeal.stage import AppealStage
from chengxin.procedure.appeal.step import AppealStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Docket:
    """The appeals against one measure; ``chengxin.procedure.appeal.decide`` says which step may be added.

    Attributes:
        measure_id: the platform's id of the measure in force.
        steps: all steps, the first taken first.
        appeals: all appeals by id, the first filed first; read-only.
    """

    measure_id: str
    steps: tuple[AppealStep, ...] = ()
    appeals: Mapping[str, Appeal] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    @property
    def open_appeal(self) -> Appeal | None:
        """The appeal that is neither decided nor withdrawn; there is one at most."""
        return next((appeal for appeal in self.appeals.values() if appeal.is_open), None)

    @property
    def decided(self) -> tuple[Appeal, ...]:
        """The appeals that were decided, the first first."""
        return tuple(appeal for appeal in self.appeals.values() if appeal.stage is AppealStage.DECIDED)

    def is_suspended(self, at: datetime) -> bool:
        """Tell whether an appeal suspends the measure at an instant."""
        return any(appeal.suspends(at) for appeal in self.appeals.values())

    def over_at(self, measure_ended_at: datetime) -> datetime | None:
        """Return the first instant at which nothing more can come of it; None while an appeal is open.

        That is when all are closed, the measure is over, and the time in which another one could be filed.

        Args:
            measure_ended_at: when the measure ended, aware UTC.
        """
        if self.open_appeal is not None:
            return None
        closed = (appeal.closed_at for appeal in self.appeals.values() if appeal.closed_at is not None)
        until = (appeal.contested.contestable_until for appeal in self.appeals.values())
        return max((measure_ended_at, *closed, *until))

    def with_step(self, step: AppealStep) -> Self:
        """Return the docket with one more step, which ``decide`` has accepted."""
        before = self.appeals.get(step.appeal_id)
        if before is not None:
            after = before.with_step(step)
        elif step.filing is not None and step.by is not None:
            after = Appeal(
                appeal_id=step.appeal_id,
                filing=step.filing,
                filed_at=step.at,
                stage=AppealStage.FILED,
                appellants=(step.by,),
                wants_human=step.filing.wants_human,
                evidence=distinct(step.evidence),
            )
        else:
            raise AssertionError(f"A step of an appeal that nobody filed was accepted: {step.move}.")
        appeals = MappingProxyType({**self.appeals, step.appeal_id: after})
        return replace(self, steps=(*self.steps, step), appeals=appeals)
