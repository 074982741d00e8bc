"""A mock source in its own process, a Redis to be killed, and processes that share a cache."""

from contextlib import ExitStack

import pytest

from tests.processes.world import KEY, MockProcess, Worker
from tests.servers import RedisServer


@pytest.fixture(scope="session")
def running_mock():
    """One mock source for all tests of this process."""
    with MockProcess("--subjects", "200") as mock:
        yield mock


@pytest.fixture
def mock(running_mock):
    """The mock source as it is when it starts."""
    running_mock.reset()
    return running_mock


@pytest.fixture
def redis(tmp_path):
    """A Redis of this test, to be frozen and killed."""
    with RedisServer(tmp_path) as server:
        yield server


@pytest.fixture(params=["sqlite", "redis"])
def cache(request, tmp_path):
    """URL of a cache that processes share, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/cache.db"
    return request.getfixturevalue("redis").url


@pytest.fixture
def start(mock):
    """Start processes with one client each; they are ended in the end."""
    with ExitStack() as stack:

        def start(cache="memory://", *, source=None, tenant="default", also=None, **options):
            client = {
                "source": source or mock.url,
                "cache": cache,
                "tenant": tenant,
                **KEY,
                "options": options,
            }
            return stack.enter_context(Worker(main=client, **(also or {})))

        yield start
