"""What limits a subject at this instant: in force, and still grounded; from memory, and in time (I4, I9)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from chengxin.errors import ConfigurationError, StoreError
from chengxin.lock import ProcessLock
from chengxin.policy import ActionEffect, Decision, Outcome, Policy, Review, Treatment, UnknownMode
from chengxin.procedure.imposition import Imposition, is_grounded
from chengxin.procedure.review import HumanReview
from chengxin.records import CreditStatus, Standing
from chengxin.services.treatments.options import Checker
from chengxin.store.sql import SqlStore
from chengxin.store.sql.reviews import ReviewRows
from chengxin.store.sql.treatments import TreatmentRows

_log: Final = logging.getLogger("chengxin.treatments")


@dataclass(frozen=True, slots=True)
class _Kept:
    impositions: tuple[Imposition, ...] = ()
    granted: tuple[HumanReview, ...] = ()
    until: float = 0.0


class InForce:
    """Reads which measures are on record of a subject, and decides actions by them.

    What was read is kept for a moment. Where the database does not answer within the budget, what was read last goes
    on: each measure in it still ends at its own end, and limits nobody once what it rests on is gone.

    Args:
        client: knows the time.
        store: where measures are kept.
        kept_seconds: how long what was read is used without reading again.
        budget_seconds: longest time to wait for the database.
        most_kept: of how many subjects it is kept.
    """

    def __init__(
        self,
        client: Checker,
        store: SqlStore,
        *,
        kept_seconds: float = 1.0,
        budget_seconds: float = 0.05,
        most_kept: int = 100_000,
    ) -> None:
        if kept_seconds < 0 or budget_seconds <= 0 or most_kept < 1:
            raise ConfigurationError("Measures are kept for 0 s or more, and read within a budget above 0 s.")
        self._store = store
        self._clock = client.clock
        self._kept_seconds = kept_seconds
        self._budget_seconds = budget_seconds
        self._most_kept = most_kept
        self._kept: dict[str, _Kept] = {}
        self._lock = ProcessLock()

    def of(self, code: str) -> tuple[Imposition, ...]:
        """Return the measures on record of a subject that are not over, as they were read a moment ago at most.

        Args:
            code: unified social credit code in its normal form.
        """
        return self._read(code).impositions

    def _read(self, code: str) -> _Kept:
        kept = self._kept.get(code)
        if kept is not None and self._clock.monotonic() < kept.until:
            return kept
        try:
            with self._store.reading(deadline_seconds=self._budget_seconds) as connection:
                impositions = tuple(TreatmentRows(connection).open_of(code))
                found = _Kept(impositions, tuple(ReviewRows(connection).granted_of(code)))
        except Exception as fault:  # noqa: BLE001  # a row that cannot be read is no reason to fail the host (I9)
            said = fault.code if isinstance(fault, StoreError) else type(fault).__qualname__
            _log.warning("measures could not be read; what was read last goes on: %s", said)
            found = kept or _Kept()
        return self._keep(code, found)

    def forget(self, code: str) -> None:
        """Have the measures of a subject read anew."""
        with self._lock:
            self._kept.pop(code, None)

    def decide(self, action: str, code: str, treatment: Treatment, status: CreditStatus) -> Decision:
        """Decide an action of a subject now: refused exactly by what is in force and still grounded.

        Where the standing is unknown the action's mode says what becomes of it: ``hold`` goes by what is in force,
        ``neutral`` and ``review`` refuse nothing (invariant I2).

        Args:
            action: a declared action.
            code: the subject, in normal form.
            treatment: what the policy in force gives on the status.
            status: what is known of the subject.

        Raises:
            ConfigurationError: the policy declares no such action.
        """
        now = self._clock.now()
        proposed = treatment.decide(action, now)
        mode = proposed.unknown_mode
        is_known = status.standing is not Standing.UNKNOWN and mode is None
        if not is_known and mode is not UnknownMode.HOLD:
            return proposed
        refusing = tuple(
            one.measure
            for one in self.of(code)
            if one.role is treatment.role
            and isinstance(one.measure.effect, ActionEffect)
            and one.measure.effect.action == action
            and one.applies(now)
            and is_grounded(one, treatment, status, now)
        )
        return Decision(
            action=action,
            outcome=Outcome.REFUSED if refusing else Outcome.ALLOWED,
            measures=refusing,
            is_review_wanted=proposed.is_review_wanted,
            unknown_mode=None if refusing else mode,
        )

    def settings(
        self, code: str, policy: Policy, treatment: Treatment, status: CreditStatus
    ) -> dict[str, int | bool | str]:
        """Return the value of every declared setting: by what is in force, and the reliefs of a fresh evaluation.

        A relief that a policy puts before a human is among them where one has granted it.

        Args:
            code: the subject, in normal form.
            policy: the policy in force.
            treatment: what it gives on the status.
            status: what is known of the subject.
        """
        now = self._clock.now()
        given: dict[str, list[int | bool | str]] = {}
        kept = self._read(code)
        if treatment.is_valid(now) and status.is_valid(now):
            effects = [relief.effect for relief in treatment.reliefs]
            effects += [review.effect for review in _granted(kept, treatment, status)]
            for effect in effects:
                if not isinstance(effect, ActionEffect):
                    given.setdefault(effect.setting, []).append(effect.value)
        for one in kept.impositions:
            effect = one.measure.effect
            if isinstance(effect, ActionEffect) or one.role is not treatment.role:
                continue
            if one.applies(now) and is_grounded(one, treatment, status, now):
                given.setdefault(effect.setting, []).append(effect.value)
        return {
            name: scale.resolve(given[name]) if name in given else scale.default
            for name, scale in policy.scales.items()
        }

    def _keep(self, code: str, found: _Kept) -> _Kept:
        kept = replace(found, until=self._clock.monotonic() + self._kept_seconds)
        with self._lock:
            self._kept.pop(code, None)
            self._kept[code] = kept
            while len(self._kept) > self._most_kept:
                del self._kept[next(iter(self._kept))]
        return kept


def _granted(kept: _Kept, treatment: Treatment, status: CreditStatus) -> Iterator[Review]:
    """Yield what a fresh evaluation puts before a human who has granted it, on the same records."""
    for review in treatment.reviews:
        if any(one.role is treatment.role and one.is_same(review, status) for one in kept.granted):
            yield review
