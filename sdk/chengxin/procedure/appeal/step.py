"""One step of an appeal: who did what, when, and what they say; and the result that ends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from chengxin.policy import Text
from chengxin.policy.instant import is_utc
from chengxin.policy.text import is_blank
from chengxin.procedure.appeal.evidence import Evidence
from chengxin.procedure.appeal.fault import Fault, refusal
from chengxin.procedure.appeal.filing import Filing, ill_formed
from chengxin.procedure.appeal.stage import AppealMove
from chengxin.procedure.appeal.writing import LONGEST_STATEMENT, is_clean_name, is_clean_statement

_DETAILS: Final = MappingProxyType(
    {
        "filing": (Filing, frozenset({AppealMove.FILE})),
        "asks": (Text, frozenset({AppealMove.ASK})),
    }
)
_HOLD_EVIDENCE: Final = frozenset({AppealMove.FILE, AppealMove.ADD})
_MAY_BE_AUTOMATIC: Final = frozenset({AppealMove.ACKNOWLEDGE, AppealMove.DECIDE})


class Outcome(StrEnum):
    """How an appeal ends that is decided; none of them makes the measure stricter."""

    GRANTED = "GRANTED"
    """申诉成立: the measure is reversed."""
    PARTLY_GRANTED = "PARTLY_GRANTED"
    """申诉部分成立: a milder measure takes its place, or it ends earlier."""
    REJECTED = "REJECTED"
    """申诉不成立: the measure stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """申诉处理结果: how an appeal is decided, and why.

    Attributes:
        outcome: how it ends.
        reasons: why, as the appellant is told (令116 art. 19).
        replaced_by: where it is granted in part, the code of the milder measure that takes the place of the measure.
        ends_at: where it is granted in part, when what remains ends, aware UTC.

    Raises:
        AppealRefused: reasons are missing, or a part belongs to another outcome.
    """

    outcome: Outcome
    reasons: Text
    replaced_by: str | None = None
    ends_at: datetime | None = None

    def __post_init__(self) -> None:
        if type(self.outcome) is not Outcome:
            raise ill_formed("the outcome is an Outcome")
        check_text(self.reasons, "Tell the appellant the reasons, in both languages")
        is_part = self.replaced_by is not None or self.ends_at is not None
        if is_part != (self.outcome is Outcome.PARTLY_GRANTED):
            raise ill_formed("a measure that is replaced or ends earlier, and only that, is granted in part")
        if self.replaced_by is not None and is_blank(self.replaced_by):
            raise ill_formed("replaced_by names a measure of the catalogue")
        if self.ends_at is not None and not is_utc(self.ends_at):
            raise ill_formed("an instant needs the time zone UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealStep:
    """One step of one appeal against one measure, as it is recorded.

    Attributes:
        measure_id: the platform's id of the measure in force.
        appeal_id: the appeal.
        move: what was done.
        by: the person who did it; None where it is automatic, which only an acknowledgement and a grant may be.
        at: when, aware UTC.
        statement: what they say, as ``clean_statement`` gives it; an appeal that is filed says what is wrong.
        filing: of an appeal that is filed, what it is filed with.
        evidence: of an appeal that is filed and of what is added, the pieces attached.
        asks: of a question, what is asked for.
        result: of a decision, the result.

    Raises:
        AppealRefused: a part is missing, cannot be read, or is of another move.
    """

    measure_id: str
    appeal_id: str
    move: AppealMove
    by: str | None
    at: datetime
    statement: str | None = None
    filing: Filing | None = None
    evidence: tuple[Evidence, ...] = ()
    asks: Text | None = None
    result: Result | None = None

    def __post_init__(self) -> None:
        if type(self.move) is not AppealMove or is_blank(self.measure_id) or is_blank(self.appeal_id):
            raise ill_formed("it names a measure, an appeal and a move")
        if not is_utc(self.at):
            raise ill_formed("an instant needs the time zone UTC")
        self._check_person()
        self._check_words()
        self._check_details()

    def _check_person(self) -> None:
        if self.by is None and self.move in _MAY_BE_AUTOMATIC:
            return
        if not is_clean_name(self.by):
            raise refusal(
                Fault.NO_NAME,
                "Name the person who takes the step, on one line, without spaces around it or an identity number.",
                self.appeal_id,
            )

    def _check_words(self) -> None:
        if self.statement is None:
            if self.move is AppealMove.FILE:
                raise refusal(Fault.NO_REASON, "Say what is wrong with the measure.", self.appeal_id)
        elif not is_clean_statement(self.statement):
            raise refusal(
                Fault.NO_REASON,
                f"A statement can be read and has at most {LONGEST_STATEMENT} characters. Pass it through "
                "clean_statement first.",
                self.appeal_id,
            )

    def _check_details(self) -> None:
        for name, (kind, moves) in _DETAILS.items():
            if type(getattr(self, name)) is not (kind if self.move in moves else type(None)):
                raise ill_formed(f"{name} belongs to {', '.join(sorted(moves))}, and to nothing else")
        if type(self.result) is not (Result if self.move is AppealMove.DECIDE else type(None)):
            raise ill_formed("a decision, and nothing else, has a result")
        if self.asks is not None:
            check_text(self.asks, "Say what is asked for, in both languages")
        is_right = type(self.evidence) is tuple and all(type(piece) is Evidence for piece in self.evidence)
        if not is_right or (self.evidence and self.move not in _HOLD_EVIDENCE):
            raise ill_formed("evidence is a tuple of pieces, attached when an appeal is filed or added to")
        if self.filing is not None and self.filing.contested.measure_id != self.measure_id:
            raise ill_formed("it is filed against the measure that it names")


def check_text(text: object, wish: str) -> None:
    """Refuse what is no text that an appellant can read in both languages."""
    if not (type(text) is Text and is_clean_statement(text.zh) and is_clean_statement(text.en)):
        raise refusal(Fault.NO_REASON, f"{wish}, each passed through clean_statement.")
