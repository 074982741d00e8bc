"""Evaluate a policy on a status, remembering treatments for as long as they are valid."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple, Protocol, cast

from chengxin.cache import ExpiringMap, Held, second_look
from chengxin.clock import Clock
from chengxin.policy import NO_CONSTRAINTS, NO_FACTS, Constraints, PlatformFacts, Policy, Treatment
from chengxin.records import CreditStatus, Role
from chengxin.services.lookup import Lookup

_MOST_OF_ONE: Final = 7
_log: Final = logging.getLogger(__name__)


class Observer(Protocol):
    """Sees evaluations as they are made. It is quick and changes nothing; its errors are logged and go no further."""

    def evaluated(
        self,
        policy: Policy,
        status: CreditStatus,
        facts: PlatformFacts,
        treatment: Treatment,
        *,
        constraints: Constraints,
    ) -> None:
        """Some policy was evaluated just now; what is remembered afterwards is not told again."""
        ...

    def forget(self, code: str | None) -> None:
        """Something else holds of a subject than it was evaluated on; None means of anyone."""
        ...

    def close(self) -> None:
        """No more evaluations come."""
        ...


class _Remembered(NamedTuple):
    status: CreditStatus
    policy: Policy
    facts: PlatformFacts
    role: Role
    constraints: Constraints
    treatment: Treatment


@dataclass(frozen=True, slots=True)
class _Held(Held[tuple[_Remembered, ...]]):
    """Treatments of one subject, with the latest under no constraints laid open: it is nearly always the one asked for.

    Where there is none, the status is None.
    """

    status: CreditStatus | None
    policy: Policy | None
    facts: PlatformFacts
    role: Role
    treatment: Treatment | None


class Recall(Protocol):
    """Returns what is remembered of a subject."""

    def __call__(
        self, code: str, policy: Policy, facts: PlatformFacts = NO_FACTS, role: Role = Role.MERCHANT
    ) -> Treatment | None:
        """Return the treatment of a subject that is in memory and holds now, or None; asks and evaluates nothing.

        The short way of whoever decides often: None means no more than that ``check`` and ``evaluate`` come next.
        What was evaluated under joint constraints of other platforms is not found by it.

        Args:
            code: unified social credit code in its normal form.
            policy: the policy that was evaluated.
            facts: the facts that it was evaluated on.
            role: the role that it was evaluated for.
        """
        ...


class Evaluations:
    """Treatments by subject; one is remembered for the very status, policy, facts and role it was made of.

    Only treatments of the status that the look-up holds are remembered, and they are forgotten when it holds
    another one. So what is remembered of a subject follows from what is known of it.

    Args:
        lookup: holds the statuses.
        clock: time.
        max_entries: most subjects whose treatments are remembered.
        observers: see evaluations, of subjects that have a code and of others.
    """

    def __init__(
        self, lookup: Lookup, *, clock: Clock, max_entries: int, observers: Sequence[Observer] = ()
    ) -> None:
        self._observers = tuple(observers)
        self._map: ExpiringMap[str, tuple[_Remembered, ...]] = ExpiringMap(max_entries=max_entries)
        self._get = self._map.get
        self._probe = cast("Callable[[str], _Held | None]", self._map.probe)
        self._clock = clock
        self._epoch = clock.epoch
        self._held = lookup.known
        self._changing = lookup.lock
        lookup.on_change = self._change if self._observers else self._forget
        self.remembered: Recall = self._make_recall()
        """Return the treatment of a subject that is in memory and holds now, or None; see ``Recall``."""

    def _make_recall(self) -> Recall:
        """Return what a hit costs least in: one probe, one look at the clock, and no lock."""
        probe, epoch = self._probe, self._epoch

        def remembered(
            code: str, policy: Policy, facts: PlatformFacts = NO_FACTS, role: Role = Role.MERCHANT
        ) -> Treatment | None:
            held = probe(code)
            if held is None or epoch() >= held.until:
                return None
            if held.policy is policy and held.role is role and (held.facts is facts or held.facts == facts):
                return held.treatment
            return _find(held, policy, facts, role)

        return remembered

    def evaluate(
        self,
        status: CreditStatus,
        policy: Policy,
        facts: PlatformFacts | None = None,
        *,
        role: Role = Role.MERCHANT,
        constraints: Constraints = NO_CONSTRAINTS,
    ) -> Treatment:
        """Return the treatment that a policy gives to a subject now; nothing comes into force by it.

        Args:
            status: what is known of the subject.
            policy: a compiled policy, see ``load_policy``.
            facts: what the platform itself knows, as the policy declares it.
            role: role of the subject on the platform.
            constraints: joint constraints of other platforms that the subject is under.
        """
        given = NO_FACTS if facts is None else facts
        code = status.subject.code
        if code is not None and not constraints:
            held = self._probe(code.code)
            if (
                held is not None
                and held.status is status
                and held.policy is policy
                and held.role is role
                and (held.facts is given or held.facts == given)
                and self._epoch() < held.until
                and held.treatment is not None
            ):
                return held.treatment
        now = self._clock.now()
        if code is None:
            return self._evaluate(status, policy, given, role=role, at=now, constraints=constraints)
        epoch = now.timestamp()
        known = [one for one in self._get(code.code, epoch) or () if one.status is status]
        for one in known:
            if (
                one.policy is policy
                and one.role is role
                and one.facts == given
                and one.constraints == constraints
            ):
                return one.treatment
        treatment = self._evaluate(status, policy, given, role=role, at=now, constraints=constraints)
        if now < treatment.valid_until:
            fresh = _Remembered(status, policy, given, role, constraints, treatment)
            # While the lock is held nothing else becomes known, so nothing out of date is remembered.
            with self._changing:
                if self._held(code.code, epoch) is status:
                    self._remember(code.code, (*known[-_MOST_OF_ONE:], fresh), epoch)
        return treatment

    def _evaluate(  # an evaluation takes all of these
        self,
        status: CreditStatus,
        policy: Policy,
        facts: PlatformFacts,
        *,
        role: Role,
        at: datetime,
        constraints: Constraints,
    ) -> Treatment:
        treatment = policy.evaluate(status, facts=facts, role=role, at=at, constraints=constraints)
        for observer in self._observers:
            try:
                observer.evaluated(policy, status, facts, treatment, constraints=constraints)
            except Exception as fault:  # noqa: BLE001  # the host gets its treatment (invariant I9)
                _log.warning("an observer of evaluations failed: %s", type(fault).__qualname__)
        return treatment

    def _change(self, code: str | None) -> None:
        """Tell observers where something else holds of a subject; an answer that says the same again is not."""
        if code is None or not self._is_same(code):
            for observer in self._observers:
                try:
                    observer.forget(code)
                except Exception as fault:  # noqa: BLE001  # what is known changes all the same
                    _log.warning("an observer of evaluations failed to forget: %s", type(fault).__qualname__)
        self._forget(code)

    def _is_same(self, code: str) -> bool:
        epoch = self._epoch()
        evaluated, held = self._get(code, epoch), self._held(code, epoch)
        if not evaluated or held is None:
            return False
        return evaluated[-1].status.records == held.records

    def _forget(self, code: str | None) -> None:
        if code is None:
            self._map.clear()
        else:
            self._map.remove(code)

    def _remember(self, code: str, treatments: tuple[_Remembered, ...], epoch: float) -> None:
        until = min(one.treatment.valid_until for one in treatments)
        end = until.timestamp()
        latest = next((one for one in reversed(treatments) if not one.constraints), None)
        if latest is None:
            held = _Held(treatments, second_look(end), end, None, None, NO_FACTS, Role.MERCHANT, None)
        else:
            status, policy, facts, role, _, treatment = latest
            held = _Held(treatments, second_look(end), end, status, policy, facts, role, treatment)
        self._map.put(code, held, epoch)


def _find(held: _Held, policy: Policy, facts: PlatformFacts, role: Role) -> Treatment | None:
    for _, known_policy, known_facts, known_role, constraints, treatment in held.value:
        if known_policy is policy and known_role is role and not constraints and known_facts == facts:
            return treatment
    return None
