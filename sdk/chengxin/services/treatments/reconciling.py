"""Bring what is in force about one subject to what the policy gives on what the source shows.

A look that would limit somebody further asks the source afresh first and decides on that answer (design: proposed, in
force, ended). Where the source cannot be asked the proposal is held. What lifts or eases a measure waits for nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from chengxin.errors import ChengxinError, StoreError, StoreUnavailable
from chengxin.identifiers import Uscc
from chengxin.policy import ActionEffect, Measure, Policy, Treatment
from chengxin.procedure.calendar import due_after
from chengxin.procedure.imposition import (
    Hold,
    Imposition,
    Plan,
    Terms,
    plan,
    plan_bereft,
    plan_told,
)
from chengxin.records import ChangeKind, CreditStatus, Role, Standing
from chengxin.services.treatments.act import Act
from chengxin.services.treatments.asking import look_after_reviews
from chengxin.services.treatments.holding import Brought, bring, is_all_waiting
from chengxin.services.treatments.look import Look
from chengxin.services.treatments.options import Checker, PolicyAt, TreatmentOptions
from chengxin.services.treatments.reconciled import Reconciled
from chengxin.store.sql import Connection, SqlStore
from chengxin.store.sql.treatments import TreatmentRows

_MOST_LOOKS: Final = 3
"""So often a subject is looked at in a row while what the platform knows of it changes; then again when it is due."""
_log: Final = logging.getLogger("chengxin.treatments")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proposal:
    """What takes a fresh answer of the source, and what was eased and ended without one."""

    measures: tuple[tuple[Measure, Imposition | None], ...] = ()
    changed: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()


class Reconciler:
    """Looks at subjects one by one, each in a transaction of its own.

    Args:
        client: asks the source.
        store: where measures are kept.
        policy: returns the policy in force.
        options: how measures are brought into force.
    """

    def __init__(self, client: Checker, store: SqlStore, policy: PolicyAt, options: TreatmentOptions) -> None:
        self._client = client
        self._store = store
        self._policy = policy
        self._options = options
        self._clock = client.clock

    def reconcile(
        self,
        code: str,
        *,
        role: Role = Role.MERCHANT,
        told: Mapping[str, ChangeKind] | None = None,
        told_version: int | None = None,
    ) -> Reconciled:
        """Look at a subject, and do about it what is to be done.

        Where what the platform itself knows of the subject changed before it was decided on, the subject is looked at
        again at once: no measure stands on what is no longer so (invariant I3).

        Args:
            code: unified social credit code, as people write it.
            role: its role on the platform.
            told: what the change feed told just now of records that are gone; None where it told nothing of the
                subject, so that what is known of it will do as long as nobody would be limited further.
            told_version: version of the records that this was told of: an answer that still shows them is older.

        Raises:
            InvalidUscc: the text is not a lawful code.
            StoreUnavailable: nothing was done; try again.
        """
        code = Uscc.parse(code).code
        found = Reconciled(code=code, role=role, standing=Standing.UNKNOWN)
        for _ in range(_MOST_LOOKS):
            done, look = self._look_once(code, role, told=told, told_version=told_version)
            found = found.followed_by(done)
            if done.is_nothing or self._is_current(look):
                return found
        with self._store.transaction() as connection:
            again_at = self._clock.now() + self._options.retry_for
            TreatmentRows(connection).put_off(code, role, again_at)
        return found

    def _look_once(
        self, code: str, role: Role, *, told: Mapping[str, ChangeKind] | None, told_version: int | None
    ) -> tuple[Reconciled, Look]:
        """Do what is to be done, and return it with the look at the subject on which it was decided last."""
        proposal, due_at = _Proposal(), self.due_at(code, role)
        if told is None:
            look = self.see(code, role, self._client.check(code), due_at=due_at)
            done = self._look_at(look)
            if isinstance(done, Reconciled):
                return done, look
            proposal = done
        elif told and told_version is not None:  # a source that is slow to answer holds no lift back
            proposal = _Proposal(ended=self._end_told(code, role, told, version=told_version))
        status = self._client.check_afresh(code)
        try:
            seen = self.see(code, role, status, due_at=due_at)
        except Exception:
            if told:
                self._end_told(code, role, told)
            raise
        look = replace(seen, is_fresh=True, told=told or {}, proposed=proposal.measures)
        decided = self.settle(look)
        changed, ended = (*proposal.changed, *decided.changed), (*proposal.ended, *decided.ended)
        return replace(decided, changed=changed, ended=ended), look

    def _is_current(self, look: Look) -> bool:
        """Tell whether what the platform knows of a subject is still what was decided on.

        The host is asked before the subject is locked, since it may use a transaction of its own, and its answer may be
        another by the time of the decision. What was done on one that was overtaken is put right by another look.
        """
        seen = self.see(look.code, look.role, look.status, due_at=look.due_at)
        return (seen.facts, seen.constraints) == (look.facts, look.constraints)

    def reconcile_or_put_off(
        self,
        code: str,
        role: Role,
        *,
        told: Mapping[str, ChangeKind] | None = None,
        told_version: int | None = None,
    ) -> bool:
        """Look at a subject, and tell whether that was done; what fails about one keeps nobody else waiting.

        Raises:
            StoreUnavailable: nothing can be done about the others either.
            StoreError: what was told was not done, and is told again.
        """
        stops = StoreUnavailable if told is None else StoreError
        look = partial(self.reconcile, code, role=role, told=told, told_version=told_version)
        return self.do_or_put_off(code, role, look, stops=stops)

    def do_or_put_off(
        self,
        code: str,
        role: Role,
        do: Callable[[], object],
        *,
        stops: type[StoreError] = StoreUnavailable,
    ) -> bool:
        """Do something about a subject, and tell whether it was done; where it fails the subject is due later.

        Args:
            code: the subject.
            role: its role.
            do: what is done.
            stops: failures that are no matter of this subject alone, and are raised.
        """
        try:
            do()
        except Exception as fault:  # the host's facts may raise anything
            if isinstance(fault, stops):
                raise
            said = str(fault) if isinstance(fault, ChengxinError) else type(fault).__qualname__
            _log.warning("a subject could not be looked at, and is again later: %s", said)
            with self._store.transaction() as connection:
                again_at = self._clock.now() + self._options.retry_for
                TreatmentRows(connection).put_off(code, role, again_at)
            return False
        return True

    def would_limit(self, code: str, role: Role, policy: Policy) -> bool:
        """Tell whether a look at a subject would limit it further, as far as is known without asking the source.

        What is held in a wave of the same policy was counted before; in one of another policy, it is counted anew.
        """
        code = Uscc.parse(code).code
        look = self.see(code, role, self._client.check(code), due_at=None)
        with self._store.reading() as connection:
            now = self._clock.now()
            act = Act(connection, at=now, policy=policy, options=self._options)
            made = self._plan(act, policy, look, look.situation.evaluate(policy, now))
            waves = {held.wave for _, held in made.impose if held is not None and held.wave is not None}
            found = [act.waves.find(one) for one in waves]
        ours = {one.wave_id for one in found if one is not None and one.policy_digest == policy.ref.digest}
        return any(held is None or held.wave not in ours for _, held in made.impose)

    def due_at(self, code: str, role: Role) -> datetime | None:
        """Return when a subject is to be looked at; who begins a look reads it before anything else."""
        with self._store.reading() as connection:
            return TreatmentRows(connection).due_at(code, role)

    def see(self, code: str, role: Role, status: CreditStatus, *, due_at: datetime | None) -> Look:
        """Return a subject as it is looked at; the host is asked outside of the transaction, and may use its own."""
        return Look(
            code=code,
            role=role,
            status=status,
            facts=self._options.facts(code),
            constraints=self._options.constraints(code),
            due_at=due_at,
        )

    def _look_at(self, look: Look) -> Reconciled | _Proposal:
        """Do what is to be done; or return what is proposed, where that takes a fresh answer.

        What is over ends now all the same, and what is eased is: the source may not answer, and lifting waits for
        nothing (invariant I4).
        """
        with self._store.transaction() as connection:
            act, policy = self.begin(connection, look.code)
            look = replace(look, gone=act.rows.told_of(look.code))
            treatment = look.situation.evaluate(policy, act.at)
            made = self._plan(act, policy, look, treatment)
            if made.extends or (made.impose and not is_all_waiting(act, made, policy)):
                act.rows.enrol([look.code], look.role, at=act.at)  # what the feed tells from now on is kept
                for one, ending in made.end:
                    act.end(one, ending)
                for one, measure in made.eases:
                    act.change(one, measure, look)
                act.close()
                return _Proposal(
                    measures=made.impose,
                    changed=tuple(one.measure.code for one, _ in made.eases),
                    ended=tuple(one.measure.code for one, _ in made.end),
                )
            return self._carry_out(act, made, look, policy, treatment=treatment)

    def _end_told(
        self, code: str, role: Role, told: Mapping[str, ChangeKind], *, version: int | None = None
    ) -> tuple[str, ...]:
        """End what rests on records that are gone, where nothing else can be decided yet, or at all (invariant I4)."""
        with self._store.transaction() as connection:
            act = self._act(connection, code)
            is_open = act.rows.open_of(code, role)
            made = plan_told(is_open, told) if version is None else plan_bereft(is_open, told, version)
            over = made.end
            for one, ending in over:
                act.end(one, ending)
            act.close()
        return tuple(one.measure.code for one, _ in over)

    def settle(self, look: Look) -> Reconciled:
        """Do what is to be done on a fresh answer."""
        with self._store.transaction() as connection:
            act, policy = self.begin(connection, look.code)
            look = replace(look, gone=act.rows.told_of(look.code))
            treatment = look.situation.evaluate(policy, act.at)
            return self._carry_out(
                act, self._plan(act, policy, look, treatment), look, policy, treatment=treatment
            )

    def begin(self, connection: Connection, code: str) -> tuple[Act, Policy]:
        """Return what is done in a transaction about a subject, which nobody else decides about meanwhile."""
        act = self._act(connection, code)
        return act, self._policy(act.at)

    def _act(self, connection: Connection, code: str) -> Act:
        """Return what is done about a subject, once nobody else does: what is done follows one another in time."""
        TreatmentRows(connection).lock(code)
        now = self._clock.now()
        return Act(connection, at=now, policy=self._policy(now), options=self._options)

    def _plan(self, act: Act, policy: Policy, look: Look, treatment: Treatment) -> Plan:
        if look.is_overtaken:
            return plan_told(act.rows.open_of(look.code, look.role), look.told)
        return plan(
            act.rows.open_of(look.code, look.role),
            treatment,
            look.status,
            at=act.at,
            terms=self.terms(policy, act.at),
            exemptions=act.rows.exemptions_of(look.code, act.at),
            told=look.told,
        )

    def terms(self, policy: Policy, at: datetime) -> Terms:
        """Return when measures take effect that are noticed at an instant, and which is the stricter."""
        catalogue, scales = policy.document.catalogue, policy.scales

        def starts_at(measure: Measure) -> datetime:
            days = catalogue[measure.code].notice_days
            return due_after(at, days, self._options.calendar).at if days else at

        def is_stricter(one: Measure, other: Measure) -> bool:
            if isinstance(one.effect, ActionEffect) or isinstance(other.effect, ActionEffect):
                return False
            scale = scales[one.effect.setting]
            return scale.strictness(one.effect.value) > scale.strictness(other.effect.value)

        return Terms(starts_at=starts_at, is_stricter=is_stricter)

    def _carry_out(
        self, act: Act, made: Plan, look: Look, policy: Policy, *, treatment: Treatment
    ) -> Reconciled:
        for one, ending in made.end:
            act.end(one, ending)
        for one, measure in made.change:
            act.change(one, measure, look)
        for one, ends_at in made.bound:
            act.bound(one, ends_at)
        brought = (
            bring(act, made, look, policy=policy, options=self._options) if made.impose else Brought(held={})
        )
        held = dict(brought.held)
        if look.status.standing is Standing.UNKNOWN:
            held |= self._hold_unasked(act, look)
        is_waiting = look.is_overtaken or Hold.SOURCE in held.values()
        reviews = look_after_reviews(act, look, policy, treatment, options=self._options)
        self.put_next(act, look, policy, is_waiting=is_waiting)
        act.close()
        return Reconciled(
            code=look.code,
            role=look.role,
            standing=look.status.standing,
            noticed=brought.noticed,
            changed=tuple(one.measure.code for one, _ in made.change),
            ended=(*(one.measure.code for one, _ in made.end), *brought.refused),
            held=held,
            asked=tuple(review.measure_code for review in reviews.open),
            lapsed=tuple(one.measure_code for one, _ in reviews.close),
        )

    def _hold_unasked(self, act: Act, look: Look) -> dict[str, Hold]:
        """Hold what was proposed on what is known, since the source cannot be asked whether it still stands."""
        is_open = {one.measure.code: one for one in act.rows.open_of(look.code, look.role)}
        waiting = {}
        for measure, _ in look.proposed:
            held = is_open.get(measure.code)
            if held is not None and held.hold is None:
                continue
            if held is None or held.hold is Hold.SOURCE:
                act.hold(measure, held, Hold.SOURCE, look)
            waiting[measure.code] = Hold.SOURCE
        return waiting

    def put_next(self, act: Act, look: Look, policy: Policy, *, is_waiting: bool = False) -> None:
        """Put on record when the subject is to be looked at next.

        That is soon where nothing could be learned, or the facts were over before it came to a decision. It is at the
        instant at which one of several grounds ends: what the statement tells of it is over then, and the measure may
        be another; and at that at which time alone makes what the platform itself knows of the subject something else,
        or a joint constraint begins or ends.
        """
        act.rows.enrol([look.code], look.role, at=act.at)
        is_open = [one for one in act.rows.open_of(look.code, look.role) if one.hold is None]
        wait = self._options.watch_for if is_open else self._options.check_for
        facts_end = look.facts.valid_until
        is_late = facts_end is not None and facts_end <= act.at
        if is_waiting or is_late or look.status.standing is Standing.UNKNOWN:
            wait = self._options.retry_for
        ends = [ground.ends_at for one in is_open for ground in one.measure.grounds]
        ends += [one.lapses_at for one in act.reviews.unclosed_of(look.code, look.role)]
        ends.append(facts_end)
        ends += [at for one in look.constraints for at in (one.effective_from, one.effective_until)]
        check_at = min([act.at + wait, *(end for end in ends if end is not None and end > act.at)])
        act.rows.checked(
            look.code,
            look.role,
            at=act.at,
            policy_digest=policy.ref.digest,
            check_at=check_at,
            due_at=look.due_at,
        )
