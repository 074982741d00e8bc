"""The ledger as JSON Lines, to be kept elsewhere and verified without its database.

The first line says where the chain ends, then each checkpoint has a line, then each entry. Stub and content are objects
in it, as they are read by people and programs; what cannot be read is written as the text that it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from chengxin.canonical import canonical_bytes
from chengxin.errors import LedgerDamaged
from chengxin.ledger.checkpoint import Checkpoint
from chengxin.ledger.entry import COLUMNS, ChainHead, StoredEntry
from chengxin.ledger.form import is_digest_text, read_json, read_object

FORMAT: Final = 1
_OBJECTS: Final = ("stub", "content")
_LOST: Final = StoredEntry.of(dict.fromkeys(COLUMNS))
"""What is told of a line that cannot be read: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An export that was opened.

    Attributes:
        head: where the chain is said to end.
        checkpoints: signed checkpoints, by number.
        entries: the entries, as they are read; once.
    """

    head: ChainHead
    checkpoints: tuple[Checkpoint, ...]
    entries: Iterator[StoredEntry]


def encode_export(
    head: ChainHead, checkpoints: Iterable[Checkpoint], entries: Iterable[StoredEntry]
) -> Iterator[str]:
    """Yield the lines of an export, without line ends."""
    yield _line({"chengxin_ledger": FORMAT, "head": {"seq": head.seq, "hash": head.hash}})
    for checkpoint in checkpoints:
        yield _line({"checkpoint": checkpoint.encode()})
    for stored in entries:
        yield _line({"entry": {name: _shown(name, value) for name, value in stored.columns().items()}})


def decode_export(lines: Iterable[str]) -> Export:
    """Open an export; that it is whole is for ``verify_chain`` to say.

    Raises:
        LedgerDamaged: it does not begin as an export does, or a checkpoint cannot be read.
    """
    rest = iter(lines)
    head = _head(_object(next(rest, "")))
    checkpoints: list[Checkpoint] = []
    first: object = None
    for line in rest:
        first = _object(line)
        if not isinstance(first, dict) or set(first) != {"checkpoint"}:
            break
        values = first["checkpoint"]
        checkpoints.append(Checkpoint.decode(values if isinstance(values, dict) else {}))
        first = None
    return Export(head=head, checkpoints=tuple(checkpoints), entries=_entries(first, rest))


def _entries(first: object, rest: Iterator[str]) -> Iterator[StoredEntry]:
    if first is not None:
        yield _entry(first)
    for line in rest:
        yield _entry(_object(line))


def _entry(line: object) -> StoredEntry:
    values = line.get("entry") if isinstance(line, dict) and set(line) == {"entry"} else None
    if not isinstance(values, dict) or set(values) != set(COLUMNS):
        return _LOST
    return StoredEntry.of({name: _stored(name, value) for name, value in values.items()})


def _head(line: object) -> ChainHead:
    values = line.get("head") if isinstance(line, dict) and line.get("chengxin_ledger") == FORMAT else None
    seq, digest = (values.get("seq"), values.get("hash")) if isinstance(values, dict) else (None, None)
    if type(seq) is not int or seq < 0 or not isinstance(digest, str) or not is_digest_text(digest):
        raise LedgerDamaged(
            "This is no export of a ledger: its first line does not say where the chain ends. Export it anew."
        )
    return ChainHead(seq=seq, hash=digest)


def _shown(name: str, value: Any) -> Any:  # noqa: ANN401  # whatever a column holds
    if name in _OBJECTS and isinstance(value, str):
        try:
            return read_object(value)
        except (ValueError, RecursionError):
            return value
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value


def _stored(name: str, value: Any) -> Any:  # noqa: ANN401  # whatever stands in a line
    if name not in _OBJECTS or not isinstance(value, dict):
        return value
    try:
        return canonical_bytes(value).decode()
    except (ValueError, RecursionError):
        return value


def _object(line: str) -> object:
    try:
        return read_json(line)
    except (ValueError, RecursionError):
        return None


def _line(value: dict[str, Any]) -> str:
    try:
        return canonical_bytes(value).decode()
    except ValueError:  # a damaged column may hold what RFC 8785 knows no form of
        return json.dumps(value, default=str)
