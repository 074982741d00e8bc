"""Commands on commitments and declarations, under ``chengxin pledge``: what waits, and what people find."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from chengxin.cli.database import Database, reading
from chengxin.cli.deciding import By, ReasonEn, ReasonZh, told
from chengxin.cli.ending import end_with
from chengxin.cli.exit_code import ExitCode
from chengxin.cli.opening import PlatformName, run_with_platform
from chengxin.cli.output import OutputFormat
from chengxin.cli.rows import Row, show_rows
from chengxin.cli.running import Format
from chengxin.clock import SystemClock
from chengxin.errors import ConfigurationError
from chengxin.identifiers import Uscc
from chengxin.procedure.pledge import Commitment, Declaration

if TYPE_CHECKING:
    from chengxin.platform import Platform
    from chengxin.services.appeals import Attachment

pledge_app = typer.Typer(
    name="pledge", help="Commitments and declarations of merchants.", no_args_is_help=True
)
PledgeId = Annotated[str, typer.Argument(help="Its id, as list prints it.")]
Files = Annotated[
    list[Path] | None, typer.Option("--evidence", help="A file that shows it; may be given several times.")
]
_COLUMNS: Final = ("id", "kind", "code", "state", "by", "made_at", "last_on", "fact", "breach")


class Found(StrEnum):
    """What was found of a commitment."""

    FULFILLED = "fulfilled"
    BREACHED = "breached"


@pledge_app.command("list")
def list_(
    code: Annotated[
        str | None, typer.Argument(help="Only of this merchant, and then all; else what waits for a person.")
    ] = None,
    *,
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """List commitments whose day is over and declarations nobody has looked at; or all of a merchant. Asks nobody."""

    def run() -> ExitCode:
        from chengxin.store.sql.pledges import PledgeRows  # noqa: PLC0415 -- other commands load no SQL

        now = SystemClock().now()
        with reading(database) as connection:
            rows = PledgeRows(connection)
            if code is None:
                found: list[tuple[str, Commitment | Declaration]] = [*rows.unsettled(now), *rows.unverified()]
            else:
                whose = Uscc.parse(code).code
                found = [(whose, one) for one in rows.commitments_of(whose)]
                found += [(whose, one) for one in rows.declarations_of(whose)]
        show_rows([_row(one, whose, now) for whose, one in found], _COLUMNS, output_format)
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


@pledge_app.command()
def settle(  # noqa: PLR0913  # one parameter is one flag
    context: typer.Context,
    commitment: PledgeId,
    *,
    found: Annotated[Found, typer.Option("--as", help="What is found.")],
    by: By,
    reason_zh: ReasonZh,
    reason_en: ReasonEn,
    evidence: Files = None,
    platform: PlatformName = "",
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Find that a commitment was fulfilled, with what shows it, or breached; not by who pledged."""

    def run(opened: Platform) -> ExitCode:
        pledges, reasons, files = opened.pledges, told(reason_zh, reason_en), _read(evidence or [])
        settle = pledges.fulfil if found is Found.FULFILLED else pledges.breach
        settled = settle(commitment, by=by, reasons=reasons, attachments=files)
        show_rows([_row(settled, None, opened.clock.now())], _COLUMNS, output_format)
        return ExitCode.NOTHING_ADVERSE

    run_with_platform(context, platform, database, run)


@pledge_app.command()
def verify(  # noqa: PLR0913  # one parameter is one flag
    context: typer.Context,
    declaration: PledgeId,
    *,
    is_true: Annotated[bool, typer.Option("--true/--untrue", help="What is found; one of both is given.")],
    by: By,
    reason_zh: ReasonZh,
    reason_en: ReasonEn,
    platform: PlatformName = "",
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Find that a declaration is true, or that it is not; not by who declared."""

    def run(opened: Platform) -> ExitCode:
        reasons = told(reason_zh, reason_en)
        found = opened.pledges.verify(declaration, is_true=is_true, by=by, reasons=reasons)
        show_rows([_row(found, None, opened.clock.now())], _COLUMNS, output_format)
        return ExitCode.NOTHING_ADVERSE

    run_with_platform(context, platform, database, run)


def _read(files: list[Path]) -> list[Attachment]:
    from chengxin.services.appeals import Attachment  # noqa: PLC0415 -- other commands load no SQL

    attachments = []
    for file in files:
        try:
            attachments.append(Attachment(name=file.name, content=file.read_bytes()))
        except OSError as error:
            raise ConfigurationError(f"The file {file} cannot be read ({error.strerror}).") from error
    return attachments


def _row(one: Commitment | Declaration, code: str | None, at: datetime) -> Row:
    state = one.state_at(at)
    row = {"code": code, "state": None if state is None else state.value}
    if isinstance(one, Declaration):
        return row | {
            "id": one.declaration_id,
            "kind": "declaration",
            "by": one.declarer,
            "made_at": one.declared_at,
            "last_on": one.valid_until_on,
            "fact": f"{one.fact.name}={one.fact.value}",
            "breach": None,
            "terms": one.pledge,
        }
    relief, breach = one.relief, one.breach
    return row | {
        "id": one.commitment_id,
        "kind": "commitment",
        "by": one.pledger,
        "made_at": one.made_at,
        "last_on": one.due_on,
        "fact": None if relief is None else f"{relief.name}={relief.value}",
        "breach": None if breach is None else f"{breach.name}={breach.value}",
        "terms": one.terms,
    }
