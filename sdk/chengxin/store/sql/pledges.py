"""Commitments and declarations, in the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, select, union_all
from sqlalchemy.dialects import postgresql, sqlite

from chengxin.procedure.pledge import Commitment, Declaration, Fault, refusal
from chengxin.store.sql.encoding import decode, encode
from chengxin.store.sql.schema import COMMITMENT, DECLARATION

MOST_LISTED: Final = 1_000
"""So many pledges are listed at once, at most."""


class PledgeRows:
    """Reads and writes pledges; what was found of one, by whom and when, is in the ledger besides.

    Args:
        connection: of the transaction that everything belongs to.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql

    def put_commitment(self, commitment: Commitment, *, code: str, key: bytes) -> None:
        """Keep a commitment, new or settled; the key of its pseudonyms that is there stays."""
        row = {
            "commitment_id": commitment.commitment_id,
            "code": code,
            "is_settled": commitment.settlement is not None,
            "made_at": commitment.made_at,
            "due_at": commitment.due_at,
            "body": encode(commitment),
            "key": key,
            "over_at": commitment.over_at,
        }
        self._upsert(COMMITMENT, row, ("is_settled", "body", "over_at"))

    def commitment(self, commitment_id: str) -> tuple[Commitment, str] | None:
        """Return a commitment and the subject that made it; None where there is none.

        Raises:
            PledgeRefused: its term is over, and it is erased.
        """
        wanted = select(COMMITMENT.c.body, COMMITMENT.c.code)
        row = self._connection.execute(
            wanted.where(COMMITMENT.c.commitment_id == commitment_id)
        ).one_or_none()
        return None if row is None else (decode(Commitment, _kept(row.body, commitment_id)), row.code)

    def commitments_of(self, code: str) -> list[Commitment]:
        """Return every commitment of a subject that is not erased, the first made first."""
        wanted = select(COMMITMENT.c.body).where(COMMITMENT.c.code == code, COMMITMENT.c.body.is_not(None))
        rows = self._connection.execute(wanted.order_by(COMMITMENT.c.made_at, COMMITMENT.c.commitment_id))
        return [decode(Commitment, body) for body in rows.scalars()]

    def unsettled(self, due_by: datetime, *, limit: int = MOST_LISTED) -> list[tuple[str, Commitment]]:
        """Return commitments whose last day is over and of which nothing was found, each with its subject."""
        wanted = select(COMMITMENT.c.code, COMMITMENT.c.body).where(
            COMMITMENT.c.is_settled.is_(False), COMMITMENT.c.due_at <= due_by, COMMITMENT.c.body.is_not(None)
        )
        rows = self._connection.execute(wanted.order_by(COMMITMENT.c.due_at).limit(limit))
        return [(code, decode(Commitment, body)) for code, body in rows.all()]

    def put_declaration(self, declaration: Declaration, *, code: str, key: bytes) -> None:
        """Keep a declaration, new, looked at or taken back; the key of its pseudonyms that is there stays."""
        row = {
            "declaration_id": declaration.declaration_id,
            "code": code,
            "is_looked_at": declaration.verification is not None or declaration.withdrawn_at is not None,
            "declared_at": declaration.declared_at,
            "body": encode(declaration),
            "key": key,
            "over_at": declaration.over_at,
        }
        self._upsert(DECLARATION, row, ("is_looked_at", "body", "over_at"))

    def declaration(self, declaration_id: str) -> tuple[Declaration, str] | None:
        """Return a declaration and the subject that made it; None where there is none.

        Raises:
            PledgeRefused: its term is over, and it is erased.
        """
        wanted = select(DECLARATION.c.body, DECLARATION.c.code)
        row = self._connection.execute(
            wanted.where(DECLARATION.c.declaration_id == declaration_id)
        ).one_or_none()
        return None if row is None else (decode(Declaration, _kept(row.body, declaration_id)), row.code)

    def declarations_of(self, code: str) -> list[Declaration]:
        """Return every declaration of a subject that is not erased, the first made first."""
        wanted = select(DECLARATION.c.body).where(DECLARATION.c.code == code, DECLARATION.c.body.is_not(None))
        rows = self._connection.execute(
            wanted.order_by(DECLARATION.c.declared_at, DECLARATION.c.declaration_id)
        )
        return [decode(Declaration, body) for body in rows.scalars()]

    def unverified(self, *, limit: int = MOST_LISTED) -> list[tuple[str, Declaration]]:
        """Return declarations at which nobody has looked, the oldest first, each with its subject."""
        wanted = select(DECLARATION.c.code, DECLARATION.c.body).where(
            DECLARATION.c.is_looked_at.is_(False), DECLARATION.c.body.is_not(None)
        )
        rows = self._connection.execute(wanted.order_by(DECLARATION.c.declared_at).limit(limit))
        return [(code, decode(Declaration, body)) for code, body in rows.all()]

    def key_of(self, pledge_id: str) -> bytes | None:
        """Return the key of the pseudonyms of a pledge; None where there is none, or it is erased."""
        wanted = union_all(
            select(COMMITMENT.c.key).where(COMMITMENT.c.commitment_id == pledge_id),
            select(DECLARATION.c.key).where(DECLARATION.c.declaration_id == pledge_id),
        )
        return self._connection.execute(wanted).scalar()

    def _upsert(self, table: Table, row: dict[str, Any], changed: tuple[str, ...]) -> None:
        made = self._dialect.insert(table)
        made = made.on_conflict_do_update(
            index_elements=[next(iter(row))], set_={name: made.excluded[name] for name in changed}
        )
        self._connection.execute(made, row)


def _kept(body: Any, pledge_id: str) -> Any:  # noqa: ANN401  # JSON
    """Return a body that is there.

    Raises:
        PledgeRefused: it is erased.
    """
    if body is None:
        raise refusal(Fault.ERASED, "Its term is over, and it is erased.", pledge_id)
    return body
