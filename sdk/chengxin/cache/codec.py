"""What shared tiers hold, as bytes: JSON that names its version, its source and its tenant.

Reading trusts nothing. Whatever is of another version, source or tenant, cut short, mistyped, or at odds with an
invariant of the facts it tells of reads as a miss, so that the public source is asked again (invariant I2).

The schema is derived from the facts' own dataclasses, whose ``__post_init__`` runs on reading as it does anywhere
else. A record's kind says which detail it has.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import date, datetime
from enum import Enum
from typing import Any, Final, TypedDict

from pydantic_core import CoreSchema, SchemaSerializer, SchemaValidator, ValidationError, core_schema

from chengxin.cache.freshness import Entry
from chengxin.identifiers import Uscc
from chengxin.records import Record, RecordKind
from chengxin.records.record import DETAIL_OF

VERSION: Final = 1
"""Version of the format; every change of what a field means makes a new one."""


class _Envelope(TypedDict):
    version: int
    source: str
    tenant: str
    valid_until: datetime
    entry: Entry


def encode(entry: Entry, *, source: str, tenant: str) -> bytes:
    """Return the bytes of an entry, without its anomalies."""
    envelope = _Envelope(
        version=VERSION, source=source, tenant=tenant, valid_until=entry.followed_until, entry=entry
    )
    return _WRITER.to_json(envelope, exclude_defaults=True, warnings="error")


def decode(blob: bytes, *, source: str, tenant: str) -> Entry | None:
    """Return the entry in the bytes, or None where it is not whole, of this version, and of this source and tenant."""
    try:
        envelope: _Envelope = _READER.validate_json(blob)
    except ValidationError:
        return None
    if envelope["source"] != source or envelope["tenant"] != tenant:
        return None
    entry = envelope["entry"]
    return entry if entry.followed_until == envelope["valid_until"] else None


_SCALARS: Final[dict[object, CoreSchema]] = {
    str: core_schema.str_schema(strict=True),
    int: core_schema.int_schema(strict=True),
    bool: core_schema.bool_schema(strict=True),
    date: core_schema.date_schema(strict=True),
    datetime: core_schema.datetime_schema(strict=True, tz_constraint=0),
    Uscc: core_schema.no_info_after_validator_function(
        Uscc,
        core_schema.str_schema(strict=True),
        serialization=core_schema.to_string_ser_schema(),
    ),
}


def _schema(hint: Any) -> CoreSchema:  # noqa: ANN401 -- an annotation is of no type
    """Return the schema of a field by its annotation."""
    inner = typing.get_args(hint)
    if isinstance(hint, types.UnionType):
        return core_schema.nullable_schema(_schema(inner[0]))
    if inner == (Record, ...):
        return core_schema.tuple_schema([_RECORD], variadic_item_index=0)
    if typing.get_origin(hint) is tuple:
        return core_schema.tuple_schema([])
    if hint in _SCALARS:
        return _SCALARS[hint]
    if issubclass(hint, Enum):
        return core_schema.enum_schema(hint, list(hint), sub_type="str")
    return _fact(hint)


def _fact(made: type, **known: CoreSchema) -> CoreSchema:
    """Return the schema of a dataclass; a tuple of anything but records is not kept and reads as empty."""
    hints = typing.get_type_hints(made)
    fields = dataclasses.fields(made)
    arguments = [
        core_schema.dataclass_field(
            field.name,
            _with_default(field, known.get(field.name) or _schema(hints[field.name])),
            kw_only=True,
            serialization_exclude=field.name == "anomalies" or None,
        )
        for field in fields
    ]
    return core_schema.dataclass_schema(
        made,
        core_schema.dataclass_args_schema(made.__name__, arguments, extra_behavior="forbid"),
        [field.name for field in fields],
        post_init=hasattr(made, "__post_init__"),
        slots=True,
        frozen=True,
    )


def _with_default(field: dataclasses.Field[Any], schema: CoreSchema) -> CoreSchema:
    if field.default is dataclasses.MISSING:
        return schema
    return core_schema.with_default_schema(schema, default=field.default)


def _envelope() -> CoreSchema:
    schemas = {
        "version": core_schema.literal_schema([VERSION]),
        "source": _SCALARS[str],
        "tenant": _SCALARS[str],
        "valid_until": _SCALARS[datetime],
        "entry": _fact(Entry),
    }
    fields = {name: core_schema.typed_dict_field(schema) for name, schema in schemas.items()}
    return core_schema.typed_dict_schema(fields, extra_behavior="forbid")


_DETAILS: Final = {made: _fact(made) for made in set(DETAIL_OF.values())}
_RECORD: Final = core_schema.tagged_union_schema(
    {kind.value: _fact(Record, detail=_DETAILS[DETAIL_OF[kind]]) for kind in RecordKind},
    discriminator="kind",
)
_READER: Final = SchemaValidator(_envelope(), core_schema.CoreConfig(cache_strings="keys"))
"""Remembers the names of fields and no values: those differ, so that looking for each costs a fifth of reading."""
_WRITER: Final = SchemaSerializer(_envelope())
