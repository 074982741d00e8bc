"""The journal of a directory: lines that are only ever added, and a mark of how far they go.

The mark is written after the line, so it is never ahead of what was written: a journal that ends before its mark was
cut. What follows the last end of line is what a writer that died left behind: a whole entry counts, a torn one was
never acknowledged, is passed over by readers, and put aside by the next writer.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chengxin.errors import PolicyStoreDamaged
from chengxin.store.directory.file import sync_directory, write_all, write_whole
from chengxin.store.directory.line import Broken, Mark, decode_line, decode_mark, encode_line, encode_mark

_log = logging.getLogger(__name__)

LINES: Final = "journal.jsonl"
MARK: Final = "journal.mark.json"
TORN: Final = "journal.before-{seq}.torn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a journal holds.

    Attributes:
        steps: what stands for the step in each entry, in order; entry n is on line n.
        end: the mark after the last entry.
        mark: the mark on disk, which may be an entry behind.
        whole_bytes: length up to the end of the last line.
        has_unended: whether the last entry is whole but for its end of line.
        torn: what else follows: what a writer left behind that died.
    """

    steps: tuple[dict[str, Any], ...]
    end: Mark
    mark: Mark
    whole_bytes: int
    has_unended: bool
    torn: bytes


class Journal:
    """Reads and adds; whoever calls holds the gate of the directory.

    Args:
        directory: where it is.
    """

    def __init__(self, directory: Path) -> None:
        self._lines = directory / LINES
        self._mark = directory / MARK

    @property
    def is_there(self) -> bool:
        """Whether a journal was begun here."""
        return self._mark.is_file()

    def begin(self) -> None:
        """Begin an empty journal where there is none.

        Raises:
            OSError: it could not be written.
        """
        if self.is_there or self._lines.exists():
            return
        write_whole(self._mark, encode_mark(Mark()))

    def read(self) -> Reading:
        """Return all entries, each verified.

        Raises:
            PolicyStoreDamaged: a line has changed, or lines are missing; ``place`` says where.
            OSError: it could not be read.
        """
        mark = self._read_mark()
        content = self._lines.read_bytes() if self._lines.exists() else b""
        whole_bytes = content.rfind(b"\n") + 1
        steps: list[dict[str, Any]] = []
        marks = [Mark()]
        for number, line in enumerate(content[:whole_bytes].split(b"\n")[:-1], start=1):
            try:
                step, after = decode_line(line, marks[-1])
            except Broken as broken:
                raise PolicyStoreDamaged(_sentence(broken), place=f"{LINES} line {number}") from None
            steps.append(step)
            marks.append(after)
        tail = content[whole_bytes:]
        is_torn = False
        try:
            step, after = decode_line(tail, marks[-1])
        except Broken:
            is_torn = True
        else:
            steps.append(step)
            marks.append(after)
        _check(mark, marks)
        return Reading(
            steps=tuple(steps),
            end=marks[-1],
            mark=mark,
            whole_bytes=whole_bytes,
            has_unended=not is_torn,
            torn=tail if is_torn else b"",
        )

    def add(self, step: dict[str, Any], reading: Reading) -> None:
        """Add an entry after what was just read; it is on the disk on return.

        Raises:
            OSError: it could not be written; what a torn write left is passed over from then on.
        """
        self._mend(reading)
        line, after = encode_line(step, reading.end)
        is_new = not self._lines.exists()
        descriptor = os.open(self._lines, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        try:
            self._write(descriptor, line + b"\n")
        finally:
            os.close(descriptor)
        if is_new:
            sync_directory(self._lines.parent)
        write_whole(self._mark, encode_mark(after))

    @staticmethod
    def _write(descriptor: int, line: bytes) -> None:
        size = os.fstat(descriptor).st_size
        try:
            write_all(descriptor, line)
        except OSError:
            os.ftruncate(descriptor, size)  # a full disk lets go of what it took of the line
            raise
        os.fsync(descriptor)

    def _mend(self, reading: Reading) -> None:
        """Finish what a writer left undone that died: its end of line, its mark; put aside what is torn."""
        if reading.torn:
            self._put_aside(reading)
        if reading.has_unended:
            descriptor = os.open(self._lines, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
            try:
                self._write(descriptor, b"\n")
            finally:
                os.close(descriptor)
        if reading.mark != reading.end:
            write_whole(self._mark, encode_mark(reading.end))

    def _put_aside(self, reading: Reading) -> None:
        aside = TORN.format(seq=reading.end.seq + 1)
        _log.warning(
            "The journal of policies ended in %d bytes of an entry that nobody was told of, left by a process that "
            "died. They are put aside in %s; no entry is lost.",
            len(reading.torn),
            aside,
        )
        write_whole(self._lines.with_name(aside), reading.torn)
        descriptor = os.open(self._lines, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.ftruncate(descriptor, reading.whole_bytes)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _read_mark(self) -> Mark:
        try:
            return decode_mark(self._mark.read_bytes())
        except FileNotFoundError:
            raise PolicyStoreDamaged(
                "It is missing, so nobody can tell how far the journal goes. Restore it from a backup.",
                place=MARK,
            ) from None
        except Broken as broken:
            raise PolicyStoreDamaged(_sentence(broken), place=MARK) from None


def _check(mark: Mark, marks: list[Mark]) -> None:
    if mark.seq >= len(marks):
        raise PolicyStoreDamaged(
            f"It ends after {len(marks) - 1} entries, and {mark.seq} were written: the rest was cut off. "
            "Restore it from a backup.",
            place=f"{LINES} line {len(marks)}",
        )
    if marks[mark.seq] != mark:
        raise PolicyStoreDamaged(
            f"Entry {mark.seq} is another one than was written: the lines up to it were exchanged. "
            "Restore them from a backup.",
            place=f"{LINES} line {mark.seq}",
        )


def _sentence(broken: Broken) -> str:
    text = str(broken)
    return f"{text[:1].upper()}{text[1:]}. Restore it from a backup."
