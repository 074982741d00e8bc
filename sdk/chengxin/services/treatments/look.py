"""A subject as it is looked at: what the source shows, what was told, and what the platform knows of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from chengxin.policy import NO_CONSTRAINTS, NO_FACTS, Constraints, Measure, PlatformFacts, Situation
from chengxin.procedure.imposition import Imposition
from chengxin.records import ChangeKind, CreditStatus, Role

NOTHING_TOLD: Final[Mapping[str, ChangeKind]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A subject as it is looked at.

    Attributes:
        code: the subject.
        role: its role on the platform.
        status: what the source shows.
        facts: what the platform itself knows of it.
        constraints: joint constraints of other platforms that it is under.
        is_fresh: whether the source was asked for this decision.
        told: what the change feed told of its records, by record id.
        gone: records that were told to be gone at any time, by id, each with the version up to which it is.
        proposed: what was proposed before the source was asked afresh.
        due_at: when it was due, as that stood before anything was read, aware UTC; None where it never was.
    """

    code: str
    role: Role
    status: CreditStatus
    facts: PlatformFacts = NO_FACTS
    constraints: Constraints = NO_CONSTRAINTS
    is_fresh: bool = False
    told: Mapping[str, ChangeKind] = field(default_factory=lambda: NOTHING_TOLD)
    gone: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    proposed: tuple[tuple[Measure, Imposition | None], ...] = ()
    due_at: datetime | None = None

    @property
    def as_of(self) -> datetime:
        """Data date of the answer; where there was none, when it was asked for."""
        return self.status.as_of or self.status.fetched_at

    @property
    def situation(self) -> Situation:
        """The subject as a policy evaluates it."""
        return Situation(status=self.status, role=self.role, facts=self.facts, constraints=self.constraints)

    @property
    def is_overtaken(self) -> bool:
        """Whether the answer still shows what was told to be gone: it is older than that, and nothing rests on it."""
        return any(record.version <= self.gone.get(record.record_id, -1) for record in self.status.records)
