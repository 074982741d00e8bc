"""Entries chained in SQLite: who writes there is alone, and all others wait, so this is as short as can be."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection

from chengxin.errors import LedgerDamaged
from chengxin.ledger import COLUMNS, ChainHead, Prepared, StoredEntry
from chengxin.store.sql.direct import directly

_READ_HEAD: Final = "SELECT seq, hash FROM chengxin_ledger_head WHERE id = 1"
_PLACES: Final = ", ".join("?" * len(COLUMNS))
_APPEND: Final = f"INSERT INTO chengxin_ledger_entry ({', '.join(COLUMNS)}) VALUES ({_PLACES})"  # noqa: S608 -- made of constants
_MOVE_HEAD: Final = "UPDATE chengxin_ledger_head SET seq = ?, hash = ? WHERE id = 1"
_values_of: Final = attrgetter(*COLUMNS)


def chain(connection: Connection, prepared: Sequence[Prepared]) -> Sequence[StoredEntry]:
    """Append entries, and return their columns.

    Raises:
        LedgerDamaged: the head is missing.
    """
    return directly(connection, lambda driver: _chain(driver, prepared))


def _chain(driver: Any, prepared: Sequence[Prepared]) -> Sequence[StoredEntry]:  # noqa: ANN401 -- sqlite3's
    row = driver.execute(_READ_HEAD).fetchone()
    if row is None:
        raise LedgerDamaged(
            "The head of the ledger is missing. Run chengxin ledger verify, and restore a copy."
        )
    head = ChainHead(seq=row[0], hash=row[1])
    stored: list[StoredEntry] = []
    for one in prepared:
        entry = one.after(head)
        driver.execute(_APPEND, _values_of(entry))
        stored.append(entry)
        head = ChainHead(seq=entry.seq, hash=entry.hash)
    driver.execute(_MOVE_HEAD, (head.seq, head.hash))
    return stored
