"""The description of the mock's interface (OpenAPI 3.1): written by hand, completed by the control plane's models."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from mock_credit_china.instruction import (
    RECORD_INSTRUCTION,
    ClockBody,
    ScenarioBody,
    SnapshotBody,
    SubjectBody,
)
from mock_credit_china.publish import PublishBody
from mock_credit_china.report import PlatformReport

_WRITTEN = Path(__file__).with_name("openapi.yaml")
_NOT_FROM_HERE: dict[str, Any] = {
    "description": "The control plane answers on the loopback alone.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_MODE: JsonSchemaMode = "validation"


@cache
def document() -> dict[str, Any]:
    """Return the document; do not change it."""
    written: dict[str, Any] = yaml.safe_load(_WRITTEN.read_text(encoding="utf-8"))
    bodies: dict[str, TypeAdapter[Any]] = {
        "ScenarioBody": TypeAdapter(ScenarioBody),
        "RecordInstruction": RECORD_INSTRUCTION,
        "SubjectBody": TypeAdapter(SubjectBody),
        "ClockBody": TypeAdapter(ClockBody),
        "SnapshotBody": TypeAdapter(SnapshotBody),
        "PublishBody": TypeAdapter(PublishBody),
        "PlatformReport": TypeAdapter(PlatformReport),
    }
    schemas, definitions = TypeAdapter.json_schemas(
        [(name, _MODE, adapter) for name, adapter in bodies.items()],
        ref_template="#/components/schemas/{model}",
    )
    known = definitions.get("$defs", {})
    known |= {name: schemas[name, _MODE] for name in bodies if name not in known}
    taken = set(known) & set(written["components"]["schemas"])
    if taken:
        raise ValueError(f"schemas described twice: {', '.join(sorted(taken))}")
    written["components"]["schemas"] |= known
    for path in (path for path in written["paths"] if path.startswith("/mock/")):
        for operation in written["paths"][path].values():
            refused = operation["responses"].get("403", {"content": {}})
            content = {**_NOT_FROM_HERE["content"], **refused["content"]}
            operation["responses"] = {
                **operation["responses"],
                "403": {**_NOT_FROM_HERE, "content": content},
            }
    return written
