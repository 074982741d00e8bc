"""Scripted faults: which rule bites on which request, how often and when."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from random import Random
from typing import Annotated, Any, Generic, NamedTuple, Self, TypeVar

from pydantic import AwareDatetime, Field, model_validator

from mock_credit_china.clock import china_day
from mock_credit_china.fault import Fault, FaultModel, Moment
from mock_credit_china.strict import StrictModel

StageT = TypeVar("StageT", bound=FaultModel)


class Route(StrEnum):
    """The routes of the source, by the names scenarios and the request log use."""

    CREDIT = "credit"
    BATCH = "batch"
    CHANGES = "changes"
    SNAPSHOTS = "snapshots"
    SNAPSHOT_FILE = "snapshot_file"
    PERSONS = "persons"
    REPORTS = "reports"
    HEALTH = "health"
    SITE = "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is known of a request, or of one row of a batch, when a rule is matched."""

    route: Route
    code: str | None = None
    page: int | None = None


class Match(StrictModel):
    """Which requests a rule is about; what is left out matches everything."""

    route: Route | None = None
    code: str | None = Field(default=None, description="one subject; in a batch, that row alone")
    page: int | None = Field(default=None, ge=1)

    def covers(self, asked: Asked) -> bool:
        """Tell whether a request is meant."""
        return (
            self.route in {None, asked.route}
            and self.code in {None, asked.code}
            and self.page in {None, asked.page}
        )


class Rule(StrictModel):
    """One fault and when it bites: ``share`` of the matching requests, after ``skip`` of them, ``count`` times."""

    match: Match = Match()
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    skip: Annotated[int, Field(ge=0)] = 0
    count: Annotated[int, Field(ge=1)] | None = None
    since: AwareDatetime | None = Field(default=None, description="bites from then on, by the mock clock")
    until: AwareDatetime | None = Field(default=None, description="bites before then, by the mock clock")
    fault: Fault

    @model_validator(mode="after")
    def _has_a_window(self) -> Self:
        if self.since and self.until and self.since >= self.until:
            raise ValueError("since must be before until")
        return self

    def is_open_at(self, now: datetime) -> bool:
        """Tell whether the rule's window is open."""
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)


@dataclass(slots=True, kw_only=True)
class _Running:
    number: int
    rule: Rule
    draws: Random
    seen: int = 0
    bites: int = 0

    def bites_now(self) -> bool:
        self.seen += 1
        if self.seen <= self.rule.skip:
            return False
        if self.rule.share < 1 and self.draws.random() >= self.rule.share:
            return False
        self.bites += 1
        return True

    @property
    def is_spent(self) -> bool:
        return self.rule.count is not None and self.bites >= self.rule.count


class Bite(NamedTuple, Generic[StageT]):
    """A fault that bites, with a draw between 0 and 1 and the moment it does."""

    fault: StageT
    moment: Moment
    draw: float


class Scenario:
    """The rules in force, in the order they were added. A rule that has bitten ``count`` times stays, spent."""

    def __init__(self, *, seed: int) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self._running: list[_Running] = []
        self._numbers = 0

    def add(self, rules: list[Rule]) -> None:
        """Add rules; each draws its ``share`` from its own seeded source."""
        with self._lock:
            for rule in rules:
                self._numbers += 1
                draws = Random(f"{self._seed}/rule/{self._numbers}")  # noqa: S311 - a share, not a secret
                self._running.append(_Running(number=self._numbers, rule=rule, draws=draws))

    def clear(self) -> None:
        """Drop all rules."""
        with self._lock:
            self._running.clear()
            self._numbers = 0

    def claim(
        self,
        stage: type[StageT],
        asked: Asked,
        now: datetime,
        *,
        accepts: Callable[[StageT, Match], bool] = lambda _fault, _match: True,
        one: bool = False,
    ) -> list[Bite[StageT]]:
        """Return the faults of a stage that bite on a request, and count them as bitten.

        Args:
            stage: the class of faults the request has come to.
            asked: the request.
            now: the mock's time.
            accepts: a last word on whether a fault has anything to bite on here.
            one: whether the first is enough.
        """
        bites: list[Bite[StageT]] = []
        with self._lock:
            for running in self._running:
                rule, fault = running.rule, running.rule.fault
                if not isinstance(fault, stage) or running.is_spent or (one and bites):
                    continue
                if not (rule.match.covers(asked) and rule.is_open_at(now) and accepts(fault, rule.match)):
                    continue
                if running.bites_now():
                    moment = Moment(now=now, today=china_day(now), bite=running.bites)
                    bites.append(Bite(fault, moment, running.draws.random()))
        return bites

    def describe(self) -> list[dict[str, Any]]:
        """Describe the rules, with how many requests each has seen and bitten."""
        with self._lock:
            return [
                {
                    "id": running.number,
                    "seen": running.seen,
                    "bites": running.bites,
                    "spent": running.is_spent,
                    **running.rule.model_dump(mode="json", exclude_none=True),
                }
                for running in self._running
            ]
