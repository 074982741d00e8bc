"""Commands on the ledger, under ``chengxin ledger``: verify it, export it, look at it, sign a checkpoint."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from chengxin.cli.database import Database, url_of
from chengxin.cli.ending import end_with
from chengxin.cli.entries import EntryOutput
from chengxin.cli.exit_code import ExitCode
from chengxin.cli.output import OutputFormat
from chengxin.cli.running import Format
from chengxin.clock import SystemClock
from chengxin.errors import ConfigurationError, LedgerDamaged
from chengxin.ledger import ChainReport, decode_export, encode_export, sign_checkpoint, verify_chain
from chengxin.services.key_file import read_key_text, read_signer
from chengxin.signing import Verifier

if TYPE_CHECKING:
    from chengxin.store import LedgerRows

ledger_app = typer.Typer(
    name="ledger",
    help="The record of everything that was decided, and whether it is whole.",
    no_args_is_help=True,
)

_HOURS: Final = 6 * 3600.0
"""Longest time in which a ledger is read from end to end."""
_NUMBER: Final = re.compile(r"[0-9]{1,15}", re.ASCII)

Jwks = Annotated[
    Path | None,
    typer.Option("--jwks", help="Public keys that are trusted with checkpoints, a JWK set (RFC 7517)."),
]


@ledger_app.command()
def verify(
    *,
    database: Database = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="An export instead of a database; - reads standard input.")
    ] = None,
    jwks: Jwks = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Tell whether the ledger is what was written: exit code 0, else 1 with the place of each damage."""

    def run() -> ExitCode:
        verifier = None if jwks is None else Verifier(read_key_text(jwks))
        try:
            report = _verify_file(file, verifier) if file else _verify_database(database, verifier)
        except LedgerDamaged as damaged:
            typer.echo(f"chengxin: {damaged} [{damaged.code}]", err=True)
            return ExitCode.ADVERSE
        EntryOutput(output_format).show_report(report, are_signatures_checked=verifier is not None)
        return ExitCode.NOTHING_ADVERSE if report.is_whole else ExitCode.ADVERSE

    end_with(run)


@ledger_app.command()
def export(
    *,
    database: Database = None,
    to: Annotated[Path | None, typer.Option("--to", help="The file; standard output by default.")] = None,
) -> None:
    """Write the whole ledger as JSON Lines, which ``verify --file`` verifies without the database."""

    def run(rows: LedgerRows) -> ExitCode:
        lines = encode_export(rows.head(), rows.checkpoints(), rows.stored())
        with _writing(to) as stream:
            stream.writelines(f"{line}\n".encode() for line in lines)
        return ExitCode.NOTHING_ADVERSE

    _reading(database, run)


@ledger_app.command()
def show(
    of: Annotated[str, typer.Argument(help="Number of an entry, or whom entries are about.")],
    *,
    database: Database = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Show one entry with all that it holds, or every entry about a subject."""
    output = EntryOutput(output_format)

    def run(rows: LedgerRows) -> ExitCode:
        if _NUMBER.fullmatch(of):
            for entry in rows.read(after=int(of) - 1, limit=1):
                if entry.seq == int(of):
                    output.show_entry(entry)
                    return ExitCode.NOTHING_ADVERSE
            raise ConfigurationError(f"The ledger has no entry {of}; its last is {rows.head().seq}.")
        if not output.show_entries(rows.read(subject=of)):
            typer.echo("chengxin: the ledger has no entry about this subject.", err=True)
        return ExitCode.NOTHING_ADVERSE

    _reading(database, run)


@ledger_app.command()
def checkpoint(
    *,
    key: Annotated[Path, typer.Option("--key", help="The private key, PKCS #8 PEM or a JWK.")],
    kid: Annotated[
        str | None, typer.Option("--kid", help="Name of the key; else its own or its thumbprint.")
    ] = None,
    database: Database = None,
) -> None:
    """Sign where the ledger stands, and keep that in it. Keep a copy where the database's owner cannot change it."""
    from chengxin.store import LedgerRows, SqlStore  # noqa: PLC0415 -- other commands load no SQL

    def run() -> ExitCode:
        signer = read_signer(key, kid)
        with SqlStore(url_of(database)) as store:
            with store.reading() as connection:
                head = LedgerRows(connection).head()
            signed = sign_checkpoint(head, at=SystemClock().now(), signer=signer)
            with store.transaction() as connection:
                LedgerRows(connection).put_checkpoint(signed)
        EntryOutput(OutputFormat.JSON).show_checkpoint(signed)
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


def _reading(database: str | None, command: Callable[[LedgerRows], ExitCode]) -> NoReturn:
    from chengxin.store import LedgerRows, SqlStore  # noqa: PLC0415 -- other commands load no SQL

    def run() -> ExitCode:
        with SqlStore(url_of(database)) as store, store.reading(deadline_seconds=_HOURS) as connection:
            return command(LedgerRows(connection))

    end_with(run)


def _verify_database(database: str | None, verifier: Verifier | None) -> ChainReport:
    from chengxin.store import LedgerRows, SqlStore  # noqa: PLC0415 -- other commands load no SQL

    with SqlStore(url_of(database)) as store, store.reading(deadline_seconds=_HOURS) as connection:
        return LedgerRows(connection).verify(verifier)


def _verify_file(file: Path, verifier: Verifier | None) -> ChainReport:
    found = decode_export(_lines(file))
    return verify_chain(found.entries, found.head, found.checkpoints, verifier)


def _lines(file: Path) -> Iterator[str]:
    if str(file) == "-":
        yield from sys.stdin
        return
    try:
        with file.open(encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            yield from stream
    except OSError as error:
        raise ConfigurationError(f"The file {file} cannot be read ({error.strerror}).") from error


@contextmanager
def _writing(to: Path | None) -> Iterator[IO[bytes]]:
    if to is None:
        yield sys.stdout.buffer
        return
    try:
        stream = to.open("xb")
    except OSError as error:
        raise ConfigurationError(f"The file {to} cannot be made ({error.strerror}).") from error
    with stream:
        yield stream
