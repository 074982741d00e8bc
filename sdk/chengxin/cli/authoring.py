"""Commands with which a trust team writes a policy: begin one, look it over, see what it amounts to."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from chengxin.cli.ending import end_with
from chengxin.cli.exit_code import ExitCode
from chengxin.cli.findings import show_findings
from chengxin.cli.law import operator_rule_table
from chengxin.cli.output import OutputFormat, print_line
from chengxin.clock import SystemClock
from chengxin.errors import Finding, FindingSeverity, InvalidPolicy
from chengxin.policy import Language, document_text, policy_ref
from chengxin.policy.schema import schema_text
from chengxin.records import china_day
from chengxin.services import begin_policy, lint_policy, read_policy


class DocumentFormat(StrEnum):
    """How a document is printed."""

    YAML = "yaml"
    JSON = "json"


Policy = Annotated[str, typer.Argument(help="Name of a shipped policy, or a .yaml or .json file.")]


def new(
    path: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
    *,
    extends: Annotated[str, typer.Option(help="The shipped policy to build on.")] = "marketplace",
    name: Annotated[str | None, typer.Option(help="Name of the policy; else that of the file.")] = None,
) -> None:
    """Write a commented document that extends a shipped policy, to start from."""

    def run() -> ExitCode:
        begin_policy(path, extends=extends, name=name or path.stem, today=china_day(SystemClock().now()))
        typer.echo(f"{path} extends {extends}. Next: chengxin policy lint {path}")
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


def lint(
    policy: Policy,
    *,
    announced_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="China day on which it is made public.")
    ] = None,
    important: Annotated[
        bool,
        typer.Option("--important", help="Important interests are touched: announced 15 days ahead, not 7."),
    ] = False,
    lang: Annotated[Language, typer.Option(help="Language of what is printed.")] = "en",
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    output_format: Annotated[
        OutputFormat, typer.Option("--format", help="Blocks for people, one JSON object a line for pipes.")
    ] = OutputFormat.TABLE,
) -> None:
    """Say everything there is to say of a policy. Exit codes: 0 no errors, 1 errors, 2 usage."""

    def run() -> ExitCode:
        day = announced_on.date() if announced_on else None
        findings = _findings(policy, day, is_important=important)
        show_findings(findings, language=lang, output_format=output_format)
        return (
            ExitCode.ADVERSE
            if any(_counts(f, is_strict=strict) for f in findings)
            else ExitCode.NOTHING_ADVERSE
        )

    end_with(run)


def show(
    policy: Policy,
    *,
    output_format: Annotated[
        DocumentFormat, typer.Option("--format", help="YAML for people, JSON for programs.")
    ] = DocumentFormat.YAML,
) -> None:
    """Show what a policy amounts to: what it extends and includes is written out; its digest stands above."""

    def run() -> ExitCode:
        document = read_policy(policy).document
        if output_format is DocumentFormat.JSON:
            print_line({"digest": policy_ref(document).digest, "document": document.content})
        else:
            typer.echo(document_text(document), nl=False)
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


def schema() -> None:
    """Print the JSON Schema of policies, which gives editors completion and hover text in both languages."""

    def run() -> ExitCode:
        typer.echo(schema_text(), nl=False)
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


def register(app: typer.Typer) -> None:
    """Add the commands to those on policies."""
    for command in (new, lint, show, schema):
        app.command()(command)


def _findings(policy: str, day: date | None, *, is_important: bool) -> tuple[Finding, ...]:
    try:
        return lint_policy(
            policy,
            announced_on=day,
            is_important=is_important,
            rule_table=operator_rule_table(),
        )
    except InvalidPolicy as refused:
        return refused.findings


def _counts(finding: Finding, *, is_strict: bool) -> bool:
    return finding.severity is FindingSeverity.ERROR or (
        is_strict and finding.severity is FindingSeverity.WARNING
    )
