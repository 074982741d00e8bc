"""What verification finds: each damage with its place, and what the whole comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chengxin.errors import LedgerDamaged
from chengxin.ledger.entry import ChainHead

MOST_DAMAGES: Final = 100
"""So many are told one by one; the rest is counted."""


class DamageKind(StrEnum):
    """What is wrong, as a stable word."""

    UNREADABLE = "unreadable"
    """A column does not hold what such a column can."""
    CHANGED = "changed"
    """A column does not hold what was written."""
    MISSING = "missing"
    """Entries are missing, with others behind them."""
    OUT_OF_ORDER = "out_of_order"
    """An entry stands behind one of a higher or the same number."""
    NOT_CHAINED = "not_chained"
    """An entry is not chained to the one before it: one of them was put there, or written anew."""
    TRUNCATED = "truncated"
    """The last entries are missing."""
    HEAD = "head"
    """The head does not name the last entry."""
    CONTENT_MISSING = "content_missing"
    """A content is gone, and no entry says that it was erased."""
    CONTENT_KEPT = "content_kept"
    """An entry says that a content was erased, and it is there, or never was, or was erased before."""
    CHECKPOINT_MISMATCH = "checkpoint_mismatch"
    """A checkpoint names another hash than the entry has, or columns of it say what its signature does not."""
    CHECKPOINT_SIGNATURE = "checkpoint_signature"
    """A checkpoint is not signed by a trusted key."""
    CHECKPOINT_MISSING = "checkpoint_missing"
    """An entry names a checkpoint that is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One thing that is not as it was written.

    Attributes:
        kind: what is wrong.
        seq: the entry, or the first of several; None where no number can be told.
        until: the last of several entries; ``seq`` where it is one.
        columns: the columns that may have been changed: one where it can be told which; empty where it is the entry
            as a whole.
        detail: the same in a sentence, without what stood there.
    """

    kind: DamageKind
    seq: int | None
    until: int | None
    columns: tuple[str, ...]
    detail: str

    @property
    def place(self) -> str:
        """Where it is, e.g. ``entry 7, column stub``."""
        number = "entry of unknown number" if self.seq is None else f"entry {self.seq}"
        if self.until is not None and self.until != self.seq:
            number = f"entries {self.seq} to {self.until}"
        if not self.columns:
            return number
        noun = "column" if len(self.columns) == 1 else "one of the columns"
        return f"{number}, {noun} {', '.join(self.columns)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """What verification found.

    Attributes:
        entries: how many entries were read.
        last: number and hash of the last one.
        contents: how many contents are there, each as it was written.
        erased: how many contents were erased, each named by an entry that says so.
        checkpoints: how many checkpoints agree with their entries.
        signatures: how many of them were found signed by a trusted key; 0 where no keys were given.
        damages: what is not as it was written, in the order found; the first hundred.
        damage_count: how many there are.
    """

    entries: int
    last: ChainHead
    contents: int
    erased: int
    checkpoints: int
    signatures: int
    damages: tuple[Damage, ...]
    damage_count: int

    @property
    def is_whole(self) -> bool:
        """Whether everything is as it was written."""
        return not self.damage_count

    def raise_for_damage(self) -> None:
        """Raise where something is not as it was written.

        Raises:
            LedgerDamaged: it names the first place, and how many more there are.
        """
        if self.is_whole:
            return
        first, more = self.damages[0], self.damage_count - 1
        others = f" There is more damage in {more} place(s)." if more else ""
        raise LedgerDamaged(
            f"The ledger is not what was written: {first.place}: {first.detail}{others} "
            "Keep it as it is for evidence, and restore a copy whose checkpoints verify.",
            seq=first.seq,
            columns=first.columns,
        )
