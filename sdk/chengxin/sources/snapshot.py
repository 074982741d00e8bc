"""Snapshots of all disclosed records: read row by row, staged by subject, given one subject at a time."""

from __future__ import annotations

import gzip
import importlib
import io
import logging
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.util import find_spec
from typing import Any, BinaryIO, Final, cast

from chengxin.errors import ConfigurationError
from chengxin.identifiers import Uscc
from chengxin.records import CreditAnswer, RuleTable, Subject
from chengxin.sources.staging import Staging
from chengxin.wire import (
    ROW_MEMBERS,
    SnapshotRow,
    contradiction,
    decode_line,
    decode_row,
    incomplete,
    require_past,
)

NDJSON: Final = "ndjson.gz"
PARQUET: Final = "parquet"
_LONGEST_LINE: Final = 1024 * 1024
_PARQUET_ROWS: Final = 2000
_BUFFER: Final = 256 * 1024
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowStream:
    """A file of a snapshot that is open already; it can be sought in.

    Attributes:
        stream: its bytes, from the beginning.
        format: ``ndjson.gz`` or ``parquet``.
        rows: how many records it holds by its manifest.
    """

    stream: BinaryIO
    format: str
    rows: int


def can_read(format_: str) -> bool:
    """Tell whether files of a format can be read here; ``parquet`` takes the extra ``chengxin[parquet]``."""
    return format_ == NDJSON or (format_ == PARQUET and find_spec("pyarrow") is not None)


def answers_of_streams(
    streams: Sequence[RowStream],
    *,
    source: str,
    snapshot_id: str,
    data_date: datetime,
    at: datetime,
    rule_table: RuleTable,
) -> Iterator[CreditAnswer]:
    """Yield one complete answer for each subject of a snapshot's files, in the order of their codes.

    Every row of every file is read and checked before the first answer is yielded; what is staged meanwhile lies
    in a temporary file that is deleted when the iterator ends or is closed.

    Args:
        streams: all files of the snapshot.
        source: name of the source.
        snapshot_id: the source's id of the snapshot.
        data_date: the instant whose records it holds, aware UTC.
        at: the instant it was asked for, aware UTC.
        rule_table: bounds records whose end the source leaves out.

    Raises:
        UnusableAnswer: rows are missing, too many, twice or not as agreed; nothing was yielded.
        ConfigurationError: a file is of a format that cannot be read here.
    """
    require_past(data_date, at=at)
    with Staging() as staging:
        skipped = sum(_stage(stream, staging, at=at, rule_table=rule_table) for stream in streams)
        if skipped:
            _LOG.warning(
                "Snapshot %s of %s holds %d records without a lawful code.", snapshot_id, source, skipped
            )
        if not staging.has_each_once():
            raise incomplete("a record came twice, so another is missing")
        for code, records, anomalies in staging.subjects():
            yield CreditAnswer(
                subject=Subject.of(Uscc(code)),
                registered=True,
                records=records,
                as_of=data_date,
                source=source,
                snapshot_id=snapshot_id,
                anomalies=anomalies,
            )


def read_rows(stream: RowStream, *, at: datetime, rule_table: RuleTable) -> Iterator[SnapshotRow]:
    """Yield what each row of a file says, in bounded memory.

    Args:
        stream: the file.
        at: the instant it was asked for, aware UTC.
        rule_table: bounds records whose end the source leaves out.

    Raises:
        UnusableAnswer: a row is not as agreed, or the file is no file of its format.
        ConfigurationError: its format cannot be read here.
    """
    if not can_read(stream.format):
        raise ConfigurationError(
            f"A snapshot in the format {stream.format[:32]!a} cannot be read. "
            "Install chengxin[parquet] where it is parquet."
        )
    read = _read_lines if stream.format == NDJSON else _read_table
    return read(stream, at, rule_table)


def _stage(stream: RowStream, staging: Staging, *, at: datetime, rule_table: RuleTable) -> int:
    """Lay all rows of a file aside; return how many had no lawful code."""
    came = skipped = 0
    for row in read_rows(stream, at=at, rule_table=rule_table):
        came += 1
        if came > stream.rows:
            break
        if row.code is None:
            skipped += 1
        else:
            staging.add(row.code, row.record_id, row.record, row.anomalies)
    if came != stream.rows:
        more = "more" if came > stream.rows else str(came)
        raise incomplete(f"a file of {stream.rows} records holds {more}")
    return skipped


def _read_lines(stream: RowStream, at: datetime, rule_table: RuleTable) -> Iterator[SnapshotRow]:
    with gzip.GzipFile(fileobj=stream.stream, mode="rb") as unzipped:
        lines = cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", unzipped), _BUFFER))
        number = 0
        while line := _line(lines):
            if len(line) > _LONGEST_LINE:
                raise contradiction(f"record {number} is longer than {_LONGEST_LINE} bytes")
            yield decode_line(line, number=number, at=at, rule_table=rule_table)
            number += 1


def _line(lines: BinaryIO) -> bytes:
    try:
        return lines.readline(_LONGEST_LINE + 1)
    except EOFError:
        problem = incomplete("a file ends before its compressed data does")
    except (OSError, zlib.error):
        problem = contradiction("a file is not compressed as it says")
    raise problem


def _read_table(stream: RowStream, at: datetime, rule_table: RuleTable) -> Iterator[SnapshotRow]:
    number = 0
    for batch in _batches(stream):
        for value in batch:
            row = {name: _plain(member) for name, member in value.items()}
            yield decode_row(row, number=number, at=at, rule_table=rule_table)
            number += 1


def _batches(stream: RowStream) -> Iterator[list[dict[str, Any]]]:
    arrow = importlib.import_module("pyarrow")
    parquet = importlib.import_module("pyarrow.parquet")
    try:
        file = parquet.ParquetFile(stream.stream)
        columns = [name for name in file.schema_arrow.names if name in ROW_MEMBERS]
        if len(set(columns)) != len(columns):
            problem = contradiction("a file has two columns of one name")
        elif file.metadata.num_rows != stream.rows:
            problem = incomplete(f"a file of {stream.rows} records holds {file.metadata.num_rows}")
        else:
            for batch in file.iter_batches(batch_size=_PARQUET_ROWS, columns=columns):
                yield batch.to_pylist()
            return
    except (arrow.ArrowException, OSError, ValueError, ArithmeticError):
        # The last two: a cell that is no text in UTF-8, or no day or time of any calendar.
        problem = contradiction("a file is no parquet file, or holds what cannot be read")
    raise problem


def _plain(value: object) -> object:
    """Return a cell as JSON would hold it."""
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value
