"""Answers by code in files without a name, for looking up one of millions in bounded memory."""

from __future__ import annotations

import os
import pickle
import struct
import tempfile
import weakref
from collections.abc import Callable, Iterable
from typing import Final, Self

from chengxin.errors import SourceUnavailable, UnknownReason, UnusableAnswer
from chengxin.identifiers import Uscc
from chengxin.records import CreditAnswer

_ENTRY: Final = struct.Struct(">18sQI")
"""Code, and where its answer lies: offset and length."""


class AnswerIndex:
    """Answers of a snapshot, found by halving a table of fixed width.

    The files have no name: they are this process's and its children's alone, and gone with them. Reading moves no
    common position, so threads and forked children read at once.
    """

    __slots__ = ("__weakref__", "_answers", "_count", "_table")

    def __init__(self, table: int, answers: int, count: int) -> None:
        self._table = table
        self._answers = answers
        self._count = count
        weakref.finalize(self, _close, table, answers)

    @classmethod
    def build(cls, answers: Iterable[CreditAnswer], *, is_wanted: Callable[[], bool]) -> Self:
        """Write answers down that come in the order of their codes.

        Args:
            answers: one for each subject.
            is_wanted: asked before each answer; where it says no, building stops.

        Raises:
            UnusableAnswer: a code comes twice, or out of order.
            SourceUnavailable: it is not wanted any more.
            OSError: the files cannot be written.
        """
        with tempfile.TemporaryFile() as table, tempfile.TemporaryFile() as blobs:
            last, count, offset = b"", 0, 0
            for answer in answers:
                code = str(answer.subject.code).encode("ascii")
                if not is_wanted():
                    raise SourceUnavailable("The snapshot was closed.", reason=UnknownReason.UNREACHABLE)
                if code <= last:
                    raise UnusableAnswer(
                        "The snapshot tells of a subject twice. Nothing of it is used.",
                        reason=UnknownReason.INCOMPLETE,
                    )
                blob = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
                table.write(_ENTRY.pack(code, offset, len(blob)))
                blobs.write(blob)
                last, count, offset = code, count + 1, offset + len(blob)
            table.flush()
            blobs.flush()
            return cls(os.dup(table.fileno()), os.dup(blobs.fileno()), count)

    def __len__(self) -> int:
        """Return how many subjects there are answers of."""
        return self._count

    def find(self, code: Uscc) -> CreditAnswer | None:
        """Return the answer of a subject, or None where there is none."""
        wanted = code.code.encode("ascii")
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            found, offset, length = _ENTRY.unpack(os.pread(self._table, _ENTRY.size, middle * _ENTRY.size))
            if found == wanted:
                # Nobody but this process and its parent can have written it: the file has no name.
                answer: CreditAnswer = pickle.loads(os.pread(self._answers, length, offset))  # noqa: S301
                return answer
            low, high = (middle + 1, high) if found < wanted else (low, middle)
        return None


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
