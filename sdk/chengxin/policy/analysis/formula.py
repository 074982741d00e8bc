"""Conditions as formulas over counts and choices, which become simpler with each variable that is given a value.

A formula is a number in an ``Algebra``. Equal formulas have one number, so that what was simplified once is not
simplified again, and two policies in which the same is left to be known are seen to be alike. A formula and its
negation differ in the last bit alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Final, NamedTuple, TypeAlias

Formula: TypeAlias = int

FALSE: Final[Formula] = 0
TRUE: Final[Formula] = 1
_NOT: Final = 1


class Op(Enum):
    """What a formula that is no negation is made with."""

    CONSTANT = 0
    COUNT = 1
    CHOICE = 2
    ALL = 3
    SOME = 4


class Node(NamedTuple):
    """One formula: a count of a predicate, a choice of a variable, or an operator on other formulas.

    ``number`` is the predicate, the variable, or how many have to hold; ``parts`` are values or formulas.
    """

    op: Op
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
        self._nodes: list[Node] = [Node(Op.CONSTANT, 0)]
        self._support: list[int] = [0]
        self._known: dict[Node, Formula] = {}
        self._given: dict[tuple[Formula, int, int], Formula] = {}
        self._more: dict[tuple[Formula, frozenset[int]], Formula] = {}

    def count(self, predicate: int, need: int) -> Formula:
        """Return the formula that what a predicate adds up is at least so many."""
        if need <= 0:
            return TRUE
        variables = self._counted[predicate]
        return self._make(Node(Op.COUNT, predicate, (need,)), _bits(variables)) if variables else FALSE

    def choice(self, variable: int, values: Iterable[int]) -> Formula:
        """Return the formula that a variable has one of these values."""
        chosen = tuple(sorted(set(values)))
        return self._make(Node(Op.CHOICE, variable, chosen), 1 << variable) if chosen else FALSE

    def negate(self, formula: Formula) -> Formula:
        """Return the formula that holds exactly where another does not."""
        return formula ^ _NOT

    def all_of(self, formulas: Iterable[Formula]) -> Formula:
        """Return the formula that holds where all of these do."""
        parts: set[Formula] = set()
        for formula in formulas:
            node = self._nodes[formula >> 1]
            if node.op is Op.ALL and formula & _NOT:
                parts.update(node.parts)
            else:
                parts.add(formula)
        parts.discard(TRUE)
        if FALSE in parts or any(part ^ _NOT in parts for part in parts):
            return FALSE
        simpler = self._settled(parts)
        if simpler is not None:
            return self.all_of(simpler)
        if len(parts) <= 1:
            return next(iter(parts), TRUE)
        return self._make_of(Node(Op.ALL, len(parts), tuple(sorted(parts))))

    def any_of(self, formulas: Iterable[Formula]) -> Formula:
        """Return the formula that holds where one of these does."""
        return self.all_of([formula ^ _NOT for formula in formulas]) ^ _NOT

    def differ(self, one: Formula, other: Formula) -> Formula:
        """Return the formula that holds where exactly one of two does."""
        return self.any_of([self.all_of([one, other ^ _NOT]), self.all_of([other, one ^ _NOT])])

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
        return self._make_of(Node(Op.SOME, need, tuple(sorted(parts))))

    def node(self, formula: Formula) -> Node:
        """Return what a formula, or what it negates, is made of."""
        return self._nodes[formula >> 1]

    def is_negation(self, formula: Formula) -> bool:
        """Tell whether a formula holds where its node does not."""
        return not formula & _NOT

    def counted(self, predicate: int) -> frozenset[int]:
        """Return the variables whose values a predicate adds up."""
        return self._counted[predicate]

    def support(self, formula: Formula) -> int:
        """Return the variables that a formula looks at, as bits."""
        return self._support[formula >> 1]

    def give(self, formula: Formula, variable: int, value: int) -> Formula:
        """Return what is left of a formula when a variable has a value and all before it have been given theirs."""
        if not self._support[formula >> 1] >> variable & 1:
            return formula
        key = (formula | _NOT, variable, value)
        left = self._given.get(key)
        if left is None:
            left = self._given[key] = self._left(self._nodes[formula >> 1], variable, value)
        return left if formula & _NOT else left ^ _NOT

    def holds(self, formula: Formula, values: Iterable[int]) -> bool:
        """Tell whether a formula holds where every variable has its value."""
        for variable, value in enumerate(values):
            formula = self.give(formula, variable, value)
        return formula == TRUE

    def with_one_more(self, formula: Formula, predicates: frozenset[int]) -> Formula:
        """Return the formula that holds where another would with one more of what these predicates match."""
        key = (formula | _NOT, predicates)
        more = self._more.get(key)
        if more is None:
            more = self._more[key] = self._with_one_more(self._nodes[formula >> 1], predicates)
        return more if formula & _NOT else more ^ _NOT

    def _with_one_more(self, node: Node, predicates: frozenset[int]) -> Formula:
        if node.op is Op.CONSTANT:
            return TRUE
        if node.op is Op.CHOICE:
            return self.choice(node.number, node.parts)
        if node.op is Op.COUNT:
            return self.count(node.number, node.parts[0] - (node.number in predicates))
        parts = [self.with_one_more(part, predicates) for part in node.parts]
        return self.all_of(parts) if node.op is Op.ALL else self.some_of(node.number, parts)

    def _settled(self, parts: set[Formula]) -> list[Formula] | None:
        """Return parts without what others of them settle, or None where they settle nothing.

        A part that says "not all of these" holds where another part is the negation of one of these, and says less
        where another part is one of these. No two parts settle each other, as no formula is a part of its own part.
        """
        found: list[Formula] = []
        for part in parts:
            node = self._nodes[part >> 1]
            if part & _NOT or node.op is not Op.ALL:
                found.append(part)
            elif parts.isdisjoint([one ^ _NOT for one in node.parts]):
                left = [one for one in node.parts if one not in parts]
                is_same = len(left) == len(node.parts)
                found.append(part if is_same else self.all_of(left) ^ _NOT)
        return None if len(found) == len(parts) and parts.issuperset(found) else found

    def _left(self, node: Node, variable: int, value: int) -> Formula:
        if node.op is Op.CHOICE:
            return TRUE if value in node.parts else FALSE
        if node.op is Op.COUNT:
            need = node.parts[0] - value
            is_impossible = need > 0 and variable == self._last[node.number]
            return FALSE if is_impossible else self.count(node.number, need)
        parts = [self.give(part, variable, value) for part in node.parts]
        return self.all_of(parts) if node.op is Op.ALL else self.some_of(node.number, parts)

    def _make_of(self, node: Node) -> Formula:
        formula = self._known.get(node)
        if formula is None:
            support = 0
            for part in node.parts:
                support |= self._support[part >> 1]
            formula = self._make(node, support)
        return formula

    def _make(self, node: Node, support: int) -> Formula:
        formula = self._known.get(node)
        if formula is None:
            formula = self._known[node] = 2 * len(self._nodes) + TRUE
            self._nodes.append(node)
            self._support.append(support)
        return formula


def _bits(numbers: Iterable[int]) -> int:
    return sum(1 << number for number in numbers)
