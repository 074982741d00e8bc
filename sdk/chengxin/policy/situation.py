"""What an evaluation takes, where parts of it are handed on as one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from chengxin.policy.constraint import NO_CONSTRAINTS, Constraints
from chengxin.policy.engine import Policy
from chengxin.policy.facts import NO_FACTS, PlatformFacts
from chengxin.policy.treatment import Treatment
from chengxin.records import CreditStatus, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One subject in one role, with all that is known of it.

    Attributes:
        status: what is known of the subject.
        role: its role on the platform.
        facts: what the platform knows, from ``Policy.platform_facts``.
        constraints: joint constraints of other platforms that it is under.
    """

    status: CreditStatus
    role: Role = Role.MERCHANT
    facts: PlatformFacts = NO_FACTS
    constraints: Constraints = NO_CONSTRAINTS

    def evaluate(self, policy: Policy, at: datetime) -> Treatment:
        """Return the treatment that a policy gives at an aware instant; see ``Policy.evaluate``.

        Raises:
            InvalidRecord: the instant has no time zone, or there is no such role.
        """
        return policy.evaluate(
            self.status, facts=self.facts, role=self.role, at=at, constraints=self.constraints
        )


class Basis(NamedTuple):
    """What an evaluation goes by beside the status of a subject in a role; a tuple: one is made for every request.

    Attributes:
        policy: the policy in force.
        facts: what the platform knows of the subject.
        constraints: joint constraints of other platforms that it is under.
        until: first instant at which another policy is in force, aware UTC; None where none is known to be soon.
    """

    policy: Policy
    facts: PlatformFacts = NO_FACTS
    constraints: Constraints = NO_CONSTRAINTS
    until: datetime | None = None
