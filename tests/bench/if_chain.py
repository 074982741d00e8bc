"""The ten rules written by hand, as one would in a service that has them in its code and no policy at all.

It gives the very ``Treatment`` that the policy gives: the worst tier, each measure once with grounds and end, all
reasons, the settings and the instant at which it may change. Texts and bases come from the document, so that
they stand in one place; everything else is Python, as quick as it can be while it stays readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from chengxin.policy import (
    ActionEffect,
    Category,
    Direction,
    Effect,
    Ground,
    LegalBasis,
    Measure,
    PlatformFacts,
    PlatformRule,
    Policy,
    Reason,
    SettingEffect,
    Text,
    Treatment,
)
from chengxin.records import (
    CHINA,
    CreditStatus,
    DisclosureStatus,
    Record,
    RecordKind,
    Role,
    Severity,
    Standing,
    SubjectKind,
    start_of_china_day,
)

NEVER: Final = datetime.max.replace(tzinfo=UTC)
COMMENDED, COMMITTED, MINOR, UNCLASSED, GENERAL, OLD_GENERAL, SERIOUS, OLD_SERIOUS, LISTED, ABNORMAL = range(
    10
)
RANK: Final = (0, -1, -1, -1, 2, -1, 3, 2, 3, 2)
LESS_THAN: Final = {MINOR: 180, GENERAL: 365, SERIOUS: 365}
DEFAULT_RANK: Final = 1
NONE: Final = -1


class _Template(NamedTuple):
    code: str
    direction: Direction
    title: Text
    category: Category
    effect: Effect
    legal_basis: tuple[LegalBasis, ...]
    platform_rule: PlatformRule | None
    longest: int | None


class _Given(NamedTuple):
    template: _Template
    rule: int
    grounds: tuple[Ground, ...]
    ends_at: datetime


def rule_of(record: Record, today: int, *, is_good: bool) -> int:  # noqa: PLR0911  # it is an if-chain
    """Return the number of the one rule that a record makes fire; ``NONE`` where there is none."""
    if record.status is DisclosureStatus.DISPUTED:
        return NONE
    kind = record.kind
    if kind is RecordKind.PENALTY:
        severity = record.severity
        if severity is None:
            return UNCLASSED if record.severity_text is None else NONE
        age = today - _day(record)
        if severity is Severity.MINOR:
            return MINOR if age < 180 else NONE
        if severity is Severity.GENERAL:
            return GENERAL if age < 365 else OLD_GENERAL
        return SERIOUS if age < 365 else OLD_SERIOUS
    if kind is RecordKind.SERIOUS_LISTING:
        return LISTED
    if kind is RecordKind.ABNORMAL_LISTING:
        return ABNORMAL
    if is_good and kind is RecordKind.COMMENDATION:
        return COMMENDED
    return COMMITTED if is_good and kind is RecordKind.COMMITMENT else NONE


class IfChain:
    """The ten rules, by hand.

    Args:
        policy: the policy whose texts, tiers and measures it gives.
    """

    def __init__(self, policy: Policy) -> None:
        document = policy.document
        self._policy = policy
        self._first_day = document.effective_from.toordinal()
        self._ids = [rule.id for rule in document.rules]
        self._texts = [rule.reason.text for rule in document.rules]
        self._measures = [[_template(document, code) for code in rule.measures] for rule in document.rules]
        self._tiers = [(tier.id, tier.title.text) for tier in document.tiers]

    def name_reasons(self, status: CreditStatus, *, at: datetime) -> tuple[str, list[str]]:
        """Return the tier and the rules that fired, and nothing of what they rest on or give."""
        today, is_good = _today(at), status.standing is Standing.NO_ADVERSE_RECORD
        fired = {rule_of(record, today, is_good=is_good) for record in status.records} - {NONE}
        rank = max([RANK[rule] for rule in fired], default=NONE)
        tier = self._tiers[DEFAULT_RANK if rank == NONE else rank][0]
        return tier, [self._ids[rule] for rule in sorted(fired)]

    def evaluate(self, status: CreditStatus, *, facts: PlatformFacts, role: Role, at: datetime) -> Treatment:
        """Return the whole treatment; ``facts`` are taken as a policy takes them, and no rule asks for any."""
        policy, kind = self._policy, status.subject.kind
        if (
            status.standing is Standing.UNKNOWN
            or not status.shown_at <= at < status.valid_until
            or not policy.starts_at <= at < policy.ends_at
            or kind is SubjectKind.PERSON
            or role is Role.ANCHOR
        ):
            raise NotImplementedError("The bench asks about known merchants under a policy in force.")
        today = _today(at)
        fired = self._fire(status, today)
        reasons, given, rank = [], {}, NONE
        for rule in sorted(fired):
            grounds = _grounds(fired[rule])
            ids = tuple([ground.record_id for ground in grounds])
            reasons.append(Reason(rule_id=self._ids[rule], text=self._texts[rule], record_ids=ids))
            rank = max(rank, RANK[rule])
            self._give(given, rule, grounds, records=fired[rule], at=at)
        valid_until = _valid_until(policy, status, given, today)
        measures = self._make(given, kind, at, valid_until)
        tier, title = self._tiers[DEFAULT_RANK if rank == NONE else rank]
        return Treatment(
            subject=status.subject,
            policy=policy.ref,
            standing=status.standing,
            tier=tier,
            tier_title=title,
            measures=measures,
            settings=_settings(policy, measures),
            reviews=(),
            reasons=tuple(reasons),
            evaluated_at=at,
            valid_until=valid_until,
            unknown_modes=policy.unknown_modes,
        )

    def _fire(self, status: CreditStatus, today: int) -> dict[int, list[Record]]:
        is_good = status.standing is Standing.NO_ADVERSE_RECORD
        fired: dict[int, list[Record]] = {}
        for record in status.records:
            rule = rule_of(record, today, is_good=is_good)
            if rule != NONE:
                fired.setdefault(rule, []).append(record)
        return fired

    def _give(
        self,
        given: dict[str, _Given],
        rule: int,
        grounds: tuple[Ground, ...],
        *,
        records: list[Record],
        at: datetime,
    ) -> None:
        until = min(_end(rule, records), self._policy.ends_at)
        since = max([self._first_day, *[record.period.start_on.toordinal() for record in records]])
        for template in self._measures[rule]:
            if template.direction is Direction.RELIEVE:
                ends = NEVER if template.longest is None else at + timedelta(days=template.longest)
            else:
                ends = until if template.longest is None else min(until, _midnight(since + template.longest))
                if ends <= at:
                    continue
            held = given.get(template.code)
            if held is None or ends > held.ends_at:
                given[template.code] = _Given(template, rule, grounds, ends)

    def _make(
        self, given: dict[str, _Given], kind: SubjectKind, at: datetime, valid_until: datetime
    ) -> tuple[Measure, ...]:
        return tuple(
            [
                Measure(
                    code=code,
                    direction=template.direction,
                    title=template.title,
                    category=template.category,
                    effect=template.effect,
                    subject_kind=kind,
                    rule_id=self._ids[rule],
                    policy=self._policy.ref,
                    grounds=grounds,
                    legal_basis=template.legal_basis,
                    platform_rule=template.platform_rule,
                    reason=self._texts[rule],
                    starts_at=at,
                    ends_at=valid_until if template.direction is Direction.RELIEVE else ends_at,
                    appeal_url=self._policy.document.appeal_url,
                )
                for code, (template, rule, grounds, ends_at) in given.items()
            ]
        )


def _template(document: Any, code: str) -> _Template:
    entry = document.catalogue[code]
    if entry.setting is None:
        effect: Effect = ActionEffect(action=entry.action)
    else:
        effect = SettingEffect(setting=entry.setting.name, value=entry.setting.value)
    return _Template(
        code=code,
        direction=entry.direction,
        title=entry.title.text,
        category=entry.category,
        effect=effect,
        legal_basis=tuple(reference.basis for reference in entry.legal_basis),
        platform_rule=entry.platform_rule and entry.platform_rule.rule,
        longest=entry.longest_days,
    )


def _today(at: datetime) -> int:
    return at.astimezone(CHINA).toordinal()


def _day(record: Record) -> int:
    return (record.detail.decided_on or record.period.start_on).toordinal()  # type: ignore[union-attr]


@lru_cache(maxsize=8192)
def _midnight(ordinal: int) -> datetime:
    return start_of_china_day(date.fromordinal(ordinal))


def _ends_at(record: Record) -> datetime | None:
    end_on = record.period.end_on
    return None if end_on is None else _midnight(end_on.toordinal() + 1)


def _grounds(records: list[Record]) -> tuple[Ground, ...]:
    if len(records) > 1:
        records = sorted(records, key=lambda r: (r.record_id, r.version))
    return tuple(
        [Ground(record_id=r.record_id, version=r.version, kind=r.kind, ends_at=_ends_at(r)) for r in records]
    )


def _end(rule: int, records: list[Record]) -> datetime:
    """Return when the last of the records no longer makes the rule fire."""
    bound = LESS_THAN.get(rule)
    if bound is None:
        return max([_ends_at(record) or NEVER for record in records])
    return max([min(_ends_at(record) or NEVER, _midnight(_day(record) + bound)) for record in records])


def _valid_until(policy: Policy, status: CreditStatus, given: dict[str, _Given], today: int) -> datetime:
    """Return when the policy, the status, a measure or the age of a penalty next changes."""
    soonest = min([policy.ends_at, status.valid_until, *[held.ends_at for held in given.values()]])
    for record in status.records:
        if record.kind is RecordKind.PENALTY and record.severity and not record.is_disputed:
            day, bound = _day(record), 180 if record.severity is Severity.MINOR else 365
            if today - day < bound:
                soonest = min(soonest, _midnight(day + bound))
    return soonest


def _settings(policy: Policy, measures: tuple[Measure, ...]) -> Mapping[str, int | bool | str]:
    values: dict[str, Any] = {}
    for measure in measures:
        effect = measure.effect
        if isinstance(effect, SettingEffect):
            values[effect.setting] = max(values.get(effect.setting, effect.value), effect.value)
    return MappingProxyType({**policy.defaults, **values}) if values else policy.defaults
