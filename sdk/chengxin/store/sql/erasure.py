"""Appeals, objections and pledges whose terms are over, in the caller's transaction: what stays takes their place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Table, func, null, select, update

from chengxin.procedure.appeal import Docket, SourceObjection
from chengxin.procedure.imposition import Imposition
from chengxin.procedure.pledge import Commitment, Declaration
from chengxin.procedure.retention import Erased, Procedure
from chengxin.store.sql.appeals import AppealRows
from chengxin.store.sql.encoding import decode, encode
from chengxin.store.sql.evidence import EvidenceRows
from chengxin.store.sql.schema import (
    APPEAL,
    APPEAL_STEP,
    COMMITMENT,
    DECLARATION,
    IMPOSITION,
    OBJECTION,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Something that is over.

    Attributes:
        procedure: what it is.
        key: its id; of appeals, that of the measure that they are against.
        code: the subject.
    """

    procedure: Procedure
    key: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How rows of a table are read.

    Attributes:
        table: the table.
        type: what its bodies hold.
        begun: name of the column that says when it began.
        outcome: says how it ended, of a body and the instant at which it was over.
    """

    table: Table
    type: type[Any]
    begun: str
    outcome: Callable[[Any, datetime], str]


_KINDS: Final[Mapping[Procedure, _Kind]] = MappingProxyType(
    {
        Procedure.OBJECTION: _Kind(
            table=OBJECTION, type=SourceObjection, begun="raised_at", outcome=lambda one, _: str(one.end)
        ),
        Procedure.COMMITMENT: _Kind(
            table=COMMITMENT, type=Commitment, begun="made_at", outcome=lambda one, at: str(one.state_at(at))
        ),
        Procedure.DECLARATION: _Kind(
            table=DECLARATION,
            type=Declaration,
            begun="declared_at",
            outcome=lambda one, at: str(one.state_at(at)),
        ),
    }
)


class ErasureRows:
    """Finds what is over, and erases it once its term is.

    Args:
        connection: of the transaction that everything belongs to.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._appeals = AppealRows(connection)
        self._evidence = EvidenceRows(connection)

    def unbegun(self, *, limit: int, without: Collection[str] = ()) -> list[Ended]:
        """Return what is over without a note since when.

        Of appeals that is known once their measure has ended; of the others it is noted when they are kept, unless an
        earlier version kept them.

        Args:
            limit: how many of each kind at most.
            without: ids that are left out.
        """
        is_heard = select(APPEAL.c.imposition_id).where(APPEAL.c.is_open)
        appeals = (
            select(APPEAL.c.imposition_id, func.min(APPEAL.c.code))
            .join(IMPOSITION, IMPOSITION.c.imposition_id == APPEAL.c.imposition_id)
            .where(APPEAL.c.over_at.is_(None), IMPOSITION.c.is_open.is_(False))
            .where(APPEAL.c.imposition_id.not_in(is_heard), APPEAL.c.imposition_id.not_in(without))
            .group_by(APPEAL.c.imposition_id)
        )
        found = [
            Ended(procedure=Procedure.APPEALS, key=key, code=code)
            for key, code in self._connection.execute(appeals.limit(limit))
        ]
        for procedure, kind in _KINDS.items():
            table = kind.table
            key_of = table.c[procedure.value]
            is_missing = [table.c.over_at.is_(None), table.c.body.is_not(None), key_of.not_in(without)]
            if table is OBJECTION:
                is_missing.append(table.c.is_open.is_(False))
            rows = self._connection.execute(select(key_of, table.c.code).where(*is_missing).limit(limit))
            found += [Ended(procedure=procedure, key=key, code=code) for key, code in rows]
        return found

    def begin(self, procedure: Procedure, key: str) -> bool:
        """Note since when one of them is over, and tell whether it is; its subject is locked."""
        table = _table_of(procedure)
        if procedure is Procedure.APPEALS:
            over_at = self._appeals.recorded(key).over_at(self._ended_at(key))
        else:
            body = self._connection.execute(
                select(table.c.body).where(table.c[procedure.value] == key)
            ).scalar()
            over_at = None if body is None else decode(_KINDS[procedure].type, body).over_at
        self._connection.execute(update(table).where(table.c[procedure.value] == key).values(over_at=over_at))
        return over_at is not None

    def due(
        self, procedure: Procedure, over_by: datetime, *, limit: int, without: Collection[str] = ()
    ) -> list[Ended]:
        """Return what is over since an instant or longer, the longest first.

        Args:
            procedure: what.
            over_by: the instant, aware UTC.
            limit: how many at most.
            without: ids that are left out.
        """
        table = _table_of(procedure)
        key = table.c[procedure.value]
        is_late = (table.c.erased.is_(None), table.c.over_at <= over_by, key.not_in(without))
        wanted = select(key, func.min(table.c.code)).where(*is_late).group_by(key)
        rows = self._connection.execute(wanted.order_by(func.min(table.c.over_at), key).limit(limit))
        return [Ended(procedure=procedure, key=found, code=code) for found, code in rows]

    def erase(self, procedure: Procedure, key: str, *, over_by: datetime, at: datetime) -> bool:
        """Erase one of them unless it is no longer due, and tell whether it was; its subject is locked."""
        if procedure is Procedure.APPEALS:
            return self._erase_appeals(key, over_by, at)
        kind = _KINDS[procedure]
        table, is_it = kind.table, kind.table.c[procedure.value] == key
        columns = (table.c.body, table.c.over_at, table.c[kind.begun].label("begun_at"))
        wanted = select(*columns).where(is_it, table.c.over_at <= over_by)
        row = self._connection.execute(wanted).one_or_none()
        if row is None or row.body is None:
            return False
        outcome = kind.outcome(decode(kind.type, row.body), row.over_at)
        digests = self._evidence.release(key)
        erased = Erased(
            id=key,
            begun_at=row.begun_at,
            over_at=row.over_at,
            outcome=outcome,
            evidence=digests,
            erased_at=at,
        )
        self._connection.execute(
            update(table).where(is_it).values(body=null(), key=null(), erased=encode(erased))
        )
        return True

    def erased_of(self, code: str, *procedures: Procedure) -> list[Erased]:
        """Return what stays of a subject's that is erased, the first begun first."""
        found = []
        for table in map(_table_of, procedures):
            wanted = select(table.c.erased).where(table.c.code == code, table.c.erased.is_not(None))
            found += [decode(Erased, body) for body in self._connection.execute(wanted).scalars()]
        return sorted(found, key=lambda one: (one.begun_at, one.id))

    def _ended_at(self, imposition_id: str) -> datetime:
        wanted = select(IMPOSITION.c.body).where(IMPOSITION.c.imposition_id == imposition_id)
        one = decode(Imposition, self._connection.execute(wanted).scalar_one())
        return one.measure.ends_at if one.end is None else one.end.at

    def _erase_appeals(self, imposition_id: str, over_by: datetime, at: datetime) -> bool:
        is_against = APPEAL.c.imposition_id == imposition_id
        rows = self._connection.execute(select(APPEAL.c.appeal_id, APPEAL.c.over_at).where(is_against)).all()
        over_at = [row.over_at for row in rows if row.over_at is not None and row.over_at <= over_by]
        if not rows or len(over_at) < len(rows):
            return False
        docket = self._appeals.recorded(imposition_id)
        for erased in _appeals_without_words(docket, max(over_at), at):
            is_it = APPEAL.c.appeal_id == erased.id
            self._connection.execute(update(APPEAL).where(is_it).values(key=null(), erased=encode(erased)))
        is_of_them = APPEAL_STEP.c.imposition_id == imposition_id
        self._connection.execute(update(APPEAL_STEP).where(is_of_them).values(step=null()))
        self._evidence.release(imposition_id)
        return True


def _table_of(procedure: Procedure) -> Table:
    return APPEAL if procedure is Procedure.APPEALS else _KINDS[procedure].table


def _appeals_without_words(docket: Docket, over_at: datetime, at: datetime) -> Sequence[Erased]:
    return [
        Erased(
            id=appeal.appeal_id,
            begun_at=appeal.filed_at,
            over_at=over_at,
            outcome=str(appeal.stage if appeal.result is None else appeal.result.outcome),
            evidence=tuple(piece.digest for piece in appeal.evidence),
            erased_at=at,
        )
        for appeal in docket.appeals.values()
    ]
