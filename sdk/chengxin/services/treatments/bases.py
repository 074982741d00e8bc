"""What measures are decided on, for whoever evaluates beside: pages and guards show and enforce the same (I5, I9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import inf
from typing import Final, NamedTuple

from chengxin.policy import NO_CONSTRAINTS, NO_FACTS, Basis, Constraints, PlatformFacts, Policy
from chengxin.services.kept import Kept
from chengxin.services.treatments.options import (
    Checker,
    PolicyAt,
    TreatmentOptions,
    no_constraints,
    no_facts,
)

_THE_ONE: Final = ""
_INSTANT: Final = timedelta(microseconds=1)
_LOOK_AHEAD_SECONDS: Final = 5.0
"""A policy is read so long before it takes effect, so that it does on time."""


class _Course(NamedTuple):
    """The policy in force, and the one that takes its place.

    Attributes:
        policy: in force now.
        follower: in force from ``since`` on; the same where none is to come soon.
        since: seconds since 1970.
    """

    policy: Policy
    follower: Policy
    since: float


class _Known(NamedTuple):
    """What the platform knows of a subject."""

    facts: PlatformFacts
    constraints: Constraints


_NOTHING: Final = _Known(NO_FACTS, NO_CONSTRAINTS)


class Bases:
    """Returns what the treatments of a subject are decided on at this instant, from memory and in time.

    It is the policy in force, and what ``TreatmentOptions`` say of facts and joint constraints. Each is read again
    after a moment (``TreatmentOptions.kept_for``), behind whoever asks. A policy takes effect on time all the same: the
    one to come is known before. Where reading fails, what was read last goes on.

    Args:
        client: knows the time.
        policy: returns the policy in force at an instant.
        options: of the treatments.
    """

    def __init__(self, client: Checker, policy: PolicyAt, options: TreatmentOptions) -> None:
        self._clock = client.clock
        self._epoch = client.clock.epoch
        self._policy_at = policy
        self._options = options
        kept_seconds = options.kept_for.total_seconds()
        self._ahead = options.kept_for + timedelta(seconds=_LOOK_AHEAD_SECONDS)
        self._courses: Kept[_Course] = Kept(
            self._read_course,
            what="the policy in force",
            clock=self._clock,
            kept_seconds=kept_seconds,
            threads=1,
        )
        self._knows_nothing = options.facts is no_facts and options.constraints is no_constraints
        self._known: Kept[_Known] = Kept(
            self._read_known,
            what="what the platform knows of a subject",
            clock=self._clock,
            kept_seconds=kept_seconds,
            threads=4,
            is_over=self._is_over,
        )

    def of(self, code: str, *, wait_seconds: float = 5.0) -> Basis:
        """Return what the treatment of a subject is evaluated on now.

        Args:
            code: unified social credit code in its normal form.
            wait_seconds: longest time to wait for what was not read yet.

        Raises:
            StoreUnavailable: something was never read, and was not in time.
            Exception: the same, since reading it failed; whatever the policy, the facts or the constraints raise.
        """
        started = self._clock.monotonic()
        course = self._courses.get(_THE_ONE, wait_seconds=wait_seconds)
        left = wait_seconds - (self._clock.monotonic() - started)
        known = _NOTHING if self._knows_nothing else self._known.get(code, wait_seconds=left)
        return self._basis(course, known)

    def known(self, code: str) -> Basis | None:
        """Return the same where it was read a moment ago at most, or None; nothing is read, and nobody waits."""
        course = self._courses.known(_THE_ONE)
        known = _NOTHING if self._knows_nothing else self._known.known(code)
        return None if course is None or known is None else self._basis(course, known)

    def _basis(self, course: _Course, known: _Known) -> Basis:
        policy, follower, since = course
        if since == inf:
            return Basis(policy, known.facts, known.constraints)
        if self._epoch() >= since:
            return Basis(follower, known.facts, known.constraints)
        return Basis(policy, known.facts, known.constraints, datetime.fromtimestamp(since, UTC))

    def _is_over(self, known: _Known) -> bool:
        return known.facts.valid_until is not None and self._clock.now() >= known.facts.valid_until

    def _read_known(self, code: str) -> _Known:
        return _Known(self._options.facts(code), self._options.constraints(code))

    def _read_course(self, _: str) -> _Course:
        now = self._clock.now()
        policy, follower = self._read_policy(now), self._read_policy(now + self._ahead)
        if follower.ref.digest == policy.ref.digest:
            return _Course(policy, policy, inf)
        since = self._change(policy, after=now, until=now + self._ahead)
        return _Course(policy, self._read_policy(since), since.timestamp())

    def _read_policy(self, at: datetime) -> Policy:
        """Return the policy in force at an instant; one of the same digest is the one that is known already."""
        policy = self._policy_at(at)
        last = self._courses.last(_THE_ONE)
        for known in () if last is None else last[:2]:
            if known.ref.digest == policy.ref.digest:
                return known
        return policy

    def _change(self, policy: Policy, *, after: datetime, until: datetime) -> datetime:
        """Return the first instant at which another policy is in force, which one is at ``until``."""
        while until - after > _INSTANT:
            middle = after + (until - after) / 2
            if self._policy_at(middle).ref.digest == policy.ref.digest:
                after = middle
            else:
                until = middle
        return until
