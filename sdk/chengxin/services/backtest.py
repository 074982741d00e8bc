"""Replay what was evaluated: what a policy would have given over the past, of nobody in particular.

Ended records do not come back to life for it (invariant I1). What is replayed are de-identified vectors, see
``chengxin.policy.vector``; what comes of it are counts of *subject-days*: a subject counts once on each China day on
which it was evaluated. Vectors that cannot tell what a policy asks for are not guessed; they are counted with the
reason. Subjects are named by ``name_subjects`` alone, and only where every record concerned is still disclosed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from multiprocessing import get_context
from typing import Any, NamedTuple, TypeAlias

from chengxin.errors import ConfigurationError
from chengxin.policy import Policy, PolicyDocument, PolicyRef, compile_policy
from chengxin.services.replaying import MOST_FLAGGED, Flagged, Memory, Period, Replaying
from chengxin.services.simulation import dump_ref
from chengxin.services.tally import Flips, Tally
from chengxin.services.vector_log import VectorLog


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
        parts = _replay(job, spans, policy, baseline)
    else:
        size = -(-len(spans) // workers)
        runs = [spans[start : start + size] for start in range(0, len(spans), size)]
        with ProcessPoolExecutor(len(runs), mp_context=get_context("spawn")) as pool:
            parts = [part for run in pool.map(_replay_apart, [job] * len(runs), runs) for part in run]
    return Backtest(
        policy=policy.ref,
        baseline=baseline.ref if baseline else None,
        recorded_under=job.name,
        total=_sum(since, until, [period for period, _ in parts], is_compared=baseline is not None),
        months=tuple(period for period, _ in parts),
        lost=log.lost(since, until),
        flagged=_latest(parts),
    )


class _Job(NamedTuple):
    """What a process needs to replay months. Policies hold closures, so their documents travel."""

    document: PolicyDocument
    baseline: PolicyDocument | None
    log: VectorLog
    name: str


_Part: TypeAlias = tuple[Period, dict[int, Flagged]]


def _replay_apart(job: _Job, spans: Sequence[tuple[date, date]]) -> list[_Part]:
    baseline = compile_policy(job.baseline) if job.baseline is not None else None
    return _replay(job, spans, compile_policy(job.document), baseline)


def _replay(
    job: _Job, spans: Sequence[tuple[date, date]], policy: Policy, baseline: Policy | None
) -> list[_Part]:
    scopes, parts = job.log.scopes(), []
    memory: Memory = {}
    for span in spans:
        replaying = Replaying(scopes, span, policy, baseline, memory=memory)
        for row in job.log.rows(job.name, span[0].replace(day=1)):
            replaying.take(row)
        parts.append(replaying.result())
    return parts


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
        found.update(islice(flagged.items(), MOST_FLAGGED - len(found)))
    return found
