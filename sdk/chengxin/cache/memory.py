"""The memory tier: what this process knows, with a hit path that takes no lock and does no I/O."""

from __future__ import annotations

import heapq
import threading
from datetime import datetime

from chengxin.cache.freshness import Entry
from chengxin.errors import ConfigurationError
from chengxin.records import CreditStatus


class _Held:
    """An entry with the status it shows now; replaced as a whole, so readers need no lock."""

    __slots__ = ("entry", "status", "valid_until")

    def __init__(self, entry: Entry, at: datetime) -> None:
        self.entry = entry.without_ended(at)
        self.status = self.entry.show(at)
        self.valid_until = self.status.valid_until


class MemoryTier:
    """Entries of one process, by code.

    A hit is one dictionary probe and one comparison. When a status passes its end, the entry shows the next
    view of itself without asking anybody, and what is no longer disclosed is dropped from memory; entries that
    nobody asks for are swept when another is stored. Beyond ``max_entries`` the entry stored longest ago goes.

    ``at`` comes from one clock that never steps back.

    Args:
        max_entries: most entries held.
    """

    def __init__(self, *, max_entries: int = 100_000) -> None:
        if max_entries < 1:
            raise ConfigurationError(
                f"max_entries is {max_entries}; the memory tier holds at least one entry."
            )
        self._max_entries = max_entries
        self._held: dict[str, _Held] = {}
        self._changes: list[tuple[datetime, str]] = []
        self._lock = threading.Lock()

    def get(self, code: str, at: datetime) -> CreditStatus | None:
        """Return the status that is shown at ``at``, or None where nothing fresh is held."""
        held = self._held.get(code)
        if held is None:
            return None
        if at < held.valid_until:
            return held.status
        with self._lock:
            return self._turn(code, at)

    def put(self, code: str, entry: Entry, at: datetime) -> CreditStatus:
        """Keep an entry and return what it shows at ``at``."""
        held = _Held(entry, at)
        with self._lock:
            self._held.pop(code, None)
            self._held[code] = held
            heapq.heappush(self._changes, (held.valid_until, code))
            self._sweep(at)
            while len(self._held) > self._max_entries:
                del self._held[next(iter(self._held))]
        return held.status

    def remove(self, code: str) -> None:
        """Forget an entry, if there is one."""
        with self._lock:
            self._held.pop(code, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()
            self._changes.clear()

    def __len__(self) -> int:
        return len(self._held)

    def _turn(self, code: str, at: datetime) -> CreditStatus | None:
        """Bring one entry to its view of ``at``, or drop it; the lock is held."""
        held = self._held.get(code)
        if held is None:
            return None
        if at < held.valid_until:
            return held.status
        if not held.entry.is_fresh(at):
            del self._held[code]
            return None
        turned = self._held[code] = _Held(held.entry, at)
        heapq.heappush(self._changes, (turned.valid_until, code))
        return turned.status

    def _sweep(self, at: datetime) -> None:
        while self._changes and self._changes[0][0] <= at:
            _, code = heapq.heappop(self._changes)
            self._turn(code, at)
