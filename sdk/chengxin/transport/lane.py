"""Who comes first when the source may not be asked by all."""

from __future__ import annotations

from enum import IntEnum


class Lane(IntEnum):
    """What a question to the source is for; a smaller number comes first."""

    DECISION = 0
    """A merchant waits for a decision."""
    PAGE = 1
    """Somebody waits for a page or a badge."""
    REFRESH = 2
    """Nobody waits: what is known is renewed ahead of its end, or a feed is followed."""
    BULK = 3
    """Nobody waits: a job over many subjects."""

    @property
    def is_interactive(self) -> bool:
        """Tell whether somebody waits for the answer."""
        return self <= Lane.PAGE
