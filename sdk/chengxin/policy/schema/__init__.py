"""The JSON Schema (2020-12) of what an author writes: completion and hover text in both languages, in any editor.

It is generated from the parts themselves, so it says what is accepted; ``policy.schema.json`` beside this module is
what it generates, for editors to read. Whether a document also makes sense is more than a schema can say: lint does.
"""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from chengxin.policy.building import Building, IncludedParts
from chengxin.policy.document import PolicyDocument
from chengxin.policy.schema.generator import Generator
from chengxin.policy.schema.words import FIELDS, PARTS, VALUES

__all__ = ["SCHEMA_ID", "policy_schema", "schema_text"]

SCHEMA_ID: Final = "urn:chengxin:policy:1"
"""Names the schema; it is no address, and nothing is fetched by it."""
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def policy_schema() -> dict[str, Any]:
    """Return the schema of a policy document, extended or not.

    A file that others include has the schema ``#/$defs/IncludedParts``.
    """
    _, generated = models_json_schema(
        [(PolicyDocument, "validation"), (Building, "validation"), (IncludedParts, "validation")],
        schema_generator=Generator,
    )
    parts = {name: _described(name, part) for name, part in generated["$defs"].items()}
    document, building = parts.pop("PolicyDocument"), parts.pop("Building")
    parts["Condition"] |= {"oneOf": _exactly_one(parts["Condition"]["properties"])}
    parts["CatalogueEntry"] |= _restrictions_need("legal_basis", "platform_rule", "longest_days")
    required = [name for name in document["required"] if name not in ("tiers", "rules")]
    return {
        "$schema": _DIALECT,
        "$id": SCHEMA_ID,
        "title": document["title"],
        "type": "object",
        "properties": building["properties"] | document["properties"],
        "required": required,
        "additionalProperties": False,
        "dependentRequired": {"overrides": ["extends"], "removes": ["extends"]},
        "if": {"required": ["extends"]},
        "then": {"properties": {"origin": False}},
        "else": {"required": ["tiers"], "anyOf": [{"required": ["rules"]}, {"required": ["include"]}]},
        "$defs": parts,
    }


def schema_text() -> str:
    """Return the schema as the text that is published."""
    return json.dumps(policy_schema(), ensure_ascii=False, indent=2) + "\n"


def _described(name: str, part: dict[str, Any]) -> dict[str, Any]:
    """Return a part with the words of the house in place of those of its code."""
    plain: dict[str, Any] = _tidied({k: v for k, v in part.items() if k not in ("title", "description")})
    if "enum" in plain:
        return _worded(name, plain) | {"title": _both(PARTS[name])}
    for field, schema in plain.get("properties", {}).items():
        schema.pop("title", None)
        plain["properties"][field] = _with_words(f"{name}.{field}", schema)
    return plain | ({"title": _both(PARTS[name])} if name in PARTS else {})


def _with_words(field: str, schema: dict[str, Any]) -> dict[str, Any]:
    options = [_worded(field, o) if "enum" in o else o for o in schema.get("anyOf", [])]
    return {"description": _both(FIELDS[field])} | schema | ({"anyOf": options} if options else {})


def _worded(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return an enum as its words, each with what it means."""
    words = [{"const": w, "description": _both(VALUES[f"{name}.{w}"])} for w in schema["enum"]]
    return {"type": schema["type"], "oneOf": words}


def _both(words: tuple[str, str]) -> str:
    return " · ".join(words)


def _tidied(schema: Any) -> Any:  # noqa: ANN401  # any part of a schema
    """Return a schema without what says nothing to an author, and with choices in one list."""
    if isinstance(schema, list):
        return [_tidied(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {key: _tidied(value) for key, value in schema.items()}
    if tidy.get("default", ...) is None:
        del tidy["default"]
    if "anyOf" in tidy:
        tidy.pop("minLength", None)  # of a list, which each choice says for itself
        tidy["anyOf"] = [
            c for choice in tidy["anyOf"] for c in (choice["anyOf"] if set(choice) == {"anyOf"} else [choice])
        ]
    if "patternProperties" in tidy:
        tidy["additionalProperties"] = False
    return tidy


def _exactly_one(properties: dict[str, Any]) -> list[dict[str, Any]]:
    """Return that exactly one of these is given; one that is null is not."""
    return [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in properties]


def _restrictions_need(*names: str) -> dict[str, Any]:
    """Return that a measure that limits needs these (invariant I3)."""
    is_restriction = {"properties": {"direction": {"const": "RESTRICT"}}, "required": ["direction"]}
    return {"if": is_restriction, "then": {"required": list(names)}}
