"""The JSON Schema (2020-12) of a credit report, for whoever receives one.

``report.schema.json`` beside this module is what it returns.
"""

from __future__ import annotations

from typing import Any, Final

from chengxin.errors import UnknownReason
from chengxin.procedure.document.schema import (
    CODE,
    DAY,
    INSTANT,
    NOTHING,
    TEXT,
    WORDS,
    object_of,
    one_of,
    or_nothing,
    published,
    schema_of,
)
from chengxin.records import DisclosureStatus, RecordKind, Severity, Standing, SubjectKind

__all__ = ["SCHEMA_ID", "report_schema", "schema_text"]

SCHEMA_ID: Final = "urn:chengxin:credit-report:1"
"""Names the schema; it is no address, and nothing is fetched by it."""

_ANY_WORDS: Final = {"type": "string"}


def report_schema() -> dict[str, Any]:
    """Return the schema of what ``as_json`` writes."""
    return schema_of(
        SCHEMA_ID,
        title="Credit report · 公共信用信息报告",
        members={
            "format": {"const": 1},
            "generated_at": INSTANT,
            "valid_until": INSTANT
            | {"description": "No present knowledge from then on · 可作为当前情况使用的期限"},
            "keep_until": or_nothing(INSTANT)
            | {"description": "To be erased then: the earliest end of disclosure · 保存期限"},
            "is_whole": {"type": "boolean", "description": "Nothing that it held is over · 内容完整"},
            "pseudonym": or_nothing(WORDS),
            "receipt": or_nothing(object_of(id=WORDS, salt=or_nothing(WORDS))),
            "content": _content(),
            "words": object_of(
                standing=or_nothing(TEXT),
                groups={
                    "type": "array",
                    "items": object_of(
                        kind=one_of(RecordKind),
                        title=TEXT,
                        records={
                            "type": "array",
                            "minItems": 1,
                            "items": object_of(record_id=_ANY_WORDS, text=TEXT),
                        },
                    ),
                },
            ),
        },
        parts={"record": _record()},
        rules=_rules(),
    )


def schema_text() -> str:
    """Return the schema as the text that is published."""
    return published(report_schema())


def _content() -> dict[str, Any]:
    return object_of(
        subject=object_of(
            kind=one_of(SubjectKind),
            code=or_nothing(CODE),
            name=or_nothing(_ANY_WORDS),
            registration=or_nothing(_ANY_WORDS),
        ),
        source=WORDS,
        as_of=or_nothing(INSTANT),
        fetched_at=INSTANT,
        standing=or_nothing(one_of(Standing)),
        reason=or_nothing(one_of(UnknownReason)),
        records={"type": "array", "items": {"$ref": "#/$defs/record"}},
    ) | {
        "description": "All that was shown; the receipt holds its salted digest · 公示内容，回执载有其加盐摘要"
    }


def _record() -> dict[str, Any]:
    return object_of(
        record_id=_ANY_WORDS,
        version={"type": "integer", "minimum": 0},
        kind=one_of(RecordKind),
        catalogue=_ANY_WORDS,
        severity=or_nothing(one_of(Severity)),
        severity_text=or_nothing(_ANY_WORDS),
        status={"enum": [DisclosureStatus.SHOWN.value, DisclosureStatus.DISPUTED.value]},
        disclosed_from=DAY,
        disclosed_until=or_nothing(DAY),
        end_inferred={"type": "boolean"},
        data_source=or_nothing(_ANY_WORDS),
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
                        "content": {"properties": {"standing": NOTHING, "reason": NOTHING}},
                        "words": {"properties": {"standing": NOTHING}},
                    }
                },
                "else": {"properties": {"words": {"properties": {"standing": {"type": "object"}}}}},
            },
            {
                "if": is_unknown,
                "then": {"properties": {"content": {"properties": {"reason": {"type": "string"}}}}},
                "else": {"properties": {"content": {"properties": {"reason": NOTHING}}}},
            },
        ]
    }
