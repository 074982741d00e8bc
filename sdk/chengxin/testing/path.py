"""Every way in which a policy is evaluated, as one function each, so that one decision matrix pins all of them (I5).

Each takes the policy, the status, the facts, the role and the instant, and goes the way that its service goes.
Treatments are compared by ``Essence``: a replay is about nobody, and knows no ids of records.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol

from pydantic import SecretStr

from chengxin.policy import (
    NO_CONSTRAINTS,
    Constraints,
    FactVector,
    PlatformFacts,
    Policy,
    Question,
    Scope,
    Treatment,
    gap_in,
    replay,
)
from chengxin.records import CreditStatus, Role
from chengxin.services import Member, Rollout, Shadow
from chengxin.services.simulation import evaluate_member


class Path(Protocol):
    """A way in which a policy is evaluated."""

    def __call__(  # an evaluation takes all of these
        self,
        policy: Policy,
        status: CreditStatus,
        *,
        facts: PlatformFacts,
        role: Role,
        at: datetime,
        constraints: Constraints = NO_CONSTRAINTS,
    ) -> Treatment:
        """Return the treatment that it gives."""
        ...


def live(
    policy: Policy,
    status: CreditStatus,
    *,
    facts: PlatformFacts,
    role: Role,
    at: datetime,
    constraints: Constraints = NO_CONSTRAINTS,
) -> Treatment:
    """Return what a live evaluation gives."""
    return policy.evaluate(status, facts=facts, role=role, at=at, constraints=constraints)


def simulated(
    policy: Policy,
    status: CreditStatus,
    *,
    facts: PlatformFacts,
    role: Role,
    at: datetime,
    constraints: Constraints = NO_CONSTRAINTS,
) -> Treatment:
    """Return what a simulation counts."""
    return evaluate_member(policy, Member(status=status, role=role, facts=facts, constraints=constraints), at)


def backtested(
    policy: Policy,
    status: CreditStatus,
    *,
    facts: PlatformFacts,
    role: Role,
    at: datetime,
    constraints: Constraints = NO_CONSTRAINTS,
) -> Treatment:
    """Return what a backtest counts of an evaluation that was recorded under the same policy.

    How long it holds is told by the China day where a joint constraint begins or ends; see ``FactVector``.

    Raises:
        AssertionError: the vector cannot tell what its own policy asks, which cannot be.
    """
    scope = Scope.of(policy.document)
    told = FactVector.of(status, facts=facts, role=role, at=at, scope=scope, constraints=constraints)
    vector = FactVector.load(told.dump())
    gap = gap_in(Question.of(policy.document), scope)(vector)
    if gap is not None:
        raise AssertionError(f"a vector does not tell its own policy: {gap}")
    return replay(policy, vector, scope=scope, at=at, valid_until=status.valid_until)


def shadowed(
    policy: Policy,
    status: CreditStatus,
    *,
    facts: PlatformFacts,
    role: Role,
    at: datetime,
    constraints: Constraints = NO_CONSTRAINTS,
) -> Treatment:
    """Return what is given live while the policy runs in its own shadow.

    Raises:
        AssertionError: the shadow is not the same, which cannot be.
    """
    shadow = Shadow(policy, policy)
    treatment = shadow.evaluate(status, facts=facts, role=role, at=at, constraints=constraints)
    report = shadow.report(at)
    if report.flips.changed or report.failed:
        raise AssertionError(f"a policy differs from its own shadow: {report.dump()}")
    return treatment


def rolled_out(
    policy: Policy,
    status: CreditStatus,
    *,
    facts: PlatformFacts,
    role: Role,
    at: datetime,
    constraints: Constraints = NO_CONSTRAINTS,
) -> Treatment:
    """Return what a subject gets for whom the policy is rolled out."""
    rollout = Rollout(
        current=policy, candidate=policy, share_permille=1000, key=SecretStr(secrets.token_urlsafe(32))
    )
    return rollout.evaluate(
        status, facts=facts, role=role, at=at, constraints=constraints, pseudonym="anybody"
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
