"""What is refused among rules: policies, with all that is found in them, and measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, NamedTuple

from chengxin.errors.root import ChengxinError


class Wording(NamedTuple):
    """One sentence, or a part of one, in both languages of the house."""

    zh: str
    en: str

    def in_language(self, language: Literal["zh", "en"]) -> str:
        """Return the words in one language."""
        return self.zh if language == "zh" else self.en


class FindingSeverity(StrEnum):
    """What follows from a finding."""

    ERROR = "ERROR"
    """The policy is refused until it is corrected."""
    WARNING = "WARNING"
    """The policy can be used; something in it is probably not what its author means, or not prudent."""
    NOTE = "NOTE"
    """Nothing is wrong; the author should know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a policy document says, and should not.

    Attributes:
        code: stable name of what was found, e.g. ``measure.no_legal_basis``.
        severity: what follows from it.
        path: where, as a path into the document, e.g. ``catalogue.deposit.legal_basis``; empty for all of it.
        file: the text that holds it, as its author names it; None where the document is no text.
        line: 1-based line in that text; None where it is not known.
        problem: what is wrong, in a sentence.
        why: why it matters; the law, or the reason of the invariant.
        fix: what to do about it, in a sentence.
    """

    code: str
    severity: FindingSeverity
    path: str
    problem: Wording
    why: Wording
    fix: Wording
    file: str | None = None
    line: int | None = None

    @property
    def place(self) -> str:
        """Where it is: file, line and path, as far as they are known.

        The form ``file:line`` is one that editors and terminals open.
        """
        spot = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        return " ".join(part for part in (spot, self.path) if part)

    def in_language(self, language: Literal["zh", "en"]) -> str:
        """Return problem, reason and fix in one language, as one paragraph."""
        words = [part.in_language(language) for part in (self.problem, self.why, self.fix)]
        return ("" if language == "zh" else " ").join(words)


_REPORT_HEADS: Final = Wording(
    zh="政策“{name}”未通过检查（{count}处）：", en="The policy {name!r} was refused ({count} finding(s)):"
)


class InvalidPolicy(ChengxinError, ValueError):
    """A policy document was refused.

    Attributes:
        name: the document, as its reader called it.
        findings: all that was found in it, in document order; at least one of them is an error.
    """

    code = "invalid_policy"

    def __init__(self, name: str, findings: Sequence[Finding]) -> None:
        self.name = name
        self.findings = tuple(findings)
        super().__init__(self.report("en"))

    def report(self, language: Literal["zh", "en"]) -> str:
        """Return all findings in one language, each on a line with its place, fix and code."""
        head = _REPORT_HEADS.in_language(language).format(name=self.name, count=len(self.findings))
        gap = "" if language == "zh" else " "
        return head + "".join(
            f"\n  {finding.place}: {finding.problem.in_language(language)}{gap}"
            f"{finding.fix.in_language(language)} [{finding.code}]"
            for finding in self.findings
        )


class InvalidMeasure(ChengxinError, ValueError):
    """A measure lacks what invariants I3 and I8 demand, so it cannot be constructed."""

    code = "invalid_measure"


class AnalysisTooLarge(ChengxinError):
    """Policies tell more cases apart than are looked at; nothing is concluded, as nothing is ever sampled."""

    code = "analysis_too_large"


class InvalidStatement(ChengxinError, ValueError):
    """A statement of reasons would contradict its measure, itself, or what may be shown; nothing was stated."""

    code = "invalid_statement"


class InvalidReceipt(ChengxinError, ValueError):
    """A receipt or a report of a check would contradict itself, its status, or what may stay; nothing was made."""

    code = "invalid_receipt"
