"""Locks of PostgreSQL let go when a transaction is committed, and not only when its commit is on the disk.

All who append to the ledger lock the end of one chain. PostgreSQL holds a lock until the disk has answered, so that
they would wait for the disk one after the other. Here a transaction commits without waiting for it, which lets the
next one append, and then waits for the disk, together with all others who wait. Who asked is answered when its
transaction is on the disk, as ever.

That loses nothing that was acknowledged, and leaves no gap: the log of PostgreSQL is written in the order of the
commits, so that a server that is killed keeps a beginning of it. For the moment until the disk has answered, others see
what may still be lost with the server. Who acts on it by a transaction of their own that is committed as usual, such as
taking an event out of the outbox, has it on the disk before.
"""

from __future__ import annotations

from typing import Final
from weakref import WeakSet

from sqlalchemy import Connection, Engine, event

from chengxin.store.sql.direct import directly

_MARK: Final = "chengxin_early_release"
COMMITS_EARLY: Final = "set_config('synchronous_commit', 'off', true)"
"""An expression that has this transaction not wait for the disk; only with ``release_early``, which waits then."""
_COMMIT: Final = "COMMIT; SELECT pg_logical_emit_message(true, 'chengxin', '')"
"""The second is a transaction of its own that writes next to nothing: its commit waits for all of the log before it."""

_heard: Final[WeakSet[Engine]] = WeakSet()
"""Engines whose commits pass here."""


def release_early(connection: Connection, *, is_set: bool = False) -> None:
    """Have the locks of this transaction let go before its commit is on the disk; who commits it waits all the same.

    Args:
        connection: to PostgreSQL through psycopg.
        is_set: whether a statement of the transaction has evaluated ``COMMITS_EARLY`` already.
    """
    if _is_marked(connection):
        return
    if not is_set:
        connection.exec_driver_sql(f"SELECT {COMMITS_EARLY}")
    connection.info[_MARK] = connection.get_transaction()
    if connection.engine not in _heard:
        event.listen(connection.engine, "commit", _commit)
        _heard.add(connection.engine)


def _commit(connection: Connection) -> None:
    if _is_marked(connection):
        del connection.info[_MARK]
        directly(connection, lambda driver: driver.execute(_COMMIT))


def _is_marked(connection: Connection) -> bool:
    marked = connection.info.get(_MARK)
    return marked is not None and marked is connection.get_transaction()
