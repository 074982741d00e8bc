"""The schemas of the parts of a document as pydantic sees them, with what its validators let pass besides.

Functions that read several spellings of a value are named here one by one: one that is not known stops the
generation, so that the schema never says less or more than what is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias, cast

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from chengxin.policy.condition import LARGEST

_NUMBER: Final = {"type": "integer", "minimum": -LARGEST, "maximum": LARGEST}

Spelling: TypeAlias = Callable[[JsonSchemaValue], JsonSchemaValue]


def _one_or_several(inner: JsonSchemaValue) -> JsonSchemaValue:
    return {"anyOf": [inner["items"], inner | {"minItems": 1}]}


def _text_or_number(inner: JsonSchemaValue) -> JsonSchemaValue:
    return {"anyOf": [inner, {"type": "number"}]}  # 2026.1 is a number to editors, and a text to the reader


def _day(inner: JsonSchemaValue) -> JsonSchemaValue:
    return inner | {"pattern": r"^\d{4}-\d{2}-\d{2}$"}


def _address(inner: JsonSchemaValue) -> JsonSchemaValue:
    return inner | {"format": "uri", "pattern": "^https://"}


def _as_it_is(inner: JsonSchemaValue) -> JsonSchemaValue:
    return inner


_BEFORE: Final = {"_listed": _one_or_several, "_cited": _text_or_number, "_day": _day}
_AFTER: Final = {"_address": _address, "_visible": _as_it_is, "_distinct": _as_it_is, "_countable": _as_it_is}
_PLAIN: Final[dict[str, JsonSchemaValue]] = {
    "_setting_value": {
        "anyOf": [
            _NUMBER,
            {"type": "boolean"},
            {"type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"},
        ]
    },
    "_scalar": {"anyOf": [_NUMBER, {"type": "boolean"}, {"type": "string"}]},
}


class Generator(GenerateJsonSchema):
    """Generates the schemas of the parts of a document."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        """Return what is read before the value is looked at, in all its spellings."""
        return self._spelled(_BEFORE, schema)

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        """Return a value that is looked at once more."""
        return self._spelled(_AFTER, schema)

    def function_plain_schema(self, schema: core_schema.PlainValidatorFunctionSchema) -> JsonSchemaValue:
        """Return a value that a function alone reads."""
        return dict(_PLAIN[_name(schema)])

    def _spelled(
        self,
        known: Mapping[str, Spelling],
        schema: Any,  # noqa: ANN401  # two kinds
    ) -> JsonSchemaValue:
        is_pydantics = _is_of_a_part(schema) or _is_pydantics(_function(schema))
        spelled = known.get(_name(schema), _as_it_is if is_pydantics else None)
        if spelled is None:
            raise KeyError(f"the schema does not know what {_name(schema)} lets pass")
        return spelled(self.generate_inner(schema["schema"]))


def _function(schema: Any) -> Callable[..., Any]:  # noqa: ANN401  # several kinds
    function = schema["function"]["function"]
    return cast("Callable[..., Any]", getattr(function, "func", function))


def _is_pydantics(function: Callable[..., Any]) -> bool:
    """Tell whether pydantic itself looks at a bound with this function."""
    return str(getattr(function, "__module__", "")).startswith("pydantic.")


def _name(schema: Any) -> str:  # noqa: ANN401  # several kinds
    return _function(schema).__name__


def _is_of_a_part(schema: Any) -> bool:  # noqa: ANN401  # several kinds
    """Tell whether it is what a part asks of itself as a whole."""
    return bool(schema["schema"]["type"] == "model")
