"""Our own published shapes of a diff between two policies, and of a decision matrix."""

from __future__ import annotations

from typing import Any

from chengxin.policy import PolicyRef
from chengxin.policy.analysis.diff import Diff, DiffClass
from chengxin.policy.analysis.matrix import Matrix, MatrixRow
from chengxin.policy.analysis.shift_sentence import Change
from chengxin.policy.analysis.space import Example
from chengxin.policy.analysis.subject_sentence import subject_sentence
from chengxin.policy.document import PolicyDocument
from chengxin.policy.upshot import Upshot
from chengxin.wire.status import encode_instant, encode_record


def encode_diff(found: Diff) -> dict[str, Any]:
    """Return a diff as JSON values: each class with what changes, in words too, and a smallest example."""
    return {
        "before": _encode_ref(found.before),
        "after": _encode_ref(found.after),
        "on": found.on.isoformat(),
        "classes": [_encode_class(one, found) for one in found.classes],
    }


def _encode_class(one: DiffClass, found: Diff) -> dict[str, Any]:
    shift = one.shift
    change = Change(shift=shift, upshots=(one.before, one.after), documents=found.documents)
    return {
        "verdict": shift.verdict.value,
        "stricter": list(shift.stricter),
        "looser": list(shift.looser),
        "otherwise": list(shift.otherwise),
        "gained": list(shift.gained),
        "lost": list(shift.lost),
        "cases": one.cases,
        "before": _encode_upshot(one.before),
        "after": _encode_upshot(one.after),
        "example": _encode_example(one.example, found.documents[1]),
        "in_words": {"zh": change.say("zh"), "en": change.say("en")},
    }


def encode_matrix(found: Matrix, document: PolicyDocument) -> dict[str, Any]:
    """Return a decision matrix as JSON values.

    Args:
        found: the matrix.
        document: the policy's document.
    """
    return {
        "policy": _encode_ref(found.policy),
        "on": found.on.isoformat(),
        "rows": [_encode_row(row, document) for row in found.rows],
    }


def _encode_row(row: MatrixRow, document: PolicyDocument) -> dict[str, Any]:
    return {
        "number": row.number,
        "fired": list(row.fired),
        "is_person": row.is_person,
        "upshot": _encode_upshot(row.upshot),
        "cases": row.cases,
        "example": _encode_example(row.example, document),
    }


def _encode_ref(ref: PolicyRef) -> dict[str, str]:
    return {"name": ref.name, "version": ref.version, "digest": ref.digest}


def _encode_upshot(upshot: Upshot) -> dict[str, Any]:
    return {
        "is_known": upshot.is_known,
        "tier": upshot.tier,
        "restrictions": sorted(upshot.restrictions),
        "reliefs": sorted(upshot.reliefs),
        "refused": sorted(upshot.refused),
        "settings": dict(upshot.settings),
        "reviews": sorted(upshot.reviews),
    }


def _encode_example(example: Example, document: PolicyDocument) -> dict[str, Any]:
    return {
        "subject_kind": example.status.subject.kind.value,
        "role": example.role.value,
        "records": [encode_record(record) for record in example.status.records],
        "facts": dict(example.facts),
        "constraints": [
            {
                "platform": one.platform,
                "category": one.category,
                "effective_from": encode_instant(one.effective_from),
                "effective_until": encode_instant(one.effective_until),
                "is_verified": one.is_verified,
            }
            for one in example.constraints
        ],
        "in_words": {
            "zh": subject_sentence(example, document, "zh"),
            "en": subject_sentence(example, document, "en"),
        },
    }
