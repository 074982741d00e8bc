"""Conditions as formulas over counts and choices, which become simpler with each variable that is given a value.

A formula is a number in an ``Algebra``. Equal formulas have one number, so that what was simplified once is not
simplified again, and two policies in which the same is left to be known are seen to be alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Final, NamedTuple, TypeAlias

Formula: TypeAlias = int

FALSE: Final[Formula] = 0
TRUE: Final[Formula] = 1


class _Op(Enum):
    CONSTANT = 0
    COUNT = 1
    CHOICE = 2
    NOT = 3
    ALL = 4
    SOME = 5


class _Node(NamedTuple):
    """One formula: a count of a predicate, a choice of a variable, or an operator on other formulas.

    ``number`` is the predicate, the variable, or how many have to hold; ``parts`` are values or formulas.
    """

    op: _Op
    number: int
    parts: tuple[int, ...] = ()


class Algebra:
    """Formulas over variables that are given values in ascending order of their numbers.

    Args:
        counted: for each predicate, by its number, the variables whose values it adds up.
    """

    def __init__(self, counted: Sequence[Iterable[int]]) -> None:
        self._counted = [frozenset(variables) for variables in counted]
        self._last = [max(variables, default=-1) for variables in self._counted]
        self._nodes: list[_Node] = [_Node(_Op.CONSTANT, 0), _Node(_Op.CONSTANT, 1)]
        self._support: list[frozenset[int]] = [frozenset(), frozenset()]
        self._known: dict[_Node, Formula] = {}
        self._given: dict[tuple[Formula, int, int], Formula] = {}

    def count(self, predicate: int, need: int) -> Formula:
        """Return the formula that what a predicate adds up is at least so many."""
        if need <= 0:
            return TRUE
        variables = self._counted[predicate]
        return self._make(_Node(_Op.COUNT, predicate, (need,)), variables) if variables else FALSE

    def choice(self, variable: int, values: Iterable[int]) -> Formula:
        """Return the formula that a variable has one of these values."""
        chosen = tuple(sorted(set(values)))
        return self._make(_Node(_Op.CHOICE, variable, chosen), frozenset([variable])) if chosen else FALSE

    def negate(self, formula: Formula) -> Formula:
        """Return the formula that holds exactly where another does not."""
        if formula <= TRUE:
            return TRUE - formula
        node = self._nodes[formula]
        return node.parts[0] if node.op is _Op.NOT else self._make_of(_Node(_Op.NOT, 0, (formula,)))

    def all_of(self, formulas: Iterable[Formula]) -> Formula:
        """Return the formula that holds where all of these do."""
        parts: set[Formula] = set()
        for formula in formulas:
            node = self._nodes[formula]
            parts.update(node.parts if node.op is _Op.ALL else (formula,))
        parts.discard(TRUE)
        if FALSE in parts or any(
            self._nodes[p].op is _Op.NOT and self._nodes[p].parts[0] in parts for p in parts
        ):
            return FALSE
        if len(parts) <= 1:
            return next(iter(parts), TRUE)
        return self._make_of(_Node(_Op.ALL, len(parts), tuple(sorted(parts))))

    def any_of(self, formulas: Iterable[Formula]) -> Formula:
        """Return the formula that holds where one of these does."""
        return self.negate(self.all_of(self.negate(formula) for formula in formulas))

    def some_of(self, need: int, formulas: Iterable[Formula]) -> Formula:
        """Return the formula that holds where at least so many of these do; one that stands twice counts twice."""
        parts = [formula for formula in formulas if formula != FALSE]
        need -= parts.count(TRUE)
        parts = [formula for formula in parts if formula != TRUE]
        if need <= 0:
            return TRUE
        if need > len(parts):
            return FALSE
        if need == len(parts):
            return self.all_of(parts)
        if need == 1:
            return self.any_of(parts)
        return self._make_of(_Node(_Op.SOME, need, tuple(sorted(parts))))

    def support(self, formula: Formula) -> frozenset[int]:
        """Return the variables that a formula looks at."""
        return self._support[formula]

    def give(self, formula: Formula, variable: int, value: int) -> Formula:
        """Return what is left of a formula when a variable has a value and all before it have been given theirs."""
        if variable not in self._support[formula]:
            return formula
        key = (formula, variable, value)
        left = self._given.get(key)
        if left is None:
            left = self._given[key] = self._left(self._nodes[formula], variable, value)
        return left

    def with_one_more(self, formula: Formula, predicates: frozenset[int]) -> Formula:
        """Return the formula that holds where another would with one more of what these predicates match."""
        node = self._nodes[formula]
        if node.op in (_Op.CONSTANT, _Op.CHOICE):
            return formula
        if node.op is _Op.COUNT:
            return self.count(node.number, node.parts[0] - 1) if node.number in predicates else formula
        parts = [self.with_one_more(part, predicates) for part in node.parts]
        if node.op is _Op.NOT:
            return self.negate(parts[0])
        return self.all_of(parts) if node.op is _Op.ALL else self.some_of(node.number, parts)

    def _left(self, node: _Node, variable: int, value: int) -> Formula:
        if node.op is _Op.CHOICE:
            return TRUE if value in node.parts else FALSE
        if node.op is _Op.COUNT:
            need = node.parts[0] - value
            is_impossible = need > 0 and variable == self._last[node.number]
            return FALSE if is_impossible else self.count(node.number, need)
        parts = [self.give(part, variable, value) for part in node.parts]
        if node.op is _Op.NOT:
            return self.negate(parts[0])
        return self.all_of(parts) if node.op is _Op.ALL else self.some_of(node.number, parts)

    def _make_of(self, node: _Node) -> Formula:
        return self._make(node, frozenset().union(*(self._support[part] for part in node.parts)))

    def _make(self, node: _Node, support: frozenset[int]) -> Formula:
        formula = self._known.get(node)
        if formula is None:
            formula = self._known[node] = len(self._nodes)
            self._nodes.append(node)
            self._support.append(support)
        return formula
