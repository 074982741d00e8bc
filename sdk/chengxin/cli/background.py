"""The command that runs a platform's jobs in the background: ``chengxin worker``."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from chengxin.cli.ending import end_with, stopped_by_signals
from chengxin.cli.exit_code import ExitCode
from chengxin.cli.finding import find_object
from chengxin.cli.opening import PlatformName, opened_platform
from chengxin.cli.running import Given
from chengxin.errors import ConfigurationError

if TYPE_CHECKING:
    from chengxin.worker import Jobs

_FORM = "Name the table of jobs as module:name, e.g. --jobs shop.background:jobs; docs/worker.md shows one."
_OTHERWISE = f"Or run jobs of your own. {_FORM}"


def worker(
    context: typer.Context,
    *,
    jobs: Annotated[
        str,
        typer.Option(
            "--jobs",
            envvar="CHENGXIN_JOBS",
            help="The platform's own table of jobs, as module:name; else that of the settings.",
        ),
    ] = "",
    platform: PlatformName = "",
    queue: Annotated[
        str,
        typer.Option(
            "--queue",
            envvar="CHENGXIN_QUEUE_URL",
            help="sqlite:///path for the workers of one host, redis://… for those of many.",
        ),
    ] = "sqlite:///chengxin-queue.db",
    threads: Annotated[int, typer.Option("--threads", min=1, max=64, help="How many jobs run at once.")] = 4,
    once: Annotated[
        bool, typer.Option("--once", help="Run each job once, without a queue, and leave.")
    ] = False,
) -> None:
    """Run the platform's jobs in the background: follow the source, end what is due, hand out notices.

    Ends in good order on SIGTERM or Ctrl-C. Any number of workers may run; killing one loses and doubles nothing.
    """
    from chengxin.worker import Worker, make_huey  # noqa: PLC0415 -- other commands load no queue

    given: Given = context.obj

    def run() -> ExitCode:
        with (
            stopped_by_signals() as stop,
            _opened_jobs(jobs, given, platform, None if once else stop) as table,
        ):
            if once:
                ended = table.run_all()
                return ExitCode.NOTHING_ADVERSE if all(ended.values()) else ExitCode.UNKNOWN
            Worker(table, make_huey(queue), threads=threads).run(stop)
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


@contextmanager
def _opened_jobs(jobs: str, given: Given, platform: str, stop: threading.Event | None) -> Iterator[Jobs]:
    """Give the platform's own jobs where they are named, else those of a platform with due process."""
    if jobs:
        yield find_jobs(jobs)
        return
    from chengxin.worker import platform_jobs  # noqa: PLC0415 -- other commands load no queue

    with ExitStack() as stack:
        try:
            opened = stack.enter_context(opened_platform(given, platform))
        except ConfigurationError as error:
            raise ConfigurationError(f"{error}\n{_OTHERWISE}") from error
        yield platform_jobs(opened, stop=stop)


def find_jobs(given: str) -> Jobs:
    """Return the table of jobs of a name, or what a function of that name returns.

    Raises:
        ConfigurationError: there is none.
    """
    from chengxin.worker import Jobs  # noqa: PLC0415 -- see above

    table = find_object(given, _FORM)
    if not isinstance(table, Jobs):
        raise ConfigurationError(f"{given!r} is no table of jobs, nor a function that returns one. {_FORM}")
    return table
