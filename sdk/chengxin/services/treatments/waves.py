"""Mass changes that are held: who would be limited, and a named person's decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from chengxin.errors import StoreUnavailable
from chengxin.ledger import EntryKind
from chengxin.policy import Policy
from chengxin.policy.lifecycle import person_key
from chengxin.procedure.imposition import Fault, Imposition, Wave, WaveState, refusal
from chengxin.records import Role
from chengxin.services.treatments.act import Act
from chengxin.services.treatments.holding import drop, open_wave
from chengxin.services.treatments.options import Checker, PolicyAt, TreatmentOptions
from chengxin.services.treatments.reconciling import Reconciler
from chengxin.store.sql import Connection, SqlStore
from chengxin.store.sql.treatments import TreatmentRows, Watched
from chengxin.store.sql.waves import WaveRows

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
        if wave is not None:
            self._close(wave.wave_id)
            wave = self._find(wave.wave_id)
        return Adopted(looked_at=len(subjects), would_limit=len(limited), wave=wave)

    def waves(self, state: WaveState | None = WaveState.HELD) -> list[Wave]:
        """Return waves, the latest first; those that wait for a person by default."""
        with self._store.reading() as connection:
            return WaveRows(connection).all(state)

    def report(self, wave_id: str) -> WaveReport:
        """Return whom a wave would limit.

        Raises:
            TreatmentRefused: there is no such wave.
        """
        with self._store.reading() as connection:
            rows = WaveRows(connection)
            wave = _require_wave(rows, wave_id)
            subjects, measures = rows.count_held(wave_id)
            sample = rows.sample_of(wave_id, limit=_SAMPLE)
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
            TreatmentRefused: there is no such wave, it was decided before or has lapsed, or nobody is named.
            StoreUnavailable: the decision may be on record and not carried out; ``carry_out`` goes on.
        """
        if not person_key(by):
            raise refusal(Fault.NO_NAME, "Who decides on a wave is named. Give a name that can be seen.")
        if not reason.strip():
            raise refusal(Fault.NO_REASON, "Who decides on a wave says why. Give a reason.")
        with self._store.transaction() as connection:
            act = self._act(connection)
            act.waves.lock()
            wave = _require_wave(act.waves, wave_id)
            if wave.state is WaveState.LAPSED:
                raise refusal(
                    Fault.OVER, "Nothing of the wave is proposed any longer: there is nothing to decide."
                )
            if wave.state is not WaveState.HELD:
                raise refusal(Fault.DECIDED, f"The wave was decided before: {wave.state}.")
            subjects, _ = act.waves.count_held(wave_id)
            decided = replace(
                wave,
                state=WaveState.APPROVED if is_approved else WaveState.REJECTED,
                decided_at=act.at,
                by=by,
                reason=reason,
            )
            kind = EntryKind.MASS_CHANGE_APPROVED if is_approved else EntryKind.MASS_CHANGE_REFUSED
            act.put_wave(decided, kind, subjects=subjects)
            act.waves.put_due(wave_id, act.at)
            act.close()
        self.carry_out()
        return self._find(wave_id)

    def carry_out(self) -> int:
        """Do what was decided of waves, and return about how many subjects; idempotent, for a worker to call.

        Each subject is looked at once, whatever is held of it. One of whom nothing can be learned, or at whom it fails,
        is looked at again when it is due to be, as after any other look. A wave is closed once nothing is held in it.

        Raises:
            StoreUnavailable: not all was done; call it again.
        """
        count = 0
        with self._store.reading() as connection:
            unclosed = WaveRows(connection).unclosed()
        for wave in unclosed:
            count += 0 if wave.state is WaveState.HELD else self._carry_out(wave)
            self._close(wave.wave_id)
        return count

    def _carry_out(self, wave: Wave) -> int:
        with self._store.reading() as connection:
            due = WaveRows(connection).subjects_due(wave.wave_id, self._clock.now())
        for code, role in due:
            if wave.state is WaveState.APPROVED:
                self._reconciler.reconcile_or_put_off(code, role)
            else:
                self._reconciler.do_or_put_off(code, role, partial(self._drop, wave, code, role))
        return len(due)

    def _drop(self, wave: Wave, code: str, role: Role) -> None:
        with self._store.transaction() as connection:
            TreatmentRows(connection).lock(code)
            act = self._act(connection)
            for held in act.waves.held_of(code, role, wave.wave_id):
                drop(act, held, wave, self._options)
            act.close()

    def _close(self, wave_id: str) -> None:
        """Close a wave in which nothing is held any longer."""
        with self._store.reading() as connection:
            if WaveRows(connection).is_holding(wave_id):
                return
        with self._store.transaction() as connection:
            act = self._act(connection)
            act.close_wave(wave_id)
            act.close()

    def _would_limit(self, subject: Watched, policy: Policy) -> bool:
        """Tell whether a subject would be limited; of whom that cannot be told nobody is limited by this look."""
        try:
            return self._reconciler.would_limit(subject.code, subject.role, policy)
        except StoreUnavailable:
            raise
        except Exception:  # noqa: BLE001  # the host's facts may raise anything; it is said by the look that follows
            return False

    def _hold_if_many(self, limited: set[str]) -> Wave | None:
        with self._store.transaction() as connection:
            act = self._act(connection)
            act.waves.lock()
            policy = self._policy(act.at)
            waiting = act.waves.waiting(policy.ref.digest)
            if waiting is not None:
                return waiting
            is_allowed = self._options.waves.allows(
                imposed=act.rows.count_noticed(act.at - self._options.waves.window),
                more=len(limited),
                known=act.rows.count_subjects(),
            )
            if is_allowed:
                return None
            wave = open_wave(act, policy, subjects=len(limited), options=self._options)
            act.close()
            return wave

    def _find(self, wave_id: str) -> Wave:
        with self._store.reading() as connection:
            return _require_wave(WaveRows(connection), wave_id)

    def _act(self, connection: Connection) -> Act:
        now = self._clock.now()
        return Act(connection, at=now, policy=self._policy(now), options=self._options)


def _require_wave(rows: WaveRows, wave_id: str) -> Wave:
    wave = rows.find(wave_id)
    if wave is None:
        raise refusal(Fault.UNKNOWN, f"There is no wave {wave_id[:64]!r}.")
    return wave
