"""Our own published shape of a step in the life of a policy version; the journal of a store holds it."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import Any, Final

from chengxin.errors import InvalidRecord, LifecycleRefused
from chengxin.policy.lifecycle import Move, Step

_INSTANTS: Final = frozenset({"at", "effective_at"})
_DAYS: Final = frozenset({"effective_from", "effective_until"})


def encode_step(step: Step) -> dict[str, Any]:
    """Return a step as JSON values, without the parts that it does not have."""
    values = {part.name: getattr(step, part.name) for part in fields(step)}
    return {name: _encode(value) for name, value in values.items() if value is not None}


def decode_step(data: object) -> Step:
    """Return the step of JSON values: exactly one that ``encode_step`` gives.

    Raises:
        InvalidRecord: it is no step, or holds more, less or other than one.
    """
    if not isinstance(data, dict):
        raise InvalidRecord("This is no step of a policy version: it is no object.")
    try:
        step = Step(**{name: _decode(name, value) for name, value in data.items()})
        is_same = encode_step(step) == data
    except (LifecycleRefused, TypeError, ValueError) as error:
        raise InvalidRecord(f"This is no step of a policy version: {error}") from None
    if not is_same:
        raise InvalidRecord("This is no step of a policy version: it is not written as steps are.")
    return step


def _encode(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _decode(name: str, value: Any) -> Any:  # noqa: ANN401  # any JSON value
    if name in _INSTANTS:
        return datetime.fromisoformat(value)
    if name in _DAYS:
        return date.fromisoformat(value)
    return Move(value) if name == "move" else value
