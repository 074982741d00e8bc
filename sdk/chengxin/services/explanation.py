"""Give an account of a treatment: what every rule did, what would change it, and the whole in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chengxin.policy import NO_CONSTRAINTS, NO_FACTS, Constraints, Language, PlatformFacts, Policy, Situation
from chengxin.policy.explanation import Explanation, explain
from chengxin.policy.outlook import Outlook, outlook
from chengxin.policy.redress import ShortestMonths
from chengxin.policy.trace import Trace, trace
from chengxin.records import CreditStatus, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a policy makes of one status at one instant, and why.

    Attributes:
        policy: the policy.
        status: what is known of the subject.
        trace: the treatment, with what every rule did.
        outlook: what would change it.
    """

    policy: Policy
    status: CreditStatus
    trace: Trace
    outlook: Outlook

    def explain(self, language: Language, *, shortest_months: ShortestMonths | None = None) -> Explanation:
        """Return the account in words.

        Args:
            language: the language.
            shortest_months: shortest disclosure periods by law, from which the earliest day of repair follows.
        """
        return explain(
            self.policy,
            self.status,
            self.trace,
            self.outlook,
            language=language,
            shortest_months=shortest_months,
        )


def account_of(
    policy: Policy,
    status: CreditStatus,
    facts: PlatformFacts = NO_FACTS,
    *,
    at: datetime,
    role: Role = Role.MERCHANT,
    constraints: Constraints = NO_CONSTRAINTS,
) -> Account:
    """Evaluate a policy on a status, and give an account of it; nothing comes into force by it.

    Args:
        policy: a compiled policy, see ``load_policy``.
        status: what is known of the subject.
        facts: what the platform itself knows, as the policy declares it.
        at: the instant, aware.
        role: role of the subject on the platform.
        constraints: joint constraints of other platforms that the subject is under.

    Raises:
        InvalidRecord: the instant has no time zone, or there is no such role.
    """
    given = Situation(status=status, role=role, facts=facts, constraints=constraints)
    return Account(
        policy=policy, status=status, trace=trace(policy, given, at), outlook=outlook(policy, given, at)
    )
