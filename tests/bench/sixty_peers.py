"""The sixty rules in two engines, zen-engine as a decision table and Cedar; both name tier and rules alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import zen
from cedarpy import Entities, PolicySet, is_authorized_batch

from chengxin.policy import PlatformFacts
from chengxin.records import CHINA, CreditStatus, Record, Role
from tests.bench.sixty_rules import DEFAULT_TIER, TIERS, Compare, Line
from tests.bench.zen_table import table_of

Question: TypeAlias = tuple[CreditStatus, PlatformFacts, Role]
Answer: TypeAlias = tuple[str, set[str]]

_INPUTS: Final = (
    "kind",
    "severity",
    "disputed",
    "age_days",
    "authority",
    "standing",
    "role",
    "registered_days",
    "deposit_paid",
    "category",
)
_SIGN: Final = {"equals": "==", "at_least": ">=", "less_than": "<"}


def plain_records(question: Question) -> list[dict[str, Any]]:
    """Return the records of a question as plain values, ages worked out, each with the circumstances."""
    status, facts, role = question
    circumstances = {"standing": status.standing.value, "role": role.value, **facts.values}
    return [_plain(record, status) | circumstances for record in status.records]


def zen_evaluator(lines: Sequence[Line]) -> Callable[[dict[str, Any]], Answer]:
    """Return a function from ``{"records": plain_records(…)}`` to the tier and the rules that fired.

    The engine loops over the records itself, and collects for each the rows that hold.
    """
    columns = (*_INPUTS, "rank", "rule")
    rows = [dict(zip(columns, _cells(line), strict=True)) for line in lines]
    content = table_of(rows, inputs=_INPUTS, outputs=("rank", "rule"), hit_policy="collect")
    decision = zen.ZenEngine().create_decision(json.dumps(content))

    def evaluate(context: dict[str, Any]) -> Answer:
        fired = [found for row in decision.evaluate(context)["result"]["fired"] for found in row]
        rank = max([found["rank"] for found in fired], default=-1)
        return DEFAULT_TIER if rank < 0 else TIERS[rank], {found["rule"] for found in fired}

    return evaluate


def cedar_requests(question: Question) -> list[dict[str, Any]]:
    """Return a question as Cedar is asked it: may this record be held against a merchant of this role?

    The context is text already, as the engine takes it.
    """
    return [
        {
            "principal": f'Role::"{record["role"]}"',
            "action": 'Action::"hold"',
            "resource": f'{record["kind"]}::"record"',
            "context": json.dumps(record),
        }
        for record in plain_records(question)
    ]


def cedar_evaluator(lines: Sequence[Line]) -> Callable[[list[dict[str, Any]]], Answer]:
    """Return a function from requests to the tier and the rules that fired.

    The policies are parsed once; a request is allowed by each rule that fires, and the diagnostics name them all.
    What can be asked of principal and resource is, rather than of the context: the engine looks at those first.
    """
    policies = PolicySet.from_str("\n".join(_cedar(line) for line in lines))
    nobody = Entities.from_json_str("[]")
    rule_of = {f"policy{number}": line.id for number, line in enumerate(lines)}
    rank_of = {line.id: TIERS.index(line.tier) if line.tier else -1 for line in lines}

    def evaluate(requests: list[dict[str, Any]]) -> Answer:
        fired = {
            rule_of[reason]
            for result in is_authorized_batch(requests, policies, nobody)
            for reason in result.diagnostics.reasons
        }
        rank = max([rank_of[rule] for rule in fired], default=-1)
        return DEFAULT_TIER if rank < 0 else TIERS[rank], fired

    return evaluate


def _plain(record: Record, status: CreditStatus) -> dict[str, Any]:
    detail = record.detail
    day = getattr(detail, "decided_on", None) or getattr(detail, "listed_on", None)
    today = status.shown_at.astimezone(CHINA).toordinal()
    return {
        "kind": record.kind.value,
        "severity": record.severity.value if record.severity else record.severity_text or "absent",
        "disputed": record.is_disputed,
        "age_days": today - (day or record.period.start_on).toordinal(),
        "authority": record.authority or "",
    }


def _cells(line: Line) -> tuple[str, ...]:
    low, high = line.age
    bounds = [f">= {low}"] * (low is not None) + [f"< {high}"] * (high is not None)
    facts = {name: _zen_fact(line.fact, name) for name in ("registered_days", "deposit_paid", "category")}
    return (
        f"'{line.kind.value}'",
        f"'{line.severity}'" if line.severity else "",
        "false",
        " and ".join(bounds),
        f"'{line.authority}'" if line.authority else "",
        "'NO_ADVERSE_RECORD'" if line.is_relief else "",
        f"'{line.role.value}'" if line.role else "",
        *facts.values(),
        str(TIERS.index(line.tier) if line.tier else -1),
        f"'{line.id}'",
    )


def _zen_fact(fact: Compare | None, name: str) -> str:
    if fact is None or fact.fact != name:
        return ""
    value = json.dumps(fact.value).replace('"', "'")
    return value if fact.how == "equals" else f"{_SIGN[fact.how]} {value}"


def _cedar(line: Line) -> str:
    low, high = line.age
    tests = [
        *([f'context.severity == "{line.severity}"'] if line.severity else []),
        *([f"context.age_days >= {low}"] if low is not None else []),
        *([f"context.age_days < {high}"] if high is not None else []),
        *([f'context.authority == "{line.authority}"'] if line.authority else []),
        *(['context.standing == "NO_ADVERSE_RECORD"'] if line.is_relief else []),
        *([_cedar_fact(line.fact)] if line.fact else []),
        "!context.disputed",
    ]
    principal = f'principal == Role::"{line.role.value}"' if line.role else "principal"
    return f"permit ({principal}, action, resource is {line.kind.value}) when {{ {' && '.join(tests)} }};"


def _cedar_fact(fact: Compare) -> str:
    return f"context.{fact.fact} {_SIGN[fact.how]} {json.dumps(fact.value, ensure_ascii=False)}"
