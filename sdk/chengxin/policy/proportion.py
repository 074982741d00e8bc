"""过惩相当: whether what a rule gives is in proportion to the records it fires on (令116 art. 29, 令117 art. 12).

The weight of a measure is what its catalogue entry says, or follows from what it does. What a rule's records
deserve is the severity of the gravest record in the mildest case in which the rule fires: whoever is in that case
gets the same measure as everyone else. A record without a class of its own counts as the source's words suggest:
a listing as a seriously dishonest subject is serious, other listings and grades are general, and a penalty that
the source does not class is minor.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chengxin.errors import Finding, Wording
from chengxin.policy.condition import Condition, RecordCondition, walk
from chengxin.policy.document import CatalogueEntry, PolicyDocument, Rule
from chengxin.policy.measure import Category, Direction
from chengxin.policy.messages import found
from chengxin.policy.signature import SeverityMatch
from chengxin.records import ADVERSE_KINDS, RecordKind, RuleTable, Severity, Standing, add_months

_NOTHING: Final = 0
_RANK: Final = {Severity.MINOR: 1, Severity.GENERAL: 2, Severity.SERIOUS: 3}
_WORDS: Final = {
    1: Wording(zh="轻微", en="minor"),
    2: Wording(zh="一般", en="general"),
    3: Wording(zh="严重", en="serious"),
}
_OF_KIND: Final = {
    RecordKind.ABNORMAL_LISTING: Severity.GENERAL,
    RecordKind.JUDGMENT_DEFAULT: Severity.GENERAL,
    RecordKind.SERIOUS_LISTING: Severity.SERIOUS,
    RecordKind.EVALUATION: Severity.GENERAL,
}
"""Kinds that the source does not class by severity."""


def check_proportion(document: PolicyDocument) -> Iterator[Finding]:
    """Yield the restrictions that weigh more than the mildest case in which a rule gives them."""
    for index, rule in enumerate(document.rules):
        deserved = least_gravity(rule.when)
        if deserved == _NOTHING:
            continue
        for position, code in enumerate(rule.measures):
            weight = weight_of(document.catalogue[code])
            if weight > deserved:
                yield found(
                    "rule.disproportionate",
                    f"rules[{index}].measures[{position}]",
                    measure=code,
                    weight=_WORDS[weight],
                    deserved=_WORDS[deserved],
                )


def weight_of(entry: CatalogueEntry) -> int:
    """Return the weight of a measure: 0 of a relief, else 1 to 3 as the severities."""
    if entry.direction is Direction.RELIEVE:
        return _NOTHING
    if entry.gravity is not None:
        return _RANK[entry.gravity]
    if entry.category is Category.ACCOUNT:
        return _RANK[Severity.SERIOUS]
    return _RANK[Severity.MINOR if entry.action is None else Severity.GENERAL]


def least_gravity(condition: Condition) -> int:
    """Return how grave the gravest record is in the mildest case in which a condition holds; 0 without any."""
    if condition.record is not None:
        return min(_ranks(condition.record), default=_NOTHING)
    if condition.evaluation is not None:
        return _RANK[_OF_KIND[RecordKind.EVALUATION]]
    if condition.standing is not None:
        return _RANK[Severity.MINOR] if condition.standing == Standing.ADVERSE else _NOTHING
    if condition.needed == 0:
        return _NOTHING
    return sorted(least_gravity(child) for child in condition.children)[condition.needed - 1]


def _ranks(record: RecordCondition) -> Iterator[int]:
    for kind in record.kind:
        if kind in _OF_KIND:
            yield _RANK[_OF_KIND[kind]]
        elif kind is not RecordKind.PENALTY:
            yield _NOTHING
        else:
            for severity in record.severity or (SeverityMatch.ABSENT,):
                classed = severity is not SeverityMatch.ABSENT
                yield _RANK[Severity(severity.value) if classed else Severity.MINOR]


# ---- how long ----


def check_terms(document: PolicyDocument, table: RuleTable) -> Iterator[Finding]:
    """Yield the restrictions that may last longer than anything they rest on is disclosed, by the rules of law."""
    giving: dict[str, list[Rule]] = {}
    for rule in document.rules:
        for code in rule.measures:
            giving.setdefault(code, []).append(rule)
    for code, entry in document.catalogue.items():
        if entry.direction is not Direction.RESTRICT or entry.longest_days is None:
            continue
        ends = [_longest_days(rule, document, table) for rule in giving.get(code, [])]
        bounds = [end for end in ends if end is not None]
        if bounds and len(bounds) == len(ends) and entry.longest_days > max(bounds):
            yield found(
                "measure.past_disclosure",
                f"catalogue.{code}.longest_days",
                days=entry.longest_days,
                longest=max(bounds),
            )


def _longest_days(rule: Rule, document: PolicyDocument, table: RuleTable) -> int | None:
    """Return for how many days at most the records are disclosed that a rule rests on; None where that is open."""
    start = document.effective_from
    longest = 0
    for condition, _ in positive(rule.when, ""):
        if condition.evaluation is not None or condition.standing == Standing.ADVERSE:
            return None
        for kind, severity in () if condition.record is None else _classes(condition.record):
            months = table.longest_months(kind, severity, start)
            if months is None:
                return None
            longest = max(longest, (add_months(start, months) - start).days)
    return longest or None


def _classes(record: RecordCondition) -> Iterator[tuple[RecordKind, Severity | None]]:
    """Yield the kinds and severities of the records that may be grounds of a restriction."""
    named = record.severity
    for kind in record.kind:
        if kind in ADVERSE_KINDS or kind is RecordKind.EVALUATION:
            for severity in named or (*Severity, SeverityMatch.ABSENT):
                yield kind, None if severity is SeverityMatch.ABSENT else Severity(severity.value)


def positive(condition: Condition, path: str) -> Iterator[tuple[Condition, str]]:
    """Yield a condition and those inside it that have to hold for it, none of them negated, each with its path."""
    return ((inner, where) for inner, where in walk(condition, path) if ".none[" not in where[len(path) :])
