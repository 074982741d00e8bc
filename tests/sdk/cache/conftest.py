"""Servers that tests of tiers share."""

import pytest

from tests.servers import RedisServer


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
