"""The ordered change log behind ``/changes``."""

from datetime import datetime
from typing import Any, NamedTuple

from mock_credit_china.clock import CHINA
from mock_credit_china.record import Change, ChangeKind

FIRST_SEQ = 1001


class Batch(NamedTuple):
    """What a reader gets: changes in order, where to go on, and whether there is more at once."""

    changes: tuple[Change, ...]
    cursor: int
    more: bool


class CursorTooOldError(Exception):
    """Raised for a position the log does not know (any more)."""


class ChangeLog:
    """Changes by strictly growing ``seq``; the oldest are forgotten beyond a set number."""

    def __init__(self, *, retained: int) -> None:
        self._retained = retained
        self._changes: list[Change] = []
        self._next_seq = FIRST_SEQ

    @property
    def head(self) -> int:
        """The seq of the newest change; one before the first if there is none."""
        return self._next_seq - 1

    @property
    def last_at(self) -> datetime | None:
        """When the newest change that is remembered happened."""
        return self._changes[-1].at if self._changes else None

    def append(
        self, *, at: datetime, code: str, rec_id: str | None, version: int, kind: ChangeKind
    ) -> Change:
        """Write a change down."""
        change = Change(seq=self._next_seq, at=at, code=code, rec_id=rec_id, version=version, kind=kind)
        self._next_seq += 1
        self._changes.append(change)
        if len(self._changes) > self._retained:
            del self._changes[: -self._retained]
        return change

    def newest(self, count: int) -> tuple[Change, ...]:
        """Return the newest changes that are remembered, oldest first."""
        return tuple(self._changes[-count:])

    def after(self, position: int, limit: int) -> Batch:
        """Return what follows a position.

        Raises:
            CursorTooOldError: changes after the position are forgotten, or it was never reached.
        """
        forgotten = self._next_seq - 1 - len(self._changes)
        if not forgotten <= position <= self.head:
            raise CursorTooOldError(position)
        start = position - forgotten
        changes = tuple(self._changes[start : start + limit])
        cursor = changes[-1].seq if changes else position
        return Batch(changes=changes, cursor=cursor, more=cursor < self.head)


def cursor_text(position: int) -> str:
    """Write a position as the cursor clients hand back."""
    return f"c{position:012d}"


def parse_cursor(text: str) -> int | None:
    """Read a cursor back, or the ``seq`` of a snapshot to go on from; nothing when it is neither."""
    if 1 <= len(text) <= 12 and text.isascii() and text.isdigit():
        return int(text)
    if len(text) == 13 and text[0] == "c" and text[1:].isascii() and text[1:].isdigit():
        return int(text[1:])
    return None


def change_row(change: Change) -> dict[str, Any]:
    """Write one change."""
    return {
        "seq": change.seq,
        "at": change.at.astimezone(CHINA).isoformat(timespec="milliseconds"),
        "tyshxydm": change.code,
        "recId": change.rec_id,
        "version": change.version,
        "change": change.kind,
    }
