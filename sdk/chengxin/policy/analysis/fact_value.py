"""Values of a platform fact as policies tell them apart: absent, each interval or word asked for, and any other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from chengxin.policy.condition import FactCondition
from chengxin.policy.facts import PYTHON_TYPE, FactType, FactValue

_OTHER_WORDS: Final = "其他"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactVariable:
    """A fact as policies together tell it apart: absent, or of one of the types that they declare it with.

    A platform gives one value by one name, so that two policies which declare it with two types never both see one.

    Attributes:
        name: name of the fact.
        domains: what is told apart of each type; the numbers of its values follow those of the domain before.
    """

    name: str
    domains: tuple[FactDomain, ...]

    @property
    def values(self) -> int:
        """How many values there are, the absence included."""
        return 1 + sum(len(domain.examples) for domain in self.domains)

    def number_of(self, facts: Mapping[str, FactValue]) -> int:
        """Return which of the values a subject's facts hold; 0 where the fact is not given."""
        return sum(
            offset + number for offset, domain in self._placed() if (number := domain.number_of(facts))
        )

    def example_of(self, number: int) -> FactValue | None:
        """Return a value that stands for all that conditions do not tell from it; None stands for none."""
        examples = [example for domain in self.domains for example in domain.examples]
        return examples[number - 1] if number else None

    def suiting(self, condition: FactCondition, fact_type: FactType) -> frozenset[int]:
        """Return the numbers of the values on which a condition holds, in a policy that declares it with a type."""
        return frozenset(
            offset + number
            for offset, domain in self._placed()
            if domain.type is fact_type
            for number in domain.suiting(condition)
        )

    def _placed(self) -> Iterator[tuple[int, FactDomain]]:
        offset = 0
        for domain in self.domains:
            yield offset, domain
            offset += len(domain.examples)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactDomain:
    """A fact of one type, with one example of each value that conditions tell apart; number 0 is its absence.

    Attributes:
        name: name of the fact.
        type: its declared type.
        examples: the values that are told apart, without the absence.
        cuts: of an integer, the bounds between them, ascending.
    """

    name: str
    type: FactType
    examples: tuple[FactValue, ...]
    cuts: tuple[int, ...] = ()

    @classmethod
    def of(cls, name: str, fact_type: FactType, conditions: Iterable[FactCondition]) -> FactDomain:
        """Return what conditions on a fact tell apart."""
        conditions = list(conditions)
        if fact_type is FactType.BOOLEAN:
            return cls(name=name, type=fact_type, examples=(False, True))
        if fact_type is FactType.TEXT:
            words = sorted({str(c.equals) for c in conditions})
            other = _OTHER_WORDS
            while other in words:
                other += _OTHER_WORDS
            return cls(name=name, type=fact_type, examples=(*words, other))
        cuts = sorted({cut for condition in conditions for cut in _cuts(condition)})
        return cls(name=name, type=fact_type, examples=(cuts[0] - 1, *cuts), cuts=tuple(cuts))

    def number_of(self, facts: Mapping[str, FactValue]) -> int:
        """Return which of the values a subject's facts hold; 0 where the fact is not given."""
        value = facts.get(self.name)
        if type(value) is not PYTHON_TYPE[self.type]:
            return 0
        if isinstance(value, int) and self.type is FactType.INTEGER:
            return 1 + bisect_right(self.cuts, value)
        return 1 + (self.examples.index(value) if value in self.examples else len(self.examples) - 1)

    def suiting(self, condition: FactCondition) -> frozenset[int]:
        """Return the numbers of the values on which a condition holds."""
        return frozenset(
            number for number, value in enumerate(self.examples, start=1) if _holds(condition, value)
        )


def _cuts(condition: FactCondition) -> Iterable[int]:
    if isinstance(condition.equals, int):
        return condition.equals, condition.equals + 1
    return [bound for bound in (condition.at_least, condition.less_than) if bound is not None]


def _holds(condition: FactCondition, value: FactValue) -> bool:
    if condition.equals is not None:
        return value == condition.equals
    return (
        isinstance(value, int)
        and (condition.at_least is None or value >= condition.at_least)
        and (condition.less_than is None or value < condition.less_than)
    )
