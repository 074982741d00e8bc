"""How findings about a policy are printed: blocks for people, one JSON object a line for pipes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from rich.console import Console

from chengxin.cli.output import OutputFormat, plain, print_line
from chengxin.errors import Finding, FindingSeverity, Wording
from chengxin.policy import Language

_COLOURS: Final = {
    FindingSeverity.ERROR: "red",
    FindingSeverity.WARNING: "yellow",
    FindingSeverity.NOTE: "cyan",
}
_SEVERITIES: Final = {
    FindingSeverity.ERROR: Wording(zh="错误", en="error"),
    FindingSeverity.WARNING: Wording(zh="警告", en="warning"),
    FindingSeverity.NOTE: Wording(zh="提示", en="note"),
}
_LABELS: Final = (Wording(zh="原因", en="why"), Wording(zh="处理", en="fix"))
_CLEAN: Final = Wording(zh="没有发现问题。", en="Nothing was found.")


def show_findings(findings: Sequence[Finding], *, language: Language, output_format: OutputFormat) -> None:
    """Print findings in document order, and how many there are of each severity."""
    if output_format is OutputFormat.JSON:
        for finding in findings:
            print_line(encode_finding(finding))
        return
    console = Console(soft_wrap=True)
    for finding in findings:
        for line in _block(finding, language):
            console.print(line, highlight=False)
    console.print(_summary(findings, language), highlight=False)


def encode_finding(finding: Finding) -> dict[str, Any]:
    """Return a finding as plain data, with its words in both languages."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "file": finding.file,
        "line": finding.line,
        "path": finding.path,
        "problem": finding.problem._asdict(),
        "why": finding.why._asdict(),
        "fix": finding.fix._asdict(),
    }


def _block(finding: Finding, language: Language) -> list[str]:
    colour, severity = _COLOURS[finding.severity], _SEVERITIES[finding.severity].in_language(language)
    why, fix = (label.in_language(language) for label in _LABELS)
    return [
        f"{plain(finding.place)}  [{colour}]{severity}[/]  {plain(finding.code)}",
        f"  {plain(finding.problem.in_language(language))}",
        f"  [dim]{why}[/]  {plain(finding.why.in_language(language))}",
        f"  [dim]{fix}[/]  {plain(finding.fix.in_language(language))}",
    ]


def _summary(findings: Sequence[Finding], language: Language) -> str:
    if not findings:
        return _CLEAN.in_language(language)
    counts = Counter(finding.severity for finding in findings)
    parts = [(counts[severity], words) for severity, words in _SEVERITIES.items() if counts[severity]]
    if language == "zh":
        return "，".join(f"{words.zh}{count}处" for count, words in parts) + "。"
    return ", ".join(f"{count} {words.en}{'s' if count > 1 else ''}" for count, words in parts) + "."
