"""Appeals and objections, in the caller's transaction: a journal of steps, and where its appeals are found."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Table, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from chengxin.procedure.appeal import Appeal, AppealStep, Docket, Fault, SourceObjection, refusal, replay
from chengxin.store.sql.encoding import decode, encode
from chengxin.store.sql.schema import APPEAL, APPEAL_STEP, OBJECTION

MOST_LISTED: Final = 1_000
"""So many appeals or objections are listed at once, at most."""


class AppealRows:
    """Reads and writes steps of appeals, and objections to records of the source.

    Args:
        connection: of the transaction that everything belongs to.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql

    def docket(self, imposition_id: str) -> Docket:
        """Return all appeals against a measure, each step decided again.

        Raises:
            AppealRefused: what is on record could not have been taken, or its term is over and it is erased.
        """
        return replay(imposition_id, self._steps(imposition_id))

    def recorded(self, imposition_id: str) -> Docket:
        """Return all appeals against a measure as their steps are on record, without deciding any of them again.

        Raises:
            AppealRefused: their term is over, and they are erased.
        """
        docket = Docket(measure_id=imposition_id)
        for step in self._steps(imposition_id):
            docket = docket.with_step(step)
        return docket

    def _steps(self, imposition_id: str) -> list[AppealStep]:
        wanted = select(APPEAL_STEP.c.step).where(APPEAL_STEP.c.imposition_id == imposition_id)
        found = self._connection.execute(wanted.order_by(APPEAL_STEP.c.number)).scalars().all()
        if any(step is None for step in found):
            raise refusal(
                Fault.ERASED,
                f"The term of the appeals against {imposition_id[:64]!r} is over, and they are erased.",
            )
        return [decode(AppealStep, step) for step in found]

    def key_of(self, appeal_id: str) -> bytes | None:
        """Return the key of the pseudonyms of an appeal; None where there is no such appeal, or it is erased."""
        return self._connection.execute(select(APPEAL.c.key).where(APPEAL.c.appeal_id == appeal_id)).scalar()

    def measure_of(self, appeal_id: str) -> str | None:
        """Return the id of the measure that an appeal is against; None where there is no such appeal."""
        wanted = select(APPEAL.c.imposition_id).where(APPEAL.c.appeal_id == appeal_id)
        found = self._connection.execute(wanted).scalar()
        return None if found is None else str(found)

    def append(self, after: Docket, step: AppealStep, *, code: str, key: bytes) -> None:
        """Add an accepted step.

        Args:
            after: the docket with the step, which is the last of it.
            step: the step.
            code: the subject.
            key: of the pseudonyms of the appeal.
        """
        self._connection.execute(
            insert(APPEAL_STEP).values(
                imposition_id=after.measure_id, number=len(after.steps), step=encode(step)
            )
        )
        appeal = after.appeals[step.appeal_id]
        row = {
            "appeal_id": appeal.appeal_id,
            "imposition_id": after.measure_id,
            "code": code,
            "is_open": appeal.is_open,
            "filed_at": appeal.filed_at,
            "due_at": appeal.next_due_at,
            "key": key,
        }
        self._upsert(APPEAL, row, "appeal_id", ("is_open", "due_at"))
        if step.filing is not None:  # the term of the earlier ones begins anew when this one is over
            is_against = APPEAL.c.imposition_id == after.measure_id
            self._connection.execute(update(APPEAL).where(is_against).values(over_at=None))

    def overdue(self, at: datetime, *, limit: int = MOST_LISTED) -> list[Appeal]:
        """Return appeals of which a clock that runs is over, the longest overdue first."""
        return self._read(select(APPEAL).where(APPEAL.c.due_at <= at).order_by(APPEAL.c.due_at).limit(limit))

    def waiting(self, *, limit: int = MOST_LISTED) -> list[Appeal]:
        """Return appeals that are neither decided nor withdrawn, the first filed first."""
        return self._read(
            select(APPEAL)
            .where(APPEAL.c.is_open)
            .order_by(APPEAL.c.filed_at, APPEAL.c.appeal_id)
            .limit(limit)
        )

    def about(self, code: str) -> list[Appeal]:
        """Return every appeal of a subject that is not erased, the first filed first."""
        is_its = (APPEAL.c.code == code, APPEAL.c.erased.is_(None))
        return self._read(select(APPEAL).where(*is_its).order_by(APPEAL.c.filed_at, APPEAL.c.appeal_id))

    def put_objection(self, objection: SourceObjection, *, code: str, key: bytes) -> None:
        """Keep an objection, new or ended.

        Args:
            objection: the objection.
            code: the subject.
            key: of its pseudonyms; the one that is there stays.
        """
        row = {
            "objection_id": objection.objection_id,
            "code": code,
            "is_open": objection.is_open,
            "raised_at": objection.raised_at,
            "body": encode(objection),
            "key": key,
            "over_at": objection.over_at,
        }
        self._upsert(OBJECTION, row, "objection_id", ("is_open", "body", "over_at"))

    def key_of_objection(self, objection_id: str) -> bytes | None:
        """Return the key of the pseudonyms of an objection; None where there is none, or it is erased."""
        wanted = select(OBJECTION.c.key).where(OBJECTION.c.objection_id == objection_id)
        return self._connection.execute(wanted).scalar()

    def objection(self, objection_id: str) -> tuple[SourceObjection, str] | None:
        """Return an objection and the subject whose record it is about; None where there is none.

        Raises:
            AppealRefused: its term is over, and it is erased.
        """
        wanted = select(OBJECTION.c.body, OBJECTION.c.code)
        row = self._connection.execute(wanted.where(OBJECTION.c.objection_id == objection_id)).one_or_none()
        if row is not None and row.body is None:
            raise refusal(
                Fault.ERASED, f"The term of the objection {objection_id!r} is over, and it is erased."
            )
        return None if row is None else (decode(SourceObjection, row.body), row.code)

    def objections_about(self, code: str) -> list[SourceObjection]:
        """Return every objection to a record of a subject that is not erased, the first raised first."""
        return self._objections(OBJECTION.c.code == code)

    def open_objections(self) -> list[str]:
        """Return every subject to whose records objections are open, the longest open first."""
        wanted = select(OBJECTION.c.code).where(OBJECTION.c.is_open).order_by(OBJECTION.c.raised_at)
        return list(dict.fromkeys(self._connection.execute(wanted).scalars()))

    def _objections(self, condition: ColumnElement[bool]) -> list[SourceObjection]:
        wanted = select(OBJECTION.c.body).where(condition, OBJECTION.c.body.is_not(None))
        rows = self._connection.execute(wanted.order_by(OBJECTION.c.raised_at, OBJECTION.c.objection_id))
        return [decode(SourceObjection, body) for body in rows.scalars()]

    def _read(self, wanted: Select[Any]) -> list[Appeal]:
        found = self._connection.execute(wanted).all()
        dockets = {name: self.docket(name) for name in dict.fromkeys(row.imposition_id for row in found)}
        return [dockets[row.imposition_id].appeals[row.appeal_id] for row in found]

    def _upsert(self, table: Table, row: dict[str, Any], key: str, changed: tuple[str, ...]) -> None:
        made = self._dialect.insert(table)
        made = made.on_conflict_do_update(
            index_elements=[key], set_={name: made.excluded[name] for name in changed}
        )
        self._connection.execute(made, row)
