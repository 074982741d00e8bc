"""Handing out the outbox, on both databases: what fails comes back, and stops nothing else."""

import logging
from datetime import UTC, timedelta

import pytest
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from chengxin.errors import (
    ConfigurationError,
    NoticeDelayed,
    NoticeUndeliverable,
    SourceUnavailable,
    StoreUnavailable,
    UnknownReason,
)
from chengxin.services import (
    Dispatched,
    Dispatcher,
    DispatchOptions,
    notice_event,
    notice_handler,
)
from chengxin.store import OutboxEvent, OutboxRetry, OutboxRows, OutboxState, SqlStore
from chengxin.testing import FrozenClock
from chengxin.testing.notifier_contract import CANARY, a_notice


@pytest.fixture
def clock():
    """A clock that stands still."""
    return FrozenClock()


@pytest.fixture
def store(database_url):
    """A store on a database that has the tables."""
    with SqlStore(database_url, deadline_seconds=30) as store:
        yield store


@pytest.fixture
def put(store, clock):
    """Put events, of a key each where none is named."""

    def put(*ids, key=None, topic="notice"):
        events = [
            OutboxEvent.new(one, topic, key=key or one, payload={"says": one}, at=clock.now()) for one in ids
        ]
        with store.transaction() as connection:
            OutboxRows(connection).put(events)

    return put


@pytest.fixture
def find(store):
    """Look at an event."""

    def find(event_id):
        with store.reading() as connection:
            return OutboxRows(connection).find(event_id)

    return find


class Told:
    """A handler that keeps what it is told, and fails as it is told to."""

    def __init__(self, clock=None):
        self.told = []
        self.faults = {}
        self.clock = clock
        self.takes = 0.0

    def __call__(self, event, deadline):
        """Hand out an event."""
        assert event.payload == {"says": event.event_id}
        assert deadline.remaining() > 0
        self.told.append(event.event_id)
        if self.takes:
            self.clock.advance(seconds=self.takes)
        fault = self.faults.get(event.event_id)
        if fault is not None:
            raise fault


@pytest.fixture
def told(clock):
    """A handler."""
    return Told(clock)


@pytest.fixture
def make(store, clock, told):
    """Make dispatchers, as processes have them."""

    def make(*, handlers=None, jitter=0.5, **options):
        return Dispatcher(
            store,
            handlers or {"notice": told},
            clock=clock,
            options=DispatchOptions(**options),
            jitter=lambda: jitter,
        )

    return make


def test_i7_what_was_put_is_handed_out_once(put, make, told, find):
    """And is done, whoever runs again."""
    put("e1", "e2", "e3")
    assert make().run_once() == Dispatched(done=3)
    assert make().run_once() == Dispatched()
    assert told.told == ["e1", "e2", "e3"]
    assert {find(one).state for one in told.told} == {OutboxState.DONE}


def test_a_run_takes_no_more_than_its_limit_and_its_time(put, make, told):
    """The next one goes on from there."""
    put("e1", "e2", "e3", "e4")
    assert make().run_once(limit=2).taken == 2
    told.takes = 15.0
    assert make(run_seconds=10.0).run_once() == Dispatched(done=1)
    assert make().run_once(limit=0) == Dispatched()
    assert told.told == ["e1", "e2", "e3"]


def test_one_poisonous_event_stops_no_other(put, make, told, find, clock):
    """It backs off, and is parked in the end; of its own key the later ones wait until then."""
    put("poison", "e2", "e3")
    put("behind", key="poison")
    told.faults["poison"] = KeyError(CANARY)
    dispatcher = make(retry=OutboxRetry(attempts=3))
    assert dispatcher.run_once() == Dispatched(done=2, delayed=1)
    assert (find("poison").fault, find("poison").attempts) == ("KeyError", 1)
    clock.advance(seconds=2.5)
    assert dispatcher.run_once() == Dispatched(delayed=1)
    clock.advance(seconds=4.9)
    assert dispatcher.run_once() == Dispatched()
    clock.advance(seconds=0.1)
    assert dispatcher.run_once() == Dispatched(done=1, parked=1)
    assert told.told == ["poison", "e2", "e3", "poison", "poison", "behind"]
    assert (find("poison").state, find("poison").payload) == (OutboxState.PARKED, {"says": "poison"})


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (NoticeDelayed("busy", notice_id="e1"), 2.5),
        (NoticeDelayed("busy", notice_id="e1", retry_after_seconds=120.0), 122.5),
        (NoticeDelayed("busy", notice_id="e1", retry_after_seconds=1e9), 2.5),
        (SourceUnavailable("busy", reason=UnknownReason.TIMEOUT, retry_after_seconds=60.0), 62.5),
        (OSError("gone"), 2.5),
    ],
)
def test_a_failure_waits_as_long_as_it_should(put, make, told, find, clock, fault, seconds):
    """Our own patience, or the receiver's where it is sane."""
    put("e1")
    told.faults["e1"] = fault
    assert make().run_once() == Dispatched(delayed=1)
    assert find("e1").not_before == clock.now() + timedelta(seconds=seconds)


def test_what_no_repetition_cures_is_parked_at_once(put, make, told, find, store, clock):
    """A person hands it out again when it is cured."""
    put("e1")
    told.faults["e1"] = NoticeUndeliverable("nobody", notice_id="e1")
    assert make().run_once() == Dispatched(parked=1)
    assert find("e1").fault == "notice_undeliverable"
    told.faults.clear()
    with store.transaction() as connection:
        OutboxRows(connection).hand_out_again("e1", at=clock.now().astimezone(UTC))
    assert make().run_once() == Dispatched(done=1)


def test_an_event_that_kills_its_worker_is_parked_in_the_end(put, make, told, find, clock):
    """The others are handed out meanwhile."""

    class Killed(BaseException):
        pass

    put("killer", "e2")
    told.faults["killer"] = Killed()
    for _ in range(3):
        with pytest.raises(Killed):
            make(retry=OutboxRetry(attempts=3)).run_once()
        assert make().run_once().done in {0, 1}
        clock.advance(seconds=120)
    assert make(retry=OutboxRetry(attempts=3)).run_once() == Dispatched(parked=1)
    assert (find("killer").fault, told.told.count("killer")) == ("worker_died", 3)
    assert find("e2").state is OutboxState.DONE


def test_who_takes_longer_than_the_lease_marks_nothing(put, make, told, find, clock):
    """Another worker took it meanwhile, and marks it."""
    put("e1")
    other = make()

    def slow(event, deadline):
        clock.advance(seconds=121)
        assert other.run_once() == Dispatched(done=1)

    assert make(handlers={"notice": slow}).run_once() == Dispatched(lost=1)
    assert (find("e1").state, find("e1").attempts) == (OutboxState.DONE, 2)


def test_a_topic_without_a_handler_waits(put, make, find):
    """For a worker of a later version, that has one."""
    put("e1", topic="publicity")
    assert make().run_once() == Dispatched()
    assert (find("e1").state, find("e1").attempts) == (OutboxState.PENDING, 0)


def test_i9_a_database_that_is_gone_loses_nothing(make, store, put, told, monkeypatch):
    """It is told, and what was handed out is handed out again later: at least once."""
    put("e1")
    dispatcher = make()
    real, calls = store.transaction, []

    def broken(**given):
        calls.append(1)
        if len(calls) == 2:
            raise StoreUnavailable("down", location="here")
        return real(**given)

    monkeypatch.setattr(store, "transaction", broken)
    with pytest.raises(StoreUnavailable):
        dispatcher.run_once()
    assert told.told == ["e1"]
    told.clock.advance(seconds=120)
    assert dispatcher.run_once() == Dispatched(done=1)
    assert told.told == ["e1", "e1"]


def test_a_database_that_is_slow_at_the_end_takes_nothing_back(make, store, put, monkeypatch):
    """What gauges show is not worth an error."""
    put("e1")

    def down(**_):
        raise StoreUnavailable("down", location="here")

    monkeypatch.setattr(store, "reading", down)
    assert make().run_once() == Dispatched(done=1)


def test_a_notice_goes_from_its_transaction_to_its_recipient(store, clock, make):
    """In order for each recipient; one that cannot be read is parked, not tried for days."""

    class Notifier:
        def __init__(self):
            self.delivered = []

        def deliver(self, notice, *, deadline):
            self.delivered.append(notice)

    notifier = Notifier()
    notices = [a_notice("n1"), a_notice("n2"), a_notice("n3", recipient="other")]
    with store.transaction() as connection:
        rows = OutboxRows(connection)
        rows.put(notice_event(notice, at=clock.now()) for notice in notices)
        rows.put([OutboxEvent.new("bad", "notice", key="bad", payload={"at": CANARY}, at=clock.now())])
        later = clock.now() + timedelta(days=5)
        rows.put([notice_event(a_notice("n4", recipient="x"), at=clock.now(), not_before=later)])
    dispatcher = make(handlers={"notice": notice_handler(notifier)})
    assert dispatcher.run_once() == Dispatched(done=3, parked=1)
    assert sorted(notice.notice_id for notice in notifier.delivered) == ["n1", "n2", "n3"]
    assert {notice.notice_id: notice for notice in notifier.delivered} == {n.notice_id: n for n in notices}
    clock.advance(to=later)
    assert dispatcher.run_once() == Dispatched(done=1)


def test_nothing_of_an_event_is_seen_in_the_log(put, make, told, caplog):
    """Its id and its topic, and the kind of its fault."""
    caplog.set_level(logging.DEBUG)
    put("e1", "e2", key=CANARY)
    told.faults = {"e1": ValueError(CANARY)}
    make(retry=OutboxRetry(attempts=1)).run_once()
    make().run_once()
    ours = [record for record in caplog.records if record.name.startswith("chengxin")]
    assert any("ValueError" in record.getMessage() for record in ours)
    assert not [record for record in caplog.records if CANARY in caplog.handler.format(record)]


def test_what_waits_is_measured(store, clock, put, told, monkeypatch):
    """By topic and outcome; how much, and for how long."""
    reader = InMemoryMetricReader()
    provider = MeterProvider(metric_readers=[reader])
    monkeypatch.setattr(metrics, "get_meter", provider.get_meter)
    dispatcher = Dispatcher(store, {"notice": told}, clock=clock, jitter=lambda: 0.5)
    assert reader.get_metrics_data() is None
    put("e1", "e2", "e3")
    told.faults = {"e2": NoticeUndeliverable("x", notice_id="e2"), "e3": OSError()}
    dispatcher.run_once()
    clock.advance(seconds=10)
    told.clock.advance(seconds=0)
    dispatcher.run_once(limit=0)
    points = {}
    for metric in reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics:
        for point in metric.data.data_points:
            points[metric.name.removeprefix("chengxin.outbox."), *point.attributes.values()] = point.value
    provider.shutdown()
    assert points == {
        ("handed_out", "notice", "done"): 1,
        ("handed_out", "notice", "parked"): 1,
        ("handed_out", "notice", "delayed"): 1,
        ("pending",): 1,
        ("parked",): 1,
        ("age",): 7.5,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"deadline_seconds": 0.0},
        {"deadline_seconds": 61.0},
        {"lease_seconds": 100_000.0},
        {"run_seconds": 0.0},
    ],
)
def test_times_that_do_not_go_together_are_refused_at_the_start(wrong):
    """A lease has to outlast what is done under it."""
    with pytest.raises(ConfigurationError):
        DispatchOptions(**wrong)
