"""Whose turn it is to ask the source, among all processes that share a tier."""

from __future__ import annotations

import hashlib
import logging
import secrets
from typing import Final

from chengxin.cache import CacheTier
from chengxin.errors import TierUnavailable
from chengxin.identifiers import Uscc
from chengxin.services.fault import Failure
from chengxin.transport import Lane

_PATIENCE: Final = 3
"""So often a tier is asked for a turn before it counts as away: a busy one answers the next time."""

_log: Final = logging.getLogger("chengxin.lookup")


def away(raised: Exception) -> None:
    """Take note that the tier is out of reach: a tier of somebody else's may raise anything to say so."""
    if not isinstance(raised, TierUnavailable):
        _log.error("the shared cache failed with %s", type(raised).__qualname__)


class Turn:
    """Whose turn it is, among all processes, to ask for one subject, and how the last turn failed."""

    __slots__ = ("_board", "_life", "_name", "_owner", "_refusals", "is_mine")

    def __init__(self, tier: CacheTier, code: Uscc, lane: Lane, *, life_seconds: float) -> None:
        self._board = tier.board
        # Who waits does not wait for a question that nobody waits for.
        self._name = hashlib.blake2b(code.code.encode(), digest_size=12).hexdigest() + (
            "" if lane.is_interactive else "~"
        )
        self._owner = secrets.token_hex(8)
        self._life = life_seconds
        self._refusals = 0
        self.is_mine = False
        """Whether the caller asks."""

    def take(self) -> bool:
        """Take it where nobody has it, and tell whether it was taken; everybody does where the tier stays away."""
        try:
            self.is_mine = self._board.take(
                f"flight:{self._name}", owner=self._owner, life_seconds=self._life
            )
        except Exception as raised:  # noqa: BLE001  # see away
            away(raised)
            self._refusals += 1
            self.is_mine = self._refusals >= _PATIENCE
        return self.is_mine

    def failure(self) -> Failure | None:
        """Return how the source failed a moment ago, where it did."""
        try:
            note = self._board.read(f"failure:{self._name}")
        except Exception as raised:  # noqa: BLE001  # see away
            away(raised)
            return None
        return None if note is None else Failure.decode(note)

    def tell(self, failure: Failure, *, life_seconds: float) -> None:
        """Tell all processes for a moment that the source failed."""
        try:
            self._board.write(f"failure:{self._name}", failure.encode(), life_seconds=life_seconds)
        except Exception as raised:  # noqa: BLE001  # see away
            away(raised)
            _log.info("a failure of the source could not be shared")

    def end(self) -> None:
        """Let the next one have it."""
        if self.is_mine:
            try:
                self._board.release(f"flight:{self._name}", owner=self._owner)
            except Exception as raised:  # noqa: BLE001  # see away
                away(raised)
                _log.info("a turn could not be given back; it ends by itself")
