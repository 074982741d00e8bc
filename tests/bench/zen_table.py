"""The ten rules as a decision table for zen-engine: tier by rank and rule, one row of the table a rule."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import zen

from chengxin.records import CHINA, CreditStatus, PenaltyDetail, Record

Context: TypeAlias = dict[str, Any]

_INPUTS: Final = ("kind", "severity", "disputed", "age_days", "standing")
_OUTPUTS: Final = ("rank", "rule")
_RULES: Final = (
    ("'COMMENDATION'", "", "false", "", "'NO_ADVERSE_RECORD'", "0", "'commended'"),
    ("'COMMITMENT'", "", "false", "", "'NO_ADVERSE_RECORD'", "-1", "'committed'"),
    ("'PENALTY'", "'MINOR'", "false", "< 180", "", "-1", "'minor-penalty'"),
    ("'PENALTY'", "'absent'", "false", "", "", "-1", "'unclassed-penalty'"),
    ("'PENALTY'", "'GENERAL'", "false", "< 365", "", "2", "'general-penalty'"),
    ("'PENALTY'", "'GENERAL'", "false", ">= 365", "", "-1", "'older-general-penalty'"),
    ("'PENALTY'", "'SERIOUS'", "false", "< 365", "", "3", "'serious-penalty'"),
    ("'PENALTY'", "'SERIOUS'", "false", ">= 365", "", "2", "'older-serious-penalty'"),
    ("'SERIOUS_LISTING'", "", "false", "", "", "3", "'serious-listing'"),
    ("'ABNORMAL_LISTING'", "", "false", "", "", "2", "'abnormal-operation'"),
)


def zen_context(status: CreditStatus) -> Context:
    """Return what the engine is given: its records as plain values, ages worked out."""
    return {"records": [_record(record, status) for record in status.records]}


def zen_evaluator(tiers: list[str], default: str) -> Callable[[Context], tuple[str, set[str]]]:
    """Return a function from a context to the tier and the rules that fired.

    The engine loops over the records itself; a call for each record takes three times as long.
    """
    decision = zen.ZenEngine().create_decision(json.dumps(_content()))

    def evaluate(context: Context) -> tuple[str, set[str]]:
        fired = [found for found in decision.evaluate(context)["result"]["fired"] if found]
        rank = max([found["rank"] for found in fired], default=-1)
        return default if rank < 0 else tiers[rank], {found["rule"] for found in fired}

    return evaluate


def _record(record: Record, status: CreditStatus) -> dict[str, Any]:
    today = status.shown_at.astimezone(CHINA).toordinal()
    decided_on = record.detail.decided_on if isinstance(record.detail, PenaltyDetail) else None
    return {
        "kind": record.kind.value,
        "severity": record.severity.value if record.severity else record.severity_text or "absent",
        "disputed": record.is_disputed,
        "age_days": today - (decided_on or record.period.start_on).toordinal(),
        "standing": status.standing.value,
    }


def table_of(
    rows: Sequence[Mapping[str, str]], *, inputs: Sequence[str], outputs: Sequence[str], hit_policy: str
) -> dict[str, Any]:
    """Return a decision table that is run over ``records`` and puts what fires in ``fired``."""
    nodes = {
        "in": ("inputNode", {}),
        "rules": (
            "decisionTableNode",
            {
                "hitPolicy": hit_policy,
                "executionMode": "loop",
                "inputField": "records",
                "outputPath": "fired",
                "passThrough": False,
                "inputs": [
                    {"id": name, "name": name, "field": name, "type": "expression"} for name in inputs
                ],
                "outputs": [
                    {"id": name, "name": name, "field": name, "type": "expression"} for name in outputs
                ],
                "rules": [{"_id": str(number), **row} for number, row in enumerate(rows)],
            },
        ),
        "out": ("outputNode", {}),
    }
    return {
        "nodes": [
            {"id": name, "name": name, "type": kind, "content": content, "position": {"x": 0, "y": 0}}
            for name, (kind, content) in nodes.items()
        ],
        "edges": [
            {"id": f"{source}-{target}", "sourceId": source, "targetId": target, "type": "edge"}
            for source, target in (("in", "rules"), ("rules", "out"))
        ],
    }


def _content() -> dict[str, Any]:
    columns = (*_INPUTS, *_OUTPUTS)
    rows = [dict(zip(columns, cells, strict=True)) for cells in _RULES]
    return table_of(rows, inputs=_INPUTS, outputs=_OUTPUTS, hit_policy="first")
