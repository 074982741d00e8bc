"""Contents of evidence, each once under its digest, in the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from chengxin.errors import StoreError
from chengxin.procedure.appeal import Evidence
from chengxin.store.sql.schema import EVIDENCE


class EvidenceRows:
    """Reads and writes what evidence holds; it is bytes, and nothing looks into them.

    Args:
        connection: of the transaction that everything belongs to.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql

    def put(self, piece: Evidence, content: bytes, *, at: datetime) -> None:
        """Keep a content; one that is there stays as it is.

        Raises:
            StoreError: the content is not that of the piece.
        """
        if not piece.is_of(content) or piece.size != len(content):
            raise StoreError("This is not the content of the piece of evidence. Receive it again.")
        row = {"digest": piece.digest, "size": piece.size, "kept_at": at, "content": content}
        made = self._dialect.insert(EVIDENCE).on_conflict_do_nothing(index_elements=["digest"])
        self._connection.execute(made, row)

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
