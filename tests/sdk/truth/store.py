"""The stores that processes share, one of each kind: what a walk needs of it beside the tiers themselves."""

from datetime import timedelta

from chengxin.cache.codec import decode
from chengxin.cache.local import LocalTier
from tests.sdk.truth.line import NearLine


class MemoryStore:
    """One process with several clients: they share the tier itself.

    Args:
        clock: time.
        grace: how long after its life an entry is kept.
    """

    line = NearLine

    def __init__(self, clock, grace: timedelta) -> None:
        self._tier = LocalTier(clock, source="truth", tenant="walk", grace=grace)
        self._saved = None

    def tier(self, slot: int):
        """Return the tier for a process that starts."""
        return self._tier

    def flush(self) -> None:
        """Lose all entries, and tell nobody."""
        self._tier._kept.clear()

    def save(self) -> None:
        """Remember how the store is."""
        self._saved = (list(self._tier.scan()), self._tier.read_mark())

    def roll_back(self) -> bool:
        """Be as it was, with all that was told since forgotten; tell whether anything was remembered."""
        if self._saved is None:
            return False
        rows, mark = self._saved
        self._tier._kept.clear()
        self._tier._start_over()
        self._tier.write_many(rows)
        self._tier._mark = mark
        return True

    def sweep(self) -> None:
        """Do what makes it erase what has ended: it is asked for something that it does not have."""
        self._tier.read("nobody")

    def held(self):
        """Yield all that lies in it, with its key."""
        kept = self._tier._kept
        for code in kept.keys():  # noqa: SIM118  # not a mapping
            body = kept.get(code, 0.0)
            yield code, decode(body, source="truth", tenant="walk")

    def close(self) -> None:
        """Give back what it holds."""


STORES = {"memory": MemoryStore}
"""What makes a store, by the kind of tier."""
