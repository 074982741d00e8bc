"""What the URL of a Redis asks for: a kind of connection of redis-py, and its options."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Final

from chengxin.errors import ConfigurationError

_TIMEOUT_SECONDS: Final = 0.05


def load() -> ModuleType:
    """Return the package redis.

    Raises:
        ConfigurationError: it is not installed.
    """
    try:
        import redis  # noqa: PLC0415 -- who has no Redis need not install it
    except ImportError as error:
        raise ConfigurationError(
            "A Redis tier needs the package redis. Install it: pip install 'chengxin[redis]'"
        ) from error
    return redis


def parse(redis: ModuleType, url: str) -> tuple[Any, dict[str, Any]]:
    """Return the kind of connection that a URL asks for, and its options.

    Raises:
        ConfigurationError: it is no URL of a Redis.
    """
    try:
        options = dict(redis.connection.parse_url(url))
    except ValueError:
        raise ConfigurationError(
            "The URL of the Redis tier cannot be read. It looks like redis://:password@host:6379/0, "
            "rediss://… or unix:///path?db=0; quote what is special in a password."
        ) from None
    kind = options.pop("connection_class", redis.connection.Connection)
    if kind is not redis.connection.UnixDomainSocketConnection:
        options = {"host": "localhost", "port": 6379} | options
    return kind, options | {
        "socket_timeout": _TIMEOUT_SECONDS,
        "socket_connect_timeout": _TIMEOUT_SECONDS,
        "retry": redis.retry.Retry(redis.backoff.NoBackoff(), 0),
        "protocol": 2,
        "decode_responses": False,
    }
