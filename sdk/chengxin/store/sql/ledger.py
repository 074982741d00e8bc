"""The ledger in SQL: appended in the transaction of the effect, read as a stream, erased as it falls due."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, LargeBinary, RowMapping, cast, insert, select, update

from chengxin.errors import InvalidRecord, LedgerDamaged, LedgerError
from chengxin.ledger import (
    COLUMNS,
    SALT_BYTES,
    ChainHead,
    ChainReport,
    Checkpoint,
    EntryKind,
    LedgerDraft,
    LedgerEntry,
    Prepared,
    StoredEntry,
    checkpoint_stub,
    erasure_stub,
    instant_text,
    prepare,
    verify_chain,
)
from chengxin.signing import Verifier
from chengxin.store.sql.early_release import release_early
from chengxin.store.sql.ledger_postgresql import chain_one
from chengxin.store.sql.ledger_sqlite import chain
from chengxin.store.sql.schema import LEDGER_CHECKPOINT, LEDGER_ENTRY, LEDGER_HEAD

MOST_ERASED: Final = 500
"""So many contents are erased, and named by one entry, at most."""
_AT_ONCE: Final = 500
"""Rows that are fetched at once while a chain is read."""

_E = LEDGER_ENTRY.c
_H = LEDGER_HEAD.c
_READ_HEAD: Final = select(_H.seq, _H.hash)
_LOCK_HEAD: Final = _READ_HEAD.with_for_update()
_MOVE_HEAD: Final = update(LEDGER_HEAD)
_APPEND: Final = insert(LEDGER_ENTRY)


class LedgerRows:
    """The ledger, as of one transaction.

    Args:
        connection: of ``SqlStore.transaction`` where something is appended or erased, of ``SqlStore.reading`` else.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, *drafts: LedgerDraft) -> tuple[LedgerEntry, ...]:
        """Append entries in this transaction, and return them.

        They are in the chain when it commits, and never were when it does not. In PostgreSQL the end of the chain is
        locked from here to the end of the transaction: append last, when everything else of it is done.

        Raises:
            InvalidRecord: stub or content of one is not of its form.
            LedgerDamaged: the head is missing.
        """
        prepared = [prepare(draft, salt=secrets.token_bytes(SALT_BYTES)) for draft in drafts]
        if not prepared:
            return ()
        return tuple(one.entry(entry) for one, entry in zip(prepared, self._chain(prepared), strict=True))

    def head(self) -> ChainHead:
        """Return where the chain ends.

        Raises:
            LedgerDamaged: the head is missing.
        """
        return self._head(_READ_HEAD)

    def read(
        self, *, after: int = 0, subject: str | None = None, limit: int | None = None
    ) -> Iterator[LedgerEntry]:
        """Yield entries by number, as they are fetched.

        Args:
            after: begin behind this number.
            subject: only what is about this subject.
            limit: at most so many.

        Raises:
            LedgerDamaged: an entry cannot be read. That it is the one that was written ``verify_chain`` says.
        """
        query = select(*_E).where(_E.seq > after).order_by(_E.seq).limit(limit)
        if subject is not None:
            query = query.where(_E.subject == subject)
        for row in self._stream(query):
            yield StoredEntry.of(dict(row)).decode()

    def stored(self) -> Iterator[StoredEntry]:
        """Yield all entries by number as they are kept, whatever they hold, to be verified or exported."""
        if self._connection.dialect.name != "sqlite":
            for row in self._stream(select(*_E).order_by(_E.seq)):
                yield StoredEntry.of(dict(row))
            return
        # A text that is no text any more would end the reading: in SQLite all are read as bytes.
        columns = [_E.seq, *(cast(_E[name], LargeBinary).label(name) for name in COLUMNS if name != "seq")]
        for row in self._stream(select(*columns).order_by(_E.seq)):
            yield StoredEntry.of({name: _text(value) for name, value in row.items()})

    def verify(self, verifier: Verifier | None = None) -> ChainReport:
        """Return whether the ledger is what was written, from the first entry to the last.

        Args:
            verifier: the keys that are trusted with checkpoints; without one signatures are not looked at.

        Raises:
            LedgerDamaged: the head is missing, or a checkpoint cannot be read.
        """
        return verify_chain(self.stored(), self.head(), self.checkpoints(), verifier)

    def erase_due(self, at: datetime, *, limit: int = MOST_ERASED) -> tuple[int, ...]:
        """Erase contents whose term is over, append the entry that names them, and return their numbers.

        Args:
            at: the present instant, aware UTC.
            limit: at most so many; call again until nothing is returned.

        Raises:
            InvalidRecord: the instant is not in UTC.
        """
        is_due = (_E.content.is_not(None), _E.erase_at.is_not(None), _E.erase_at <= instant_text(at))
        query = select(_E.seq).where(*is_due).order_by(_E.erase_at, _E.seq).limit(min(limit, MOST_ERASED))
        due = self._connection.scalars(query).all()
        return self.erase(due, at=at)

    def erase(self, seqs: Sequence[int], *, at: datetime, actor: str | None = None) -> tuple[int, ...]:
        """Erase the contents of some entries at once, append the entry that names them, and return their numbers.

        Entries without content, and those whose content is erased already, are left out.

        Args:
            seqs: numbers of entries, at most ``MOST_ERASED``.
            at: the present instant, aware UTC.
            actor: the person who has it done; None where it falls due by itself.

        Raises:
            InvalidRecord: they are too many, or the instant is not in UTC.
        """
        if len(seqs) > MOST_ERASED:
            raise InvalidRecord(f"At most {MOST_ERASED} contents are erased at once. Do it in parts.")
        if not seqs:
            return ()
        statement = (
            update(LEDGER_ENTRY)
            .where(_E.seq.in_(seqs), _E.content.is_not(None))
            .values(content=None, salt=None)
            .returning(_E.seq)
        )
        erased = sorted(self._connection.scalars(statement).all())
        if erased:
            draft = LedgerDraft(at=at, kind=EntryKind.CONTENT_ERASED, actor=actor, stub=erasure_stub(erased))
            self.append(draft)
        return tuple(erased)

    def put_checkpoint(self, checkpoint: Checkpoint) -> LedgerEntry:
        """Keep a signed checkpoint, and append the entry that names it.

        Args:
            checkpoint: of any entry that is in the ledger (see ``sign_checkpoint``).

        Raises:
            LedgerError: the ledger has no such entry, or one of another hash.
        """
        found = self._connection.scalar(select(_E.hash).where(_E.seq == checkpoint.seq))
        if found != checkpoint.hash:
            raise LedgerError(
                f"The checkpoint is not of this ledger: entry {checkpoint.seq} is not there, or is another one."
            )
        values = checkpoint.encode()
        self._connection.execute(insert(LEDGER_CHECKPOINT), values)
        stub = checkpoint_stub(checkpoint.seq, checkpoint.kid)
        (entry,) = self.append(LedgerDraft(at=checkpoint.at, kind=EntryKind.CHECKPOINT_SIGNED, stub=stub))
        return entry

    def checkpoints(self) -> Iterator[Checkpoint]:
        """Yield all checkpoints by the number of their entry.

        Raises:
            LedgerDamaged: one cannot be read.
        """
        table = LEDGER_CHECKPOINT
        for row in self._stream(select(table).order_by(table.c.seq, table.c.kid)):
            yield Checkpoint.decode(dict(row))

    def _chain(self, prepared: Sequence[Prepared]) -> Sequence[StoredEntry]:
        if self._connection.dialect.name == "sqlite":
            return chain(self._connection, prepared)
        if self._connection.dialect.driver == "psycopg":
            if len(prepared) == 1:
                return (chain_one(self._connection, prepared[0]),)
            release_early(self._connection)
        head = self._head(_LOCK_HEAD)
        stored: list[StoredEntry] = []
        for one in prepared:
            stored.append(one.after(head))
            head = ChainHead(seq=stored[-1].seq, hash=stored[-1].hash)
        self._connection.execute(_APPEND, [entry.columns() for entry in stored])
        self._connection.execute(_MOVE_HEAD, {"seq": head.seq, "hash": head.hash})
        return stored

    def _head(self, query: Any) -> ChainHead:  # noqa: ANN401 -- one of the two above
        row = self._connection.execute(query).first()
        if row is None:
            raise LedgerDamaged(
                "The head of the ledger is missing. Run chengxin ledger verify, and restore a copy."
            )
        return ChainHead(seq=row.seq, hash=row.hash)

    def _stream(self, query: Any) -> Iterator[RowMapping]:  # noqa: ANN401 -- any select
        options = {"yield_per": _AT_ONCE}
        with self._connection.execute(query, execution_options=options) as result:
            yield from result.mappings()


def _text(value: object) -> object:
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value
