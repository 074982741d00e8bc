"""The log of what was asked of the open interface. It holds no signature, no secret and no body."""

import threading
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mock_credit_china.listing import stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request; what was answered is filled in when it is.

    ``http`` and ``status`` stay empty while the request is being served, and where nothing was answered.
    """

    number: int
    at: datetime
    route: str
    method: str
    path: str
    query: str
    conditional: bool
    codes: tuple[str, ...] | None = None
    http: int | None = None
    status: int | None = None
    faults: tuple[str, ...] = ()

    @property
    def request_id(self) -> str:
        """The id the answer carries."""
        return f"mock-{self.number:08d}"

    def row(self) -> dict[str, Any]:
        """Write the entry."""
        return {
            "number": self.number,
            "requestId": self.request_id,
            "at": stamp(self.at),
            "route": self.route,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "conditional": self.conditional,
            **({"codes": list(self.codes)} if self.codes is not None else {}),
            "http": self.http,
            "status": self.status,
            "faults": list(self.faults),
        }


class Journal:
    """The last entries, oldest first. Numbers grow until the mock is reset."""

    def __init__(self, *, kept: int = 20_000) -> None:
        self._lock = threading.Lock()
        self._kept = kept
        self._order: deque[int] = deque()
        self._entries: dict[int, Entry] = {}
        self._number = 0

    def next_number(self) -> int:
        """Return the number of a request that has just come in."""
        with self._lock:
            self._number += 1
            return self._number

    def open(self, entry: Entry) -> None:
        """Enter a request that has just come in."""
        with self._lock:
            self._entries[entry.number] = entry
            self._order.append(entry.number)
            while len(self._order) > self._kept:
                self._entries.pop(self._order.popleft(), None)

    def note_codes(self, number: int, codes: tuple[str, ...]) -> None:
        """Fill in which codes a batch asks for, unless the log was cleared meanwhile."""
        with self._lock:
            if number in self._entries:
                self._entries[number] = replace(self._entries[number], codes=codes)

    def note_answer(self, number: int, *, http: int, status: int | None, faults: tuple[str, ...]) -> None:
        """Fill in what a request was answered, unless the log was cleared meanwhile."""
        with self._lock:
            if number in self._entries:
                self._entries[number] = replace(
                    self._entries[number], http=http, status=status, faults=faults
                )

    def rows(self) -> list[dict[str, Any]]:
        """Return all entries as they stand."""
        with self._lock:
            return [self._entries[number].row() for number in self._order]

    def clear(self) -> None:
        """Forget the entries; the numbers go on."""
        with self._lock:
            self._entries.clear()
            self._order.clear()

    def reset(self) -> None:
        """Forget the entries and number from one again."""
        with self._lock:
            self._entries.clear()
            self._order.clear()
            self._number = 0
