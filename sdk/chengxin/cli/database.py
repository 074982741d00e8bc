"""Commands on the tables in the database, under ``chengxin db``: bring them forward, back, look at them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from chengxin.cli.ending import end_with
from chengxin.cli.exit_code import ExitCode
from chengxin.cli.output import OutputFormat, plain, print_line
from chengxin.cli.running import Format
from chengxin.config import PREFIX, Settings
from chengxin.errors import ConfigurationError

if TYPE_CHECKING:
    from chengxin.store.sql import Connection

database_app = typer.Typer(
    name="db", help="The tables in which chengxin keeps what is kept for good.", no_args_is_help=True
)

Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        envvar=f"{PREFIX}DATABASE_URL",
        help="sqlite:///path or postgresql://…; with a password better in the variable.",
    ),
]


@contextmanager
def reading(database: str | None) -> Iterator[Connection]:
    """Read the database that is given, or of the settings, as of one instant."""
    from chengxin.store import SqlStore  # noqa: PLC0415 -- other commands load no SQL

    with SqlStore(url_of(database)) as store, store.reading() as connection:
        yield connection


@database_app.command()
def upgrade(
    *,
    database: Database = None,
    to: Annotated[str, typer.Option("--to", help="The revision; the latest by default.")] = "head",
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Make the tables, or bring them forward to what this version works with. Other tables are left alone."""
    from chengxin.store import upgrade  # noqa: PLC0415 -- other commands load no SQL

    def run() -> ExitCode:
        _show_revision(upgrade(url_of(database), to), output_format)
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


@database_app.command()
def downgrade(
    to: Annotated[str, typer.Argument(help="The revision; base drops all tables of chengxin.")],
    *,
    database: Database = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Bring the tables back to an earlier revision. What later ones hold is lost."""
    from chengxin.store import downgrade  # noqa: PLC0415 -- other commands load no SQL

    def run() -> ExitCode:
        if not yes and not _is_confirmed():
            raise ConfigurationError("Nothing was changed. Give --yes to go on without being asked.")
        _show_revision(downgrade(url_of(database), to), output_format)
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


@database_app.command()
def check(*, database: Database = None, output_format: Format = OutputFormat.TABLE) -> None:
    """Tell whether the tables are those that this version works with: exit code 0, else 2."""
    from chengxin.store import check  # noqa: PLC0415 -- other commands load no SQL

    def run() -> ExitCode:
        found = check(url_of(database))
        _show(
            {
                "database": found.location,
                "revision": found.found,
                "needed": found.needed,
                "differences": list(found.differences),
                "current": found.is_current,
            },
            output_format,
        )
        if not found.is_current:
            typer.echo(
                "chengxin: the tables are not those of this version. Run: chengxin db upgrade", err=True
            )
        return ExitCode.NOTHING_ADVERSE if found.is_current else ExitCode.USAGE

    end_with(run)


def _is_confirmed() -> bool:
    try:
        return typer.confirm("What the tables of later revisions hold is lost. Go on?", err=True)
    except typer.Abort:  # nobody is there to be asked
        return False


def url_of(given: str | None) -> str:
    """Return the URL that was given, or the default of the setting."""
    if given:
        return given
    default = Settings.model_fields["database_url"].default
    return str(default.get_secret_value())


def _show_revision(revision: str | None, output_format: OutputFormat) -> None:
    _show({"revision": revision}, output_format)


def _show(values: dict[str, Any], output_format: OutputFormat) -> None:
    if output_format is OutputFormat.JSON:
        print_line(values)
        return
    table = Table(show_header=False, box=None)
    for name, value in values.items():
        table.add_row(name, plain(_words(value)))
    Console(soft_wrap=False).print(table)


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "\n".join(value) or "none"
    return "none" if value is None else str(value)
