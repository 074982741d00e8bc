"""How commands about measures open a platform: of the settings, or as the platform's own code puts it together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from chengxin.cli.ending import end_with
from chengxin.cli.exit_code import ExitCode
from chengxin.cli.finding import find_object
from chengxin.cli.running import Given
from chengxin.config import PREFIX
from chengxin.errors import ConfigurationError

if TYPE_CHECKING:
    from chengxin.platform import Platform

_FORM: Final = (
    "Name the platform as module:name, e.g. --platform shop.background:platform; see docs/treatments.md."
)

PlatformName = Annotated[
    str,
    typer.Option(
        "--platform",
        envvar=f"{PREFIX}PLATFORM",
        help="The Platform that your own code puts together, as module:name; else of the settings.",
    ),
]


@contextmanager
def opened_platform(given: Given, name: str, database: str | None = None) -> Iterator[Platform]:
    """Open the platform that is named, or that of the settings where none is, and close it with the block.

    Raises:
        ConfigurationError: there is none, or the settings cannot be used.
    """
    from chengxin.platform import Platform, PlatformSettings  # noqa: PLC0415 -- other commands load no SQL

    if name:
        found = find_object(name, _FORM)
        if not isinstance(found, Platform):
            raise ConfigurationError(f"{name!r} is no Platform, nor a function that returns one. {_FORM}")
    else:
        found = Platform(PlatformSettings.from_env(None, database_url=database, **given.named))
    with found as platform:
        yield platform


def run_with_platform(
    context: typer.Context, name: str, database: str | None, command: Callable[[Platform], ExitCode]
) -> NoReturn:
    """Run a command with a platform, and end with its exit code."""
    given: Given = context.obj

    def run() -> ExitCode:
        with opened_platform(given, name, database) as platform:
            return command(platform)

    end_with(run)
