"""Commands with which a trust team tries a policy before it is in force: on its merchants, and on the past."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, Protocol
from urllib.parse import quote

import typer

from chengxin.cli.ending import end_with
from chengxin.cli.exit_code import ExitCode
from chengxin.cli.law import operator_rule_table
from chengxin.cli.output import OutputFormat
from chengxin.cli.trial import show_backtest, show_simulation
from chengxin.client import CreditClient
from chengxin.clock import Clock, SystemClock
from chengxin.errors import ConfigurationError
from chengxin.records import Role, china_day
from chengxin.services import (
    FileVectorLog,
    Member,
    backtest,
    load_policy,
    members_of_file,
    members_of_snapshot,
    name_subjects,
    simulate,
    statuses_of_snapshot,
)
from chengxin.sources import OfflineSource, open_source

_YEAR: Final = timedelta(days=364)


class Settings(Protocol):
    """What the command line gives its commands."""

    def open_client(self) -> CreditClient:
        """Return a client as the settings say."""
        ...


PolicyName = Annotated[str, typer.Option("--policy", help="Name of a shipped policy, or a file.")]
Baseline = Annotated[
    str | None, typer.Option(help="A policy to compare it with, the one in force for instance.")
]
Snapshot = Annotated[
    str | None,
    typer.Option(help="Merchants as a snapshot has them: its manifest, or snapshot:///… with options."),
]
Members = Annotated[
    Path | None,
    typer.Option(
        help="Merchants as this file lists them, a JSON object a line: code, role, facts, category, size."
    ),
]
Worst = Annotated[int, typer.Option(min=0, max=10_000, help="How many subjects are named of each kind.")]
DefaultRole = Annotated[Role, typer.Option("--role", help="Role of merchants of whom none is given.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
Format = Annotated[
    OutputFormat, typer.Option("--format", help="Tables for people, one JSON object for pipes.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Population:
    """Where merchants come from: a snapshot where one is named, else the cache; a file says which of them."""

    settings: Settings | None
    snapshot: str | None
    members: Path | None
    role: Role
    clock: Clock

    def stream(self, stack: ExitStack, at: datetime) -> Iterator[Member]:
        """Return the merchants as they stand at ``at``; what is opened for it the stack closes."""
        if self.snapshot is not None:
            source = self._open_snapshot(self.snapshot)
            stack.callback(source.close)
            if self.members is None:
                return members_of_snapshot(source, at=at, role=self.role)
            find = statuses_of_snapshot(source, at=at, clock=self.clock)
        else:
            client = stack.enter_context(self._open_client())
            if self.members is None:
                return client.population(at=at, role=self.role)
            find = client.statuses(at=at)
        return members_of_file(self.members, find, role=self.role)

    def _open_snapshot(self, location: str) -> OfflineSource:
        url = location
        if not location.lower().startswith("snapshot:"):
            url = f"snapshot://{quote(str(Path(location).absolute()))}"
        source = open_source(url, clock=self.clock, rule_table=operator_rule_table())
        if not isinstance(source, OfflineSource):
            raise ConfigurationError(
                "--snapshot names a snapshot on this machine. Give the path of its manifest."
            )
        return source

    def _open_client(self) -> CreditClient:
        if self.settings is None:
            raise ConfigurationError("Name the merchants with --snapshot.")
        client = self.settings.open_client()
        if client.health().tier == "memory":
            client.close()
            raise ConfigurationError(
                "Nothing is held of any merchant here. Name the cache that processes share with --cache-url before "
                "the command, or a snapshot with --snapshot."
            )
        return client


def simulate_command(  # noqa: PLR0913  # one parameter is one flag
    context: typer.Context,
    *,
    policy: PolicyName = "marketplace",
    baseline: Baseline = None,
    snapshot: Snapshot = None,
    members: Members = None,
    worst: Worst = 20,
    role: DefaultRole = Role.MERCHANT,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Show what a policy would do to the platform's own merchants as they stand now; nothing comes into force.

    They are those of the shared cache (--cache-url, before the command), or of a snapshot.
    """

    def run() -> ExitCode:
        clock = SystemClock()
        table = operator_rule_table()
        compiled = load_policy(policy, rule_table=table)
        compared = load_policy(baseline, rule_table=table) if baseline else None
        population = _Population(
            settings=context.obj, snapshot=snapshot, members=members, role=role, clock=clock
        )
        with ExitStack() as stack:
            at = clock.now()
            found = simulate(compiled, population.stream(stack, at), at=at, baseline=compared, worst=worst)
        show_simulation(found, output_format)
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


def backtest_command(  # noqa: PLR0913  # as above
    context: typer.Context,
    *,
    vectors: Annotated[Path, typer.Option(help="The directory in which evaluations were recorded.")],
    policy: PolicyName = "marketplace",
    baseline: Baseline = None,
    since: Day = None,
    until: Day = None,
    recorded_under: Annotated[
        str | None, typer.Option(help="Name of the policies that were evaluated; else the policy's own.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes at once.")] = 1,
    name: Annotated[
        bool,
        typer.Option("--name", help="Name subjects too, where every record concerned is still disclosed."),
    ] = False,
    snapshot: Snapshot = None,
    members: Members = None,
    worst: Worst = 20,
    role: DefaultRole = Role.MERCHANT,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Show what a policy would have given on what was evaluated, in counts; from a year ago until today if not told.

    With --name, who may be named of the merchants of the shared cache, or of a snapshot.
    """

    def run() -> ExitCode:
        clock = SystemClock()
        table = operator_rule_table()
        compiled = load_policy(policy, rule_table=table)
        log = FileVectorLog(vectors)
        last = until.date() if until else china_day(clock.now())
        found = backtest(
            compiled,
            log,
            since=since.date() if since else last - _YEAR,
            until=last,
            baseline=load_policy(baseline, rule_table=table) if baseline else None,
            recorded_under=recorded_under,
            workers=workers,
        )
        names = None
        if name:
            population = _Population(
                settings=context.obj, snapshot=snapshot, members=members, role=role, clock=clock
            )
            with ExitStack() as stack:
                at = clock.now()
                names = name_subjects(found, log, population.stream(stack, at), at=at, most=worst)
        show_backtest(found, names, output_format)
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


def register(app: typer.Typer) -> None:
    """Add the commands to an app."""
    app.command("simulate")(simulate_command)
    app.command("backtest")(backtest_command)
