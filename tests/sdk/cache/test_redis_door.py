"""The way to a Redis where something is in it: each call says so in bounded time, and nothing is left open."""

import builtins
import logging
import subprocess
import sys
from datetime import timedelta

import pytest

from chengxin.cache.redis import RedisTier, door, subscription
from chengxin.cache.redis import tier as tier_module
from chengxin.cache.redis.door import EpochChanged
from chengxin.cache.tier import FeedMark
from chengxin.errors import ConfigurationError, TierUnavailable
from chengxin.testing.tier_contract import CODE, GRACE, OTHER, Hearer, an_entry, eventually, insist
from tests.servers import RedisServer

MARK = FeedMark(continuity="c1", cursor="x", seq=1, beat=1)
NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def make(redis_server, clock):
    """Return what makes tiers, which are closed after the test."""
    made = []

    def tier(url=redis_server.url):
        made.append(RedisTier(url, source="contract", tenant="platform", clock=clock, grace=GRACE))
        return made[-1]

    yield tier
    for one in made:
        one.close()


def listening(tier):
    """Return a listener that is served."""
    hearer = Hearer()
    tier.listen(hearer)
    assert hearer.hears("restored")
    return hearer


class Interrupted:
    """A connection whose making is interrupted from outside."""

    def __init__(self):
        self.is_open = True

    def connect(self):
        """Be interrupted."""
        raise KeyboardInterrupt

    def disconnect(self):
        """Hang up."""
        self.is_open = False


def test_a_refused_command_is_told(make, redis_server):
    """A key that somebody put to another use is an error of ours, and the server is not left alone for it."""
    tier = make()
    redis_server.command("LPUSH", f"{tier._door.space().root}note:x", "y")
    with pytest.raises(TierUnavailable, match="refused a command"):
        tier.board.read("x")
    assert tier.board.read("y") is None


def test_a_server_that_is_away_is_listened_for_until_the_end(make):
    """Whoever listens is told that nothing is heard, nothing is raised, and the thread ends when it is told to."""
    tier, hearer = make(NOWHERE), Hearer()
    tier.listen(hearer)
    with pytest.raises(TierUnavailable, match="cannot be reached"):
        tier._door.dial()
    tier.close()
    assert not tier._ear.is_running
    assert hearer.heard == ["lost"]


@pytest.mark.parametrize("ask", [lambda tier: tier._door.dial(), lambda tier: tier.read(CODE)])
def test_an_interruption_leaves_no_connection_open(make, monkeypatch, ask):
    """What is raised from outside while a connection is made goes on its way, and the connection is closed."""
    tier, made = make(), Interrupted()
    monkeypatch.setattr(tier._door, "_make", lambda: made)
    with pytest.raises(KeyboardInterrupt):
        ask(tier)
    assert not made.is_open


def test_no_more_connections_are_kept_than_wanted(make, monkeypatch):
    """What a crowd of threads has opened is closed when the crowd is gone."""
    monkeypatch.setattr(door, "_MOST_IDLE", 0)
    tier = make()
    assert tier.read(CODE) is None
    assert not tier._door._idle


def test_i1_after_a_flush_there_is_no_mark(make, redis_server):
    """How far the feed was followed counts no longer; after a while it does again."""
    tier = make()
    tier.write_mark(MARK)
    assert redis_server.command("FLUSHALL") == b"+OK"
    assert tier.read_mark() is None
    tier.write_mark(MARK)
    assert tier.read_mark() == MARK


def test_i1_an_import_amid_a_flush_is_kept_in_the_new_epoch(make, redis_server, clock):
    """A step that was prepared for what is gone is done once more."""
    tier = make()
    assert tier.write_many([(OTHER, an_entry(clock))]) == 1
    assert redis_server.command("FLUSHALL") == b"+OK"
    assert tier.write_many([(CODE, an_entry(clock))]) == 1
    assert tier.read(CODE) == an_entry(clock)
    assert tier.read(OTHER) is None


def test_a_server_that_forgets_over_and_over_is_told(make, monkeypatch):
    """An operation is not tried for ever."""
    tier = make()
    tier.open(CODE)

    def change(*_):
        raise EpochChanged

    monkeypatch.setattr(tier._door, "call", change)
    with pytest.raises(TierUnavailable, match="over and over"):
        tier.open(CODE)


def test_messages_to_oneself_that_do_not_come_are_told(make, monkeypatch):
    """A stop that waits for them ends."""
    monkeypatch.setattr(tier_module, "_PUMP_SECONDS", 0.001)
    tier = make()
    listening(tier)
    monkeypatch.setattr(tier._markers, "hear", lambda marker: None)
    with pytest.raises(TierUnavailable, match="does not let this process hear"):
        tier.pump()


def test_i1_a_process_that_was_stopped_has_heard_late(make, monkeypatch):
    """What it hears now counts as missed; then it listens anew."""
    tier = make()
    hearer = listening(tier)
    with monkeypatch.context() as patched:
        patched.setattr(subscription, "_LONGEST_TURN_SECONDS", 0.0)
        assert hearer.hears("lost")
    assert hearer.hears("restored", times=2)


def test_i1_a_subscription_that_is_silent_is_lost_contact(make, redis_server, monkeypatch):
    """Where the connection looks open and nothing comes back, not even an answer, it is given up."""
    monkeypatch.setattr(subscription, "_COMPARE_SECONDS", 3600.0)
    tier = make()
    hearer = listening(tier)
    redis_server.freeze()
    assert hearer.hears("lost", within=30.0)
    redis_server.thaw()
    assert hearer.hears("restored", times=2, within=30.0)
    insist(lambda: tier.invalidate([OTHER]), times=500)
    assert eventually(lambda: OTHER in hearer.codes)


def test_no_password_is_told(tmp_path, clock, caplog):
    """Neither repr nor errors nor logs at DEBUG hold it, whether it is right or wrong."""
    with RedisServer(tmp_path, "--requirepass", "hunter2right") as server, caplog.at_level(logging.DEBUG):
        for password in ("hunter2right", "hunter2wrong"):
            url = f"redis://:{password}@127.0.0.1:{server.port}/0"
            tier = RedisTier(url, source="s", tenant="t", clock=clock, grace=timedelta(hours=1))
            told = repr(tier)
            try:
                assert tier.read(CODE) is None
            except TierUnavailable as error:
                told += repr(error) + repr(error.__cause__)
            tier.close()
            assert "hunter2" not in told
        assert "invalid username-password pair" in told
    assert "hunter2" not in caplog.text


def test_a_missing_package_is_named(monkeypatch, clock):
    """Who asks for Redis without its package is told what to install."""
    load = builtins.__import__

    def without(name, *rest, **named):
        if name == "redis":
            raise ImportError(name)
        return load(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigurationError, match=r"chengxin\[redis\]"):
        RedisTier("redis://127.0.0.1", source="s", tenant="t", clock=clock)


def test_redis_is_not_loaded_by_who_does_not_use_it():
    """The cache is imported without the package."""
    script = "import sys, chengxin.cache, chengxin.cache.locator; sys.exit('redis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
