"""What shared tiers hold, as bytes: JSON that names its version, its source and its tenant.

Reading trusts nothing. Whatever is of another version, source or tenant, cut short, mistyped, or at odds with an
invariant of the facts it tells of reads as a miss, so that the public source is asked again (invariant I2).

The schema is derived from the facts' own dataclasses. A fact is the list of its fields' values in their order, for
names would be half of what is read; a record stands under its kind, which says which detail it has. Reading makes
facts whose ``__post_init__`` runs as it does anywhere else.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from pydantic_core import CoreSchema, SchemaSerializer, SchemaValidator, ValidationError, core_schema

from chengxin.cache.freshness import Entry
from chengxin.identifiers import Uscc
from chengxin.records import Record, RecordKind
from chengxin.records.record import DETAIL_OF

VERSION: Final = 2
"""Version of the format; every change of a field, of its meaning or of its place makes a new one."""


def encode(entry: Entry, *, source: str, tenant: str) -> bytes:
    """Return the bytes of an entry, without its anomalies."""
    envelope = (VERSION, source, tenant, entry.followed_until, entry)
    return _WRITER.to_json(envelope, warnings="error")


def decode(blob: bytes, *, source: str, tenant: str) -> Entry | None:
    """Return the entry in the bytes, or None where it is not whole, of this version, and of this source and tenant."""
    try:
        _, from_source, for_tenant, valid_until, entry = _READER.validate_json(blob)
    except ValidationError:
        return None
    if from_source != source or for_tenant != tenant or entry.followed_until != valid_until:
        return None
    return typing.cast("Entry", entry)


def _instant(text: str) -> datetime:
    """Return an instant in ``UTC`` itself: those that share one time zone are compared without asking it."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is not UTC:
        raise ValueError("An instant is kept in UTC.")
    return at


_SCALARS: Final[dict[object, CoreSchema]] = {
    str: core_schema.str_schema(strict=True),
    int: core_schema.int_schema(strict=True),
    bool: core_schema.bool_schema(strict=True),
    date: core_schema.date_schema(strict=True),
    datetime: core_schema.no_info_after_validator_function(
        _instant, core_schema.str_schema(strict=True), serialization=core_schema.simple_ser_schema("datetime")
    ),
    Uscc: core_schema.no_info_after_validator_function(
        Uscc,
        core_schema.str_schema(strict=True),
        serialization=core_schema.to_string_ser_schema(),
    ),
}


@functools.cache
def _schema(hint: Any) -> CoreSchema:  # noqa: ANN401 -- an annotation is of no type
    """Return the schema of a field by its annotation."""
    inner = typing.get_args(hint)
    if isinstance(hint, types.UnionType):
        return core_schema.nullable_schema(_schema(inner[0]))
    if inner == (Record, ...):
        return _records()
    if hint in _SCALARS:
        return _SCALARS[hint]
    if issubclass(hint, Enum):
        return core_schema.enum_schema(hint, list(hint), sub_type="str")
    return _fact(hint)


def _fact(made: type, *, detail: type | None = None, **known: object) -> CoreSchema:
    """Return the schema of a dataclass; a tuple that may be empty is not kept and reads as empty.

    Args:
        made: the dataclass.
        detail: what its field of that name is; None where its annotation tells.
        known: values of fields that are not kept.
    """
    hints = typing.get_type_hints(made) | ({} if detail is None else {"detail": detail})
    known |= {field.name: () for field in dataclasses.fields(made) if field.default == ()}
    names = [field.name for field in dataclasses.fields(made) if field.name not in known]
    kept = core_schema.tuple_schema([_schema(hints[name]) for name in names])

    def look(fact: object) -> tuple[object, ...]:
        return tuple([getattr(fact, name) for name in names])

    return core_schema.no_info_after_validator_function(
        _maker(made, names, known),
        kept,
        serialization=core_schema.plain_serializer_function_ser_schema(look, return_schema=kept),
    )


def _maker(made: type, names: list[str], known: dict[str, object]) -> Callable[[tuple[object, ...]], object]:
    """Return what makes a fact of the values of its fields.

    A frozen dataclass sets each of its slots by a call, and an answer has a hundred. A draft has the same slots and
    is not frozen: it takes the values, and becomes the fact before anybody sees it.
    """
    rest = [(name, Any, dataclasses.field(default=value)) for name, value in known.items()]
    draft = dataclasses.make_dataclass(
        made.__name__, [*names, *rest], slots=True, repr=False, eq=False, match_args=False
    )
    check: Callable[[object], None] = getattr(made, "__post_init__", _accept)

    def make(values: tuple[object, ...]) -> object:
        fact = draft(*values)
        fact.__class__ = made
        check(fact)
        return fact

    return make


def _accept(_fact: object) -> None:
    """Accept a fact that demands nothing of its fields."""


def _records() -> CoreSchema:
    """Return the schema of an answer's records: those that follow each other and are of one kind stand under it."""
    runs = {
        kind.value: core_schema.typed_dict_field(
            _several(_fact(Record, detail=DETAIL_OF[kind], kind=kind)), required=False
        )
        for kind in RecordKind
    }
    kept = _several(core_schema.typed_dict_schema(runs, extra_behavior="forbid"))
    return core_schema.no_info_after_validator_function(
        _join,
        kept,
        serialization=core_schema.plain_serializer_function_ser_schema(_part, return_schema=kept),
    )


def _several(schema: CoreSchema) -> CoreSchema:
    return core_schema.tuple_schema([schema], variadic_item_index=0)


def _part(records: tuple[Record, ...]) -> tuple[dict[str, tuple[Record, ...]], ...]:
    return tuple([{kind.value: tuple(run)} for kind, run in groupby(records, attrgetter("kind"))])


def _join(runs: tuple[dict[str, tuple[Record, ...]], ...]) -> tuple[Record, ...]:
    return tuple([record for (run,) in map(dict.values, runs) for record in run])


_ENVELOPE: Final = core_schema.tuple_schema(
    [
        core_schema.literal_schema([VERSION]),
        _SCALARS[str],
        _SCALARS[str],
        _SCALARS[datetime],
        _fact(Entry),
    ]
)
_READER: Final = SchemaValidator(_ENVELOPE, core_schema.CoreConfig(cache_strings="none"))
"""Remembers no strings: values differ, so that looking for each would make reading a third longer."""
_WRITER: Final = SchemaSerializer(_ENVELOPE)
