"""One step of an appeal in one transaction: the journal, its evidence, its ledger entry and its notice (I6, I7)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from chengxin.ledger import EntryKind, LedgerDraft
from chengxin.policy import Text
from chengxin.policy.wording import on_day
from chengxin.procedure.appeal import (
    Appeal,
    AppealMove,
    AppealStep,
    Evidence,
    Fault,
    Outcome,
    Side,
    decide,
    refusal,
)
from chengxin.procedure.imposition import Imposition
from chengxin.procedure.pseudonym import KEY_BYTES, keyed_digest, pseudonym_of
from chengxin.services.announcing import announce
from chengxin.services.appeals.options import AppealOptions
from chengxin.services.attachment import Received
from chengxin.services.treatments import Act, Checker, PolicyAt
from chengxin.services.treatments.overriding import require
from chengxin.store.outbox import OutboxEvent
from chengxin.store.sql import Connection, SqlStore
from chengxin.store.sql.appeals import AppealRows
from chengxin.store.sql.encoding import encode
from chengxin.store.sql.evidence import EvidenceRows
from chengxin.store.sql.reminders import ReminderRows
from chengxin.store.sql.treatments import TreatmentRows
from chengxin.wire import encode_instant

_KINDS: Final[Mapping[AppealMove, EntryKind]] = MappingProxyType(
    {
        AppealMove.FILE: EntryKind.APPEAL_FILED,
        AppealMove.ACKNOWLEDGE: EntryKind.APPEAL_ACKNOWLEDGED,
        AppealMove.TAKE: EntryKind.APPEAL_ASSIGNED,
        AppealMove.ASK: EntryKind.APPEAL_ASKED,
        AppealMove.ADD: EntryKind.APPEAL_ANSWERED,
        AppealMove.REQUEST_HUMAN: EntryKind.APPEAL_HUMAN_REQUESTED,
        AppealMove.DECIDE: EntryKind.APPEAL_DECIDED,
        AppealMove.WITHDRAW: EntryKind.APPEAL_WITHDRAWN,
    }
)

_OUTCOMES: Final[Mapping[Outcome, Text]] = MappingProxyType(
    {
        Outcome.GRANTED: Text(zh="申诉成立，措施撤销", en="It is granted, and the measure is reversed"),
        Outcome.PARTLY_GRANTED: Text(
            zh="申诉部分成立，措施减轻", en="It is granted in part, and the measure is eased"
        ),
        Outcome.REJECTED: Text(zh="申诉不成立，措施不变", en="It is rejected, and the measure stays"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardEvidence:
    """A piece of evidence with its content, to be handed out with exactly its headers and never shown inline.

    Attributes:
        piece: what is known of it.
        content: its content, unchanged.
    """

    piece: Evidence
    content: bytes = field(repr=False)

    @property
    def headers(self) -> Mapping[str, str]:
        """HTTP headers with which it is handed out: an attachment that nothing renders."""
        return self.piece.headers


class Session:
    """The appeals against one measure, held in a transaction.

    Args:
        connection: of the transaction.
        act: what is done about the measure in it.
        one: the measure, locked.
        options: how appeals are heard.
    """

    def __init__(self, connection: Connection, act: Act, one: Imposition, options: AppealOptions) -> None:
        self.act = act
        self.one = one
        self._rows = AppealRows(connection)
        self._evidence = EvidenceRows(connection)
        self._reminders = ReminderRows(connection)
        self._options = options
        self._docket = self._rows.docket(one.imposition_id)

    def take(
        self,
        appeal_id: str,
        move: AppealMove,
        by: str | None,
        received: Received = (),
        **parts: Any,  # noqa: ANN401  # as AppealStep has them
    ) -> Appeal:
        """Take a step: decided, journalled, in the ledger, and told.

        Raises:
            AppealRefused: it may not be taken.
        """
        proposed = AppealStep(
            measure_id=self.one.imposition_id, appeal_id=appeal_id, move=move, by=by, at=self.act.at, **parts
        )
        step = decide(self._docket, proposed)
        self._docket = self._docket.with_step(step)
        appeal = self._docket.appeals[appeal_id]
        self._refuse_too_much(appeal)
        key = self._rows.key_of(appeal_id) or secrets.token_bytes(KEY_BYTES)
        self._rows.append(self._docket, step, code=self.one.code, key=key)
        self._evidence.put(received, used_by=self.one.imposition_id, at=self.act.at)
        self.act.add(self._draft(step, appeal, key), self._event(step, appeal))
        return appeal

    def appeal(self, appeal_id: str) -> Appeal:
        """Return an appeal as it stands in the transaction."""
        return self._docket.appeals[appeal_id]

    def mark(self, appeal_id: str, what: str) -> None:
        """Put on record that a job has done something about an appeal, so that it is not looked at again."""
        self._reminders.mark(appeal_id, what, at=self.act.at)

    def _refuse_too_much(self, appeal: Appeal) -> None:
        most = self._options.most_bytes_in_all
        if sum(piece.size for piece in appeal.evidence) > most:
            raise refusal(
                Fault.TOO_MUCH_EVIDENCE,
                f"The files of one appeal hold {most:,} bytes together at most. Attach smaller ones.",
                appeal.appeal_id,
            )

    def _draft(self, step: AppealStep, appeal: Appeal, key: bytes) -> LedgerDraft:
        """Return what stays for good: what was done when, who did it for the platform, and digests.

        Who acts for the merchant stands there under a pseudonym, and what anybody said under a digest, both of which
        say nothing any more once the key is erased with the words.
        """
        stub: dict[str, Any] = {
            "appeal_id": step.appeal_id,
            "imposition_id": step.measure_id,
            "number": len(self._docket.steps),
            "stage": appeal.stage.value,
            "step": keyed_digest(encode(step), key=key),
            "evidence": [piece.digest for piece in step.evidence],
        }
        if step.filing is not None:
            stub |= {
                "acknowledge_by": encode_instant(step.filing.acknowledge_by.at),
                "decide_by": encode_instant(step.filing.decide_by.at),
                "suspends": step.filing.contested.suspends,
            }
        if step.result is not None:
            stub["outcome"] = step.result.outcome.value
        actor = step.by
        if actor is not None and step.move.side is Side.APPELLANT:
            actor = pseudonym_of(actor, key=key)
        return LedgerDraft(at=step.at, kind=_KINDS[step.move], subject=self.one.code, actor=actor, stub=stub)

    def _event(self, step: AppealStep, appeal: Appeal) -> OutboxEvent:
        """Return what is told: what happened, and until when it is decided; what was said stands on the platform."""
        if step.result is None:
            due = appeal.decision.due.on
            more = Text(
                zh=f"平台最迟于{on_day(due, 'zh')}作出决定并告知理由。",
                en=f"The platform decides by {on_day(due, 'en')} at the latest, and tells you the reasons.",
            )
        else:
            said = _OUTCOMES[step.result.outcome]
            more = Text(zh=f"{said.zh}。理由见平台。", en=f"{said.en}. The platform shows the reasons.")
        return announce(
            _KINDS[step.move],
            step.appeal_id,
            self.one.code,
            at=step.at,
            suffix=len(self._docket.steps),
            more=more,
        )


class Hearing:
    """Opens the transactions in which appeals are heard."""

    def __init__(self, client: Checker, store: SqlStore, policy: PolicyAt, options: AppealOptions) -> None:
        self._store = store
        self._policy = policy
        self._options = options
        self._clock = client.clock

    @contextmanager
    def against(self, imposition_id: str) -> Iterator[Session]:
        """Open a transaction about the appeals against a measure; what is done in it is done whole or not at all.

        Raises:
            TreatmentRefused: there is no such measure.
            StoreUnavailable: nothing was done.
        """
        with self._store.transaction() as connection:
            session = self._session(connection, imposition_id)
            yield session
            session.act.close()

    @contextmanager
    def about(self, appeal_id: str) -> Iterator[Session]:
        """Open a transaction about one appeal.

        Raises:
            AppealRefused: there is no such appeal.
            StoreUnavailable: nothing was done.
        """
        with self._store.transaction() as connection:
            session = self._session(connection, require_measure(AppealRows(connection), appeal_id))
            yield session
            session.act.close()

    def _session(self, connection: Connection, imposition_id: str) -> Session:
        one = require(TreatmentRows(connection), imposition_id)
        now = self._clock.now()  # once it is locked: steps follow one another in time
        act = Act(connection, at=now, policy=self._policy(now), options=self._options.treatments)
        return Session(connection, act, one, self._options)


def require_measure(rows: AppealRows, appeal_id: str) -> str:
    """Return the id of the measure that an appeal is against.

    Raises:
        AppealRefused: there is no such appeal.
    """
    found = rows.measure_of(appeal_id)
    if found is None:
        raise refusal(Fault.UNKNOWN_APPEAL, f"Nobody filed an appeal {appeal_id[:64]!r}.", appeal_id[:64])
    return found
