"""Values of the domain as JSON and back, by their own types."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

_T = TypeVar("_T")


def encode(value: object) -> Any:  # noqa: ANN401  # JSON
    """Return a value as JSON."""
    kind: Any = type(value)
    return _adapter(kind).dump_python(value, mode="json")


def decode(kind: type[_T], body: Any) -> _T:  # noqa: ANN401  # JSON
    """Return the value of a JSON form, checked as every value of its type is."""
    found: _T = _adapter(kind).validate_python(body)  # type: ignore[arg-type]
    return found


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401  # a class
    return TypeAdapter(kind)
