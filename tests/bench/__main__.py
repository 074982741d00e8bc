"""Measure, print and write ``build/bench.json``."""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Final

from rich.console import Console
from rich.table import Table as Grid

from tests.bench.harness import Finding, Row, WrongAnswerError
from tests.bench.tables import FINDINGS, TABLES, find

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
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as fresh_processes:
        for name in options.only or [*TABLES, *FINDINGS]:
            try:
                finding = fresh_processes.submit(find, name, is_quick=options.quick).result()
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
