"""De-identified fact vectors: what was evaluated, without of whom and without content, to be evaluated again.

A vector holds for each record that was shown its kind, its severity as the source classes it, whether it was
disputed, and days; the role, the kind of subject and the standing; and of the platform's own facts the classes that
the policy told apart. It holds no code, no name, no id, no word of a record. Days are counted from the first day of
the China month of the evaluation. What it says of authorities, grades and facts are numbers that mean something
only under the ``Scope`` of the policy that was evaluated.

A policy within that scope gives the same treatment on what a vector makes, ``replay``, as it gave on the original,
but for the subject's name and the ids of records (invariant I5; ``Essence``).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple, Self

from chengxin.errors import UnknownReason
from chengxin.identifiers import Uscc
from chengxin.policy.engine import Policy
from chengxin.policy.facts import NO_FACTS, PlatformFacts
from chengxin.policy.predicate import NEVER, day_of, ends_at
from chengxin.policy.scope import HIDDEN, OTHER, Question, Scope
from chengxin.policy.signature import SIGNATURE_OF
from chengxin.policy.treatment import Treatment
from chengxin.records import (
    CommendationDetail,
    CommitmentDetail,
    CreditStatus,
    Detail,
    DisclosurePeriod,
    DisclosureStatus,
    EvaluationDetail,
    Freshness,
    LicenceDetail,
    ListingDetail,
    OtherDetail,
    PenaltyDetail,
    Record,
    RecordKind,
    Role,
    Severity,
    Standing,
    Subject,
    SubjectKind,
    china_day,
)

_UNCLASSED: Final = "unclassed"
_KINDS: Final = {kind.value: kind for kind in RecordKind}
_SEVERITIES: Final = {severity.value: severity for severity in Severity}
_STAND_INS: Final = {
    SubjectKind.PERSON: Subject(kind=SubjectKind.PERSON, code=None),
    SubjectKind.ENTERPRISE: Subject.of(Uscc("91000000000000000K")),
    SubjectKind.SOLE_TRADER: Subject.of(Uscc("92000000000000000G")),
    SubjectKind.ORGANISATION: Subject.of(Uscc("51000000000000000P")),
}
"""Whom replays are about: codes with a lawful check character and a division and number of zeros, nobody's."""


class RecordFacts(NamedTuple):
    """What a vector tells of one record; days count from the anchor.

    Attributes:
        kind: kind of record.
        severity: its severity; None where the source says nothing, ``unclassed`` where it says something else.
        disputed: 1 where it was marked as disputed, else 0.
        day: the day from which its age counts.
        start: first day of disclosure.
        end: last day of disclosure; None where none was known.
        authority: number of its authority in the scope, ``OTHER``, or None where it names none.
        grade: number of a grade in the scope, or ``OTHER``; None of any other kind of record.
        issued: first day of a grade; None where none was given.
        expires: last day of a grade; None where none was given.
    """

    kind: str
    severity: str | None
    disputed: int
    day: int
    start: int
    end: int | None
    authority: int | None
    grade: int | None
    issued: int | None
    expires: int | None


@dataclass(frozen=True, slots=True)
class FactVector:
    """What one evaluation looked at, de-identified.

    Attributes:
        role: role on the platform.
        subject_kind: kind of subject.
        standing: standing it was evaluated on.
        records: what is told of each record, in an order that does not depend on theirs; none where the standing
            is unknown.
        facts: class of each fact of the scope, in its order; None where it was not given.
    """

    role: Role
    subject_kind: SubjectKind
    standing: Standing
    records: tuple[RecordFacts, ...]
    facts: tuple[int | bool | None, ...]

    @classmethod
    def of(
        cls, status: CreditStatus, *, facts: PlatformFacts, role: Role, at: datetime, scope: Scope
    ) -> Self:
        """Return the vector of what a policy with this scope is evaluated on at ``at``.

        Args:
            status: what was known of the subject.
            facts: what the platform knew.
            role: role of the subject.
            at: the instant of the evaluation, aware.
            scope: scope of the policy.
        """
        is_known = status.standing is not Standing.UNKNOWN and status.is_valid(at)
        anchor = anchor_of(at).toordinal()
        records = [_tell(record, anchor, scope) for record in status.records] if is_known else []
        if len(records) > 1:
            records.sort(key=_order)
        values = facts.values
        return cls(
            role,
            status.subject.kind,
            status.standing if is_known else Standing.UNKNOWN,
            tuple(records),
            tuple([fact.class_of(values.get(fact.name)) for fact in scope.facts]),
        )

    def dump(self) -> str:
        """Return the vector as text; equal vectors have equal texts."""
        return json.dumps(
            [self.role, self.subject_kind, self.standing, self.records, self.facts], separators=(",", ":")
        )

    @classmethod
    def load(cls, text: str) -> Self:
        """Return the vector that ``dump`` gave."""
        role, kind, standing, records, facts = json.loads(text)
        return cls(
            Role(role),
            SubjectKind(kind),
            Standing(standing),
            tuple([RecordFacts(*record) for record in records]),
            tuple(facts),
        )

    def status(
        self, *, anchor: date, at: datetime, scope: Scope, valid_until: datetime = NEVER
    ) -> CreditStatus:
        """Return a status that stands for the one that was evaluated, about nobody, with ordinals for ids.

        Args:
            anchor: the day its days count from.
            at: the instant to show it for, of a day on which it was recorded.
            scope: the scope it was recorded under.
            valid_until: end of its life; the end of a record comes first.
        """
        subject, is_unknown = _STAND_INS[self.subject_kind], self.standing is Standing.UNKNOWN
        zero = anchor.toordinal()
        records = tuple([_make(f"{i}", told, zero, scope) for i, told in enumerate(self.records)])
        until = min([max(at, valid_until), *[end for end in map(ends_at, records) if end is not None]])
        return CreditStatus(
            subject=subject,
            standing=self.standing,
            reason=UnknownReason.NOT_FOUND if is_unknown else None,
            records=records,
            fetched_at=at,
            shown_at=at,
            valid_until=until,
            freshness=Freshness.FRESH,
            source="replay",
        )

    def shifted(self, days: int) -> tuple[object, ...]:
        """Return all that the vector tells with its days counted from elsewhere, to be compared across months.

        Args:
            days: how many days before the anchor they are counted from.
        """
        records = tuple(
            [
                (
                    *told[:3],
                    told.day + days,
                    told.start + days,
                    None if told.end is None else told.end + days,
                    told.authority,
                    told.grade,
                    None if told.issued is None else told.issued + days,
                    None if told.expires is None else told.expires + days,
                )
                for told in self.records
            ]
        )
        return (self.role.value, self.subject_kind.value, self.standing.value, records, self.facts)

    def is_of(self, status: CreditStatus, *, on: date, scope: Scope) -> bool:
        """Tell whether a vector of a day is what the records that are shown now make of that day.

        It is where every record that it tells of is still shown, as it was, and none has come to be shown since that
        claims to have been shown then.

        Args:
            status: what is known of the subject now.
            on: the China day on which the vector was recorded.
            scope: the scope it was recorded under.
        """
        if (
            Standing.UNKNOWN in (status.standing, self.standing)
            or status.subject.kind is not self.subject_kind
        ):
            return False
        anchor = on.replace(day=1).toordinal()
        shown = [record for record in status.records if record.period.start_on <= on]
        return sorted([_tell(r, anchor, scope) for r in shown], key=_order) == list(self.records)

    def platform_facts(self, scope: Scope) -> PlatformFacts:
        """Return platform facts that stand for those that were given."""
        given = {
            fact.name: fact.value_of(number)
            for fact, number in zip(scope.facts, self.facts, strict=True)
            if number is not None
        }
        return PlatformFacts(given) if given else NO_FACTS


def anchor_of(at: datetime) -> date:
    """Return the first day of the China month of an aware instant, from which the days of vectors count."""
    return china_day(at).replace(day=1)


def replay(
    policy: Policy,
    vector: FactVector,
    *,
    scope: Scope,
    at: datetime,
    valid_until: datetime = NEVER,
) -> Treatment:
    """Return the treatment that a policy gives on what a vector tells; ask ``gap_in`` first.

    Args:
        policy: the policy to evaluate.
        vector: what was recorded.
        scope: the scope it was recorded under.
        at: an instant of a day on which it was recorded, aware.
        valid_until: end of life of the status.
    """
    status = vector.status(anchor=anchor_of(at), at=at, scope=scope, valid_until=valid_until)
    return policy.evaluate(status, facts=vector.platform_facts(scope), role=vector.role, at=at)


def gap_in(question: Question, scope: Scope) -> Callable[[FactVector], str | None]:
    """Return what tells why a vector cannot be replayed: a stable word and a name, or None where it can.

    ================================  ====================================================================
    ``condition:…``                   a kind of condition that vectors hold nothing for
    ``fact:…``                        a fact that was not declared then, or as another type
    ``fact_class:…``                  the fact lies between two bounds of then, and the policy asks for one inside,
                                      or it is a text that was not told
    ``authority``, ``grade``          a record's authority or grade was not told, and it may be one that is asked for
    ================================  ====================================================================

    Args:
        question: what the policy asks.
        scope: the scope that vectors were recorded under.
    """
    always = next((f"condition:{name}" for name in question.beyond), None)
    places = {fact.name: (place, fact) for place, fact in enumerate(scope.facts)}
    checks = []
    for asked in question.facts:
        place, told = places.get(asked.name, (0, None))
        if told is None or told.type is not asked.type:
            always = always or f"fact:{asked.name}"
        else:
            checks.append((place, told, asked))
    hidden = [wanted for wanted, names in question.authorities if not names <= set(scope.authorities)]
    asks_hidden_grade = not question.grades <= set(scope.grades)

    def gap(vector: FactVector) -> str | None:
        if always is not None:
            return always
        for place, told, asked in checks:
            number = vector.facts[place]
            if number is not None and not told.can_tell(number, asked):
                return f"fact_class:{asked.name}"
        for record in vector.records if hidden or asks_hidden_grade else ():
            if asks_hidden_grade and record.grade == OTHER:
                return "grade"
            if record.authority == OTHER and any(_signature(record) in wanted for wanted in hidden):
                return "authority"
        return None

    return gap


def _order(told: RecordFacts) -> tuple[Any, ...]:
    return tuple(
        [(value is not None, value or 0) if not isinstance(value, str) else (True, value) for value in told]
    )


def _tell(record: Record, anchor: int, scope: Scope) -> RecordFacts:
    detail, authority, end = record.detail, record.detail.authority, record.period.end_on
    grade = issued = expires = None
    if isinstance(detail, EvaluationDetail):
        grade = _number(scope.grades, (detail.scheme, detail.value))
        issued = _days(detail.issued_on, anchor)
        expires = _days(detail.valid_until_on, anchor)
    severity: str | None = record.severity
    if severity is None and record.severity_text is not None:
        severity = _UNCLASSED
    return RecordFacts(
        record.kind,
        severity,
        int(record.status is DisclosureStatus.DISPUTED),
        day_of(record) - anchor,
        record.period.start_on.toordinal() - anchor,
        _days(end, anchor),
        None if authority is None else _number(scope.authorities, authority),
        grade,
        issued,
        expires,
    )


def _number(listed: tuple[Any, ...], name: object) -> int:
    return listed.index(name) if name in listed else OTHER


def _days(day: date | None, anchor: int) -> int | None:
    return None if day is None else day.toordinal() - anchor


def _signature(told: RecordFacts) -> int:
    status = DisclosureStatus.DISPUTED if told.disputed else DisclosureStatus.SHOWN
    severity = _SEVERITIES.get(told.severity or "")
    return SIGNATURE_OF[_KINDS[told.kind], severity, told.severity == _UNCLASSED, status]


def _make(record_id: str, told: RecordFacts, anchor: int, scope: Scope) -> Record:
    kind = _KINDS[told.kind]
    return Record(
        record_id=record_id,
        version=0,
        kind=kind,
        catalogue=kind.value,
        severity=_SEVERITIES.get(told.severity or ""),
        severity_text=_UNCLASSED if told.severity == _UNCLASSED else None,
        status=DisclosureStatus.DISPUTED if told.disputed else DisclosureStatus.SHOWN,
        period=DisclosurePeriod(
            start_on=_date(anchor + told.start),
            end_on=None if told.end is None else _date(anchor + told.end),
        ),
        detail=_detail(kind, told, anchor, scope),
    )


def _detail(kind: RecordKind, told: RecordFacts, anchor: int, scope: Scope) -> Detail:
    number = told.authority
    authority = None if number is None else HIDDEN if number == OTHER else scope.authorities[number]
    day = _date(anchor + told.day)
    detail: Detail
    match kind:
        case RecordKind.PENALTY:
            detail = PenaltyDetail(decided_on=day, authority=authority)
        case RecordKind.LICENCE:
            detail = LicenceDetail(decided_on=day, authority=authority)
        case RecordKind.COMMENDATION:
            detail = CommendationDetail(authority=authority)
        case RecordKind.COMMITMENT:
            detail = CommitmentDetail(authority=authority)
        case RecordKind.EVALUATION:
            detail = _grade(told, anchor, authority, scope)
        case RecordKind.OTHER:
            detail = OtherDetail(authority=authority)
        case _:
            detail = ListingDetail(listed_on=day, authority=authority)
    return detail


def _grade(told: RecordFacts, anchor: int, authority: str | None, scope: Scope) -> EvaluationDetail:
    number = OTHER if told.grade is None else told.grade
    scheme, value = (HIDDEN, HIDDEN) if number == OTHER else scope.grades[number]
    return EvaluationDetail(
        scheme=scheme,
        value=value,
        issued_on=None if told.issued is None else _date(anchor + told.issued),
        valid_until_on=None if told.expires is None else _date(anchor + told.expires),
        authority=authority,
    )


@lru_cache(maxsize=16_384)
def _date(ordinal: int) -> date:
    return date.fromordinal(ordinal)
