"""Whether a policy document makes sense: every reference resolves, and nothing breaks invariants I3 and I8.

All checks run and all findings are returned, in document order, each with its place and what to do about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from chengxin.errors import Finding
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
    PolicyDocument,
    Rule,
    SettingChange,
    SettingDeclaration,
)
from chengxin.policy.facts import PYTHON_TYPE, FactType
from chengxin.policy.measure import Direction
from chengxin.policy.setting import Scale
from chengxin.records import RecordKind, RuleTable, shipped_rule_table
from chengxin.suggestion import Suggester

_DAYS_A_YEAR: Final = 365
MOST_IN_A_RULE: Final = 200
"""Most conditions of one rule, those that hold others included."""
MOST_IN_A_POLICY: Final = 2_000
"""Most conditions of one policy."""


def check_document(document: PolicyDocument, *, rule_table: RuleTable | None = None) -> tuple[Finding, ...]:
    """Return everything that is wrong with the meaning of a document; empty where it may be used.

    Args:
        document: the document.
        rule_table: says how long records are disclosed at the longest; the shipped one where None.
    """
    suggest = Suggester()
    findings = [*_period(document), *_tiers(document)]
    table = shipped_rule_table() if rule_table is None else rule_table
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
        yield Finding(
            "period.reversed",
            "effective_until",
            "The policy ends before it takes effect.",
            "Set effective_until to the day of effective_from or a later one.",
        )


def _tiers(document: PolicyDocument) -> Iterator[Finding]:
    for tier_id in _repeated(tier.id for tier in document.tiers):
        yield Finding(
            "tier.duplicate", "tiers", f"The tier {tier_id!r} is listed twice.", "Keep one of them."
        )
    defaults = [tier.id for tier in document.tiers if tier.default]
    if len(defaults) != 1:
        yield Finding(
            "tier.default",
            "tiers",
            f"{len(defaults)} tiers are the default, and exactly one has to be.",
            "Set default: true on the tier of subjects of whom no rule says anything.",
        )


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
        yield Finding(
            "measure.too_long",
            f"{path}.longest_days",
            f"It may last {entry.longest_days} days, longer than any record is disclosed.",
            f"Set longest_days to {most} or less.",
        )


def _effect(
    document: PolicyDocument, entry: CatalogueEntry, path: str, suggest: Suggester
) -> Iterator[Finding]:
    if (entry.action is None) == (entry.setting is None):
        yield Finding(
            "measure.effect",
            path,
            "A measure refuses one action or changes one setting.",
            "Give either action or setting.",
        )
    if entry.action is not None and entry.direction is Direction.RELIEVE:
        yield Finding(
            "measure.relief_refuses",
            f"{path}.action",
            "A relieving measure cannot refuse an action.",
            "Change a setting instead, or make it a RESTRICT measure with all that it needs.",
        )
    if entry.action is not None and entry.action not in document.actions:
        problem = f"No action {entry.action!r} is declared."
        fix = suggest(entry.action, document.actions)
        yield Finding("measure.unknown_action", f"{path}.action", problem, fix)
    if entry.setting is None:
        return
    declared = document.settings.get(entry.setting.name)
    if declared is None:
        problem = f"No setting {entry.setting.name!r} is declared."
        fix = suggest(entry.setting.name, document.settings)
        yield Finding("measure.unknown_setting", f"{path}.setting.name", problem, fix)
    elif type(entry.setting.value) is not type(declared.default):
        yield Finding(
            "measure.setting_type",
            f"{path}.setting.value",
            f"The value is of another type than the default of {entry.setting.name!r}.",
            f"Give a value like the default, {declared.default!r}.",
        )
    else:
        yield from _side(entry.direction, entry.setting, declared, f"{path}.setting.value")


def _side(
    direction: Direction, change: SettingChange, declared: SettingDeclaration, path: str
) -> Iterator[Finding]:
    """A measure moves a setting to its own side: what relieves never asks for more than the default."""
    scale = Scale.of(declared)
    try:
        step = scale.step(change.value)
    except ValueError:
        problem = f"The setting {change.name!r} cannot be {change.value!r}."
        fix = f"Give one of {', '.join(map(str, declared.values or ()))}, or a number."
        yield Finding("measure.setting_value", path, problem, fix)
        return
    is_stricter, is_milder = step > 0, step < 0
    if direction is Direction.RELIEVE and not is_milder:
        yield Finding(
            "measure.relief_restricts",
            path,
            f"The relief sets {change.name!r} to {change.value!r}, no milder than the default.",
            f"Give a value on the milder side of {declared.default!r}; {declared.combine} is the stricter end.",
        )
    if direction is Direction.RESTRICT and not is_stricter:
        yield Finding(
            "measure.restriction_relieves",
            path,
            f"The restriction sets {change.name!r} to {change.value!r}, no stricter than the default.",
            f"Give a value towards {declared.combine} of {declared.default!r}, or make it a RELIEVE measure.",
        )


def _substance(document: PolicyDocument, entry: CatalogueEntry, path: str) -> Iterator[Finding]:
    """Invariant I3: what a restriction needs before it may be given to anyone."""
    if not entry.legal_basis:
        yield Finding(
            "measure.no_legal_basis",
            f"{path}.legal_basis",
            "A restriction rests on no law or policy.",
            "Cite at least one article that a platform may rely on for it.",
        )
    if entry.platform_rule is None:
        yield Finding(
            "measure.no_platform_rule",
            f"{path}.platform_rule",
            "A restriction is not in the platform's published rules.",
            "Name title, clause and url of the published rule that holds it.",
        )
    if entry.longest_days is None:
        yield Finding(
            "measure.no_longest_days",
            f"{path}.longest_days",
            "A restriction has no widest duration.",
            "Set longest_days; the measure ends earlier where its grounds do.",
        )
    if document.appeal_url is None:
        yield Finding(
            "measure.no_appeal_route",
            f"{path}.direction",
            "A restriction leaves the merchant no way to appeal.",
            "Set appeal_url at the top of the document.",
        )


def _rule_ids(document: PolicyDocument) -> Iterator[Finding]:
    repeated = _repeated(rule.id for rule in document.rules)
    for index, rule in enumerate(document.rules):
        if rule.id in repeated:
            problem = f"More than one rule is called {rule.id!r}."
            yield Finding("rule.duplicate_id", f"rules[{index}].id", problem, "Give each rule its own id.")


def _sizes(document: PolicyDocument) -> Iterator[Finding]:
    """What one evaluation looks at is bounded, whatever a document says."""
    sizes = [sum(1 for _ in walk(rule.when, "")) for rule in document.rules]
    for index, size in enumerate(sizes):
        if size > MOST_IN_A_RULE:
            yield Finding(
                "rule.too_many_conditions",
                f"rules[{index}].when",
                f"The rule has {size} conditions; the most is {MOST_IN_A_RULE}.",
                "Split the rule, or list several kinds, values or authorities in one condition.",
            )
    if sum(sizes) > MOST_IN_A_POLICY:
        yield Finding(
            "policy.too_many_conditions",
            "rules",
            f"The rules have {sum(sizes)} conditions; the most is {MOST_IN_A_POLICY}.",
            "Join rules that do the same, or remove those that nobody needs.",
        )


def _references(document: PolicyDocument, rule: Rule, path: str, suggest: Suggester) -> Iterator[Finding]:
    tiers = [tier.id for tier in document.tiers]
    if rule.tier is None and not rule.measures and not rule.waives:
        problem = "The rule gives neither a tier nor a measure."
        yield Finding("rule.empty", path, problem, "Give tier or measures, or remove the rule.")
    if rule.tier is not None and rule.tier not in tiers:
        problem = f"There is no tier {rule.tier!r}."
        yield Finding("rule.unknown_tier", f"{path}.tier", problem, suggest(rule.tier, tiers))
    for code in sorted(_repeated(rule.measures)):
        problem = f"The measure {code!r} is given twice."
        yield Finding("rule.duplicate_measure", f"{path}.measures", problem, "Keep it once.")
    for index, code in enumerate(rule.measures):
        if code not in document.catalogue:
            problem = f"The catalogue holds no measure {code!r}."
            fix = suggest(code, document.catalogue)
            yield Finding("rule.unknown_measure", f"{path}.measures[{index}]", problem, fix)
    for condition, where in walk(rule.when, f"{path}.when"):
        yield from _condition(document, condition, where, suggest)


def _condition(
    document: PolicyDocument, condition: Condition, path: str, suggest: Suggester
) -> Iterator[Finding]:
    if condition.record is not None and RecordKind.OTHER in condition.record.kind:
        yield Finding(
            "condition.unclassed_kind",
            f"{path}.record.kind",
            "Records of kind OTHER are those that this version cannot class.",
            "Name a kind that is known: an unclassed record is neither adverse nor harmless.",
        )
    if condition.fact is not None:
        yield from _fact(document, condition.fact, f"{path}.fact", suggest)


def _fact(
    document: PolicyDocument, condition: FactCondition, path: str, suggest: Suggester
) -> Iterator[Finding]:
    declared = document.facts.get(condition.name)
    if declared is None:
        problem = f"No fact {condition.name!r} is declared."
        fix = suggest(condition.name, document.facts)
        yield Finding("condition.unknown_fact", f"{path}.name", problem, fix)
    elif condition.equals is None and declared.type is not FactType.INTEGER:
        yield Finding(
            "condition.fact_type",
            path,
            f"The fact {condition.name!r} is a {declared.type}, which is not compared by size.",
            "Use equals, or declare the fact as an integer.",
        )
    elif condition.equals is not None and type(condition.equals) is not PYTHON_TYPE[declared.type]:
        yield Finding(
            "condition.fact_type",
            f"{path}.equals",
            f"The fact {condition.name!r} is declared as {declared.type}, so it never equals this.",
            f"Give a value of type {declared.type}.",
        )


def _lawfulness(document: PolicyDocument, rule: Rule, path: str) -> Iterator[Finding]:
    """Invariants I3 and I8: what a rule must rest on, and whom it may be aimed at."""
    only_persons = is_only_persons(rule.when)
    if only_persons and rule.tier is not None:
        yield Finding(
            "rule.person_tier",
            f"{path}.tier",
            "The rule grades natural persons, who get no grade.",
            "Remove the tier; give relief, or measures that a human decides.",
        )
    grounded, needs_good_standing = is_grounded(rule.when), asks_for_good_standing(rule.when)
    for index, code in enumerate(rule.measures):
        entry = document.catalogue.get(code)
        if entry is None or entry.direction is not Direction.RESTRICT:
            continue
        where = f"{path}.measures[{index}]"
        if not grounded:
            yield Finding(
                "rule.no_ground",
                where,
                f"The restriction {code!r} can be given without any adverse record or grade to rest on.",
                "Require one in the condition: beside all others in all, or in each branch of any.",
            )
        if needs_good_standing:
            yield Finding(
                "rule.good_standing",
                where,
                f"The restriction {code!r} can be given because no adverse record is disclosed any more.",
                "Ask for the records themselves, and not for a good standing: the end of a record relieves.",
            )
        if only_persons and not entry.human_decides:
            yield Finding(
                "rule.person_automatic",
                where,
                f"The restriction {code!r} would be automatic for natural persons.",
                "Set human_decides: true on the measure, so that a named human decides.",
            )


def _repeated(names: Iterable[str]) -> set[str]:
    return {name for name, times in Counter(names).items() if times > 1}
