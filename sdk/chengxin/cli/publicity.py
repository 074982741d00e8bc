"""Commands on what is made public of measures, under ``chengxin publicity`` (电子商务法 art. 36)."""

from __future__ import annotations

import secrets
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from chengxin.cli.database import Database
from chengxin.cli.exit_code import ExitCode
from chengxin.cli.opening import PlatformName, run_with_platform
from chengxin.cli.output import OutputFormat
from chengxin.cli.rows import Row, show_rows
from chengxin.errors import ConfigurationError
from chengxin.policy import Language
from chengxin.procedure.statement import Publicity, publicity_html

if TYPE_CHECKING:
    from chengxin.platform import Platform

publicity_app = typer.Typer(name="publicity", help="Measures that are public.", no_args_is_help=True)
_COLUMNS: Final = ("shop", "business", "conduct", "measure", "rule", "decided_on", "starts_at", "ends_at")
_HOW: Final = (
    "What a merchant is called in public comes from your own code: give shops to your Platform, and name that with "
    "--platform; see docs/statements.md."
)


class PublicityFormat(StrEnum):
    """How the list is printed."""

    TABLE = "table"
    JSON = "json"
    HTML = "html"


@publicity_app.callback()
def publicity() -> None:
    """Measures that are public."""


@publicity_app.command("list")
def list_(
    context: typer.Context,
    *,
    language: Annotated[Language, typer.Option("--language", help="Language of the page.")] = "zh",
    output_format: Annotated[
        PublicityFormat,
        typer.Option("--format", help="A table, one JSON object a line, or the page in one language."),
    ] = PublicityFormat.TABLE,
    platform: PlatformName = "",
    database: Database = None,
) -> None:
    """List the measures that are public now, the latest decision first: what has ended is in no list."""

    def run(opened: Platform) -> ExitCode:
        if opened.publicity is None:
            raise ConfigurationError(_HOW)
        if output_format is PublicityFormat.HTML:
            page = opened.publicity.page()
            typer.echo(publicity_html(page, language, nonce=secrets.token_hex(16)), nl=False)
            return ExitCode.NOTHING_ADVERSE
        shown = sorted(opened.publicity.shown(), key=lambda one: one.decided_on, reverse=True)
        show_rows([_row(one) for one in shown], _COLUMNS, OutputFormat(output_format.value))
        return ExitCode.NOTHING_ADVERSE

    run_with_platform(context, platform, database, run)


def _row(one: Publicity) -> Row:
    return {
        "statement_id": one.statement_id,
        "version": one.version,
        "shop": one.shop_name,
        "business": one.subject_name,
        "code": one.code,
        "conduct": one.conduct,
        "measure": one.measure,
        "rule": one.rule,
        "decided_on": one.decided_on,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "shown_until": one.shown_until,
    }
