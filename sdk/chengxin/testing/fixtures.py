"""pytest fixtures for programs that use chengxin: no network, no waiting.

In a ``conftest.py``::

    pytest_plugins = ["chengxin.testing.fixtures"]

and in a test::

    def test_a_refused_merchant(credit_source, credit_client):
        credit_source.disclose("91350100M000100Y43", a_listing())
        assert credit_client.check("91350100M000100Y43").standing == "ADVERSE"
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chengxin.client import CreditClient
from chengxin.testing.clock import FrozenClock
from chengxin.testing.source import ScriptedSource, scripted_client


@pytest.fixture
def credit_clock() -> FrozenClock:
    """Time that stands still until it is advanced."""
    return FrozenClock()


@pytest.fixture
def credit_source(credit_clock: FrozenClock) -> ScriptedSource:
    """A source that discloses what the test scripts, on ``credit_clock``."""
    return ScriptedSource(clock=credit_clock)


@pytest.fixture
def credit_client(credit_source: ScriptedSource, credit_clock: FrozenClock) -> Iterator[CreditClient]:
    """A client of ``credit_source``, closed after the test."""
    with scripted_client(credit_source, clock=credit_clock) as client:
        yield client
