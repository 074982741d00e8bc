"""How long look-ups take, and how long answers are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chengxin.errors import ConfigurationError

_DAY: Final = 86_400.0
_BOUNDS: Final[dict[str, tuple[float, float]]] = {
    "deadline_seconds": (0.001, 60),
    "longest_life_seconds": (0.001, _DAY),
    "followed_life_seconds": (0.001, 30 * _DAY),
    "negative_life_seconds": (0.001, _DAY),
    "error_life_seconds": (0, 60),
    "grace_seconds": (0, 30 * _DAY),
    "unconfirmed_life_seconds": (0.001, 60),
    "feed_bound_seconds": (1, 3600),
    "max_entries": (1, 10**9),
    "threads": (1, 64),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupOptions:
    """How long a look-up takes and its answer is kept.

    Attributes:
        deadline_seconds: longest time the source is given for one subject or one batch; at most 60.
        longest_life_seconds: longest time an answer is kept, whatever the source allows; at most a day.
        followed_life_seconds: the same where a change feed is followed and current; at most 30 days, and never longer
            than the source allows.
        negative_life_seconds: longest time for which it is kept that the source does not know a subject.
        error_life_seconds: how long it is remembered that the source gave no answer; at most 60, 0 for not at all.
        grace_seconds: how long after its life an answer may still be displayed as what was known last.
        unconfirmed_life_seconds: longest time an answer stays in memory while invalidations by other processes may be
            missed; at most 60.
        feed_bound_seconds: how long after it was last heard of the change feed counts as current.
        renew_ahead: whether answers that are asked for are renewed from the middle of their life on, behind whoever is
            answered with them.
        max_entries: most answers kept in memory.
        threads: most questions to the source under way at once; at most 64.
    """

    deadline_seconds: float = 2.0
    longest_life_seconds: float = 3600.0
    followed_life_seconds: float = _DAY
    negative_life_seconds: float = 300.0
    error_life_seconds: float = 2.0
    grace_seconds: float = _DAY
    unconfirmed_life_seconds: float = 5.0
    feed_bound_seconds: float = 60.0
    renew_ahead: bool = True
    max_entries: int = 100_000
    threads: int = 8

    def __post_init__(self) -> None:
        for name, (least, most) in _BOUNDS.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise ConfigurationError(f"{name} is {value}; it lies between {least:g} and {most:g}.")
