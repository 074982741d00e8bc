"""Objections to what the public source says: pointed to the source, and marked here until it has answered."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from typing import Final

from chengxin.identifiers import Uscc
from chengxin.ledger import EntryKind, LedgerDraft
from chengxin.policy import Text
from chengxin.procedure.appeal import (
    Fault,
    ObjectionEnd,
    SourceObjection,
    clean_statement,
    is_clean_name,
    objection_pointer,
    raise_objection,
    refusal,
)
from chengxin.procedure.pseudonym import KEY_BYTES, pseudonym_of
from chengxin.procedure.retention import Erased, Procedure
from chengxin.records import Standing
from chengxin.services.announcing import announce
from chengxin.services.appeals.options import AppealOptions
from chengxin.services.one_by_one import Tally, one_by_one
from chengxin.services.treatments import Checker
from chengxin.store.sql import Connection, SqlStore
from chengxin.store.sql.appeals import AppealRows
from chengxin.store.sql.erasure import ErasureRows
from chengxin.store.sql.ledger import LedgerRows
from chengxin.store.sql.outbox import OutboxRows
from chengxin.store.sql.treatments import TreatmentRows
from chengxin.transport import Lane

_log: Final = logging.getLogger("chengxin.appeals")


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An objection that was raised, and where the source hears it.

    Attributes:
        objection: the objection; the record is marked as disputed here while it is open.
        pointer: where and how to object at the source, which alone can change the record.
    """

    objection: SourceObjection
    pointer: Text


class Objections:
    """Marks records that somebody objects to. The mark is shown; rules go by what the source itself says.

    Args:
        client: asks the source.
        store: where objections are kept.
        options: how appeals are heard.
    """

    def __init__(self, client: Checker, store: SqlStore, options: AppealOptions) -> None:
        self._client = client
        self._store = store
        self._options = options

    def raise_one(self, code: str, record_id: str, *, by: str, statement: str) -> Raised:
        """Object to a record of a subject.

        Args:
            code: unified social credit code, as people write it.
            record_id: the source's id of the record.
            by: the person who objects, for the subject.
            statement: what is wrong, in their words.

        Raises:
            AppealRefused: the source does not show the record or could not be asked, it is objected to already, or
                nobody is named.
            StoreUnavailable: nothing was done.
        """
        code = Uscc.parse(code).code
        status = self._client.check(code)
        if status.standing is Standing.UNKNOWN:
            raise refusal(
                Fault.SOURCE_UNKNOWN,
                "The source could not be asked what it discloses now. Raise the objection again when it answers.",
            )
        record = next((one for one in status.records if one.record_id == record_id), None)
        if record is None:
            raise refusal(
                Fault.NOTHING_TO_OBJECT, "The source does not disclose such a record of the subject now."
            )
        with self._store.transaction() as connection:
            TreatmentRows(connection).lock(code)
            rows = AppealRows(connection)
            if any(one.is_open and one.record_id == record_id for one in rows.objections_about(code)):
                raise refusal(Fault.ALREADY_OPEN, "An objection to this record is open already.")
            objection = raise_objection(
                record,
                objection_id=self._options.treatments.new_id(),
                by=by,
                at=self._client.clock.now(),
                statement=clean_statement(statement),
            )
            self._keep(connection, objection, code)
        return Raised(objection=objection, pointer=objection_pointer(record))

    def end(self, objection_id: str, how: ObjectionEnd, *, by: str) -> SourceObjection:
        """End an objection: taken back by who raised it, or as somebody read the answer at the source.

        Raises:
            AppealRefused: there is none, it has ended or is erased, or nobody is named.
            StoreUnavailable: nothing was done.
        """
        if not is_clean_name(by):
            raise refusal(Fault.NO_NAME, "Name who ends the objection, on one line.")
        with self._store.transaction() as connection:
            rows = AppealRows(connection)
            found = rows.objection(objection_id)
            if found is None:
                raise refusal(Fault.UNKNOWN_OBJECTION, f"Nobody raised an objection {objection_id[:64]!r}.")
            TreatmentRows(connection).lock(found[1])
            objection, code = rows.objection(objection_id) or found
            ended = objection.with_end(how, self._client.clock.now(), by=by)
            self._keep(connection, ended, code)
        return ended

    def settle(self, code: str) -> tuple[SourceObjection, ...]:
        """End objections that the source has answered by what it shows now; idempotent, after each change it tells.

        Where the source cannot be asked nothing is ended, and by what it showed before an objection was raised neither:
        another process may hold an older answer than the one that was objected to.

        Raises:
            StoreUnavailable: nothing was done.
        """
        code = Uscc.parse(code).code
        status = self._client.check(code, lane=Lane.REFRESH)
        if status.standing is Standing.UNKNOWN:
            return ()
        versions = {record.record_id: record.version for record in status.records}
        ended = []
        with self._store.transaction() as connection:
            TreatmentRows(connection).lock(code)
            for one in AppealRows(connection).objections_about(code):
                version = versions.get(one.record_id)
                if not one.is_open or version == one.record_version or status.fetched_at < one.raised_at:
                    continue
                how = ObjectionEnd.REMOVED if version is None else ObjectionEnd.CORRECTED
                ended.append(one.with_end(how, self._client.clock.now()))
                self._keep(connection, ended[-1], code)
        return tuple(ended)

    def settle_open(self) -> Tally:
        """Settle the objections of every subject to whose records some are open; for a worker.

        Raises:
            StoreUnavailable: not all was done; call it again.
        """

        def settle(code: str) -> bool:
            return bool(self.settle(code))

        return one_by_one(
            self.open_subjects(), settle, what="objections of a subject could not be settled", log=_log
        )

    def of(self, code: str) -> list[SourceObjection]:
        """Return every objection to a record of a subject that is not erased, the first raised first."""
        with self._store.reading() as connection:
            return AppealRows(connection).objections_about(code)

    def erased(self, code: str) -> list[Erased]:
        """Return what stays of the objections of a subject whose term is over, the first raised first."""
        with self._store.reading() as connection:
            return ErasureRows(connection).erased_of(code, Procedure.OBJECTION)

    def disputed(self, code: str) -> frozenset[str]:
        """Return the ids of the records of a subject that are marked as disputed here."""
        return frozenset(one.record_id for one in self.of(code) if one.is_open)

    def open_subjects(self) -> list[str]:
        """Return every subject to whose records objections are open, the longest open first."""
        with self._store.reading() as connection:
            return AppealRows(connection).open_objections()

    def _keep(self, connection: Connection, one: SourceObjection, code: str) -> None:
        rows = AppealRows(connection)
        key = rows.key_of_objection(one.objection_id) or secrets.token_bytes(KEY_BYTES)
        rows.put_objection(one, code=code, key=key)
        kind = EntryKind.OBJECTION_RAISED if one.is_open else EntryKind.OBJECTION_ENDED
        at = one.ended_at or one.raised_at
        stub = {
            "objection_id": one.objection_id,
            "record_id": one.record_id,
            "record_version": one.record_version,
            "end": None if one.end is None else one.end.value,
        }
        event = announce(kind, one.objection_id, code, at=at, suffix=1)
        OutboxRows(connection).put([event])
        actor = _actor_of(one, key)
        LedgerRows(connection).append(LedgerDraft(at=at, kind=kind, subject=code, actor=actor, stub=stub))


def _actor_of(one: SourceObjection, key: bytes) -> str | None:
    """Return who stands in the ledger: who raises it or takes it back by a pseudonym, who read the answer by name."""
    if one.is_open:
        return pseudonym_of(one.by, key=key)
    if one.ended_by is None or one.end is not ObjectionEnd.WITHDRAWN:
        return one.ended_by
    return pseudonym_of(one.ended_by, key=key)
