"""How entries are chained: what is hashed, and in which form. What makes the chain is what verifies it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Final

from chengxin.errors import InvalidRecord, LedgerError
from chengxin.ledger.entry import ChainHead, LedgerDraft, LedgerEntry, StoredEntry
from chengxin.ledger.form import GENESIS, LARGEST_CONTENT, LARGEST_STUB, SALT_BYTES, instant_text, object_text
from chengxin.ledger.kind import EntryKind

HASHED: Final = ("actor", "at", "content_digest", "erase_at", "kind", "prev_hash", "seq", "stub", "subject")
"""Columns under the hash, in the order in which RFC 8785 writes them."""
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A draft with everything done that does not need to know where it comes to stand.

    Attributes:
        draft: the draft.
        salt: what the digest of its content begins with.
        stored: its columns; number, ``prev_hash`` and ``hash`` are not right yet.
        before: what is hashed, up to where ``<prev_hash>","seq":<seq>`` stands: a database can chain it by itself.
        behind: what is hashed, from there on.
    """

    draft: LedgerDraft
    salt: bytes | None
    stored: StoredEntry
    before: str = field(repr=False)
    behind: str = field(repr=False)

    def after(self, prev: ChainHead) -> StoredEntry:
        """Return the columns of the entry that follows the present head."""
        seq = prev.seq + 1
        form = f'{self.before}{prev.hash}","seq":{seq}{self.behind}'
        return replace(self.stored, seq=seq, prev_hash=prev.hash, hash=_digest(form.encode()))

    def placed(self, *, seq: int, prev_hash: str, hash: str) -> StoredEntry:  # noqa: A002 -- the column's own name
        """Return the columns of the entry where a database chained it.

        Raises:
            LedgerError: it did not come to the hash that we come to.
        """
        placed = self.after(ChainHead(seq=seq - 1, hash=prev_hash))
        if placed.hash != hash:
            raise LedgerError(
                "The database chains entries otherwise than this version. Undo, and report this."
            )
        return placed

    def entry(self, stored: StoredEntry) -> LedgerEntry:
        """Return the entry of its columns, with stub and content as they were given."""
        draft = self.draft
        return LedgerEntry(
            seq=stored.seq,
            at=draft.at,
            kind=draft.kind,
            subject=draft.subject,
            actor=draft.actor,
            stub=draft.stub,
            content=draft.content,
            salt=self.salt,
            content_digest=stored.content_digest,
            erase_at=draft.erase_at,
            prev_hash=stored.prev_hash,
            hash=stored.hash,
        )


def prepare(draft: LedgerDraft, *, salt: bytes | None = None) -> Prepared:
    """Do of a draft all that can be done before the end of the chain is locked.

    Args:
        draft: what is to be appended.
        salt: sixteen fresh random bytes; needed where the draft has a content, and unused where it has none.

    Raises:
        InvalidRecord: stub or content is not of its form; the salt is missing or short.
    """
    if draft.content is None:
        salt = None
    elif salt is None or len(salt) != SALT_BYTES:
        raise InvalidRecord(f"The content of an entry needs a salt of {SALT_BYTES} random bytes.")
    content = _content_text(draft)
    stored = StoredEntry(
        seq=0,
        at=instant_text(draft.at),
        kind=draft.kind.value,
        subject=draft.subject,
        actor=draft.actor,
        stub=object_text(draft.stub, name="stub", largest=LARGEST_STUB),
        content=content,
        salt=None if salt is None else salt.hex(),
        content_digest=None if content is None or salt is None else content_digest_of(content, salt),
        erase_at=None if draft.erase_at is None else instant_text(draft.erase_at),
        prev_hash=GENESIS,
        hash=GENESIS,
    )
    before, _, behind = hashed_form(stored).decode().partition(f'{GENESIS}","seq":0')
    return Prepared(draft=draft, salt=salt, stored=stored, before=before, behind=behind)


def seal(draft: LedgerDraft, *, prev: ChainHead, salt: bytes | None = None) -> LedgerEntry:
    """Return the entry that a draft becomes behind the present head of the chain.

    Args:
        draft: what is to be appended.
        prev: where the chain ends.
        salt: sixteen fresh random bytes; needed where the draft has a content.

    Raises:
        InvalidRecord: stub or content is not of its form; the salt is missing or short.
    """
    prepared = prepare(draft, salt=salt)
    return prepared.entry(prepared.after(prev))


def content_digest_of(content: str, salt: bytes) -> str:
    """Return the digest of a content in its canonical form.

    The salt makes a content that could be guessed, such as one of three severities, unguessable once it is erased.
    """
    return _digest(salt + content.encode())


def hash_of(stored: StoredEntry) -> str:
    """Return the hash that belongs to columns that can be read, whatever their ``hash`` says."""
    return _digest(hashed_form(stored))


def hashed_form(stored: StoredEntry) -> bytes:
    """Return the canonical form (RFC 8785) of all columns but ``content``, ``salt`` and ``hash``.

    It is put together from the stored texts: the stub is in its canonical form already, and the other columns are
    texts, None and one integer. Each is quoted, so that no two entries have the same form.
    """
    pairs = (f'"{name}":{_json(name, getattr(stored, name))}' for name in HASHED)
    return f"{{{','.join(pairs)}}}".encode()


def erasure_stub(seqs: list[int]) -> dict[str, list[int]]:
    """Return the stub of an entry of kind ``CONTENT_ERASED`` that names these entries."""
    return {"seqs": sorted(seqs)}


def checkpoint_stub(seq: int, kid: str) -> dict[str, int | str]:
    """Return the stub of an entry of kind ``CHECKPOINT_SIGNED`` that names this checkpoint."""
    return {"seq": seq, "kid": kid}


def _json(name: str, value: object) -> str:
    return str(value) if name == "stub" else _ENCODER.encode(value)


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _content_text(draft: LedgerDraft) -> str | None:
    if draft.content is None:
        return None
    return object_text(draft.content, name="content", largest=LARGEST_CONTENT)


NAMING: Final = frozenset({EntryKind.CONTENT_ERASED, EntryKind.CHECKPOINT_SIGNED})
"""Kinds whose stub is read by verification."""
