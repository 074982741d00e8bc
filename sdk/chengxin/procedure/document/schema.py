"""Parts of the JSON Schemas (2020-12) that documents are published with."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any, Final

WORDS: Final = {"type": "string", "minLength": 1}
TEXT: Final = {"$ref": "#/$defs/text"}
INSTANT: Final = {"$ref": "#/$defs/instant"}
DAY: Final = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
CODE: Final = {"type": "string", "pattern": "^[0-9A-Z]{18}$"}
NOTHING: Final = {"type": "null"}
YES_OR_NO: Final = {"type": "boolean"}


def schema_of(
    schema_id: str,
    *,
    title: str,
    members: dict[str, Any],
    parts: dict[str, Any],
    rules: dict[str, Any],
) -> dict[str, Any]:
    """Return the schema of a document.

    Args:
        schema_id: names the schema; it is no address, and nothing is fetched by it.
        title: what the document is.
        members: its members, all of them required, and no others.
        parts: what members refer to, by name, beside ``text`` and ``instant``.
        rules: what holds between members.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_id,
        "title": title,
        **object_of(**members),
        "$defs": {
            "text": object_of(zh=WORDS, en=WORDS),
            "instant": {
                "type": "string",
                "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{6})?Z$",
                "description": "An instant in UTC · 协调世界时",
            },
            **parts,
        },
        **rules,
    }


def published(schema: dict[str, Any]) -> str:
    """Return a schema as the text that is published."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def object_of(**members: Any) -> dict[str, Any]:  # noqa: ANN401  # parts of a schema
    """Return an object with these members, all of them required, and no others."""
    return {
        "type": "object",
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
    }


def or_nothing(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what may also be null."""
    return {"anyOf": [schema, NOTHING]}


def one_of(words: type[StrEnum]) -> dict[str, Any]:
    """Return one of the words of an enumeration."""
    return {"enum": [word.value for word in words]}
