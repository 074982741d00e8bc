"""One policy, ready to be asked about every subject there can be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from chengxin.errors import AnalysisTooLarge
from chengxin.policy.analysis.diff import applying
from chengxin.policy.analysis.effect import Effects
from chengxin.policy.analysis.exploration import MOST_CASES, Case, TooManyCases, explore
from chengxin.policy.analysis.explorer import Explorer, Found
from chengxin.policy.analysis.formula import Formula
from chengxin.policy.analysis.grant import Grant, Tokens, grants_of
from chengxin.policy.analysis.method import Either, Method
from chengxin.policy.analysis.record_class import RecordClass
from chengxin.policy.analysis.space import Example, Space, Values
from chengxin.policy.document import PolicyDocument, Rule
from chengxin.policy.engine import compile_checked


class Inquiry:
    """A policy on one day, with everything that it gives to whom.

    Args:
        document: a checked document.
        on: the China day to look at; None means its first.
        most: most cases that are explored at once.
        method: how answers are found.

    Attributes:
        document: the document, as though it applied without an end.
        policy: the document, compiled.
        space: what it tells apart.
        rules: its rules that apply on that day.
        grants: what it gives.

    Raises:
        ConfigurationError: a solver is asked for and not installed.
    """

    def __init__(
        self,
        document: PolicyDocument,
        *,
        on: date | None = None,
        most: int = MOST_CASES,
        method: Method = Method.EITHER,
    ) -> None:
        day = on or document.effective_from
        self.document = applying(document, day)
        self.policy = compile_checked(self.document)
        self.space = Space.of([self.document], on=day)
        self.rules: Sequence[Rule] = [
            rule for rule in document.rules if rule.until is None or rule.until >= day
        ]
        self.grants: Sequence[Grant] = list(grants_of(self.document, self.space))
        self._most = most
        self._told = f"The policy {document.name!r} tells"
        self._explorer: Explorer = Either(
            self.space.algebra, self.space.domains, told=self._told, most=most, method=method
        )

    @property
    def adverse(self) -> Sequence[RecordClass]:
        """The classes of adverse records."""
        return [one for one in self.space.records if one.is_adverse]

    def fires(self, rule: Rule) -> Formula:
        """Return the formula that a rule fires."""
        return self.space.algebra.all_of(
            [self.space.is_known(), self.space.formula(rule.when, self.document)]
        )

    def effects(self, grants: Iterable[Grant]) -> Effects:
        """Return what comes of grants."""
        return Effects(self.policy, grants, self.space.algebra)

    def is_met(self, formula: Formula) -> bool:
        """Tell whether there is a subject for whom a formula holds.

        Raises:
            AnalysisTooLarge: the policy tells too much apart.
        """
        return self._explorer.is_met(formula)

    def smallest(self, formula: Formula) -> Found | None:
        """Return a smallest case in which a formula holds, or None where it holds for nobody.

        Raises:
            AnalysisTooLarge: the policy tells too much apart.
        """
        return self._explorer.smallest(formula)

    def classes(self, formulas: Sequence[Formula]) -> list[Found]:
        """Return every set of these formulas that holds for somebody, each with a smallest case.

        Raises:
            AnalysisTooLarge: the policy tells too much apart.
        """
        return self._explorer.classes(formulas)

    def example_of(self, formula: Formula) -> Example | None:
        """Return a smallest subject for whom a formula holds, or None where it holds for nobody.

        Raises:
            AnalysisTooLarge: the policy tells too much apart.
        """
        found = self.smallest(formula)
        return None if found is None else self.space.example(found.values)

    def explore(self, tokens: Tokens) -> list[Case]:
        """Return every outcome of tokens, each with its smallest case; no solver lists them.

        Raises:
            AnalysisTooLarge: the policy tells too many cases apart.
        """
        grants = list(tokens.masks())
        try:
            return explore(
                self.space.algebra, self.space.domains, grants, absorb=tokens.absorb, most=self._most
            )
        except TooManyCases:
            raise AnalysisTooLarge(
                f"{self._told} more than {self._most} cases apart at once. Split it."
            ) from None

    def holds_in(self, formula: Formula, values: Values) -> bool:
        """Tell whether a formula holds in a case."""
        return self.space.algebra.holds(formula, values)

    def with_only(self, matched: frozenset[int]) -> Values:
        """Return the case of the most usual subject that has one record, which matches these, and nothing else."""
        values = [0] * (1 + len(self.space.facts))
        values += [int(one.matched == matched) for one in self.space.records]
        return (*values, *(0 for _ in self.space.platforms))
