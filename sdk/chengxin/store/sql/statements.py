"""Statements of reasons and what is public of them, in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, insert, select, update

from chengxin.procedure.statement import (
    StatementOfReasons,
    StatementStatus,
    StatementStub,
    as_json,
    from_json,
)
from chengxin.store.sql.schema import STATEMENT


class StatementRows:
    """Reads and writes statements: every version is kept, the content of each as long as it may be.

    Args:
        connection: of the transaction that everything belongs to.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, statement: StatementOfReasons, *, code: str, is_published: bool) -> None:
        """Keep a version, the latest about its measure from now on; what the versions before it told is erased.

        Where the content of a chain was erased and the measure is stated anew, that chain has no latest version.

        Args:
            statement: the version.
            code: the subject, as the store calls it.
            is_published: whether it is public while it is the latest and not withdrawn (电子商务法 art. 36).
        """
        is_of_measure = STATEMENT.c.imposition_id == statement.imposition_id
        self._connection.execute(
            update(STATEMENT)
            .where(is_of_measure, STATEMENT.c.is_latest)
            .values(is_latest=False, is_published=False, body=None, erase_at=None)
        )
        self._connection.execute(
            insert(STATEMENT).values(
                statement_id=statement.statement_id,
                version=statement.version,
                imposition_id=statement.imposition_id,
                code=code,
                is_latest=True,
                is_published=is_published and statement.status is not StatementStatus.WITHDRAWN,
                erase_at=statement.content_ends_at,
                body=json.loads(as_json(statement)),
                stub=_stub().dump_python(statement.without_content(), mode="json"),
            )
        )

    def latest_of(self, imposition_id: str) -> StatementOfReasons | None:
        """Return the latest version of the statement of a measure; None where there is none, or it is erased."""
        wanted = select(STATEMENT.c.body).where(
            STATEMENT.c.imposition_id == imposition_id, STATEMENT.c.is_latest
        )
        body = self._connection.execute(wanted).scalar()
        return None if body is None else _read(body)

    def is_published(self, imposition_id: str) -> bool:
        """Tell whether the statement of a measure is public."""
        wanted = select(STATEMENT.c.is_published).where(
            STATEMENT.c.imposition_id == imposition_id, STATEMENT.c.is_latest
        )
        return bool(self._connection.execute(wanted).scalar())

    def latest_about(self, code: str) -> list[StatementOfReasons]:
        """Return the latest version of every statement about a subject that has its content."""
        wanted = select(STATEMENT.c.body).where(
            STATEMENT.c.code == code, STATEMENT.c.is_latest, STATEMENT.c.body.is_not(None)
        )
        rows = self._connection.execute(wanted.order_by(STATEMENT.c.statement_id)).scalars()
        return [_read(body) for body in rows]

    def published(self, *, after: str = "", limit: int = 100) -> list[StatementOfReasons]:
        """Return statements that are public, by their names; whoever shows them asks each whether it still is."""
        wanted = select(STATEMENT.c.body).where(
            STATEMENT.c.is_published,
            STATEMENT.c.is_latest,
            STATEMENT.c.body.is_not(None),
            STATEMENT.c.statement_id > after,
        )
        rows = self._connection.execute(wanted.order_by(STATEMENT.c.statement_id).limit(limit)).scalars()
        return [_read(body) for body in rows]

    def stubs_of(self, imposition_id: str) -> list[Any]:
        """Return what stays of every version of the statement of a measure, the first first."""
        wanted = select(STATEMENT.c.stub).where(STATEMENT.c.imposition_id == imposition_id)
        return list(self._connection.execute(wanted.order_by(STATEMENT.c.version)).scalars())

    def erase_due(self, at: datetime, *, limit: int) -> Sequence[tuple[str, int]]:
        """Erase the content of versions that tell what is no longer disclosed; return which they were."""
        wanted = select(STATEMENT.c.statement_id, STATEMENT.c.version).where(
            STATEMENT.c.erase_at <= at, STATEMENT.c.body.is_not(None)
        )
        found = [(str(name), int(version)) for name, version in self._connection.execute(wanted.limit(limit))]
        for name, version in found:
            self._connection.execute(
                update(STATEMENT)
                .where(STATEMENT.c.statement_id == name, STATEMENT.c.version == version)
                .values(body=None, erase_at=None, is_published=False)
            )
        return found


@cache
def _stub() -> TypeAdapter[StatementStub]:
    return TypeAdapter(StatementStub)


def _read(body: Any) -> StatementOfReasons:  # noqa: ANN401  # any JSON value
    return from_json(json.dumps(body))
