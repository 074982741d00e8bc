"""Every way in which a policy is evaluated, as one function each, so that one decision matrix pins all of them (I5).

Each takes the policy, the situation and the instant, and goes the way that its service goes. Treatments are compared
by ``Essence``: a replay is about nobody, and knows no ids of records.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeAlias

from pydantic import SecretStr

from chengxin.policy import FactVector, Policy, Question, Scope, Situation, Treatment, gap_in, replay
from chengxin.services import Member, Rollout, Shadow

Path: TypeAlias = Callable[[Policy, Situation, datetime], Treatment]
"""A way in which a policy is evaluated."""


def live(policy: Policy, given: Situation, at: datetime) -> Treatment:
    """Return what a live evaluation gives."""
    return given.evaluate(policy, at)


def simulated(policy: Policy, given: Situation, at: datetime) -> Treatment:
    """Return what a simulation counts."""
    member = Member(status=given.status, role=given.role, facts=given.facts, constraints=given.constraints)
    return member.evaluate(policy, at)


def backtested(policy: Policy, given: Situation, at: datetime) -> Treatment:
    """Return what a backtest counts of an evaluation that was recorded under the same policy.

    How long it holds is told by the China day where a joint constraint begins or ends; see ``FactVector``.

    Raises:
        AssertionError: the vector cannot tell what its own policy asks, which cannot be.
    """
    scope = Scope.of(policy.document)
    told = FactVector.of(
        given.status, facts=given.facts, role=given.role, at=at, scope=scope, constraints=given.constraints
    )
    vector = FactVector.load(told.dump())
    gap = gap_in(Question.of(policy.document), scope)(vector)
    if gap is not None:
        raise AssertionError(f"a vector does not tell its own policy: {gap}")
    return replay(policy, vector, scope=scope, at=at, valid_until=given.status.valid_until)


def shadowed(policy: Policy, given: Situation, at: datetime) -> Treatment:
    """Return what is given live while the policy runs in its own shadow.

    Raises:
        AssertionError: the shadow is not the same, which cannot be.
    """
    shadow = Shadow(policy, policy)
    treatment = shadow.evaluate(
        given.status, facts=given.facts, role=given.role, at=at, constraints=given.constraints
    )
    report = shadow.report(at)
    if report.flips.changed or report.failed:
        raise AssertionError(f"a policy differs from its own shadow: {report.dump()}")
    return treatment


def rolled_out(policy: Policy, given: Situation, at: datetime) -> Treatment:
    """Return what a subject gets for whom the policy is rolled out."""
    rollout = Rollout(
        current=policy, candidate=policy, share_permille=1000, key=SecretStr(secrets.token_urlsafe(32))
    )
    return rollout.evaluate(
        given.status,
        facts=given.facts,
        role=given.role,
        at=at,
        constraints=given.constraints,
        pseudonym="anybody",
    )


PATHS: Final[Mapping[str, Path]] = MappingProxyType(
    {
        "live": live,
        "simulation": simulated,
        "backtest": backtested,
        "shadow": shadowed,
        "rollout": rolled_out,
    }
)
"""All ways, by name."""
