"""Commands on what a policy puts before a named human, under ``chengxin review``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from chengxin.cli.database import Database, reading
from chengxin.cli.deciding import By, Reason
from chengxin.cli.ending import end_with
from chengxin.cli.exit_code import ExitCode
from chengxin.cli.opening import PlatformName, run_with_platform
from chengxin.cli.output import OutputFormat
from chengxin.cli.rows import Row, show_rows
from chengxin.cli.running import Format
from chengxin.clock import SystemClock
from chengxin.procedure.review import HumanReview

if TYPE_CHECKING:
    from chengxin.platform import Platform

review_app = typer.Typer(
    name="review",
    help="Measures that a named human decides on; nothing limits meanwhile.",
    no_args_is_help=True,
)
_COLUMNS: Final = ("review_id", "code", "role", "measure", "why", "opened_at", "outcome", "by")


@review_app.command("list")
def list_(*, database: Database = None, output_format: Format = OutputFormat.TABLE) -> None:
    """List what waits for a human, the oldest first; every record of each is still disclosed. Asks nobody."""

    def run() -> ExitCode:
        from chengxin.store.sql.reviews import ReviewRows  # noqa: PLC0415 -- other commands load no SQL

        with reading(database) as connection:
            found = ReviewRows(connection).open(SystemClock().now())
        show_rows([_row(one) for one in found], _COLUMNS, output_format)
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


@review_app.command()
def decide(  # noqa: PLR0913  # one parameter is one flag
    context: typer.Context,
    review: Annotated[str, typer.Argument(help="Id of the review, as list prints it.")],
    *,
    impose: Annotated[
        bool, typer.Option("--impose/--refuse", help="Whether the measure is imposed; one of both is given.")
    ],
    by: By,
    reason: Reason,
    platform: PlatformName = "",
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Decide on a review: to impose asks the source afresh, to refuse asks nobody."""

    def run(opened: Platform) -> ExitCode:
        decided = opened.treatments.reviews.decide(review, is_imposed=impose, by=by, reason=reason)
        show_rows([_row(decided)], _COLUMNS, output_format)
        return ExitCode.NOTHING_ADVERSE

    run_with_platform(context, platform, database, run)


def _row(one: HumanReview) -> Row:
    close = one.close
    return {
        "review_id": one.review_id,
        "code": one.code,
        "role": one.role.value,
        "measure": one.measure_code,
        "rule": one.review.rule_id,
        "why": one.review.text,
        "record_ids": list(one.review.record_ids),
        "opened_at": one.opened_at,
        "lapses_at": one.lapses_at,
        "outcome": None if close is None else close.outcome.value,
        "by": None if close is None else close.by,
        "imposition_id": None if close is None else close.imposition_id,
    }
