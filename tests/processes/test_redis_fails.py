"""The Redis that processes share fails: the source is asked in its place, in time, and nothing comes back from it."""

import pytest

from tests.processes.measured import ADDED_SECONDS, HIT_SECONDS, added, fastest_p99, hears_of, is_confirmed
from tests.processes.proxy import Proxy
from tests.processes.world import GENERAL, LICENSED, NOTHING, PREFERRED, eventually


@pytest.fixture
def far(redis):
    """A network before the Redis."""
    with Proxy(redis.port) as proxy:
        yield proxy


class Far:
    """Faults of a Redis that is reached over a network, and how they are mended."""

    killed = (lambda redis, far: redis.kill(), lambda redis, far: redis.start())
    frozen = (lambda redis, far: redis.freeze(), lambda redis, far: redis.thaw())
    late = (lambda redis, far: far.delay(0.5), lambda redis, far: far.through())
    slow = (lambda redis, far: far.delay(0.03), lambda redis, far: far.through())
    cut = (lambda redis, far: far.cut(after=3), lambda redis, far: far.through())
    reset = (lambda redis, far: far.reset(after=3), lambda redis, far: far.through())
    swallowed = (lambda redis, far: far.swallow(), lambda redis, far: far.through())
    refused = (lambda redis, far: far.refuse(), lambda redis, far: far.through())
    flushed = (lambda redis, far: redis.command("FLUSHALL"), lambda redis, far: None)
    full = (
        lambda redis, far: redis.command("CONFIG", "SET", "maxmemory", "1"),
        lambda redis, far: redis.command("CONFIG", "SET", "maxmemory", "0"),
    )
    closed = (
        lambda redis, far: redis.command("CONFIG", "SET", "requirepass", "other"),
        lambda redis, far: (redis.kill(), redis.start()),
    )


@pytest.mark.parametrize("name", [name for name in vars(Far) if not name.startswith("_")])
def test_i9_a_redis_that_fails_costs_a_little_and_the_source_goes_on(name, redis, far, mock, start):
    """Misses are answered by the source, hits cost what they did; mended, processes hear of one another again."""
    fault, mend = getattr(Far, name)
    worker, other = (start(f"redis://127.0.0.1:{far.port}/0") for _ in range(2))
    for one in (worker, other):
        assert one.check(GENERAL)["standing"] == "ADVERSE"
        eventually(lambda one=one: is_confirmed(one))
    assert worker.check(GENERAL)["standing"] == "ADVERSE"
    fault(redis, far)
    assert fastest_p99(worker, GENERAL) < HIT_SECONDS
    assert added(worker, [NOTHING, PREFERRED, LICENSED]) < ADDED_SECONDS
    assert fastest_p99(worker, NOTHING) < HIT_SECONDS
    assert worker.check(GENERAL)["standing"] == "ADVERSE"
    mend(redis, far)
    hears_of(worker, other, mock)


def test_i9_a_redis_that_drips_costs_a_little_and_the_source_goes_on(far, start):
    """A reply that comes a byte at a time is given up like one that does not come."""
    worker = start(f"redis://127.0.0.1:{far.port}/0", deadline_seconds=1.0)
    worker.check(GENERAL)
    far.drip(size=1, seconds=0.03)
    told = worker.check(NOTHING)
    far.refuse()
    assert (told["standing"], told["reason"]) == ("NO_ADVERSE_RECORD", None)


@pytest.mark.parametrize("how", ["killed", "frozen", "swallowed", "refused"])
def test_i1_without_redis_a_repair_is_gone_within_the_bounded_life(how, redis, far, mock, start):
    """Nobody can be told of it, so nothing in memory lives longer than the settings say, of any process."""
    fault, _ = getattr(Far, how)
    workers = [start(f"redis://127.0.0.1:{far.port}/0", unconfirmed_life_seconds=1.0) for _ in range(2)]
    for worker in workers:
        worker.check(GENERAL)
        eventually(lambda worker=worker: is_confirmed(worker))
        assert worker.check(GENERAL)["standing"] == "ADVERSE"
    fault(redis, far)
    mock.repair(GENERAL)
    for worker in workers:
        # The loss is noticed within a second; what is fetched then lives for one more, and is fetched once more.
        worker.send("watch", code=GENERAL, seconds=3.0)
    for worker in workers:
        seen = worker.receive()
        assert seen[-1][1] == "NO_ADVERSE_RECORD", seen
        assert seen[-1][0] < 2.5, seen


def test_i1_what_could_not_be_told_is_told_when_redis_is_back(redis, far, mock, start):
    """A forgotten subject stays forgotten in this process, and every other hears of it as soon as it can."""
    worker, other = (
        start(f"redis://127.0.0.1:{far.port}/0", unconfirmed_life_seconds=60.0) for _ in range(2)
    )
    for one in (worker, other):
        one.check(GENERAL)
        eventually(lambda one=one: is_confirmed(one))
    far.refuse()
    mock.repair(GENERAL)
    assert worker.ask("forget", code=GENERAL) is False
    assert worker.check(GENERAL)["standing"] == "NO_ADVERSE_RECORD"
    assert worker.ask("health")["waiting"] == 1
    far.through()
    eventually(lambda: worker.ask("health")["waiting"] == 0, within=5)
    eventually(lambda: other.check(GENERAL)["standing"] == "NO_ADVERSE_RECORD", within=5)


def test_i1_a_redis_restarted_with_old_data_resurrects_nothing(redis, mock, start):
    """What was saved before a repair is in the restarted server, and is not used, by old processes or new ones."""
    worker = start(redis.url)
    assert worker.check(GENERAL)["standing"] == "ADVERSE"
    eventually(lambda: is_confirmed(worker))
    assert redis.command("SAVE") == b"+OK"
    redis.kill()
    mock.repair(GENERAL)
    redis.start()
    assert int(redis.command("DBSIZE")[1:]) > 0
    fresh = start(redis.url)
    assert fresh.check(GENERAL)["standing"] == "NO_ADVERSE_RECORD"
    eventually(lambda: worker.check(GENERAL)["standing"] == "NO_ADVERSE_RECORD", within=3)


def test_a_stampede_on_a_dead_redis_is_bounded_by_the_processes(redis, mock, start):
    """Without a Redis each process asks once for a cold code, however many of its threads want it."""
    workers = [start(redis.url) for _ in range(4)]
    for worker in workers:
        worker.check(PREFERRED)
    redis.kill()
    mock.script({"kind": "latency", "seconds": 0.5}, match={"route": "credit"})
    for worker in workers:
        worker.send("checks", code=NOTHING, threads=25)
    told = [one for worker in workers for one in worker.receive()]
    assert {one["standing"] for one in told} == {"NO_ADVERSE_RECORD"}
    assert 1 <= len(mock.asked(code=NOTHING)) <= 4
