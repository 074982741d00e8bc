"""Commands that look at every subject there can be: what changes between two policies, and what one policy does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from chengxin.cli.ending import end_with
from chengxin.cli.exit_code import ExitCode
from chengxin.cli.law import operator_rule_table
from chengxin.cli.output import OutputFormat, plain, print_line
from chengxin.policy import Language, Policy, Verdict
from chengxin.policy.analysis.diff import Diff, DiffClass
from chengxin.policy.analysis.diff import diff as compare_policies
from chengxin.policy.analysis.matrix import MatrixRow
from chengxin.policy.analysis.matrix import matrix as decide_all
from chengxin.policy.analysis.shift_sentence import VERDICTS, Change
from chengxin.policy.analysis.subject_sentence import subject_sentence
from chengxin.services import load_policy
from chengxin.wire import encode_diff, encode_matrix

PolicyName = Annotated[str, typer.Argument(help="Name of a shipped policy, or a file.")]
InLanguage = Annotated[Language, typer.Option("--lang", help="Language of what is printed.")]
Format = Annotated[
    OutputFormat, typer.Option("--format", help="Text for people, one JSON object for programs.")
]
_COLOURS: Final = {
    Verdict.STRICTER: "red",
    Verdict.LOOSER: "green",
    Verdict.CHANGED_IN_KIND: "yellow",
    Verdict.UNCHANGED: "dim",
}


def register(app: typer.Typer) -> None:
    """Add the commands to those on policies."""
    app.command()(diff)
    app.command()(matrix)


def diff(
    before: PolicyName,
    after: PolicyName,
    *,
    lang: InLanguage = "en",
    output_format: Format = OutputFormat.TABLE,
) -> None:
    """Tell for whom a policy is stricter, looser or otherwise than another, each with a smallest example.

    Every subject there can be is looked at; nothing is sampled. Exit codes: 0 nothing is stricter for anybody, 1
    something is, 2 usage.
    """

    def run() -> ExitCode:
        table = operator_rule_table()
        found = compare_policies(load_policy(before, rule_table=table), load_policy(after, rule_table=table))
        if output_format is OutputFormat.JSON:
            print_line(encode_diff(found))
        else:
            _print_diff(found, lang)
        is_stricter = any(one.shift.stricter for one in found.classes)
        return ExitCode.ADVERSE if is_stricter else ExitCode.NOTHING_ADVERSE

    end_with(run)


def matrix(
    policy: PolicyName, *, lang: InLanguage = "en", output_format: Format = OutputFormat.TABLE
) -> None:
    """List every set of rules that can fire together, what it comes to, and a smallest example."""

    def run() -> ExitCode:
        compiled = load_policy(policy, rule_table=operator_rule_table())
        found = decide_all(compiled)
        if output_format is OutputFormat.JSON:
            print_line(encode_matrix(found, compiled.document))
        else:
            _print_matrix(found.rows, compiled, lang)
        return ExitCode.NOTHING_ADVERSE

    end_with(run)


def _print_diff(found: Diff, language: Language) -> None:
    console = Console(soft_wrap=True)
    before, after = found.before, found.after
    between = f"{before.name} {before.version} → {after.name} {after.version}"
    if language == "zh":
        heading = f"{between}，以{found.on}两者均适用计；已穷尽所有情形。"
    else:
        heading = f"{between}, as though both applied on {found.on}; every case is looked at."
    console.print(plain(heading), highlight=False)
    for verdict in (Verdict.STRICTER, Verdict.CHANGED_IN_KIND, Verdict.LOOSER, Verdict.UNCHANGED):
        classes = found.of(verdict)
        count = f"{len(classes)}类主体" if language == "zh" else f"{len(classes)} class(es) of subjects"
        title = VERDICTS[verdict].in_language(language)
        console.print(f"[bold {_COLOURS[verdict]}]{title}[/]  {count}", highlight=False)
        for number, one in enumerate(classes if verdict is not Verdict.UNCHANGED else (), start=1):
            for line in _lines(number, one, found, language):
                console.print(plain(line), highlight=False)


def _lines(number: int, one: DiffClass, found: Diff, language: Language) -> Iterator[str]:
    change = Change(shift=one.shift, upshots=(one.before, one.after), documents=found.documents)
    example = subject_sentence(one.example, found.documents[1], language)
    if language == "zh":
        yield f"  {number}. {'；'.join(change.say('zh'))}。"
        yield f"     例如：{example}"
    else:
        said = "; ".join(change.say("en"))
        yield f"  {number}. {said[:1].upper()}{said[1:]}."
        yield f"     For example: {example}"


def _print_matrix(rows: tuple[MatrixRow, ...], policy: Policy, language: Language) -> None:
    headings = (
        ("行", "触发的规则", "等级", "措施", "专人研究", "例如")
        if language == "zh"
        else ("row", "rules that fire", "tier", "measures", "put before a human", "for example")
    )
    table = Table(*headings, box=None, pad_edge=False)
    tiers = {tier.id: tier.title.text.in_language(language) for tier in policy.document.tiers}
    for row in rows:
        upshot = row.upshot
        table.add_row(
            str(row.number),
            plain(" ".join(row.fired) or "–"),
            plain(tiers.get(upshot.tier or "", "–")),
            plain(" ".join(sorted(upshot.measures)) or "–"),
            plain(" ".join(sorted(upshot.reviews)) or "–"),
            plain(subject_sentence(row.example, policy.document, language)),
        )
    Console(soft_wrap=False).print(table)
