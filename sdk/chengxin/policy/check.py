"""Whether a policy document makes sense: every reference resolves, and nothing breaks invariants I3 and I8.

All checks run and all findings are returned, in document order, each with its place and what to do about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from chengxin.errors import Finding, Wording
from chengxin.policy.check_setting import as_written, check_setting, check_settings
from chengxin.policy.condition import (
    Condition,
    FactCondition,
    asks_for_good_standing,
    is_grounded,
    is_only_persons,
    walk,
)
from chengxin.policy.document import (
    CatalogueEntry,
    Combine,
    PolicyDocument,
    Precedence,
    Rule,
    SettingChange,
    SettingDeclaration,
)
from chengxin.policy.facts import PYTHON_TYPE, FactType
from chengxin.policy.measure import Direction
from chengxin.policy.messages import found
from chengxin.policy.setting import Scale
from chengxin.records import RecordKind, RuleTable, shipped_rule_table
from chengxin.suggestion import Suggester, suggestion

_DAYS_A_YEAR: Final = 365
MOST_IN_A_RULE: Final = 200
"""Most conditions of one rule, those that hold others included."""
MOST_IN_A_POLICY: Final = 2_000
"""Most conditions of one policy."""
_STRICTER: Final = {
    Combine.MAX: Wording(zh="越大越严", en="the higher, the stricter"),
    Combine.MIN: Wording(zh="越小越严", en="the lower, the stricter"),
    Combine.STRICTEST: Wording(zh="在 values 中越靠后越严", en="the later in values, the stricter"),
    Combine.SUM: Wording(
        zh="增加为更严，减少为更宽", en="an amount above 0 is stricter, one below is milder"
    ),
}


def check_document(document: PolicyDocument, *, rule_table: RuleTable | None = None) -> tuple[Finding, ...]:
    """Return everything that is wrong with the meaning of a document; empty where it may be used.

    Args:
        document: the document.
        rule_table: says how long records are disclosed at the longest; the shipped one where None.
    """
    suggest = Suggester()
    table = shipped_rule_table() if rule_table is None else rule_table
    findings = [*_period(document), *check_settings(document), *_tiers(document)]
    for code, entry in document.catalogue.items():
        findings.extend(_entry(document, entry, f"catalogue.{code}", suggest))
        findings.extend(_duration(document, entry, f"catalogue.{code}", table))
    findings.extend(_rule_ids(document))
    findings.extend(_sizes(document))
    for index, rule in enumerate(document.rules):
        findings.extend(_references(document, rule, f"rules[{index}]", suggest))
        findings.extend(_lawfulness(document, rule, f"rules[{index}]"))
    return tuple(findings)


def _period(document: PolicyDocument) -> Iterator[Finding]:
    if document.effective_until is not None and document.effective_until < document.effective_from:
        yield found("period.reversed", "effective_until")
    if document.terms_on > document.effective_from:
        yield found("period.terms", "terms_since")


def _tiers(document: PolicyDocument) -> Iterator[Finding]:
    for tier in sorted(_repeated(tier.id for tier in document.tiers)):
        yield found("tier.duplicate", "tiers", tier=tier)
    defaults = sum(tier.default for tier in document.tiers)
    if defaults != 1:
        yield found("tier.default", "tiers", count=defaults)


def _entry(
    document: PolicyDocument, entry: CatalogueEntry, path: str, suggest: Suggester
) -> Iterator[Finding]:
    yield from _effect(document, entry, path, suggest)
    if entry.direction is Direction.RESTRICT:
        yield from _substance(document, entry, path)


def _duration(
    document: PolicyDocument, entry: CatalogueEntry, path: str, table: RuleTable
) -> Iterator[Finding]:
    """No measure lasts longer than the longest disclosure, by the law of the day on which the policy takes effect."""
    months = table.longest_disclosure_months(document.effective_from)
    if entry.longest_days is None or months is None:
        return
    most = months * _DAYS_A_YEAR // 12
    if entry.longest_days > most:
        yield found(
            "measure.too_long",
            f"{path}.longest_days",
            days=entry.longest_days,
            months=months,
            most=most,
        )


def _effect(
    document: PolicyDocument, entry: CatalogueEntry, path: str, suggest: Suggester
) -> Iterator[Finding]:
    action, change = entry.action, entry.setting
    if (action is None) == (change is None):
        yield found("measure.effect", path)
    if action is not None and entry.direction is Direction.RELIEVE:
        yield found("measure.relief_refuses", f"{path}.action")
    if action is not None and action not in document.actions:
        hint = suggest(action, document.actions)
        yield found("measure.unknown_action", f"{path}.action", action=action, hint=hint)
    if change is None:
        return
    declared = document.settings.get(change.name)
    if declared is None:
        hint = suggest(change.name, document.settings)
        yield found("measure.unknown_setting", f"{path}.setting.name", setting=change.name, hint=hint)
    elif not any(check_setting(declared, "")):
        yield from _change(entry.direction, change, declared, f"{path}.setting.value")


def _change(
    direction: Direction, change: SettingChange, declared: SettingDeclaration, path: str
) -> Iterator[Finding]:
    """A measure gives a setting a value that it can have, and moves it to the measure's own side."""
    name, value, default = change.name, as_written(change.value), as_written(declared.default)
    if type(change.value) is not type(declared.default):
        yield found("measure.setting_type", path, setting=name, default=default)
    elif declared.values is not None and change.value not in declared.values:
        hint = suggestion(value, map(as_written, declared.values))
        yield found("measure.setting_value", path, setting=name, value=value, hint=hint)
    else:
        step = Scale.of(declared).step(change.value)
        words = {"setting": name, "value": value, "default": default, "stricter": _STRICTER[declared.combine]}
        if direction is Direction.RELIEVE and step >= 0:
            yield found("measure.relief_restricts", path, **words)
        elif direction is Direction.RESTRICT and step <= 0:
            yield found("measure.restriction_relieves", path, **words)
        elif declared.combine is Combine.SUM:
            yield from _room(direction, change, declared, path)


def _room(
    direction: Direction, change: SettingChange, declared: SettingDeclaration, path: str
) -> Iterator[Finding]:
    """A sum that stands at its bound already is not changed by what is added."""
    scale = Scale.of(declared)
    if direction is Direction.RESTRICT and scale.cap == scale.default:
        yield found("measure.no_room", path, setting=change.name, bound="cap")
    if direction is Direction.RELIEVE and scale.floor == scale.default:
        yield found("measure.no_room", path, setting=change.name, bound="floor")


def _substance(document: PolicyDocument, entry: CatalogueEntry, path: str) -> Iterator[Finding]:
    """Invariant I3: what a restriction needs before it may be given to anyone."""
    if not entry.legal_basis:
        yield found("measure.no_legal_basis", f"{path}.legal_basis")
    if entry.platform_rule is None:
        yield found("measure.no_platform_rule", f"{path}.platform_rule")
    if entry.longest_days is None:
        yield found("measure.no_longest_days", f"{path}.longest_days")
    if document.appeal_url is None:
        yield found("measure.no_appeal_route", f"{path}.direction")


def _rule_ids(document: PolicyDocument) -> Iterator[Finding]:
    repeated = _repeated(rule.id for rule in document.rules)
    for index, rule in enumerate(document.rules):
        if rule.id in repeated:
            yield found("rule.duplicate_id", f"rules[{index}].id", rule=rule.id)


def _sizes(document: PolicyDocument) -> Iterator[Finding]:
    """What one evaluation looks at is bounded, whatever a document says."""
    sizes = [sum(1 for _ in walk(rule.when, "")) for rule in document.rules]
    for index, size in enumerate(sizes):
        if size > MOST_IN_A_RULE:
            yield found("rule.too_many_conditions", f"rules[{index}].when", count=size, most=MOST_IN_A_RULE)
    if sum(sizes) > MOST_IN_A_POLICY:
        yield found("policy.too_many_conditions", "rules", count=sum(sizes), most=MOST_IN_A_POLICY)


def _references(document: PolicyDocument, rule: Rule, path: str, suggest: Suggester) -> Iterator[Finding]:
    tiers = [tier.id for tier in document.tiers]
    if rule.tier is None and not rule.measures and not rule.waives:
        yield found("rule.empty", path)
    if rule.tier is not None and rule.tier not in tiers:
        yield found("rule.unknown_tier", f"{path}.tier", tier=rule.tier, hint=suggest(rule.tier, tiers))
    for code in sorted(_repeated(rule.measures)):
        yield found("rule.duplicate_measure", f"{path}.measures", measure=code)
    for index, code in enumerate(rule.measures):
        if code not in document.catalogue:
            hint = suggest(code, document.catalogue)
            yield found("rule.unknown_measure", f"{path}.measures[{index}]", measure=code, hint=hint)
    yield from _waived(document, rule, path, suggest)
    yield from _precedence(document, rule, path)
    for condition, where in walk(rule.when, f"{path}.when"):
        yield from _condition(document, condition, where, suggest)


def _waived(document: PolicyDocument, rule: Rule, path: str, suggest: Suggester) -> Iterator[Finding]:
    for code in sorted(_repeated(rule.waives)):
        yield found("rule.duplicate_measure", f"{path}.waives", measure=code)
    for index, code in enumerate(rule.waives):
        where = f"{path}.waives[{index}]"
        if code not in document.catalogue:
            hint = suggest(code, document.catalogue)
            yield found("rule.unknown_waived", where, measure=code, hint=hint)
        elif code in rule.measures:
            yield found("rule.gives_and_waives", where, measure=code)


def _precedence(document: PolicyDocument, rule: Rule, path: str) -> Iterator[Finding]:
    """What prevails over the published rules has a law, or a person and an end."""
    if rule.precedence is Precedence.REQUIRED_BY_LAW and not rule.legal_basis:
        yield found("rule.no_law", f"{path}.precedence")
    if rule.precedence is Precedence.TRUST_TEAM:
        if rule.until is None:
            yield found("rule.no_expiry", f"{path}.precedence")
        if rule.decided_by is None:
            yield found("rule.nobody", f"{path}.precedence")
    if rule.until is not None and rule.until < document.effective_from:
        yield found("rule.over", f"{path}.until")


def _condition(
    document: PolicyDocument, condition: Condition, path: str, suggest: Suggester
) -> Iterator[Finding]:
    if condition.record is not None and RecordKind.OTHER in condition.record.kind:
        yield found("condition.unclassed_kind", f"{path}.record.kind")
    if condition.fact is not None:
        yield from _fact(document, condition.fact, f"{path}.fact", suggest)


def _fact(
    document: PolicyDocument, condition: FactCondition, path: str, suggest: Suggester
) -> Iterator[Finding]:
    name, declared = condition.name, document.facts.get(condition.name)
    if declared is None:
        hint = suggest(name, document.facts)
        yield found("condition.unknown_fact", f"{path}.name", fact=name, hint=hint)
    elif condition.equals is None and declared.type is not FactType.INTEGER:
        yield found("condition.fact_type", path, fact=name, type=declared.type.value)
    elif condition.equals is not None and type(condition.equals) is not PYTHON_TYPE[declared.type]:
        yield found("condition.fact_type", f"{path}.equals", fact=name, type=declared.type.value)


def _lawfulness(document: PolicyDocument, rule: Rule, path: str) -> Iterator[Finding]:
    """Invariants I3 and I8: what a rule must rest on, and whom it may be aimed at."""
    only_persons = is_only_persons(rule.when)
    if only_persons and rule.tier is not None:
        yield found("rule.person_tier", f"{path}.tier")
    grounded, needs_good_standing = is_grounded(rule.when), asks_for_good_standing(rule.when)
    for index, code in enumerate(rule.measures):
        entry = document.catalogue.get(code)
        if entry is None or entry.direction is not Direction.RESTRICT:
            continue
        where = f"{path}.measures[{index}]"
        if not grounded:
            yield found("rule.no_ground", where, measure=code)
        if needs_good_standing:
            yield found("rule.good_standing", where, measure=code)
        if only_persons and not entry.human_decides:
            yield found("rule.person_automatic", where, measure=code)


def _repeated(names: Iterable[str]) -> set[str]:
    return {name for name, times in Counter(names).items() if times > 1}
