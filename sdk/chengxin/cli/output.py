"""What commands print: tables for people, one JSON object a line for pipes."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chengxin.errors import InvalidUscc
from chengxin.identifiers import Uscc
from chengxin.policy import Direction, Measure, Treatment
from chengxin.records import CHINA, Change, CreditStatus, LastKnown, Record, Standing
from chengxin.services import CheckRow
from chengxin.sources import SourceHealth
from chengxin.wire import encode_instant, encode_status, encode_treatment

_COLOURS = {Standing.NO_ADVERSE_RECORD: "green", Standing.ADVERSE: "red", Standing.UNKNOWN: "yellow"}


class OutputFormat(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"


class Output:
    """Prints results in one format.

    Args:
        output_format: the format.
    """

    def __init__(self, output_format: OutputFormat) -> None:
        self._is_json = output_format is OutputFormat.JSON
        self._console = Console(soft_wrap=False)

    def show_validation(self, results: Sequence[Uscc | InvalidUscc]) -> None:
        """Print one row for each text."""
        if self._is_json:
            for result in results:
                self._line(_encode_validation(result))
            return
        table = Table("code", "lawful", "what is wrong", box=None)
        for result in results:
            if isinstance(result, Uscc):
                table.add_row(result.code, "[green]yes[/]", "")
            else:
                table.add_row(plain(result.given or "–"), "[red]no[/]", plain(str(result)))
        self._console.print(table)

    def show_statuses(self, rows: Sequence[CheckRow]) -> None:
        """Print one row for each subject; the records of each below it."""
        for outcome in (row.outcome for row in rows):
            if isinstance(outcome, CreditStatus):
                self._line(encode_status(outcome)) if self._is_json else self._show_status(outcome)
            else:
                self._line(_encode_error(outcome)) if self._is_json else self._show_error(outcome)

    def show_treatment(self, status: CreditStatus, treatment: Treatment) -> None:
        """Print a status and the treatment it gets."""
        if self._is_json:
            self._line(encode_status(status) | {"treatment": encode_treatment(treatment)})
            return
        self._show_status(status)
        tier = treatment.tier_title
        self._console.print(
            f"  tier  {plain(tier.zh)} {plain(tier.en)}" if tier else "  tier  none", highlight=False
        )
        for measure in treatment.measures:
            self._show_measure(measure)
        for review in treatment.reviews:
            self._console.print(
                f"  [yellow]for a human to decide[/]  {plain(review.measure_code)}: "
                f"{plain(review.text.zh)} {plain(review.text.en)}",
                highlight=False,
            )

    def show_health(self, health: SourceHealth) -> None:
        """Print how the source is."""
        if self._is_json:
            self._line(
                {
                    "source": health.source,
                    "data_date": encode_instant(health.data_date),
                    "lag_seconds": health.lag_seconds,
                    "maintenance": [
                        {"from": encode_instant(window.since), "until": encode_instant(window.until)}
                        for window in health.maintenance
                    ],
                }
            )
            return
        table = Table(show_header=False, box=None)
        table.add_row("source", plain(health.source))
        table.add_row("data of", f"{health.data_date.astimezone(CHINA):%Y-%m-%d %H:%M} China time")
        table.add_row("lag", f"{health.lag_seconds:.0f} s")
        for window in health.maintenance:
            since, until = window.since.astimezone(CHINA), window.until.astimezone(CHINA)
            table.add_row("maintenance", f"{since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} China time")
        self._console.print(table)

    def warn(self, text: str) -> None:
        """Say something to who runs the command, beside what is printed."""
        print(f"chengxin: {text}.", file=sys.stderr)  # noqa: T201  # beside what goes down a pipe

    def show_change(self, change: Change) -> None:
        """Print a change that has taken effect; it holds no content."""
        if self._is_json:
            self._line(
                {
                    "seq": change.seq,
                    "at": encode_instant(change.at),
                    "change": change.kind.value,
                    "record_id": change.record_id,
                    "version": change.version,
                }
            )
            return
        at = change.at.astimezone(CHINA)
        self._console.print(f"{change.seq}  {at:%Y-%m-%d %H:%M:%S}  {change.kind}", highlight=False)

    def show_import(self, subjects: int) -> None:
        """Print how many subjects a snapshot brought."""
        if self._is_json:
            self._line({"imported": subjects})
            return
        self._console.print(f"{subjects} subjects of the snapshot are kept", highlight=False)

    def _show_last_known(self, known: LastKnown) -> None:
        self._console.print(
            f"  last known, for display alone: {known.standing} of {len(known.records)} record(s), "
            f"as of {known.as_of.astimezone(CHINA):%Y-%m-%d %H:%M} China time",
            highlight=False,
        )

    def _show_status(self, status: CreditStatus) -> None:
        colour = _COLOURS[status.standing]
        name = f"  {plain(status.subject.name)}" if status.subject.name else ""
        self._console.print(f"{status.subject.code}{name}  [{colour}]{status.standing}[/]", highlight=False)
        if status.reason is not None:
            self._console.print(f"  {status.reason}: {plain(status.detail)}", highlight=False)
        if status.last_known is not None:
            self._show_last_known(status.last_known)
        if status.as_of is not None:
            self._console.print(
                f"  as of {status.as_of.astimezone(CHINA):%Y-%m-%d %H:%M}, "
                f"to be used until {status.valid_until.astimezone(CHINA):%Y-%m-%d %H:%M:%S} China time",
                highlight=False,
            )
        if status.records:
            self._console.print(_table_of(status.records))

    def _show_error(self, error: InvalidUscc) -> None:
        self._console.print(f"[red]not a code[/]  {plain(str(error))}", highlight=False)

    def _show_measure(self, measure: Measure) -> None:
        colour = "red" if measure.direction is Direction.RESTRICT else "green"
        lines = [
            f"[{colour}]{measure.direction.lower()}[/]  {plain(measure.title.zh)} · {plain(measure.title.en)}",
            f"  because  {plain(measure.reason.zh)} {plain(measure.reason.en)} (rule {measure.rule_id})",
            f"  until    {_until(measure.ends_at)} China time",
            "  law      " + "; ".join(f"{plain(b.law.zh)} {plain(b.article)}" for b in measure.legal_basis),
        ]
        if measure.platform_rule:
            rule = measure.platform_rule
            lines.append(f"  rule     {plain(rule.title.zh)} {plain(rule.clause)} {plain(rule.url)}")
        if measure.appeal_url:
            lines.append(f"  appeal   {plain(measure.appeal_url)}")
        for line in lines:
            self._console.print(f"  {line}", highlight=False, soft_wrap=True)

    def _line(self, value: dict[str, Any]) -> None:
        print_line(value)


def _table_of(records: Sequence[Record]) -> Table:
    table = Table(
        "catalogue", "severity", "authority", "disclosed from", "until", "state", box=None, pad_edge=True
    )
    for record in records:
        end = record.period.end_on
        table.add_row(
            plain(record.catalogue),
            record.severity or plain(record.severity_text or "–"),
            plain(record.authority or "–"),
            str(record.period.start_on),
            f"{end}{' (longest lawful)' if record.period.inferred else ''}"
            if end
            else "removed by the source",
            "disputed" if record.is_disputed else "shown",
        )
    return table


def _until(at: datetime) -> str:
    """Return the end of a period in China time; midnight is 24:00 of the day before."""
    moment = at.astimezone(CHINA)
    if moment.time() == time():
        return f"{moment.date() - timedelta(days=1)} 24:00"
    return f"{moment:%Y-%m-%d %H:%M}"


def _encode_validation(result: Uscc | InvalidUscc) -> dict[str, Any]:
    if isinstance(result, InvalidUscc):
        return {"code": None, "valid": False} | _encode_error(result)
    return {"code": result.code, "valid": True}


def _encode_error(error: InvalidUscc) -> dict[str, Any]:
    return {
        "given": error.given,
        "error": error.code,
        "fault": error.fault,
        "position": error.position,
        "detail": str(error),
    }


def print_line(value: dict[str, Any]) -> None:
    """Print one JSON object on a line, for a pipe."""
    print(visible(json.dumps(value, ensure_ascii=False)))  # noqa: T201  # the pipe's side


def visible(text: str) -> str:
    """Return text of others as a terminal may show it: controls and bidirectional marks as their escapes."""
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    """Return a character as a terminal may show it: controls and bidirectional marks as their escapes."""
    return character if character.isprintable() else json.dumps(character)[1:-1]


def plain(text: str) -> str:
    """Return text of others so that rich prints it as it is."""
    return escape(visible(text).replace("\\", "＼"))
