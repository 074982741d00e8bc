"""The ledger (台账): append-only, hash-chained, signed at checkpoints; what has to be erased is, and the chain holds.

Pure: a store appends and reads, this says what an entry is, how it is chained, and whether a chain is whole.
"""

from chengxin.ledger.chain import Prepared, checkpoint_stub, erasure_stub, prepare, seal
from chengxin.ledger.checkpoint import CHECKPOINT_TYPE, Checkpoint, sign_checkpoint
from chengxin.ledger.damage import ChainReport, Damage, DamageKind
from chengxin.ledger.entry import COLUMNS, ChainHead, LedgerDraft, LedgerEntry, StoredEntry
from chengxin.ledger.export import Export, decode_export, encode_export
from chengxin.ledger.form import GENESIS, SALT_BYTES, instant_text, read_instant
from chengxin.ledger.kind import EntryKind
from chengxin.ledger.verification import verify_chain

__all__ = [
    "CHECKPOINT_TYPE",
    "COLUMNS",
    "GENESIS",
    "SALT_BYTES",
    "ChainHead",
    "ChainReport",
    "Checkpoint",
    "Damage",
    "DamageKind",
    "EntryKind",
    "Export",
    "LedgerDraft",
    "LedgerEntry",
    "Prepared",
    "StoredEntry",
    "checkpoint_stub",
    "decode_export",
    "encode_export",
    "erasure_stub",
    "instant_text",
    "prepare",
    "read_instant",
    "seal",
    "sign_checkpoint",
    "verify_chain",
]
