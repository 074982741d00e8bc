"""Commands on measures, under ``chengxin treatment``: how they stand, and what people decide of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from chengxin.cli.database import Database, reading
from chengxin.cli.deciding import By, Reason, Until, in_china
from chengxin.cli.ending import end_with
from chengxin.cli.exit_code import ExitCode, of_standing
from chengxin.cli.measures import MeasureOutput
from chengxin.cli.opening import PlatformName, run_with_platform
from chengxin.cli.output import OutputFormat
from chengxin.cli.running import Format, read_codes
from chengxin.clock import SystemClock
from chengxin.identifiers import Uscc
from chengxin.records import Role

if TYPE_CHECKING:
    from chengxin.platform import Platform

treatment_app = typer.Typer(
    name="treatment", help="Measures with due process: who is under which, and why.", no_args_is_help=True
)

Code = Annotated[str, typer.Argument(help="Unified social credit code.")]
Measure = Annotated[str, typer.Argument(help="Id of the measure, as show prints it.")]
RoleOption = Annotated[Role, typer.Option("--role", help="Role of the subject on the platform.")]


@treatment_app.command()
def enrol(  # one parameter is one flag
    context: typer.Context,
    codes: Annotated[list[str], typer.Argument(help="Codes of subjects; - reads them from standard input.")],
    *,
    role: RoleOption = Role.MERCHANT,
    platform: PlatformName = "",
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Take subjects among those that are looked at again and again. Who is among them stays so."""

    def run(opened: Platform) -> ExitCode:
        parsed = [Uscc.parse(text).code for text in read_codes(codes)]
        opened.treatments.enrol(parsed, role=role)
        MeasureOutput(output_format).show_values({"enrolled": len(set(parsed))})
        return ExitCode.NOTHING_ADVERSE

    run_with_platform(context, platform, database, run)


@treatment_app.command()
def reconcile(  # one parameter is one flag
    context: typer.Context,
    code: Code,
    *,
    role: RoleOption = Role.MERCHANT,
    platform: PlatformName = "",
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Look at a subject now, and do about it what is to be done: give notice, change, end."""

    def run(opened: Platform) -> ExitCode:
        done = opened.treatments.reconcile(code, role=role)
        MeasureOutput(output_format).show_reconciled(done)
        return of_standing(done.standing)

    run_with_platform(context, platform, database, run)


@treatment_app.command()
def show(code: Code, *, database: Database = None, output_format: Format = OutputFormat.TABLE) -> None:
    """Show every measure of a subject, those that are over included. Asks nobody."""

    def run() -> ExitCode:
        from chengxin.store.sql.treatments import TreatmentRows  # noqa: PLC0415 -- other commands load no SQL

        parsed = Uscc.parse(code).code
        with reading(database) as connection:
            found = TreatmentRows(connection).all_of(parsed)
        MeasureOutput(output_format).show_measures(found, SystemClock().now())
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


@treatment_app.command()
def sweep(
    context: typer.Context,
    *,
    platform: PlatformName = "",
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Do what time brings, and look at subjects that are due, until there is no more to do."""

    def run(opened: Platform) -> ExitCode:
        output, is_more, failed = MeasureOutput(output_format), True, 0
        while is_more:
            swept = opened.treatments.sweep()
            output.show_swept(swept)
            is_more, failed = swept.is_more, failed + swept.failed
        return ExitCode.UNKNOWN if failed else ExitCode.NOTHING_ADVERSE

    run_with_platform(context, platform, database, run)


@treatment_app.command()
def override(  # noqa: PLR0913  # one parameter is one flag
    context: typer.Context,
    measure: Measure,
    *,
    by: By,
    reason: Reason,
    until: Until,
    platform: PlatformName = "",
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Lift a measure, and keep it from being imposed again until a day, whatever the grounds."""

    def decide(opened: Platform) -> None:
        opened.treatments.override(measure, by=by, reason=reason, until=in_china(until))

    run_with_platform(context, platform, database, _deciding(measure, decide, output_format))


@treatment_app.command()
def snooze(  # noqa: PLR0913  # one parameter is one flag
    context: typer.Context,
    measure: Measure,
    *,
    by: By,
    reason: Reason,
    until: Until,
    platform: PlatformName = "",
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Stay a measure until a day; it applies again by itself then, or ends meanwhile."""

    def decide(opened: Platform) -> None:
        opened.treatments.snooze(measure, by=by, reason=reason, until=in_china(until))

    run_with_platform(context, platform, database, _deciding(measure, decide, output_format))


@treatment_app.command()
def resume(
    context: typer.Context,
    measure: Measure,
    *,
    by: By,
    reason: Reason,
    platform: PlatformName = "",
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Have a measure that a person stays apply again now."""

    def decide(opened: Platform) -> None:
        opened.treatments.resume(measure, by=by, reason=reason)

    run_with_platform(context, platform, database, _deciding(measure, decide, output_format))


def _deciding(
    measure: str, decide: Callable[[Platform], None], output_format: OutputFormat
) -> Callable[[Platform], ExitCode]:
    """Return what carries out what a named person decided, and prints how the measure stands then."""

    def run(opened: Platform) -> ExitCode:
        from chengxin.store.sql.treatments import TreatmentRows  # noqa: PLC0415 -- other commands load no SQL

        decide(opened)
        with opened.store.reading() as connection:
            one = TreatmentRows(connection).find(measure)
        MeasureOutput(output_format).show_measures([] if one is None else [one], opened.clock.now())
        return ExitCode.NOTHING_ADVERSE

    return run
