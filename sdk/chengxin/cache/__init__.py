"""What is kept of complete answers, where, and for how long."""

from chengxin.cache.expiring import ExpiringMap, Held
from chengxin.cache.freshness import SHORTEST_LIFE, Entry, fresh_until
from chengxin.cache.memory import MemoryTier

__all__ = ["SHORTEST_LIFE", "Entry", "ExpiringMap", "Held", "MemoryTier", "fresh_until"]
