"""Evaluate a policy on a status, remembering treatments for as long as they are valid."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from chengxin.cache import ExpiringMap, Held
from chengxin.identifiers import Uscc
from chengxin.policy import PlatformFacts, Policy, Treatment
from chengxin.records import CreditStatus, Role

_MOST_OF_ONE: Final = 7


class _Remembered(NamedTuple):
    status: CreditStatus
    policy: Policy
    facts: PlatformFacts
    role: Role
    treatment: Treatment


class Evaluations:
    """Treatments by subject; one is remembered for the very status, policy, facts and role it was made of.

    Args:
        max_entries: most subjects whose treatments are remembered.
    """

    def __init__(self, *, max_entries: int) -> None:
        self._map: ExpiringMap[str, tuple[_Remembered, ...]] = ExpiringMap(max_entries=max_entries)

    def evaluate(
        self, status: CreditStatus, policy: Policy, *, facts: PlatformFacts, role: Role, at: datetime
    ) -> Treatment:
        """Return the treatment that the policy gives at ``at``; pure in all but its memory."""
        code = status.subject.code
        if code is None:
            return policy.evaluate(status, facts=facts, role=role, at=at)
        known = self._map.get(code.code, at) or ()
        for one in known:
            if (
                one.status is status
                and one.policy is policy
                and one.role is role
                and (one.facts is facts or one.facts == facts)
            ):
                return one.treatment
        treatment = policy.evaluate(status, facts=facts, role=role, at=at)
        if at < treatment.valid_until:
            fresh = _Remembered(status, policy, facts, role, treatment)
            # Of another status nothing is kept, and of one status no more than a few treatments.
            kept = (*(one for one in known[-_MOST_OF_ONE:] if one.status is status), fresh)
            until = min(one.treatment.valid_until for one in kept)
            self._map.put(code.code, Held(kept, until), at)
        return treatment

    def forget(self, code: Uscc) -> None:
        """Forget the treatments of a subject."""
        self._map.remove(code.code)
