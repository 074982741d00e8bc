"""How far what is kept for good follows a change feed: the seam between who follows and what keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPlace:
    """A place in a change feed.

    Attributes:
        cursor: where to go on.
        seq: number of the last change before it; None where none was seen yet.
    """

    cursor: str
    seq: int | None

    def is_behind(self, seq: int | None) -> bool:
        """Tell whether a change of this number, and so perhaps others, comes after it."""
        return seq is not None and (self.seq is None or self.seq < seq)


class Bookmark(Protocol):
    """Keeps the place up to which everything was done about the changes of one feed, as long as what was done."""

    def read(self) -> FeedPlace | None:
        """Return the place; None where the feed was never followed for what is kept here."""
        ...

    def write(self, place: FeedPlace) -> None:
        """Keep a place instead of the one before; it survives the death of the process when this returns."""
        ...
