"""What tests of tiers share: a clock, a place for a file, servers."""

import pytest

from chengxin.testing import FrozenClock
from tests.servers import RedisServer


@pytest.fixture
def clock():
    """Return the clock of all tiers."""
    return FrozenClock()


@pytest.fixture
def path(tmp_path):
    """Return where the cache file is."""
    return tmp_path / "cache.db"


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory):
    """Return a Redis that lives as long as the tests; who uses it chooses a tenant of its own."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis_server(tmp_path):
    """Return a Redis of one test, to be frozen and killed."""
    with RedisServer(tmp_path) as server:
        yield server
