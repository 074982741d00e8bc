"""All tables and findings by name, and how one of them is measured."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from tests.bench import (
    append,
    enforcing,
    evaluation,
    feed,
    hit,
    identifier,
    memory,
    recall,
    route,
    shared,
    sixty,
    trying,
)
from tests.bench.harness import Finding, Table, measure

TABLES: Final[dict[str, Callable[[], AbstractContextManager[Table]]]] = {
    "hit": hit.memory_table,
    "threads": hit.threads_table,
    "sqlite": shared.sqlite_table,
    "redis": shared.redis_table,
    "feed": feed.table,
    "http": hit.http_table,
    "evaluation": evaluation.table,
    "sixty": sixty.table,
    "recall": recall.table,
    "identifier": identifier.table,
    "route": route.table,
    "append": append.table,
}
FINDINGS: Final[dict[str, Callable[..., Finding]]] = {
    "memory": memory.finding,
    "enforcing": enforcing.finding,
    "simulate": trying.simulation,
    "backtest": trying.a_year,
}
QUICK_DIVISOR: Final = 3


def find(name: str, *, is_quick: bool) -> Finding:
    """Measure one table or finding.

    Each has a process of its own: what the ones before it left in memory would lie between the objects that it
    measures, and costs a walk through many of them up to a third.

    Raises:
        WrongAnswerError: two cases do not give the same answer.
    """
    if name in FINDINGS:
        return FINDINGS[name](is_quick=is_quick)
    return _timed(TABLES[name], is_quick=is_quick)


def _timed(open_table: Callable[[], AbstractContextManager[Table]], *, is_quick: bool) -> Finding:
    with open_table() as table:
        rounds = max(3, table.rounds // QUICK_DIVISOR) if is_quick else table.rounds
        rows = measure(
            table, rounds=rounds, turn_seconds=table.turn_seconds / (QUICK_DIVISOR if is_quick else 1)
        )
    return Finding(title=f"{table.title} ({rounds} rounds)", unit="µs", rows=rows)
