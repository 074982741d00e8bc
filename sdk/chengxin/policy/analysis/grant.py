"""What the rules of a policy give, as tokens that follow from formulas, and what tokens come to.

It says of whole classes of subjects what ``Policy.evaluate`` says of one: which tier, measures, settings and reviews.
The two are held together by tests that compare them on subjects of every case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from chengxin.policy.analysis.exploration import Mask, tokens_at
from chengxin.policy.analysis.formula import FALSE, Formula
from chengxin.policy.analysis.space import Space, Values, terms_over
from chengxin.policy.document import CatalogueEntry, PolicyDocument, Rule
from chengxin.policy.engine import Policy
from chengxin.policy.measure import Direction
from chengxin.policy.rule import PRECEDENCES
from chengxin.policy.setting import Value
from chengxin.policy.upshot import Upshot, sorted_settings


@dataclass(frozen=True, slots=True)
class Tiered:
    """A tier is given, by its rank among the tiers."""

    precedence: int
    rank: int


@dataclass(frozen=True, slots=True)
class Given:
    """A measure applies by itself."""

    code: str
    precedence: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A measure is put before a human."""

    code: str
    precedence: int


@dataclass(frozen=True, slots=True)
class Waived:
    """A measure is waived."""

    code: str
    precedence: int


@dataclass(frozen=True, slots=True)
class Fact:
    """Something about the subject that decides what the rest comes to."""

    name: str


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule has fired; it comes to nothing by itself."""

    rule_id: str


KNOWN: Final = Fact("known")
PERSON: Final = Fact("person")

Token: TypeAlias = Tiered | Given | Asked | Waived | Fact | Fired


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One token, and where it is given.

    Attributes:
        rule_id: the rule that gives it; empty where none does.
        formula: the cases in which it is given.
        token: what is given.
    """

    rule_id: str
    formula: Formula
    token: Token


def grants_of(document: PolicyDocument, space: Space) -> Iterator[Grant]:
    """Yield everything that a policy gives on the day of a space.

    Args:
        document: a checked document, in force on that day.
        space: holds what the document tells apart.
    """
    known, person = space.is_known(), space.is_person()
    yield Grant(rule_id="", formula=known, token=KNOWN)
    yield Grant(rule_id="", formula=person, token=PERSON)
    for rule in document.rules:
        if rule.until is None or space.on <= rule.until:
            fires = space.algebra.all_of([known, space.formula(rule.when, document)])
            yield from _of_rule(rule, document, space, fires)


def _of_rule(rule: Rule, document: PolicyDocument, space: Space, fires: Formula) -> Iterator[Grant]:
    algebra, person = space.algebra, space.is_person()
    others = algebra.all_of([fires, algebra.negate(person)])
    persons = algebra.all_of([fires, person])
    level = PRECEDENCES.index(rule.precedence)

    def grant(formula: Formula, token: Token) -> Grant:
        return Grant(rule_id=rule.id, formula=formula, token=token)

    if rule.tier is not None:
        rank = [tier.id for tier in document.tiers].index(rule.tier)
        yield grant(others, Tiered(level, rank))
    for code in rule.waives:
        yield grant(fires, Waived(code, level))
    over = terms_over(document, rule, space.on)
    for code in rule.measures:
        entry = document.catalogue[code]
        holds = fires
        if entry.direction is Direction.RESTRICT and entry.longest_days in over:
            holds = algebra.all_of([fires, space.young(rule.when, document, entry.longest_days)])
        for formula, is_person in ((others, False), (persons, True)):
            asked = entry.human_decides or (is_person and _is_barred(entry, document))
            token = Asked(code, level) if asked else Given(code, level)
            yield grant(algebra.all_of([formula, holds]), token)


def _is_barred(entry: CatalogueEntry, document: PolicyDocument) -> bool:
    """Tell whether a measure is never automatic for natural persons (invariant I8)."""
    return entry.direction is Direction.RESTRICT or not document.persons.relief


class Tokens:
    """The tokens of one policy, numbered from ``offset`` on.

    Args:
        policy: the policy.
        grants: what it gives.
        offset: the number of its first token.
    """

    def __init__(self, policy: Policy, grants: Iterable[Grant], *, offset: int = 0) -> None:
        self.policy = policy
        self.grants = [grant for grant in grants if grant.formula != FALSE]
        self.tokens: list[Token] = list(dict.fromkeys(grant.token for grant in self.grants))
        self._bit = {token: 1 << (offset + number) for number, token in enumerate(self.tokens)}
        self.offset = offset
        self.end = offset + len(self.tokens)
        self._idle = [
            (self._bit[one], sum(bit for other, bit in self._bit.items() if _makes_idle(one, other)))
            for one in self.tokens
        ]
        self._idle = [(bit, idle) for bit, idle in self._idle if idle]

    def masks(self) -> Iterator[tuple[Formula, Mask]]:
        """Yield what follows from what."""
        for grant in self.grants:
            yield grant.formula, self._bit[grant.token]

    def absorb(self, mask: Mask) -> Mask:
        """Return a mask without the tokens that others in it make idle, whatever else is given."""
        for bit, idle in self._idle:
            if mask & bit:
                mask &= ~idle
        return mask

    def held(self, mask: Mask) -> list[Token]:
        """Return the tokens of a mask."""
        return [token for token in self.tokens if mask & self._bit[token]]

    def upshot(self, mask: Mask) -> Upshot:
        """Return what the tokens of a mask come to."""
        return _upshot(self.held(mask), self.policy)


def upshot_at(space: Space, tokens: Tokens, values: Values) -> Upshot:
    """Return what tokens come to in one case."""
    return tokens.upshot(tokens_at(space.algebra, tokens.masks(), values, absorb=tokens.absorb))


def _makes_idle(one: Token, other: Token) -> bool:
    """Tell whether a token that is given leaves another without effect."""
    if isinstance(one, Tiered) and isinstance(other, Tiered):
        return (one.precedence, one.rank) > (other.precedence, other.rank)
    if isinstance(one, Waived) and isinstance(other, Given | Asked | Waived) and one.code == other.code:
        is_same_kind = isinstance(other, Waived)
        return other.precedence < one.precedence + (not is_same_kind)
    if isinstance(one, Given) and isinstance(other, Given):
        return one.code == other.code and one.precedence > other.precedence
    return False


def _upshot(held: Iterable[Token], policy: Policy) -> Upshot:
    held = set(held)
    document = policy.document
    waived: dict[str, int] = {}
    for token in held:
        if isinstance(token, Waived):
            waived[token.code] = max(token.precedence, waived.get(token.code, 0))
    levels: dict[str, int] = {}
    reviews: set[str] = set()
    for token in held:
        if isinstance(token, Given | Asked) and waived.get(token.code, -1) < token.precedence:
            if isinstance(token, Asked):
                reviews.add(token.code)
            else:
                levels[token.code] = max(token.precedence, levels.get(token.code, 0))
    codes = _prevailing(levels, document)
    entries = [document.catalogue[code] for code in codes]
    tiers = [token for token in held if isinstance(token, Tiered)]
    return Upshot(
        is_known=KNOWN in held,
        tier=None if PERSON in held or KNOWN not in held else _tier(tiers, document),
        restrictions=frozenset(c for c in codes if _restricts(document, c)),
        reliefs=frozenset(c for c in codes if not _restricts(document, c)),
        refused=frozenset(entry.action for entry in entries if entry.action is not None),
        settings=_settings(entries, policy),
        reviews=frozenset(reviews),
    )


def _restricts(document: PolicyDocument, code: str) -> bool:
    return document.catalogue[code].direction is Direction.RESTRICT


def _prevailing(levels: dict[str, int], document: PolicyDocument) -> list[str]:
    """Return the measures that are left where those of a higher precedence change the same setting."""
    setting = {
        code: change.name for code in levels if (change := document.catalogue[code].setting) is not None
    }
    highest: dict[str, int] = {}
    for code, name in setting.items():
        highest[name] = max(levels[code], highest.get(name, 0))
    return [code for code in levels if code not in setting or levels[code] == highest[setting[code]]]


def _tier(tiers: Iterable[Tiered], document: PolicyDocument) -> str:
    ranks = max(((token.precedence, token.rank) for token in tiers), default=None)
    if ranks is None:
        return next(tier.id for tier in document.tiers if tier.default)
    return document.tiers[ranks[1]].id


def _settings(entries: Iterable[CatalogueEntry], policy: Policy) -> tuple[tuple[str, Value], ...]:
    given: dict[str, list[Value]] = {}
    for entry in entries:
        if entry.setting is not None:
            given.setdefault(entry.setting.name, []).append(entry.setting.value)
    values = {name: policy.scales[name].resolve(several) for name, several in given.items()}
    return sorted_settings({**policy.defaults, **values})
