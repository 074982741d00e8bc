"""A ledger to damage: entries of several kinds, erased contents, signed checkpoints."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from chengxin.ledger import (
    ChainHead,
    Checkpoint,
    EntryKind,
    LedgerDraft,
    StoredEntry,
    checkpoint_stub,
    erasure_stub,
    prepare,
    sign_checkpoint,
    verify_chain,
)
from chengxin.signing import KeySigner, Verifier, generate_key

AT = datetime(2026, 6, 1, 4, 0, 0, 250, tzinfo=UTC)
CODE = "91350100M000100Y43"
SIGNER = KeySigner.from_pem(generate_key(), kid="2026-06")
VERIFIER = Verifier.of(SIGNER)


def a_draft(number=1, **changes):
    """Return the draft of an imposed measure."""
    values = {
        "at": AT + timedelta(seconds=number),
        "kind": EntryKind.MEASURE_IMPOSED,
        "subject": CODE,
        "stub": {"measure": f"m-{number}", "rule": "deposit", "severity": "SERIOUS", "days": 90},
        "content": {"facts": f"第 {number} 号处罚决定\n", "fen": 12_345},
        "erase_at": AT + timedelta(days=number),
    }
    return LedgerDraft(**values | changes)


@dataclass
class Book:
    """Entries as a store keeps them, in memory."""

    entries: list[StoredEntry] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)

    @property
    def head(self):
        """Where it ends."""
        return (
            ChainHead(seq=self.entries[-1].seq, hash=self.entries[-1].hash) if self.entries else ChainHead()
        )

    def append(self, draft):
        """Append an entry."""
        prepared = prepare(draft, salt=bytes([len(self.entries) % 256]) * 16)
        self.entries.append(prepared.after(self.head))

    def erase(self, *seqs):
        """Erase contents and append the entry that names them."""
        for seq in seqs:
            self.entries[seq - 1] = replace(self.entries[seq - 1], content=None, salt=None)
        self.append(
            LedgerDraft(at=AT, kind=EntryKind.CONTENT_ERASED, stub=erasure_stub(list(seqs)), subject=None)
        )

    def sign(self):
        """Sign a checkpoint and append the entry that names it."""
        checkpoint = sign_checkpoint(self.head, at=AT, signer=SIGNER)
        self.checkpoints.append(checkpoint)
        stub = checkpoint_stub(checkpoint.seq, checkpoint.kid)
        self.append(LedgerDraft(at=AT, kind=EntryKind.CHECKPOINT_SIGNED, stub=stub))

    def verify(self, **changes):
        """Verify it as it stands."""
        given = {"head": self.head, "checkpoints": self.checkpoints, "verifier": VERIFIER} | changes
        return verify_chain(given.pop("entries", self.entries), **given)


def a_book():
    """Return a ledger of twelve entries: two erased contents, two checkpoints."""
    book = Book()
    for number in range(1, 5):
        book.append(a_draft(number))
    book.append(a_draft(5, content=None, erase_at=None, actor="王芳", kind=EntryKind.MEASURE_ENDED))
    book.sign()
    book.erase(2, 4)
    book.append(a_draft(8, subject=None, actor='"\\ 李', stub={}, erase_at=None))
    book.append(a_draft(9))
    book.sign()
    book.append(a_draft(11, kind=EntryKind.STATEMENT_WITHDRAWN))
    book.append(a_draft(12))
    return book
