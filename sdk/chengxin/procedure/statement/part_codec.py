"""The parts of a statement as plain data, and back."""

from __future__ import annotations

from datetime import date
from typing import Any

from chengxin.policy.measure import (
    ActionEffect,
    Effect,
    Ground,
    Measure,
    PlatformRule,
    PolicyRef,
    SettingEffect,
)
from chengxin.policy.text import Text
from chengxin.procedure.document.plain import maybe, read_instant, read_text, write_instant, write_text
from chengxin.procedure.statement.ending import EndCause, StatementEnding
from chengxin.procedure.statement.ground import GroundContent, RepairPath, StatedGround
from chengxin.procedure.statement.statement import AppealRoute
from chengxin.records import Role, Severity, Subject


def write_subject(subject: Subject, role: Role) -> dict[str, Any]:
    """Return whom it is about."""
    return {
        "kind": subject.kind.value,
        "code": None if subject.code is None else subject.code.code,
        "name": subject.name,
        "role": role.value,
    }


def write_measure(measure: Measure, does: Text | None) -> dict[str, Any]:
    """Return what is done."""
    return {
        "code": measure.code,
        "title": write_text(measure.title),
        "category": measure.category.value,
        "direction": measure.direction.value,
        "effect": write_effect(measure.effect),
        "does": maybe(write_text, does),
    }


def write_policy(policy: PolicyRef) -> dict[str, Any]:
    """Return which policy decided."""
    return {"name": policy.name, "version": policy.version, "digest": policy.digest}


def write_appeal(appeal: AppealRoute) -> dict[str, Any]:
    """Return how to appeal."""
    return {
        "url": appeal.url,
        "is_free": True,
        "file_working_days": appeal.file_working_days,
        "decide_working_days": appeal.decide_working_days,
    }


def write_ending(ending: StatementEnding) -> dict[str, Any]:
    """Return what ended the measure."""
    return {"cause": ending.cause.value, "ended_at": write_instant(ending.ended_at)}


def write_effect(effect: Effect) -> dict[str, int | bool | str]:
    """Return what a measure does."""
    if isinstance(effect, ActionEffect):
        return {"action": effect.action}
    return {"setting": effect.setting, "value": effect.value}


def write_rule(rule: PlatformRule) -> dict[str, Any]:
    """Return a clause of the platform's rules."""
    return {"title": write_text(rule.title), "clause": rule.clause, "url": rule.url}


def write_ground(ground: Ground, stated: StatedGround) -> dict[str, Any]:
    """Return a ground with what is said of it."""
    return {
        "record_id": ground.record_id,
        "version": ground.version,
        "kind": ground.kind.value,
        "severity": maybe(lambda severity: severity.value, stated.severity),
        "ends_at": maybe(write_instant, ground.ends_at),
        "digest": stated.digest,
        "content": maybe(_content, stated.content),
    }


def _content(content: GroundContent) -> dict[str, Any]:
    return {
        "fact": write_text(content.fact),
        "decision_no": content.decision_no,
        "authority": content.authority,
        "conduct": content.conduct,
        "is_disputed": content.is_disputed,
        "repair": maybe(_repair, content.repair),
    }


def _repair(repair: RepairPath) -> dict[str, Any]:
    return {
        "text": write_text(repair.text),
        "earliest_on": maybe(date.isoformat, repair.earliest_on),
        "latest_on": maybe(date.isoformat, repair.latest_on),
        "effect": write_text(repair.effect),
    }


def read_effect(plain: dict[str, Any]) -> Effect:
    """Return the part that was written."""
    if "action" in plain:
        return ActionEffect(action=plain["action"])
    return SettingEffect(setting=plain["setting"], value=plain["value"])


def read_rule(plain: dict[str, Any]) -> PlatformRule:
    """Return the part that was written."""
    return PlatformRule(title=read_text(plain["title"]), clause=plain["clause"], url=plain["url"])


def read_appeal(plain: dict[str, Any]) -> AppealRoute:
    """Return the part that was written."""
    return AppealRoute(
        url=plain["url"],
        file_working_days=plain["file_working_days"],
        decide_working_days=plain["decide_working_days"],
    )


def read_ending(plain: dict[str, Any]) -> StatementEnding:
    """Return the part that was written."""
    return StatementEnding(cause=EndCause(plain["cause"]), ended_at=read_instant(plain["ended_at"]))


def read_ground(plain: dict[str, Any]) -> StatedGround:
    """Return the part that was written."""
    return StatedGround(
        record_id=plain["record_id"],
        digest=plain["digest"],
        severity=maybe(Severity, plain["severity"]),
        content=maybe(_read_content, plain["content"]),
    )


def _read_content(plain: dict[str, Any]) -> GroundContent:
    return GroundContent(
        fact=read_text(plain["fact"]),
        decision_no=plain["decision_no"],
        authority=plain["authority"],
        conduct=plain["conduct"],
        is_disputed=plain["is_disputed"],
        repair=maybe(_read_repair, plain["repair"]),
    )


def _read_repair(plain: dict[str, Any]) -> RepairPath:
    return RepairPath(
        text=read_text(plain["text"]),
        earliest_on=maybe(date.fromisoformat, plain["earliest_on"]),
        latest_on=maybe(date.fromisoformat, plain["latest_on"]),
        effect=read_text(plain["effect"]),
    )
