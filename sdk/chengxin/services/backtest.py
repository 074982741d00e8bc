"""Replay what was evaluated: what a policy would have given over the past, of nobody in particular.

Ended records do not come back to life for it (invariant I1). What is replayed are de-identified vectors, see
``chengxin.policy.vector``; what comes of it are counts of *subject-days*: a subject counts once on each China day on
which it was evaluated. Vectors that cannot tell what a policy asks for are not guessed; they are counted with the
reason. Subjects are named by ``name_subjects`` alone, and only where every record concerned is still disclosed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from heapq import nlargest
from itertools import islice
from multiprocessing import get_context
from typing import Any, Final, NamedTuple, TypeAlias

from chengxin.errors import ConfigurationError
from chengxin.policy import (
    FactVector,
    Policy,
    PolicyDocument,
    PolicyRef,
    Question,
    Scope,
    Shift,
    Verdict,
    Yardstick,
    compare,
    compile_policy,
    gap_in,
)
from chengxin.records import Role, start_of_china_day
from chengxin.services.population import Member
from chengxin.services.simulation import Example, Hit, dump_ref, hit_of, ranks_of
from chengxin.services.tally import Flips, Outcome, Tally, is_person
from chengxin.services.vector_log import VectorLog, VectorRow

_MOST_FLAGGED: Final = 50_000
_BATCH: Final = 1_000


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
        over_on: first China day after them.
        hit: who is restricted and by what, under a code that says nothing; None where nobody is.
        shift: what changes against the baseline; None where nothing does.
    """

    over_on: date
    hit: Hit | None
    shift: Shift | None


class Flagged(NamedTuple):
    """A row of the log whose subjects may be worth naming, with the spells of its month, in order."""

    vector: str
    digest: str
    spells: tuple[Spell, ...]

    def on(self, day: date) -> Spell:
        """Return the spell that a day belongs to."""
        return next((spell for spell in self.spells if day < spell.over_on), self.spells[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What a policy would have given.

    Attributes:
        policy: the policy.
        baseline: the policy that it is compared with, if one.
        recorded_under: name of the policies under which the vectors were recorded.
        total: of all days.
        months: by China month.
        lost: how many evaluations of these days were not recorded, under any policy.
        flagged: by row of the log, what may be named.
    """

    policy: PolicyRef
    baseline: PolicyRef | None
    recorded_under: str
    total: Period
    months: tuple[Period, ...]
    lost: int
    flagged: Mapping[int, Flagged]

    def dump(self) -> dict[str, Any]:
        """Return it as JSON values, without names."""
        return {
            "policy": dump_ref(self.policy),
            "baseline": dump_ref(self.baseline) if self.baseline else None,
            "recorded_under": self.recorded_under,
            "total": self.total.dump(),
            "months": [month.dump() for month in self.months],
            "lost": self.lost,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Who may be named of a backtest.

    Attributes:
        worst: the hardest hit, the hardest first.
        examples: some whose treatment changes, by verdict.
        nameable: how many subjects of flagged vectors may be named.
        refused: how many may not any more, since a record concerned is not disclosed as it was; their links are erased.
    """

    worst: tuple[Hit, ...]
    examples: Mapping[Verdict, tuple[Example, ...]]
    nameable: int
    refused: int

    def dump(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "worst": [hit.dump() for hit in self.worst],
            "examples": {
                v.value: [example.dump() for example in found] for v, found in self.examples.items()
            },
            "nameable": self.nameable,
            "refused": self.refused,
        }


def backtest(
    policy: Policy,
    log: VectorLog,
    *,
    since: date,
    until: date,
    baseline: Policy | None = None,
    recorded_under: str | None = None,
    workers: int = 1,
) -> Backtest:
    """Return what a policy would have given on the China days from ``since`` to ``until``, both included.

    Args:
        policy: the policy to try.
        log: where vectors were recorded.
        since: the first day.
        until: the last day.
        baseline: a policy to compare it with.
        recorded_under: name of the policies whose evaluations are replayed; the policy's own name where None.
        workers: how many processes replay months at once; with more than one, the log must pickle.

    Raises:
        ConfigurationError: the days are the wrong way round, or the number of processes is not from 1 to 64.
        VectorLogUnavailable: the log cannot be read.
    """
    if until < since or not 1 <= workers <= 64:
        raise ConfigurationError(
            "A backtest goes from a day to the same or a later one, in 1 to 64 processes."
        )
    job = _Job(
        policy.document, baseline.document if baseline else None, log, recorded_under or policy.ref.name
    )
    spans = list(_months(since, until))
    if workers == 1 or len(spans) == 1:
        parts = [_replay(job, span, policy, baseline) for span in spans]
    else:
        with ProcessPoolExecutor(min(workers, len(spans)), mp_context=get_context("spawn")) as pool:
            parts = list(pool.map(_replay_apart, [job] * len(spans), spans))
    return Backtest(
        policy=policy.ref,
        baseline=baseline.ref if baseline else None,
        recorded_under=job.name,
        total=_sum(since, until, [period for period, _ in parts], is_compared=baseline is not None),
        months=tuple(period for period, _ in parts),
        lost=log.lost(since, until),
        flagged=_latest(parts),
    )


def name_subjects(
    result: Backtest,
    log: VectorLog,
    population: Iterable[Member],
    *,
    at: datetime,
    most: int = 20,
) -> Names:
    """Return who of a population may be named of a backtest.

    A subject is named where the log still leads from it to the vector it was counted in last, and the records that
    are shown of it now give that very vector for that day. Otherwise its link is erased, and it stays unnamed.

    Args:
        result: the backtest.
        log: the log that it replayed.
        population: the platform's subjects as they stand; see ``chengxin.services.population``.
        at: the instant that they were shown for, aware UTC.
        most: how many are named, of each kind.

    Raises:
        VectorLogUnavailable: the log cannot be used.
    """
    found = _Found(result, log, at, most)
    members = iter(population)
    while batch := list(islice(members, _BATCH)):
        found.look([member for member in batch if not is_person(member.status.subject, member.role)])
    return found.names()


class _Found:
    """Who was found so far."""

    def __init__(self, result: Backtest, log: VectorLog, at: datetime, most: int) -> None:
        self._result = result
        self._log = log
        self._at = at
        self._most = most
        self._scopes = log.scopes()
        self._hits: list[Hit] = []
        self._examples: dict[Verdict, list[Example]] = {}
        self._nameable = self._refused = 0

    def look(self, members: Sequence[Member]) -> None:
        """Look for subjects of flagged vectors, and erase the links of those that may not be named."""
        name = self._result.recorded_under
        keys = [(str(member.status.subject.code), member.role) for member in members]
        stale = []
        for key, member, link in zip(keys, members, self._log.links(name, keys, at=self._at), strict=True):
            flagged = self._result.flagged.get(link.number) if link is not None else None
            if link is None or flagged is None:
                continue
            vector, scope = FactVector.load(flagged.vector), self._scopes[flagged.digest]
            if member.status.is_valid(self._at) and vector.is_of(member.status, on=link.day, scope=scope):
                self._nameable += 1
                self._take(key, flagged.on(link.day))
            else:
                stale.append(key)
        self._refused += len(stale)
        if stale:
            self._log.unlink(name, stale)

    def _take(self, key: tuple[str, Role], spell: Spell) -> None:
        code, role = key
        if spell.hit is not None:
            self._hits.append(replace(spell.hit, code=code, role=role))
            if len(self._hits) > 2 * self._most + _BATCH:
                self._hits = self._hardest()
        if spell.shift is not None:
            examples = self._examples.setdefault(spell.shift.verdict, [])
            if len(examples) < self._most:
                examples.append(Example(code=code, role=role, shift=spell.shift))

    def _hardest(self) -> list[Hit]:
        return nlargest(self._most, self._hits, key=lambda hit: hit.weight)

    def names(self) -> Names:
        """Return who may be named."""
        return Names(
            worst=tuple(self._hardest()),
            examples={verdict: tuple(found) for verdict, found in self._examples.items()},
            nameable=self._nameable,
            refused=self._refused,
        )


class _Job(NamedTuple):
    """What a process needs to replay a month. Policies hold closures, so their documents travel."""

    document: PolicyDocument
    baseline: PolicyDocument | None
    log: VectorLog
    name: str


_Part: TypeAlias = tuple[Period, dict[int, Flagged]]


def _replay_apart(job: _Job, span: tuple[date, date]) -> _Part:
    baseline = compile_policy(job.baseline) if job.baseline is not None else None
    return _replay(job, span, compile_policy(job.document), baseline)


def _replay(job: _Job, span: tuple[date, date], policy: Policy, baseline: Policy | None) -> _Part:
    replaying = _Replaying(job.log.scopes(), span, policy, baseline)
    for row in job.log.rows(job.name, span[0].replace(day=1)):
        replaying.take(row)
    return replaying.result()


class _Replaying:
    """The replay of one month, or of a part of it."""

    def __init__(
        self,
        scopes: Mapping[str, Scope],
        span: tuple[date, date],
        policy: Policy,
        baseline: Policy | None,
    ) -> None:
        self._scopes = scopes
        self._since, self._until = span
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
        self._days: set[date] = set()
        self._flagged: dict[int, Flagged] = {}

    def take(self, row: VectorRow) -> None:
        """Replay one vector on the days on which it was recorded."""
        days = [(day, n) for day, n in row.days if self._since <= day <= self._until]
        if not days:
            return
        self._days.update([day for day, _ in days])
        vector, number = FactVector.load(row.vector), sum([n for _, n in days])
        gap = self._gaps[row.digest](vector)
        if gap is not None:
            self._not_replayed[gap] += number
            return
        baseline = self._baseline
        if baseline is not None:
            gap = self._baseline_gaps[row.digest](vector)
            if gap is not None:
                self._not_compared[gap] += number
                baseline = None
        spells = tuple(self._spells(vector, days, self._scopes[row.digest], baseline))
        if len(self._flagged) < _MOST_FLAGGED and any(spell.hit or spell.shift for spell in spells):
            self._flagged[row.number] = Flagged(row.vector, row.digest, spells)

    def _spells(
        self, vector: FactVector, days: Sequence[tuple[date, int]], scope: Scope, baseline: Policy | None
    ) -> Iterator[Spell]:
        """Evaluate anew where a treatment has run out, and nowhere else: until then it is that of each day."""
        anchor, facts = days[0][0].replace(day=1), vector.platform_facts(scope)
        rest = list(reversed(days))
        while rest:
            at = start_of_china_day(rest[-1][0])
            status = vector.status(anchor=anchor, at=at, scope=scope)
            treatment = self._policy.evaluate(status, facts=facts, role=vector.role, at=at)
            over, shift = treatment.valid_until, None
            if baseline is not None:
                before = baseline.evaluate(status, facts=facts, role=vector.role, at=at)
                over, shift = min(over, before.valid_until), compare(before, treatment, by=self._yardstick)
            day, number = rest.pop()
            while rest and start_of_china_day(rest[-1][0]) < over:
                day, more = rest.pop()
                number += more
            self._tally.add(Outcome.of(treatment), number)
            if shift is not None:
                self._flips.add(shift, number)
                shift = None if shift.verdict is Verdict.UNCHANGED else shift
            yield Spell(day + timedelta(days=1), hit_of(treatment, self._ranks), shift)

    def result(self) -> _Part:
        """Return what was counted, and what may be named."""
        period = Period(
            since=self._since,
            until=self._until,
            tally=self._tally,
            flips=self._flips if self._baseline is not None else None,
            days=len(self._days),
            replayed=self._tally.subjects,
            not_replayed=self._not_replayed,
            not_compared=self._not_compared,
        )
        return period, self._flagged


def _months(since: date, until: date) -> Iterator[tuple[date, date]]:
    """Yield the China months of a span, each with its first and last day in it."""
    while since <= until:
        following = (since.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield since, min(until, following - timedelta(days=1))
        since = following


def _sum(since: date, until: date, periods: Sequence[Period], *, is_compared: bool) -> Period:
    tally, flips = Tally(), Flips()
    not_replayed: Counter[str] = Counter()
    not_compared: Counter[str] = Counter()
    for period in periods:
        tally.merge(period.tally)
        if period.flips is not None:
            flips.merge(period.flips)
        not_replayed.update(period.not_replayed)
        not_compared.update(period.not_compared)
    return Period(
        since=since,
        until=until,
        tally=tally,
        flips=flips if is_compared else None,
        days=sum(period.days for period in periods),
        replayed=sum(period.replayed for period in periods),
        not_replayed=not_replayed,
        not_compared=not_compared,
    )


def _latest(parts: Sequence[_Part]) -> dict[int, Flagged]:
    """Return what was flagged, of the latest months where it is too much: links lead to late vectors."""
    found: dict[int, Flagged] = {}
    for _, flagged in reversed(parts):
        found.update(islice(flagged.items(), _MOST_FLAGGED - len(found)))
    return found
