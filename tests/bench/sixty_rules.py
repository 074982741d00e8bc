"""A policy of sixty rules, as a trust team has it once each kind of record, role and merchant has its own.

Several rules are about one record: the penalty itself by severity and age, then who decided it, where it is sold,
how new the merchant is. Each rule looks at one record at a time and at circumstances, which is what a decision table
that loops over records, and an authorisation engine that is asked about one record after the other, can say too.
Tiers, measures, actions and settings are those of the ten rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from chengxin.policy import FactValue, Policy, parse_policy
from chengxin.records import RecordKind, Role, Severity

MARKET, TAX, DRUGS, NETWORK = "示例市场监督管理局", "示例税务局", "示例药品监督管理局", "示例网信办"
AUTHORITIES: Final = {"market": MARKET, "tax": TAX, "drugs": DRUGS, "network": NETWORK}
CATEGORIES: Final = {"market": "food", "tax": None, "drugs": "health", "network": "media"}
TIERS: Final = ("preferred", "standard", "watch", "restricted")
DEFAULT_TIER: Final = "standard"

_BANDS: Final = ((None, 90), (90, 180), (180, 365), (365, None))
_LEVELS: Final = {
    "MINOR": (1, 0, 0, 0),
    "absent": (1, 0, 0, 0),
    "GENERAL": (2, 2, 1, 1),
    "SERIOUS": (4, 4, 3, 2),
}
_MEASURES: Final = (
    ("credit-reminder",),
    ("inspection-raised",),
    ("inspection-raised", "promotion-suspended"),
    ("inspection-intensified", "promotion-suspended", "deposit-raised"),
    ("inspection-intensified", "promotion-suspended", "deposit-raised", "listing-suspended"),
)
_TIER_OF_LEVEL: Final = (None, None, "watch", "watch", "restricted")


class Compare(NamedTuple):
    """A comparison of a platform fact; ``how`` is ``equals``, ``at_least`` or ``less_than``."""

    fact: str
    how: str
    value: FactValue


class Line(NamedTuple):
    """A rule: what a record and the circumstances are to be, and what it gives; None is anything.

    ``age`` is from so many days to less than so many; ``severity`` as a condition names it.
    """

    id: str
    kind: RecordKind
    measures: tuple[str, ...]
    tier: str | None = None
    severity: str | None = None
    age: tuple[int | None, int | None] = (None, None)
    authority: str | None = None
    fact: Compare | None = None
    role: Role | None = None
    is_relief: bool = False


_NEW: Final = Compare("registered_days", "less_than", 180)
_UNSECURED: Final = Compare("deposit_paid", "equals", value=False)


def lines() -> tuple[Line, ...]:
    """Return the sixty rules."""
    return (*_penalties(), *_listings(), *_reliefs())


def sixty_rules() -> Policy:
    """Return them as a policy."""
    document: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("ten_rules.yaml").read_text(encoding="utf-8")
    )
    document |= {
        "name": "sixty-rules",
        "title": {"zh": "六十条规则", "en": "Sixty rules"},
        "facts": {
            "registered_days": {"type": "integer", "title": {"zh": "入驻天数", "en": "Days on the platform"}},
            "deposit_paid": {"type": "boolean", "title": {"zh": "已缴保证金", "en": "Deposit paid"}},
            "category": {"type": "text", "title": {"zh": "主营类目", "en": "Main category"}},
        },
        "rules": [_rule(line) for line in lines()],
    }
    return parse_policy(yaml.safe_dump(document, allow_unicode=True), name="sixty-rules")


def _at_level(line_id: str, kind: RecordKind, level: int, **narrowed: Any) -> Line:
    return Line(line_id, kind, _MEASURES[level], _TIER_OF_LEVEL[level], **narrowed)


def _penalties() -> Iterator[Line]:
    kind = RecordKind.PENALTY
    for severity, levels in _LEVELS.items():
        for age, level in zip(_BANDS, levels, strict=True):
            name = f"{severity.lower()}-penalty-from-{age[0] or 0}"
            yield _at_level(name, kind, level, severity=severity, age=age)
    for name, authority in AUTHORITIES.items():
        category = CATEGORIES[name]
        fact = Compare("category", "equals", category) if category else None
        for severity, level in (("GENERAL", 3), ("SERIOUS", 4)):
            yield _at_level(
                f"{severity.lower()}-penalty-by-{name}",
                kind,
                level,
                severity=severity,
                authority=authority,
                fact=fact,
            )
    room = Role.ROOM_OPERATOR
    for severity, recent, older in (("MINOR", 1, 0), ("GENERAL", 2, 1)):
        for age, level in (((None, 180), recent), ((180, None), older)):
            name = f"{severity.lower()}-penalty-of-room-from-{age[0] or 0}"
            yield _at_level(name, kind, level, severity=severity, age=age, role=room)
    for age in ((None, 180), (180, None)):
        name, measures = f"serious-penalty-of-room-from-{age[0] or 0}", ("livestream-suspended",)
        yield Line(name, kind, measures, "restricted", severity="SERIOUS", age=age, role=room)
    for severity in Severity:
        name = f"{severity.lower()}-penalty-of-newcomer"
        yield Line(name, kind, ("deposit-raised",), severity=severity.value, fact=_NEW)


def _listings() -> Iterator[Line]:
    serious, abnormal, default = (
        RecordKind.SERIOUS_LISTING,
        RecordKind.ABNORMAL_LISTING,
        RecordKind.JUDGMENT_DEFAULT,
    )
    yield _at_level("listed", serious, 4)
    for name, authority in AUTHORITIES.items():
        yield _at_level(f"listed-by-{name}", serious, 4, authority=authority)
    for kind, name, level in ((abnormal, "abnormal", (2, 1, 1)), (default, "in-default", (4, 3, 3))):
        for age, at_level in zip(((None, 90), (90, 365), (365, None)), level, strict=True):
            yield _at_level(f"{name}-from-{age[0] or 0}", kind, at_level, age=age)
    for kind, name in ((serious, "listed"), (abnormal, "abnormal"), (default, "in-default")):
        measures = ("promotion-suspended" if kind is abnormal else "livestream-suspended",)
        yield Line(f"{name}-room", kind, measures, role=Role.ROOM_OPERATOR)
    for kind, name in ((serious, "listed"), (abnormal, "abnormal")):
        yield Line(f"{name}-newcomer", kind, ("deposit-raised",), fact=_NEW)
    for kind, name in ((serious, "listed"), (default, "in-default")):
        yield Line(f"{name}-unsecured", kind, ("deposit-raised",), fact=_UNSECURED)


def _reliefs() -> Iterator[Line]:
    commended, committed, licensed = RecordKind.COMMENDATION, RecordKind.COMMITMENT, RecordKind.LICENCE
    faster, lower = ("faster-settlement",), ("deposit-relief",)
    established, settled = (
        Compare("registered_days", "at_least", 365),
        Compare("registered_days", "at_least", 730),
    )
    for name in ("market", "tax", "network"):
        authority = AUTHORITIES[name]
        yield Line(f"commended-by-{name}", commended, lower, "preferred", authority=authority, is_relief=True)
    yield Line("commended-established", commended, faster, fact=established, is_relief=True)
    secured = Compare("deposit_paid", "equals", value=True)
    yield Line("commended-secured", commended, lower, fact=secured, is_relief=True)
    yield Line("committed", committed, faster, is_relief=True)
    yield Line("committed-established", committed, lower, fact=established, is_relief=True)
    yield Line("licensed-settled", licensed, faster, fact=settled, is_relief=True)
    media = Compare("category", "equals", "media")
    yield Line("licensed-media", licensed, lower, fact=media, is_relief=True)


def _rule(line: Line) -> dict[str, Any]:
    low, high = line.age
    age = {name: bound for name, bound in (("at_least", low), ("less_than", high)) if bound is not None}
    wanted = {
        "kind": line.kind.value,
        "disputed": False,
        "severity": line.severity,
        "authority": line.authority,
        "age_days": age or None,
    }
    parts: list[dict[str, Any]] = [{"standing": "NO_ADVERSE_RECORD"}] if line.is_relief else []
    parts.append({"record": {name: value for name, value in wanted.items() if value is not None}})
    if line.fact is not None:
        parts.append({"fact": {"name": line.fact.fact, line.fact.how: line.fact.value}})
    if line.role is not None:
        parts.append({"role": line.role.value})
    return {
        "id": line.id,
        "when": parts[0] if len(parts) == 1 else {"all": parts},
        "measures": list(line.measures),
        "reason": {"zh": f"符合规则 {line.id}。", "en": f"The rule {line.id} applies."},
    } | ({"tier": line.tier} if line.tier else {})
