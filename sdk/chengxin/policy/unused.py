"""What a document declares and never uses."""

from __future__ import annotations

from collections.abc import Iterator

from chengxin.errors import Finding
from chengxin.policy.condition import walk
from chengxin.policy.document import PolicyDocument, Precedence
from chengxin.policy.messages import found
from chengxin.policy.treatment import UnknownMode


def check_unused(document: PolicyDocument) -> Iterator[Finding]:
    """Yield what is declared and never used, in document order.

    An action that no measure refuses may be meant, for what it does while the standing is unknown: it is named only
    where it does there what every action does by default. A policy without measures only observes: nothing is asked
    of its actions and settings.
    """
    catalogue = document.catalogue.values()
    conditions = [inner for rule in document.rules for inner, _ in walk(rule.when, "")]
    used: dict[str, set[str | None]] = {
        "fact": {inner.fact.name for inner in conditions if inner.fact},
        "action": {entry.action for entry in catalogue},
        "setting": {entry.setting.name for entry in catalogue if entry.setting},
        "tier": {rule.tier for rule in document.rules},
        "measure": {code for rule in document.rules for code in rule.measures},
    }
    declared = [
        *(("fact", name, f"facts.{name}") for name in document.facts),
        *(
            ("action", name, f"actions.{name}")
            for name, action in document.actions.items()
            if catalogue and action.unknown is UnknownMode.HOLD
        ),
        *(("setting", name, f"settings.{name}") for name in document.settings if catalogue),
        *(("tier", tier.id, f"tiers[{i}]") for i, tier in enumerate(document.tiers) if not tier.default),
        *(("measure", code, f"catalogue.{code}") for code in document.catalogue),
    ]
    for kind, name, path in declared:
        if name not in used[kind]:
            yield found(f"{kind}.unused", path, name=name)
    yield from _idle_waivers(document)


def _idle_waivers(document: PolicyDocument) -> Iterator[Finding]:
    """Yield waivers of measures that no rule gives which the waiver outranks."""
    order = list(Precedence)
    for index, rule in enumerate(document.rules):
        level = order.index(rule.precedence)
        for position, code in enumerate(rule.waives):
            given = any(code in r.measures and order.index(r.precedence) <= level for r in document.rules)
            if not given:
                yield found("rule.idle_waiver", f"rules[{index}].waives[{position}]", measure=code)
