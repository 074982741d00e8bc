"""How far the source's clock is ahead of ours, as its answers tell."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from chengxin.cache import margin_of

_MOST: Final = 8
_log: Final = logging.getLogger("chengxin.clock")


class SkewWatch:
    """Watches the leads that the last few answers told, and says which margin they ask for.

    The largest of them counts: at a boundary of disclosure a record then goes early rather than late.
    """

    __slots__ = ("_leads", "margin", "on_change")

    def __init__(self) -> None:
        self._leads: deque[float] = deque(maxlen=_MOST)
        self.margin = timedelta(0)
        """How far the source is ahead of us, where that is more than is tolerated; negative where it is behind."""
        self.on_change: Callable[[timedelta], None] = lambda _: None
        """Is told another margin."""

    @property
    def ahead_seconds(self) -> float | None:
        """The lead that the latest answer told, in seconds; None before the first."""
        try:
            return self._leads[-1]
        except IndexError:
            return None

    def note(self, ahead_seconds: float | None) -> None:
        """Take note of the lead that an answer told; None tells nothing."""
        if ahead_seconds is None:
            return
        self._leads.append(ahead_seconds)
        margin = max((margin_of(lead) for lead in tuple(self._leads)), key=abs)
        if margin != self.margin:
            if bool(margin) != bool(self.margin):
                _log.log(
                    logging.ERROR if margin else logging.INFO,
                    "the source's clock is %.0f s ahead of this machine's; set this machine's clock",
                    ahead_seconds,
                )
            self.margin = margin
            self.on_change(margin)
