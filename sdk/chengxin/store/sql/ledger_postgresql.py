"""One entry chained by PostgreSQL itself, in one statement: the end of the chain is locked for as short as can be."""

from __future__ import annotations

from operator import attrgetter
from typing import Final

from sqlalchemy import Connection

from chengxin.errors import LedgerDamaged
from chengxin.ledger import Prepared, StoredEntry
from chengxin.store.sql.direct import directly
from chengxin.store.sql.early_release import COMMITS_EARLY, release_early

_GIVEN: Final = ("at", "kind", "subject", "actor", "stub", "content", "salt", "content_digest", "erase_at")
_values_of: Final = attrgetter(*_GIVEN)
# The present head is locked and read first; others who append wait there, and then read what was committed last.
_STATEMENT: Final = f"""
WITH moved AS (
    UPDATE chengxin_ledger_head AS head
    SET seq = last.seq + 1,
        hash = 'sha256:' || encode(sha256(convert_to(
            %s || last.hash || '","seq":' || (last.seq + 1) || %s, 'UTF8')), 'hex')
    FROM (SELECT seq, hash FROM chengxin_ledger_head WHERE id = 1 FOR UPDATE) AS last
    WHERE head.id = 1
    RETURNING head.seq AS seq, last.hash AS prev_hash, head.hash AS hash
)
INSERT INTO chengxin_ledger_entry (seq, prev_hash, hash, {", ".join(_GIVEN)})
SELECT moved.seq, moved.prev_hash, moved.hash, {", ".join(["%s"] * len(_GIVEN))} FROM moved
RETURNING seq, prev_hash, hash, {COMMITS_EARLY}
"""  # noqa: S608 -- made of constants


def chain_one(connection: Connection, prepared: Prepared) -> StoredEntry:
    """Append one entry, and return its columns.

    Raises:
        LedgerDamaged: the head is missing.
        LedgerError: the database comes to another hash than we do.
    """
    given = (prepared.before, prepared.behind, *_values_of(prepared.stored))
    row = directly(connection, lambda driver: driver.execute(_STATEMENT, given).fetchone())
    if row is None:
        raise LedgerDamaged(
            "The head of the ledger is missing. Run chengxin ledger verify, and restore a copy."
        )
    release_early(connection, is_set=True)
    return prepared.placed(seq=row[0], prev_hash=row[1], hash=row[2])
