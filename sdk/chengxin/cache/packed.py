"""Many bodies in little room: pressed against what all of them say, each with an end of its own.

A status that is ready to be handed out takes well over a kilobyte, most of it objects and pointers. The same facts as
the bytes of the codec take some hundred, most of them names of the source, of kinds and of the day, which every body
repeats. Pressed against a sample that holds those already, what is left is what is particular to one subject.
"""

from __future__ import annotations

import dataclasses
import struct
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from chengxin.cache.codec import encode
from chengxin.cache.freshness import Entry
from chengxin.cache.turns import Turns
from chengxin.errors import ConfigurationError
from chengxin.identifiers import Uscc
from chengxin.lock import ProcessLock
from chengxin.records import (
    CreditAnswer,
    DisclosurePeriod,
    DisclosureStatus,
    PenaltyDetail,
    Record,
    RecordKind,
    Severity,
    Subject,
)

_LEVEL: Final = 6
_WINDOW_BITS: Final = -12
"""4 KiB and no check sum: bodies are short, and never leave the process."""
_MEMORY_LEVEL: Final = 8
_END: Final = struct.Struct("<d")
_NOBODY: Final = Uscc("91350100M000100Y43")
"""A lawful code that nobody holds."""
_COMMON: Final = (
    "人民政府局处委员会市场监督管理〔2026〕号《》第条罚款许可信用分公司市县区贸易商贸科技有限责任公司"
)


class Press:
    """Makes bodies of the codec small, and makes them again.

    Args:
        sample: what bodies are likely to say, the likeliest last.
    """

    def __init__(self, sample: bytes) -> None:
        self._sample = sample

    def press(self, body: bytes) -> bytes:
        """Return a body in less room."""
        pressing = zlib.compressobj(
            _LEVEL, zlib.DEFLATED, _WINDOW_BITS, _MEMORY_LEVEL, zlib.Z_DEFAULT_STRATEGY, self._sample
        )
        return pressing.compress(body) + pressing.flush()

    def restore(self, pressed: bytes) -> bytes:
        """Return the body that was pressed."""
        return zlib.decompressobj(_WINDOW_BITS, self._sample).decompress(pressed)


def make_press(*, source: str, tenant: str, at: datetime) -> Press:
    """Return a press for the entries of a source and a tenant. Its sample is made up: it holds nobody's facts.

    Args:
        source: name of the source.
        tenant: name of the platform.
        at: about when the entries are fetched; their dates begin alike.
    """
    today = at.date()
    record = Record(
        record_id="CF",
        version=1,
        kind=RecordKind.PENALTY,
        catalogue="行政处罚",
        severity=Severity.GENERAL,
        status=DisclosureStatus.SHOWN,
        period=DisclosurePeriod(start_on=today, end_on=today + timedelta(days=365)),
        data_source="市场监督管理局",
        detail=PenaltyDetail(
            decision_no=f"市监处罚〔{today.year}〕号",
            penalty_class="罚款",
            decided_on=today,
            authority="市场监督管理局",
        ),
    )
    answer = CreditAnswer(
        subject=Subject.of(_NOBODY, name=_COMMON, registration="存续"),
        registered=True,
        records=(),
        as_of=at.replace(minute=0, second=0, microsecond=0),
        source=source,
        snapshot_id=f"{at:%Y%m%d}-000001",
    )
    return Press(
        b"".join(
            encode(
                Entry(
                    answer=dataclasses.replace(answer, records=records),
                    fetched_at=at,
                    fresh_until=at + timedelta(hours=1),
                    followed_until=at + timedelta(days=1),
                    etag='"',
                ),
                source=source,
                tenant=tenant,
            )
            for records in ((record,), ())
        )
    )


class PackedMap:
    """Pressed bodies by key: one string each, which its end stands in front of.

    Beside the body a subject costs its key and a place in two lists: an ``ExpiringMap`` is for what is read in a
    fraction of a microsecond, and holds an object and numbers for each. What has ended is never handed out, and goes
    when it is asked for, and within a minute of its end when anything is read or put in. Beyond ``max_entries`` the
    body put in longest ago goes.

    Args:
        max_entries: most bodies kept.
        make_press: makes the press when the first body comes.
    """

    def __init__(self, *, max_entries: int, make_press: Callable[[], Press]) -> None:
        if max_entries < 1:
            raise ConfigurationError(f"max_entries is {max_entries}; at least one entry is held.")
        self._max_entries = max_entries
        self._make_press = make_press
        self._press: Press | None = None
        self._kept: dict[str, bytes] = {}
        self._turns: Turns[str] = Turns()
        self._lock = ProcessLock()

    def get(self, key: str, at: float) -> bytes | None:
        """Return the body that is kept at ``at``, in seconds since 1970, or None."""
        kept = self._kept.get(key)
        if kept is not None and at < _end_of(kept):
            return self._press_of_all().restore(kept[_END.size :])
        with self._lock:
            if kept is not None and self._kept.get(key) is kept:
                del self._kept[key]
            self._sweep(at)
        return None

    def pack(self, body: bytes, end: float) -> bytes:
        """Return a body in less room, with its end in seconds since 1970; the slow part of keeping it."""
        return _END.pack(end) + self._press_of_all().press(body)

    def put(self, key: str, packed: bytes, at: float) -> None:
        """Keep what was packed, unless it is over, in place of what was kept, and sweep what is over at ``at``."""
        end = _end_of(packed)
        with self._lock:
            self._kept.pop(key, None)
            if at < end:
                self._kept[key] = packed
                self._turns.list(key, end)
            if self._turns.is_crowded(len(self._kept)):
                self._list_anew()
            self._sweep(at)
            while len(self._kept) > self._max_entries:
                del self._kept[next(iter(self._kept))]

    def remove(self, key: str) -> None:
        """Drop a body, if it is kept."""
        with self._lock:
            self._kept.pop(key, None)

    def clear(self) -> None:
        """Drop all bodies."""
        with self._lock:
            self._kept.clear()
            self._list_anew()

    def keys(self) -> list[str]:
        """Return the keys of what is kept, some of it perhaps past its end."""
        with self._lock:
            return list(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def _press_of_all(self) -> Press:
        press = self._press
        if press is None:
            with self._lock:
                press = self._press = self._press or self._make_press()
        return press

    def _list_anew(self) -> None:
        self._turns = Turns()
        for key, kept in self._kept.items():
            self._turns.list(key, _end_of(kept))

    def _sweep(self, at: float) -> None:
        for key in self._turns.over(at):
            kept = self._kept.get(key)
            if kept is not None and _end_of(kept) <= at:
                del self._kept[key]


def _end_of(kept: bytes) -> float:
    end: float = _END.unpack_from(kept)[0]
    return end
