"""Commands: validate codes, check subjects, evaluate a policy, ask how the source is, follow its changes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated, Final

import typer

from chengxin.cli.appeal import appeal_app
from chengxin.cli.background import worker
from chengxin.cli.database import database_app
from chengxin.cli.ending import end_with, stopped_by_signals
from chengxin.cli.exit_code import ExitCode, of_row, of_status, worst
from chengxin.cli.law import operator_rule_table
from chengxin.cli.ledger import ledger_app
from chengxin.cli.outbox import outbox_app
from chengxin.cli.output import Output, OutputFormat
from chengxin.cli.pledge import pledge_app
from chengxin.cli.policy import policy_app
from chengxin.cli.publicity import publicity_app
from chengxin.cli.receipts import receipt_app, report
from chengxin.cli.review import review_app
from chengxin.cli.running import Format, Given, parse_facts, read_codes, run_with_client
from chengxin.cli.statement import statement_app
from chengxin.cli.treatment import treatment_app
from chengxin.cli.wave import wave_app
from chengxin.client import CreditClient
from chengxin.errors import InvalidUscc
from chengxin.identifiers import Uscc
from chengxin.records import Role
from chengxin.services import CheckRow, FollowOptions, Progress, load_policy

_UNFINISHED: Final = frozenset({Progress.BEHIND, Progress.RESYNCHRONISED})

app = typer.Typer(
    name="chengxin",
    help=(
        "Public credit status of merchants and anchors, as the source discloses it.\n\n"
        "Settings are flags of this command or variables CHENGXIN_SOURCE_URL, CHENGXIN_APP_KEY, CHENGXIN_SECRET … "
        "Exit codes: 0 nothing adverse, 1 adverse, 2 usage, 3 source refused, 4 network, 5 unknown."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(policy_app)
app.add_typer(database_app)
app.add_typer(ledger_app)
_PROCESS: Final = (treatment_app, wave_app, review_app, appeal_app, pledge_app, statement_app, publicity_app)
for _group in (*_PROCESS, outbox_app, receipt_app):
    app.add_typer(_group)
app.command()(worker)
app.command()(report)

Codes = Annotated[
    list[str], typer.Argument(help="Unified social credit codes; - reads them from standard input.")
]


@app.callback()
def settings(
    context: typer.Context,
    *,
    source_url: Annotated[str | None, typer.Option(help="Base address of the source.")] = None,
    app_key: Annotated[str | None, typer.Option(help="Key issued by its operator.")] = None,
    secret: Annotated[str | None, typer.Option(help="Its secret; better in CHENGXIN_SECRET.")] = None,
    deadline_seconds: Annotated[
        float | None, typer.Option(help="Longest time for one subject or batch.")
    ] = None,
    cache_url: Annotated[
        str | None, typer.Option(help="What processes share: memory://, sqlite:///path or redis://…")
    ] = None,
) -> None:
    """Public credit status of merchants and anchors, as the source discloses it."""
    context.obj = Given(
        source_url=source_url,
        app_key=app_key,
        secret=secret,
        deadline_seconds=deadline_seconds,
        cache_url=cache_url,
    )


@app.command()
def validate(codes: Codes, output_format: Format = OutputFormat.TABLE) -> None:
    """Tell whether codes are lawful, and where they are not. Asks nobody."""
    output = Output(output_format)

    def run() -> ExitCode:
        results = [_parse(text) for text in read_codes(codes)]
        output.show_validation(results)
        invalid = any(isinstance(result, InvalidUscc) for result in results)
        return ExitCode.USAGE if invalid else ExitCode.NOTHING_ADVERSE

    end_with(run)


@app.command()
def check(context: typer.Context, codes: Codes, output_format: Format = OutputFormat.TABLE) -> None:
    """Show what the public source discloses of subjects."""
    output = Output(output_format)

    def run(client: CreditClient) -> ExitCode:
        rows = _check(client, read_codes(codes))
        output.show_statuses(rows)
        return worst(of_row(row) for row in rows)

    run_with_client(context, run)


@app.command()
def evaluate(  # one parameter is one flag
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="Unified social credit code.")],
    *,
    policy: Annotated[str, typer.Option(help="Name of a shipped policy, or a file.")] = "marketplace",
    role: Annotated[Role, typer.Option(help="Role of the subject on the platform.")] = Role.MERCHANT,
    fact: Annotated[list[str] | None, typer.Option(help="What the platform knows, as name=value.")] = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Show the treatment that a policy gives to a subject now; nothing comes into force by it."""
    output = Output(output_format)

    def run(client: CreditClient) -> ExitCode:
        compiled = load_policy(policy, rule_table=operator_rule_table())
        facts = parse_facts(fact or [], compiled)
        found = client.check(code)
        output.show_treatment(found, client.evaluate(found, compiled, facts, role=role))
        return of_status(found)

    run_with_client(context, run)


@app.command()
def status(context: typer.Context, output_format: Format = OutputFormat.TABLE) -> None:
    """Show how the source is, and how old its data."""
    output = Output(output_format)

    def run(client: CreditClient) -> ExitCode:
        output.show_health(client.source_health())
        return ExitCode.NOTHING_ADVERSE

    run_with_client(context, run)


@app.command()
def follow(
    context: typer.Context,
    *,
    from_snapshot: Annotated[
        bool, typer.Option("--from-snapshot", help="Begin with all that the latest snapshot discloses.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="Read the feed to its end, and leave.")] = False,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Follow the source's change feed, so that every process that shares the cache forgets what has changed.

    Of all who follow one does, the others stand by. Ends on SIGTERM or Ctrl-C; it goes on from there the next time.
    """
    output = Output(output_format)

    def run(client: CreditClient) -> ExitCode:
        options = FollowOptions(wait_seconds=0) if once else None
        follower = client.follower(on_change=output.show_change, options=options)
        if client.health().tier == "memory":
            output.warn(
                "what is followed is forgotten in this process alone; name what others share, --cache-url"
            )
        with stopped_by_signals() as stop:
            if from_snapshot and not stop.is_set():
                output.show_import(follower.import_snapshot())
            if not once:
                follower.run(stop)
                return ExitCode.NOTHING_ADVERSE
            progress = Progress.BEHIND
            while progress in _UNFINISHED and not stop.is_set():
                progress = follower.step()
            follower.release()
            if progress is Progress.STANDING_BY:
                output.warn("another process follows; nothing was read")
                return ExitCode.UNKNOWN
        return ExitCode.NOTHING_ADVERSE

    run_with_client(context, run)


def main() -> None:
    """Run the command; it ends the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()


def _check(client: CreditClient, codes: Sequence[str]) -> list[CheckRow]:
    if len(codes) > 1:
        return client.check_many(codes)
    parsed = _parse(codes[0])
    outcome = parsed if isinstance(parsed, InvalidUscc) else client.check(parsed)
    return [CheckRow(given=codes[0], outcome=outcome)]


def _parse(text: str) -> Uscc | InvalidUscc:
    try:
        return Uscc.parse(text)
    except InvalidUscc as error:
        return error
