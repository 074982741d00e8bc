"""What an appeal is about when it is filed: the measure, the clocks, and what is new since an appeal before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from chengxin.policy import Measure
from chengxin.policy.instant import is_utc
from chengxin.policy.text import is_blank
from chengxin.procedure.appeal.evidence import is_digest
from chengxin.procedure.appeal.fault import Fault, refusal
from chengxin.procedure.appeal.terms import AppealTerms
from chengxin.procedure.appeal.writing import clean_name, is_clean_name, is_clean_statement
from chengxin.procedure.calendar import Due, WorkingDays
from chengxin.records import SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    """The measure that an appeal is against, as far as an appeal depends on it.

    Attributes:
        measure_id: the platform's id of the measure in force.
        measure_code: its name in the catalogue.
        subject_kind: kind of the subject that it is about.
        deciders: the people who decided on it; nobody where it is automatic.
        noticed_at: when the subject was told of it, aware UTC.
        contestable_until: first instant at which an appeal is too late where the measure is over, aware UTC.
        ends_at: first instant at which it no longer holds, as known when the appeal is filed, aware UTC.
        suspends: whether the policy lets an appeal suspend it; ``decide`` leaves that to the first appeal against it.

    Raises:
        AppealRefused: a part is missing or of the wrong type.
    """

    measure_id: str
    measure_code: str
    subject_kind: SubjectKind
    deciders: tuple[str, ...] = ()
    noticed_at: datetime
    contestable_until: datetime
    ends_at: datetime
    suspends: bool = False

    def __post_init__(self) -> None:
        if is_blank(self.measure_id) or is_blank(self.measure_code):
            raise ill_formed("it names a measure by id and code")
        if type(self.subject_kind) is not SubjectKind or type(self.suspends) is not bool:
            raise ill_formed("the kind of subject is a SubjectKind, and suspends is true or false")
        if type(self.deciders) is not tuple or not all(is_clean_name(name) for name in self.deciders):
            raise refusal(Fault.NO_NAME, "Name each human who decided the measure, as they can be read.")
        if not (is_utc(self.noticed_at) and is_utc(self.contestable_until) and is_utc(self.ends_at)):
            raise ill_formed("an instant needs the time zone UTC")

    @property
    def is_automatic(self) -> bool:
        """Whether nobody decided on it."""
        return not self.deciders

    def is_contestable(self, at: datetime) -> bool:
        """Tell whether an appeal is admitted: in time, or while the measure is not over."""
        return at < self.contestable_until or at < self.ends_at

    @classmethod
    def of(
        cls,
        measure_id: str,
        measure: Measure,
        *,
        noticed_at: datetime,
        terms: AppealTerms,
        suspends: bool = False,
        ended_at: datetime | None = None,
        let_through_by: str | None = None,
    ) -> Self:
        """Return what an appeal against a measure depends on.

        Args:
            measure_id: the platform's id of the measure in force.
            measure: the measure.
            noticed_at: when the subject was told of it, aware UTC.
            terms: the times of appeals.
            suspends: whether the policy lets an appeal suspend it.
            ended_at: when it ended, where it is over before its own end.
            let_through_by: who let the mass change through that it was part of; as good as having decided it.
        """
        deciders = (clean_name(name) for name in (measure.decided_by, let_through_by) if name is not None)
        return cls(
            measure_id=measure_id,
            measure_code=measure.code,
            subject_kind=measure.subject_kind,
            deciders=tuple(dict.fromkeys(deciders)),
            noticed_at=noticed_at,
            contestable_until=terms.contestable_until(noticed_at),
            ends_at=measure.ends_at if ended_at is None else min(ended_at, measure.ends_at),
            suspends=suspends,
        )


class NewFactKind(StrEnum):
    """What is new since an appeal against the same measure was decided."""

    EVIDENCE = "EVIDENCE"
    """新证据: evidence that was not before whoever decided."""
    SOURCE_CHANGED = "SOURCE_CHANGED"
    """公示信息变更: the public source changed what it discloses."""
    CIRCUMSTANCES_CHANGED = "CIRCUMSTANCES_CHANGED"
    """情况变化: something happened, such as a duty performed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFact:
    """One thing that is new since an appeal against the same measure was decided.

    Attributes:
        kind: what kind of thing it is.
        what: what it is, in the appellant's words.
        digests: of new evidence, the digests of pieces that are attached.
        happened_on: of anything else, the China day on which it happened.

    Raises:
        AppealRefused: a part is missing, or of another kind.
    """

    kind: NewFactKind
    what: str
    digests: tuple[str, ...] = ()
    happened_on: date | None = None

    def __post_init__(self) -> None:
        if type(self.kind) is not NewFactKind:
            raise ill_formed("the kind of a new fact is a NewFactKind")
        if not is_clean_statement(self.what):
            raise refusal(Fault.NO_REASON, "Say what is new. Pass it through clean_statement first.")
        is_evidence = self.kind is NewFactKind.EVIDENCE
        if is_evidence != bool(self.digests) or is_evidence != (self.happened_on is None):
            raise ill_formed("new evidence has digests, and what happened has a day")
        if not all(is_digest(digest) for digest in self.digests):
            raise ill_formed("a digest is sha256: and 64 hexadecimal digits")
        if self.happened_on is not None and type(self.happened_on) is not date:
            raise ill_formed("happened_on is a date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What an appeal is filed with.

    Attributes:
        contested: the measure that it is against.
        acknowledge_by: until when it is acknowledged.
        decide_by: until when it is decided; nothing moves it later.
        wants_human: whether the appellant asks that a human decides.
        new_facts: what is new since an appeal against the same measure was decided.
        earlier_deciders: who decided earlier appeals against it; ``decide`` fills it in.

    Raises:
        AppealRefused: a part is of the wrong type, or the clocks are out of order.
    """

    contested: Contested
    acknowledge_by: Due
    decide_by: Due
    wants_human: bool = False
    new_facts: tuple[NewFact, ...] = ()
    earlier_deciders: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        is_right = (
            type(self.contested) is Contested
            and type(self.acknowledge_by) is Due
            and type(self.decide_by) is Due
            and type(self.wants_human) is bool
            and type(self.new_facts) is tuple
            and all(type(fact) is NewFact for fact in self.new_facts)
        )
        if not is_right or self.decide_by.on < self.acknowledge_by.on:
            raise ill_formed("it has the measure, and an acknowledgement due before the result")
        if type(self.earlier_deciders) is not tuple or not all(map(is_clean_name, self.earlier_deciders)):
            raise refusal(Fault.NO_NAME, "Leave earlier_deciders to be filled in.")

    @classmethod
    def at(
        cls,
        filed_at: datetime,
        contested: Contested,
        *,
        terms: AppealTerms,
        calendar: WorkingDays,
        wants_human: bool = False,
        new_facts: tuple[NewFact, ...] = (),
    ) -> Self:
        """Return what an appeal is filed with at an instant, with its clocks set.

        Args:
            filed_at: when it is filed, aware UTC; both clocks begin here.
            contested: the measure that it is against.
            terms: the times of appeals.
            calendar: which days are worked.
            wants_human: whether the appellant asks that a human decides.
            new_facts: what is new since an appeal against the same measure was decided.
        """
        return cls(
            contested=contested,
            acknowledge_by=terms.acknowledge_by(filed_at, calendar),
            decide_by=terms.decide_by(filed_at, calendar),
            wants_human=wants_human,
            new_facts=new_facts,
        )


def ill_formed(rule: str) -> Exception:
    """Return the error that something lacks a part, or has one of the wrong type."""
    return refusal(Fault.ILL_FORMED, f"This is not well formed: {rule}. Let the services propose it.")
