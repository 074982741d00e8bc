"""Commands for the file: reports of what is disclosed now, and signed receipts of checks, issued and verified."""

from __future__ import annotations

import json
import secrets
import sys
from base64 import urlsafe_b64decode
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from chengxin.cli.ending import end_with
from chengxin.cli.exit_code import ExitCode, of_status
from chengxin.cli.output import OutputFormat, print_line, visible
from chengxin.cli.running import Format, run_with_client
from chengxin.client import CreditClient
from chengxin.errors import ConfigurationError, InvalidReceipt, SignatureRefused
from chengxin.policy.wording import when
from chengxin.procedure.receipt import (
    Asked,
    Receipt,
    encode_claims,
    verify_receipt,
)
from chengxin.procedure.report import as_html, as_json, as_text, report_of
from chengxin.services.key_file import read_key_text, read_signer
from chengxin.services.receipts import Issued, Receipts
from chengxin.signing import Verifier

receipt_app = typer.Typer(
    name="receipt",
    help="Signed receipts of checks: what was asked, when, and what came of it.",
    no_args_is_help=True,
)

_SALT: Final = 16


class ReportFormat(StrEnum):
    """How a report is written."""

    TEXT = "text"
    HTML = "html"
    JSON = "json"


class ReportLanguage(StrEnum):
    """The language of a report; its JSON holds both."""

    ZH = "zh"
    EN = "en"


Code = Annotated[str, typer.Argument(help="Unified social credit code.")]
Key = Annotated[Path, typer.Option("--key", help="The private key, PKCS #8 PEM or a JWK.")]
Kid = Annotated[str | None, typer.Option("--kid", help="Name of the key; else its own or its thumbprint.")]
Purpose = Annotated[str | None, typer.Option("--purpose", help="What the check is for.")]
Operator = Annotated[str | None, typer.Option("--operator", help="Who asks.")]


@receipt_app.command()
def issue(  # one parameter is one flag
    context: typer.Context,
    code: Code,
    *,
    key: Key,
    kid: Kid = None,
    purpose: Purpose = None,
    operator: Operator = None,
) -> None:
    """Check a subject and print the signed receipt of it, also of one that could not be asked about.

    Exit codes as of ``check``. To keep what was shown beside its receipt, use ``chengxin report --receipt``.
    """

    def run(client: CreditClient) -> ExitCode:
        receipts = Receipts(read_signer(key, kid), clock=client.clock)
        status = client.check(code)
        typer.echo(receipts.of(status, asked=Asked(purpose=purpose, operator=operator)).token)
        return of_status(status)

    run_with_client(context, run)


@receipt_app.command()
def verify(
    token: Annotated[
        str, typer.Argument(help="The receipt, or a file that holds it; - reads standard input.")
    ],
    *,
    jwks: Annotated[Path, typer.Option("--jwks", help="Public keys that are trusted, a JWK set (RFC 7517).")],
    report: Annotated[
        Path | None, typer.Option("--report", help="A report as JSON: is it what the receipt vouches for?")
    ] = None,
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Tell whether a receipt is genuine, asking nobody: exit code 0, else 1 with the reason."""

    def run() -> ExitCode:
        verifier = Verifier(read_key_text(jwks))
        held = None if report is None else _held_by(report)
        try:
            receipt = verify_receipt(_token(token), verifier)
        except (SignatureRefused, InvalidReceipt) as refused:
            typer.echo(f"chengxin: {refused} [{refused.code}]", err=True)
            return ExitCode.ADVERSE
        if held is not None and not receipt.proves(*held):
            typer.echo("chengxin: the report is not what this receipt vouches for.", err=True)
            return ExitCode.ADVERSE
        _show(receipt, output_format)
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


def report(  # one parameter is one flag
    context: typer.Context,
    code: Code,
    *,
    report_format: Annotated[
        ReportFormat, typer.Option("--format", help="Text or a page for people, JSON for the file.")
    ] = ReportFormat.TEXT,
    language: Annotated[ReportLanguage, typer.Option(help="Language of text and page.")] = ReportLanguage.ZH,
    receipt_to: Annotated[
        Path | None, typer.Option("--receipt", help="Write the signed receipt of this check to a new file.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="The private key for the receipt.")] = None,
    kid: Kid = None,
) -> None:
    """Write a report of what the source discloses of a subject now, with how long it may be kept.

    Exit codes as of ``check``: a report of what could not be asked says so.
    """

    def run(client: CreditClient) -> ExitCode:
        signer = None if key is None else read_signer(key, kid)
        if (signer is None) != (receipt_to is None):
            raise ConfigurationError(
                "A receipt takes --receipt with its file and --key with its key. Give both."
            )
        status, at = client.check(code), client.clock.now()
        issued = None if signer is None else Receipts(signer, clock=client.clock).of(status, checked_at=at)
        made = (
            report_of(status, at=at)
            if issued is None
            else report_of(status, at=at, receipt=issued.receipt, salt=issued.salt)
        )
        if report_format is ReportFormat.JSON:
            text = as_json(made, at=at)
        elif report_format is ReportFormat.HTML:
            # It is opened as a file, without a policy to take a nonce from; any lets its style through.
            text = as_html(made, language.value, at=at, nonce=secrets.token_hex(_SALT))
        else:
            text = as_text(made, language.value, at=at)
        if issued is not None and receipt_to is not None:
            _write(receipt_to, issued)
        typer.echo(text, nl=not text.endswith("\n"))
        return of_status(status)

    run_with_client(context, run)


def _write(to: Path, issued: Issued) -> None:
    try:
        with to.open("x", encoding="ascii") as stream:
            stream.write(f"{issued.token}\n")
    except OSError as error:
        raise ConfigurationError(f"The file {to} cannot be made ({error.strerror}).") from error


def _token(given: str) -> str:
    """Return the token that is given itself, in a file, or on standard input."""
    if given == "-":
        return sys.stdin.read().strip()
    is_token = given.count(".") == 2 and len(given) > 100 and "/" not in given
    return given if is_token else read_key_text(Path(given)).strip()


def _held_by(file: Path) -> tuple[dict[str, Any], bytes]:
    """Return what a report holds, and the salt to show it by."""
    try:
        document = json.loads(read_key_text(file))
        content, salt = dict(document["content"]), document["receipt"]["salt"]
        return content, urlsafe_b64decode(salt + "=" * (-len(salt) % 4))
    except (ValueError, TypeError, LookupError, RecursionError):
        raise ConfigurationError(
            f"The file {file} holds no report with the salt of its receipt. Give one that was written with --receipt."
        ) from None


def _show(receipt: Receipt, output_format: OutputFormat) -> None:
    if output_format is OutputFormat.JSON:
        print_line(json.loads(encode_claims(receipt)))
        return
    kinds = ", ".join(one.kind.value for one in receipt.records) or "none"
    rows = [
        ("receipt", receipt.receipt_id),
        ("subject", receipt.pseudonym if receipt.code is None else receipt.code.code),
        ("source", receipt.source),
        ("checked", when(receipt.checked_at, "en")),
        ("data of", None if receipt.as_of is None else when(receipt.as_of, "en")),
        ("standing", receipt.standing.value),
        ("because", None if receipt.reason is None else receipt.reason.value),
        ("records", kinds),
        ("to be used", None if receipt.reason else f"until {when(receipt.expires_at, 'en')}"),
        ("purpose", receipt.purpose),
        ("operator", receipt.operator),
    ]
    for name, value in rows:
        if value is not None:
            typer.echo(f"{name:<11} {visible(value)}")
