"""Other platforms as a policy tells them apart: by which of its predicates their constraints match."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Final, NamedTuple

from chengxin.policy.condition import ConstraintCondition
from chengxin.policy.constraint import ActiveConstraint
from chengxin.policy.predicate import china_ordinal
from chengxin.records import start_of_china_day

_OTHER_WORDS: Final = "其他"
_ACTIVE_FOR: Final = timedelta(days=90)


class ConstraintPredicate(NamedTuple):
    """What a condition asks of one constraint; members as in ``ConstraintCondition``."""

    categories: frozenset[str]
    is_verified: bool | None
    low: int | None
    high: int | None

    @classmethod
    def of(cls, condition: ConstraintCondition) -> ConstraintPredicate:
        """Return what a condition asks of one constraint."""
        age = condition.age_days
        return cls(
            frozenset(condition.category or ()),
            condition.verified,
            age.at_least if age else None,
            age.less_than if age else None,
        )

    def matches(self, constraint: ActiveConstraint, on: date) -> bool:
        """Tell whether a constraint that is active on a China day matches."""
        age = on.toordinal() - china_ordinal(constraint.effective_from)
        return (
            (not self.categories or constraint.category in self.categories)
            and (self.is_verified is None or constraint.is_verified is self.is_verified)
            and (self.low is None or age >= self.low)
            and (self.high is None or age < self.high)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformClass:
    """Platforms that are the same to every condition.

    Attributes:
        matched: numbers of the predicates that some constraint of theirs matches.
        examples: constraints that such a platform has, the fewest.
    """

    matched: frozenset[int]
    examples: tuple[ActiveConstraint, ...]


def platform_classes(predicates: Sequence[ConstraintPredicate], on: date) -> list[PlatformClass]:
    """Return the classes of platforms of which some predicate matches a constraint."""
    kinds: dict[frozenset[int], ActiveConstraint] = {}
    for constraint in _constraints(predicates, on):
        matched = frozenset(n for n, predicate in enumerate(predicates) if predicate.matches(constraint, on))
        if matched:
            kinds.setdefault(matched, constraint)
    found: dict[frozenset[int], tuple[ActiveConstraint, ...]] = {}
    for matched, constraint in sorted(kinds.items(), key=lambda item: sorted(item[0])):
        for other, examples in [(frozenset[int](), ()), *found.items()]:
            united, together = other | matched, (*examples, constraint)
            if united not in found or len(together) < len(found[united]):
                found[united] = together
    return [PlatformClass(matched=matched, examples=examples) for matched, examples in found.items()]


def matched_by_platform(
    constraints: Iterable[ActiveConstraint], predicates: Sequence[ConstraintPredicate], on: date
) -> Mapping[str, frozenset[int]]:
    """Return, for each platform, the predicates that some constraint of its matches."""
    found: dict[str, frozenset[int]] = {}
    for constraint in constraints:
        matched = frozenset(n for n, predicate in enumerate(predicates) if predicate.matches(constraint, on))
        found[constraint.platform] = found.get(constraint.platform, frozenset()) | matched
    return found


def _constraints(predicates: Sequence[ConstraintPredicate], on: date) -> Iterable[ActiveConstraint]:
    """Yield a constraint of each combination of what predicates look at, the usual ones first."""
    bounds = {bound for p in predicates for bound in (p.low, p.high) if bound is not None}
    words = {category for p in predicates for category in p.categories}
    other = _OTHER_WORDS
    while other in words:
        other += _OTHER_WORDS
    for category, is_verified, age in product(
        [*sorted(words), other], [True, False], sorted({0, *bounds, *(bound - 1 for bound in bounds)})
    ):
        if age >= 0:  # one that has not begun is not active
            yield ActiveConstraint(
                platform="-",
                category=category,
                effective_from=start_of_china_day(on - timedelta(days=age)),
                effective_until=start_of_china_day(on + _ACTIVE_FOR),
                is_verified=is_verified,
            )
