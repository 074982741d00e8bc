"""Replay the vectors of China months: each evaluated anew only where its treatment has run out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple, TypeAlias

from chengxin.policy import (
    FactVector,
    Policy,
    Question,
    Scope,
    Shift,
    Verdict,
    Yardstick,
    compare,
    gap_in,
)
from chengxin.policy.predicate import china_ordinal, midnight
from chengxin.policy.upshot import Upshot
from chengxin.services.simulation import Hit, hit_of, ranks_of
from chengxin.services.tally import Flips, Tally
from chengxin.services.vector_log import VectorRow

_INSTANT: Final = timedelta(microseconds=1)
_MOST_REMEMBERED: Final = 200_000
MOST_FLAGGED: Final = 50_000
"""Most rows of which it is held what may be named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What a policy gives over some days.

    Attributes:
        since: the first China day.
        until: the last China day, included.
        tally: counts of subject-days.
        flips: what changes against the baseline; None without one.
        days: on how many days something was recorded.
        replayed: how many subject-days were replayed.
        not_replayed: by reason, how many could not be; see ``gap_in``.
        not_compared: by reason, how many of those replayed could not be replayed with the baseline.
    """

    since: date
    until: date
    tally: Tally = field(default_factory=Tally)
    flips: Flips | None = None
    days: int = 0
    replayed: int = 0
    not_replayed: Counter[str] = field(default_factory=Counter)
    not_compared: Counter[str] = field(default_factory=Counter)

    def dump(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "days": self.days,
            "replayed": self.replayed,
            "not_replayed": dict(self.not_replayed.most_common()),
            "not_compared": dict(self.not_compared.most_common()),
            "tally": self.tally.dump(),
            "flips": self.flips.dump() if self.flips else None,
        }


class Spell(NamedTuple):
    """Some days over which a vector gives one treatment.

    Attributes:
        after: place in the month of the first day after them, the first day being 0.
        hit: who is restricted and by what, under a code that says nothing; None where nobody is.
        shift: what changes against the baseline; None where nothing does.
    """

    after: int
    hit: Hit | None
    shift: Shift | None


class Flagged(NamedTuple):
    """A row of the log whose subjects may be worth naming, with the spells of its month, in order."""

    vector: str
    digest: str
    spells: tuple[Spell, ...]

    def on(self, day: date) -> Spell:
        """Return the spell that a day belongs to."""
        return next((spell for spell in self.spells if day.day <= spell.after), self.spells[-1])


class _Seen(NamedTuple):
    """What was evaluated: from which day, by ordinal, to the first instant at which it no longer holds."""

    since: int
    over: datetime
    upshot: Upshot
    hit: Hit | None
    shift: Shift | None


Memory: TypeAlias = dict[object, _Seen]
"""What months that are replayed one after the other share: a record of last month is mostly one of this month."""


class Replaying:
    """The replay of one month, or of a part of it.

    Args:
        scopes: by digest, the scopes that vectors were recorded under.
        span: the first and the last day.
        policy: the policy to try.
        baseline: the policy to compare it with, if one.
        memory: what the months before have left, of the same policies.
    """

    def __init__(
        self,
        scopes: Mapping[str, Scope],
        span: tuple[date, date],
        policy: Policy,
        baseline: Policy | None,
        *,
        memory: Memory,
    ) -> None:
        self._memory = memory
        self._scopes = scopes
        self._since, self._until = span
        self._month = span[0].replace(day=1)
        self._zero = self._month.toordinal()
        self._end = midnight(self._zero + 31)
        self._first, self._last = span[0].day - 1, span[1].day
        self._policy = policy
        self._baseline = baseline
        self._yardstick = Yardstick.between((baseline or policy).document, policy.document)
        self._ranks = ranks_of(policy.document)
        self._gaps = {digest: gap_in(Question.of(policy.document), s) for digest, s in scopes.items()}
        question = Question.of((baseline or policy).document)
        self._baseline_gaps = {digest: gap_in(question, scope) for digest, scope in scopes.items()}
        self._tally, self._flips = Tally(), Flips()
        self._not_replayed: Counter[str] = Counter()
        self._not_compared: Counter[str] = Counter()
        self._seen = [False] * (self._last - self._first)
        self._flagged: dict[int, Flagged] = {}

    def take(self, row: VectorRow) -> None:
        """Replay one vector on the days on which it was recorded."""
        counts = list(row.counts[: self._last])
        counts[: self._first] = [0] * min(self._first, len(counts))
        number = sum(counts)
        if not number:
            return
        if not all(self._seen):
            for place, count in enumerate(counts[self._first :]):
                self._seen[place] = self._seen[place] or count > 0
        vector, baseline = FactVector.load(row.vector), self._baseline
        gap = self._gaps[row.digest](vector)
        if gap is not None:
            self._not_replayed[gap] += number
            return
        if baseline is not None:
            gap = self._baseline_gaps[row.digest](vector)
            if gap is not None:
                self._not_compared[gap] += number
                baseline = None
        spells = tuple(self._spells(vector, counts, row.digest, baseline))
        if len(self._flagged) < MOST_FLAGGED and any(spell.hit or spell.shift for spell in spells):
            self._flagged[row.number] = Flagged(row.vector, row.digest, spells)

    def _spells(
        self, vector: FactVector, counts: Sequence[int], digest: str, baseline: Policy | None
    ) -> Iterator[Spell]:
        """Evaluate anew where a treatment has run out, and nowhere else: until then it is that of each day."""
        key, place = (digest, baseline is None, vector.shifted(self._zero)), 0
        while place < len(counts):
            if not counts[place]:
                place += 1
                continue
            day = self._zero + place
            seen = self._memory.get(key)
            if seen is None or not seen.since <= day or midnight(day) >= seen.over:
                if len(self._memory) >= _MOST_REMEMBERED:
                    self._memory.clear()
                seen = self._memory[key] = self._evaluate(vector, day, self._scopes[digest], baseline)
            # The first day whose beginning is not before the end.
            after = china_ordinal(min(seen.over, self._end) - _INSTANT) + 1 - self._zero
            number, place = sum(counts[place:after]), after
            self._tally.add(seen.upshot, number)
            shift = seen.shift
            if shift is not None:
                self._flips.add(shift, number)
                shift = None if shift.verdict is Verdict.UNCHANGED else shift
            yield Spell(after, seen.hit, shift)

    def _evaluate(self, vector: FactVector, day: int, scope: Scope, baseline: Policy | None) -> _Seen:
        at = midnight(day)
        given = vector.situation(anchor=self._month, at=at, scope=scope)
        treatment = given.evaluate(self._policy, at)
        over, shift = treatment.valid_until, None
        if baseline is not None:
            before = given.evaluate(baseline, at)
            over, shift = min(over, before.valid_until), compare(before, treatment, by=self._yardstick)
        hit = hit_of(treatment, self._ranks) if treatment.measures else None
        return _Seen(day, over, Upshot.of(treatment), hit, shift)

    def result(self) -> tuple[Period, dict[int, Flagged]]:
        """Return what was counted, and what may be named."""
        period = Period(
            since=self._since,
            until=self._until,
            tally=self._tally,
            flips=self._flips if self._baseline is not None else None,
            days=sum(self._seen),
            replayed=self._tally.subjects,
            not_replayed=self._not_replayed,
            not_compared=self._not_compared,
        )
        return period, self._flagged
