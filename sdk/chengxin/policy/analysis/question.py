"""What is asked of a policy as a whole: rules that never fire or change nothing, contradictions and gaps.

Each answer rests on every case there is and comes with an example. What cannot be looked at whole is not answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from typing import TypeVar

from chengxin.policy.analysis.effect import Effects
from chengxin.policy.analysis.formula import FALSE, Algebra, Formula
from chengxin.policy.analysis.grant import Asked, Fact, Fired, Given, Tiered, Token, Waived
from chengxin.policy.analysis.inquiry import Inquiry
from chengxin.policy.analysis.record_class import usual_adverse
from chengxin.policy.analysis.space import Example
from chengxin.policy.document import PolicyDocument, Rule
from chengxin.policy.measure import Direction
from chengxin.records import Record, RecordKind, Severity

_K = TypeVar("_K")


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """A rule that fires and changes nothing: whatever it gives, others give as well wherever it fires."""

    rule: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A subject that is eased and limited in one thing, or graded both above and below the usual.

    Attributes:
        what: the setting, or ``tier``.
        milder: the measures, or rules, of the one side.
        stricter: those of the other.
        example: a smallest subject that has both.
    """

    what: str
    milder: tuple[str, ...]
    stricter: tuple[str, ...]
    example: Example


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Adverse records of which no rule says anything, where a subject has nothing else.

    Attributes:
        record: such a record.
        is_partial: whether rules speak of other records of its kind and severity.
    """

    record: Record
    is_partial: bool


def unreachable(inquiry: Inquiry) -> list[str]:
    """Return the rules that fire for nobody."""
    return [rule.id for rule in inquiry.rules if not inquiry.is_met(inquiry.fires(rule))]


def alike(inquiry: Inquiry) -> list[tuple[str, str]]:
    """Return the pairs of rules that fire for exactly the same subjects, and for some."""
    algebra, found = inquiry.space.algebra, []
    for one, other in combinations(inquiry.rules, 2):
        here, there = inquiry.fires(one), inquiry.fires(other)
        if FALSE in (here, there) or algebra.support(here) != algebra.support(there):
            continue
        if not inquiry.is_met(algebra.differ(here, there)) and inquiry.is_met(here):
            found.append((one.id, other.id))
    return found


def idle(inquiry: Inquiry) -> list[Idle]:
    """Return the rules that fire and change nothing, each with those that give what it gives."""
    return [one for rule in inquiry.rules if (one := _idle(inquiry, rule)) is not None]


def contradictions(inquiry: Inquiry) -> list[Contradiction]:
    """Return who is eased and limited in one thing, each thing and its measures once."""
    return [*_setting_conflicts(inquiry), *_tier_conflicts(inquiry)]


def gaps(inquiry: Inquiry) -> list[Gap]:
    """Return the undisputed adverse records of which no rule says anything, by kind and severity."""
    told: set[tuple[RecordKind, Severity | None]] = set()
    untold: dict[tuple[RecordKind, Severity | None], Record] = {}
    fires = [inquiry.fires(rule) for rule in inquiry.rules]
    for record, matched in usual_adverse(inquiry.space.predicates(), inquiry.space.on):
        of = record.kind, record.severity
        alone = inquiry.with_only(matched)
        if any(inquiry.holds_in(formula, alone) for formula in fires):
            told.add(of)
        else:
            untold.setdefault(of, record)
    return [Gap(record=record, is_partial=of in told) for of, record in untold.items()]


def _idle(inquiry: Inquiry, rule: Rule) -> Idle | None:
    """Compare the policy with and without a rule, as far as what the rule gives is concerned."""
    own = {grant.token for grant in inquiry.grants if grant.rule_id == rule.id and grant.formula != FALSE}
    if not own:
        return None
    near = [grant for grant in inquiry.grants if _concerns(grant.token, own, inquiry.document)]
    others = [grant for grant in near if grant.rule_id != rule.id]
    whole, without = inquiry.effects(near), inquiry.effects(others)
    if inquiry.is_met(_difference(whole, without, inquiry.space.algebra)):
        return None
    giving = [grant.rule_id for grant in others if grant.token in own]
    return Idle(rule=rule.id, others=tuple(dict.fromkeys(giving)))


def _difference(one: Effects, other: Effects, algebra: Algebra) -> Formula:
    """Return where two differ in the tier, in a measure that applies or in one that is put before a human."""
    apart = [
        *_apart(dict(one.tiers()), dict(other.tiers()), algebra),
        *_apart(one.measures, other.measures, algebra),
        *_apart(one.reviews, other.reviews, algebra),
    ]
    return algebra.any_of(apart)


def _apart(one: Mapping[_K, Formula], other: Mapping[_K, Formula], algebra: Algebra) -> Iterator[Formula]:
    for name in one.keys() | other.keys():
        yield algebra.differ(one.get(name, FALSE), other.get(name, FALSE))


def _concerns(token: Token, own: set[Token], document: PolicyDocument) -> bool:
    """Tell whether a token bears on what these come to: the tier, the same measure, the same setting."""
    if isinstance(token, Fact | Fired):
        return isinstance(token, Fact)
    if isinstance(token, Tiered):
        return any(isinstance(one, Tiered) for one in own)
    codes = {one.code for one in own if isinstance(one, Given | Asked | Waived)}
    settings = {change.name for code in codes if (change := document.catalogue[code].setting) is not None}
    change = document.catalogue[token.code].setting
    return token.code in codes or (change is not None and change.name in settings)


def _setting_conflicts(inquiry: Inquiry) -> list[Contradiction]:
    """Return the sets of measures that ease and limit one setting at once, the smallest examples first."""
    algebra, effects = inquiry.space.algebra, inquiry.effects(inquiry.grants)
    found: list[tuple[int, Contradiction]] = []
    for name in sorted(inquiry.document.settings):
        sides: dict[Direction, list[str]] = {direction: [] for direction in Direction}
        for code in effects.measures:
            entry = inquiry.document.catalogue[code]
            if entry.setting is not None and entry.setting.name == name:
                sides[entry.direction].append(code)
        milder, stricter = sides[Direction.RELIEVE], sides[Direction.RESTRICT]
        both = algebra.all_of(
            algebra.any_of(effects.measures[code] for code in side) for side in (milder, stricter)
        )
        if both == FALSE:
            continue
        codes = [*milder, *stricter]
        for one in inquiry.classes([algebra.all_of([both, effects.measures[code]]) for code in codes]):
            held = {code for number, code in enumerate(codes) if one.held >> number & 1}
            if held:
                conflict = Contradiction(
                    what=name,
                    milder=tuple(code for code in milder if code in held),
                    stricter=tuple(code for code in stricter if code in held),
                    example=inquiry.space.example(one.values),
                )
                found.append((one.cost, conflict))
    return [conflict for _, conflict in sorted(found, key=lambda pair: pair[0])]


def _tier_conflicts(inquiry: Inquiry) -> Iterator[Contradiction]:
    """Yield the pairs of rules of one precedence that grade a subject above and below the default at once."""
    ids = [tier.id for tier in inquiry.document.tiers]
    default = next(rank for rank, tier in enumerate(inquiry.document.tiers) if tier.default)
    graded = [(ids.index(rule.tier), rule) for rule in inquiry.rules if rule.tier is not None]
    above = [rule for rank, rule in graded if rank < default]
    below = [rule for rank, rule in graded if rank > default]
    algebra, space = inquiry.space.algebra, inquiry.space
    for high, low in product(above, below):
        if high.precedence is low.precedence:
            both = algebra.all_of(
                [inquiry.fires(high), inquiry.fires(low), algebra.negate(space.is_person())]
            )
            example = inquiry.example_of(both)
            if example is not None:
                yield Contradiction(what="tier", milder=(high.id,), stricter=(low.id,), example=example)
