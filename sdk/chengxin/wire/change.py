"""The change feed's shape: what points to a change, and where to go on."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from chengxin.identifiers import Uscc
from chengxin.records import Change, ChangeKind
from chengxin.wire.envelope import Answer, WireModel, decode_answer, drift, require_opaque
from chengxin.wire.open_api import WireInstant
from chengxin.wire.record import WireId

MOST_CHANGES: Final = 5000
"""Most changes of one piece of the feed that are believed."""
_LARGEST: Final = 2**63 - 1

CHANGE_KINDS: Final = {
    "新增": ChangeKind.ADDED,
    "更新": ChangeKind.UPDATED,
    "修复": ChangeKind.REPAIRED,
    "撤销": ChangeKind.WITHDRAWN,
    "屏蔽": ChangeKind.SHIELDED,
    "恢复": ChangeKind.RESTORED,
    "异议": ChangeKind.DISPUTED,
    "异议解除": ChangeKind.DISPUTE_RESOLVED,
    "到期": ChangeKind.EXPIRED,
    "主体变更": ChangeKind.SUBJECT_CHANGED,
}

WireCursor = Annotated[
    str, StringConstraints(pattern=r"^[\x21-\x7e]{1,512}$"), AfterValidator(require_opaque)
]
"""Where a feed goes on; the source's own, kept and given back as it is."""
OptionalWireId = Annotated[WireId | None, BeforeValidator(lambda value: None if value == "" else value)]
OptionalVersion = Annotated[int, BeforeValidator(lambda value: 0 if value is None else value)]


class WireChange(WireModel):
    """One change; a change of the subject itself names no record."""

    seq: int = Field(ge=0, le=_LARGEST)
    at: WireInstant
    tyshxydm: str = Field(min_length=1, max_length=64)
    record_id: OptionalWireId = Field(default=None, alias="recId")
    version: OptionalVersion = Field(default=0, ge=0, le=_LARGEST)
    change: str = Field(min_length=1, max_length=32)


class WireChanges(WireModel):
    """A piece of the feed."""

    cursor: WireCursor
    more: bool
    changes: Annotated[list[WireChange], Field(max_length=MOST_CHANGES, fail_fast=True)]


def decode_changes(answer: Answer, *, cursor: str | None) -> WireChanges:
    """Return a piece of the feed, its shape checked; whether one is missing or came before is not judged here.

    Args:
        answer: the answer.
        cursor: what was asked with; None where the feed was begun.

    Raises:
        CursorTooOld: what follows is forgotten.
        SourceError: it is no piece of the feed.
    """
    piece = decode_answer(WireChanges, answer)
    if piece.more and not piece.changes and piece.cursor == cursor:
        raise drift("more changes are announced and the cursor stands still", answer)
    for row in piece.changes:
        if row.record_id is None and CHANGE_KINDS.get(row.change, ChangeKind.OTHER) not in _WITHOUT_RECORD:
            raise drift("a change of a record that names none", answer)
    return piece


_WITHOUT_RECORD: Final = frozenset({ChangeKind.SUBJECT_CHANGED, ChangeKind.OTHER})


def read_change(row: WireChange) -> Change:
    """Return a change as a fact, without a code where the source wrote none that is lawful."""
    return Change(
        seq=row.seq,
        at=row.at,
        code=Uscc.parse(row.tyshxydm).code if Uscc.is_valid(row.tyshxydm) else None,
        record_id=row.record_id,
        version=row.version,
        kind=CHANGE_KINDS.get(row.change, ChangeKind.OTHER),
    )
