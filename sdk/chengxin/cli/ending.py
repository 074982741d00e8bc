"""How a command ends: with a code that says what was found, and in good order when it runs for long."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import typer

from chengxin.cli.exit_code import ExitCode, of_reason
from chengxin.errors import ChengxinError, SourceError, StoreUnavailable


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """Set an event on the first SIGTERM or SIGINT; the second ends the command at once."""
    stop = threading.Event()

    def end(number: int, _: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        typer.echo(f"chengxin: {signal.Signals(number).name}: ends after the question under way.", err=True)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_with(command: Callable[[], ExitCode]) -> NoReturn:
    """End with the command's exit code; whatever happens, 0 and 1 are said of nothing but what was found."""
    try:
        code = command()
        sys.stdout.flush()
    except SourceError as error:
        _fail(error, of_reason(error.reason))
    except StoreUnavailable as error:
        _fail(error, ExitCode.NETWORK)
    except ChengxinError as error:
        _fail(error, ExitCode.USAGE)
    except BrokenPipeError:
        # Nobody reads any more, and what is left must not be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ExitCode.UNKNOWN
    except Exception as fault:  # noqa: BLE001  # see above
        typer.echo(f"chengxin: it failed with {type(fault).__qualname__}: please report this.", err=True)
        code = ExitCode.UNKNOWN
    raise typer.Exit(code)


def _fail(error: ChengxinError, code: ExitCode) -> NoReturn:
    typer.echo(f"chengxin: {error} [{error.code}]", err=True)
    raise typer.Exit(code) from error
