"""Who answers: the exploration of all cases, and where they are too many a solver. Both are exact.

The answers of both are the same but for which of equally simple cases is shown, and for the number of cases, which
only an exploration counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from importlib.util import find_spec
from typing import Final, TypeVar

from chengxin.errors import AnalysisTooLarge, ConfigurationError
from chengxin.policy.analysis.exploration import MOST_CASES, Domain, TooManyCases, explore
from chengxin.policy.analysis.explorer import Explorer, Found
from chengxin.policy.analysis.formula import FALSE, Algebra, Formula

FIRST_CASES: Final = 1_000
"""So many cases are explored at once before a solver is asked."""

_T = TypeVar("_T")
_INSTALL: Final = "pip install 'chengxin[z3]'"


class Method(StrEnum):
    """How answers are found."""

    EITHER = "EITHER"
    """All cases are explored; from the first question on that is too large for it, a solver is asked. Where one is
    installed it is asked early, after ``FIRST_CASES``: it is the faster the more cases there are."""
    EXPLORE = "EXPLORE"
    """All cases are explored."""
    SOLVE = "SOLVE"
    """A solver is asked."""


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
        self._load: Callable[[], Explorer] = partial(_solver, algebra, domains, told)
        self._too_large = f"{told} more than {most} cases apart at once."
        self._method = method
        self._solver = self._load() if method is Method.SOLVE else None
        is_early = method is Method.EITHER and find_spec("z3") is not None
        self._exploration = Exploration(algebra, domains, most=min(most, FIRST_CASES) if is_early else most)

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
