"""What keeps the ledger and the outbox in order: checkpoints, contents that are due, events that are long done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from chengxin.clock import Clock
from chengxin.ledger import Checkpoint, sign_checkpoint
from chengxin.signing import Signer

if TYPE_CHECKING:
    from chengxin.store.sql import SqlStore

_KEPT_FOR: Final = timedelta(days=30)
_MOST_ROUNDS: Final = 100


class Upkeep:
    """Does what the ledger and the outbox need from time to time; any number of processes may do it at once.

    Args:
        store: the database.
        clock: time.
        signer: signs checkpoints; None where none are signed.
    """

    def __init__(self, store: SqlStore, *, clock: Clock, signer: Signer | None = None) -> None:
        self._store = store
        self._clock = clock
        self._signer = signer

    def sign(self) -> Checkpoint | None:
        """Sign where the ledger stands, and return the checkpoint; None without a key, or where nothing is new.

        Raises:
            StoreUnavailable: nothing was kept; call it again.
            ChengxinError: the key could not be used.
        """
        from chengxin.store.sql.ledger import LedgerRows  # noqa: PLC0415 -- who keeps nothing loads no SQL

        if self._signer is None:
            return None
        with self._store.reading() as connection:
            rows = LedgerRows(connection)
            head = rows.head()
            signed = max((one.seq for one in rows.checkpoints()), default=-1)
        if head.seq < 1 or head.seq == signed + 1:  # the entry that names a checkpoint needs none of its own
            return None
        checkpoint = sign_checkpoint(head, at=self._now(), signer=self._signer)
        with self._store.transaction() as connection:
            LedgerRows(connection).put_checkpoint(checkpoint)
        return checkpoint

    def erase(self) -> int:
        """Erase contents of the ledger whose term is over, and return how many; what they leave on the disk goes, too.

        Raises:
            StoreUnavailable: not all was erased; call it again.
        """
        from chengxin.store.sql.ledger import LedgerRows  # noqa: PLC0415 -- see above
        from chengxin.store.sql.remains import clear_remains  # noqa: PLC0415 -- see above

        count = 0
        for _ in range(_MOST_ROUNDS):
            with self._store.transaction() as connection:
                erased = len(LedgerRows(connection).erase_due(self._now()))
            if not erased:
                break
            count += erased
        if count:
            clear_remains(self._store)
        return count

    def forget(self) -> int:
        """Delete events that were handed out a month ago or more, and return how many.

        Raises:
            StoreUnavailable: nothing was deleted; call it again.
        """
        from chengxin.store.sql.outbox import OutboxRows  # noqa: PLC0415 -- see above

        with self._store.transaction() as connection:
            return OutboxRows(connection).forget(before=self._now() - _KEPT_FOR)

    def _now(self) -> datetime:
        return self._clock.now()
