"""The open interface's change feed, and the snapshots to begin from."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import BinaryIO, Final, cast
from urllib.parse import urlsplit

from chengxin.clock import Clock
from chengxin.errors import ConfigurationError, UnknownReason, UnusableAnswer
from chengxin.records import Change, CreditAnswer, RuleTable
from chengxin.sources.caller import Caller
from chengxin.sources.download import fetch_file, request_for
from chengxin.sources.snapshot import NDJSON, PARQUET, RowStream, answers_of_streams, can_read
from chengxin.sources.source import ChangeBatch, Manifest, SnapshotFile
from chengxin.sources.staging import laying_aside
from chengxin.transport import Deadline, Lane, Origin, Request
from chengxin.wire import (
    MOST_CHANGES,
    Answer,
    WireChanges,
    WireFile,
    WireManifest,
    contradiction,
    decode_changes,
    decode_manifest,
    read_change,
)

_BASE: Final = "/open-api/v1"
_MARGIN_SECONDS: Final = 2.0
"""What an answer takes beyond the wait for a first change."""
_LONGEST_WAIT_SECONDS: Final = 60.0
_PORTS: Final = {"http": 80, "https": 443}
_LOG: Final = logging.getLogger(__name__)


class OpenApiFeed:
    """Reads the change feed and the snapshots of the open interface.

    Args:
        caller: asks the source.
        clock: time.
        name: name of the source in answers.
        base_url: base URL of the source, by which a manifest may name its files; None where by path alone.
        rule_table: bounds records whose end the source leaves out.
    """

    __slots__ = ("_caller", "_clock", "_name", "_origin", "_rule_table")

    def __init__(
        self, caller: Caller, *, clock: Clock, name: str, base_url: str | None, rule_table: RuleTable
    ) -> None:
        self._caller = caller
        self._clock = clock
        self._name = name
        self._origin = None if base_url is None else Origin.parse(base_url)
        self._rule_table = rule_table

    def fetch_changes(
        self, cursor: str | None, *, limit: int, wait_seconds: float, deadline: Deadline
    ) -> ChangeBatch:
        """Fetch what follows a cursor.

        Args:
            cursor: where to go on; None begins at now.
            limit: most changes to fetch.
            wait_seconds: how long the source may wait for a first change; cut so that the answer is in time.
            deadline: covers all of it.

        Raises:
            CursorTooOld: what follows is forgotten.
            SourceError: it could not be fetched.
            ValueError: the limit is not between 1 and 5,000, or the wait is negative.
        """
        if not 1 <= limit <= MOST_CHANGES or not wait_seconds >= 0:
            raise ValueError(f"A piece of the feed has 1 to {MOST_CHANGES} changes and a wait of 0 or more.")

        def exchange() -> ChangeBatch:
            at = self._clock.now()
            room = max(0.0, deadline.remaining() - _MARGIN_SECONDS)
            wait = int(min(wait_seconds, room, _LONGEST_WAIT_SECONDS))
            begun = () if cursor is None else (("cursor", cursor),)
            query = (*begun, ("limit", str(limit)), ("wait", str(wait)))
            request = Request(method="GET", path=f"{_BASE}/changes", query=query)
            piece = decode_changes(self._caller.send(request, deadline=deadline), cursor=cursor)
            return ChangeBatch(changes=tuple(_read(piece)), cursor=piece.cursor, more=piece.more, at=at)

        return self._caller.run(exchange, deadline=deadline, lane=Lane.REFRESH, interface="changes")

    def fetch_manifest(self, *, deadline: Deadline) -> Manifest:
        """Fetch what the latest snapshot consists of; of several formats, the one that is read here.

        Raises:
            SourceError: it could not be fetched.
            ConfigurationError: it is in a format that cannot be read here.
        """
        request = Request(method="GET", path=f"{_BASE}/snapshots/latest")

        def read(answer: Answer) -> WireManifest:
            return decode_manifest(answer, at=self._clock.now())

        found = self._caller.ask(request, read, deadline=deadline, lane=Lane.REFRESH, interface="snapshots")
        return Manifest(
            snapshot_id=found.snapshot_id,
            data_date=found.data_date,
            cursor=str(found.seq) if found.cursor is None else found.cursor,
            seq=found.seq,
            files=tuple(self._file(file) for file in _readable(found)),
        )

    def read_snapshot(
        self, manifest: Manifest, *, deadline: Callable[[], Deadline]
    ) -> Iterator[CreditAnswer]:
        """Yield one complete answer for each subject of a snapshot; see ``ChangeFeed.read_snapshot``.

        Its files lie without a name on this machine's disk, readable by this process alone, until the iterator ends
        or is closed.
        """
        at = self._clock.now()
        with laying_aside(), ExitStack() as stack:
            streams = []
            for file in manifest.files:
                into = cast("BinaryIO", stack.enter_context(TemporaryFile(prefix="chengxin-")))
                fetch_file(self._caller, file, into, deadline=deadline)
                streams.append(RowStream(stream=into, format=file.format, rows=file.rows))
            yield from answers_of_streams(
                streams,
                source=self._name,
                snapshot_id=manifest.snapshot_id,
                data_date=manifest.data_date,
                at=at,
                rule_table=self._rule_table,
            )

    def _file(self, file: WireFile) -> SnapshotFile:
        location = self._location(file.url)
        request_for(location)
        return SnapshotFile(
            location=location,
            format=file.format,
            rows=file.rows,
            size_bytes=file.size_bytes,
            sha256=file.sha256,
        )

    def _location(self, url: str) -> str:
        """Return the path of a file at the source; a file on another host is refused."""
        if url.startswith("/") and not url.startswith("//"):
            return url
        try:
            parts = urlsplit(url)
            place = (parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme))
        except ValueError:
            raise contradiction("a file of the snapshot is nowhere that can be asked for") from None
        here = self._origin
        if (
            here is None
            or place != (here.scheme, here.host, here.port or _PORTS[here.scheme])
            or "@" in parts.netloc
        ):
            raise UnusableAnswer(
                "The snapshot names a file on another host than the source's own, which is not asked. "
                "Where it is the source's own, set the source's base URL to the one that the file names.",
                reason=UnknownReason.SCHEMA_DRIFT,
            )
        return parts.path + (f"?{parts.query}" if parts.query else "")


def _read(piece: WireChanges) -> Iterator[Change]:
    for row in piece.changes:
        change = read_change(row)
        if change.code is None:
            # What stands there in place of a code may be a person's number.
            _LOG.warning(
                "Change %d of the feed names no lawful code; nothing is held of its subject.", row.seq
            )
        yield change


def _readable(manifest: WireManifest) -> tuple[WireFile, ...]:
    for form in (NDJSON, PARQUET):
        files = manifest.files_of(form)
        if files and can_read(form):
            return files
    raise ConfigurationError(
        "The snapshot comes in no format that can be read here. Install chengxin[parquet] where it is parquet."
    )
