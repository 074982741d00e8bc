"""Measure, print and write ``build/bench.json``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Final

from rich.console import Console
from rich.table import Table as Grid

from tests.bench import evaluation, feed, hit, identifier, memory, recall, route, shared, sixty, trying
from tests.bench.harness import Finding, Row, Table, WrongAnswerError, measure

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
}
FINDINGS: Final[dict[str, Callable[..., Finding]]] = {
    "memory": memory.finding,
    "simulate": trying.simulation,
    "backtest": trying.a_year,
}
QUICK_DIVISOR: Final = 3
OUTPUT: Final = Path("build") / "bench.json"


def main() -> int:
    """Run the tables asked for; a missed goal is told and is no error, a wrong answer is one."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="take a third of the rounds, and a third of the time each"
    )
    parser.add_argument(
        "--only",
        choices=[*TABLES, *FINDINGS],
        action="append",
        help="time just this table, write no file; may be repeated",
    )
    options = parser.parse_args()
    console, started = Console(), perf_counter()
    rows: list[Row] = []
    for name in options.only or [*TABLES, *FINDINGS]:
        try:
            finding = (
                FINDINGS[name](is_quick=options.quick)
                if name in FINDINGS
                else _timed(TABLES[name], is_quick=options.quick)
            )
        except WrongAnswerError as wrong:
            sys.stderr.write(f"{name}: {wrong}\n")
            return 1
        console.print(_grid(finding))
        rows.extend(finding.rows)
    if not options.only:
        OUTPUT.parent.mkdir(exist_ok=True)
        OUTPUT.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")
    console.print(f"{_verdict(rows)} {perf_counter() - started:.0f} s.", soft_wrap=True)
    return 0


def _timed(open_table: Callable[[], AbstractContextManager[Table]], *, is_quick: bool) -> Finding:
    with open_table() as table:
        rounds = max(3, table.rounds // QUICK_DIVISOR) if is_quick else table.rounds
        rows = measure(
            table, rounds=rounds, turn_seconds=table.turn_seconds / (QUICK_DIVISOR if is_quick else 1)
        )
    return Finding(title=f"{table.title} ({rounds} rounds)", unit="µs", rows=rows)


def _grid(finding: Finding) -> Grid:
    grid = Grid(title=finding.title, title_justify="left", min_width=100)
    grid.add_column("ours / peer", ratio=1)
    for column in (f"ours {finding.unit}", f"peer {finding.unit}", "ratio", "goal", "met"):
        grid.add_column(column, justify="right", no_wrap=True)
    for row in finding.rows:
        met = {True: "yes", False: "NO", None: ""}[row.met]
        grid.add_row(
            row.name, f"{row.ours:.2f}", f"{row.peer:.2f}", f"{_ratio(row.ratio)}", row.goal or "", met
        )
    return grid


def _ratio(ratio: float) -> str:
    return f"{ratio:.3f}" if ratio < 100 else f"{ratio:,.0f}"


def _verdict(rows: list[Row]) -> str:
    missed = [row.name for row in rows if row.met is False]
    return f"MISSED: {'; '.join(missed)}." if missed else "Every goal is met."


if __name__ == "__main__":
    sys.exit(main())
