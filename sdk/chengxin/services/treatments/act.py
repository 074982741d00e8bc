"""What one transaction does about measures: rows, statements, ledger and outbox, together or not at all (I4, I6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from chengxin.ledger import EntryKind, LedgerDraft
from chengxin.policy import Measure, Policy
from chengxin.procedure import imposition as course
from chengxin.procedure.imposition import (
    End,
    Ending,
    Exemption,
    Hold,
    Imposition,
    Suspension,
    Wave,
    WaveState,
)
from chengxin.procedure.statement import (
    Circumstances,
    EndCause,
    StatementEnding,
    StatementOfReasons,
    amend,
    shorten,
    state_reasons,
    withdraw,
)
from chengxin.services.treatments.look import Look
from chengxin.services.treatments.options import TreatmentOptions
from chengxin.services.treatments.outgoing import (
    LIFTED,
    constraint_key,
    constraint_of,
    constraint_prefix,
    notice_of,
)
from chengxin.store.outbox import OutboxEvent
from chengxin.store.sql import Connection
from chengxin.store.sql.ledger import LedgerRows
from chengxin.store.sql.outbox import OutboxRows
from chengxin.store.sql.reviews import ReviewRows
from chengxin.store.sql.statements import StatementRows
from chengxin.store.sql.treatments import TreatmentRows
from chengxin.store.sql.waves import WaveRows
from chengxin.wire import encode_instant

END_CAUSES: Final[Mapping[Ending, EndCause]] = MappingProxyType(
    {
        Ending.GROUND_ENDED: EndCause.DISCLOSURE_OVER,
        Ending.REPAIRED: EndCause.REPAIRED,
        Ending.CORRECTED: EndCause.CORRECTED,
        Ending.SHIELDED: EndCause.SHIELDED,
        Ending.APPEAL_GRANTED: EndCause.APPEAL_GRANTED,
        Ending.TERM_ENDED: EndCause.TERM_OVER,
        Ending.POLICY_CHANGED: EndCause.RULE_UNMET,
        Ending.OVERRIDDEN: EndCause.OVERRIDDEN,
        Ending.SUPERSEDED: EndCause.RULE_UNMET,
    }
)
"""How a statement says why a measure ended."""


class Act:
    """What is done about measures in one transaction, at one instant.

    Each method changes an imposition and notes what goes with it; ``close`` closes waves that hold nothing any longer
    and writes the outbox and the ledger, the ledger last: whoever appends to it keeps the others waiting.

    Args:
        connection: of the transaction.
        at: the instant, aware UTC.
        policy: the policy in force.
        options: how measures are brought into force.
    """

    def __init__(
        self, connection: Connection, *, at: datetime, policy: Policy, options: TreatmentOptions
    ) -> None:
        self.at = at
        self.rows = TreatmentRows(connection)
        self.waves = WaveRows(connection)
        self.statements = StatementRows(connection)
        self.reviews = ReviewRows(connection)
        self._connection = connection
        self._policy = policy
        self._options = options
        self._drafts: list[LedgerDraft] = []
        self._events: list[OutboxEvent] = []
        self._lifted: list[Imposition] = []
        self._left: set[str] = set()

    def notice(
        self, measure: Measure, held: Imposition | None, look: Look, *, wave: Wave | None = None
    ) -> Imposition:
        """Tell the merchant of a measure; it takes effect at its start, at once where that is now.

        Args:
            measure: the measure.
            held: what is held of it; None where nothing is.
            look: the subject.
            wave: the wave with which a person let it through; None where nobody did.
        """
        source, as_of = look.status.source, look.as_of
        if held is not None:
            let_through = None if wave is None else wave.wave_id
            one = course.release(held, measure, at=self.at, source=source, as_of=as_of, wave=let_through)
            self._replace(held, one)
        else:
            one = Imposition(
                imposition_id=self._options.new_id(),
                code=look.code,
                role=look.role,
                measure=measure,
                proposed_at=self.at,
                source=source,
                as_of=as_of,
                noticed_at=self.at,
            )
            self.rows.put([one])
        statement = state_reasons(
            one.measure,
            look.status.records,
            about=self._about(one, look),
            at=self.at,
            imposition_id=one.imposition_id,
            statement_id=self._options.new_id(),
        )
        self._keep(statement, one)
        self._note(EntryKind.NOTICE_GIVEN, one)
        self._note(EntryKind.STATEMENT_ISSUED, one, statement)
        self._tell(one, "measure-noticed", statement)
        return self.begin(one) if one.applies(self.at) else one

    def begin(self, one: Imposition) -> Imposition:
        """Put on record that a measure applies."""
        begun = course.begin(one, at=self.at)
        self.rows.replace(begun)
        self._note(EntryKind.MEASURE_IMPOSED, begun)
        self._share(begun, "imposed")
        return begun

    def hold(
        self,
        measure: Measure,
        held: Imposition | None,
        hold: Hold,
        look: Look,
        *,
        wave: Wave | None = None,
    ) -> None:
        """Keep a proposal that waits; what waits for the same already goes on waiting."""
        wave_id = None if wave is None else wave.wave_id
        if held is not None:
            if (held.hold, held.wave) == (hold, wave_id):
                return
            one = course.hold_for(held, hold, at=self.at, wave=wave_id)
            self._replace(held, one)
        else:
            one = Imposition(
                imposition_id=self._options.new_id(),
                code=look.code,
                role=look.role,
                measure=measure,
                proposed_at=self.at,
                source=look.status.source,
                as_of=look.as_of,
                hold=hold,
                wave=wave_id,
            )
            self.rows.put([one])
        self._note(EntryKind.MEASURE_HELD, one)

    def change(self, one: Imposition, measure: Measure, look: Look) -> None:
        """Have a measure be what a fresh evaluation makes of it, and say so."""
        source, as_of = look.status.source, look.as_of
        self._amend(course.change(one, measure, at=self.at, source=source, as_of=as_of), look)

    def bound(self, one: Imposition, ends_at: datetime) -> Imposition:
        """Have a measure end at an instant at the latest, and say so."""
        bounded = course.bound(one, ends_at=ends_at, at=self.at)
        if bounded is not one:
            self.rows.replace(bounded)
            self._note(EntryKind.MEASURE_CHANGED, bounded)
            latest = self.statements.latest_of(one.imposition_id)
            if latest is not None:
                self._say_changed(bounded, shorten(latest, bounded.measure.ends_at, self.at))
        return bounded

    def suspend(self, one: Imposition, suspension: Suspension) -> Imposition:
        """Hold a measure off for a while."""
        suspended = course.suspend(one, suspension, at=self.at)
        self.rows.replace(suspended)
        self._note(EntryKind.MEASURE_SUSPENDED, suspended, actor=suspension.by)
        self._tell(suspended, "measure-suspended", None)
        return suspended

    def resume(self, one: Imposition, *, by: str | None) -> Imposition:
        """Have a measure apply again."""
        resumed = course.resume(one, at=self.at)
        self.rows.replace(resumed)
        self._note(EntryKind.MEASURE_RESUMED, resumed, actor=by)
        self._tell(resumed, "measure-resumed", None)
        return resumed

    def end(self, one: Imposition, ending: Ending, *, by: str | None = None, reason: str = "") -> None:
        """End a measure: its statement is withdrawn, what is public of it goes, and whoever was told is told.

        What time alone ended before is recorded as ended by time, then and by nobody.
        """
        over = course.end(one, End(ending=ending, at=self.at, by=by, reason=reason))
        self._replace(one, over)
        self._note(EntryKind.MEASURE_ENDED, over, actor=None if over.end is None else over.end.by)
        if over.noticed_at is None or over.end is None:
            return
        latest = self.statements.latest_of(over.imposition_id)
        if latest is not None:
            cause = StatementEnding(cause=END_CAUSES[over.end.ending], ended_at=over.end.at)
            withdrawn = withdraw(latest, cause, self.at)
            self.statements.put(withdrawn, code=over.code, is_published=False)
            self._note(EntryKind.STATEMENT_WITHDRAWN, over, withdrawn)
        self._tell(over, "measure-ended", None)
        if over.is_begun:
            self._share(over, LIFTED)

    def exempt(self, exemption: Exemption) -> None:
        """Keep a measure from being imposed."""
        self.rows.put_exemption(exemption)
        self._drafts.append(
            LedgerDraft(
                at=self.at,
                kind=EntryKind.OVERRIDE_SET,
                subject=exemption.code,
                actor=exemption.by,
                stub={
                    "exemption_id": exemption.exemption_id,
                    "measure": exemption.measure_code,
                    "until": encode_instant(exemption.until),
                },
            )
        )

    def put_wave(self, wave: Wave, kind: EntryKind, *, subjects: int) -> None:
        """Keep a wave, new, decided or closed."""
        if kind is EntryKind.MASS_CHANGE_HELD:
            self.waves.put(wave)
        else:
            self.waves.replace(wave)
        stub = {
            "wave_id": wave.wave_id,
            "policy_digest": wave.policy_digest,
            "state": wave.state.value,
            "subjects": subjects,
            "known": wave.known,
        }
        actor = wave.by if wave.closed_at is None else None
        self._drafts.append(LedgerDraft(at=self.at, kind=kind, actor=actor, stub=stub))

    def close_wave(self, wave_id: str) -> bool:
        """Close a wave in which nothing is held any longer, and tell whether it was.

        One that waits for a person is not closed while others are still to be looked at under its policy: they may
        belong to it, and it counts them.
        """
        self.waves.lock()
        wave = self.waves.find(wave_id)
        if wave is None or wave.closed_at is not None or self.waves.is_holding(wave_id):
            return False
        is_waiting = wave.state is WaveState.HELD and wave.policy_digest == self._policy.ref.digest
        if is_waiting and self.rows.is_behind(wave.policy_digest):
            return False
        self.put_wave(wave.with_close(self.at), EntryKind.MASS_CHANGE_CLOSED, subjects=0)
        return True

    def add(self, draft: LedgerDraft, *events: OutboxEvent) -> None:
        """Record and tell what belongs to the same transaction and is not about the measure itself."""
        self._drafts.append(draft)
        self._events.extend(events)

    def close(self) -> None:
        """Write what was noted."""
        for wave_id in sorted(self._left):
            self.close_wave(wave_id)
        outbox = OutboxRows(self._connection)
        if self._events:
            outbox.put(self._events)
        for one in self._lifted:  # of all that was ever put; the lift itself has another key
            outbox.withdraw(constraint_key(one), prefix=constraint_prefix(one), at=self.at)
        if self._drafts:
            LedgerRows(self._connection).append(*self._drafts)

    def _replace(self, one: Imposition, other: Imposition) -> None:
        """Keep the next version of a measure; the wave that it was held in may hold nothing then.

        Waves are locked at once: who decides on one has subjects be looked at, and so waits for whoever has put on
        record when one is to be.
        """
        if one.hold is Hold.MASS_CHANGE and one.wave is not None:
            self.waves.lock()
            self._left.add(one.wave)
        self.rows.replace(other)

    def _amend(self, one: Imposition, look: Look) -> None:
        self.rows.replace(one)
        self._note(EntryKind.MEASURE_CHANGED, one)
        if one.noticed_at is None:
            return
        latest = self.statements.latest_of(one.imposition_id)
        about = self._about(one, look)
        statement = (
            state_reasons(
                one.measure,
                look.status.records,
                about=about,
                at=self.at,
                imposition_id=one.imposition_id,
                statement_id=self._options.new_id(),
            )
            if latest is None
            else amend(latest, one.measure, look.status.records, about=about, at=self.at)
        )
        self._say_changed(one, statement)

    def _say_changed(self, one: Imposition, statement: StatementOfReasons) -> None:
        self._keep(statement, one)
        self._note(EntryKind.STATEMENT_AMENDED, one, statement)
        self._tell(one, "measure-changed", statement)
        if one.is_begun:
            self._share(one, "updated")

    def _about(self, one: Imposition, look: Look) -> Circumstances:
        is_ours = self._policy.ref == one.measure.policy
        return Circumstances(
            subject=look.status.subject,
            source=look.status.source,
            as_of=look.as_of,
            role=one.role,
            policy=self._policy if is_ours else None,
            shortest_months=self._options.shortest_months,
            digest_key=self._options.digest_key,
        )

    def _keep(self, statement: StatementOfReasons, one: Imposition) -> None:
        entry = self._policy.document.catalogue.get(one.measure.code)
        may_be = self._options.publishes_persons or not statement.is_about_person
        is_published = entry is not None and entry.public and may_be
        self.statements.put(statement, code=one.code, is_published=is_published)

    def _note(
        self,
        kind: EntryKind,
        one: Imposition,
        statement: StatementOfReasons | None = None,
        *,
        actor: str | None = None,
    ) -> None:
        stub: dict[str, Any] = {
            "imposition_id": one.imposition_id,
            "version": one.version,
            "measure": one.measure.code,
            "rule": one.measure.rule_id,
            "policy_digest": one.measure.policy.digest,
            "starts_at": encode_instant(one.measure.starts_at),
            "ends_at": encode_instant(one.measure.ends_at),
        }
        if one.hold is not None:
            stub |= {"hold": one.hold.value, "wave_id": one.wave}
        if one.end is not None:
            stub |= {"ending": one.end.ending.value, "ended_at": encode_instant(one.end.at)}
        if kind is EntryKind.MEASURE_SUSPENDED and one.suspension is not None:
            until = one.suspension.until  # then it applies again by itself, and no entry says so
            stub |= {
                "stay": one.suspension.stay.value,
                "suspended_until": None if until is None else encode_instant(until),
            }
        if statement is not None:
            stub |= {
                "statement_id": statement.statement_id,
                "statement_version": statement.version,
                "decisions": [ground.digest for ground in statement.grounds],
            }
        by = actor or one.measure.decided_by
        self._drafts.append(LedgerDraft(at=self.at, kind=kind, subject=one.code, actor=by, stub=stub))

    def _tell(self, one: Imposition, kind: str, statement: StatementOfReasons | None) -> None:
        self._events.append(notice_of(one, kind, statement, at=self.at))

    def _share(self, one: Imposition, kind: str) -> None:
        """Queue what other platforms are told; of a measure that is lifted, nothing else is told any more."""
        if self._options.shares:
            self._events.append(constraint_of(one, kind, at=self.at))
            if kind == LIFTED:
                self._lifted.append(one)
