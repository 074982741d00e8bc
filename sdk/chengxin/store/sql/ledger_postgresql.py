"""One entry chained by PostgreSQL itself, in one statement: the end of the chain is locked for as short as can be."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from chengxin.errors import LedgerDamaged
from chengxin.ledger import Prepared, StoredEntry
from chengxin.store.sql.early_release import COMMITS_EARLY, release_early

_GIVEN: Final = ("at", "kind", "subject", "actor", "stub", "content", "salt", "content_digest", "erase_at")
# The present head is locked and read first; others who append wait there, and then read what was committed last.
_STATEMENT: Final = f"""
WITH moved AS (
    UPDATE chengxin_ledger_head AS head
    SET seq = last.seq + 1,
        hash = 'sha256:' || encode(sha256(convert_to(
            %(before)s || last.hash || '","seq":' || (last.seq + 1) || %(behind)s, 'UTF8')), 'hex')
    FROM (SELECT seq, hash FROM chengxin_ledger_head WHERE id = 1 FOR UPDATE) AS last
    WHERE head.id = 1
    RETURNING head.seq AS seq, last.hash AS prev_hash, head.hash AS hash
)
INSERT INTO chengxin_ledger_entry (seq, prev_hash, hash, {", ".join(_GIVEN)})
SELECT moved.seq, moved.prev_hash, moved.hash, {", ".join(f"%({name})s" for name in _GIVEN)} FROM moved
RETURNING seq, prev_hash, hash, {COMMITS_EARLY}
"""  # noqa: S608 -- made of constants


def chain_one(connection: Connection, prepared: Prepared) -> StoredEntry:
    """Append one entry, and return its columns.

    Raises:
        LedgerDamaged: the head is missing.
        LedgerError: the database comes to another hash than we do.
    """
    values = {name: getattr(prepared.stored, name) for name in _GIVEN}
    row = connection.exec_driver_sql(
        _STATEMENT, values | {"before": prepared.before, "behind": prepared.behind}
    ).first()
    if row is None:
        raise LedgerDamaged(
            "The head of the ledger is missing. Run chengxin ledger verify, and restore a copy."
        )
    release_early(connection, is_set=True)
    return prepared.placed(seq=row[0], prev_hash=row[1], hash=row[2])
