"""What answers questions about all cases: a question is one formula, or several at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from chengxin.policy.analysis.exploration import Mask
from chengxin.policy.analysis.formula import Formula


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


class Explorer(Protocol):
    """What answers questions about all cases."""

    def is_met(self, formula: Formula) -> bool:
        """Tell whether a formula holds in some case."""

    def smallest(self, formula: Formula) -> Found | None:
        """Return a simplest case in which a formula holds, or None where it holds in none."""

    def classes(self, formulas: Sequence[Formula]) -> list[Found]:
        """Return every set of these formulas that some case has, each with a simplest case, the simplest first."""
