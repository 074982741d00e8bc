"""The JSON Schema (2020-12) of a credit report, for whoever receives one.

``report.schema.json`` beside this module is what it returns.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any, Final

from chengxin.errors import UnknownReason
from chengxin.records import DisclosureStatus, RecordKind, Severity, Standing, SubjectKind

__all__ = ["SCHEMA_ID", "report_schema", "schema_text"]

SCHEMA_ID: Final = "urn:chengxin:credit-report:1"
"""Names the schema; it is no address, and nothing is fetched by it."""
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_WORDS: Final = {"type": "string", "minLength": 1}
_ANY_WORDS: Final = {"type": "string"}
_TEXT: Final = {"$ref": "#/$defs/text"}
_INSTANT: Final = {"$ref": "#/$defs/instant"}
_DAY: Final = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_NOTHING: Final = {"type": "null"}


def report_schema() -> dict[str, Any]:
    """Return the schema of what ``as_json`` writes."""
    return {
        "$schema": _DIALECT,
        "$id": SCHEMA_ID,
        "title": "Credit report · 公共信用信息报告",
        **_object(
            format={"const": 1},
            generated_at=_INSTANT,
            valid_until=_INSTANT
            | {"description": "No present knowledge from then on · 可作为当前情况使用的期限"},
            keep_until=_or_nothing(_INSTANT)
            | {"description": "To be erased then: the earliest end of disclosure · 保存期限"},
            is_whole={"type": "boolean", "description": "Nothing that it held is over · 内容完整"},
            pseudonym=_or_nothing(_WORDS),
            receipt=_or_nothing(_object(id=_WORDS, salt=_or_nothing(_WORDS))),
            content=_content(),
            words=_object(
                standing=_or_nothing(_TEXT),
                groups={
                    "type": "array",
                    "items": _object(
                        kind=_one_of(RecordKind),
                        title=_TEXT,
                        records={
                            "type": "array",
                            "minItems": 1,
                            "items": _object(record_id=_ANY_WORDS, text=_TEXT),
                        },
                    ),
                },
            ),
        ),
        "$defs": {
            "text": _object(zh=_WORDS, en=_WORDS),
            "instant": {
                "type": "string",
                "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{6})?Z$",
                "description": "An instant in UTC · 协调世界时",
            },
            "record": _record(),
        },
        **_rules(),
    }


def schema_text() -> str:
    """Return the schema as the text that is published."""
    return json.dumps(report_schema(), ensure_ascii=False, indent=2) + "\n"


def _content() -> dict[str, Any]:
    return _object(
        subject=_object(
            kind=_one_of(SubjectKind),
            code=_or_nothing({"type": "string", "pattern": "^[0-9A-Z]{18}$"}),
            name=_or_nothing(_ANY_WORDS),
            registration=_or_nothing(_ANY_WORDS),
        ),
        source=_WORDS,
        as_of=_or_nothing(_INSTANT),
        fetched_at=_INSTANT,
        standing=_or_nothing(_one_of(Standing)),
        reason=_or_nothing(_one_of(UnknownReason)),
        records={"type": "array", "items": {"$ref": "#/$defs/record"}},
    ) | {
        "description": "All that was shown; the receipt holds its salted digest · 公示内容，回执载有其加盐摘要"
    }


def _record() -> dict[str, Any]:
    return _object(
        record_id=_ANY_WORDS,
        version={"type": "integer", "minimum": 0},
        kind=_one_of(RecordKind),
        catalogue=_ANY_WORDS,
        severity=_or_nothing(_one_of(Severity)),
        severity_text=_or_nothing(_ANY_WORDS),
        status={"enum": [DisclosureStatus.SHOWN.value, DisclosureStatus.DISPUTED.value]},
        disclosed_from=_DAY,
        disclosed_until=_or_nothing(_DAY),
        end_inferred={"type": "boolean"},
        data_source=_or_nothing(_ANY_WORDS),
        detail={"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
    )


def _rules() -> dict[str, Any]:
    """Return what a report that is not whole does not tell, and what an unknown standing has (invariants I1, I2)."""
    is_unknown = {"properties": {"content": {"properties": {"standing": {"const": "UNKNOWN"}}}}}
    return {
        "allOf": [
            {
                "if": {"properties": {"is_whole": {"const": False}}},
                "then": {
                    "properties": {
                        "content": {"properties": {"standing": _NOTHING, "reason": _NOTHING}},
                        "words": {"properties": {"standing": _NOTHING}},
                    }
                },
                "else": {"properties": {"words": {"properties": {"standing": {"type": "object"}}}}},
            },
            {
                "if": is_unknown,
                "then": {"properties": {"content": {"properties": {"reason": {"type": "string"}}}}},
                "else": {"properties": {"content": {"properties": {"reason": _NOTHING}}}},
            },
        ]
    }


def _object(**members: Any) -> dict[str, Any]:  # noqa: ANN401  # parts of a schema
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
