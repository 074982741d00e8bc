"""One file of a snapshot, fetched in pieces and checked against its manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import BinaryIO, Final
from urllib.parse import parse_qsl

from chengxin.errors import SourceError, UnknownReason
from chengxin.sources.caller import Caller
from chengxin.sources.source import SnapshotFile
from chengxin.sources.staging import laying_aside
from chengxin.transport import Deadline, Lane, Request
from chengxin.wire import Piece, contradiction, decode_piece, incomplete

PIECE_BYTES: Final = 4 * 1024 * 1024
_SMALLEST_PIECE: Final = 64 * 1024
_READ_BYTES: Final = 1024 * 1024
_MOST_FAILURES: Final = 4
"""Pieces in a row that may fail, each after its retries, before the file is given up."""
_MAY_PASS: Final = frozenset(
    {
        UnknownReason.TIMEOUT,
        UnknownReason.UNREACHABLE,
        UnknownReason.SOURCE_FAULT,
        UnknownReason.INCOMPLETE,
    }
)


def request_for(location: str, headers: dict[str, str] | None = None) -> Request:
    """Return the request for a file.

    Raises:
        UnusableAnswer: the location is no path in its one spelling.
    """
    path, _, query = location.partition("?")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
        return Request(method="GET", path=path, query=tuple(pairs), headers=headers or {})
    except ValueError:
        problem = contradiction("a file of the snapshot is nowhere that can be asked for")
    raise problem


def fetch_file(
    caller: Caller,
    file: SnapshotFile,
    into: BinaryIO,
    *,
    deadline: Callable[[], Deadline],
    piece_bytes: int = PIECE_BYTES,
) -> None:
    """Write a whole file, and leave it at its beginning.

    What has come stays when a piece fails; the next one is asked for from there, and made smaller where the
    source is too slow for it.

    Args:
        caller: asks the source.
        file: what to fetch.
        into: where to write it, empty.
        deadline: makes the deadline of each piece.
        piece_bytes: size of a piece at first.

    Raises:
        SourceError: it did not come, or is not what its manifest says.
    """
    etag: str | None = None
    done = failures = 0
    while done < file.size_bytes:
        most = min(piece_bytes, file.size_bytes - done)
        try:
            piece = _fetch_piece(caller, file, start=done, most=most, etag=etag, deadline=deadline())
        except SourceError as error:
            failures += 1
            if failures >= _MOST_FAILURES or error.reason not in _MAY_PASS:
                raise
            piece_bytes = max(min(piece_bytes, _SMALLEST_PIECE), piece_bytes // 2)
            continue
        failures = 0
        with laying_aside():
            if piece.whole:
                into.seek(0)
                done = 0
            into.write(piece.data)
        done += len(piece.data)
        etag = piece.etag
    with laying_aside():
        _verify(file, into)


def _fetch_piece(
    caller: Caller, file: SnapshotFile, *, start: int, most: int, etag: str | None, deadline: Deadline
) -> Piece:
    headers = {"accept-encoding": "identity", "range": f"bytes={start}-{start + most - 1}"}
    if etag is not None:
        headers["if-range"] = etag
    return caller.ask(
        request_for(file.location, headers),
        lambda answer: decode_piece(answer, start=start, most=most, size=file.size_bytes),
        deadline=deadline,
        lane=Lane.REFRESH,
        interface="snapshots",
    )


def _verify(file: SnapshotFile, into: BinaryIO) -> None:
    into.seek(0)
    digest = hashlib.sha256()
    while data := into.read(_READ_BYTES):
        digest.update(data)
    if digest.hexdigest() != file.sha256:
        raise incomplete("a file of the snapshot does not have the digest that its manifest names")
    into.seek(0)
