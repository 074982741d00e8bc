"""What vectors recorded under a policy can tell, and what another policy would have to be told.

A vector holds no name of an authority or a grade and no exact number of the platform's: only what the policy that
was evaluated then tells apart. The *scope* of a policy lists what that is. A policy that asks for more is not
guessed an answer: a vector that cannot tell is *not replayable* for it, and counted with the reason.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Self

from chengxin.policy.condition import Condition, ConstraintCondition, RecordCondition, walk
from chengxin.policy.document import PolicyDocument
from chengxin.policy.facts import PYTHON_TYPE, FactType, FactValue

OTHER: Final = -1
"""A name that the scope does not list, in place of its number."""
HIDDEN: Final = "\x00"
"""What stands for such a name where a vector is evaluated: a text that no condition holds."""
_READ: Final = frozenset(
    {
        *("record", "evaluation", "fact", "constraint", "standing", "role", "subject_kind"),
        *("all", "any", "none", "at_least"),
    }
)
_READ_OF_RECORDS: Final = frozenset({"kind", "severity", "authority", "disputed", "age_days", "count"})
_READ_OF_CONSTRAINTS: Final = frozenset({"category", "platforms", "verified", "age_days"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FactScope:
    """What is told of one platform fact.

    Attributes:
        name: name of the fact.
        type: its declared type.
        bounds: of an integer, the numbers between which it lies, ascending.
        texts: of a text, those that are told; any other is ``OTHER``.
    """

    name: str
    type: FactType
    bounds: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()

    def class_of(self, value: FactValue | None) -> int | bool | None:
        """Return the class that a value falls in; None where it is not given, or is of another type."""
        if type(value) is not PYTHON_TYPE[self.type]:
            return None
        if isinstance(value, bool):
            return value
        if isinstance(value, int):
            return bisect_right(self.bounds, value)
        return self.texts.index(value) if value in self.texts else OTHER

    def value_of(self, number: int | bool) -> FactValue:  # a class is a number or a truth
        """Return a value of a class, which conditions within the scope cannot tell from the one that was given."""
        if self.type is FactType.BOOLEAN:
            return bool(number)
        if self.type is FactType.TEXT:
            return HIDDEN if number == OTHER else self.texts[number]
        if number:
            return self.bounds[number - 1]
        return self.bounds[0] - 1 if self.bounds else 0

    def can_tell(self, number: int | bool, asked: FactScope) -> bool:  # as above
        """Tell whether a class answers all that another policy asks of the fact."""
        if self.type is FactType.TEXT:
            return number != OTHER or set(asked.texts) <= set(self.texts)
        if self.type is FactType.BOOLEAN:
            return True
        low = self.bounds[number - 1] if number else None
        high = self.bounds[number] if number < len(self.bounds) else None
        return all((low is not None and b <= low) or (high is not None and b >= high) for b in asked.bounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """All that the conditions of a policy tell apart beyond kinds, severities, dates and roles.

    Attributes:
        facts: the declared platform facts, by name.
        authorities: names of authorities that conditions ask for, sorted.
        grades: schemes and values that conditions ask for, sorted.
        categories: categories of joint constraints that conditions ask for, sorted.
    """

    facts: tuple[FactScope, ...]
    authorities: tuple[str, ...]
    grades: tuple[tuple[str, str], ...]
    categories: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: PolicyDocument) -> Self:
        """Return the scope of a policy."""
        conditions = list(_conditions(document))
        records = [c.record for c in conditions if c.record is not None]
        grades = [c.evaluation for c in conditions if c.evaluation is not None]
        return cls(
            facts=tuple(_fact(name, d.type, conditions) for name, d in sorted(document.facts.items())),
            authorities=tuple(sorted({name for record in records for name in record.authority or ()})),
            grades=tuple(sorted({(grade.scheme, value) for grade in grades for value in grade.value})),
            categories=tuple(
                sorted({name for one in _constraints(conditions) for name in one.category or ()})
            ),
        )

    def dump(self) -> dict[str, Any]:
        """Return the scope as JSON values."""
        return {
            "facts": [[f.name, f.type.value, list(f.bounds), list(f.texts)] for f in self.facts],
            "authorities": list(self.authorities),
            "grades": [list(grade) for grade in self.grades],
            "categories": list(self.categories),
        }

    @classmethod
    def load(cls, value: dict[str, Any]) -> Self:
        """Return the scope that ``dump`` gave."""
        return cls(
            facts=tuple(
                FactScope(name=name, type=FactType(kind), bounds=tuple(bounds), texts=tuple(texts))
                for name, kind, bounds, texts in value["facts"]
            ),
            authorities=tuple(value["authorities"]),
            grades=tuple((scheme, grade) for scheme, grade in value["grades"]),
            categories=tuple(value["categories"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a policy asks of a vector.

    Attributes:
        facts: the facts that conditions use, each with what is asked of it.
        authorities: by condition, signatures of the records it looks at and names that it asks for.
        grades: schemes and values that are asked for.
        categories: categories of joint constraints that are asked for.
        beyond: parts of conditions that no vector answers, sorted.
    """

    facts: tuple[FactScope, ...]
    authorities: tuple[tuple[frozenset[int], frozenset[str]], ...]
    grades: frozenset[tuple[str, str]]
    categories: frozenset[str]
    beyond: tuple[str, ...]

    @classmethod
    def of(cls, document: PolicyDocument) -> Self:
        """Return what the rules of a policy ask."""
        conditions = list(_conditions(document))
        scope = Scope.of(document)
        used = {c.fact.name for c in conditions if c.fact is not None}
        records = [c.record for c in conditions if c.record is not None]
        beyond = {c.operator for c in conditions if c.operator not in _READ}
        beyond |= {f"record.{name}" for record in records for name in _unread(record, _READ_OF_RECORDS)}
        constraints = list(_constraints(conditions))
        beyond |= {f"constraint.{name}" for one in constraints for name in _unread(one, _READ_OF_CONSTRAINTS)}
        return cls(
            facts=tuple(fact for fact in scope.facts if fact.name in used),
            authorities=tuple((r.signatures, frozenset(r.authority)) for r in records if r.authority),
            grades=frozenset(scope.grades),
            categories=frozenset(scope.categories),
            beyond=tuple(sorted(beyond)),
        )


def _conditions(document: PolicyDocument) -> Iterator[Condition]:
    for rule in document.rules:
        yield from (condition for condition, _ in walk(rule.when, ""))


def _constraints(conditions: list[Condition]) -> Iterator[ConstraintCondition]:
    yield from (c.constraint for c in conditions if c.constraint is not None)


def _unread(part: RecordCondition | ConstraintCondition, read: frozenset[str]) -> Iterator[str]:
    """Yield fields of a condition that a vector does not answer, should conditions learn more of them."""
    for name in type(part).model_fields:
        if name not in read and getattr(part, name) is not None:
            yield name


def _fact(name: str, kind: FactType, conditions: list[Condition]) -> FactScope:
    asked = [c.fact for c in conditions if c.fact is not None and c.fact.name == name]
    if kind is FactType.TEXT:
        texts = {fact.equals for fact in asked if isinstance(fact.equals, str)}
        return FactScope(name=name, type=kind, texts=tuple(sorted(texts)))
    bounds: set[int] = set()
    for fact in asked if kind is FactType.INTEGER else ():
        bounds |= {bound for bound in (fact.at_least, fact.less_than) if bound is not None}
        if type(fact.equals) is int:
            bounds |= {fact.equals, fact.equals + 1}
    return FactScope(name=name, type=kind, bounds=tuple(sorted(bounds)))
