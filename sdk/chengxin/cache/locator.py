"""Which tier a URL names, opened."""

from __future__ import annotations

from datetime import timedelta

from chengxin.cache.packed import PackedTier
from chengxin.cache.tier import CacheTier
from chengxin.clock import Clock
from chengxin.errors import ConfigurationError


def open_tier(url: str, *, source: str, tenant: str, clock: Clock, grace: timedelta) -> CacheTier:
    """Return the tier that a URL names; nothing is opened before its first use."""
    if url.startswith("memory:"):
        return PackedTier(clock, source=source, tenant=tenant, grace=grace)
    raise ConfigurationError("The URL of a cache starts with memory://, sqlite:// or redis://.")
