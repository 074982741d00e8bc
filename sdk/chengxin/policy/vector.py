"""De-identified fact vectors: what was evaluated, without of whom and without content, to be evaluated again.

A vector holds for each record that was shown its kind, its severity as the source classes it, whether it was
disputed, and days; the role, the kind of subject and the standing; and of the platform's own facts the classes that
the policy told apart. It holds no code, no name, no id, no word of a record. Days are counted from the first day of
the China month of the evaluation. What it says of authorities, grades and facts are numbers that mean something
only under the ``Scope`` of the policy that was evaluated.

A policy within that scope gives the same treatment on what a vector makes, ``replay``, as it gave on the original,
but for the subject's name and the ids of records (invariant I5; ``Essence``). Of joint constraints it tells those that
were active, each by its first and its last China day: where one begins or ends otherwise than with a day, or begins
later, the treatment is the same, and may be said to hold until the end of that day, or past that beginning.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Self

from chengxin.errors import UnknownReason
from chengxin.identifiers import Uscc
from chengxin.policy.constraint import NO_CONSTRAINTS, Constraints
from chengxin.policy.engine import Policy
from chengxin.policy.facts import NO_FACTS, PlatformFacts
from chengxin.policy.predicate import NEVER, ends_at
from chengxin.policy.scope import OTHER, Question, Scope
from chengxin.policy.situation import Situation
from chengxin.policy.told import (
    ConstraintFacts,
    RecordFacts,
    make_constraints,
    make_record,
    order_of,
    signature_of_told,
    tell_constraints,
    tell_record,
)
from chengxin.policy.treatment import Treatment
from chengxin.records import (
    CreditStatus,
    Freshness,
    Role,
    Standing,
    Subject,
    SubjectKind,
    china_day,
)

_STAND_INS: Final = {
    SubjectKind.PERSON: Subject(kind=SubjectKind.PERSON, code=None),
    SubjectKind.ENTERPRISE: Subject.of(Uscc("91000000000000000K")),
    SubjectKind.SOLE_TRADER: Subject.of(Uscc("92000000000000000G")),
    SubjectKind.ORGANISATION: Subject.of(Uscc("51000000000000000P")),
}
"""Whom replays are about: codes with a lawful check character and a division and number of zeros, nobody's."""


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
        constraints: what is told of each joint constraint that was active.
    """

    role: Role
    subject_kind: SubjectKind
    standing: Standing
    records: tuple[RecordFacts, ...]
    facts: tuple[int | bool | None, ...]
    constraints: tuple[ConstraintFacts, ...] = ()

    @classmethod
    def of(  # an evaluation looks at all of these
        cls,
        status: CreditStatus,
        *,
        facts: PlatformFacts,
        role: Role,
        at: datetime,
        scope: Scope,
        constraints: Constraints = NO_CONSTRAINTS,
    ) -> Self:
        """Return the vector of what a policy with this scope is evaluated on at ``at``.

        Args:
            status: what was known of the subject.
            facts: what the platform knew.
            role: role of the subject.
            at: the instant of the evaluation, aware.
            scope: scope of the policy.
            constraints: joint constraints that the subject was under.
        """
        is_known = status.standing is not Standing.UNKNOWN and status.is_valid(at)
        anchor = anchor_of(at).toordinal()
        records = [tell_record(record, anchor, scope) for record in status.records] if is_known else []
        if len(records) > 1:
            records.sort(key=order_of)
        values = facts.values
        return cls(
            role,
            status.subject.kind,
            status.standing if is_known else Standing.UNKNOWN,
            tuple(records),
            tuple([fact.class_of(values.get(fact.name)) for fact in scope.facts]),
            tell_constraints(constraints, at=at, anchor=anchor, scope=scope)
            if constraints and is_known
            else (),
        )

    def dump(self) -> str:
        """Return the vector as text; equal vectors have equal texts."""
        told = [self.role, self.subject_kind, self.standing, self.records, self.facts, self.constraints]
        return json.dumps(told, separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> Self:
        """Return the vector that ``dump`` gave."""
        role, kind, standing, records, facts, constraints = json.loads(text)
        return cls(
            Role(role),
            SubjectKind(kind),
            Standing(standing),
            tuple([RecordFacts(*record) for record in records]),
            tuple(facts),
            tuple([ConstraintFacts(*constraint) for constraint in constraints]),
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
        records = tuple([make_record(f"{i}", told, zero, scope) for i, told in enumerate(self.records)])
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
        constraints = tuple([(*told[:3], told.start + days, told.end + days) for told in self.constraints])
        return (
            self.role.value,
            self.subject_kind.value,
            self.standing.value,
            records,
            self.facts,
            constraints,
        )

    def is_of(
        self,
        status: CreditStatus,
        *,
        on: date,
        at: datetime,
        scope: Scope,
        constraints: Constraints = NO_CONSTRAINTS,
    ) -> bool:
        """Tell whether a vector of a day is what the records that are shown now make of that day.

        It is where every record that it tells of is still shown, as it was, and none has come to be shown since that
        claims to have been shown then; and where the same holds of the joint constraints.

        Args:
            status: what is known of the subject now.
            on: the China day on which the vector was recorded.
            at: the present instant, aware.
            scope: the scope it was recorded under.
            constraints: joint constraints that the subject is under now.
        """
        if (
            Standing.UNKNOWN in (status.standing, self.standing)
            or status.subject.kind is not self.subject_kind
        ):
            return False
        anchor = on.replace(day=1).toordinal()
        shown = [record for record in status.records if record.period.start_on <= on]
        if sorted([tell_record(r, anchor, scope) for r in shown], key=order_of) != list(self.records):
            return False
        under = [one for one in constraints if china_day(one.effective_from) <= on]
        return tell_constraints(under, at=at, anchor=anchor, scope=scope) == self.constraints

    def situation(
        self, *, anchor: date, at: datetime, scope: Scope, valid_until: datetime = NEVER
    ) -> Situation:
        """Return all that stands for what was evaluated; parameters as of ``status``."""
        return Situation(
            status=self.status(anchor=anchor, at=at, scope=scope, valid_until=valid_until),
            role=self.role,
            facts=self.platform_facts(scope),
            constraints=make_constraints(self.constraints, anchor=anchor.toordinal(), scope=scope),
        )

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
    given = vector.situation(anchor=anchor_of(at), at=at, scope=scope, valid_until=valid_until)
    return given.evaluate(policy, at)


def gap_in(question: Question, scope: Scope) -> Callable[[FactVector], str | None]:
    """Return what tells why a vector cannot be replayed: a stable word and a name, or None where it can.

    ================================  ====================================================================
    ``condition:…``                   a kind of condition that vectors hold nothing for
    ``fact:…``                        a fact that was not declared then, or as another type
    ``fact_class:…``                  the fact lies between two bounds of then, and the policy asks for one inside,
                                      or it is a text that was not told
    ``authority``, ``grade``          a record's authority or grade was not told, and it may be one that is asked for
    ``constraint``                    a constraint's category was not told, and it may be one that is asked for
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
    asks_hidden_category = not question.categories <= set(scope.categories)

    def gap(vector: FactVector) -> str | None:
        if always is not None:
            return always
        for place, told, asked in checks:
            number = vector.facts[place]
            if number is not None and not told.can_tell(number, asked):
                return f"fact_class:{asked.name}"
        if asks_hidden_category and any(told.category == OTHER for told in vector.constraints):
            return "constraint"
        return _hidden_in(vector.records, hidden, asks_grade=asks_hidden_grade)

    return gap


def _hidden_in(
    records: Iterable[RecordFacts], hidden: Sequence[frozenset[int]], *, asks_grade: bool
) -> str | None:
    """Return what is asked of one of the records and was not told."""
    for record in records if hidden or asks_grade else ():
        if asks_grade and record.grade == OTHER:
            return "grade"
        if record.authority == OTHER and any(signature_of_told(record) in wanted for wanted in hidden):
            return "authority"
    return None
