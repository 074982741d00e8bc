"""What people said in a procedure goes when its term is over; the ledger names what was erased, and its chain holds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from chengxin.ledger import EntryKind, LedgerDraft
from chengxin.procedure.retention import Procedure, Retention
from chengxin.services.one_by_one import Tally, one_by_one
from chengxin.store.sql import SqlStore
from chengxin.store.sql.erasure import Ended, ErasureRows
from chengxin.store.sql.ledger import LedgerRows
from chengxin.store.sql.treatments import TreatmentRows

_AT_ONCE: Final = 50
_log: Final = logging.getLogger("chengxin.upkeep")


def erase_hearings(store: SqlStore, retention: Retention, *, at: datetime) -> Tally:
    """Erase appeals, objections and pledges whose terms are over, and return what came of it.

    Their words, the names of all who took part, files that nothing else holds, and the keys of pseudonyms go; ids,
    times, outcomes and the digests of files stay. One that cannot be erased keeps none of the others; it is tried again
    by the next call.

    Args:
        store: the database.
        retention: the terms.
        at: the present instant, aware UTC.

    Raises:
        StoreUnavailable: not all was erased; call it again.
    """
    one_by_one(
        _pages(store, _unbegun),
        partial(_begin, store),
        what="since when something is over could not be told",
        log=_log,
    )
    tally = Tally()
    for procedure in Procedure:
        over_by = retention.over_by(procedure, at)
        tally += one_by_one(
            _pages(store, partial(_due, procedure, over_by)),
            partial(_erase, store, over_by, at),
            what="something whose term is over could not be erased",
            log=_log,
        )
    return tally


def _pages(
    store: SqlStore, find: Callable[[ErasureRows, Collection[str]], Sequence[Ended]]
) -> Iterator[Ended]:
    """Yield what is found, each once; what is found once more, since it failed, keeps nothing behind it from being."""
    taken: set[str] = set()
    failed: frozenset[str] = frozenset()
    while True:
        with store.reading() as connection:
            found = find(ErasureRows(connection), failed)
        if not found:
            return
        failed |= taken & {one.key for one in found}
        for one in found:
            if one.key not in failed:
                taken.add(one.key)
                yield one


def _unbegun(rows: ErasureRows, without: Collection[str]) -> Sequence[Ended]:
    return rows.unbegun(limit=_AT_ONCE, without=without)


def _due(
    procedure: Procedure, over_by: datetime, rows: ErasureRows, without: Collection[str]
) -> Sequence[Ended]:
    return rows.due(procedure, over_by, limit=_AT_ONCE, without=without)


def _begin(store: SqlStore, one: Ended) -> bool:
    """Note since when something is over, and tell whether that could be told."""
    with store.transaction() as connection:
        TreatmentRows(connection).lock(one.code)
        return ErasureRows(connection).begin(one.procedure, one.key)


def _erase(store: SqlStore, over_by: datetime, at: datetime, one: Ended) -> bool:
    with store.transaction() as connection:
        TreatmentRows(connection).lock(one.code)  # whoever takes a step about the subject is waited for
        if not ErasureRows(connection).erase(one.procedure, one.key, over_by=over_by, at=at):
            return False
        stub = {one.procedure.value: one.key}
        LedgerRows(connection).append(
            LedgerDraft(at=at, kind=EntryKind.HEARING_ERASED, subject=one.code, stub=stub)
        )
        return True
