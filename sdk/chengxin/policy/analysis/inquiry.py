"""One policy, ready to be asked about every subject there can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from chengxin.errors import AnalysisTooLarge
from chengxin.policy.analysis.diff import applying
from chengxin.policy.analysis.exploration import MOST_CASES, Case, Mask, TooManyCases, explore
from chengxin.policy.analysis.formula import Formula
from chengxin.policy.analysis.grant import Grant, Tokens, grants_of
from chengxin.policy.analysis.record_class import RecordClass
from chengxin.policy.analysis.space import Example, Space, Values
from chengxin.policy.document import PolicyDocument, Rule
from chengxin.policy.engine import compile_checked


class Inquiry:
    """A policy on its first day, with everything that it gives to whom.

    Args:
        document: a checked document.
        most: most cases that are carried on at once.

    Attributes:
        document: the document, as though it applied without an end.
        policy: the document, compiled.
        space: what it tells apart.
        rules: its rules that apply on that day.
        grants: what it gives.
    """

    def __init__(self, document: PolicyDocument, *, most: int = MOST_CASES) -> None:
        self.document = applying(document, document.effective_from)
        self.policy = compile_checked(self.document)
        self.space = Space.of([self.document], on=document.effective_from)
        self.rules: Sequence[Rule] = [
            rule for rule in document.rules if rule.until is None or rule.until >= document.effective_from
        ]
        self.grants: Sequence[Grant] = list(grants_of(self.document, self.space))
        self._most = most

    @property
    def adverse(self) -> Sequence[RecordClass]:
        """The classes of adverse records."""
        return [one for one in self.space.records if one.is_adverse]

    def fires(self, rule: Rule) -> Formula:
        """Return the formula that a rule fires."""
        return self.space.algebra.all_of(
            [self.space.is_known(), self.space.formula(rule.when, self.document)]
        )

    def explore(self, *several: Tokens) -> list[Case]:
        """Return every outcome of one set of tokens, or of several at once, each with its smallest case.

        Raises:
            AnalysisTooLarge: the policy tells too many cases apart.
        """

        def absorb(mask: Mask) -> Mask:
            for tokens in several:
                mask = tokens.absorb(mask)
            return mask

        return self._explore([pair for tokens in several for pair in tokens.masks()], absorb)

    def example_of(self, formula: Formula) -> Example | None:
        """Return the smallest subject for whom a formula holds, or None where it holds for nobody.

        Raises:
            AnalysisTooLarge: the policy tells too many cases apart.
        """
        held = (case for case in self._explore([(formula, 1)], int) if case.tokens)
        case = next(held, None)
        return None if case is None else self.space.example(case.values)

    def holds_in(self, formula: Formula, values: Values) -> bool:
        """Tell whether a formula holds in a case."""
        for variable, value in enumerate(values):
            formula = self.space.algebra.give(formula, variable, value)
        return bool(formula)

    def with_only(self, matched: frozenset[int]) -> Values:
        """Return the case of the most usual subject that has one record, which matches these, and nothing else."""
        values = [0] * (1 + len(self.space.facts))
        values += [int(one.matched == matched) for one in self.space.records]
        return (*values, *(0 for _ in self.space.platforms))

    def _explore(self, grants: Iterable[tuple[Formula, Mask]], absorb: Callable[[Mask], Mask]) -> list[Case]:
        try:
            return explore(
                self.space.algebra, self.space.domains, list(grants), absorb=absorb, most=self._most
            )
        except TooManyCases:
            raise AnalysisTooLarge(
                f"The policy {self.document.name!r} tells more than {self._most} cases apart at once. Split it."
            ) from None
