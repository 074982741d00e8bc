"""The command that runs a platform's jobs in the background: ``chengxin worker``."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chengxin.cli.ending import end_with, stopped_by_signals
from chengxin.cli.exit_code import ExitCode
from chengxin.errors import ConfigurationError

if TYPE_CHECKING:
    from chengxin.worker import Jobs

_FORM = "Name the table of jobs as module:name, e.g. --jobs shop.background:jobs; docs/worker.md shows one."


def worker(
    *,
    jobs: Annotated[
        str,
        typer.Option("--jobs", envvar="CHENGXIN_JOBS", help="The platform's table of jobs, as module:name."),
    ] = "",
    queue: Annotated[
        str,
        typer.Option(
            "--queue",
            envvar="CHENGXIN_QUEUE_URL",
            help="sqlite:///path for the workers of one host, redis://… for those of many.",
        ),
    ] = "sqlite:///chengxin-queue.db",
    threads: Annotated[int, typer.Option("--threads", min=1, max=64, help="How many jobs run at once.")] = 2,
    once: Annotated[
        bool, typer.Option("--once", help="Run each job once, without a queue, and leave.")
    ] = False,
) -> None:
    """Run the platform's jobs in the background: hand out notices, end what is due, renew what grows old.

    Ends in good order on SIGTERM or Ctrl-C. Any number of workers may run; killing one loses and doubles nothing.
    """
    from chengxin.worker import Worker, make_huey  # noqa: PLC0415 -- other commands load no queue

    def run() -> ExitCode:
        table = find_jobs(jobs)
        if once:
            ended = table.run_all()
            return ExitCode.NOTHING_ADVERSE if all(ended.values()) else ExitCode.UNKNOWN
        with stopped_by_signals() as stop:
            Worker(table, make_huey(queue), threads=threads).run(stop)
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


def find_jobs(given: str) -> Jobs:
    """Return the table of jobs of a name, or what a function of that name returns.

    Raises:
        ConfigurationError: there is none.
    """
    from chengxin.worker import Jobs  # noqa: PLC0415 -- see above

    module_name, colon, name = given.partition(":")
    if not colon or not module_name or not name:
        raise ConfigurationError(_FORM)
    if os.getcwd() not in sys.path:  # noqa: PTH109 -- as it stands in sys.path
        sys.path.insert(0, os.getcwd())  # noqa: PTH109
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"There is no module {error.name!r}. {_FORM}") from error
    found: Any = getattr(module, name, None)
    table = found() if callable(found) else found
    if not isinstance(table, Jobs):
        raise ConfigurationError(f"{given!r} is no table of jobs, nor a function that returns one. {_FORM}")
    return table
