"""Commands on mass changes that are held, under ``chengxin wave``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from chengxin.cli.database import Database
from chengxin.cli.deciding import By, Reason
from chengxin.cli.exit_code import ExitCode
from chengxin.cli.measures import MeasureOutput
from chengxin.cli.opening import PlatformName, run_with_platform
from chengxin.cli.output import OutputFormat
from chengxin.cli.running import Format
from chengxin.procedure.imposition import WaveState

if TYPE_CHECKING:
    from chengxin.platform import Platform

wave_app = typer.Typer(
    name="wave", help="Mass changes that are held until a named person decides.", no_args_is_help=True
)

WaveId = Annotated[str, typer.Argument(help="Id of the wave, as list prints it.")]


@wave_app.command("list")
def list_(
    context: typer.Context,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Those that are decided or have lapsed, too.")] = False,
    platform: PlatformName = "",
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """List the waves that wait for a person, the latest first."""

    def run(opened: Platform) -> ExitCode:
        waves = opened.treatments.waves.waves(None if all_ else WaveState.HELD)
        MeasureOutput(output_format).show_waves(waves)
        return ExitCode.NOTHING_ADVERSE

    run_with_platform(context, platform, database, run)


@wave_app.command()
def show(
    context: typer.Context,
    wave: WaveId,
    *,
    platform: PlatformName = "",
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Show whom a wave would limit: how many of how many, by measure, with a sample."""

    def run(opened: Platform) -> ExitCode:
        MeasureOutput(output_format).show_wave(opened.treatments.waves.report(wave), opened.clock.now())
        return ExitCode.NOTHING_ADVERSE

    run_with_platform(context, platform, database, run)


@wave_app.command()
def approve(
    context: typer.Context,
    wave: WaveId,
    *,
    by: By,
    reason: Reason,
    platform: PlatformName = "",
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Let a wave through: each measure of it is decided afresh on what the source shows now."""
    decided = _deciding(wave, output_format, is_approved=True, by=by, reason=reason)
    run_with_platform(context, platform, database, decided)


@wave_app.command()
def reject(
    context: typer.Context,
    wave: WaveId,
    *,
    by: By,
    reason: Reason,
    platform: PlatformName = "",
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Refuse a wave: nothing of it is imposed, nor proposed again on the same grounds."""
    decided = _deciding(wave, output_format, is_approved=False, by=by, reason=reason)
    run_with_platform(context, platform, database, decided)


def _deciding(
    wave: str, output_format: OutputFormat, *, is_approved: bool, by: str, reason: str
) -> Callable[[Platform], ExitCode]:
    """Return what carries out what a named person decided, and prints it."""

    def run(opened: Platform) -> ExitCode:
        decided = opened.treatments.waves.decide(wave, is_approved=is_approved, by=by, reason=reason)
        MeasureOutput(output_format).show_waves([decided])
        return ExitCode.NOTHING_ADVERSE

    return run
