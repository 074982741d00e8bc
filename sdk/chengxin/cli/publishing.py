"""Commands that take policy versions through their lives: publish, approve, roll back, and what became of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from chengxin.cli.ending import end_with
from chengxin.cli.exit_code import ExitCode
from chengxin.cli.output import OutputFormat
from chengxin.cli.steps import StepOutput
from chengxin.clock import SystemClock
from chengxin.errors import ConfigurationError
from chengxin.policy.lifecycle import Step
from chengxin.services import Publishing, read_policy
from chengxin.store import open_policy_store

publishing_app = typer.Typer()

StorePlace = Annotated[
    str,
    typer.Option(
        "--store",
        envvar="CHENGXIN_POLICY_STORE",
        help="Where versions and their steps are kept: a directory, sqlite:///path or postgresql://…",
    ),
]
By = Annotated[str, typer.Option("--by", help="Your name, as it goes on record.")]
Why = Annotated[str, typer.Option("--why", help="Why you do it, in a sentence; it goes on record.")]
Digest = Annotated[str, typer.Argument(help="Digest of the version, or its first 8 digits or more.")]
Format = Annotated[
    OutputFormat, typer.Option("--format", help="A table for people, one JSON object a line for pipes.")
]


@publishing_app.command()
def publish(  # one parameter is one flag
    document: Annotated[Path, typer.Argument(help="The policy, a YAML or JSON document.")],
    *,
    store: StorePlace,
    by: By,
    why: Why,
    important: Annotated[
        bool, typer.Option("--important", help="Important interests are touched: 15 days, not 7.")
    ] = False,
    urgent: Annotated[
        str | None, typer.Option("--urgent", help="Do without the announcement, for this reason.")
    ] = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Submit a policy; once another person has approved it, announce it and schedule it for its first day.

    Call it with the same document after the approval. It takes effect by time alone.
    """

    def take(service: Publishing) -> Sequence[Step]:
        text = _read(document)
        return service.publish(
            text,
            by=by,
            why=why,
            filename=document.name,
            document=read_policy(document).document,
            is_important=important,
            urgent_reason=urgent,
        )

    _show_taken(store, take, output_format, create=True)


@publishing_app.command()
def approve(
    digest: Digest, *, store: StorePlace, by: By, why: Why, output_format: Format = OutputFormat.TABLE
) -> None:
    """Approve a submitted version that you neither wrote nor edited nor submitted."""
    _show_taken(store, lambda service: [service.approve(digest, by=by, why=why)], output_format)


@publishing_app.command()
def reject(
    digest: Digest, *, store: StorePlace, by: By, why: Why, output_format: Format = OutputFormat.TABLE
) -> None:
    """Reject a submitted version."""
    _show_taken(store, lambda service: [service.reject(digest, by=by, why=why)], output_format)


@publishing_app.command()
def withdraw(
    digest: Digest, *, store: StorePlace, by: By, why: Why, output_format: Format = OutputFormat.TABLE
) -> None:
    """Take back a version that is not in force yet, whatever its stage."""
    _show_taken(store, lambda service: [service.withdraw(digest, by=by, why=why)], output_format)


@publishing_app.command()
def retire(
    digest: Digest, *, store: StorePlace, by: By, why: Why, output_format: Format = OutputFormat.TABLE
) -> None:
    """End the version that is in force, with none in its place."""
    _show_taken(store, lambda service: [service.retire(digest, by=by, why=why)], output_format)


@publishing_app.command()
def rollback(  # one parameter is one flag
    name: Annotated[str, typer.Argument(help="Name of the policy.")],
    *,
    store: StorePlace,
    by: By,
    why: Why,
    replacing: Annotated[
        str | None, typer.Option("--replacing", help="Only where this version is in force now.")
    ] = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Restore the version that was in force before, at once."""
    _show_taken(
        store, lambda service: [service.rollback(name, by=by, why=why, replacing=replacing)], output_format
    )


@publishing_app.command()
def history(
    name: Annotated[str, typer.Argument(help="Name of the policy.")],
    *,
    store: StorePlace,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Show every step of a policy: who, when, why; and where each version stands now."""

    def run() -> ExitCode:
        with open_policy_store(store, create=False) as kept:
            service = Publishing(kept)
            found, names = service.history(name), service.names()
        if not found.steps:
            known = ", ".join(names) or "none"
            raise ConfigurationError(f"No step of a policy {name!r} is on record. On record: {known}.")
        StepOutput(output_format).show_history(found, SystemClock().now())
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


def _show_taken(
    store: str,
    take: Callable[[Publishing], Sequence[Step]],
    output_format: OutputFormat,
    *,
    create: bool = False,
) -> NoReturn:
    def run() -> ExitCode:
        with open_policy_store(store, create=create) as kept:
            taken = take(Publishing(kept))
        StepOutput(output_format).show_taken(taken)
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


def _read(document: Path) -> str:
    try:
        return document.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The policy {str(document)!r} cannot be read as UTF-8 text: {error}."
        ) from error
