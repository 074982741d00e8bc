"""What a database still holds on the disk of contents that were erased, and how it goes.

A row that is changed leaves its former text behind: in SQLite in the write-ahead log until that is begun anew, in
PostgreSQL in the table until it is written anew. The log of PostgreSQL, archives of it, replicas and backups have terms
of their own, which are their operator's to set.
"""

from __future__ import annotations

from typing import Any

from chengxin.store.sql.failure import translated
from chengxin.store.sql.schema import LEDGER_ENTRY
from chengxin.store.sql.store import SqlStore


def clear_remains(store: SqlStore, *, is_rewriting: bool = False) -> bool:
    """Have the database let go of erased contents, and tell whether it did. Call it outside of a transaction.

    In SQLite the log is put into the file, where what is erased is overwritten, and is cut to nothing; it is not while
    somebody reads or writes: call again. In PostgreSQL the place of former rows is free to be written over; that
    nothing of them is in the table's files takes ``is_rewriting``, which nobody can read or write the ledger during.

    Args:
        store: the database.
        is_rewriting: in PostgreSQL, whether the table is written anew (``VACUUM FULL``).

    Raises:
        StoreUnavailable: the database cannot be used now.
    """
    with translated(lambda: store.location):
        if store.engine.dialect.name == "sqlite":
            return _cut_log(store)
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"VACUUM {'FULL ' if is_rewriting else ''}{LEDGER_ENTRY.name}")
        return True


def _cut_log(store: SqlStore) -> bool:
    connection = store.engine.raw_connection()
    try:
        raw: Any = connection.dbapi_connection
        is_busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()
    return not is_busy
