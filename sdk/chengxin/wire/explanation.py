"""Our own published shapes of a trace, an outlook and an explanation."""

from __future__ import annotations

from typing import Any

from chengxin.policy.explanation import Explanation
from chengxin.policy.outlook import Difference, Outlook, Repair
from chengxin.policy.trace import Missing, RuleTrace, Trace
from chengxin.wire.status import encode_instant


def encode_trace(trace: Trace) -> list[dict[str, Any]]:
    """Return what every rule did, as JSON values."""
    return [_encode_rule(rule) for rule in trace.rules]


def _encode_rule(rule: RuleTrace) -> dict[str, Any]:
    return {
        "rule_id": rule.rule_id,
        "state": rule.state.value,
        "record_ids": list(rule.record_ids),
        "measures": [{"code": one.code, "fate": one.fate.value, "by": list(one.by)} for one in rule.measures],
        "tier": {"tier": rule.tier.tier, "fate": rule.tier.fate.value} if rule.tier else None,
        "missing": [_encode_missing(missing) for missing in rule.missing],
    }


def _encode_missing(missing: Missing) -> dict[str, Any]:
    return {
        "condition": missing.condition.model_dump(mode="json", exclude_none=True),
        "has_to_hold": missing.has_to_hold,
        "record_ids": list(missing.record_ids),
        "short": missing.short,
        "changes_at": encode_instant(missing.changes_at) if missing.changes_at else None,
    }


def encode_outlook(outlook: Outlook) -> dict[str, Any]:
    """Return what would change a treatment, as JSON values; of the treatments themselves the differences alone."""
    return {
        "steps": [
            {
                "at": encode_instant(step.at),
                "ended_record_ids": list(step.ended_record_ids),
                **_encode_difference(step.difference),
            }
            for step in outlook.steps
        ],
        "seen_until": encode_instant(outlook.seen_until),
        "repairs": [_encode_repair(repair) for repair in outlook.repairs],
        "all_repaired": _encode_repair(outlook.all_repaired) if outlook.all_repaired else None,
    }


def _encode_repair(repair: Repair) -> dict[str, Any]:
    return {"record_ids": list(repair.record_ids), **_encode_difference(repair.difference)}


def _encode_difference(difference: Difference) -> dict[str, Any]:
    return {
        "gained": list(difference.gained),
        "lost": list(difference.lost),
        "reviews_gained": list(difference.reviews_gained),
        "reviews_lost": list(difference.reviews_lost),
        "tier_before": difference.tier_before,
        "tier_after": difference.tier_after,
        "standing_before": difference.standing_before.value,
        "standing_after": difference.standing_after.value,
    }


def encode_explanation(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation in one language as JSON values: its paragraphs, and the whole as prose."""
    return {
        "language": explanation.language,
        "paragraphs": [
            {
                "section": paragraph.section.value,
                "text": paragraph.text,
                "about": paragraph.about,
                "is_item": paragraph.is_item,
            }
            for paragraph in explanation.paragraphs
        ],
        "text": explanation.text,
    }
