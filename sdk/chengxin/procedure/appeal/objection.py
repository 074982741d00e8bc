"""Objections to what the public source says: pointed to the source, marked here, and never decided here.

Who found the dishonesty corrects it (谁认定、谁修复); a platform neither confirms nor changes a public record. What is
objected to is marked at once and stays marked until the source has answered (深圳经济特区社会信用条例 art. 50).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from chengxin.policy import Text
from chengxin.policy.instant import as_utc, is_utc
from chengxin.policy.text import is_blank
from chengxin.procedure.appeal.fault import Fault, refusal
from chengxin.procedure.appeal.filing import ill_formed
from chengxin.procedure.appeal.writing import is_clean_name, is_clean_statement
from chengxin.records import Record, RecordKind

_COURT: Final = Text(zh="执行法院", en="the enforcing court")
_BODY: Final = Text(zh="作出认定的单位", en="the body that decided")


class ObjectionEnd(StrEnum):
    """How the mark of an objection ends; it is read at the source, or asked for by who raised it."""

    CORRECTED = "CORRECTED"
    """已更正: the source discloses another version of the record."""
    REMOVED = "REMOVED"
    """已撤下: the source no longer discloses it."""
    CONFIRMED = "CONFIRMED"
    """维持: the source says that the record stands."""
    WITHDRAWN = "WITHDRAWN"
    """已撤回: who raised it took it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceObjection:
    """异议: somebody says that a public record is wrong; the source decides, and the record is marked meanwhile.

    No content of the record is kept.

    Attributes:
        objection_id: its id.
        record_id: the source's id of the record.
        record_version: the source's version of it when the objection was raised.
        by: who raised it.
        raised_at: when, aware UTC.
        statement: what is wrong, in their words.
        end: how it ended; None while the record is marked.
        ended_at: when that was read or asked for, aware UTC.
        ended_by: who asked for it, or read it; None where it was read automatically.

    Raises:
        AppealRefused: a part is missing or cannot be read.
    """

    objection_id: str
    record_id: str
    record_version: int
    by: str
    raised_at: datetime
    statement: str
    end: ObjectionEnd | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None

    def __post_init__(self) -> None:
        is_right = type(self.record_version) is int and self.record_version >= 0
        if is_blank(self.objection_id) or is_blank(self.record_id) or not is_right:
            raise ill_formed("an objection has an id, and names a record and its version")
        if not is_clean_name(self.by):
            raise refusal(Fault.NO_NAME, "Name who raises the objection, on one line.")
        if not is_clean_statement(self.statement):
            raise refusal(Fault.NO_REASON, "Say what is wrong. Pass it through clean_statement first.")
        if not is_utc(self.raised_at):
            raise ill_formed("an instant needs the time zone UTC")
        if type(self.end) not in {ObjectionEnd, type(None)} or (self.end is None) != (self.ended_at is None):
            raise ill_formed("an objection that has ended has an end and an instant")
        if self.ended_at is not None and not (is_utc(self.ended_at) and self.raised_at <= self.ended_at):
            raise ill_formed("an objection ends after it was raised, at an instant in UTC")
        if self.ended_by is not None and (self.end is None or not is_clean_name(self.ended_by)):
            raise refusal(Fault.NO_NAME, "Name who ends the objection, on one line.")

    @property
    def is_open(self) -> bool:
        """Whether the record is marked because of it."""
        return self.end is None

    @property
    def over_at(self) -> datetime | None:
        """First instant at which it counts for nothing any more; None where that is not known yet."""
        return self.ended_at

    def with_end(self, end: ObjectionEnd, at: datetime, *, by: str | None = None) -> Self:
        """Return the objection as ended: by what was read at the source, or by who raised it.

        Args:
            end: how.
            at: when, aware.
            by: who asked for it, or read it; None where it was read automatically.

        Raises:
            AppealRefused: it has ended already, or the name cannot be read.
        """
        if not self.is_open:
            raise refusal(Fault.CLOSED, f"The objection has ended: {self.end}. Raise another one.")
        return replace(self, end=end, ended_at=as_utc(at), ended_by=by)


def raise_objection(
    record: Record, *, objection_id: str, by: str, at: datetime, statement: str
) -> SourceObjection:
    """Return an objection to a record that the source discloses.

    Args:
        record: the record, as the source discloses it.
        objection_id: its id.
        by: who raises it.
        at: when, aware.
        statement: what is wrong, as ``clean_statement`` gives it.

    Raises:
        AppealRefused: the record is not disclosed at that instant, or a part cannot be read.
    """
    if not record.is_shown(at):
        raise refusal(
            Fault.NOTHING_TO_OBJECT,
            "The source does not disclose the record at this instant, and it is neither used nor shown here.",
        )
    return SourceObjection(
        objection_id=objection_id,
        record_id=record.record_id,
        record_version=record.version,
        by=by,
        raised_at=as_utc(at),
        statement=statement,
    )


def objection_pointer(record: Record) -> Text:
    """Return where and how an objection to a record is raised with the source, as a sentence in each language."""
    body = _COURT if record.kind is RecordKind.JUDGMENT_DEFAULT else _BODY
    name = record.authority
    return Text(
        zh=(
            f"这条信息由公共信用信息的来源单位公示，本平台无权更改。认为有误的，可以通过“信用中国”网站的异议申诉栏目"
            f"提出，写明信息编号、错误之处并附证明材料；也可以直接向{body.zh}{f'（{name}）' if name else ''}提出。"
            f"在信息源答复之前，本平台将其标注为异议中；信息源更正或者停止公示后，本平台随即更新。"
        ),
        en=(
            "This record is disclosed by the public source, and this platform cannot change it. If it is wrong, raise "
            "an objection in the objections section of the Credit China site, naming the record and what is wrong, "
            f"with proof; or with {body.en}{f' ({name})' if name else ''}. Until the source has answered the record is "
            "marked as disputed here; once the source corrects or removes it, so does this platform."
        ),
    )


def is_marked_disputed(record: Record, objections: Iterable[SourceObjection]) -> bool:
    """Tell whether a record is shown as disputed: the source says so, or an objection to it is open."""
    return record.is_disputed or any(
        each.is_open and each.record_id == record.record_id for each in objections
    )
