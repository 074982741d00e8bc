"""Which rules can fire at all: an index over records and circumstances, so that an evaluation tests few others.

Whatever the index leaves out cannot fire. What it leaves in need not, so each of those is tested. A rule is left in

- where a record is there of those it cannot do without: by signature, by age in bands between the bounds that
  conditions name, and by authority;
- where role, kind of subject and standing let its condition hold;
- where each platform fact, taken by itself, lets it.

Sets of rules are numbers, a bit a rule.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, NamedTuple, Self, TypeAlias

from chengxin.policy.condition import Condition, could_hold, walk
from chengxin.policy.facts import FactValue
from chengxin.policy.predicate import Signed, compares
from chengxin.policy.signature import ADVERSE, EVALUATIONS, SIGNATURES
from chengxin.records import Role, Standing, SubjectKind

Rules: TypeAlias = int
"""A set of rules, by number."""

_MOST_BOUNDS: Final = 32
"""Where conditions name more bounds of an age or a fact, it is left to the tests: an index takes its room, too."""
_ANY_AGE: Final = (float("-inf"), float("inf"))


class Want(NamedTuple):
    """Records of which a rule needs one: of these signatures, of an age from to below, by one of these authorities.

    No authorities are all.
    """

    signatures: frozenset[int]
    ages: tuple[float, float] = _ANY_AGE
    authorities: frozenset[str] = frozenset()


def wants(condition: Condition) -> tuple[Want, ...] | None:
    """Return the records of which at least one must be there for the condition to hold, or None.

    None means that it can hold without any record.
    """
    if condition.record is not None:
        record, (low, high) = condition.record, _ANY_AGE
        if record.age_days is not None:
            low = low if record.age_days.at_least is None else record.age_days.at_least
            high = high if record.age_days.less_than is None else record.age_days.less_than
        return (Want(record.signatures, (low, high), frozenset(record.authority or ())),)
    if condition.evaluation is not None:
        return (Want(EVALUATIONS),)
    if condition.standing == Standing.ADVERSE:
        return (Want(ADVERSE),)
    if condition.none is not None:
        return None
    children = [wants(child) for child in condition.children]
    grounded = [found for found in children if found is not None]
    if condition.all is not None:
        return min(grounded, key=_breadth, default=None)
    can_do_without = len(children) - len(grounded) >= condition.needed
    return None if can_do_without else tuple(want for found in grounded for want in found)


def _breadth(found: Sequence[Want]) -> tuple[int, int]:
    narrowed = sum((want.ages != _ANY_AGE) + bool(want.authorities) for want in found)
    return sum(len(want.signatures) for want in found), -narrowed


class _Row(NamedTuple):
    """The rules that want records of one signature: by band of age, those of any authority and of each named."""

    bounds: tuple[float, ...]
    cells: tuple[tuple[Rules, Mapping[str, Rules]], ...]


class _FactRow(NamedTuple):
    """The rules that a fact lets hold: by band where it is an integer, by value otherwise, and where it is absent."""

    name: str
    bounds: tuple[int, ...]
    bands: tuple[Rules, ...]
    by_value: Mapping[FactValue, Rules]
    otherwise: Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleIndex:
    """The index of the rules of one policy; ``of`` makes it."""

    _always: Rules
    _rows: tuple[_Row | None, ...]
    _circumstances: Mapping[tuple[Role, SubjectKind, Standing], Rules]
    _facts: tuple[_FactRow, ...]

    @classmethod
    def of(cls, conditions: Sequence[Condition]) -> Self:
        """Return the index of rules with these conditions, in the order of the document."""
        needs = [wants(condition) for condition in conditions]
        return cls(
            _always=_rules(found is None for found in needs),
            _rows=tuple(_row(signature, needs) for signature in range(SIGNATURES)),
            _circumstances={
                (role, kind, standing): _rules(
                    could_hold(condition, _told_by(role, kind, standing)) for condition in conditions
                )
                for role, kind, standing in product(Role, SubjectKind, Standing)
            },
            _facts=_fact_rows(conditions),
        )

    def candidates(
        self,
        signed: Iterable[Signed],
        today: int,
        circumstances: tuple[Role, SubjectKind, Standing],
        facts: Mapping[str, FactValue],
    ) -> Rules:
        """Return the rules that may fire.

        Args:
            signed: the disclosed records.
            today: the China day, as an ordinal.
            circumstances: role, kind of subject and standing.
            facts: what the platform knows.
        """
        found, rows = self._always, self._rows
        for signature, record, day in signed:
            row = rows[signature]
            if row is not None:
                bounds, cells = row
                of_any, of_named = cells[bisect_right(bounds, today - day)] if bounds else cells[0]
                found |= of_named.get(record.authority or "", of_any) if of_named else of_any
        found &= self._circumstances[circumstances]
        if found:
            for name, numbers, bands, by_value, otherwise in self._facts:
                fact = facts.get(name)
                if type(fact) is int:
                    found &= bands[bisect_right(numbers, fact)]
                else:
                    found &= otherwise if fact is None else by_value.get(fact, otherwise)
        return found


def _rules(bits: Iterable[bool]) -> Rules:
    return sum(1 << position for position, bit in enumerate(bits) if bit)


def _row(signature: int, needs: Sequence[Sequence[Want] | None]) -> _Row | None:
    found = [
        (number, want) for number, n in enumerate(needs) for want in n or () if signature in want.signatures
    ]
    if not found:
        return None
    bounds = sorted({bound for _, want in found for bound in want.ages} - set(_ANY_AGE))
    if len(bounds) > _MOST_BOUNDS:
        bounds, found = [], [(number, want._replace(ages=_ANY_AGE)) for number, want in found]
    cells = []
    for age in [float("-inf"), *bounds]:
        here = [(number, want) for number, want in found if want.ages[0] <= age < want.ages[1]]
        of_any = _set_of(number for number, want in here if not want.authorities)
        names = {name for _, want in here for name in want.authorities}
        of_named = {
            name: of_any | _set_of(number for number, want in here if name in want.authorities)
            for name in names
        }
        cells.append((of_any, of_named))
    return _Row(tuple(bounds), tuple(cells))


def _set_of(numbers: Iterable[int]) -> Rules:
    found = 0
    for number in numbers:
        found |= 1 << number
    return found


def _told_by(role: Role, kind: SubjectKind, standing: Standing) -> Callable[[Condition], bool | None]:
    """Return what tells of a plain condition whether it holds in these circumstances; None where they do not tell."""

    def told(plain: Condition) -> bool | None:
        if plain.role is not None:
            return role in plain.role
        if plain.subject_kind is not None:
            return kind in plain.subject_kind
        return None if plain.standing is None else plain.standing == standing

    return told


def _fact_rows(conditions: Sequence[Condition]) -> tuple[_FactRow, ...]:
    named: dict[str, set[FactValue]] = {}
    for condition in conditions:
        for inner, _ in walk(condition, ""):
            if (fact := inner.fact) is not None:
                values = (fact.equals, fact.at_least, fact.less_than)
                named.setdefault(fact.name, set()).update(value for value in values if value is not None)
    return tuple(
        _fact_row(name, values, conditions)
        for name, values in sorted(named.items())
        if len(values) <= _MOST_BOUNDS
    )


def _fact_row(name: str, values: Iterable[FactValue], conditions: Sequence[Condition]) -> _FactRow:
    def letting(given: FactValue | None) -> Rules:
        def told(plain: Condition) -> bool | None:
            if plain.fact is None or plain.fact.name != name:
                return None
            return compares(plain.fact, given)

        return _rules(could_hold(condition, told) for condition in conditions)

    # An integer that is compared by equals is a band of its own.
    bounds = sorted({bound for value in values if type(value) is int for bound in (value, value + 1)})
    return _FactRow(
        name=name,
        bounds=tuple(bounds),
        bands=tuple(letting(given) for given in ([bounds[0] - 1, *bounds] if bounds else [0])),
        by_value={value: letting(value) for value in values if type(value) is not int},
        otherwise=letting(None),
    )
