"""The seam to public sources of credit status."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chengxin.errors import SourceError
from chengxin.identifiers import Uscc
from chengxin.records import Change, CreditAnswer
from chengxin.transport import Deadline, Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A complete answer and how long its source allows it to be kept.

    Attributes:
        answer: the answer.
        asked_at: the instant before the first request of it was sent, aware UTC.
        max_age_seconds: how long the source allows it to be kept.
        etag: what to give as ``known`` to have it renewed without a body; None where the source has none.
        ahead_seconds: how far the source's clock was ahead of ours, negative where behind; None where it is not known.
    """

    answer: CreditAnswer
    asked_at: datetime
    max_age_seconds: float
    etag: str | None = None
    ahead_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The source says that what is known is what it would answer.

    Attributes:
        asked_at: the instant before the request was sent, aware UTC.
        max_age_seconds: how long the source allows the answer to be kept from then on.
        etag: the same as was given.
        ahead_seconds: how far the source's clock was ahead of ours; None where it is not known.
    """

    asked_at: datetime
    max_age_seconds: float
    etag: str
    ahead_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """A window of maintenance that a source has announced, aware UTC."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """What a source says of itself.

    Attributes:
        source: name of the source.
        data_date: instant up to which its data goes, aware UTC.
        lag_seconds: how far its data is behind, in its own measure.
        maintenance: announced windows.
    """

    source: str
    data_date: datetime
    lag_seconds: float
    maintenance: tuple[Maintenance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeBatch:
    """A piece of a source's change feed.

    Attributes:
        changes: in the order of their ``seq``, as they came: one that came before may come again.
        cursor: where to go on.
        more: whether more is there at once.
        at: the instant before it was asked for, aware UTC: up to then the feed is known to the end, unless ``more``.
    """

    changes: tuple[Change, ...]
    cursor: str
    more: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotFile:
    """One file of a snapshot.

    Attributes:
        location: where it is: a path at the source, or of this machine.
        format: ``ndjson.gz`` or ``parquet``.
        rows: how many records it holds.
        size_bytes: how long it is.
        sha256: digest of its bytes, in hexadecimal.
    """

    location: str
    format: str
    rows: int
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a snapshot of all disclosed records consists of.

    Attributes:
        snapshot_id: the source's id of it.
        data_date: the instant whose records it holds, aware UTC.
        cursor: where to go on in the change feed.
        seq: number of the last change that is in it.
        files: its files, of one format; together they hold each record once.
    """

    snapshot_id: str
    data_date: datetime
    cursor: str
    seq: int
    files: tuple[SnapshotFile, ...]


class ChangeFeed(Protocol):
    """What a source tells of changes, in order, and the snapshots to begin from."""

    def fetch_changes(
        self, cursor: str | None, *, limit: int, wait_seconds: float, deadline: Deadline
    ) -> ChangeBatch:
        """Fetch what follows ``cursor``, waiting up to ``wait_seconds`` for a first change; None starts at now.

        Raises:
            CursorTooOld: what follows is forgotten.
            SourceError: it could not be fetched.
        """
        ...

    def fetch_manifest(self, *, deadline: Deadline) -> Manifest:
        """Fetch what the latest snapshot consists of.

        Raises:
            SourceError: it could not be fetched.
        """
        ...

    def read_snapshot(
        self, manifest: Manifest, *, deadline: Callable[[], Deadline]
    ) -> Iterator[CreditAnswer]:
        """Yield one complete answer for each subject of a snapshot, in bounded memory.

        Nothing is yielded before every file has arrived whole: a subject's records may lie apart. The answers
        hold no names of subjects, which snapshots do not carry, and no subject without records.

        Args:
            manifest: the snapshot to read.
            deadline: makes the deadline of each request.

        Raises:
            SourceError: it could not be read, or is not what its manifest says.
        """
        ...


class CreditSource(Protocol):
    """A public source of credit status.

    An implementation gives complete, validated answers or raises ``SourceError``; there is nothing between.
    """

    @property
    def name(self) -> str:
        """Name of the source, as it stands in statuses and ledgers; holds no secret."""
        ...

    @property
    def batch_size(self) -> int:
        """Most subjects of one ``fetch_credit_many``."""
        ...

    @property
    def feed(self) -> ChangeFeed | None:
        """The source's change feed; None where it has none."""
        ...

    def fetch_credit(
        self, code: Uscc, *, deadline: Deadline, lane: Lane = Lane.DECISION, known: str | None = None
    ) -> Fetched | Unchanged:
        """Fetch all that is disclosed of one subject.

        Args:
            code: whom to ask for.
            deadline: covers all requests of it.
            lane: what the question is for.
            known: ``etag`` of an answer that is known; only where it is given may the result be ``Unchanged``.

        Raises:
            SourceError: no complete, valid answer could be had within the deadline.
        """
        ...

    def fetch_credit_many(
        self, codes: Sequence[Uscc], *, deadline: Deadline, lane: Lane = Lane.BULK
    ) -> list[Fetched | SourceError]:
        """Fetch up to ``batch_size`` subjects; one row for each, in order, errors in their row.

        Raises:
            SourceError: the source refused or failed the request as a whole.
        """
        ...

    def fetch_health(self, *, deadline: Deadline) -> SourceHealth:
        """Fetch what the source says of itself.

        Raises:
            SourceError: it could not be asked.
        """
        ...

    def close(self) -> None:
        """Give back connections."""
        ...
