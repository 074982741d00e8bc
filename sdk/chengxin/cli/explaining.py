"""The command that explains a treatment: facts, rule, basis, end, and what would change it."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Annotated, Final

import typer

from chengxin.cli.exit_code import ExitCode, of_status
from chengxin.cli.law import operator_rule_table
from chengxin.cli.output import visible
from chengxin.cli.running import parse_facts, run_with_client
from chengxin.client import CreditClient
from chengxin.policy import Language
from chengxin.policy.redress import ShortestMonths
from chengxin.records import Role
from chengxin.services import Account, account_of, load_policy
from chengxin.wire import (
    encode_explanation,
    encode_outlook,
    encode_status,
    encode_trace,
    encode_treatment,
)


class Languages(StrEnum):
    """Which languages to explain in."""

    ZH = "zh"
    EN = "en"
    BOTH = "both"


class ProseFormat(StrEnum):
    """How an explanation is printed."""

    TEXT = "text"
    JSON = "json"


_CHOSEN: Final[dict[Languages, tuple[Language, ...]]] = {
    Languages.ZH: ("zh",),
    Languages.EN: ("en",),
    Languages.BOTH: ("zh", "en"),
}


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command(name="explain")(explain)


def explain(  # one parameter is one flag
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="Unified social credit code.")],
    *,
    policy: Annotated[str, typer.Option(help="Name of a shipped policy, or a file.")] = "marketplace",
    role: Annotated[Role, typer.Option(help="Role of the subject on the platform.")] = Role.MERCHANT,
    fact: Annotated[list[str] | None, typer.Option(help="What the platform knows, as name=value.")] = None,
    lang: Annotated[Languages, typer.Option(help="Language of the explanation.")] = Languages.BOTH,
    output_format: Annotated[
        ProseFormat, typer.Option("--format", help="Prose for people, one JSON object for pipes.")
    ] = ProseFormat.TEXT,
) -> None:
    """Explain how a subject is treated now, and why; nothing comes into force by it."""

    def run(client: CreditClient) -> ExitCode:
        compiled = load_policy(policy, rule_table=operator_rule_table())
        facts = parse_facts(fact or [], compiled)
        status = client.check(code)
        account = account_of(compiled, status, facts, at=client.clock.now(), role=role)
        languages = _CHOSEN[lang]
        if output_format is ProseFormat.JSON:
            _print_json(account, languages)
        else:
            _print_text(account, languages)
        return of_status(status)

    run_with_client(context, run)


def _print_text(account: Account, languages: tuple[Language, ...]) -> None:
    texts = [account.explain(language, shortest_months=_shortest()).text for language in languages]
    lines = "\n\n".join(texts).splitlines()
    sys.stdout.writelines(f"{visible(line)}\n" for line in lines)


def _print_json(account: Account, languages: tuple[Language, ...]) -> None:
    value = {
        **encode_status(account.status),
        "treatment": encode_treatment(account.trace.treatment),
        "trace": encode_trace(account.trace),
        "outlook": encode_outlook(account.outlook),
        "explanations": [
            encode_explanation(account.explain(language, shortest_months=_shortest()))
            for language in languages
        ],
    }
    sys.stdout.write(visible(json.dumps(value, ensure_ascii=False)) + "\n")


def _shortest() -> ShortestMonths:
    """Return the shortest disclosure periods by law, from which the earliest day of repair follows."""
    return operator_rule_table().shortest_months
