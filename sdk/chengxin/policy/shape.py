"""Plain data as a document of the right shape, or everything that is wrong with its shape, in both languages.

pydantic tells what is wrong in its own words; its kinds of error are translated into the codes of the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeVar, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from chengxin.errors import Finding, InvalidPolicy, Wording
from chengxin.identifiers.resident import mask_identity_numbers
from chengxin.policy.condition import Part
from chengxin.policy.messages import CATALOGUE, found
from chengxin.suggestion import Suggester
from chengxin.syntax import Places

_CODES: Final = {
    "address": "field.address",
    "bool_type": "field.boolean",
    "date_from_datetime_parsing": "field.day",
    "date_parsing": "field.day",
    "day": "field.day",
    "day_range": "field.day_range",
    "dict_type": "field.mapping",
    "enum": "field.choice",
    "greater_than_equal": "field.too_small",
    "int_type": "field.whole_number",
    "less_than_equal": "field.too_big",
    "literal_error": "field.choice",
    "missing": "field.missing",
    "model_type": "field.mapping",
    "scalar": "field.scalar",
    "setting_value": "field.setting_value",
    "string_pattern_mismatch": "field.name",
    "string_too_long": "field.too_long",
    "string_too_short": "field.empty",
    "string_type": "field.text",
    "too_long": "field.too_many",
    "too_short": "field.empty",
    "tuple_type": "field.list",
}
"""Code by pydantic's kind of error; our own kinds that are codes themselves stand for themselves."""
_LONGEST_REPEATED: Final = 64
"""So much of what an author wrote is repeated in a finding."""

_P = TypeVar("_P", bound=Part)


def shape(
    part: type[_P], data: Mapping[str, Any], *, name: str, places: Places, beside: Iterable[str] = ()
) -> _P:
    """Return plain data as a part of the right shape.

    Args:
        part: the part, e.g. ``PolicyDocument``.
        data: the plain data.
        name: what its reader calls it.
        places: where each part of it stands.
        beside: further fields that may be written beside those of the part; one that is unknown may mean them.

    Raises:
        InvalidPolicy: with everything that is wrong with the shape.
    """
    try:
        return part.model_validate(data)
    except ValidationError as error:
        known = _Known(part, frozenset(beside), Suggester())
        findings = [f for e in error.errors(include_url=False) for f in _findings(e, known)]
        raise InvalidPolicy(name, places.locate(findings)) from None


class _Known(NamedTuple):
    """What may stand in a document: the part it is read as, what may stand beside it, and what was meant."""

    part: type[Part]
    beside: frozenset[str]
    suggest: Suggester

    def hint(self, location: tuple[int | str, ...]) -> Wording:
        """Return what to write instead of the unknown field at the end of a location."""
        inner, names = self.part, self.beside if len(location) == 1 else frozenset()
        is_name = False
        for step in location[:-1]:
            if isinstance(step, int) or is_name:
                is_name = False
                continue
            annotation = inner.model_fields[step].annotation
            is_name = get_origin(annotation) is dict
            inner = part_in(annotation) or inner
        return self.suggest(str(location[-1]), names | inner.model_fields.keys())


def _findings(detail: ErrorDetails, known: _Known) -> Iterator[Finding]:
    kind, location, given = detail["type"], detail["loc"], detail["input"]
    path = _path(location)
    if kind == "extra_forbidden":
        yield found("field.unknown", path, field=location[-1], hint=known.hint(location))
    elif kind != "too_short" or not given:  # a list whose every item was refused is not also too short
        code = "field.format" if path == "format" else _code(kind)
        yield found(code, path, **_values(code, detail, known.suggest))


def known_kinds() -> frozenset[str]:
    """Return the kinds of error that have words of their own."""
    return frozenset(_CODES) | frozenset(CATALOGUE)


def _code(kind: str) -> str:
    return kind if kind in CATALOGUE else _CODES.get(kind, "field.value")


def _values(code: str, detail: ErrorDetails, suggest: Suggester) -> dict[str, object]:
    """Return what stands for the placeholders of a message."""
    location, given, context = detail["loc"], detail["input"], detail.get("ctx", {})
    values: dict[str, object] = {"field": location[-1] if location else "", "given": _repeatable(given)}
    if code == "field.choice":
        words = str(context["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
        values["hint"] = suggest(str(values["given"]), words)
    if code == "condition.one_field":
        values["count"] = sum(value is not None for value in given.values()) if isinstance(given, dict) else 0
    values["most"] = context.get("max_length", context.get("le"))
    values["least"] = context.get("ge")
    return values


def _repeatable(given: object) -> str:
    """Return what an author wrote, as far as a message may repeat it."""
    return mask_identity_numbers(str(given))[:_LONGEST_REPEATED]


def _path(location: tuple[int | str, ...]) -> str:
    parts = [f"[{p}]" if isinstance(p, int) else f".{p}" for p in location if p != "[key]"]
    return "".join(parts).removeprefix(".")


def part_in(annotation: Any) -> type[Part] | None:  # noqa: ANN401  # any annotation
    """Return the part that an annotation holds, if any."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    return next((part for inner in get_args(annotation) if (part := part_in(inner))), None)
