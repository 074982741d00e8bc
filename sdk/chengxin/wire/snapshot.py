"""A snapshot's shapes: what it consists of, the pieces of its files, and one row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError

from chengxin.errors import InvalidRecord, InvalidUscc
from chengxin.identifiers import Uscc
from chengxin.records import Anomaly, Record, RuleTable
from chengxin.wire.change import WireCursor
from chengxin.wire.envelope import (
    Answer,
    WireModel,
    contradiction,
    decode_answer,
    describe,
    drift,
    incomplete,
    read_json,
    wrong_subject,
)
from chengxin.wire.etag import parse_etag
from chengxin.wire.open_api import AHEAD, WireInstant, require_recent
from chengxin.wire.record import WireId, WireRecord, decode_record

_LARGEST: Final = 2**63 - 1
_MOST_FILES: Final = 10_000
_CONTENT_RANGE: Final = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})")
_PARTIAL: Final = 206
_WHOLE: Final = 200


class WireFile(WireModel):
    """One file of a snapshot."""

    url: str = Field(min_length=1, max_length=2048, pattern=r"^[\x21-\x7e]+$")
    format: str = Field(min_length=1, max_length=64)
    rows: int = Field(ge=0, le=_LARGEST)
    size_bytes: int = Field(alias="bytes", ge=0, le=_LARGEST)
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{64}$", to_lower=True)]


class WireManifest(WireModel):
    """What a snapshot consists of."""

    snapshot_id: WireId = Field(alias="snapshotId")
    data_date: WireInstant = Field(alias="dataDate")
    seq: int = Field(ge=0, le=_LARGEST)
    cursor: WireCursor | None = None
    files: Annotated[list[WireFile], Field(min_length=1, max_length=_MOST_FILES, fail_fast=True)]

    def files_of(self, format_: str) -> tuple[WireFile, ...]:
        """Return its files of one format."""
        return tuple(file for file in self.files if file.format == format_)


def decode_manifest(answer: Answer, *, at: datetime) -> WireManifest:
    """Return what a snapshot consists of, checked for contradictions.

    Args:
        answer: the answer.
        at: the present instant, aware UTC.

    Raises:
        SourceError: it is no manifest.
    """
    manifest = decode_answer(WireManifest, answer)
    require_past(manifest.data_date, at=at)
    require_recent(manifest.data_date, at=at)
    if len({file.url for file in manifest.files}) != len(manifest.files):
        raise drift("a file of the snapshot stands twice", answer)
    formats = {file.format for file in manifest.files}
    if len({sum(file.rows for file in manifest.files_of(form)) for form in formats}) != 1:
        raise drift("a snapshot whose formats hold different numbers of records", answer)
    return manifest


def require_past(data_date: datetime, *, at: datetime) -> None:
    """Refuse data of a day that has not come.

    Raises:
        UnusableAnswer: it is more than a day ahead.
    """
    if data_date > at + AHEAD:
        raise contradiction("its data is of a day that has not come")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Bytes of a file, and whether they are all of it.

    Attributes:
        data: the bytes.
        whole: whether the source gave the whole file instead of the range that was asked for.
        etag: strong validator of the file, where there is one.
    """

    data: bytes
    whole: bool
    etag: str | None


def decode_piece(answer: Answer, *, start: int, most: int, size: int) -> Piece:
    """Return the bytes that a range request got.

    Args:
        answer: the answer.
        start: first byte that was asked for.
        most: how many bytes were asked for.
        size: how long the whole file is.

    Raises:
        SourceError: it is a refusal, a wall or another range.
    """
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    wrapped = media_type in {"application/json", "text/html", "application/xhtml+xml"}
    if answer.http_status not in {_WHOLE, _PARTIAL} or wrapped:
        # What the source says instead of a file is in its envelope, or is none of its own.
        decode_answer(WireModel, answer)
        raise drift("an answer in place of a file", answer)
    if answer.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise drift("a file in a content coding that was not asked for", answer)
    etag = parse_etag(answer.headers.get("etag"))
    if answer.http_status == _WHOLE:
        if len(answer.body) != size:
            raise incomplete(f"a file of {size} bytes came with {len(answer.body)}")
        return Piece(data=answer.body, whole=True, etag=etag)
    match = _CONTENT_RANGE.fullmatch(answer.headers.get("content-range", "").strip())
    if match is None:
        raise drift("a part of a file that does not say which", answer)
    first, last, total = map(int, match.groups())
    if (
        (first, total) != (start, size)
        or last - first + 1 != len(answer.body)
        or not 0 < len(answer.body) <= most
    ):
        raise drift("another part of the file than the one asked for", answer)
    return Piece(data=answer.body, whole=False, etag=etag)


def _read_fields(value: object) -> object:
    return read_json(value.encode()) if isinstance(value, str) else value


class WireRow(WireRecord):
    """One row of a snapshot: a row of a listing, and whose."""

    tyshxydm: str = Field(min_length=1, max_length=64)
    fields: Annotated[dict[str, Any], BeforeValidator(_read_fields)]


ROW_MEMBERS: Final = frozenset(field.alias or name for name, field in WireRow.model_fields.items())
"""Members of a row that are read; all others are left behind."""


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """What one row of a snapshot says.

    Attributes:
        code: code of the subject; None where it is not lawful, so that nothing can be held of it.
        record_id: the source's id of the record.
        record: the record; None where it may not be shown.
        anomalies: what the source sent against its own rules.
    """

    code: str | None
    record_id: str
    record: Record | None
    anomalies: tuple[Anomaly, ...]


def decode_line(line: bytes, *, number: int, at: datetime, rule_table: RuleTable) -> SnapshotRow:
    """Return what a line of a file says.

    Args:
        line: one JSON object.
        number: which row it is, for the message.
        at: the instant of the answer, aware UTC.
        rule_table: bounds records whose end the source leaves out.

    Raises:
        UnusableAnswer: it is not as agreed, or contradicts itself.
    """
    try:
        value = read_json(line)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        return decode_row(value, number=number, at=at, rule_table=rule_table)
    raise contradiction(f"record {number} is no JSON object, or one that says a thing twice")


def decode_row(value: Mapping[str, Any], *, number: int, at: datetime, rule_table: RuleTable) -> SnapshotRow:
    """Return what a row says, by the rules of a listing's rows.

    Raises:
        UnusableAnswer: it is not as agreed, or contradicts itself.
    """
    try:
        row = WireRow.model_validate(value)
        code = _lawful(row.tyshxydm)
        party_code = row.party_code
        record, anomalies = decode_record(row, at=at, rule_table=rule_table)
    except ValidationError as invalid:
        problem = describe(invalid)
    except (InvalidRecord, RecursionError) as refused:
        problem = str(refused)
    else:
        if party_code not in (None, row.tyshxydm, code):
            raise wrong_subject()
        return SnapshotRow(code, row.record_id, record, anomalies)
    # Raised outside the handler: the error of the validation holds the input and must not travel along.
    raise contradiction(f"record {number}: {problem}")


def _lawful(text: str) -> str | None:
    try:
        return Uscc.parse(text).code
    except InvalidUscc:
        return None
