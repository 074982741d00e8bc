"""How measures are brought into force and looked after."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from chengxin.clock import Clock
from chengxin.errors import ConfigurationError
from chengxin.identifiers import Uscc
from chengxin.policy import NO_CONSTRAINTS, NO_FACTS, Constraints, PlatformFacts, Policy
from chengxin.policy.redress import ShortestMonths
from chengxin.procedure.calendar import ChinaWorkingDays, WorkingDays
from chengxin.procedure.imposition import WaveLimits
from chengxin.records import CreditStatus
from chengxin.services.lookup import Check
from chengxin.transport import Lane


class Checker(Protocol):
    """Asks a source; a ``CreditClient`` does."""

    check: Check

    @property
    def clock(self) -> Clock:
        """Where its instants come from."""
        ...

    def check_afresh(self, code: str | Uscc, *, lane: Lane = Lane.DECISION) -> CreditStatus:
        """Ask the source now, see ``Lookup.check_afresh``."""
        ...


PolicyAt: TypeAlias = Callable[[datetime], Policy]
"""Returns the policy that is in force at an instant."""


def no_facts(code: str) -> PlatformFacts:  # noqa: ARG001  # the platform knows nothing of anybody
    """Return no facts, whoever is asked about."""
    return NO_FACTS


def no_constraints(code: str) -> Constraints:  # noqa: ARG001  # as above
    """Return no joint constraints, whoever is asked about."""
    return NO_CONSTRAINTS


def _new_id() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentOptions:
    """How measures are brought into force and looked after.

    Attributes:
        waves: how many subjects may be limited anew without asking a person.
        calendar: which days are worked; lead times of notices are counted in them.
        check_for: how long after a look at a subject the next one is due.
        watch_for: the same of a subject under a measure (repair watch).
        retry_for: the same of a subject of whom nothing could be learned.
        facts: what the platform itself knows of a subject, as the policy declares it.
        constraints: joint constraints of other platforms that a subject is under.
        publishes_persons: whether measures about natural persons, as anchors are, are made public with masked names;
            off unless counsel turns it on (个人信息保护法 arts. 6, 25).
        shortest_months: shortest disclosure periods by law, from which statements say when a record may be repaired at
            the earliest; None where they do not.
        digest_key: a secret of the platform for the digests of records that stay on statements; None for plain ones,
            which whoever tries all numbers of decisions can tell.
        shares: whether what is imposed and lifted is queued for other platforms.
        kept_for: how long pages and guards use the policy, facts and constraints that were read, without reading again.
        reviewers: the recipient who is told that something waits for a named human, as the notifier knows it; None for
            nobody.
        new_id: makes names.
    """

    waves: WaveLimits = field(default_factory=WaveLimits)
    calendar: WorkingDays = field(default_factory=ChinaWorkingDays)
    check_for: timedelta = timedelta(days=1)
    watch_for: timedelta = timedelta(hours=1)
    retry_for: timedelta = timedelta(minutes=1)
    facts: Callable[[str], PlatformFacts] = no_facts
    constraints: Callable[[str], Constraints] = no_constraints
    publishes_persons: bool = False
    shortest_months: ShortestMonths | None = None
    digest_key: bytes | None = field(default=None, repr=False)
    shares: bool = False
    kept_for: timedelta = timedelta(seconds=1)
    reviewers: str | None = None
    new_id: Callable[[], str] = _new_id

    def __post_init__(self) -> None:
        if min(self.check_for, self.watch_for, self.retry_for) <= timedelta(0):
            raise ConfigurationError("Subjects are looked at again after a time above 0.")
        if self.kept_for < timedelta(0):
            raise ConfigurationError("What was read is kept for 0 s or more.")
