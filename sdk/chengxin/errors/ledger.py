"""The ledger, where it is not what was written."""

from __future__ import annotations

from collections.abc import Sequence

from chengxin.errors.root import ChengxinError


class LedgerError(ChengxinError):
    """The ledger did not do what was asked; nothing was recorded."""

    code = "ledger"


class LedgerDamaged(LedgerError):
    """What is in the ledger is not what was written.

    Attributes:
        seq: number of the entry that is concerned; None where it cannot be told.
        columns: the columns that may have been changed; empty where it is the entry as a whole.
    """

    code = "ledger_damaged"

    def __init__(self, message: str, *, seq: int | None = None, columns: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.seq = seq
        self.columns = tuple(columns)
