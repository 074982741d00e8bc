"""Mass changes that are held: who would be limited, and a named person's decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from chengxin.errors import StoreUnavailable
from chengxin.ledger import EntryKind
from chengxin.policy import Policy
from chengxin.policy.lifecycle import person_key
from chengxin.procedure.imposition import (
    Ending,
    Exemption,
    Fault,
    Hold,
    Imposition,
    Wave,
    WaveState,
    refusal,
)
from chengxin.services.treatments.act import Act
from chengxin.services.treatments.options import Checker, PolicyAt, TreatmentOptions
from chengxin.services.treatments.reconciling import Reconciler
from chengxin.store.sql import Connection, SqlStore
from chengxin.store.sql.treatments import TreatmentRows, Watched

_SAMPLE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveReport:
    """A mass change as the person who decides on it sees it.

    Attributes:
        wave: the wave.
        subjects: how many subjects it would limit, of ``wave.known``.
        measures: how many of each measure.
        sample: some of what is held.
    """

    wave: Wave
    subjects: int
    measures: Mapping[str, int]
    sample: Sequence[Imposition]

    @property
    def share(self) -> float:
        """Share of the known subjects that it would limit."""
        return self.subjects / self.wave.known if self.wave.known else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """What came of a policy being looked at for all subjects.

    Attributes:
        looked_at: how many subjects were looked at.
        would_limit: how many of them it would limit further.
        wave: the wave in which these are held; None where they were not too many.
    """

    looked_at: int
    would_limit: int
    wave: Wave | None


class Waves:
    """Holds mass changes, and carries out what is decided of them."""

    def __init__(
        self,
        client: Checker,
        store: SqlStore,
        policy: PolicyAt,
        *,
        options: TreatmentOptions,
        reconciler: Reconciler,
    ) -> None:
        self._store = store
        self._policy = policy
        self._options = options
        self._reconciler = reconciler
        self._clock = client.clock

    def adopt(self) -> Adopted:
        """Look at every subject that was not yet looked at under the policy in force.

        Whom it would limit further is counted before anybody is: where these are too many, all of them are held in one
        wave. What it lifts or eases is lifted and eased at once.

        Raises:
            StoreUnavailable: not everybody was looked at; call it again.
        """
        policy = self._policy(self._clock.now())
        with self._store.reading() as connection:
            subjects = list(TreatmentRows(connection).under_another_policy(policy.ref.digest))
        limited = {s.code for s in subjects if self._would_limit(s, policy)}
        wave = self._hold_if_many(limited) if limited else None
        for subject in subjects:
            self._reconciler.reconcile_or_put_off(subject.code, subject.role)
        return Adopted(looked_at=len(subjects), would_limit=len(limited), wave=wave)

    def waves(self, state: WaveState | None = WaveState.HELD) -> list[Wave]:
        """Return waves, the latest first; those that wait for a person by default."""
        with self._store.reading() as connection:
            return TreatmentRows(connection).waves(state)

    def report(self, wave_id: str) -> WaveReport:
        """Return whom a wave would limit.

        Raises:
            TreatmentRefused: there is no such wave.
        """
        with self._store.reading() as connection:
            rows = TreatmentRows(connection)
            wave = _require_wave(rows, wave_id)
            subjects, measures = rows.count_held(wave_id)
            sample = rows.held(Hold.MASS_CHANGE, wave_id=wave_id, limit=_SAMPLE)
        return WaveReport(wave=wave, subjects=subjects, measures=measures, sample=sample)

    def decide(self, wave_id: str, *, is_approved: bool, by: str, reason: str) -> Wave:
        """Let a wave through, or refuse it. Each measure of it is decided afresh on what the source shows then.

        A refused measure is not proposed again on the same grounds.

        Args:
            wave_id: the wave.
            is_approved: whether it is let through.
            by: the named person who decides.
            reason: why.

        Raises:
            TreatmentRefused: there is no such wave, it was decided before, or nobody is named.
            StoreUnavailable: the decision may be on record and not carried out; ``carry_out`` goes on.
        """
        if not person_key(by):
            raise refusal(Fault.NO_NAME, "Who decides on a wave is named. Give a name that can be seen.")
        if not reason.strip():
            raise refusal(Fault.NO_REASON, "Who decides on a wave says why. Give a reason.")
        with self._store.transaction() as connection:
            act = self._act(connection)
            act.rows.lock_waves()
            wave = _require_wave(act.rows, wave_id)
            if wave.state is not WaveState.HELD:
                raise refusal(Fault.DECIDED, f"The wave was decided before: {wave.state}.")
            subjects, _ = act.rows.count_held(wave_id)
            decided = replace(
                wave,
                state=WaveState.APPROVED if is_approved else WaveState.REJECTED,
                decided_at=act.at,
                by=by,
                reason=reason,
            )
            kind = EntryKind.MASS_CHANGE_APPROVED if is_approved else EntryKind.MASS_CHANGE_REFUSED
            act.put_wave(decided, kind, subjects=subjects)
            act.close()
        self.carry_out()
        return decided

    def carry_out(self) -> int:
        """Do what was decided of waves, and return how many measures it was about; idempotent, for a worker to call.

        Raises:
            StoreUnavailable: not all was done; call it again.
        """
        count = 0
        for wave in (*self.waves(WaveState.APPROVED), *self.waves(WaveState.REJECTED)):
            carry = self._release if wave.state is WaveState.APPROVED else self._drop
            count += self._each(wave, carry)
        return count

    def _would_limit(self, subject: Watched, policy: Policy) -> bool:
        """Tell whether a subject would be limited; of whom that cannot be told nobody is limited by this look."""
        try:
            return self._reconciler.would_limit(subject.code, subject.role, policy)
        except StoreUnavailable:
            raise
        except Exception:  # noqa: BLE001  # the host's facts may raise anything; it is said by the look that follows
            return False

    def _each(self, wave: Wave, carry: Callable[[Wave, Imposition], None]) -> int:
        with self._store.reading() as connection:
            held = TreatmentRows(connection).held(Hold.MASS_CHANGE, wave_id=wave.wave_id)
        for one in held:
            carry(wave, one)
        return len(held)

    def _release(self, _: Wave, one: Imposition) -> None:
        self._reconciler.reconcile_or_put_off(one.code, one.role)

    def _drop(self, wave: Wave, listed: Imposition) -> None:
        with self._store.transaction() as connection:
            TreatmentRows(connection).lock(listed.code)
            act = self._act(connection)
            one = act.rows.find(listed.imposition_id)
            if one is None or one.end is not None or one.hold is not Hold.MASS_CHANGE or wave.by is None:
                return
            act.end(one, Ending.LAPSED)
            if act.at < one.measure.ends_at:
                act.exempt(
                    Exemption(
                        exemption_id=self._options.new_id(),
                        code=one.code,
                        measure_code=one.measure.code,
                        record_ids=one.record_ids,
                        by=wave.by,
                        reason=wave.reason,
                        since=act.at,
                        until=one.measure.ends_at,
                    )
                )
            act.close()

    def _hold_if_many(self, limited: set[str]) -> Wave | None:
        with self._store.transaction() as connection:
            act = self._act(connection)
            act.rows.lock_waves()
            policy = self._policy(act.at)
            latest = act.rows.latest_wave(policy.ref.digest)
            if latest is not None and latest.state is WaveState.HELD:
                return latest
            is_allowed = self._options.waves.allows(
                imposed=act.rows.count_noticed(act.at - self._options.waves.window),
                more=len(limited),
                known=act.rows.count_subjects(),
            )
            if is_allowed:
                return None
            wave = self._reconciler.hold_wave(act, policy, subjects=len(limited))
            act.close()
            return wave

    def _act(self, connection: Connection) -> Act:
        now = self._clock.now()
        return Act(connection, at=now, policy=self._policy(now), options=self._options)


def _require_wave(rows: TreatmentRows, wave_id: str) -> Wave:
    wave = rows.wave(wave_id)
    if wave is None:
        raise refusal(Fault.UNKNOWN, f"There is no wave {wave_id[:64]!r}.")
    return wave
