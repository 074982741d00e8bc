"""Conditions of rules, as typed data: what a record, a grade, a fact or a subject must be for a rule to fire.

Every condition has exactly one field. ``all``, ``any``, ``none`` and ``at_least`` hold further conditions.
Being data, conditions can be checked before they are used: ``is_grounded`` tells that a rule cannot fire without an
adverse record or a grade (invariant I3), ``is_only_persons`` that it is aimed at natural persons alone (I8), and
``could_hold`` that it can fire in given circumstances.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from itertools import product
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from chengxin.policy.facts import FactValue
from chengxin.policy.signature import ADVERSE, EVALUATIONS, SeverityMatch, signatures
from chengxin.policy.text import is_blank
from chengxin.records import RecordKind, Role, Standing, SubjectKind

LARGEST: Final = 10**15
"""Bound of every integer in a policy: canonical JSON and money in fen both stay exact below it."""


class Part(BaseModel):
    """A part of a policy document: frozen, and unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _listed(value: Any) -> Any:  # noqa: ANN401  # whatever the document holds
    return value if isinstance(value, list | tuple) else [value]


_T = TypeVar("_T", bound=str)


def _distinct(values: tuple[_T, ...]) -> tuple[_T, ...]:
    return tuple(sorted(set(values)))


def _scalar(value: Any) -> FactValue:  # noqa: ANN401  # whatever the document holds
    if type(value) in (bool, str) or (type(value) is int and abs(value) <= LARGEST):
        return value  # type: ignore[no-any-return]  # just checked
    raise PydanticCustomError("scalar", "Input should be a whole number, true, false or a text")


def _visible(value: str) -> str:
    if is_blank(value):
        raise PydanticCustomError("text.blank", "Nothing can be seen in this text")
    if any(unicodedata.category(character) in _UNSEEN for character in value):
        raise PydanticCustomError("text.character", "The text holds a control or format character")
    return value


_UNSEEN: Final = ("Cc", "Cf", "Zl", "Zp")
"""Controls, what joins or turns text around unseen, and separators of lines and paragraphs."""
NonEmpty = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(_visible),
]
Scalar = Annotated[int | bool | str, PlainValidator(_scalar)]
WholeNumber = Annotated[int, Field(strict=True, ge=-LARGEST, le=LARGEST)]
Count = Annotated[int, Field(strict=True, ge=1, le=1_000)]
OneOrMore = Annotated[
    tuple[_T, ...], BeforeValidator(_listed), Field(min_length=1), AfterValidator(_distinct)
]


class AgeRange(Part):
    """Age of a record in China days, from the day decided or listed, else from the first day disclosed."""

    at_least: Annotated[int, Field(strict=True, ge=0, le=36_500)] | None = None
    less_than: Annotated[int, Field(strict=True, ge=1, le=36_500)] | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        low, high = self.at_least, self.less_than
        if low is None and high is None:
            raise PydanticCustomError("range.empty", "An age range needs at_least, less_than or both")
        if low is not None and high is not None and low >= high:
            raise PydanticCustomError(
                "range.empty", "No age lies in this range: less_than is not above at_least"
            )
        return self


class LeastCount(Part):
    """How many records must match."""

    at_least: Count


class RecordCondition(Part):
    """Records of some kind, narrowed by what is given.

    Attributes:
        kind: one or more kinds.
        severity: one or more severities as the source classes them, or ``absent``.
        authority: exact names of deciding authorities.
        disputed: whether the record is marked as disputed (异议中); left out, both match.
        age_days: age in China days.
        count: how many records must match; left out, one.
    """

    kind: OneOrMore[RecordKind]
    severity: OneOrMore[SeverityMatch] | None = None
    authority: OneOrMore[NonEmpty] | None = None
    disputed: Annotated[bool, Field(strict=True)] | None = None
    age_days: AgeRange | None = None
    count: LeastCount | None = None

    @property
    def signatures(self) -> frozenset[int]:
        """Signatures of the records that may match."""
        return signatures(self.kind, severities=self.severity, disputed=self.disputed)


class EvaluationCondition(Part):
    """A grade under a named scheme, valid on the day (信用评价). No grade means nothing either way."""

    scheme: NonEmpty
    value: OneOrMore[NonEmpty]


class FactCondition(Part):
    """A declared platform fact; where its value is not given, the condition does not hold."""

    name: NonEmpty
    at_least: WholeNumber | None = None
    less_than: WholeNumber | None = None
    equals: Scalar | None = None

    @model_validator(mode="after")
    def _has_one_comparison(self) -> Self:
        ranged = self.at_least is not None or self.less_than is not None
        if ranged == (self.equals is not None):
            raise PydanticCustomError(
                "fact.comparison", "A fact is compared by equals, or by at_least and less_than"
            )
        return self


class LeastPlatforms(Part):
    """From how many different platforms."""

    at_least: Count


class ConstraintCondition(Part):
    """Joint constraints of other platforms that are active (平台间失信联合约束), narrowed by what is given.

    They make a platform look; they are no ground of a restriction (invariant I10).

    Attributes:
        category: categories of conduct, as the sending platforms word them.
        platforms: from how many different platforms; left out, one.
        verified: whether the record behind it was found at the public source.
        age_days: days since it took effect, by China days.
    """

    category: OneOrMore[NonEmpty] | None = None
    platforms: LeastPlatforms | None = None
    verified: Annotated[bool, Field(strict=True)] | None = None
    age_days: AgeRange | None = None


class AtLeast(Part):
    """``n`` of several conditions."""

    n: Count
    of: Annotated[tuple[Condition, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.n > len(self.of):
            raise PydanticCustomError(
                "count.impossible", "Fewer conditions are listed than have to hold, so it never holds"
            )
        return self


class Condition(Part):
    """One condition: exactly one of its fields is given.

    Attributes:
        record: disclosed records match.
        evaluation: a grade under a scheme.
        fact: a platform fact compares.
        constraint: joint constraints of other platforms are active.
        standing: the standing is this; never ``UNKNOWN``, on which no rule acts (invariant I2).
        role: the role on the platform is one of these.
        subject_kind: the subject is of one of these kinds.
        all: every one of these holds.
        any: one or more of these hold.
        none: not one of these holds.
        at_least: so many of these hold.
    """

    record: RecordCondition | None = None
    evaluation: EvaluationCondition | None = None
    fact: FactCondition | None = None
    constraint: ConstraintCondition | None = None
    standing: Literal["NO_ADVERSE_RECORD", "ADVERSE"] | None = None
    role: OneOrMore[Role] | None = None
    subject_kind: OneOrMore[SubjectKind] | None = None
    all: Annotated[tuple[Condition, ...], Field(min_length=1)] | None = None
    any: Annotated[tuple[Condition, ...], Field(min_length=1)] | None = None
    none: Annotated[tuple[Condition, ...], Field(min_length=1)] | None = None
    at_least: AtLeast | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise PydanticCustomError(
                "condition.one_field",
                "A condition has exactly one field, and this has {given}",
                {"given": " and ".join(given) or "none"},
            )
        return self

    @property
    def operator(self) -> str:
        """Name of the one field that is given."""
        return next(name for name in type(self).model_fields if getattr(self, name) is not None)

    @property
    def children(self) -> tuple[Condition, ...]:
        """The conditions it holds; empty where it is a plain one."""
        return self.all or self.any or self.none or (self.at_least.of if self.at_least else ())

    @property
    def needed(self) -> int:
        """How many of its children have to hold, at least; 0 where it has none, or where none may."""
        if self.at_least is not None:
            return self.at_least.n
        return len(self.all) if self.all else 1 if self.any else 0


AtLeast.model_rebuild()


def walk(condition: Condition, path: str) -> Iterator[tuple[Condition, str]]:
    """Yield a condition and every one inside it, each with its path in the document."""
    yield condition, path
    inner = f"{path}.{condition.operator}" + (".of" if condition.at_least else "")
    for index, child in enumerate(condition.children):
        yield from walk(child, f"{inner}[{index}]")


def is_grounded(condition: Condition) -> bool:
    """Tell whether the condition cannot hold without an adverse record or a grade (invariant I3).

    A licence, a commendation or a commitment is no ground of a restriction.
    """
    if condition.record is not None:
        return condition.record.signatures <= ADVERSE | EVALUATIONS
    if condition.evaluation is not None or condition.standing == Standing.ADVERSE:
        return True
    loose = [child for child in condition.children if not is_grounded(child)]
    return condition.none is None and len(loose) < condition.needed


def asks_for_good_standing(condition: Condition, *, negated: bool = False) -> bool:
    """Tell whether the condition can come to hold because no adverse record is left (invariant I4)."""
    if condition.standing is not None:
        return condition.standing == (Standing.ADVERSE if negated else Standing.NO_ADVERSE_RECORD)
    inner = negated != (condition.none is not None)
    return any(asks_for_good_standing(child, negated=inner) for child in condition.children)


def is_only_persons(condition: Condition) -> bool:
    """Tell whether the condition can hold for natural persons, and for no one else (invariant I8).

    An anchor (直播营销人员) is a natural person (令117). Every kind of subject is tried in every role; records,
    grades, facts and standing may be anything.
    """
    suited = {
        kind is SubjectKind.PERSON or role is Role.ANCHOR
        for kind, role in product(SubjectKind, Role)
        if could_hold(condition, _told_by(kind, role))
    }
    return suited == {True}


def _told_by(kind: SubjectKind, role: Role) -> Callable[[Condition], bool | None]:
    def told(plain: Condition) -> bool | None:
        if plain.role is not None:
            return role in plain.role
        return None if plain.subject_kind is None else kind in plain.subject_kind

    return told


def could_hold(condition: Condition, told: Callable[[Condition], bool | None]) -> bool:
    """Tell whether a condition can hold, whatever is not told.

    Args:
        condition: the condition.
        told: of a condition that holds no others, whether it holds; None where that is not known.
    """
    return _possible(condition, told)[0]


def _possible(condition: Condition, told: Callable[[Condition], bool | None]) -> tuple[bool, bool]:
    """Tell whether the condition can hold, and whether it can fail to."""
    if not condition.children:
        holds = told(condition)
        return (True, True) if holds is None else (holds, not holds)
    children = [_possible(child, told) for child in condition.children]
    can_hold, can_fail = sum(holds for holds, _ in children), sum(fails for _, fails in children)
    if condition.none is not None:
        return can_fail == len(children), can_hold > 0
    return can_hold >= condition.needed, can_fail > len(children) - condition.needed
