"""The tier of many hosts against a real server that freezes, dies, forgets and remembers too much."""

import subprocess
import sys
import textwrap
from datetime import date, timedelta

import pytest

from chengxin.cache import name_of
from chengxin.cache.redis import RedisTier
from chengxin.clock import SystemClock
from chengxin.errors import TierUnavailable
from chengxin.records import end_of_china_day
from chengxin.testing import a_penalty
from chengxin.testing.tier_contract import CODE, GRACE, OTHER, Hearer, an_entry, eventually, insist
from tests.servers import RedisServer

PRELUDE = """
import os, signal, sys
from datetime import timedelta
from chengxin.cache.redis import RedisTier
from chengxin.clock import SystemClock
from chengxin.testing.tier_contract import CODE, OTHER, Hearer, an_entry
clock = SystemClock()
tier = RedisTier(sys.argv[1], source="contract", tenant="platform", clock=clock, grace=timedelta(hours=1))
hearer = Hearer()
"""


@pytest.fixture
def make(redis_server, clock):
    """Return what makes tiers on the server, which are closed after the test."""
    made = []

    def tier(url=redis_server.url):
        made.append(RedisTier(url, source="contract", tenant="platform", clock=clock, grace=GRACE))
        return made[-1]

    yield tier
    for one in made:
        one.close()


def start(script, server):
    """Start a process that works on the server."""
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(script), server.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def answers(operation):
    """Return what tells whether an operation is answered."""

    def ask():
        try:
            operation()
        except TierUnavailable:
            return False
        return True

    return ask


def keep(tier, clock, code=CODE):
    """Keep an entry and return it."""
    entry = an_entry(clock, a_penalty())
    assert insist(lambda: tier.write(code, entry, ticket=tier.open(code)))
    return entry


def listening(tier):
    """Return a listener that is served."""
    hearer = Hearer()
    tier.listen(hearer)
    assert hearer.hears("restored")
    return hearer


def test_nothing_is_connected_before_it_is_used(clock):
    """A server that is away costs nothing at the start."""
    tier = RedisTier("redis://127.0.0.1:1/0", source="s", tenant="t", clock=clock)
    assert tier.name == "redis"
    with pytest.raises(TierUnavailable, match="does not answer"):
        tier.read(CODE)
    tier.close()


def test_i9_a_frozen_server_costs_little_once_a_second(make, redis_server, clock):
    """The first call waits for a moment; those that follow are refused at once; then it goes on as before."""
    tier, real = make(), SystemClock()
    entry = keep(tier, clock)
    redis_server.freeze()
    begun = real.monotonic()
    for _ in range(50):
        with pytest.raises(TierUnavailable):
            tier.read(CODE)
    assert real.monotonic() - begun < 1.0
    redis_server.thaw()
    assert eventually(answers(lambda: tier.read(CODE)))
    assert tier.read(CODE) == entry


def test_a_frozen_server_is_lost_contact_within_seconds(make, redis_server):
    """Silence is noticed though the connection stands; invalidations are heard again afterwards."""
    here, there = make(), make()
    hearer = listening(here)
    redis_server.freeze()
    assert hearer.hears("lost", within=3.0)
    redis_server.thaw()
    assert hearer.hears("restored", times=2)
    insist(lambda: there.invalidate([OTHER]), times=500)
    insist(here.pump, times=500)
    assert OTHER in hearer.codes


def test_what_cannot_be_heard_cannot_be_pumped(make, redis_server):
    """A stop that waits for messages learns that they do not come."""
    tier = make()
    listening(tier)
    redis_server.freeze()
    with pytest.raises(TierUnavailable):
        tier.pump()
    redis_server.thaw()


def test_i1_a_restart_with_what_was_saved_does_not_bring_back_what_is_gone(make, redis_server):
    """No run of the server makes a record that was told to be gone less so; nor does a sweep of former runs."""
    name, other = name_of(CODE, "R"), name_of(CODE, "LATER")
    make().put_gone({name: 3}, life_seconds=60.0)
    redis_server.command("SAVE")
    make().put_gone({other: 1}, life_seconds=60.0)
    redis_server.kill()
    redis_server.start()
    tier = make()
    listening(tier)
    tier._sweep(tier._door.space())
    assert insist(lambda: tier.read_gone([name, other])) == {name: 3}


def test_what_was_told_to_be_gone_is_lost_with_a_flush(make, redis_server):
    """The feed tells it no more: from then on the source is taken at its word until it tells of a change again."""
    tier, name = make(), name_of(CODE, "R")
    tier.put_gone({name: 3}, life_seconds=60.0)
    redis_server.command("FLUSHALL")
    assert tier.read_gone([name]) == {}


def test_i1_a_server_that_comes_back_empty_holds_nothing(make, redis_server, clock):
    """Killed and started again: one failed call, listeners know, tickets of before are refused."""
    tier = make()
    hearer = listening(tier)
    keep(tier, clock)
    ticket = tier.open(CODE)
    redis_server.kill()
    assert hearer.hears("lost", within=3.0)
    with pytest.raises(TierUnavailable):
        tier.read(CODE)
    redis_server.start()
    assert hearer.hears("restored", times=2)
    assert hearer.heard == ["restored", "lost", "cleared", "restored"]
    assert eventually(answers(lambda: tier.read(CODE)))
    assert tier.read(CODE) is None
    assert not tier.write(CODE, an_entry(clock), ticket=ticket)
    keep(tier, clock)


def test_i1_a_server_that_comes_back_with_old_data_resurrects_nothing(make, redis_server, clock):
    """What it saved before an invalidation is never read again, and is deleted as soon as somebody listens."""
    here, there = make(), make()
    keep(here, clock)
    ticket = here.open(CODE)
    assert here.board.take("lead", owner="somebody", life_seconds=3600.0)
    assert redis_server.command("SAVE") == b"+OK"
    here.invalidate([CODE])
    redis_server.kill()
    redis_server.start()
    assert redis_server.command("DBSIZE") != b":0"
    for tier in (here, there):
        assert eventually(answers(lambda tier=tier: tier.read(CODE)))
        assert tier.read(CODE) is None
        assert list(tier.scan()) == []
        assert not tier.write(CODE, an_entry(clock), ticket=ticket)
    assert here.board.take("lead", owner="me", life_seconds=60.0)


def test_i1_what_is_left_of_before_a_restart_is_deleted(make, redis_server, clock):
    """Whoever listens deletes what the server had saved of another run."""
    tier = make()
    hearer = listening(tier)
    keep(tier, clock)
    assert redis_server.command("SAVE") == b"+OK"
    redis_server.kill()
    redis_server.start()
    assert hearer.hears("restored", times=2)
    assert redis_server.command("DBSIZE") == b":1"


def test_i1_a_flush_is_a_clearing(make, redis_server, clock):
    """Everything is gone, listeners hear of it, and what was opened before is refused."""
    here, there = make(), make()
    hearer = listening(here)
    keep(here, clock)
    ticket = here.open(CODE)
    assert redis_server.command("FLUSHALL") == b"+OK"
    assert there.read(CODE) is None
    assert not here.write(CODE, an_entry(clock), ticket=ticket)
    assert hearer.hears("cleared")
    assert hearer.heard == ["restored", "cleared"]
    there.invalidate([CODE])
    assert hearer.hears((CODE,))
    keep(here, clock)


@pytest.mark.parametrize("lost", ["generation", "epoch"])
def test_i1_an_evicted_key_makes_no_old_ticket_valid(make, redis_server, clock, lost):
    """Redis may drop any key for lack of room; a ticket whose ground is gone is refused."""
    here, there = make(), make()
    ticket = here.open(CODE)
    there.invalidate([CODE])
    space = here._door.space()
    evicted = space.epoch_key if lost == "epoch" else f"{space.prefix}generation:{CODE}"
    redis_server.command("DEL", evicted)
    assert not here.write(CODE, an_entry(clock), ticket=ticket)
    there.open(CODE)
    assert not here.write(CODE, an_entry(clock), ticket=ticket)


def test_a_replica_serves_nobody(make, redis_server, tmp_path):
    """It may lag behind what was invalidated, so it is not read."""
    options = ("--replicaof", "127.0.0.1", str(redis_server.port))
    (tmp_path / "replica").mkdir()
    with RedisServer(tmp_path / "replica", *options) as replica:
        tier = make(replica.url)
        with pytest.raises(TierUnavailable, match="no primary"):
            tier.read(CODE)


def test_scripts_are_taught_to_a_server_that_forgot_them(make, redis_server, clock):
    """``SCRIPT FLUSH`` is no reason to fail."""
    tier = make()
    keep(tier, clock)
    assert redis_server.command("SCRIPT", "FLUSH") == b"+OK"
    keep(tier, clock)


def test_i1_entries_end_by_themselves_on_the_server(make, redis_server, clock):
    """Redis itself deletes an entry when its time has come, whether or not somebody asks."""
    tier = make()
    clock.advance(to=end_of_china_day(date(2026, 11, 30)) - timedelta(seconds=0.05))
    entry = an_entry(clock, a_penalty(end_on=date(2026, 11, 30)))
    assert tier.write(CODE, entry, ticket=tier.open(CODE))
    key = f"{tier._door.space().prefix}entry:{CODE}"
    assert eventually(lambda: redis_server.command("EXISTS", key) == b":0")


def test_what_is_damaged_is_nothing(make, redis_server, clock):
    """An entry that somebody overwrote reads as a miss, also where it is too short, and keeps no other out."""
    tier = make()
    entry = keep(tier, clock)
    key = f"{tier._door.space().prefix}entry:{CODE}"
    for value in ("x", "12345678{}", "z" * 15, "z" * 16, "z" * 99):
        redis_server.command("SET", key, value)
        assert tier.read(CODE) is None
        assert list(tier.scan()) == []
        assert keep(tier, clock) == tier.read(CODE) == entry


def test_a_message_that_cannot_be_read_means_that_nothing_is_certain(make, redis_server):
    """Garbage on the channel fails closed."""
    tier = make()
    hearer = listening(tier)
    for number, message in enumerate(("garbage", "[]", '{"mark": {}}', '{"codes": 7}'), start=1):
        redis_server.command("PUBLISH", tier._door.channel, message)
        assert hearer.hears("cleared", times=number)


def test_a_lease_never_outlives_its_owner(make, redis_server):
    """When a process that listens is killed, the next who asks has its lease, at once."""
    script = """
    tier.listen(hearer)
    assert hearer.hears("restored")
    assert tier.board.take("lead", owner="other", life_seconds=3600.0)
    print("taken", flush=True)
    sys.stdin.read()
    """
    board = make().board
    with start(script, redis_server) as other:
        assert other.stdout.readline() == "taken\n"
        assert not board.take("lead", owner="me", life_seconds=60.0)
        other.kill()
        other.wait()
        assert eventually(lambda: board.take("lead", owner="me", life_seconds=60.0))


def test_a_forked_child_hears_and_writes_on_connections_of_its_own(make, redis_server, clock):
    """Parent and child do not read each other's replies, and both hear."""
    script = """
    tier.listen(hearer)
    assert hearer.hears("restored")
    assert tier.write(CODE, an_entry(clock), ticket=tier.open(CODE))
    child = os.fork()
    if child == 0:
        mine = Hearer()
        assert tier.read(CODE) is not None
        tier.listen(mine)
        assert mine.hears("restored")
        tier.invalidate([OTHER])
        assert mine.hears((OTHER,))
        tier.close()
        sys.exit()
    assert hearer.hears((OTHER,))
    assert tier.read(CODE) is not None
    tier.close()
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    with start(script, redis_server) as other:
        assert other.wait() == 0
