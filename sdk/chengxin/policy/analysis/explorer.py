"""Who answers: the exploration of all cases, and where they are too many a solver. Both are exact.

A question is one formula, or several at once. The answers of both are the same but for which of equally simple cases
is shown, and for the number of cases, which only an exploration counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from typing import Final, NamedTuple, Protocol, TypeVar

from chengxin.errors import AnalysisTooLarge, ConfigurationError
from chengxin.policy.analysis.exploration import MOST_CASES, Domain, Mask, TooManyCases, explore
from chengxin.policy.analysis.formula import FALSE, Algebra, Formula

_T = TypeVar("_T")
_INSTALL: Final = "pip install 'chengxin[z3]'"


class Found(NamedTuple):
    """The simplest of the cases in which the same formulas hold.

    Attributes:
        held: the formulas that hold, as bits.
        values: value of each variable.
        cost: how far it is from the simplest case.
        cases: how many such cases there are; None where they were not counted.
    """

    held: Mask
    values: tuple[int, ...]
    cost: int
    cases: int | None


class Method(StrEnum):
    """How answers are found."""

    EITHER = "EITHER"
    """All cases are explored; from the first question on that is too large for it, a solver is asked."""
    EXPLORE = "EXPLORE"
    """All cases are explored."""
    SOLVE = "SOLVE"
    """A solver is asked."""


class Explorer(Protocol):
    """What answers questions about all cases."""

    def is_met(self, formula: Formula) -> bool:
        """Tell whether a formula holds in some case."""

    def smallest(self, formula: Formula) -> Found | None:
        """Return a simplest case in which a formula holds, or None where it holds in none."""

    def classes(self, formulas: Sequence[Formula]) -> list[Found]:
        """Return every set of these formulas that some case has, each with a simplest case, the simplest first."""


class Exploration:
    """Answers by exploring all cases.

    Args:
        algebra: holds the formulas.
        domains: the variables.
        most: most cases that are carried on at once.
    """

    def __init__(self, algebra: Algebra, domains: Sequence[Domain], *, most: int = MOST_CASES) -> None:
        self._algebra = algebra
        self._domains = domains
        self._most = most

    def is_met(self, formula: Formula) -> bool:
        """Tell whether a formula holds in some case.

        Raises:
            TooManyCases: more cases differ than are carried on at once.
        """
        return self.smallest(formula) is not None

    def smallest(self, formula: Formula) -> Found | None:
        """Return a simplest case in which a formula holds, or None where it holds in none.

        Raises:
            TooManyCases: more cases differ than are carried on at once.
        """
        if formula == FALSE:
            return None
        return next((found for found in self.classes([formula]) if found.held), None)

    def classes(self, formulas: Sequence[Formula]) -> list[Found]:
        """Return every set of these formulas that some case has, each with a simplest case, the simplest first.

        Raises:
            TooManyCases: more cases differ than are carried on at once.
        """
        grants = [(formula, 1 << number) for number, formula in enumerate(formulas)]
        cases = explore(self._algebra, self._domains, grants, most=self._most)
        return [Found(case.tokens, case.values, case.cost, case.cases) for case in cases]


class Either:
    """Answers by the one method or the other.

    Args:
        algebra: holds the formulas.
        domains: the variables.
        told: begins the sentence that too much is told apart, e.g. ``The policy 'x' tells``.
        most: most cases that are explored at once.
        method: how answers are found.

    Raises:
        ConfigurationError: a solver is asked for and not installed.
    """

    def __init__(
        self,
        algebra: Algebra,
        domains: Sequence[Domain],
        *,
        told: str,
        most: int = MOST_CASES,
        method: Method = Method.EITHER,
    ) -> None:
        self._exploration = Exploration(algebra, domains, most=most)
        self._load: Callable[[], Explorer] = partial(_solver, algebra, domains, told)
        self._too_large = f"{told} more than {most} cases apart at once."
        self._method = method
        self._solver = self._load() if method is Method.SOLVE else None

    def is_met(self, formula: Formula) -> bool:
        """Tell whether a formula holds in some case.

        Raises:
            AnalysisTooLarge: nothing can be concluded.
        """
        return self._ask(lambda explorer: explorer.is_met(formula))

    def smallest(self, formula: Formula) -> Found | None:
        """Return a simplest case in which a formula holds, or None where it holds in none.

        Raises:
            AnalysisTooLarge: nothing can be concluded.
        """
        return self._ask(lambda explorer: explorer.smallest(formula))

    def classes(self, formulas: Sequence[Formula]) -> list[Found]:
        """Return every set of these formulas that some case has, each with a simplest case, the simplest first.

        Raises:
            AnalysisTooLarge: nothing can be concluded, or the sets are more than anybody reads.
        """
        return self._ask(lambda explorer: explorer.classes(formulas))

    def _ask(self, question: Callable[[Explorer], _T]) -> _T:
        """Answer one question; once one was too large to explore, what follows is not explored in vain."""
        if self._solver is None:
            try:
                return question(self._exploration)
            except TooManyCases:
                self._solver = self._instead()
        return question(self._solver)

    def _instead(self) -> Explorer:
        if self._method is Method.EXPLORE:
            raise AnalysisTooLarge(f"{self._too_large} Split it, or let a solver answer.") from None
        try:
            return self._load()
        except ConfigurationError:
            raise AnalysisTooLarge(f"{self._too_large} Split it, or {_INSTALL} for a solver.") from None


def _solver(algebra: Algebra, domains: Sequence[Domain], told: str) -> Explorer:
    try:
        from chengxin.policy.analysis.solver import Solver  # noqa: PLC0415 -- who explores need not install it
    except ImportError as error:
        raise ConfigurationError(f"The solver z3 is not installed. Install it: {_INSTALL}.") from error
    return Solver(algebra, domains, told=told)
