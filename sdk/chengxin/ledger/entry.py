"""An entry of the ledger: as somebody proposes it, as it stands, and as a store keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final, Self

from chengxin.errors import InvalidRecord, LedgerDamaged
from chengxin.ledger.form import (
    GENESIS,
    LARGEST_CONTENT,
    LARGEST_STUB,
    SALT_BYTES,
    check_name,
    instant_text,
    is_digest_text,
    is_salt_text,
    object_text,
    read_instant,
    read_object,
)
from chengxin.ledger.kind import EntryKind, is_kind_name, kind_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerDraft:
    """An entry that is to be appended.

    Attributes:
        at: when it happened, aware UTC.
        kind: what happened.
        stub: what stays for good: ids, rule, policy digest, hash of the decision's number, severity, times, outcome.
            Never facts, names or amounts.
        subject: whom it is about: a unified social credit code, of a person the keyed pseudonym; None where nobody.
        actor: the person who did it; None where it happened without one.
        content: what may be erased; None where there is nothing of the kind.
        erase_at: from when on the content is to be erased, aware UTC; None where no term is known.

    Raises:
        InvalidRecord: a part is not of its form, or holds an identity number.
    """

    at: datetime
    kind: EntryKind
    stub: Mapping[str, Any]
    subject: str | None = None
    actor: str | None = None
    content: Mapping[str, Any] | None = field(default=None, repr=False)
    erase_at: datetime | None = None

    def __post_init__(self) -> None:
        instant_text(self.at)
        if type(self.kind) is not EntryKind:
            raise InvalidRecord("The kind of an entry is an EntryKind.")
        for name in ("subject", "actor"):
            if getattr(self, name) is not None:
                check_name(getattr(self, name), name=name)
        if self.erase_at is not None:
            instant_text(self.erase_at)
            if self.content is None:
                raise InvalidRecord("An entry without content has nothing to erase. Leave erase_at out.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """An entry as it stands in the ledger.

    Attributes:
        seq: its number; the first is 1, and none is left out.
        at: when it happened, aware UTC.
        kind: what happened; a text where a later version of the software wrote it.
        subject: whom it is about; None where nobody.
        actor: the person who did it; None where it happened without one.
        stub: what stays for good.
        content: what may be erased; None where there is none, and where it is erased.
        salt: sixteen random bytes that the digest of the content begins with; erased with it.
        content_digest: SHA-256 over salt and content; stays.
        erase_at: from when on the content is to be erased; None where no term is known.
        prev_hash: hash of the entry before.
        hash: SHA-256 of the canonical form (RFC 8785) of everything but content and salt.
    """

    seq: int
    at: datetime
    kind: EntryKind | str
    subject: str | None
    actor: str | None
    stub: Mapping[str, Any]
    content: Mapping[str, Any] | None = field(repr=False)
    salt: bytes | None = field(repr=False)
    content_digest: str | None
    erase_at: datetime | None
    prev_hash: str
    hash: str

    def __post_init__(self) -> None:
        if self.content_digest is None and (self.content is not None or self.salt is not None):
            raise InvalidRecord("The content of an entry has a digest.")
        if (self.content is None) != (self.salt is None):
            raise InvalidRecord("The content of an entry and its salt are kept and erased together.")
        if self.salt is not None and len(self.salt) != SALT_BYTES:
            raise InvalidRecord(f"The salt of a content has {SALT_BYTES} bytes.")

    @property
    def is_erased(self) -> bool:
        """Whether it had a content that is erased."""
        return self.content_digest is not None and self.content is None

    def stored(self) -> StoredEntry:
        """Return it as a store keeps it."""
        return StoredEntry(
            seq=self.seq,
            at=instant_text(self.at),
            kind=str(self.kind),
            subject=self.subject,
            actor=self.actor,
            stub=object_text(self.stub, name="stub", largest=LARGEST_STUB),
            content=None
            if self.content is None
            else object_text(self.content, name="content", largest=LARGEST_CONTENT),
            salt=None if self.salt is None else self.salt.hex(),
            content_digest=self.content_digest,
            erase_at=None if self.erase_at is None else instant_text(self.erase_at),
            prev_hash=self.prev_hash,
            hash=self.hash,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """The columns of an entry as they were read, whatever they hold: what is damaged is looked at too.

    In what is whole ``seq`` is an integer and every other column a text or None, in its one written form.
    """

    seq: Any
    at: Any
    kind: Any
    subject: Any
    actor: Any
    stub: Any
    content: Any = field(repr=False)
    salt: Any = field(repr=False)
    content_digest: Any
    erase_at: Any
    prev_hash: Any
    hash: Any

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> Self:
        """Return the entry of columns by name."""
        return cls(**{name: columns[name] for name in COLUMNS})

    def columns(self) -> dict[str, Any]:
        """Return the columns by name."""
        return {name: getattr(self, name) for name in COLUMNS}

    def unreadable(self) -> tuple[str, ...]:
        """Return the columns that do not hold what such a column can."""
        return tuple(name for name, can_hold in _FORMS.items() if not can_hold(getattr(self, name)))

    def decode(self) -> LedgerEntry:
        """Return the entry; that it is the one that was written is for ``verify_chain`` to say.

        Raises:
            LedgerDamaged: a column does not hold what such a column can.
        """
        if unreadable := self.unreadable():
            seq = self.seq if _is_seq(self.seq) else None
            raise LedgerDamaged(
                f"Entry {seq or 'of an unknown number'} of the ledger cannot be read: {', '.join(unreadable)} "
                "does not hold what was written. Run chengxin ledger verify, and restore a copy.",
                seq=seq,
                columns=unreadable,
            )
        return LedgerEntry(
            seq=self.seq,
            at=read_instant(self.at),
            kind=kind_of(self.kind),
            subject=self.subject,
            actor=self.actor,
            stub=read_object(self.stub),
            content=None if self.content is None else read_object(self.content),
            salt=None if self.salt is None else bytes.fromhex(self.salt),
            content_digest=self.content_digest,
            erase_at=None if self.erase_at is None else read_instant(self.erase_at),
            prev_hash=self.prev_hash,
            hash=self.hash,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHead:
    """Where the chain ends: number and hash of its last entry."""

    seq: int = 0
    hash: str = GENESIS


COLUMNS: Final = tuple(part.name for part in fields(StoredEntry))
"""Names of all columns, in their order."""


def _is_seq(value: object) -> bool:
    return type(value) is int and value > 0


def _is_text(value: object) -> bool:
    return isinstance(value, str) and _reads(str.encode, value)


def _is_object(value: object) -> bool:
    return isinstance(value, str) and _reads(read_object, value)


def _is_instant(value: object) -> bool:
    return isinstance(value, str) and _reads(read_instant, value)


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and is_digest_text(value)


def _reads(read: Any, text: str) -> bool:  # noqa: ANN401  # any reader of a text
    try:
        read(text)
    except (ValueError, RecursionError):
        return False
    return True


def _or_none(form: Any) -> Any:  # noqa: ANN401  # any of the forms above
    return lambda value: value is None or form(value)


_FORMS: Final[dict[str, Any]] = {
    "seq": _is_seq,
    "at": _is_instant,
    "kind": lambda value: isinstance(value, str) and is_kind_name(value),
    "subject": _or_none(_is_text),
    "actor": _or_none(_is_text),
    "stub": _is_object,
    "content": _or_none(_is_object),
    "salt": _or_none(lambda value: isinstance(value, str) and is_salt_text(value)),
    "content_digest": _or_none(_is_digest),
    "erase_at": _or_none(_is_instant),
    "prev_hash": _is_digest,
    "hash": _is_digest,
}
