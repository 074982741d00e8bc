"""What keeps the store in order: checkpoints, what is to be erased and what it leaves behind, events that are done."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from chengxin.clock import Clock
from chengxin.ledger import Checkpoint, sign_checkpoint
from chengxin.procedure.retention import Retention
from chengxin.signing import Signer

if TYPE_CHECKING:
    from chengxin.store.sql import SqlStore

_log: Final = logging.getLogger("chengxin.upkeep")
_KEPT_FOR: Final = timedelta(days=30)
_MOST_ROUNDS: Final = 100


class Upkeep:
    """Does what the store needs from time to time; any number of processes may do it at once.

    Args:
        store: the database.
        clock: time.
        signer: signs checkpoints; None where none are signed.
        retention: for how long what people say in procedures is kept.
    """

    def __init__(
        self,
        store: SqlStore,
        *,
        clock: Clock,
        signer: Signer | None = None,
        retention: Retention | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._signer = signer
        self._retention = retention or Retention()

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
        """Erase whatever is due, and return how many things were; what they leave on the disk goes, too.

        These are contents of the ledger, and appeals, objections and pledges with their evidence. Statements of reasons
        are erased by ``Treatments.sweep``.

        Raises:
            StoreUnavailable: not all was erased; call it again.
        """
        from chengxin.services.erasing import erase_hearings  # noqa: PLC0415 -- see above
        from chengxin.store.sql.ledger import LedgerRows  # noqa: PLC0415 -- see above

        count = 0
        for _ in range(_MOST_ROUNDS):
            with self._store.transaction() as connection:
                erased = len(LedgerRows(connection).erase_due(self._now()))
            if not erased:
                break
            count += erased
        count += erase_hearings(self._store, self._retention, at=self._now()).done
        if count:
            self.clear()
        return count

    def clear(self) -> bool:
        """Have the database let go of what anybody erased, and tell whether it did: somebody may be in the way.

        Statements, notices and measures are written anew all the time, and leave behind what they said before.

        Raises:
            StoreUnavailable: the database cannot be used now; call it again.
        """
        from chengxin.store.sql.remains import clear_remains  # noqa: PLC0415 -- see above

        is_cleared = clear_remains(self._store)
        if not is_cleared:
            _log.info("somebody reads or writes the store: what was erased leaves its files later")
        return is_cleared

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
