"""Rounds in which every case of a table takes its turn, so that all of them see the same weather.

The order changes from round to round, and each turn starts with some operations that are not timed, so that none
profits or suffers from the one before it.

Ratios are medians over rounds of the ratio *within* a round: what slows a round down slows both sides. The
microseconds beside them are medians of their own, so their quotient is near the ratio and seldom equal to it.
Absolute numbers mean little on a shared machine, and nothing across tables.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

_WARM_UP_SECONDS = 0.02
_WARM_UP_SHARE = 10


class WrongAnswerError(Exception):
    """Two cases of a table do not give the same answer, so comparing their speed means nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Something that is timed.

    Attributes:
        name: what the table calls it.
        run: does so many operations and returns the seconds they took.
    """

    name: str
    run: Callable[[int], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a ratio is to be: ours to the peer's time where it is a most, the reverse where it is a least.

    Attributes:
        least: whether ``bound`` is a least (so many times faster) rather than a most (so many times the time).
        bound: the bound, itself allowed.
    """

    least: bool
    bound: float

    def __str__(self) -> str:
        return f"{'>=' if self.least else '<='} {self.bound}"

    def is_met(self, ratio: float) -> bool:
        """Tell whether a ratio meets the goal."""
        return ratio >= self.bound if self.least else ratio <= self.bound


def at_most(bound: float) -> Goal:
    """Return the goal that ours takes at most so many times the peer's time."""
    return Goal(least=False, bound=bound)


def at_least(bound: float) -> Goal:
    """Return the goal that ours is at least so many times faster than the peer."""
    return Goal(least=True, bound=bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two cases of a table, and what their ratio is to be.

    Attributes:
        name: what the row is called.
        ours: name of our case.
        peer: name of the case it is measured against.
        goal: the goal; None where the row informs and nothing more.
    """

    name: str
    ours: str
    peer: str
    goal: Goal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Cases that are timed together.

    Attributes:
        title: what the table is about.
        cases: what is timed; their answers have been found equal.
        comparisons: which of them are compared.
        rounds: how often each has its turn.
        turn_seconds: about how long one turn takes.
    """

    title: str
    cases: Sequence[Case]
    comparisons: Sequence[Comparison]
    rounds: int = 9
    turn_seconds: float = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One result; times in microseconds an operation, medians over the rounds."""

    name: str
    ours: float
    peer: float
    ratio: float
    goal: str | None
    met: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Rows of something that is measured once and is no time.

    Attributes:
        title: what it is about.
        unit: what ``ours`` and ``peer`` are.
        rows: the results.
    """

    title: str
    unit: str
    rows: Sequence[Row]


def sequential(
    name: str,
    call: Callable[[Any], object],
    arguments: Iterable[Any],
    *,
    clock: Callable[[], float] = perf_counter,
) -> Case:
    """Return a case that calls with one argument after the other, over and over.

    Where a call does nothing but compute, ``time.process_time`` leaves out what other processes took meanwhile.
    """
    endless = cycle(arguments)

    def run(count: int) -> float:
        batch = list(islice(endless, count))
        started = clock()
        for argument in batch:
            call(argument)
        return clock() - started

    return Case(name=name, run=run)


def threaded(name: str, call: Callable[[Any], object], arguments: Sequence[Any], *, threads: int) -> Case:
    """Return a case in which threads call at once; its time is the wall's, over the calls of all."""
    endless = cycle(arguments)

    def run(count: int) -> float:
        share = max(1, count // threads)
        gate = threading.Barrier(threads + 1)

        def work(batch: Sequence[Any]) -> None:
            gate.wait()
            for argument in batch:
                call(argument)

        workers = [
            threading.Thread(target=work, args=(list(islice(endless, share)),)) for _ in range(threads)
        ]
        for worker in workers:
            worker.start()
        gate.wait()
        started = perf_counter()
        for worker in workers:
            worker.join()
        return (perf_counter() - started) * count / (share * threads)

    return Case(name=name, run=run)


def require_equal(what: str, ours: object, theirs: object) -> None:
    """Raise where two answers differ.

    Raises:
        WrongAnswerError: they do.
    """
    if ours != theirs:
        raise WrongAnswerError(f"{what}: {ours!r} is not {theirs!r}")


def measure(table: Table, *, rounds: int, turn_seconds: float) -> list[Row]:
    """Time all cases of a table and return its rows."""
    with _undisturbed():
        counts = {case.name: _calibrate(case, turn_seconds) for case in table.cases}
        times: dict[str, list[float]] = {case.name: [] for case in table.cases}
        rng, order = Random(rounds), list(table.cases)
        for _ in range(rounds):
            rng.shuffle(order)
            for case in order:
                gc.collect()
                case.run(1 + counts[case.name] // _WARM_UP_SHARE)
                times[case.name].append(case.run(counts[case.name]) / counts[case.name] * 1e6)
    return [_compare(comparison, times) for comparison in table.comparisons]


def _compare(comparison: Comparison, times: dict[str, list[float]]) -> Row:
    ours, peer, goal = times[comparison.ours], times[comparison.peer], comparison.goal
    over, under = (peer, ours) if goal is not None and goal.least else (ours, peer)
    ratio = median(a / b for a, b in zip(over, under, strict=True))
    return Row(
        name=comparison.name,
        ours=median(ours),
        peer=median(peer),
        ratio=ratio,
        goal=None if goal is None else str(goal),
        met=None if goal is None else goal.is_met(ratio),
    )


def _calibrate(case: Case, seconds: float) -> int:
    """Return how many operations take about so long, having warmed the case up."""
    count = 1
    while (taken := case.run(count)) < _WARM_UP_SECONDS:
        count *= 2
    return max(1, round(count * seconds / taken))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the collector away from the timed parts, and from what was set up before them."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
