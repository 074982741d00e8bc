"""Situations as the policy tests write them down."""

from chengxin.errors import UnknownReason
from chengxin.policy import Situation
from chengxin.records import Role, unknown
from tests.sdk.policy.material import AT, CODE


def situation_of(policy, status, *, role=Role.MERCHANT, constraints=(), **facts):
    """Return a situation, with the facts that a policy declares."""
    return Situation(
        status=status, role=role, facts=policy.platform_facts(facts), constraints=tuple(constraints)
    )


def unknown_of(reason=UnknownReason.TIMEOUT):
    """Return the status of a company of which nothing is known."""
    return unknown(CODE, reason=reason, detail="d", at=AT, source="test")
