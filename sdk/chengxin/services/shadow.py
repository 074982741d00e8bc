"""Run a policy in the shadow of the one in force: evaluated beside it, compared, and of no effect."""

from __future__ import annotations

import logging
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from chengxin.errors import ConfigurationError
from chengxin.lock import ProcessLock
from chengxin.policy import (
    NO_CONSTRAINTS,
    Constraints,
    PlatformFacts,
    Policy,
    PolicyRef,
    Shift,
    Treatment,
    Verdict,
    Yardstick,
    compare,
)
from chengxin.policy.predicate import NEVER
from chengxin.records import CreditStatus, Role
from chengxin.services.simulation import Example, dump_ref
from chengxin.services.tally import Flips, is_person

_LOG: Final = logging.getLogger(__name__)


class _Named(NamedTuple):
    shift: Shift
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowReport:
    """What a policy in the shadow would have changed so far, in this process.

    Attributes:
        live: the policy in force.
        candidate: the policy in the shadow.
        flips: counts of evaluations.
        failed: by type of error, how often the candidate could not be evaluated; the live treatment was given.
        examples: some subjects that are treated otherwise as things stand, by verdict; no natural persons.
    """

    live: PolicyRef
    candidate: PolicyRef
    flips: Flips
    failed: Mapping[str, int]
    examples: Mapping[Verdict, tuple[Example, ...]]

    def dump(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "live": dump_ref(self.live),
            "candidate": dump_ref(self.candidate),
            "flips": self.flips.dump(),
            "failed": dict(self.failed),
            "examples": {v.value: [e.dump() for e in found] for v, found in self.examples.items()},
        }


class Shadow:
    """Evaluates a candidate wherever the live policy is evaluated. Safe to share by threads.

    Give it to a client as an observer, or evaluate through it. Whatever the candidate does, the live treatment is
    given as it is; an error of the candidate is counted, logged once by type, and goes no further.

    Args:
        live: the policy in force.
        candidate: the policy to try.
        most_named: most subjects that are held by name, the latest of them.
    """

    def __init__(self, live: Policy, candidate: Policy, *, most_named: int = 100) -> None:
        if most_named < 0:
            raise ConfigurationError("The number of subjects to name is 0 or more.")
        self._live = live
        self._candidate = candidate
        self._most = most_named
        self._yardstick = Yardstick.between(live.document, candidate.document)
        self._lock = ProcessLock()
        self._flips = Flips()
        self._failed: Counter[str] = Counter()
        self._named: OrderedDict[tuple[str, Role], _Named] = OrderedDict()
        self._soonest = NEVER

    def evaluate(
        self,
        status: CreditStatus,
        *,
        facts: PlatformFacts,
        role: Role,
        at: datetime,
        constraints: Constraints = NO_CONSTRAINTS,
    ) -> Treatment:
        """Return the treatment of the live policy, and note what the candidate would have given.

        Args:
            status: what is known of the subject.
            facts: what the platform knows.
            role: role of the subject.
            at: the instant, aware.
            constraints: joint constraints that the subject is under.
        """
        treatment = self._live.evaluate(status, facts=facts, role=role, at=at, constraints=constraints)
        self.evaluated(self._live, status, facts, treatment, constraints=constraints)
        return treatment

    def evaluated(
        self,
        policy: Policy,
        status: CreditStatus,
        facts: PlatformFacts,
        treatment: Treatment,
        *,
        constraints: Constraints = NO_CONSTRAINTS,
    ) -> None:
        """Note what the candidate would have given where the live policy was evaluated; never raises."""
        if policy is not self._live and policy.ref != self._live.ref:
            return
        try:
            at = treatment.evaluated_at
            role = treatment.role
            other = self._candidate.evaluate(status, facts=facts, role=role, at=at, constraints=constraints)
            shift = compare(treatment, other, by=self._yardstick)
            self._note(treatment, shift, min(treatment.valid_until, other.valid_until))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is the candidate's
            self._fail(error)

    def forget(self, code: str | None) -> None:
        """Hold nothing of a subject by name any more; None means of anyone."""
        with self._lock:
            if code is None:
                self._named.clear()
            else:
                for role in Role:
                    self._named.pop((code, role), None)

    def close(self) -> None:
        """Hold nothing by name any more."""
        self.forget(None)

    def report(self, at: datetime) -> ShadowReport:
        """Return what was noted so far; names only while both treatments are valid (invariant I1).

        Args:
            at: the present instant, aware UTC.
        """
        flips = Flips()
        with self._lock:
            self._drop(at)
            flips.merge(self._flips)
            failed, held = dict(self._failed), list(self._named.items())
        examples: dict[Verdict, list[Example]] = {}
        for (code, role), named in held:
            found = examples.setdefault(named.shift.verdict, [])
            found.append(Example(code=code, role=role, shift=named.shift))
        return ShadowReport(
            live=self._live.ref,
            candidate=self._candidate.ref,
            flips=flips,
            failed=failed,
            examples={verdict: tuple(found) for verdict, found in examples.items()},
        )

    def _note(self, treatment: Treatment, shift: Shift, valid_until: datetime) -> None:
        subject, role = treatment.subject, treatment.role
        key = (str(subject.code), role)
        with self._lock:
            self._flips.add(shift)
            if treatment.evaluated_at >= self._soonest:
                self._drop(treatment.evaluated_at)
            if is_person(subject, role):
                return
            self._named.pop(key, None)
            if shift.verdict is not Verdict.UNCHANGED and valid_until > treatment.evaluated_at:
                self._named[key] = _Named(shift, valid_until)
                self._soonest = min(self._soonest, valid_until)
                while len(self._named) > self._most:
                    self._named.popitem(last=False)

    def _drop(self, at: datetime) -> None:
        """Hold by name nobody whose treatments are over; the lock is held."""
        for key in [key for key, named in self._named.items() if named.valid_until <= at]:
            del self._named[key]
        self._soonest = min((named.valid_until for named in self._named.values()), default=NEVER)

    def _fail(self, error: Exception) -> None:
        name = type(error).__qualname__
        with self._lock:
            self._failed[name] += 1
            is_first = self._failed[name] == 1
        if is_first:
            _LOG.warning(
                "The policy %r in the shadow could not be evaluated (%s).", self._candidate.ref.name, name
            )
