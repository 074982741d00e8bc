"""Our own published shape of a treatment."""

from __future__ import annotations

from typing import Any

from chengxin.policy import ActionEffect, Effect, Measure, PolicyRef, Text, Treatment
from chengxin.wire.status import encode_instant


def encode_text(text: Text) -> dict[str, str]:
    """Return a text in both languages."""
    return {"zh": text.zh, "en": text.en}


def encode_treatment(treatment: Treatment) -> dict[str, Any]:
    """Return a treatment as JSON values."""
    return {
        "policy": _encode_policy(treatment.policy),
        "standing": treatment.standing.value,
        "role": treatment.role.value,
        "tier": treatment.tier,
        "tier_title": encode_text(treatment.tier_title) if treatment.tier_title else None,
        "measures": [encode_measure(measure) for measure in treatment.measures],
        "settings": dict(sorted(treatment.settings.items())),
        "reviews": [
            {
                "rule_id": review.rule_id,
                "measure_code": review.measure_code,
                "effect": _encode_effect(review.effect),
                "text": encode_text(review.text),
                "record_ids": list(review.record_ids),
            }
            for review in treatment.reviews
        ],
        "reasons": [
            {
                "rule_id": reason.rule_id,
                "text": encode_text(reason.text),
                "record_ids": list(reason.record_ids),
            }
            for reason in treatment.reasons
        ],
        "evaluated_at": encode_instant(treatment.evaluated_at),
        "valid_until": encode_instant(treatment.valid_until),
    }


def encode_measure(measure: Measure) -> dict[str, Any]:
    """Return a measure as JSON values, with everything its statement of reasons needs."""
    rule = measure.platform_rule
    return {
        "code": measure.code,
        "direction": measure.direction.value,
        "title": encode_text(measure.title),
        "category": measure.category.value,
        "effect": _encode_effect(measure.effect),
        "reason": encode_text(measure.reason),
        "rule_id": measure.rule_id,
        "policy": _encode_policy(measure.policy),
        "grounds": [
            {
                "record_id": ground.record_id,
                "version": ground.version,
                "kind": ground.kind.value,
                "ends_at": encode_instant(ground.ends_at) if ground.ends_at else None,
            }
            for ground in measure.grounds
        ],
        "legal_basis": [
            {"law": encode_text(basis.law), "article": basis.article} for basis in measure.legal_basis
        ],
        "platform_rule": {"title": encode_text(rule.title), "clause": rule.clause, "url": rule.url}
        if rule
        else None,
        "starts_at": encode_instant(measure.starts_at),
        "ends_at": encode_instant(measure.ends_at),
        "appeal_url": measure.appeal_url,
        "automated": measure.decided_by is None,
        "decided_by": measure.decided_by,
    }


def _encode_policy(policy: PolicyRef) -> dict[str, str]:
    return {"name": policy.name, "version": policy.version, "digest": policy.digest}


def _encode_effect(effect: Effect) -> dict[str, Any]:
    if isinstance(effect, ActionEffect):
        return {"action": effect.action}
    return {"setting": effect.setting, "value": effect.value}
