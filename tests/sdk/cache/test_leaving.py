"""A client that gives up its shared tier: what it knew goes, and nobody is warned of it."""

import pytest

from chengxin.records import Standing
from chengxin.services.health import TierState
from chengxin.testing import CODES, ScriptedSource, a_penalty, scripted_client
from tests.processes.world import eventually


@pytest.fixture
def hearing_client(clock):
    """Return what makes clients that know of a penalty, and hear of whatever happens in a cache."""

    def make(cache):
        source = ScriptedSource(clock=clock)
        source.disclose(CODES[0], a_penalty())
        client = scripted_client(source, clock=clock, cache=cache)
        assert client.check(CODES[0]).standing is Standing.ADVERSE
        eventually(lambda: client.health().tier_state is TierState.CONFIRMED)
        client.check(CODES[0])
        assert client.health().memory_entries == 1
        return client

    return make


@pytest.mark.parametrize("kind", ["sqlite", "redis"])
def test_i1_who_leaves_is_not_warned_and_keeps_nothing_in_memory(kind, path, request, hearing_client, caplog):
    """What is given up on purpose is no loss to warn of; invalidations are missed all the same."""
    cache = f"sqlite:///{path}" if kind == "sqlite" else request.getfixturevalue("redis_server").url
    client = hearing_client(cache)
    client.close()
    assert client.health().memory_entries == 0
    assert caplog.messages == []


def test_a_loss_is_told_to_who_has_not_left(redis_server, hearing_client, caplog):
    """The one that left before is not meant."""
    hearing_client(redis_server.url).close()
    client = hearing_client(redis_server.url)
    redis_server.kill()
    eventually(lambda: client.health().tier_state is TierState.UNCONFIRMED)
    assert (
        caplog.messages.count(
            "contact with the shared cache is lost; what is in memory lives for a moment only"
        )
        == 1
    )
    client.close()
