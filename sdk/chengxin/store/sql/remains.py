"""What a database still holds on the disk of what was erased, and how it goes.

A row that is changed or deleted leaves its former text behind: in SQLite in the write-ahead log until that is begun
anew, in PostgreSQL in the table until it is written anew. The log of PostgreSQL, archives of it, replicas and backups
have terms of their own, which are their operator's to set.
"""

from __future__ import annotations

from typing import Any, Final

from chengxin.store.sql.failure import translated
from chengxin.store.sql.schema import METADATA, POLICY_DOCUMENT, POLICY_SOURCE, POLICY_STEP
from chengxin.store.sql.store import SqlStore

_ONLY_ADDED_TO: Final = (POLICY_DOCUMENT, POLICY_SOURCE, POLICY_STEP)
_ERASED_IN: Final = tuple(
    table.name for table in METADATA.sorted_tables if all(table is not one for one in _ONLY_ADDED_TO)
)


def clear_remains(store: SqlStore, *, is_rewriting: bool = False) -> bool:
    """Have the database let go of whatever was erased, and tell whether it did. Call it outside of a transaction.

    It does not matter who erased it, or in which process. In SQLite the log is put into the file, where what is erased
    is overwritten, and is cut to nothing; it is not while somebody reads or writes: call again. In PostgreSQL the place
    of former rows is free to be written over, unless somebody else is at the same table, who does just that; that
    nothing of them is in the tables' files takes ``is_rewriting``, during which nobody can read or write them.

    Args:
        store: the database.
        is_rewriting: in PostgreSQL, whether the tables are written anew (``VACUUM FULL``).

    Raises:
        StoreUnavailable: the database cannot be used now.
    """
    with translated(lambda: store.location):
        if store.engine.dialect.name == "sqlite":
            return _cut_log(store)
        how = "FULL" if is_rewriting else "SKIP_LOCKED"
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"VACUUM ({how}) {', '.join(_ERASED_IN)}")
        return True


def _cut_log(store: SqlStore) -> bool:
    connection = store.engine.raw_connection()
    try:
        raw: Any = connection.dbapi_connection
        is_busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()
    return not is_busy
