"""What a set of formulas comes to over all values of their variables: every outcome, exactly, with its cheapest case.

Variables are given their values one after the other. Where the same is left to be known, cases are carried on as one;
so the work grows with what can still make a difference, and not with the number of cases. Nothing is sampled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

from chengxin.policy.analysis.formula import FALSE, TRUE, Algebra, Formula

Mask: TypeAlias = int
"""A set of small numbers, as bits."""
Grants: TypeAlias = tuple[tuple[Formula, Mask], ...]
"""What follows from what: where a formula holds, these tokens are given."""

_State: TypeAlias = tuple[Grants, Mask]
"""What is left to be known, and what is given already."""

MOST_CASES: Final = 200_000
"""So many cases are carried on at once at most."""


class TooManyCases(Exception):
    """More cases differ than are carried on at once."""


class Domain(NamedTuple):
    """The values of a variable are 0 and above.

    ``cost`` tells how far a value makes a case less simple and never falls as values rise; ``values`` is how
    many there are.
    """

    values: int
    cost: Callable[[int], int]


class Case(NamedTuple):
    """The cheapest of the cases with one outcome.

    Attributes:
        tokens: what is given.
        values: value of each variable.
        cost: how far it is from the simplest case.
        cases: how many cases have this outcome.
    """

    tokens: Mask
    values: tuple[int, ...]
    cost: int
    cases: int


class _Way(NamedTuple):
    """The cheapest way to what is left: cost, number of ways, what was before, and the value last given."""

    cost: int
    cases: int
    before: _Way | None
    value: int


def explore(
    algebra: Algebra,
    domains: Sequence[Domain],
    grants: Iterable[tuple[Formula, Mask]],
    *,
    absorb: Callable[[Mask], Mask] = int,
    most: int = MOST_CASES,
) -> list[Case]:
    """Return every outcome that some case has, each with its cheapest case, the cheapest outcome first.

    Args:
        algebra: holds the formulas.
        domains: the variables, in order.
        grants: what follows from what.
        absorb: what a set of tokens comes to where others in it make some of them idle.
        most: most cases that are carried on at once.

    Raises:
        TooManyCases: they are more.
    """
    layer: dict[_State, _Way] = {_settle(grants, 0, absorb): _Way(0, 1, None, 0)}
    for variable, domain in enumerate(domains):
        following: dict[_State, _Way] = {}
        for (left, tokens), way in layer.items():
            if not any(algebra.support(formula) >> variable & 1 for formula, _ in left):
                # Its values are all the same to what is left, and 0 is the cheapest.
                cheapest = _Way(way.cost + domain.cost(0), way.cases * domain.values, way, 0)
                _join(following, (left, tokens), cheapest)
                continue
            for value in range(domain.values):
                given = [(algebra.give(formula, variable, value), mask) for formula, mask in left]
                one = _Way(way.cost + domain.cost(value), way.cases, way, value)
                _join(following, _settle(given, tokens, absorb), one)
            if len(following) > most:
                raise TooManyCases
        layer = following
    found = [Case(tokens, _values(way), way.cost, way.cases) for (_, tokens), way in layer.items()]
    return sorted(found, key=lambda case: (case.cost, case.values))


def tokens_at(
    algebra: Algebra,
    grants: Iterable[tuple[Formula, Mask]],
    values: Sequence[int],
    *,
    absorb: Callable[[Mask], Mask] = int,
) -> Mask:
    """Return the tokens that are given in one case."""
    left, tokens = _settle(grants, 0, absorb)
    for variable, value in enumerate(values):
        given = [(algebra.give(formula, variable, value), mask) for formula, mask in left]
        left, tokens = _settle(given, tokens, absorb)
    return tokens


def _join(layer: dict[_State, _Way], state: _State, way: _Way) -> None:
    """Carry one more way on; of several to the same state the first of the cheapest stays, and counts for all."""
    known = layer.get(state)
    if known is None:
        layer[state] = way
    else:
        cheapest = way if way.cost < known.cost else known
        layer[state] = cheapest._replace(cases=way.cases + known.cases)


def _settle(given: Iterable[tuple[Formula, Mask]], tokens: Mask, absorb: Callable[[Mask], Mask]) -> _State:
    """Return what is left to be known, and what is given already; what can add nothing any more is dropped."""
    waiting: dict[Formula, Mask] = {}
    for formula, mask in given:
        if formula == TRUE:
            tokens |= mask
        elif formula != FALSE:
            waiting[formula] = waiting.get(formula, 0) | mask
    tokens = absorb(tokens)
    left = [
        (formula, mask) for formula, mask in waiting.items() if absorb(tokens | mask) != tokens or not mask
    ]
    return tuple(sorted(left)), tokens


def _values(way: _Way) -> tuple[int, ...]:
    values: list[int] = []
    while way.before is not None:
        values.append(way.value)
        way = way.before
    return tuple(reversed(values))
