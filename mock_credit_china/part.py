"""The files of a snapshot, written row by row and never held in memory whole."""

import hashlib
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from mock_credit_china.envelope import encode
from mock_credit_china.record import Record

Format = Literal["ndjson.gz", "parquet"]
FORMATS: tuple[Format, ...] = ("ndjson.gz", "parquet")
"""The formats a snapshot can be written in."""

CONTENT_TYPES: Mapping[str, str] = {
    "ndjson.gz": "application/gzip",
    "parquet": "application/vnd.apache.parquet",
}
_LINES_AT_ONCE = 1000
_ROWS_AT_ONCE = 20_000
_COLUMNS = (
    "tyshxydm",
    "recId",
    "version",
    "catalog",
    "severity",
    "state",
    "publishedOn",
    "disclosedUntil",
    "fields",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFile:
    """One finished file, as the manifest lists it."""

    path: Path
    format: Format
    rows: int
    bytes: int
    sha256: str


class PartWriter(Protocol):
    """Takes rows until it is closed."""

    def write(self, code: str, record: Record) -> None:
        """Add one record."""
        ...

    def close(self) -> PartFile:
        """Finish the file and measure it."""
        ...


def open_part(path: Path, kind: Format) -> PartWriter:
    """Begin a file of a format."""
    return _WRITERS[kind](path)


class NdjsonPart:
    """One JSON object a line, gzip without a time in its header: equal rows give equal bytes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("wb")
        self._gzip = zlib.compressobj(level=1, wbits=31)
        self._digest = hashlib.sha256()
        self._lines: list[bytes] = []
        self._rows = self._bytes = 0

    def write(self, code: str, record: Record) -> None:
        """Add one record; a severity that is absent leaves no member behind."""
        ends_on = record.disclosed_until
        row: dict[str, Any] = {
            "tyshxydm": code,
            "recId": record.rec_id,
            "version": record.version,
            "catalog": record.catalogue,
            "severity": record.severity,
            "state": record.state,
            "publishedOn": record.published_on.isoformat(),
            "disclosedUntil": ends_on.isoformat() if ends_on else None,
            "fields": record.fields,
        }
        if record.severity is None:
            del row["severity"]
        self._lines.append(encode(row))
        self._rows += 1
        if len(self._lines) >= _LINES_AT_ONCE:
            self._flush()

    def close(self) -> PartFile:
        """Finish the file."""
        self._flush()
        self._put(self._gzip.flush())
        self._file.close()
        return PartFile(
            path=self._path,
            format="ndjson.gz",
            rows=self._rows,
            bytes=self._bytes,
            sha256=self._digest.hexdigest(),
        )

    def _flush(self) -> None:
        if self._lines:
            self._put(self._gzip.compress(b"\n".join(self._lines) + b"\n"))
            self._lines.clear()

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)
        self._bytes += len(data)


class ParquetPart:
    """The same columns in Parquet, ``fields`` as a JSON text, an absent severity as null."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa  # type: ignore[import-untyped]  # noqa: PLC0415 - only this format needs it
        import pyarrow.parquet as pq  # type: ignore[import-untyped]  # noqa: PLC0415

        self._path = path
        self._table = pa.table
        self._schema = pa.schema(
            [(name, pa.int32() if name == "version" else pa.string()) for name in _COLUMNS]
        )
        self._writer = pq.ParquetWriter(path, self._schema)
        self._columns: tuple[list[Any], ...] = tuple([] for _ in _COLUMNS)
        self._rows = 0

    def write(self, code: str, record: Record) -> None:
        """Add one record."""
        ends_on = record.disclosed_until
        row = (
            code,
            record.rec_id,
            record.version,
            str(record.catalogue),
            None if record.severity is None else str(record.severity),
            str(record.state),
            record.published_on.isoformat(),
            ends_on.isoformat() if ends_on else None,
            encode(record.fields).decode(),
        )
        for column, value in zip(self._columns, row, strict=True):
            column.append(value)
        self._rows += 1
        if self._rows % _ROWS_AT_ONCE == 0:
            self._flush()

    def close(self) -> PartFile:
        """Finish the file."""
        self._flush()
        self._writer.close()
        with self._path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return PartFile(
            path=self._path,
            format="parquet",
            rows=self._rows,
            bytes=self._path.stat().st_size,
            sha256=digest,
        )

    def _flush(self) -> None:
        if self._columns[0]:
            columns = dict(zip(_COLUMNS, self._columns, strict=True))
            self._writer.write_table(self._table(columns, schema=self._schema))
            for column in self._columns:
                column.clear()


_WRITERS: Mapping[Format, Callable[[Path], PartWriter]] = {"ndjson.gz": NdjsonPart, "parquet": ParquetPart}
