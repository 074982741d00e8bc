"""The memory tier: what this process knows of subjects."""

from __future__ import annotations

from datetime import UTC, datetime

from chengxin.cache.expiring import ExpiringMap, Held
from chengxin.cache.freshness import Entry
from chengxin.records import CreditStatus


class MemoryTier:
    """Entries of one process, by code; no lock and no I/O on a hit.

    When a status passes its end, its entry shows the next view of itself without asking anybody, and the
    records that are no longer disclosed are dropped from memory.

    Args:
        max_entries: most entries held.
    """

    def __init__(self, *, max_entries: int = 100_000) -> None:
        self._map: ExpiringMap[str, CreditStatus] = ExpiringMap(max_entries=max_entries)
        self.get = self._map.get
        """Return the status of a code that is shown at ``Clock.epoch()``, or None where nothing fresh is held."""

    def put(self, code: str, entry: Entry, at: datetime) -> CreditStatus:
        """Keep a fresh entry and return what it shows at ``at``."""
        held = _hold(entry, at)
        self._map.put(code, held, at.timestamp())
        return held.value

    def remove(self, code: str) -> None:
        """Forget an entry, if there is one."""
        self._map.remove(code)

    def __len__(self) -> int:
        return len(self._map)


def _hold(entry: Entry, at: datetime) -> Held[CreditStatus]:
    shown = entry.without_ended(at)
    status = shown.show(at)

    def renew(later: float) -> Held[CreditStatus] | None:
        instant = datetime.fromtimestamp(later, UTC)
        return _hold(shown, instant) if shown.is_fresh(instant) else None

    return Held(status, status.valid_until.timestamp(), renew)
