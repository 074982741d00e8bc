"""Our tiers against the contract of the seam."""

import secrets
from datetime import timedelta
from functools import cache

import pytest

from chengxin.cache.local import LocalTier
from chengxin.cache.redis import RedisTier
from chengxin.cache.sqlite import SqliteTier
from chengxin.testing import FrozenClock
from chengxin.testing.tier_contract import CODE, OTHER, CacheTierContract, an_entry


class TestLocalTier(CacheTierContract):
    """The tier of one process: clients share it as it is."""

    @pytest.fixture
    def make_tier(self, clock):
        """Return the one tier that this process has for a source and tenant."""
        return cache(lambda **named: LocalTier(clock, **named))


class TestSqliteTier(CacheTierContract):
    """The tier of one host."""

    @pytest.fixture
    def make_tier(self, clock, tmp_path):
        """Return tiers on one file."""
        path = tmp_path / "new" / "cache.db"
        return lambda **named: SqliteTier(path, clock=clock, poll_seconds=0.05, **named)


class TestRedisTier(CacheTierContract):
    """The tier of many hosts, on a real server."""

    @pytest.fixture
    def make_tier(self, clock, shared_redis):
        """Return tiers on one server, with tenants that no other test has."""
        mine = secrets.token_hex(4)
        return lambda tenant, **named: RedisTier(
            shared_redis.url, clock=clock, tenant=f"{mine}{tenant}", **named
        )


def test_a_tier_of_one_process_forgets_invalidations_in_time():
    """After an hour a ticket from before what was forgotten is refused, and what was told takes no room."""
    clock = FrozenClock()
    tier = LocalTier(clock)
    ticket = tier.open(CODE)
    for _ in range(2):
        tier.invalidate([OTHER])
    clock.advance(seconds=3601)
    assert not tier.write(CODE, an_entry(clock), ticket=ticket)
    assert tier.write(OTHER, an_entry(clock), ticket=tier.open(OTHER))
    assert not tier._invalidated


def test_i1_a_scan_gives_nothing_that_ends_meanwhile():
    """What is over by the time its turn comes is passed over."""
    clock = FrozenClock()
    tier = LocalTier(clock, grace=timedelta(0))
    assert tier.write_many([(CODE, an_entry(clock)), (OTHER, an_entry(clock))]) == 2
    entries = tier.scan()
    assert next(entries)[0] == CODE
    clock.advance(seconds=3600)
    assert list(entries) == []
