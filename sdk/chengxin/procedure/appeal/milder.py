"""The measure that takes the place of another where an appeal is granted in part."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chengxin.errors import AppealRefused
from chengxin.policy import Direction, Measure, Policy, SettingEffect
from chengxin.policy.rule import effect_of
from chengxin.procedure.appeal.fault import Fault, refusal


def milder_measure(
    measure: Measure, code: str, policy: Policy, *, by: str, at: datetime, ends_at: datetime | None
) -> Measure:
    """Return a measure of the catalogue on the grounds of another one, in its place.

    That it is milder is for the reviewer to see. What can be seen without judgement is refused: the same effect
    for as long, or another value of the same setting that is no milder.

    Args:
        measure: the measure that it takes the place of.
        code: its name in the catalogue.
        policy: the policy in force.
        by: the reviewer, who decides it.
        at: when, aware UTC.
        ends_at: when it ends at the latest, aware UTC; with the other measure where None.

    Raises:
        AppealRefused: the catalogue holds no such restriction, or it is no milder, or its end is over.
    """
    entry = policy.document.catalogue.get(code)
    if entry is None or entry.direction is not Direction.RESTRICT or entry.longest_days is None:
        raise _not_milder(f"The policy in force has no restriction {code[:64]!r}")
    effect, before = effect_of(entry), measure.effect
    if (
        isinstance(effect, SettingEffect)
        and isinstance(before, SettingEffect)
        and effect.setting == before.setting
    ):
        scale = policy.scales[effect.setting]
        if scale.strictness(effect.value) >= scale.strictness(before.value):
            raise _not_milder(f"{code} is no milder value of the same setting")
    starts_at = max(at, measure.starts_at)
    ends = (measure.ends_at, at + timedelta(days=entry.longest_days), ends_at or measure.ends_at)
    if effect == before and min(ends) >= measure.ends_at:
        raise _not_milder(f"{code} does the same for as long")
    if min(ends) <= starts_at:
        raise _not_milder(f"{code} would end before it starts")
    return replace(
        measure,
        code=code,
        title=entry.title.text,
        category=entry.category,
        effect=effect,
        policy=policy.ref,
        legal_basis=tuple(reference.basis for reference in entry.legal_basis),
        platform_rule=None if entry.platform_rule is None else entry.platform_rule.rule,
        appeal_url=policy.document.appeal_url,
        starts_at=starts_at,
        ends_at=min(ends),
        decided_by=by,
    )


def _not_milder(what: str) -> AppealRefused:
    return refusal(Fault.NOT_MILDER, f"{what}. Name a milder measure, or an earlier end.")
