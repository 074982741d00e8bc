"""The door to z3: exact answers where the cases are too many to explore them all.

A variable becomes one truth for each step that its value can take ("at least 1", "at least 2", …), so that counts are
counts of truths and everything stays finite. An effort that is spent is told apart from an answer: it is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Final

import z3

from chengxin.errors import AnalysisTooLarge
from chengxin.policy.analysis.exploration import Domain, Mask
from chengxin.policy.analysis.explorer import Found
from chengxin.policy.analysis.formula import Algebra, Formula, Node, Op

EFFORT: Final = 100_000_000
"""So much is spent on one step at most, in the solver's own count, which no clock moves: some ten seconds."""
QUESTION_EFFORT: Final = 100_000_000
"""So much is spent on all classes of one question at most, a simplest case of each included: some half a minute."""
MOST_CLASSES: Final = 1_000
"""So many classes are listed at most."""


class Solver:
    """Answers by solving formulas.

    Args:
        algebra: holds the formulas.
        domains: the variables.
        told: begins the sentence that too much is told apart, e.g. ``The policy 'x' tells``.
        effort: most that is spent on one step.
        question_effort: most that is spent on all classes of one question.
        most: most classes that are listed.
    """

    def __init__(
        self,
        algebra: Algebra,
        domains: Sequence[Domain],
        *,
        told: str,
        effort: int = EFFORT,
        question_effort: int = QUESTION_EFFORT,
        most: int = MOST_CLASSES,
    ) -> None:
        self._algebra = algebra
        self._told = told
        self._most = most
        self._effort = effort
        self._question_effort = question_effort
        self._domains = domains
        self._context = z3.Context()
        self._steps = [
            [z3.Bool(f"v{number}_{step}", self._context) for step in range(1, domain.values)]
            for number, domain in enumerate(domains)
        ]
        self._ladders = [
            z3.Implies(higher, lower) for steps in self._steps for lower, higher in pairwise(steps)
        ]
        self._solver = z3.SimpleSolver(ctx=self._context)
        self._solver.set("rlimit", effort)
        self._solver.add(*self._ladders)
        self._known: dict[Formula, z3.BoolRef] = {}

    def is_met(self, formula: Formula) -> bool:
        """Tell whether a formula holds in some case.

        Raises:
            AnalysisTooLarge: the effort was spent.
        """
        with self._among([self._term(formula)]):
            return self._model() is not None

    def smallest(self, formula: Formula) -> Found | None:
        """Return a simplest case in which a formula holds, or None where it holds in none.

        Raises:
            AnalysisTooLarge: the effort was spent.
        """
        term = self._term(formula)
        with self._among([term]):
            return None if self._model() is None else self._smallest([term], held=1)

    def classes(self, formulas: Sequence[Formula]) -> list[Found]:
        """Return every set of these formulas that some case has, each with a simplest case, the simplest first.

        Raises:
            AnalysisTooLarge: the sets are more than are listed, or the effort was spent.
        """
        terms = [self._term(formula) for formula in formulas]
        met = {formula: self.is_met(formula) for formula in dict.fromkeys(formulas)}
        never = [z3.Not(self._term(formula)) for formula, is_met in met.items() if not is_met]
        found: list[Found] = []
        begun = self._spent()
        with self._among(never):  # which follows, and is told so that it need not be found out again
            while (model := self._model()) is not None:
                if len(found) == self._most:
                    raise AnalysisTooLarge(
                        f"{self._told} more than {self._most} classes of subjects apart. Look at less at once."
                    )
                if self._spent() - begun > self._question_effort:
                    raise self._gave_up(f"after {len(found)} classes of subjects")
                holding = [_is_true(model, term) for term in terms]
                held = sum(1 << number for number, holds in enumerate(holding) if holds)
                signed = [term if holds else z3.Not(term) for term, holds in zip(terms, holding, strict=True)]
                found.append(self._smallest(signed, held=held))
                self._solver.add(z3.Not(self._all(signed)))
        return sorted(found, key=lambda one: (one.cost, one.values))

    def _smallest(self, terms: Sequence[z3.BoolRef], *, held: Mask) -> Found:
        """Return a cheapest case in which these hold; there is one."""
        optimiser = z3.Optimize(ctx=self._context)
        optimiser.set("rlimit", self._effort)
        optimiser.add(*self._ladders, *terms)
        for step, more in _costs(self._steps, self._domains):
            optimiser.add_soft(z3.Not(step), more)
        if optimiser.check() != z3.sat:
            raise self._gave_up(optimiser.reason_unknown())
        model = optimiser.model()
        values = tuple(sum(_is_true(model, step) for step in steps) for steps in self._steps)
        cost = sum(domain.cost(value) for domain, value in zip(self._domains, values, strict=True))
        return Found(held, values, cost, None)

    @contextmanager
    def _among(self, terms: Sequence[z3.BoolRef]) -> Iterator[None]:
        """Look only at cases in which these hold, and forget it afterwards."""
        self._solver.push()
        try:
            self._solver.add(*terms)
            yield
        finally:
            self._solver.pop()

    def _model(self) -> z3.ModelRef | None:
        """Return a case, or None where there is none."""
        answer = self._solver.check()
        if answer == z3.sat:
            return self._solver.model()
        if answer == z3.unsat:
            return None
        raise self._gave_up(self._solver.reason_unknown())

    def _spent(self) -> int:
        """Return what was spent on everything so far, optimising included, as of the last look for a case."""
        return int(self._solver.statistics().get_key_value("rlimit count"))

    def _gave_up(self, why: str) -> AnalysisTooLarge:
        return AnalysisTooLarge(f"{self._told} so much apart that the solver gave up ({why}). Split it.")

    def _term(self, formula: Formula) -> z3.BoolRef:
        """Return a formula as z3 has it."""
        term = self._known.get(formula)
        if term is None:
            if self._algebra.is_negation(formula):
                term = z3.Not(self._term(self._algebra.negate(formula)))
            else:
                term = self._translated(self._algebra.node(formula))
            self._known[formula] = term
        return term

    def _translated(self, node: Node) -> z3.BoolRef:
        if node.op is Op.CONSTANT:
            return z3.BoolVal(True, self._context)
        if node.op is Op.CHOICE:
            return self._any([self._has(node.number, value) for value in node.parts])
        if node.op is Op.COUNT:
            steps = [
                step
                for variable in sorted(self._algebra.counted(node.number))
                for step in self._steps[variable]
            ]
            return self._at_least(node.parts[0], steps)
        parts = [self._term(part) for part in node.parts]
        return self._all(parts) if node.op is Op.ALL else self._at_least(node.number, parts)

    def _has(self, variable: int, value: int) -> z3.BoolRef:
        """Return that a variable has a value: it is at least that and not at least one more."""
        steps = self._steps[variable]
        reached = steps[value - 1 : value] if value else []
        return self._all([*reached, *(z3.Not(step) for step in steps[value : value + 1])])

    def _all(self, terms: Sequence[z3.BoolRef]) -> z3.BoolRef:
        return z3.And(*terms) if terms else z3.BoolVal(True, self._context)

    def _any(self, terms: Sequence[z3.BoolRef]) -> z3.BoolRef:
        return z3.Or(*terms) if terms else z3.BoolVal(False, self._context)

    def _at_least(self, need: int, terms: Sequence[z3.BoolRef]) -> z3.BoolRef:
        """Return that so many hold, by looking at one after the other: what z3 learns of clauses it uses best."""
        reached = [z3.BoolVal(True, self._context), *[z3.BoolVal(False, self._context)] * need]
        for term in terms:
            one_more = [self._any([here, self._all([term, below])]) for below, here in pairwise(reached)]
            reached = [reached[0], *one_more]
        return reached[need]


def _is_true(model: z3.ModelRef, term: z3.BoolRef) -> bool:
    return bool(z3.is_true(model.eval(term, model_completion=True)))


def _costs(
    steps: Sequence[Sequence[z3.BoolRef]], domains: Sequence[Domain]
) -> Iterator[tuple[z3.BoolRef, int]]:
    """Yield what each step of each variable adds to the cost of a case."""
    for own, domain in zip(steps, domains, strict=True):
        for value, step in enumerate(own, start=1):
            more = domain.cost(value) - domain.cost(value - 1)
            if more:
                yield step, more
