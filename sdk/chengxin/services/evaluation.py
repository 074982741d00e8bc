"""Evaluate a policy on a status, remembering treatments for as long as they are valid."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from chengxin.cache import ExpiringMap, Held
from chengxin.policy import PlatformFacts, Policy, Treatment
from chengxin.records import CreditStatus, Role


class _Remembered(NamedTuple):
    status: CreditStatus
    facts: PlatformFacts
    treatment: Treatment


class Evaluations:
    """Treatments by subject, policy and role; one is remembered for the very status and facts it was made of.

    Args:
        max_entries: most treatments remembered.
    """

    def __init__(self, *, max_entries: int) -> None:
        self._map: ExpiringMap[tuple[str, str, Role], _Remembered] = ExpiringMap(max_entries=max_entries)

    def evaluate(
        self, status: CreditStatus, policy: Policy, *, facts: PlatformFacts, role: Role, at: datetime
    ) -> Treatment:
        """Return the treatment that the policy gives at ``at``; pure in all but its memory."""
        code = status.subject.code
        if code is None:
            return policy.evaluate(status, facts=facts, role=role, at=at)
        key = (code.code, policy.ref.digest, role)
        known = self._map.get(key, at)
        if known is not None and known.status is status and (known.facts is facts or known.facts == facts):
            return known.treatment
        treatment = policy.evaluate(status, facts=facts, role=role, at=at)
        if at < treatment.valid_until:
            self._map.put(key, Held(_Remembered(status, facts, treatment), treatment.valid_until), at)
        return treatment
