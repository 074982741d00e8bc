"""Rules, compiled: each with its condition as closures and everything of its measures that does not vary."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

from chengxin.policy.condition import Condition, RecordCondition
from chengxin.policy.document import CatalogueEntry, PolicyDocument, Precedence, Rule
from chengxin.policy.measure import (
    ActionEffect,
    Direction,
    Effect,
    Ground,
    Measure,
    PolicyRef,
    SettingEffect,
)
from chengxin.policy.predicate import NEVER, Test, Until, compile_condition
from chengxin.policy.text import Text
from chengxin.records import RecordKind, Standing, SubjectKind, end_of_china_day, start_of_china_day

PRECEDENCES: Final = (Precedence.DISCRETIONARY, Precedence.TRUST_TEAM, Precedence.REQUIRED_BY_LAW)
"""Precedences, each prevailing over those before it."""

_STAND_IN: Final = Ground(record_id="-", version=0, kind=RecordKind.PENALTY, ends_at=None)
"""Stands where a restriction that is about nobody yet has its grounds; none that is given has it."""

Make: TypeAlias = Callable[[SubjectKind, tuple[Ground, ...], datetime, datetime], Measure]


class Given(NamedTuple):
    """A measure that a rule gives by itself: all of it but subject, grounds, start and end.

    ``key`` is its code and the precedence of the rule, ``setting`` the setting that it changes, if one; ``longest``
    is the widest duration in days.
    """

    key: tuple[str, int]
    setting: str | None
    restricts: bool
    longest: int | None
    make: Make


class Asked(NamedTuple):
    """A measure that a rule puts before a human; ``longest`` as in the catalogue, for restrictions alone."""

    code: str
    effect: Effect
    longest: int | None


class Plan(NamedTuple):
    """What a rule does to a kind of subject: tier by rank, measures by themselves, to review, and to waive."""

    rank: int
    given: tuple[Given, ...]
    reviewed: tuple[Asked, ...]
    waived: tuple[str, ...]


class CompiledRule(NamedTuple):
    """A rule that is ready to be evaluated.

    ``for_others`` and ``for_persons`` are None where the rule does nothing to such a subject. ``restricts`` tells
    whether it gives a restriction by itself; ``ends_with_grounds`` is how many of its grounds it needs, where
    nothing but their ends, and the age in days that ``less_than`` bounds, can end it, else 0. ``precedence`` is the
    higher, the more it prevails; ``over_at`` is the first instant at which the rule no longer applies.
    """

    rule_id: str
    reason: Text
    test: Test
    until: Until
    restricts: bool
    ends_with_grounds: int
    less_than: int | None
    precedence: int
    over_at: datetime
    for_others: Plan | None
    for_persons: Plan | None


def compile_rule(rule: Rule, document: PolicyDocument, policy: PolicyRef) -> CompiledRule:
    """Return a rule of a checked document, compiled."""
    test, until = compile_condition(rule.when)
    sole = _sole_record(rule.when)
    ranks = {tier.id: rank for rank, tier in enumerate(document.tiers)}
    for_others = _plan(rule, document, policy, rank=ranks[rule.tier] if rule.tier else -1)
    return CompiledRule(
        rule_id=rule.id,
        reason=rule.reason.text,
        test=test,
        until=until,
        restricts=for_others is not None and any(given.restricts for given in for_others.given),
        ends_with_grounds=0 if sole is None else sole.count.at_least if sole.count else 1,
        less_than=sole.age_days.less_than if sole is not None and sole.age_days else None,
        precedence=PRECEDENCES.index(rule.precedence),
        over_at=NEVER if rule.until is None else end_of_china_day(rule.until),
        for_others=for_others,
        for_persons=_plan(rule, document, policy, rank=None),
    )


def _sole_record(condition: Condition) -> RecordCondition | None:
    """Return the condition on records that alone can end a rule by time, where there is just one and little else.

    Beside it there may be, in ``all``, what time does not change: facts, role, kind of subject, good standing.
    """
    if condition.all is None:
        return condition.record
    changing = [child for child in condition.all if not _is_circumstance(child)]
    return _sole_record(changing[0]) if len(changing) == 1 else None


def _is_circumstance(condition: Condition) -> bool:
    told = (condition.fact, condition.role, condition.subject_kind)
    return condition.standing == Standing.NO_ADVERSE_RECORD or any(part is not None for part in told)


def _plan(rule: Rule, document: PolicyDocument, policy: PolicyRef, *, rank: int | None) -> Plan | None:
    """Return what a rule does; without a rank, to natural persons: no tier, no restriction (I8)."""
    given: list[Given] = []
    reviewed: list[Asked] = []
    for code in rule.measures:
        entry = document.catalogue[code]
        restricts = entry.direction is Direction.RESTRICT
        barred = rank is None and (restricts or not document.persons.relief)
        if barred or entry.human_decides:
            reviewed.append(Asked(code, effect_of(entry), entry.longest_days if restricts else None))
        else:
            make = about_nobody(code, rule, document, policy).about
            setting = entry.setting.name if entry.setting is not None else None
            key = (code, PRECEDENCES.index(rule.precedence))
            given.append(Given(key, setting, restricts, entry.longest_days, make))
    if not (given or reviewed or rule.waives) and (rank is None or rank < 0):
        return None
    return Plan(-1 if rank is None else rank, tuple(given), tuple(reviewed), rule.waives)


def effect_of(entry: CatalogueEntry) -> Effect:
    """Return what a measure of the catalogue does."""
    if entry.setting is not None:
        return SettingEffect(setting=entry.setting.name, value=entry.setting.value)
    return ActionEffect(action=entry.action or "")


def about_nobody(code: str, rule: Rule, document: PolicyDocument, policy: PolicyRef) -> Measure:
    """Return a measure that a rule gives, with everything that does not vary: about no subject yet."""
    entry = document.catalogue[code]
    restricts = entry.direction is Direction.RESTRICT
    return Measure(
        code=code,
        direction=entry.direction,
        title=entry.title.text,
        category=entry.category,
        effect=effect_of(entry),
        subject_kind=SubjectKind.ENTERPRISE,
        rule_id=rule.id,
        policy=policy,
        grounds=(_STAND_IN,) if restricts else (),
        legal_basis=tuple(reference.basis for reference in entry.legal_basis),
        platform_rule=entry.platform_rule.rule if entry.platform_rule else None,
        reason=rule.reason.text,
        starts_at=start_of_china_day(document.effective_from),
        ends_at=NEVER,
        appeal_url=document.appeal_url,
    )
