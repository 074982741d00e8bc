"""Commands on appeals, under ``chengxin appeal``: what waits, what was said, and a named human's decision."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chengxin.cli.database import Database, reading
from chengxin.cli.deciding import By, ReasonEn, ReasonZh, in_china, told
from chengxin.cli.ending import end_with
from chengxin.cli.exit_code import ExitCode
from chengxin.cli.opening import PlatformName, run_with_platform
from chengxin.cli.output import OutputFormat
from chengxin.cli.rows import Row, show_rows
from chengxin.cli.running import Format
from chengxin.clock import SystemClock
from chengxin.procedure.appeal import Appeal, AppealStage, AppealStep, Fault, Outcome, Result, refusal

if TYPE_CHECKING:
    from chengxin.platform import Platform

appeal_app = typer.Typer(
    name="appeal", help="Appeals of merchants against measures, and their review.", no_args_is_help=True
)

AppealId = Annotated[str, typer.Argument(help="Id of the appeal, as list prints it.")]
_COLUMNS: Final = ("appeal_id", "measure", "stage", "filed_at", "decide_by", "is_overdue", "reviewer")
_STEP_COLUMNS: Final = ("at", "move", "by", "statement", "asks", "evidence", "outcome", "reasons")


class OutcomeWord(StrEnum):
    """How an appeal is decided, as it is given."""

    GRANTED = "granted"
    PARTLY_GRANTED = "partly-granted"
    REJECTED = "rejected"


@appeal_app.command("list")
def list_(
    *,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only those of which something is late.")
    ] = False,
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """List appeals that are neither decided nor withdrawn, the first filed first. Asks nobody."""

    def run() -> ExitCode:
        from chengxin.store.sql.appeals import AppealRows  # noqa: PLC0415 -- other commands load no SQL

        now = SystemClock().now()
        with reading(database) as connection:
            rows = AppealRows(connection)
            found = rows.overdue(now) if overdue else rows.waiting()
        show_rows([_row(one, now) for one in found], _COLUMNS, output_format)
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


@appeal_app.command()
def show(appeal: AppealId, *, database: Database = None, output_format: Format = OutputFormat.TABLE) -> None:
    """Show an appeal, then every step of it with what was said. Asks nobody."""

    def run() -> ExitCode:
        from chengxin.store.sql.appeals import AppealRows  # noqa: PLC0415 -- other commands load no SQL

        with reading(database) as connection:
            rows = AppealRows(connection)
            measure = rows.measure_of(appeal)
            if measure is None:
                raise refusal(Fault.UNKNOWN_APPEAL, f"Nobody filed an appeal {appeal[:64]!r}.", appeal[:64])
            docket = rows.docket(measure)
        show_rows([_row(docket.appeals[appeal], SystemClock().now())], _COLUMNS, output_format)
        steps = [_step_row(one) for one in docket.steps if one.appeal_id == appeal]
        show_rows(steps, _STEP_COLUMNS, output_format)
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


@appeal_app.command()
def take(  # one parameter is one flag
    context: typer.Context,
    appeal: AppealId,
    *,
    by: By,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why, where somebody else reviews it now.")
    ] = None,
    platform: PlatformName = "",
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Take an appeal up for review, or over from another reviewer; who decided the measure may not."""

    def run(opened: Platform) -> ExitCode:
        if opened.appeals.find(appeal).stage is AppealStage.FILED:
            opened.appeals.acknowledge(appeal)
        taken = opened.appeals.take(appeal, by=by, reason=reason)
        show_rows([_row(taken, opened.clock.now())], _COLUMNS, output_format)
        return ExitCode.NOTHING_ADVERSE

    run_with_platform(context, platform, database, run)


@appeal_app.command()
def decide(  # noqa: PLR0913  # one parameter is one flag
    context: typer.Context,
    appeal: AppealId,
    *,
    outcome: Annotated[OutcomeWord, typer.Option("--outcome", help="How it is decided.")],
    by: By,
    reason_zh: ReasonZh,
    reason_en: ReasonEn,
    ends_at: Annotated[
        datetime | None,
        typer.Option(
            "--ends-at",
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"],
            help="With partly-granted: first day, or minute, without the measure; China time.",
        ),
    ] = None,
    replaced_by: Annotated[
        str | None, typer.Option("--replaced-by", help="With partly-granted: code of the milder measure.")
    ] = None,
    platform: PlatformName = "",
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Decide an appeal that you review, and carry the result out at once."""

    def run(opened: Platform) -> ExitCode:
        result = Result(
            outcome=Outcome[outcome.name],
            reasons=told(reason_zh, reason_en),
            replaced_by=replaced_by,
            ends_at=None if ends_at is None else in_china(ends_at),
        )
        decided = opened.appeals.decide(appeal, by=by, result=result)
        show_rows([_row(decided, opened.clock.now())], _COLUMNS, output_format)
        return ExitCode.NOTHING_ADVERSE

    run_with_platform(context, platform, database, run)


def _row(one: Appeal, at: datetime) -> Row:
    return {
        "appeal_id": one.appeal_id,
        "imposition_id": one.contested.measure_id,
        "measure": one.contested.measure_code,
        "stage": one.stage.value,
        "filed_at": one.filed_at,
        "acknowledge_by": one.acknowledgement.due.on,
        "decide_by": one.decision.due.on,
        "is_overdue": one.is_overdue(at),
        "needs_human": one.needs_human,
        "suspends": one.suspends(at),
        "reviewer": one.reviewer,
        "barred": list(one.barred),
        "asked": list(one.asked),
        "outcome": None if one.result is None else one.result.outcome.value,
        "decided_by": one.decided_by,
        "closed_at": one.closed_at,
    }


def _step_row(one: AppealStep) -> Row:
    row: dict[str, Any] = {
        "at": one.at,
        "move": one.move.value,
        "by": one.by,
        "statement": one.statement,
        "asks": one.asks,
        "evidence": [f"{piece.name} {piece.digest}" for piece in one.evidence],
        "outcome": None,
        "reasons": None,
    }
    if one.result is not None:
        row |= {"outcome": one.result.outcome.value, "reasons": one.result.reasons}
    return row
