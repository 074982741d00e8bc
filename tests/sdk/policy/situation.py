"""Situations as the policy tests write them down."""

from chengxin.policy import Situation
from chengxin.records import Role


def situation_of(policy, status, *, role=Role.MERCHANT, constraints=(), **facts):
    """Return a situation, with the facts that a policy declares."""
    return Situation(
        status=status, role=role, facts=policy.platform_facts(facts), constraints=tuple(constraints)
    )
