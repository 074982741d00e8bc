"""One entry beside its neighbours: whether each column is as it was written, and if not, which is to blame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from chengxin.ledger.chain import HASHED, content_digest_of, hash_of
from chengxin.ledger.damage import Damage, DamageKind
from chengxin.ledger.entry import StoredEntry
from chengxin.ledger.form import is_salt_text

_TELLING: Final = ("seq", "prev_hash", "content_digest")
"""Columns that are written down, or can be worked out, in a second place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the neighbours of an entry say of it.

    Attributes:
        seq: the number that it should have.
        prev_hash: the hash of the entry before; None where entries between are missing.
        next_prev_hash: what the entry behind it, or the head, says its hash is; None where nobody says.
    """

    seq: int
    prev_hash: str | None
    next_prev_hash: Any


def inspect(stored: StoredEntry, around: Surroundings) -> Iterator[Damage]:
    """Yield what is not as it was written in the columns of one entry."""
    culprits = tuple(_culprits(stored, around))
    if culprits:
        is_readable = not set(stored.unreadable()) & set(culprits)
        kind = DamageKind.CHANGED if is_readable else DamageKind.UNREADABLE
        yield damage(kind, stored.seq, columns=culprits, detail="It does not hold what was written.")
    content = _content_culprits(stored)
    if content and "content_digest" not in culprits:
        yield damage(DamageKind.CHANGED, stored.seq, columns=content, detail=_CONTENT)


_CONTENT: Final = "The content and its salt are not those that the entry's digest was made of."


def damage(
    kind: DamageKind, seq: object, *, until: int | None = None, columns: tuple[str, ...] = (), detail: str
) -> Damage:
    """Return a damage of one entry, or of several."""
    number = seq if isinstance(seq, int) else None
    return Damage(
        kind=kind, seq=number, until=number if until is None else until, columns=columns, detail=detail
    )


def is_own_hash(stored: StoredEntry) -> bool:
    """Tell whether the columns under the hash are those that it was made of."""
    try:
        return bool(hash_of(stored) == stored.hash)
    except (ValueError, TypeError):  # what holds half a character, or bytes, has no canonical form
        return False


def _culprits(stored: StoredEntry, around: Surroundings) -> Iterator[str]:
    if is_own_hash(stored):
        return
    unreadable = set(stored.unreadable()) - {"content", "salt"}
    if unreadable:
        yield from (name for name in (*HASHED, "hash") if name in unreadable)
        return
    if hash_of(stored) == around.next_prev_hash:
        yield "hash"
        return
    told = _told(stored, around)
    for name, value in told.items():
        if is_own_hash(replace(stored, **{name: value})):
            yield name
            return
    excluded = {name for name, value in told.items() if getattr(stored, name) == value}
    if stored.hash == around.next_prev_hash:
        excluded.add("hash")
    yield from (name for name in (*HASHED, "hash") if name not in excluded)


def _told(stored: StoredEntry, around: Surroundings) -> dict[str, Any]:
    """Return what some columns hold by what else is known."""
    told: dict[str, Any] = {"seq": around.seq}
    if around.prev_hash is not None:
        told["prev_hash"] = around.prev_hash
    if _has_salted_content(stored):
        told["content_digest"] = content_digest_of(stored.content, bytes.fromhex(stored.salt))
    elif stored.content is None and stored.salt is None and stored.content_digest is not None:
        told["content_digest"] = None  # an entry without content, to which somebody gave a digest
    return told


def _content_culprits(stored: StoredEntry) -> tuple[str, ...]:
    if stored.content is None and stored.salt is None:
        return ()  # erased, or without content from the start: that is told by the entries that name it
    if stored.content is None or stored.salt is None:
        return ("content", "salt")
    if not isinstance(stored.content, str):
        return ("content",)
    if not isinstance(stored.salt, str) or not is_salt_text(stored.salt):
        return ("salt",)
    if stored.content_digest is None:
        return ("content", "salt")
    is_right = _has_salted_content(stored) and (
        content_digest_of(stored.content, bytes.fromhex(stored.salt)) == stored.content_digest
    )
    return () if is_right else ("content", "salt")


def _has_salted_content(stored: StoredEntry) -> bool:
    if not isinstance(stored.content, str) or not isinstance(stored.salt, str):
        return False
    return is_salt_text(stored.salt) and not any("\ud800" <= c <= "\udfff" for c in stored.content)
