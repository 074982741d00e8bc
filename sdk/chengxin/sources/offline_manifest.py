"""What a snapshot on this machine consists of, read and checked before anything of it is used."""

from __future__ import annotations

import gzip
import hashlib
import importlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import unquote, urlsplit

from pydantic import ValidationError

from chengxin.errors import ConfigurationError, UnknownReason, UnusableAnswer
from chengxin.sources.snapshot import NDJSON, PARQUET, RowStream, can_read
from chengxin.wire import WireFile, WireManifest, contradiction, incomplete
from chengxin.wire.envelope import describe, read_json

_FORMATS: Final = (NDJSON, PARQUET)
_LARGEST_MANIFEST_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFile:
    """A file of a snapshot on this machine, so far not read.

    Attributes:
        path: where it is.
        format: ``ndjson.gz`` or ``parquet``.
        rows: how many records it is said to hold; None where nothing says so.
        size_bytes: how long it is said to be.
        sha256: what its bytes are said to digest to, in lower-case hexadecimal.
    """

    path: Path
    format: str
    rows: int | None = None
    size_bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSnapshot:
    """A snapshot on this machine.

    Attributes:
        snapshot_id: the source's id of it, or the name of its single file.
        data_date: the instant whose records it holds, aware UTC.
        files: its files, of one format.
    """

    snapshot_id: str
    data_date: datetime
    files: tuple[LocalFile, ...]


def format_of(path: Path) -> str | None:
    """Return the format that a file's name tells, or None for a manifest.

    Raises:
        ConfigurationError: the name tells neither.
    """
    for name in _FORMATS:
        if path.name.endswith(f".{name}"):
            return name
    if path.suffix != ".json":
        raise ConfigurationError(
            "A snapshot is given as its manifest (….json) or as a single file (….ndjson.gz, ….parquet)."
        )
    return None


def read_manifest(path: Path) -> LocalSnapshot:
    """Read a manifest as the source gives it, in its envelope or without; the files lie beside it.

    Raises:
        UnusableAnswer: it is none.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        text = file.read(_LARGEST_MANIFEST_BYTES)
    try:
        manifest = WireManifest.model_validate(_unwrapped(read_json(text)))
    except ValidationError as invalid:
        problem = describe(invalid)
    except (ValueError, RecursionError):
        problem = "it is no JSON text"
    else:
        return LocalSnapshot(
            snapshot_id=manifest.snapshot_id,
            data_date=manifest.data_date,
            files=_of_one_format(manifest.files, path.parent),
        )
    raise UnusableAnswer(
        f"The manifest of the snapshot does not have the agreed shape: {problem}. Nothing of it is used.",
        reason=UnknownReason.SCHEMA_DRIFT,
    )


def verify_file(file: LocalFile, stream: BufferedReader) -> RowStream:
    """Return an open file whose bytes are what its manifest says; without one, its rows are counted.

    The same open file is read afterwards: what takes its place meanwhile was not checked.

    Raises:
        UnusableAnswer: its bytes are others.
        OSError: it cannot be read.
    """
    if file.sha256 is not None:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if (stream.tell(), digest) != (file.size_bytes, file.sha256):
            raise incomplete("a file of the snapshot is not what its manifest says")
        stream.seek(0)
    rows = _count_rows(file.format, stream) if file.rows is None else file.rows
    stream.seek(0)
    return RowStream(stream=stream, format=file.format, rows=rows)


def _unwrapped(value: Any) -> Any:  # noqa: ANN401  # any JSON value
    return value["data"] if isinstance(value, dict) and "files" not in value and "data" in value else value


def _beside(file: WireFile, folder: Path) -> Path:
    """Return where a file is: beside its manifest, by the last name of its address."""
    try:
        name = unquote(urlsplit(file.url).path).rpartition("/")[2]
    except ValueError:
        name = ""
    if name in {"", ".", ".."} or "\x00" in name:
        raise contradiction("a file of the snapshot has no name")
    return folder / name


def _of_one_format(files: Sequence[WireFile], folder: Path) -> tuple[LocalFile, ...]:
    """Return the files of the first format that is here as a whole: each format holds every record once."""
    local: dict[str, list[LocalFile]] = {}
    for file in files:
        path = _beside(file, folder)
        local.setdefault(file.format, []).append(
            LocalFile(
                path=path,
                format=file.format,
                rows=file.rows,
                size_bytes=file.size_bytes,
                sha256=file.sha256,
            )
        )
    given = sorted(local, key=lambda name: (not can_read(name), name))
    whole = [name for name in given if all(file.path.is_file() for file in local[name])]
    return tuple(local[(whole or given)[0]])


def _count_rows(format_: str, stream: BinaryIO) -> int:
    if format_ == PARQUET and can_read(PARQUET):
        rows: int = importlib.import_module("pyarrow.parquet").read_metadata(stream).num_rows
        return rows
    try:
        with gzip.GzipFile(fileobj=stream, mode="rb") as lines:
            return sum(1 for _ in lines)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        problem = "a file of the snapshot is cut short, or no file of its format"
    raise incomplete(problem)
