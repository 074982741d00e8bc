"""An appeal as its steps leave it, and its clocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from chengxin.policy import Text
from chengxin.procedure.appeal.evidence import Evidence, distinct
from chengxin.procedure.appeal.filing import Contested, Filing
from chengxin.procedure.appeal.stage import AppealMove, AppealStage, Side
from chengxin.procedure.appeal.step import AppealStep, Result
from chengxin.procedure.calendar import Due
from chengxin.records import SubjectKind

_NO_TIME: Final = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealClock:
    """A clock that runs until something is done, and that nothing pauses.

    Attributes:
        due: until when it is to be done.
        done_at: when it was done, or no longer needed; None while it runs.
    """

    due: Due
    done_at: datetime | None

    def is_overdue(self, at: datetime) -> bool:
        """Tell whether it was, at an instant, or had been done too late; what is overdue once stays so."""
        return self.due.is_over(self._read(at))

    def overdue_for(self, at: datetime) -> timedelta:
        """Return how long it has been overdue at an instant, or was when it was done; zero where it is not."""
        return max(self._read(at) - self.due.at, _NO_TIME)

    def _read(self, at: datetime) -> datetime:
        return at if self.done_at is None else min(at, self.done_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """申诉: an appeal against a measure, free of charge, as its steps leave it.

    Attributes:
        appeal_id: its id.
        filing: what it was filed with.
        filed_at: when, aware UTC.
        stage: where it stands.
        appellants: who acted for the appellant, the first first.
        handlers: who acted for the platform, the first first.
        reviewer: the human who reviews it, or reviewed it last; None where nobody took it up.
        wants_human: whether the appellant asks that a human decides.
        evidence: all pieces attached.
        asked: questions that are not answered.
        acknowledged_at: when it was acknowledged.
        closed_at: when it was decided or withdrawn.
        decided_by: the human who decided it; None where it is not decided, or was granted automatically.
        result: how it was decided.
    """

    appeal_id: str
    filing: Filing
    filed_at: datetime
    stage: AppealStage
    appellants: tuple[str, ...]
    handlers: tuple[str, ...] = ()
    reviewer: str | None = None
    wants_human: bool = False
    evidence: tuple[Evidence, ...] = ()
    asked: tuple[Text, ...] = ()
    acknowledged_at: datetime | None = None
    closed_at: datetime | None = None
    decided_by: str | None = None
    result: Result | None = None

    @property
    def contested(self) -> Contested:
        """The measure that it is against."""
        return self.filing.contested

    @property
    def is_open(self) -> bool:
        """Whether it is neither decided nor withdrawn."""
        return not self.stage.is_final

    @property
    def is_late(self) -> bool:
        """Whether it was filed after the time for appeals, and admitted because the measure still held."""
        return self.filed_at >= self.contested.contestable_until

    @property
    def needs_human(self) -> bool:
        """Whether a named human decides it: where the appellant asks, and always for natural persons.

        令116 art. 19; 个人信息保护法 art. 24. Only a grant is ever automatic: a human decides all else anyway.
        """
        return self.wants_human or self.contested.subject_kind is SubjectKind.PERSON

    @property
    def barred(self) -> tuple[str, ...]:
        """Who decided the measure, or an earlier appeal against it, and so does not review this one."""
        return (*self.contested.deciders, *self.filing.earlier_deciders)

    @property
    def acknowledgement(self) -> AppealClock:
        """The clock of the acknowledgement."""
        done_at = self.closed_at if self.acknowledged_at is None else self.acknowledged_at
        return AppealClock(due=self.filing.acknowledge_by, done_at=done_at)

    @property
    def decision(self) -> AppealClock:
        """The clock of the result; it runs while evidence is asked for too."""
        return AppealClock(due=self.filing.decide_by, done_at=self.closed_at)

    @property
    def next_due_at(self) -> datetime | None:
        """The next instant at which a clock that runs is overdue, or has been; None where none runs."""
        clocks = (self.acknowledgement, self.decision)
        return min((clock.due.at for clock in clocks if clock.done_at is None), default=None)

    def is_overdue(self, at: datetime) -> bool:
        """Tell whether something was not done in time, up to an instant; what is overdue once stays so."""
        return self.acknowledgement.is_overdue(at) or self.decision.is_overdue(at)

    def suspends(self, at: datetime) -> bool:
        """Tell whether the measure is suspended at an instant because of this appeal."""
        has_begun = self.filed_at <= at
        return self.contested.suspends and has_begun and (self.closed_at is None or at < self.closed_at)

    def with_step(self, step: AppealStep) -> Self:
        """Return the appeal after one more step, which ``decide`` has accepted."""
        after = replace(
            self,
            stage=step.move.stage or self.stage,
            evidence=distinct((*self.evidence, *step.evidence)),
            wants_human=self.wants_human or step.move is AppealMove.REQUEST_HUMAN,
        )
        if step.by is not None and step.move.side is Side.APPELLANT:
            after = replace(after, appellants=tuple(dict.fromkeys((*self.appellants, step.by))))
        elif step.by is not None:
            after = replace(after, handlers=tuple(dict.fromkeys((*self.handlers, step.by))))
        match step.move:
            case AppealMove.ACKNOWLEDGE:
                return replace(after, acknowledged_at=step.at)
            case AppealMove.TAKE:
                return replace(after, reviewer=step.by)
            case AppealMove.ASK if step.asks is not None:
                return replace(after, asked=(*self.asked, step.asks))
            case AppealMove.ADD:
                return replace(after, asked=())
            case AppealMove.DECIDE | AppealMove.WITHDRAW:
                decided_by = step.by if step.move is AppealMove.DECIDE else None
                return replace(after, closed_at=step.at, decided_by=decided_by, result=step.result)
        return after
