"""Contents of evidence, each once under its digest, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from chengxin.errors import StoreError
from chengxin.procedure.appeal import Evidence
from chengxin.store.sql.schema import EVIDENCE, EVIDENCE_USE


class EvidenceRows:
    """Reads and writes what evidence holds; it is bytes, and nothing looks into them.

    Args:
        connection: of the transaction that everything belongs to.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql

    def put(self, received: Iterable[tuple[Evidence, bytes]], *, used_by: str, at: datetime) -> None:
        """Keep contents; one that is there stays as it is.

        Args:
            received: pieces, each with its content.
            used_by: id of the measure by whose appeals, or of the pledge by which they are held.
            at: when, aware UTC.

        Raises:
            StoreError: a content is not that of its piece.
        """
        for piece, content in sorted(received, key=lambda pair: pair[0].digest):
            if not piece.is_of(content) or piece.size != len(content):
                raise StoreError("This is not the content of the piece of evidence. Receive it again.")
            row = {"digest": piece.digest, "size": piece.size, "kept_at": at, "content": content}
            self._connection.execute(self._insert(), row)
            use = self._dialect.insert(EVIDENCE_USE).on_conflict_do_nothing()
            self._connection.execute(use, {"used_by": used_by, "digest": piece.digest})

    def _insert(self) -> Any:  # noqa: ANN401  # an insert of either dialect
        """Return what puts a content there, or locks the one that is there until it is known who uses it, too."""
        made = self._dialect.insert(EVIDENCE)
        if self._dialect is sqlite:  # who writes there is alone already
            return made.on_conflict_do_nothing()
        return made.on_conflict_do_update(index_elements=["digest"], set_={"size": made.excluded.size})

    def content_of(self, piece: Evidence) -> bytes:
        """Return the content of a piece, unchanged.

        Raises:
            StoreError: it is not there, or is not what was attached.
        """
        wanted = select(EVIDENCE.c.content).where(EVIDENCE.c.digest == piece.digest)
        found = self._connection.execute(wanted).scalar()
        content = b"" if found is None else bytes(found)
        if not piece.is_of(content):
            raise StoreError(
                f"The content of the evidence {piece.digest} is not there as it was attached. Restore a copy."
            )
        return content

    def release(self, used_by: str) -> tuple[str, ...]:
        """Erase the contents that nobody else holds, and return the digests of all that were held."""
        is_its = EVIDENCE_USE.c.used_by == used_by
        digests = tuple(sorted(self._connection.scalars(select(EVIDENCE_USE.c.digest).where(is_its))))
        if not digests:
            return ()
        # Whoever attaches one of them meanwhile is waited for here, and counts in the statement after it.
        locked = select(EVIDENCE.c.digest).where(EVIDENCE.c.digest.in_(digests)).order_by(EVIDENCE.c.digest)
        self._connection.execute(locked.with_for_update()).all()
        self._connection.execute(delete(EVIDENCE_USE).where(is_its))
        is_used = select(EVIDENCE_USE.c.digest).where(EVIDENCE_USE.c.digest == EVIDENCE.c.digest).exists()
        self._connection.execute(delete(EVIDENCE).where(EVIDENCE.c.digest.in_(digests), ~is_used))
        return digests
