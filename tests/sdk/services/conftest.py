"""A look-up without a network: time that stands still and a source that says what it is told to."""

import pytest

from chengxin.testing import FrozenClock, ScriptedSource


@pytest.fixture
def clock():
    """Time that stands still."""
    return FrozenClock()


@pytest.fixture
def source(clock):
    """A scripted source."""
    return ScriptedSource(clock=clock)
