"""What the commands on the ledger print."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from chengxin.cli.output import OutputFormat, plain, print_line
from chengxin.ledger import ChainReport, Checkpoint, LedgerEntry
from chengxin.records import CHINA


class EntryOutput:
    """Prints entries, checkpoints and what verification found in one format.

    Args:
        output_format: the format.
    """

    def __init__(self, output_format: OutputFormat) -> None:
        self._is_json = output_format is OutputFormat.JSON
        self._console = Console(soft_wrap=False)

    def show_report(self, report: ChainReport, *, are_signatures_checked: bool) -> None:
        """Print whether the ledger is whole, and where it is not."""
        if self._is_json:
            damages = [asdict(damage) | {"place": damage.place} for damage in report.damages]
            print_line(asdict(report) | {"whole": report.is_whole, "damages": damages})
            return
        verdict = (
            "[green]whole[/]" if report.is_whole else f"[red]damaged in {report.damage_count} place(s)[/]"
        )
        self._print(f"The ledger is {verdict}: {report.entries} entries, the last {report.last.seq}.")
        self._print(f"  hash         {report.last.hash}")
        self._print(
            f"  contents     {report.contents} as they were written, {report.erased} erased on record"
        )
        signed = (
            f"{report.signatures} signed by a trusted key"
            if are_signatures_checked
            else "signatures not looked at: give --jwks"
        )
        self._print(f"  checkpoints  {report.checkpoints} agree, {signed}")
        for damage in report.damages:
            self._print(f"  [red]{damage.kind}[/]  {plain(damage.place)}: {plain(damage.detail)}")

    def show_entry(self, entry: LedgerEntry) -> None:
        """Print one entry with all that it holds."""
        if self._is_json:
            print_line(_values(entry))
            return
        table = Table(show_header=False, box=None)
        for name, value in _values(entry).items():
            table.add_row(name, plain(_words(value)))
        self._console.print(table)

    def show_entries(self, entries: Iterable[LedgerEntry]) -> int:
        """Print entries, one a line, and return how many there are."""
        count = 0
        for entry in entries:
            count += 1
            if self._is_json:
                print_line(_values(entry))
                continue
            who = f"by {entry.actor}" if entry.actor else "by itself"
            content = "content erased" if entry.is_erased else ""
            line = f"{entry.seq:>8}  {_china(entry.at)}  {entry.kind:<22}  {who}  {_words(dict(entry.stub))}  {content}"
            self._print(plain(line.rstrip()))
        return count

    def show_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Print a checkpoint on a line, to be kept."""
        print_line(checkpoint.encode())

    def _print(self, line: str) -> None:
        self._console.print(line, highlight=False, soft_wrap=True)


def _values(entry: LedgerEntry) -> dict[str, Any]:
    stored = entry.stored().columns()
    content = None if entry.content is None else dict(entry.content)
    return stored | {"stub": dict(entry.stub), "content": content, "erased": entry.is_erased}


def _words(value: object) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _china(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
