"""What people said in a procedure goes when its term is over; the ledger names what was erased, and its chain holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from chengxin.ledger import EntryKind, LedgerDraft
from chengxin.procedure.retention import Procedure, Retention
from chengxin.store.sql import Connection, SqlStore
from chengxin.store.sql.erasure import ErasureRows
from chengxin.store.sql.ledger import LedgerRows
from chengxin.store.sql.treatments import TreatmentRows

_AT_ONCE: Final = 50


def erase_hearings(store: SqlStore, retention: Retention, *, at: datetime) -> int:
    """Erase a batch of appeals, objections and pledges whose terms are over, and return how many.

    Their words, the names of all who took part, files that nothing else holds, and the keys of pseudonyms go; ids,
    times, outcomes and the digests of files stay. Call it again until nothing is erased.

    Args:
        store: the database.
        retention: the terms.
        at: the present instant, aware UTC.

    Raises:
        StoreUnavailable: not all was erased; call it again.
    """
    while _begin(store):
        pass
    return sum(_erase(store, one, retention.over_by(one, at), at) for one in Procedure)


def _begin(store: SqlStore) -> int:
    """Note of a batch since when it is over, and return of how many that could be told."""
    with store.reading() as connection:
        if not ErasureRows(connection).unbegun(limit=1):
            return 0
    with store.transaction() as connection:
        rows = ErasureRows(connection)
        found = rows.unbegun(limit=_AT_ONCE)
        _lock(connection, {code for *_, code in found})
        return sum(rows.begin(procedure, key) for procedure, key, _ in found)


def _erase(store: SqlStore, procedure: Procedure, over_by: datetime, at: datetime) -> int:
    with store.reading() as connection:
        due = ErasureRows(connection).due(procedure, over_by, limit=_AT_ONCE)
    if not due:
        return 0
    with store.transaction() as connection:
        rows = ErasureRows(connection)
        _lock(connection, {code for _, code in due})
        drafts = [
            LedgerDraft(at=at, kind=EntryKind.HEARING_ERASED, subject=code, stub={procedure.value: key})
            for key, code in due
            if rows.erase(procedure, key, over_by=over_by, at=at)
        ]
        LedgerRows(connection).append(*drafts)
        return len(drafts)


def _lock(connection: Connection, codes: Iterable[str]) -> None:
    """Wait for whoever takes a step about one of these subjects."""
    rows = TreatmentRows(connection)
    for code in sorted(codes):
        rows.lock(code)
