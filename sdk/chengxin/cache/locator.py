"""Which tier a URL stands for."""

from __future__ import annotations

import difflib
from datetime import timedelta
from typing import Final
from urllib.parse import unquote

from chengxin.cache.local import LocalTier
from chengxin.cache.tier import CacheTier
from chengxin.clock import Clock
from chengxin.errors import ConfigurationError

_REDIS: Final = ("redis", "rediss", "unix")
_SCHEMES: Final = ("memory", "sqlite", *_REDIS)
_LONGEST_SHOWN: Final = 20


def open_tier(
    url: str, *, source: str, tenant: str, clock: Clock, grace: timedelta, max_entries: int = 100_000
) -> CacheTier:
    """Return the tier that a URL stands for; nothing is opened, connected or started by it.

    ===========================================  ==========================================
    ``memory://``                                this process alone
    ``sqlite:///chengxin-cache.db``              this host; the path is relative…
    ``sqlite:////var/lib/chengxin/cache.db``     …or, with four strokes, absolute
    ``redis://:password@host:6379/0``            many hosts; ``rediss://`` with TLS
    ``unix:///run/redis.sock?db=0``              a Redis on this host
    ===========================================  ==========================================

    Args:
        url: where entries are shared.
        source: name of the source.
        tenant: name of the platform.
        clock: time.
        grace: how long entries are kept past their life, for display alone.
        max_entries: most entries kept where they are kept in this process.

    Raises:
        ConfigurationError: the URL is none of these, or the package for it is not installed.
    """
    scheme, mark, rest = url.partition("://")
    if scheme in _REDIS and mark:
        from chengxin.cache.redis import RedisTier  # noqa: PLC0415 -- who has no Redis need not install it

        return RedisTier(url, source=source, tenant=tenant, clock=clock, grace=grace)
    if scheme == "sqlite" and mark:
        from chengxin.cache.sqlite import SqliteTier  # noqa: PLC0415 -- nor load SQLite

        return SqliteTier(_path_of(rest), source=source, tenant=tenant, clock=clock, grace=grace)
    if scheme == "memory" and mark and not rest:
        return LocalTier(clock, source=source, tenant=tenant, grace=grace, max_entries=max_entries)
    raise ConfigurationError(_explain(scheme, mark))


def _path_of(rest: str) -> str:
    """Return the path behind ``sqlite://``: an authority has no meaning there, and a path is needed."""
    host, stroke, path = rest.partition("/")
    if host or not stroke or not path or path.endswith("/"):
        raise ConfigurationError(
            "A SQLite tier is named by a file: sqlite:///relative/path.db or sqlite:////absolute/path.db."
        )
    return unquote(path)


def _explain(scheme: str, mark: str) -> str:
    """Say what is wrong with a URL without repeating more of it than its scheme."""
    known = ", ".join(f"{name}://" for name in _SCHEMES)
    if not mark:
        return f"A cache tier is named by a URL that begins with one of {known}."
    if scheme == "memory":
        return "memory:// has nothing behind it: it is this process alone."
    near = difflib.get_close_matches(scheme.lower(), _SCHEMES, n=1, cutoff=0.5)
    advice = f" Did you mean {near[0]}://?" if near else ""
    return f"There is no cache tier {scheme[:_LONGEST_SHOWN]}://.{advice} It is one of {known}."
