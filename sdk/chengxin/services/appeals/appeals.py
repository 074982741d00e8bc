"""Appeals against measures: filed, acknowledged, reviewed by somebody who had no part in it, decided, carried out."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from chengxin.policy import Text
from chengxin.procedure.appeal import (
    Appeal,
    AppealMove,
    AppealStage,
    Contested,
    Docket,
    Fault,
    Filing,
    NewFact,
    Result,
    clean_statement,
    refusal,
)
from chengxin.procedure.imposition import Imposition
from chengxin.procedure.retention import Erased, Procedure
from chengxin.services.appeals.hearing import HeardEvidence, Hearing, Session, require_measure
from chengxin.services.appeals.objecting import Objections
from chengxin.services.appeals.options import AppealOptions
from chengxin.services.appeals.outcome import Carrying, go_on, suspend_for
from chengxin.services.attachment import Attachment, pieces_of, receive
from chengxin.services.one_by_one import Tally, one_by_one
from chengxin.services.treatments import Checker, InForce, PolicyAt
from chengxin.services.treatments.look import Look
from chengxin.store.sql import SqlStore
from chengxin.store.sql.appeals import AppealRows
from chengxin.store.sql.erasure import ErasureRows
from chengxin.store.sql.evidence import EvidenceRows
from chengxin.store.sql.reminders import ReminderRows
from chengxin.store.sql.treatments import TreatmentRows

_ACKNOWLEDGED: Final = "appeal.acknowledged"
_log: Final = logging.getLogger("chengxin.appeals")


class Appeals:
    """Hears merchants, free of charge; each step is one transaction with its ledger entry and its notice.

    Who calls is for the host to know: every name given here is one that it stands for.

    Args:
        client: asks the source.
        store: where appeals are kept, with the measures that they are against.
        policy: returns the policy in force at an instant.
        options: how appeals are heard.
        in_force: what guards go by in this process, to be told at once; others see it within a moment.
    """

    def __init__(
        self,
        client: Checker,
        store: SqlStore,
        policy: PolicyAt,
        *,
        options: AppealOptions | None = None,
        in_force: InForce | None = None,
    ) -> None:
        self._client = client
        self._store = store
        self._policy = policy
        self._options = options or AppealOptions()
        self._in_force = in_force
        self._hearing = Hearing(client, store, policy, self._options)
        self.objections = Objections(client, store, self._options)
        """Objections to what the source says."""

    def file(
        self,
        imposition_id: str,
        *,
        by: str,
        statement: str,
        attachments: Sequence[Attachment] = (),
        wants_human: bool = False,
        new_facts: tuple[NewFact, ...] = (),
    ) -> Appeal:
        """File an appeal; where the policy says so, the first one suspends the measure at once.

        Args:
            imposition_id: the measure.
            by: the person who acts for the merchant.
            statement: what is wrong, in their words; it is cleaned.
            attachments: evidence.
            wants_human: whether a human is to decide (令116 art. 19).
            new_facts: what is new since an appeal against the same measure was decided.

        Raises:
            AppealRefused: it is not admitted; ``fault`` says why.
            TreatmentRefused: there is no such measure.
            StoreUnavailable: nothing was done.
        """
        received = receive(attachments, most_bytes=self._options.most_bytes)
        with self._hearing.against(imposition_id) as session:
            at, terms = session.act.at, self._options.terms
            filing = Filing.at(
                at,
                self._contested(session),
                terms=terms,
                calendar=self._options.treatments.calendar,
                wants_human=wants_human,
                new_facts=new_facts,
            )
            appeal = session.take(
                self._options.treatments.new_id(),
                AppealMove.FILE,
                by,
                received,
                filing=filing,
                statement=clean_statement(statement),
                evidence=pieces_of(received),
            )
            suspend_for(session.act, session.one, appeal)
        self._forget(session.one)
        return appeal

    def acknowledge(self, appeal_id: str, *, by: str | None = None) -> Appeal:
        """Tell the appellant that the appeal is there, and until when it is decided; nobody has to be named."""
        return self._step(appeal_id, AppealMove.ACKNOWLEDGE, by)

    def acknowledge_waiting(self) -> Tally:
        """Acknowledge every appeal that waits for it, as nobody has to be named for that; idempotent, for a worker.

        Raises:
            StoreUnavailable: not all were; call it again.
        """
        with self._store.reading() as connection:
            found = ReminderRows(connection).appeals(_ACKNOWLEDGED, None)
        return one_by_one(
            [appeal_id for appeal_id, _ in found],
            self._acknowledge_once,
            what="an appeal could not be acknowledged",
            log=_log,
        )

    def take(self, appeal_id: str, *, by: str, reason: str | None = None) -> Appeal:
        """Take an appeal up for review, or over from another reviewer with a reason."""
        return self._step(appeal_id, AppealMove.TAKE, by, statement=_cleaned(reason))

    def ask(self, appeal_id: str, *, by: str, asks: Text) -> Appeal:
        """Ask the appellant for more; no clock stops meanwhile."""
        return self._step(appeal_id, AppealMove.ASK, by, asks=asks)

    def add_evidence(
        self,
        appeal_id: str,
        *,
        by: str,
        statement: str | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> Appeal:
        """Say more for the appellant, or attach more."""
        received = receive(attachments, most_bytes=self._options.most_bytes)
        with self._hearing.about(appeal_id) as session:
            return session.take(
                appeal_id,
                AppealMove.ADD,
                by,
                received,
                statement=_cleaned(statement),
                evidence=pieces_of(received),
            )

    def request_human(self, appeal_id: str, *, by: str) -> Appeal:
        """Ask for the appellant that a human decides."""
        return self._step(appeal_id, AppealMove.REQUEST_HUMAN, by)

    def withdraw(self, appeal_id: str, *, by: str) -> Appeal:
        """Take an appeal back for the appellant; a measure that it suspended applies again."""
        with self._hearing.about(appeal_id) as session:
            appeal = session.take(appeal_id, AppealMove.WITHDRAW, by)
            go_on(session.act, session.one, by=None)
        self._forget(session.one)
        return appeal

    def decide(self, appeal_id: str, *, by: str, result: Result) -> Appeal:
        """Decide an appeal and carry the result out, in one transaction (I4).

        Granted, the measure ends with its statement, its publicity and what other platforms were told, and is not
        imposed again on the grounds that were decided on. Granted in part, it ends earlier or gives way to a milder
        one. Rejected, it goes on to its own end. It is the measure as it stands in this transaction that is decided on.

        Args:
            appeal_id: the appeal.
            by: the human who reviews it.
            result: the result, with its reasons.

        Raises:
            AppealRefused: this person may not decide it, somebody has meanwhile, or a milder measure cannot be imposed.
            StoreUnavailable: nothing was done.
        """
        look = None if result.replaced_by is None else self._look(appeal_id)
        with self._hearing.about(appeal_id) as session:
            appeal = session.take(appeal_id, AppealMove.DECIDE, by, result=result)
            policy, new_id = self._policy(session.act.at), self._options.treatments.new_id
            Carrying(session.act, session.one, policy, new_id).carry_out(appeal, result, by=by, look=look)
        self._forget(session.one)
        return appeal

    def of(self, imposition_id: str) -> Docket:
        """Return all appeals against a measure.

        Raises:
            AppealRefused: their term is over, and they are erased.
        """
        with self._store.reading() as connection:
            return AppealRows(connection).docket(imposition_id)

    def find(self, appeal_id: str) -> Appeal:
        """Return an appeal.

        Raises:
            AppealRefused: there is none, or its term is over and it is erased.
        """
        with self._store.reading() as connection:
            return _find(AppealRows(connection), appeal_id)

    def about(self, code: str) -> list[Appeal]:
        """Return every appeal of a subject that is not erased, the first filed first."""
        with self._store.reading() as connection:
            return AppealRows(connection).about(code)

    def erased(self, code: str) -> list[Erased]:
        """Return what stays of the appeals of a subject whose term is over, the first filed first."""
        with self._store.reading() as connection:
            return ErasureRows(connection).erased_of(code, Procedure.APPEALS)

    def waiting(self) -> list[Appeal]:
        """Return appeals that are neither decided nor withdrawn, the first filed first."""
        with self._store.reading() as connection:
            return AppealRows(connection).waiting()

    def overdue(self, at: datetime | None = None) -> list[Appeal]:
        """Return appeals of which something is late at an instant and not done yet, the longest overdue first.

        Args:
            at: the instant, aware UTC; now where None.
        """
        with self._store.reading() as connection:
            return AppealRows(connection).overdue(self._client.clock.now() if at is None else at)

    def evidence(self, appeal_id: str, digest: str) -> HeardEvidence:
        """Return a piece of evidence of an appeal with its content; hand it out with exactly its headers.

        Raises:
            AppealRefused: there is no such appeal, or it holds no such piece.
            StoreError: the content is not there as it was attached.
        """
        with self._store.reading() as connection:
            appeal = _find(AppealRows(connection), appeal_id)
            piece = next((one for one in appeal.evidence if one.digest == digest), None)
            if piece is None:
                raise refusal(
                    Fault.UNKNOWN_EVIDENCE, "The appeal holds no such piece of evidence.", appeal_id
                )
            return HeardEvidence(piece=piece, content=EvidenceRows(connection).content_of(piece))

    def _acknowledge_once(self, appeal_id: str) -> bool:
        with self._hearing.about(appeal_id) as session:
            is_waiting = session.appeal(appeal_id).stage is AppealStage.FILED
            if is_waiting:
                session.take(appeal_id, AppealMove.ACKNOWLEDGE, None)
            session.mark(appeal_id, _ACKNOWLEDGED)
        return is_waiting

    def _step(
        self,
        appeal_id: str,
        move: AppealMove,
        by: str | None,
        *,
        statement: str | None = None,
        asks: Text | None = None,
    ) -> Appeal:
        with self._hearing.about(appeal_id) as session:
            return session.take(appeal_id, move, by, statement=statement, asks=asks)

    def _contested(self, session: Session) -> Contested:
        one, at = session.one, session.act.at
        if one.noticed_at is None:
            raise refusal(
                Fault.NOT_NOTICED,
                "Nobody was told of the measure and nothing of it applies, so there is nothing to appeal against.",
            )
        entry = self._policy(at).document.catalogue.get(one.measure.code)
        wave = None if one.wave is None else session.act.waves.find(one.wave)
        return Contested.of(
            one.imposition_id,
            one.measure,
            noticed_at=one.noticed_at,
            terms=self._options.terms,
            suspends=entry is not None and entry.appeal_suspends,
            ended_at=None if one.end is None else one.end.at,
            let_through_by=None if wave is None else wave.by,
        )

    def _look(self, appeal_id: str) -> Look:
        """Return the subject of an appeal on a fresh answer: what would be imposed rests on nothing else."""
        with self._store.reading() as connection:
            found = TreatmentRows(connection).find(require_measure(AppealRows(connection), appeal_id))
        if found is None:
            raise refusal(Fault.UNKNOWN_APPEAL, "The measure of this appeal is not there.", appeal_id)
        status = self._client.check_afresh(found.code)
        return Look(code=found.code, role=found.role, status=status, is_fresh=True)

    def _forget(self, one: Imposition) -> None:
        if self._in_force is not None:
            self._in_force.forget(one.code)


def _find(rows: AppealRows, appeal_id: str) -> Appeal:
    return rows.docket(require_measure(rows, appeal_id)).appeals[appeal_id]


def _cleaned(text: str | None) -> str | None:
    return None if text is None else clean_statement(text)
