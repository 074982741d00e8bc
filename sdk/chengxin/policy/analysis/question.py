"""What is asked of a policy as a whole: rules that never fire or change nothing, contradictions and gaps.

Each answer rests on every case there is and comes with an example. What cannot be looked at whole is not answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

from chengxin.policy.analysis.formula import FALSE
from chengxin.policy.analysis.grant import Asked, Fact, Fired, Given, Tiered, Token, Tokens, Waived
from chengxin.policy.analysis.inquiry import Inquiry
from chengxin.policy.analysis.record_class import usual_adverse
from chengxin.policy.analysis.space import Example
from chengxin.policy.document import PolicyDocument, Rule
from chengxin.policy.measure import Direction
from chengxin.policy.outcome import Outcome
from chengxin.records import Record, RecordKind, Severity


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
    return [rule.id for rule in inquiry.rules if inquiry.example_of(inquiry.fires(rule)) is None]


def alike(inquiry: Inquiry) -> list[tuple[str, str]]:
    """Return the pairs of rules that fire for exactly the same subjects, and for some."""
    algebra, found = inquiry.space.algebra, []
    for one, other in combinations(inquiry.rules, 2):
        here, there = inquiry.fires(one), inquiry.fires(other)
        if FALSE in (here, there) or algebra.support(here) != algebra.support(there):
            continue
        apart = algebra.any_of(
            [algebra.all_of([here, algebra.negate(there)]), algebra.all_of([there, algebra.negate(here)])]
        )
        if inquiry.example_of(apart) is None and inquiry.example_of(here) is not None:
            found.append((one.id, other.id))
    return found


def idle(inquiry: Inquiry) -> list[Idle]:
    """Return the rules that fire and change nothing, each with those that give what it gives."""
    return [one for rule in inquiry.rules if (one := _idle(inquiry, rule)) is not None]


def contradictions(inquiry: Inquiry) -> list[Contradiction]:
    """Return who is eased and limited in one thing, each thing and its measures once."""
    found: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Contradiction] = {}
    tokens = Tokens(inquiry.policy, inquiry.grants)
    for case in inquiry.explore(tokens):
        for what, milder, stricter in _conflicts(tokens.outcome(case.tokens), inquiry.document):
            if (what, milder, stricter) not in found:
                example = inquiry.space.example(case.values)
                found[what, milder, stricter] = Contradiction(
                    what=what, milder=milder, stricter=stricter, example=example
                )
    return [*found.values(), *_tier_conflicts(inquiry)]


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
    whole = Tokens(inquiry.policy, near)
    without = Tokens(inquiry.policy, others, offset=whole.end)
    for case in inquiry.explore(whole, without):
        if whole.outcome(case.tokens) != without.outcome(case.tokens):
            return None
    giving = [grant.rule_id for grant in others if grant.token in own]
    return Idle(rule=rule.id, others=tuple(dict.fromkeys(giving)))


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


def _conflicts(
    outcome: Outcome, document: PolicyDocument
) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    sides: dict[str, tuple[list[str], list[str]]] = {}
    for code in sorted(outcome.measures):
        entry = document.catalogue[code]
        if entry.setting is not None:
            side = entry.direction is Direction.RESTRICT
            sides.setdefault(entry.setting.name, ([], []))[side].append(code)
    for name, (milder, stricter) in sides.items():
        if milder and stricter:
            yield name, tuple(milder), tuple(stricter)


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
