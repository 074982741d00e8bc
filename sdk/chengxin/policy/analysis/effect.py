"""What a policy gives, as formulas: of each tier, measure, setting and review, in which cases it is given.

It says with formulas what ``grant.Tokens.upshot`` says of one set of tokens: waivers, precedence and how several
measures on one setting resolve are all part of it. So a question about treatments is a question about a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from chengxin.errors import AnalysisTooLarge
from chengxin.policy.analysis.formula import FALSE, TRUE, Algebra, Formula
from chengxin.policy.analysis.grant import KNOWN, PERSON, Asked, Given, Grant, Tiered, Token, Waived
from chengxin.policy.document import Combine
from chengxin.policy.engine import Policy
from chengxin.policy.measure import Direction
from chengxin.policy.rule import PRECEDENCES
from chengxin.policy.setting import Scale, Value

Spread: TypeAlias = Sequence[tuple[Value | None, Formula]]
"""Values, each with the cases in which it is the one; every case is in one of them at most."""

MOST_TOTALS: Final = 2_000
"""So many sums of one setting are told apart at most."""
_LEVELS: Final = range(len(PRECEDENCES))


class Effects:
    """What comes of the grants of a policy.

    Args:
        policy: the policy.
        grants: what it gives.
        algebra: holds the formulas.

    Attributes:
        policy: the policy.
        known: where the standing is known.
        measures: by code, where a measure applies by itself.
        reviews: by code, where a measure is put before a human.
    """

    def __init__(self, policy: Policy, grants: Iterable[Grant], algebra: Algebra) -> None:
        self.policy = policy
        self._algebra = algebra
        formulas: dict[Token, list[Formula]] = {}
        for grant in grants:
            formulas.setdefault(grant.token, []).append(grant.formula)
        self._given = {token: algebra.any_of(several) for token, several in formulas.items()}
        codes = sorted({token.code for token in self._given if isinstance(token, Given | Asked)})
        left = {code: [self._unwaived(Given(code, level)) for level in _LEVELS] for code in codes}
        self.known = self._at(KNOWN)
        self.measures: Mapping[str, Formula] = {code: self._prevails(code, left) for code in codes}
        self.reviews: Mapping[str, Formula] = {
            code: algebra.any_of(self._unwaived(Asked(code, level)) for level in _LEVELS) for code in codes
        }

    def tiers(self) -> list[tuple[str | None, Formula]]:
        """Return each tier with where it is the one; None is that of persons and of those of unknown standing."""
        algebra = self._algebra
        graded = algebra.all_of([self.known, algebra.negate(self._at(PERSON))])
        found: dict[str, list[Formula]] = {}
        left = graded
        for level in reversed(_LEVELS):
            for rank, tier in reversed(list(enumerate(self.policy.document.tiers))):
                here = self._at(Tiered(level, rank))
                found.setdefault(tier.id, []).append(algebra.all_of([left, here]))
                left = algebra.all_of([left, algebra.negate(here)])
        default = next(tier.id for tier in self.policy.document.tiers if tier.default)
        found[default].append(left)
        spread = [(tier, algebra.any_of(several)) for tier, several in found.items()]
        return [(None, algebra.negate(graded)), *spread]

    def refused(self) -> dict[str, Formula]:
        """Return where each action is refused."""
        refusing: dict[str, list[Formula]] = {}
        for code, applies in self.measures.items():
            entry = self.policy.document.catalogue[code]
            if entry.action is not None:
                refusing.setdefault(entry.action, []).append(applies)
        return {action: self._algebra.any_of(several) for action, several in refusing.items()}

    def setting(self, name: str) -> Spread:
        """Return each value of a setting with where it has it; a setting that is not declared has none, anywhere."""
        if name not in self.policy.defaults:
            return [(None, TRUE)]
        given = list(self._on(name, self.measures))
        spread = self._resolved(name, given)
        usual = self._algebra.negate(self._algebra.any_of(holds for _, holds in given))
        default = self.policy.defaults[name]
        spread[default] = self._algebra.any_of([usual, spread.get(default, FALSE)])
        return list(spread.items())

    def asked(self, direction: Direction) -> dict[str, Spread]:
        """Return, by action or setting, where what measures of one direction would do to it is put before a human.

        Of a setting with the value that it would have; of an action with None.
        """
        catalogue, algebra = self.policy.document.catalogue, self._algebra
        codes = {
            code: asked for code, asked in self.reviews.items() if catalogue[code].direction is direction
        }
        actions: dict[str, list[Formula]] = {}
        spreads: dict[str, Spread] = {}
        for code, asked in codes.items():
            change = catalogue[code].setting
            if change is None:
                actions.setdefault(str(catalogue[code].action), []).append(asked)
            elif change.name not in spreads:
                given = list(self._on(change.name, codes))
                spreads[change.name] = list(self._resolved(change.name, given).items())
        for name, several in actions.items():
            valued = spreads.get(name, [])
            alone = algebra.negate(algebra.any_of(holds for _, holds in valued))
            spreads[name] = [(None, algebra.all_of([alone, algebra.any_of(several)])), *valued]
        return spreads

    def _at(self, token: Token) -> Formula:
        return self._given.get(token, FALSE)

    def _unwaived(self, token: Given | Asked) -> Formula:
        """Return where a measure is given and no rule of its precedence or a higher one waives it."""
        waivers = [self._at(Waived(token.code, level)) for level in _LEVELS if level >= token.precedence]
        algebra = self._algebra
        return algebra.all_of([self._at(token), *(algebra.negate(waiver) for waiver in waivers)])

    def _prevails(self, code: str, left: Mapping[str, Sequence[Formula]]) -> Formula:
        """Return where a measure applies: none of a higher precedence than its own changes the same setting."""
        algebra, change = self._algebra, self._setting_of(code)
        rivals = [code] if change is None else [one for one in left if self._setting_of(one) == change]
        applies, outranked = [], FALSE
        for level in reversed(_LEVELS):
            applies.append(algebra.all_of([left[code][level], algebra.negate(outranked)]))
            if change is not None:
                outranked = algebra.any_of([outranked, *(left[rival][level] for rival in rivals)])
        return algebra.any_of(applies)

    def _setting_of(self, code: str) -> str | None:
        change = self.policy.document.catalogue[code].setting
        return None if change is None else change.name

    def _on(self, name: str, holding: Mapping[str, Formula]) -> Iterator[tuple[Value, Formula]]:
        """Yield the values that measures give a setting."""
        for code, holds in holding.items():
            change = self.policy.document.catalogue[code].setting
            if change is not None and change.name == name and holds != FALSE:
                yield change.value, holds

    def _resolved(self, name: str, given: Sequence[tuple[Value, Formula]]) -> dict[Value, Formula]:
        """Return what values that are given to a setting come to, where at least one is."""
        scale = self.policy.scales[name]
        if scale.combine is Combine.SUM:
            return self._totals(name, given, scale)
        holding: dict[Value, list[Formula]] = {}
        for value, holds in given:
            holding.setdefault(value, []).append(holds)
        algebra, spread, stricter = self._algebra, dict[Value, Formula](), FALSE
        for value in sorted(holding, key=scale.strictness, reverse=True):
            here = algebra.any_of(holding[value])
            spread[value] = algebra.all_of([here, algebra.negate(stricter)])
            stricter = algebra.any_of([stricter, here])
        return spread

    def _totals(
        self, name: str, given: Sequence[tuple[Value, Formula]], scale: Scale
    ) -> dict[Value, Formula]:
        algebra = self._algebra
        totals: dict[int | None, Formula] = {None: TRUE}
        for value, holds in given:
            following: dict[int | None, list[Formula]] = {}
            for total, where in totals.items():
                following.setdefault(total, []).append(algebra.all_of([where, algebra.negate(holds)]))
                more = (total or 0) + int(value)
                following.setdefault(more, []).append(algebra.all_of([where, holds]))
            totals = {total: algebra.any_of(several) for total, several in following.items()}
            if len(totals) > MOST_TOTALS:
                raise AnalysisTooLarge(
                    f"The measures of the policy {self.policy.ref.name!r} add up to more than {MOST_TOTALS} sums of "
                    f"the setting {name!r}. Let fewer of them change it."
                )
        spread: dict[Value, list[Formula]] = {}
        for total, where in totals.items():
            if total is not None and where != FALSE:
                spread.setdefault(scale.resolve([total]), []).append(where)
        return {value: algebra.any_of(several) for value, several in spread.items()}
