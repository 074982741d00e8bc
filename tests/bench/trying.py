"""Trying a policy: a simulation on subjects in memory, and a backtest over a year of daily evaluations."""

from __future__ import annotations

import gc
import resource
import sqlite3
import tempfile
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter, process_time
from typing import Final

from chengxin.identifiers import Uscc
from chengxin.policy import NO_FACTS, FactVector, Policy, Scope
from chengxin.records import CreditAnswer, Record, Role, china_day, show, start_of_china_day
from chengxin.services import FileVectorLog, Member, VectorRecorder, backtest, load_policy, simulate
from chengxin.testing import FrozenClock, an_answer
from tests.bench.codes import lawful_codes
from tests.bench.evaluation import _record
from tests.bench.harness import Finding, Row, require_equal

_SUBJECTS: Final = 20_000
_LEAST_A_SECOND: Final = 20_000
_RECORDED: Final = 100_000
_SECONDS: Final = 60
_MIX: Final = (0, 0, 0, 0, 0, 0, 0, 1, 1, 2)
"""How many records a subject has: seven of ten have none; half of the records are adverse."""
_LATER_MIX: Final = (0, 0, 0, 0, 0, 1, 1, 1, 2, 2)
"""In the backtest half of the subjects have some, so that their vectors are their own."""
_UNTIL: Final = date(2026, 11, 20)


def simulation(*, is_quick: bool) -> Finding:
    """Return how many subjects a core simulates in a second, making each status of its answer included."""
    policy, at = load_policy("marketplace"), FrozenClock().now()
    answers = _answers(_SUBJECTS, _MIX, china_day(at))
    rounds = 3 if is_quick else 7
    rows = []
    for name, baseline in (("simulate", None), ("simulate against a baseline", policy)):
        rates = [_simulate(policy, baseline, answers, at) for _ in range(rounds)]
        ours = median(rates)
        rows.append(_at_least(f"{name} / 20,000 a second", ours, _LEAST_A_SECOND, is_goal=baseline is None))
    return Finding(
        title=f"Simulation of {_SUBJECTS:,} subjects in memory, seven of ten without records, one core",
        unit="a second",
        rows=rows,
    )


def a_year(*, is_quick: bool) -> Finding:
    """Return how long two cores replay a year of daily evaluations, two policies compared on each.

    It is the CPU time of all processes over two; on a machine with nothing else to do, that is the wall clock's.
    """
    subjects = _RECORDED // 10 if is_quick else _RECORDED
    limit = _SECONDS / 10 if is_quick else _SECONDS
    policy, baseline = load_policy("marketplace"), load_policy("marketplace")
    since = _UNTIL - timedelta(days=364)
    with tempfile.TemporaryDirectory() as directory:
        log = FileVectorLog(Path(directory))
        vectors = _record_year(log, Path(directory), policy, subjects, since)
        started, spent = perf_counter(), _cpu_seconds()
        found = backtest(policy, log, since=since, until=_UNTIL, baseline=baseline, workers=2)
        wall, seconds = perf_counter() - started, (_cpu_seconds() - spent) / 2
    require_equal("subject-days replayed", found.total.replayed, subjects * 365)
    require_equal("subject-days compared", found.total.flips and found.total.flips.compared, subjects * 365)
    name = f"backtest {subjects:,} subjects × 12 months / {limit:g} s"
    ratio = seconds / limit
    rows = [
        Row(name=name, ours=seconds, peer=float(limit), ratio=ratio, goal="<= 1", met=ratio <= 1),
        Row(
            name=f"{name}, by the wall clock, other processes included",
            ours=wall,
            peer=float(limit),
            ratio=wall / limit,
            goal=None,
            met=None,
        ),
    ]
    return Finding(
        title=f"Backtest of {subjects * 365:,} subject-days in {vectors:,} vectors, against a baseline, two cores",
        unit="s",
        rows=rows,
    )


def _cpu_seconds() -> float:
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usage)


def _simulate(
    policy: Policy, baseline: Policy | None, answers: Sequence[CreditAnswer], at: datetime
) -> float:
    gc.collect()
    gc.freeze()
    started = process_time()
    found = simulate(policy, _members(answers, at), at=at, baseline=baseline)
    taken = process_time() - started
    gc.unfreeze()
    require_equal("subjects", found.total.subjects, len(answers))
    require_equal("unknown", found.total.unknown, 0)
    return len(answers) / taken


def _at_least(name: str, ours: float, bound: float, *, is_goal: bool) -> Row:
    ratio = ours / bound
    return Row(
        name=name,
        ours=ours,
        peer=bound,
        ratio=ratio,
        goal=">= 1" if is_goal else None,
        met=ratio >= 1 if is_goal else None,
    )


def _members(answers: Sequence[CreditAnswer], at: datetime) -> Iterator[Member]:
    until = at + timedelta(hours=1)
    for answer in answers:
        yield Member(status=show(answer, at=at, fetched_at=at, fresh_until=until))


def _answers(number: int, mix: Sequence[int], today: date) -> list[CreditAnswer]:
    rng = Random(3)
    return [
        an_answer(*(_record(rng, f"R{i}", today) for i in range(rng.choice(mix))), code=code)
        for code in map(Uscc, lawful_codes(number))
    ]


def _record_year(log: FileVectorLog, directory: Path, policy: Policy, subjects: int, since: date) -> int:
    """Write down what a year of daily evaluations records, as counts at once; return how many vectors there are."""
    _make(log, policy)
    rows: dict[tuple[date, str], array[int]] = defaultdict(lambda: array("I", [0] * 31))
    scope = Scope.of(policy.document)
    for answer in _answers(subjects, _LATER_MIX, since + timedelta(days=182)):
        for month, first, last, text in _vectors(answer, since, scope):
            days = rows[month, text]
            for day in range(first, last):
                days[day] += 1
    with closing(sqlite3.connect(directory / "vectors.db")) as connection, connection:
        connection.executemany(
            "INSERT INTO vector (month, policy, hash, text, days) VALUES (?, 1, ?, ?, ?)",
            (
                (month.toordinal(), blake2b(text.encode(), digest_size=16).digest(), text, days.tobytes())
                for (month, text), days in rows.items()
            ),
        )
    return len(rows)


def _make(log: FileVectorLog, policy: Policy) -> None:
    """Let one evaluation of long ago be recorded, so that the files and the policy are there."""
    clock = FrozenClock(datetime(2020, 1, 1, 4, tzinfo=UTC))
    with VectorRecorder(log, clock=clock, flush_seconds=60) as recorder:
        answer, at = an_answer(), clock.now()
        status = show(answer, at=at, fetched_at=at, fresh_until=at + timedelta(hours=1))
        treatment = policy.evaluate(status, facts=NO_FACTS, role=Role.MERCHANT, at=at)
        recorder.evaluated(policy, status, NO_FACTS, treatment)


def _vectors(answer: CreditAnswer, since: date, scope: Scope) -> Iterator[tuple[date, int, int, str]]:
    """Yield the vectors of a subject, each with the days of the month on which it is evaluated to it."""
    changes = {since, _UNTIL + timedelta(days=1)}
    for record in answer.records:
        changes |= _changes(record)
    day = since.replace(day=1)
    while day <= _UNTIL:
        changes.add(max(day, since))
        day = (day + timedelta(days=32)).replace(day=1)
    days = sorted(change for change in changes if since <= change <= _UNTIL + timedelta(days=1))
    for first, after in pairwise(days):
        at, month = start_of_china_day(first), first.replace(day=1)
        text = _text(answer, at, scope)
        yield month, first.day - 1, (after - timedelta(days=1)).day, text


def _changes(record: Record) -> set[date]:
    end = record.period.end_on
    return {record.period.start_on} | ({end + timedelta(days=1)} if end else set())


def _text(answer: CreditAnswer, at: datetime, scope: Scope) -> str:
    status = show(answer, at=at, fetched_at=at, fresh_until=at + timedelta(days=1))
    return FactVector.of(status, facts=NO_FACTS, role=Role.MERCHANT, at=at, scope=scope).dump()
