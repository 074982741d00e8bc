"""Records of a snapshot, laid aside by subject in a temporary file until all of them are there.

The file has no name: it is SQLite's own temporary database, readable by this process alone and gone with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from datetime import date
from itertools import groupby
from operator import itemgetter
from types import TracebackType
from typing import Any, Final, Self

from pydantic_core import from_json, to_json

from chengxin.errors import UnknownReason, UnusableAnswer
from chengxin.records import (
    Anomaly,
    CommendationDetail,
    CommitmentDetail,
    Detail,
    DisclosurePeriod,
    DisclosureStatus,
    EvaluationDetail,
    LicenceDetail,
    ListingDetail,
    OtherDetail,
    PenaltyDetail,
    Record,
    RecordKind,
    Severity,
)

_BATCH: Final = 2000
_DETAILS: Final = (
    PenaltyDetail,
    LicenceDetail,
    ListingDetail,
    CommendationDetail,
    CommitmentDetail,
    EvaluationDetail,
    OtherDetail,
)
_FIELDS: Final[dict[type[Detail], tuple[str, ...]]] = {
    kind: tuple(field.name for field in fields(kind)) for kind in _DETAILS
}
# Fields that end in _on are China dates, everywhere in this house.
_DAYS: Final = {
    kind: tuple(name for name in names if name.endswith("_on")) for kind, names in _FIELDS.items()
}
_NUMBERS: Final[dict[type[Detail], int]] = {kind: number for number, kind in enumerate(_DETAILS)}


@contextmanager
def laying_aside() -> Iterator[None]:
    """Turn what the disk of this machine refuses into an error of ours.

    Raises:
        UnusableAnswer: it is full, or fails; the source is not to blame, and nothing of its answer is used.
    """
    try:
        yield
    except (sqlite3.Error, OSError) as refused:
        problem = type(refused).__name__
    else:
        return
    raise UnusableAnswer(
        f"The snapshot could not be laid aside on this machine ({problem}). Nothing of it is used. "
        "Give the directory of temporary files (TMPDIR) room for it.",
        reason=UnknownReason.INCOMPLETE,
    )


class Staging:
    """Takes rows in any order and gives them back by subject, in bounded memory.

    Raises:
        UnusableAnswer: by any operation, where the disk is full or fails.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[str, str, bytes]] = []
        with laying_aside(), ExitStack() as stack:
            self._connection = sqlite3.connect("", isolation_level=None)
            stack.callback(self._connection.close)
            self._connection.executescript(
                "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-32768; PRAGMA temp_store=FILE;"
                "CREATE TABLE staged (code TEXT NOT NULL, record_id TEXT NOT NULL, packed BLOB NOT NULL); BEGIN;"
            )
            stack.pop_all()

    def add(self, code: str, record_id: str, record: Record | None, anomalies: Sequence[Anomaly]) -> None:
        """Lay one row aside."""
        self._waiting.append((code, record_id, _pack(record, anomalies)))
        if len(self._waiting) >= _BATCH:
            self._flush()

    def has_each_once(self) -> bool:
        """Tell, when all rows are there, whether no subject has a record twice."""
        self._flush()
        with laying_aside():
            try:
                self._connection.execute("CREATE UNIQUE INDEX place ON staged (code, record_id)")
            except sqlite3.IntegrityError:
                return False
        return True

    def subjects(self) -> Iterator[tuple[str, tuple[Record, ...], tuple[Anomaly, ...]]]:
        """Yield code, records and anomalies of each subject, in the order of the codes."""
        for code, group in groupby(self._rows(), key=itemgetter(0)):
            records: list[Record] = []
            anomalies: list[Anomaly] = []
            for _, packed in group:
                record, found = _unpack(packed)
                anomalies.extend(found)
                if record is not None:
                    records.append(record)
            yield code, tuple(records), tuple(anomalies)

    def close(self) -> None:
        """Delete all that was laid aside."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _rows(self) -> Iterator[tuple[str, bytes]]:
        with laying_aside():
            yield from self._connection.execute("SELECT code, packed FROM staged ORDER BY code, record_id")

    def _flush(self) -> None:
        with laying_aside():
            self._connection.executemany("INSERT INTO staged VALUES (?, ?, ?)", self._waiting)
        self._waiting.clear()


def _pack(record: Record | None, anomalies: Sequence[Anomaly]) -> bytes:
    reported = [(anomaly.code, anomaly.record_id) for anomaly in anomalies]
    if record is None:
        return to_json((None, reported))
    detail, period = record.detail, record.period
    values = (
        record.record_id,
        record.version,
        record.kind,
        record.catalogue,
        record.severity,
        record.severity_text,
        record.status,
        period.start_on,
        period.end_on,
        period.inferred,
        record.data_source,
        _NUMBERS[type(detail)],
        [getattr(detail, name) for name in _FIELDS[type(detail)]],
    )
    return to_json((values, reported))


def _unpack(packed: bytes) -> tuple[Record | None, list[Anomaly]]:
    values, reported = from_json(packed)
    anomalies = [Anomaly(code=code, record_id=record_id) for code, record_id in reported]
    if values is None:
        return None, anomalies
    record_id, version, kind, catalogue, severity, severity_text, status, *rest = values
    start_on, end_on, inferred, data_source, number, found = rest
    record = Record(
        record_id=record_id,
        version=version,
        kind=RecordKind(kind),
        catalogue=catalogue,
        severity=None if severity is None else Severity(severity),
        severity_text=severity_text,
        status=DisclosureStatus(status),
        period=DisclosurePeriod(
            start_on=date.fromisoformat(start_on),
            end_on=None if end_on is None else date.fromisoformat(end_on),
            inferred=inferred,
        ),
        data_source=data_source,
        detail=_unpack_detail(_DETAILS[number], found),
    )
    return record, anomalies


def _unpack_detail(kind: type[Detail], values: list[Any]) -> Detail:
    members: dict[str, Any] = dict(zip(_FIELDS[kind], values, strict=True))
    for name in _DAYS[kind]:
        if members[name] is not None:
            members[name] = date.fromisoformat(members[name])
    return kind(**members)
