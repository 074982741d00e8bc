"""Platform facts for who must not wait: pledges as they were read a moment ago, and what they come to now."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from chengxin.clock import Clock
from chengxin.errors import StoreError
from chengxin.policy import PlatformFacts
from chengxin.procedure.pledge import Commitment, Declaration
from chengxin.services.pledges import Pledges

_log: Final = logging.getLogger("chengxin.pledges")


@dataclass(frozen=True, slots=True)
class _Kept:
    commitments: list[Commitment]
    declarations: list[Declaration]
    until: float


class FactsAtHand:
    """Gives the platform facts of merchants in time, for guards and pages.

    What was read of pledges is kept for a moment. Where the database does not answer within the budget, what was read
    last goes on (invariant I9): each pledge in it still begins and ends at its own instants. Who decides about measures
    reads the database instead, see ``Pledges.facts_for``.

    Args:
        pledges: reads pledges.
        own: what the platform knows of a merchant by itself.
        clock: time.
        kept_seconds: how long what was read is used without reading again.
        budget_seconds: longest time to wait for the database.
        most_kept: of how many merchants it is kept.
    """

    def __init__(
        self,
        pledges: Pledges,
        own: Callable[[str], PlatformFacts],
        *,
        clock: Clock,
        kept_seconds: float = 1.0,
        budget_seconds: float = 0.05,
        most_kept: int = 100_000,
    ) -> None:
        self._pledges = pledges
        self._own = own
        self._clock = clock
        self._kept_seconds = kept_seconds
        self._budget_seconds = budget_seconds
        self._most_kept = most_kept
        self._kept: dict[str, _Kept] = {}
        self._lock = Lock()

    def __call__(self, code: str) -> PlatformFacts:
        """Return the facts of a merchant now.

        Args:
            code: unified social credit code in its normal form.
        """
        kept = self._kept.get(code)
        if kept is None or self._clock.monotonic() >= kept.until:
            kept = self._read(code, kept)
        return self._pledges.facts_of(kept.commitments, kept.declarations, own=self._own(code))

    def _read(self, code: str, last: _Kept | None) -> _Kept:
        try:
            commitments, declarations = self._pledges.of(code, deadline_seconds=self._budget_seconds)
        except Exception as fault:  # noqa: BLE001  # a row that cannot be read is no reason to fail the host (I9)
            said = fault.code if isinstance(fault, StoreError) else type(fault).__qualname__
            _log.warning("pledges could not be read; what was read last goes on: %s", said)
            commitments, declarations = ([], []) if last is None else (last.commitments, last.declarations)
        kept = _Kept(commitments, declarations, self._clock.monotonic() + self._kept_seconds)
        with self._lock:
            self._kept.pop(code, None)
            self._kept[code] = kept
            while len(self._kept) > self._most_kept:
                del self._kept[next(iter(self._kept))]
        return kept
