"""Whether a statement says what its measure is: read off what is published, not off what it was made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chengxin.canonical import canonical_bytes
from chengxin.policy.measure import ActionEffect, Measure
from chengxin.procedure.statement.codec import content_of
from chengxin.procedure.statement.statement import StatementOfReasons


def contradictions(statement: StatementOfReasons, measure: Measure) -> tuple[str, ...]:
    """Return which members of a statement, as it is published, say something else than a measure.

    Args:
        statement: the statement, of any version.
        measure: the measure in force.
    """
    return tuple(_differing(content_of(statement), measure))


def _differing(plain: dict[str, Any], measure: Measure) -> Iterator[str]:
    effect = measure.effect
    expected: dict[str, Any] = {
        "measure.code": measure.code,
        "measure.title": {"zh": measure.title.zh, "en": measure.title.en},
        "measure.category": str(measure.category),
        "measure.direction": str(measure.direction),
        "measure.effect": {"action": effect.action}
        if isinstance(effect, ActionEffect)
        else {"setting": effect.setting, "value": effect.value},
        "subject.kind": str(measure.subject_kind),
        "rule.id": measure.rule_id,
        "rule.reason": {"zh": measure.reason.zh, "en": measure.reason.en},
        "policy": {slot: getattr(measure.policy, slot) for slot in ("name", "version", "digest")},
        "legal_basis": [
            {"law": {"zh": basis.law.zh, "en": basis.law.en}, "article": basis.article}
            for basis in measure.legal_basis
        ],
        "automated.decision": measure.decided_by is None,
        "decided_by": measure.decided_by,
    }
    for path, value in expected.items():
        if canonical_bytes(_member(plain, path)) != canonical_bytes(value):
            yield path
    yield from _differing_instants(plain, measure)
    yield from _differing_grounds(plain["grounds"], measure)
    rule, appeal = measure.platform_rule, plain["appeal"]
    told = plain["platform_rule"]
    if (told is None) != (rule is None) or (
        rule is not None
        and told
        != {"title": {"zh": rule.title.zh, "en": rule.title.en}, "clause": rule.clause, "url": rule.url}
    ):
        yield "platform_rule"
    if (None if appeal is None else appeal["url"]) != measure.appeal_url:
        yield "appeal.url"


def _member(plain: dict[str, Any], path: str) -> Any:  # noqa: ANN401  # any JSON value
    value: Any = plain
    for name in path.split("."):
        value = value[name]
    return value


def _differing_instants(plain: dict[str, Any], measure: Measure) -> Iterator[str]:
    for name in ("starts_at", "ends_at"):
        if plain[name] != getattr(measure, name).isoformat().replace("+00:00", "Z"):
            yield name


def _differing_grounds(told: list[dict[str, Any]], measure: Measure) -> Iterator[str]:
    expected = [
        (
            ground.record_id,
            ground.version,
            str(ground.kind),
            None if ground.ends_at is None else ground.ends_at.isoformat().replace("+00:00", "Z"),
        )
        for ground in measure.grounds
    ]
    said = [(one["record_id"], one["version"], one["kind"], one["ends_at"]) for one in told]
    if said != expected:
        yield "grounds"
