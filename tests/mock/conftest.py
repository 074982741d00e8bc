"""A running mock source and a client of it."""

from collections.abc import Iterator

import pytest

from mock_credit_china import MockServer, Settings
from tests.mock.client import START, Client


@pytest.fixture(scope="session")
def running() -> Iterator[MockServer]:
    """One mock source for all tests, its clock standing still."""
    with MockServer(Settings(subjects=300, start_at=START, frozen=True, retained_changes=50)) as server:
        yield server


@pytest.fixture
def server(running: MockServer) -> MockServer:
    """The mock source in its seeded state."""
    running.source.reset()
    return running


@pytest.fixture
def client(server: MockServer) -> Iterator[Client]:
    """A client of the mock source."""
    client = Client(server)
    with client.session:
        yield client
