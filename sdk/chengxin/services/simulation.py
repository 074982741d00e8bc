"""Try a policy on the platform's own merchants as they stand: whom it would hit, and what another one changes.

Nothing comes into force by it. Each treatment is ``Policy.evaluate``'s own (invariant I5).
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias

from chengxin.errors import ConfigurationError, InvalidRecord
from chengxin.policy import (
    ActionEffect,
    Direction,
    PlatformFacts,
    Policy,
    PolicyDocument,
    PolicyRef,
    Shift,
    Treatment,
    Verdict,
    Yardstick,
    compare,
)
from chengxin.policy.facts import PYTHON_TYPE
from chengxin.policy.upshot import Upshot
from chengxin.records import Role
from chengxin.services.population import Member
from chengxin.services.tally import Flips, Tally, is_person

_MOST_LABELS: Final = 200
_MOST_ALIKE: Final = 20_000
_Seen: TypeAlias = tuple[Upshot, Shift | None]
REST: Final = "(all others)"
"""Where members are counted whose label comes after the first two hundred."""
NONE: Final = "(not given)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A subject that a policy restricts, by name: legitimately known to this platform, and no natural person.

    Attributes:
        code: its unified social credit code.
        role: its role.
        tier: the tier it gets; None where it gets none.
        measures: codes of the restrictions it gets.
        refused: the actions that are refused to it.
        rank: place of the tier in the policy, the best being 0; -1 without one.
    """

    code: str
    role: Role
    tier: str | None
    measures: tuple[str, ...]
    refused: tuple[str, ...]
    rank: int

    @property
    def weight(self) -> tuple[int, ...]:
        """How hard it is hit: by actions refused, then tier, then restrictions; the first code among equals."""
        return (len(self.refused), self.rank, len(self.measures), *(-ord(letter) for letter in self.code))

    def dump(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "code": self.code,
            "role": self.role.value,
            "tier": self.tier,
            "measures": list(self.measures),
            "refused": list(self.refused),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A subject that another policy treats otherwise, by name.

    Attributes:
        code: its unified social credit code.
        role: its role.
        shift: what becomes of its treatment.
    """

    code: str
    role: Role
    shift: Shift

    def dump(self) -> dict[str, Any]:
        """Return it as JSON values."""
        shift = self.shift
        return {
            "code": self.code,
            "role": self.role.value,
            "verdict": shift.verdict.value,
            "tier_before": shift.tiers[0],
            "tier_after": shift.tiers[1],
            "stricter": list(shift.stricter),
            "looser": list(shift.looser),
            "otherwise": list(shift.otherwise),
            "gained": list(shift.gained),
            "lost": list(shift.lost),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What a policy does to a population.

    Attributes:
        policy: the policy.
        baseline: the policy that it is compared with, if one.
        at: the instant that it was evaluated at, aware UTC.
        total: counts of all.
        by_role: counts by role.
        by_category: counts by the platform's own category.
        by_size: counts by the size that the platform declares.
        worst: the hardest hit, the hardest first.
        flips: what changes against the baseline; None without one.
        examples: by verdict, some whose treatment changes, in the order in which they came.
        facts_missing: by declared fact, of how many it was not given, so that conditions on it did not hold.
        facts_undeclared: by name, of how many a fact was given that the policy does not declare.
    """

    policy: PolicyRef
    baseline: PolicyRef | None
    at: datetime
    total: Tally
    by_role: Mapping[str, Tally]
    by_category: Mapping[str, Tally]
    by_size: Mapping[str, Tally]
    worst: tuple[Hit, ...]
    flips: Flips | None
    examples: Mapping[Verdict, tuple[Example, ...]]
    facts_missing: Mapping[str, int]
    facts_undeclared: Mapping[str, int]

    def dump(self) -> dict[str, Any]:
        """Return it as JSON values."""
        groups = {"role": self.by_role, "category": self.by_category, "size": self.by_size}
        return {
            "policy": dump_ref(self.policy),
            "baseline": dump_ref(self.baseline) if self.baseline else None,
            "at": self.at.isoformat(),
            "total": self.total.dump(),
            "by": {name: {label: t.dump() for label, t in g.items()} for name, g in groups.items()},
            "worst": [hit.dump() for hit in self.worst],
            "flips": self.flips.dump() if self.flips else None,
            "examples": {
                v.value: [example.dump() for example in found] for v, found in self.examples.items()
            },
            "facts_missing": dict(self.facts_missing),
            "facts_undeclared": dict(self.facts_undeclared),
        }


def simulate(
    policy: Policy,
    population: Iterable[Member],
    *,
    at: datetime,
    baseline: Policy | None = None,
    worst: int = 20,
) -> Simulation:
    """Return what a policy would do to a population at ``at``.

    Args:
        policy: the policy to try.
        population: the members, one by one; see ``chengxin.services.population``.
        at: the instant their statuses were shown for, aware.
        baseline: a policy to compare it with, the one in force for instance.
        worst: how many of the hardest hit, and of examples for each verdict, are named.

    Raises:
        InvalidRecord: a fact is of another type than a policy declares.
        ConfigurationError: ``worst`` is below 0.
    """
    if worst < 0:
        raise ConfigurationError("The number of subjects to name is 0 or more.")
    run = _Run(policy, baseline, at, worst)
    for member in population:
        run.take(member)
    return run.result()


@dataclass(slots=True)
class _Run:
    policy: Policy
    baseline: Policy | None
    at: datetime
    most: int
    total: Tally = field(default_factory=Tally)
    by_role: dict[str, Tally] = field(default_factory=dict)
    by_category: dict[str, Tally] = field(default_factory=dict)
    by_size: dict[str, Tally] = field(default_factory=dict)
    flips: Flips = field(default_factory=Flips)
    examples: dict[Verdict, list[Example]] = field(default_factory=dict)
    hardest: list[tuple[tuple[int, ...], str, int, Hit]] = field(default_factory=list)
    given: Counter[str] = field(default_factory=Counter)
    number: int = 0
    alike: dict[tuple[object, bool], _Seen] = field(default_factory=dict)
    yardstick: Yardstick = field(init=False)
    ranks: Mapping[str, int] = field(init=False)
    types: Mapping[str, type[object]] = field(init=False)

    def __post_init__(self) -> None:
        document = self.policy.document
        self.yardstick = Yardstick.between((self.baseline or self.policy).document, document)
        self.ranks = ranks_of(document)
        facts = dict(self.baseline.document.facts) if self.baseline else {}
        self.types = {name: PYTHON_TYPE[fact.type] for name, fact in (facts | document.facts).items()}

    def take(self, member: Member) -> None:
        """Evaluate a member and count what comes of it."""
        if member.facts.values:
            self._check(member.facts)
        upshot, shift = self._bare(member) if not member.status.records else self._see(member)
        self.total.add(upshot)
        _group(self.by_role, member.role).add(upshot)
        _group(self.by_category, member.category or NONE).add(upshot)
        _group(self.by_size, member.size or NONE).add(upshot)
        if shift is not None:
            self.flips.add(shift)
            if shift.verdict is not Verdict.UNCHANGED:
                self._note(member, shift)

    def _see(self, member: Member) -> _Seen:
        treatment = member.evaluate(self.policy, self.at)
        if treatment.measures and self.most:
            self._rank(treatment)
        shift = None
        if self.baseline is not None:
            shift = compare(member.evaluate(self.baseline, self.at), treatment, by=self.yardstick)
        return Upshot.of(treatment), shift

    def _bare(self, member: Member) -> _Seen:
        """Return the same of a member without records, evaluated once for all that are alike.

        Without records nothing but these is left for a treatment to depend on, and nothing for a restriction to
        rest on; whom it is about changes its subject and no more.
        """
        status = member.status
        under = member.constraints
        key = (status.subject.kind.value, member.role.value, status.standing.value, member.facts, under)
        validity = status.is_valid(self.at)
        seen = self.alike.get((key, validity))
        if seen is None:
            if len(self.alike) >= _MOST_ALIKE:
                self.alike.clear()
            seen = self.alike[key, validity] = self._see(member)
        return seen

    def _check(self, facts: PlatformFacts) -> None:
        """Refuse a fact of the wrong type: conditions on it would not hold, and nobody would know why."""
        self.given.update(facts.values.keys())
        for name, value in facts.values.items():
            expected = self.types.get(name)
            if expected is not None and type(value) is not expected:
                raise InvalidRecord(
                    f"The platform fact {name!r} is given as {type(value).__name__}, and the policy declares "
                    f"{expected.__name__}. Convert it, or leave it out where it is not known."
                )

    def _note(self, member: Member, shift: Shift) -> None:
        """Keep an example by name, of no natural person (invariant I8)."""
        subject = member.status.subject
        found = self.examples.setdefault(shift.verdict, [])
        if len(found) < self.most and not is_person(subject, member.role):
            found.append(Example(code=str(subject.code), role=member.role, shift=shift))

    def _rank(self, treatment: Treatment) -> None:
        """Keep the hardest hit, whatever the order in which they come."""
        hit = hit_of(treatment, self.ranks)
        if hit is None:
            return
        self.number += 1
        entry = (hit.weight, hit.role.value, -self.number, hit)
        if len(self.hardest) < self.most:
            heapq.heappush(self.hardest, entry)
        elif entry > self.hardest[0]:
            heapq.heapreplace(self.hardest, entry)

    def result(self) -> Simulation:
        """Return what was counted."""
        declared = self.policy.document.facts
        return Simulation(
            policy=self.policy.ref,
            baseline=self.baseline.ref if self.baseline else None,
            at=self.at,
            total=self.total,
            by_role=self.by_role,
            by_category=self.by_category,
            by_size=self.by_size,
            worst=tuple(hit for *_, hit in sorted(self.hardest, reverse=True)),
            flips=self.flips if self.baseline is not None else None,
            examples={
                verdict: tuple(self.examples[verdict]) for verdict in Verdict if verdict in self.examples
            },
            facts_missing={name: self.total.subjects - self.given[name] for name in sorted(declared)},
            facts_undeclared={name: n for name, n in sorted(self.given.items()) if name not in declared},
        )


def hit_of(treatment: Treatment, ranks: Mapping[str, int]) -> Hit | None:
    """Return who is restricted, and by what; None where nobody is, or a natural person (invariant I8).

    Args:
        treatment: the treatment.
        ranks: by tier, its place in the policy.
    """
    if is_person(treatment.subject, treatment.role):
        return None
    restricting = [m for m in treatment.measures if m.direction is Direction.RESTRICT]
    if not restricting:
        return None
    refused = {m.effect.action for m in restricting if isinstance(m.effect, ActionEffect)}
    return Hit(
        code=str(treatment.subject.code),
        role=treatment.role,
        tier=treatment.tier,
        measures=tuple(measure.code for measure in restricting),
        refused=tuple(sorted(refused)),
        rank=ranks.get(treatment.tier or "", -1),
    )


def ranks_of(document: PolicyDocument) -> Mapping[str, int]:
    """Return by tier its place in a policy, the best being 0."""
    return {tier.id: rank for rank, tier in enumerate(document.tiers)}


def _group(groups: dict[str, Tally], label: str) -> Tally:
    tally = groups.get(label)
    if tally is None:
        if len(groups) >= _MOST_LABELS:
            label = REST
        tally = groups.setdefault(label, Tally())
    return tally


def dump_ref(ref: PolicyRef) -> dict[str, str]:
    """Return a reference to a policy as JSON values."""
    return {"name": ref.name, "version": ref.version, "digest": ref.digest}
