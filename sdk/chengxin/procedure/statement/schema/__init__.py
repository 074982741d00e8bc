"""The JSON Schema (2020-12) of a statement of reasons, for whoever receives one.

``statement.schema.json`` beside this module is what it returns. A statement that fits it may still contradict itself;
``from_json`` refuses that.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any, Final

from chengxin.policy.measure import Category, Direction
from chengxin.procedure.statement.chain import STATEMENT_ID, StatementStatus
from chengxin.procedure.statement.ending import EndCause
from chengxin.records import RecordKind, Role, Severity, SubjectKind

__all__ = ["SCHEMA_ID", "schema_text", "statement_schema"]

SCHEMA_ID: Final = "urn:chengxin:statement:1"
"""Names the schema; it is no address, and nothing is fetched by it."""
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_WORDS: Final = {"type": "string", "minLength": 1}
_TEXT: Final = {"$ref": "#/$defs/text"}
_INSTANT: Final = {"$ref": "#/$defs/instant"}
_DAY: Final = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_NOTHING: Final = {"type": "null"}
_YES_OR_NO: Final = {"type": "boolean"}
_DAYS: Final = {"type": "integer", "minimum": 1, "maximum": 3_650}


def statement_schema() -> dict[str, Any]:
    """Return the schema of what ``as_json`` writes."""
    return {
        "$schema": _DIALECT,
        "$id": SCHEMA_ID,
        "title": "Statement of reasons · 理由说明",
        **_whole(_members()),
        "$defs": {
            "text": _object(zh=_WORDS, en=_WORDS),
            "instant": {
                "type": "string",
                "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{6})?Z$",
                "description": "An instant in UTC · 协调世界时",
            },
            "ground": _ground(),
        },
        **_rules(),
    }


def schema_text() -> str:
    """Return the schema as the text that is published."""
    return json.dumps(statement_schema(), ensure_ascii=False, indent=2) + "\n"


def _members() -> dict[str, Any]:
    return {
        "format": {"const": 1},
        "statement_id": {
            "type": "string",
            "pattern": f"^{STATEMENT_ID.pattern}$",
            "description": "Name of the chain of versions · 说明编号",
        },
        "imposition_id": _WORDS | {"description": "The measure in force that it belongs to · 措施编号"},
        "version": {"type": "integer", "minimum": 1},
        "status": _one_of(StatementStatus),
        "supersedes": _or_nothing({"type": "integer", "minimum": 1}),
        "issued_at": _INSTANT,
        "subject": _object(
            kind=_one_of(SubjectKind),
            code=_or_nothing({"type": "string", "pattern": "^[0-9A-Z]{18}$"}),
            name=_or_nothing(_WORDS),
            role=_one_of(Role),
        ),
        "measure": _measure(),
        "grounds": {"type": "array", "items": {"$ref": "#/$defs/ground"}},
        "source": _object(name=_WORDS, as_of=_INSTANT),
        "rule": _object(id=_WORDS, reason=_TEXT),
        "policy": _object(name=_WORDS, version=_WORDS, digest=_WORDS),
        "legal_basis": {"type": "array", "items": _object(law=_TEXT, article=_WORDS)},
        "platform_rule": _or_nothing(_object(title=_TEXT, clause=_WORDS, url=_WORDS)),
        "automated": _object(detection=_YES_OR_NO, decision=_YES_OR_NO),
        "decided_by": _or_nothing(_WORDS),
        "starts_at": _INSTANT,
        "ends_at": _INSTANT,
        "at_the_end": _TEXT,
        "appeal": _or_nothing(
            _object(
                url=_WORDS,
                is_free={"const": True},
                file_working_days=_or_nothing(_DAYS),
                decide_working_days=_or_nothing(_DAYS),
            )
        ),
        "ending": _or_nothing(_object(cause=_one_of(EndCause), ended_at=_INSTANT)),
    }


def _measure() -> dict[str, Any]:
    return _object(
        code=_WORDS,
        title=_TEXT,
        category=_one_of(Category),
        direction=_one_of(Direction),
        effect={
            "oneOf": [
                _object(action=_WORDS),
                _object(setting=_WORDS, value={"type": ["integer", "boolean", "string"]}),
            ]
        },
        does=_or_nothing(_TEXT),
    )


def _ground() -> dict[str, Any]:
    repair = _object(text=_TEXT, earliest_on=_or_nothing(_DAY), latest_on=_or_nothing(_DAY), effect=_TEXT)
    content = _object(
        fact=_TEXT,
        decision_no=_or_nothing(_WORDS),
        authority=_or_nothing(_WORDS),
        conduct=_or_nothing(_WORDS),
        is_disputed=_YES_OR_NO,
        repair=_or_nothing(repair),
    )
    return _object(
        record_id=_WORDS,
        version={"type": "integer", "minimum": 0},
        kind=_one_of(RecordKind),
        severity=_or_nothing(_one_of(Severity)),
        ends_at=_or_nothing(_INSTANT),
        digest={"type": "string", "pattern": "^(hmac-)?sha256:[0-9a-f]{64}$"},
        content=_or_nothing(content),
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
                        "subject": {"properties": {"name": _NOTHING}},
                        "grounds": {"items": {"properties": {"content": _NOTHING}}},
                    }
                },
                "else": {"properties": {"ending": _NOTHING}},
            },
        ]
    }


def _object(**members: Any) -> dict[str, Any]:  # noqa: ANN401  # parts of a schema
    return _whole(members)


def _whole(members: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
    }


def _or_nothing(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, _NOTHING]}


def _one_of(words: type[StrEnum]) -> dict[str, Any]:
    return {"enum": [word.value for word in words]}
