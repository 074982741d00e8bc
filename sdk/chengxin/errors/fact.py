"""What is refused among facts: identifiers, records and rows of law."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chengxin.errors.root import ChengxinError


class InvalidIdentifier(ChengxinError, ValueError):
    """An identifier is not lawful."""

    code = "invalid_identifier"


class InvalidUscc(InvalidIdentifier):
    """A text is not a unified social credit code (GB 32100-2015).

    Attributes:
        given: the text as it came, cut to 64 characters; empty where it may hold an identity number.
        fault: what is wrong, as a stable word (see ``chengxin.identifiers.UsccFault``).
        position: 1-based position of the fault in the normalised code, where it is known.
    """

    code = "invalid_uscc"

    def __init__(self, message: str, *, given: str, fault: str, position: int | None = None) -> None:
        super().__init__(message)
        self.given = given[:64]
        self.fault = fault
        self.position = position


class InvalidRecord(ChengxinError, ValueError):
    """A fact contradicts itself, so it cannot be constructed."""

    code = "invalid_record"


class Fault(NamedTuple):
    """One thing that is wrong with a row of law, or with a document of such rows.

    Attributes:
        code: stable name of what was broken, e.g. ``row.period``.
        path: where, as a path into the document, e.g. ``deadlines[0].days``.
        problem: what is wrong, in a sentence.
        fix: what to do about it, in a sentence.
    """

    code: str
    path: str
    problem: str
    fix: str


class InvalidRuleTable(ChengxinError, ValueError):
    """A row of law, or a document of such rows, was refused.

    Attributes:
        name: what was read, e.g. the path of the document, or the id of a row.
        findings: all that is wrong with it, in document order.
    """

    code = "invalid_rule_table"

    def __init__(self, name: str, findings: Sequence[Fault]) -> None:
        lines = "".join(f"\n  {f.path}: {f.problem} {f.fix} [{f.code}]" for f in findings)
        super().__init__(f"The rule table {name!r} was refused ({len(findings)} finding(s)):{lines}")
        self.name = name
        self.findings = tuple(findings)
