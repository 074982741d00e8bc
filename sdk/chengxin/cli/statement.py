"""Commands on statements of reasons, under ``chengxin statement``."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import typer

from chengxin.cli.database import Database, reading
from chengxin.cli.ending import end_with
from chengxin.cli.exit_code import ExitCode
from chengxin.cli.output import print_line, visible
from chengxin.clock import SystemClock
from chengxin.errors import ConfigurationError
from chengxin.identifiers import Uscc
from chengxin.policy import Language
from chengxin.procedure.statement import (
    DsaTerms,
    StatementOfReasons,
    as_html,
    as_json,
    as_text,
    dsa_of,
    why_unmapped,
)

statement_app = typer.Typer(
    name="statement", help="Statements of reasons, as merchants get them.", no_args_is_help=True
)


class StatementFormat(StrEnum):
    """How a statement is printed."""

    TEXT = "text"
    HTML = "html"
    JSON = "json"
    DSA = "dsa"


@statement_app.callback()
def statement() -> None:
    """Statements of reasons, as merchants get them."""


@statement_app.command()
def show(  # one parameter is one flag
    code: Annotated[str, typer.Argument(help="Unified social credit code.")],
    *,
    measure: Annotated[str | None, typer.Option("--measure", help="Only of the measure of this id.")] = None,
    language: Annotated[Language, typer.Option("--language", help="Language of text and pages.")] = "zh",
    output_format: Annotated[
        StatementFormat,
        typer.Option("--format", help="Text, a page, canonical JSON, or the fields of the DSA."),
    ] = StatementFormat.TEXT,
    opened_on: Annotated[
        datetime | None,
        typer.Option("--opened-on", formats=["%Y-%m-%d"], help="With dsa: day the account was opened."),
    ] = None,
    database: Database = None,
) -> None:
    """Show the statements about a subject as they may be shown now: nothing that is not disclosed any more."""

    def run() -> ExitCode:
        from chengxin.store.sql.statements import StatementRows  # noqa: PLC0415 -- other commands load no SQL

        parsed, now = Uscc.parse(code).code, SystemClock().now()
        with reading(database) as connection:
            kept = StatementRows(connection).latest_about(parsed)
        found = [one.shown_at(now) for one in kept if measure in (None, one.imposition_id)]
        if output_format is StatementFormat.HTML and len(found) > 1:
            ids = ", ".join(one.imposition_id for one in found)
            raise ConfigurationError(f"A page tells of one measure. Give one with --measure: {ids}.")
        if not found:
            typer.echo("chengxin: there is no statement about this subject.", err=True)
        if output_format is StatementFormat.DSA:
            return _show_dsa(found, opened_on, now)
        for one in found:
            _show(one, output_format, language, now)
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


def _show(one: StatementOfReasons, output_format: StatementFormat, language: Language, at: datetime) -> None:
    if output_format is StatementFormat.HTML:
        typer.echo(as_html(one, language, at=at))
    elif output_format is StatementFormat.JSON:
        typer.echo(as_json(one))
    else:
        lines = as_text(one, language, at=at).split("\n")
        typer.echo("\n".join(map(visible, lines)))


def _show_dsa(found: list[StatementOfReasons], opened_on: datetime | None, at: datetime) -> ExitCode:
    if opened_on is None:
        raise ConfigurationError(
            "The DSA's database wants to know since when the account is. Give --opened-on."
        )
    terms = DsaTerms(content_on=date(opened_on.year, opened_on.month, opened_on.day))
    for one in found:
        export = dsa_of(one, terms, at=at)
        if export is not None:
            print_line(export.fields)
            continue
        why = why_unmapped(one, terms, at=at)
        said = "it has no place there" if why is None else why.en
        typer.echo(f"chengxin: the statement {one.statement_id} is left out: {said}", err=True)
    return ExitCode.NOTHING_ADVERSE
