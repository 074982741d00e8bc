"""Rows of values: a table of some of them for people, one JSON object a line with all of them for pipes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from chengxin.cli.output import OutputFormat, plain, print_line
from chengxin.policy import Text
from chengxin.records import CHINA
from chengxin.wire import encode_instant

Row = Mapping[str, Any]
_NOTHING: Final = "–"


def show_rows(rows: Iterable[Row], columns: Sequence[str], output_format: OutputFormat) -> None:
    """Print rows.

    Args:
        rows: each with values by name: texts, numbers, instants, days, texts in two languages, lists of such.
        columns: the names that the table shows.
        output_format: how to print.
    """
    if output_format is OutputFormat.JSON:
        for row in rows:
            print_line({name: _json(value) for name, value in row.items()})
        return
    table = Table(*(name.replace("_", " ") for name in columns), box=None)
    for row in rows:
        table.add_row(*(plain(_words(row.get(name))) for name in columns))
    Console(soft_wrap=False).print(table)


def _json(value: Any) -> Any:  # noqa: ANN401  # of whatever type a row has
    if isinstance(value, datetime):
        return encode_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Text):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, Mapping):
        return {name: _json(one) for name, one in value.items()}
    return [_json(one) for one in value] if isinstance(value, list | tuple) else value


def _words(value: Any) -> str:  # noqa: ANN401  # as above
    if isinstance(value, datetime):
        return f"{value.astimezone(CHINA):%Y-%m-%d %H:%M}"
    if isinstance(value, Text):
        return f"{value.zh} {value.en}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(_words, value)) or _NOTHING
    return _NOTHING if value is None or value == "" else str(value)
