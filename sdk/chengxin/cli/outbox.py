"""Commands on what waits to be told, under ``chengxin outbox``."""

from __future__ import annotations

from typing import Annotated

import typer

from chengxin.cli.database import Database, reading, url_of
from chengxin.cli.ending import end_with
from chengxin.cli.exit_code import ExitCode
from chengxin.cli.measures import EventOutput
from chengxin.cli.output import OutputFormat
from chengxin.cli.running import Format
from chengxin.clock import SystemClock
from chengxin.errors import ConfigurationError

outbox_app = typer.Typer(
    name="outbox", help="What waits to be told, and what could not be.", no_args_is_help=True
)


@outbox_app.command("list")
def list_(
    *,
    parked: Annotated[bool, typer.Option("--parked", help="Only what waits for a person.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Most events.")] = 100,
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """List events that wait, and how many there are of each topic; what they say is not shown.

    Of a topic that nothing hands out, as constraints without an exchange, all stay here.
    """

    def run() -> ExitCode:
        from chengxin.store.sql import OutboxRows  # noqa: PLC0415 -- other commands load no SQL

        with reading(database) as connection:
            rows = OutboxRows(connection)
            waiting, events = rows.waiting(), rows.parked(limit=limit)
            if not parked:
                events += rows.pending(limit=max(0, limit - len(events)))
        EventOutput(output_format).show(waiting, events)
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


@outbox_app.command()
def retry(
    events: Annotated[list[str], typer.Argument(help="Ids of events that are parked.")],
    *,
    database: Database = None,
) -> None:
    """Have parked events handed out again, as if they were new."""

    def run() -> ExitCode:
        from chengxin.store import SqlStore  # noqa: PLC0415 -- other commands load no SQL
        from chengxin.store.sql import OutboxRows  # noqa: PLC0415 -- see above

        with SqlStore(url_of(database)) as store, store.transaction() as connection:
            rows = OutboxRows(connection)
            unknown = [one for one in events if not rows.hand_out_again(one, at=SystemClock().now())]
            if unknown:
                raise ConfigurationError(
                    f"Not parked: {', '.join(repr(one[:128]) for one in unknown)}. Nothing was changed."
                )
        return ExitCode.NOTHING_ADVERSE

    end_with(run)
