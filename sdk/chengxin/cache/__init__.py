"""What is kept of complete answers, where, and for how long."""

from chengxin.cache.expiring import ExpiringMap, Held, second_look
from chengxin.cache.freshness import (
    NOT_FOLLOWING,
    SHORTEST_LIFE,
    Entry,
    Following,
    fresh_until,
    margin_of,
)
from chengxin.cache.gone import is_overtaken, name_of, names_of, told_gone, without_overtaken
from chengxin.cache.local import LocalTier
from chengxin.cache.locator import open_tier
from chengxin.cache.memory import MemoryTier
from chengxin.cache.tier import CacheTier, FeedMark, TierListener

__all__ = [
    "NOT_FOLLOWING",
    "SHORTEST_LIFE",
    "CacheTier",
    "Entry",
    "ExpiringMap",
    "FeedMark",
    "Following",
    "Held",
    "LocalTier",
    "MemoryTier",
    "TierListener",
    "fresh_until",
    "is_overtaken",
    "margin_of",
    "name_of",
    "names_of",
    "open_tier",
    "second_look",
    "told_gone",
    "without_overtaken",
]
