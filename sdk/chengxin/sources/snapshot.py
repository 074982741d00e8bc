"""Snapshots of all disclosed records: read row by row, staged by subject, given one subject at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from chengxin.records import CreditAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFile:
    """A file of a snapshot on this machine, its bytes checked.

    Attributes:
        path: where it is.
        format: ``ndjson.gz`` or ``parquet``.
        rows: how many records it holds by its manifest.
    """

    path: Path
    format: str
    rows: int


def answers_of(
    files: Sequence[RowFile], *, source: str, snapshot_id: str, data_date: datetime, at: datetime
) -> Iterator[CreditAnswer]:
    """Yield one complete answer for each subject of a snapshot's files, in the order of their codes.

    Every row of every file is read and checked before the first answer is yielded; what is staged meanwhile lies
    in a temporary file that is deleted when the iterator ends or is closed.

    Args:
        files: all files of the snapshot.
        source: name of the source.
        snapshot_id: the source's id of the snapshot.
        data_date: the instant whose records it holds, aware UTC.
        at: the instant it was asked for, aware UTC.

    Raises:
        UnusableAnswer: rows are missing, too many, twice or not as agreed; nothing was yielded.
    """
    raise NotImplementedError
