"""The JSON Schema (2020-12) of a statement of reasons, for whoever receives one.

``statement.schema.json`` beside this module is what it returns. A statement that fits it may still contradict itself;
``from_json`` refuses that.
"""

from __future__ import annotations

from typing import Any, Final

from chengxin.policy.measure import Category, Direction
from chengxin.procedure.document.schema import (
    CODE,
    DAY,
    INSTANT,
    NOTHING,
    TEXT,
    WORDS,
    YES_OR_NO,
    object_of,
    one_of,
    or_nothing,
    published,
    schema_of,
)
from chengxin.procedure.statement.chain import STATEMENT_ID, StatementStatus
from chengxin.procedure.statement.ending import EndCause
from chengxin.records import RecordKind, Role, Severity, SubjectKind

__all__ = ["SCHEMA_ID", "schema_text", "statement_schema"]

SCHEMA_ID: Final = "urn:chengxin:statement:1"
"""Names the schema; it is no address, and nothing is fetched by it."""

_DAYS: Final = {"type": "integer", "minimum": 1, "maximum": 3_650}


def statement_schema() -> dict[str, Any]:
    """Return the schema of what ``as_json`` writes."""
    return schema_of(
        SCHEMA_ID,
        title="Statement of reasons · 理由说明",
        members=_members(),
        parts={"ground": _ground()},
        rules=_rules(),
    )


def schema_text() -> str:
    """Return the schema as the text that is published."""
    return published(statement_schema())


def _members() -> dict[str, Any]:
    return {
        "format": {"const": 1},
        "statement_id": {
            "type": "string",
            "pattern": f"^{STATEMENT_ID.pattern}$",
            "description": "Name of the chain of versions · 说明编号",
        },
        "imposition_id": WORDS | {"description": "The measure in force that it belongs to · 措施编号"},
        "version": {"type": "integer", "minimum": 1},
        "status": one_of(StatementStatus),
        "supersedes": or_nothing({"type": "integer", "minimum": 1}),
        "issued_at": INSTANT,
        "subject": object_of(
            kind=one_of(SubjectKind),
            code=or_nothing(CODE),
            name=or_nothing(WORDS),
            role=one_of(Role),
        ),
        "measure": _measure(),
        "grounds": {"type": "array", "items": {"$ref": "#/$defs/ground"}},
        "source": object_of(name=WORDS, as_of=INSTANT),
        "rule": object_of(id=WORDS, reason=TEXT),
        "policy": object_of(name=WORDS, version=WORDS, digest=WORDS),
        "legal_basis": {"type": "array", "items": object_of(law=TEXT, article=WORDS)},
        "platform_rule": or_nothing(object_of(title=TEXT, clause=WORDS, url=WORDS)),
        "automated": object_of(detection=YES_OR_NO, decision=YES_OR_NO),
        "decided_by": or_nothing(WORDS),
        "starts_at": INSTANT,
        "ends_at": INSTANT,
        "at_the_end": TEXT,
        "appeal": or_nothing(
            object_of(
                url=WORDS,
                is_free={"const": True},
                file_working_days=or_nothing(_DAYS),
                decide_working_days=or_nothing(_DAYS),
            )
        ),
        "ending": or_nothing(object_of(cause=one_of(EndCause), ended_at=INSTANT)),
    }


def _measure() -> dict[str, Any]:
    return object_of(
        code=WORDS,
        title=TEXT,
        category=one_of(Category),
        direction=one_of(Direction),
        effect={
            "oneOf": [
                object_of(action=WORDS),
                object_of(setting=WORDS, value={"type": ["integer", "boolean", "string"]}),
            ]
        },
        does=or_nothing(TEXT),
    )


def _ground() -> dict[str, Any]:
    repair = object_of(text=TEXT, earliest_on=or_nothing(DAY), latest_on=or_nothing(DAY), effect=TEXT)
    content = object_of(
        fact=TEXT,
        decision_no=or_nothing(WORDS),
        authority=or_nothing(WORDS),
        conduct=or_nothing(WORDS),
        is_disputed=YES_OR_NO,
        repair=or_nothing(repair),
    )
    return object_of(
        record_id=WORDS,
        version={"type": "integer", "minimum": 0},
        kind=one_of(RecordKind),
        severity=or_nothing(one_of(Severity)),
        ends_at=or_nothing(INSTANT),
        digest={"type": "string", "pattern": "^(hmac-)?sha256:[0-9a-f]{64}$"},
        content=or_nothing(content),
    )


def _rules() -> dict[str, Any]:
    """Return what a restriction has, and a withdrawn statement has not (invariants I1, I3)."""
    limits = {"properties": {"measure": {"properties": {"direction": {"const": "RESTRICT"}}}}}
    is_withdrawn = {"properties": {"status": {"const": "WITHDRAWN"}}}
    return {
        "allOf": [
            {
                "if": limits,
                "then": {
                    "properties": {
                        "grounds": {"minItems": 1},
                        "legal_basis": {"minItems": 1},
                        "platform_rule": {"type": "object"},
                        "appeal": {"type": "object"},
                    }
                },
            },
            {
                "if": is_withdrawn,
                "then": {
                    "properties": {
                        "ending": {"type": "object"},
                        "subject": {"properties": {"name": NOTHING}},
                        "grounds": {"items": {"properties": {"content": NOTHING}}},
                    }
                },
                "else": {"properties": {"ending": NOTHING}},
            },
        ]
    }
