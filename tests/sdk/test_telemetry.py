"""What can be measured of a client: bounded labels, nothing without the library, nothing of a subject."""

import sys
import threading
from datetime import timedelta

import pytest
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from chengxin.errors import SourceUnavailable
from chengxin.records import ChangeKind
from chengxin.services import FollowOptions, LookupOptions
from chengxin.telemetry import Tally, Telemetry
from chengxin.testing import CODES, FrozenClock, ScriptedSource, a_penalty, scripted_client

CODE = CODES[0].code


@pytest.fixture
def reader(monkeypatch):
    """Read what is measured, by a provider of this test alone."""
    made = InMemoryMetricReader()
    provider = MeterProvider(metric_readers=[made])
    monkeypatch.setattr(metrics, "get_meter", provider.get_meter)
    yield made
    provider.shutdown()


def read(reader):
    """Return all points by instrument and labels other than the source."""
    data = reader.get_metrics_data()
    points = {}
    for resource in data.resource_metrics if data else ():
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                for point in metric.data.data_points:
                    labels = {k: v for k, v in point.attributes.items() if k != "source"}
                    value = getattr(point, "value", None)
                    points[metric.name, *labels.values()] = point.count if value is None else value
    return points


def test_what_a_client_does_is_measured(reader):
    """Hits by tier, misses, unknowns by reason, ages, lag, breaker and outcomes of the source."""
    clock = FrozenClock()
    source = ScriptedSource(clock=clock)
    source.disclose(CODE, a_penalty())
    source.ahead_seconds = 2.0
    with scripted_client(source, clock=clock, options=LookupOptions(feed_bound_seconds=60)) as client:
        follower = client.follower(options=FollowOptions(wait_seconds=0))
        follower.step()
        follower.step()
        client.check(CODE)
        client.check(CODE)
        client._lookup._flush()
        client.check(CODE)
        source.disclose(CODE)
        clock.advance(seconds=1.5)
        follower.step()
        source.fail(SourceUnavailable.timeout("testing"))
        client.check(CODE)
        clock.advance(seconds=7)
        points = read(reader)
    assert points["chengxin.cache.hits", "memory"] == 2
    assert points["chengxin.cache.hits", "shared"] == 0
    assert points["chengxin.cache.misses",] == 2
    assert points["chengxin.status.unknown", "timeout"] == 1
    assert points["chengxin.source.duration", "answered"] == 1
    assert points["chengxin.source.duration", "timeout"] == 1
    assert points["chengxin.feed.lag",] == 1
    assert points["chengxin.feed.age",] == 7
    assert points["chengxin.source.clock_ahead",] == 2.0
    assert points["chengxin.data.age",] == 8.5
    assert CODE not in str(points)


def test_the_breaker_and_the_day_s_calls_are_gauges(reader):
    """Of a source that is reached over the network."""
    from chengxin import CreditClient  # noqa: PLC0415

    with CreditClient("http://127.0.0.1:9") as client:
        client.check(CODE)
        points = read(reader)
    assert points["chengxin.source.breaker",] == 0.0
    assert points["chengxin.source.calls_today",] == 0


def test_stale_answers_that_were_not_used_are_counted(reader):
    """Past their life, or superseded while the source was asked."""
    clock = FrozenClock()
    source = ScriptedSource(clock=clock)
    source.disclose(CODE, a_penalty())
    with scripted_client(source, clock=clock) as client:
        client.check(CODE)
        clock.advance(seconds=3600)
        client.check(CODE)
        points = read(reader)
    assert points["chengxin.cache.stale_prevented",] == 1
    assert points["chengxin.source.duration", "unchanged"] == 1


def test_answers_that_are_behind_the_feed_are_counted(reader):
    """Each that shows what the source's own feed told to be gone."""
    clock = FrozenClock()
    source = ScriptedSource(clock=clock)
    with scripted_client(source, clock=clock) as client:
        follower = client.follower(options=FollowOptions(wait_seconds=0))
        follower.step()
        source.disclose(CODE, a_penalty(), change=ChangeKind.SHIELDED)
        follower.step()
        client.check(CODE)
        points = read(reader)
    assert points["chengxin.source.lagging",] == 1
    assert points["chengxin.status.unknown", "stale"] == 1
    assert points["chengxin.source.duration", "stale"] == 1


def test_a_client_that_is_gone_tells_nothing(reader):
    """Gauges hold no client alive."""
    clock = FrozenClock()
    client = scripted_client(ScriptedSource(clock=clock), clock=clock)
    client.check(CODE)
    client.close()
    del client
    assert ("chengxin.data.age",) not in read(reader)


def test_without_the_library_nothing_is_measured_and_nothing_fails(monkeypatch):
    """OpenTelemetry is optional."""
    monkeypatch.setitem(sys.modules, "opentelemetry.metrics", None)
    telemetry = Telemetry("s")
    telemetry.missed()
    telemetry.prevented_stale()
    telemetry.told_unknown("timeout")
    telemetry.asked(0.1, "answered")
    telemetry.took_effect(timedelta(seconds=1).total_seconds())
    telemetry.observe("x", lambda: 1.0)
    assert telemetry.memory_hits.read() == 0


def test_a_tally_counts_every_one_of_many_threads():
    """Without a lock, and however often it is read meanwhile."""
    tally = Tally()

    def add():
        for number in range(10_000):
            tally.add()
            if number % 1000 == 0:
                tally.read()

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tally.read() == 80_000
    assert tally.read() == 80_000
