"""The outbox in SQL, on both databases: its laws against a model, and many workers at once."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy.dialects import sqlite

from chengxin.clock import SystemClock
from chengxin.store import Backlog, OutboxEvent, OutboxRows, OutboxState, SqlStore, check, downgrade, upgrade
from chengxin.store.outbox import ahead_of
from chengxin.store.sql.outbox import _due

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
LEASE = 60
NAMES = ["a", "b", ahead_of("a")]


@pytest.fixture
def store(database_url):
    """A store on a database that has the tables."""
    with SqlStore(database_url, deadline_seconds=30) as store:
        yield store


def an_event(event_id, *, key="k", topic="notice", at=AT, after=0):
    """Return an event."""
    later = at + timedelta(seconds=after)
    return OutboxEvent.new(event_id, topic, key=key, payload={"says": event_id}, at=at, not_before=later)


def put(store, *events):
    """Put events in a transaction of their own."""
    with store.transaction() as connection:
        return OutboxRows(connection).put(events)


def put_and_fail(store, event):
    """Put an event in a transaction that fails after it."""
    with store.transaction() as connection:
        OutboxRows(connection).put([event])
        raise RuntimeError


def claim(store, *, at=AT, limit=100, owner="w", **given):
    """Take events in a transaction of its own, and return their ids."""
    with store.transaction() as connection:
        found = OutboxRows(connection).claim(at=at, limit=limit, lease_seconds=LEASE, owner=owner, **given)
    return [event.event_id for event in found]


def done(store, event_id, owner="w", *, at=AT):
    """Mark an event in a transaction of its own."""
    with store.transaction() as connection:
        return OutboxRows(connection).done(event_id, owner, at=at)


def failed(store, event_id, owner="w", *, at=AT, again_at=None):
    """Give an event back in a transaction of its own."""
    with store.transaction() as connection:
        return OutboxRows(connection).failed(event_id, owner, at=at, again_at=again_at, fault="busy")


def find(store, event_id):
    """Return an event."""
    with store.reading() as connection:
        return OutboxRows(connection).find(event_id)


def test_the_tables_are_those_that_the_code_describes(database_url):
    """Nothing is left for Alembic to do, and going back leaves nothing."""
    assert check(database_url).differences == ()
    downgrade(database_url, "0001_policies")
    upgrade(database_url)
    assert check(database_url).is_current


def test_i7_an_event_is_there_if_and_only_if_what_it_tells_of_is(store):
    """They are one transaction."""
    with pytest.raises(RuntimeError):
        put_and_fail(store, an_event("e1"))
    assert find(store, "e1") is None
    assert put(store, an_event("e1")) == 1
    assert find(store, "e1").payload == {"says": "e1"}


def test_i7_what_is_put_twice_is_one_event(store):
    """Pending, done or parked, it is left as it is."""
    assert put(store, an_event("e1"), an_event("e1"), an_event("e2", key="l")) == 2
    assert claim(store) == ["e1", "e2"]
    assert done(store, "e1")
    assert failed(store, "e2")
    assert put(store, an_event("e1"), an_event("e2")) == 0
    assert (find(store, "e1").state, find(store, "e2").state) == (OutboxState.DONE, OutboxState.PARKED)


def test_what_an_event_says_is_erased_when_it_is_handed_out(store):
    """The record that it tells of may be disclosed no longer by tomorrow."""
    put(store, an_event("e1"))
    claim(store)
    done(store, "e1")
    assert find(store, "e1").payload == {}
    with store.transaction() as connection:
        assert OutboxRows(connection).forget(before=AT) == 0
        assert OutboxRows(connection).forget(before=AT + timedelta(seconds=1)) == 1
    assert find(store, "e1") is None


def test_of_one_key_one_at_a_time_in_the_order_of_putting(store):
    """The earlier one holds the later one back while it is under way, backs off, or is not due; not when parked."""
    put(store, an_event("e1"), an_event("e2"), an_event("other", key="l"))
    assert claim(store, owner="w1") == ["e1", "other"]
    assert claim(store, owner="w2") == []
    again = AT + timedelta(seconds=10)
    assert failed(store, "e1", "w1", again_at=again)
    assert claim(store, owner="w3") == []
    assert claim(store, owner="w4", at=again) == ["e1"]
    assert failed(store, "e1", "w4")
    assert claim(store, owner="w5", at=again) == ["e2"]


def test_i4_what_goes_ahead_waits_for_nothing_of_the_key(store):
    """A lift is not held back by an imposition that cannot be delivered; what is put later waits for the lift."""
    key = "constraint:c"
    put(store, an_event("imposed", key=key))
    assert claim(store, owner="w1") == ["imposed"]
    put(store, an_event("lifted", key=ahead_of(key)), an_event("later", key=key))
    assert claim(store, owner="w2") == ["lifted"]
    assert failed(store, "imposed", "w1", at=AT, again_at=AT + timedelta(hours=1))
    with store.transaction() as connection:
        rows = OutboxRows(connection)
        assert rows.withdraw(key, prefix="impose_", at=AT) == 0  # a prefix is no pattern
        assert rows.withdraw(key, prefix="imposed", at=AT) == 1
        assert rows.withdraw(key, prefix="lifted", at=AT) == 0
    event = find(store, "imposed")
    assert (event.state, event.fault, event.payload) == (OutboxState.DONE, "withdrawn", {})
    assert claim(store, owner="w3", at=AT + timedelta(seconds=1)) == []
    assert done(store, "lifted", "w2")
    assert claim(store, owner="w4") == ["later"]


def test_i4_no_lift_waits_for_another_one(store):
    """One that cannot be delivered holds back what is imposed later, and no other lift of the subject."""
    key = "constraint:c"
    put(store, an_event("first", key=ahead_of(key)), an_event("second", key=ahead_of(key)))
    put(store, an_event("later", key=key))
    assert claim(store, owner="w1") == ["first", "second"]
    assert failed(store, "first", "w1", at=AT, again_at=AT + timedelta(hours=1))
    put(store, an_event("third", key=ahead_of(key)))
    assert claim(store, owner="w2") == ["third"]
    assert done(store, "second", "w1")
    assert done(store, "third", "w2")
    assert claim(store, owner="w3") == []
    assert claim(store, owner="w4", at=AT + timedelta(hours=1)) == ["first"]
    assert done(store, "first", "w4")
    assert claim(store, owner="w5") == ["later"]


def test_what_a_worker_has_when_it_is_withdrawn_is_not_its_own_any_more(store):
    """It may have gone out; nobody hands it out again, even by hand."""
    put(store, an_event("e1"), an_event("e2"))
    claim(store)
    with store.transaction() as connection:
        assert OutboxRows(connection).withdraw("k", prefix="e", at=AT) == 2
    assert not done(store, "e1")
    assert not failed(store, "e1")
    with store.transaction() as connection:
        assert not OutboxRows(connection).hand_out_again("e2", at=AT)
    assert claim(store, at=AT + timedelta(days=1)) == []


def test_an_event_that_is_handed_out_again_waits_for_what_is_under_way(store):
    """And then takes its old place."""
    put(store, an_event("e1"), an_event("e2"), an_event("e3"))
    claim(store, owner="w1")
    failed(store, "e1", "w1")
    assert claim(store, owner="w2") == ["e2"]
    with store.transaction() as connection:
        assert OutboxRows(connection).hand_out_again("e1", at=AT)
        assert not OutboxRows(connection).hand_out_again("e1", at=AT)
    assert find(store, "e1").attempts == 0
    assert claim(store, owner="w3") == []
    done(store, "e2", "w2")
    assert claim(store, owner="w4") == ["e1"]


def test_only_topics_that_have_a_handler_are_taken(store):
    """What nobody here can hand out stays for a worker that can."""
    put(store, an_event("e1"), an_event("e2", key="l", topic="publicity"))
    assert claim(store, topics=["publicity"]) == ["e2"]
    assert claim(store, topics=[]) == []


def test_a_worker_that_comes_late_ends_nothing(store):
    """Its lease ran out and another has the event: neither done nor failed."""
    put(store, an_event("e1"))
    claim(store, owner="slow")
    later = AT + timedelta(seconds=LEASE)
    assert claim(store, owner="fast", at=later) == ["e1"]
    assert not done(store, "e1", "slow", at=later)
    assert not failed(store, "e1", "slow", at=later)
    assert find(store, "e1").attempts == 2
    assert done(store, "e1", "fast", at=later)
    assert not done(store, "e1", "fast", at=later)


def test_what_waits_is_seen(store):
    """How much, since when, and what."""
    put(store, an_event("e1", after=5), an_event("e2", key="l"), an_event("e3", key="m"))
    claim(store, limit=1, owner="w")
    failed(store, "e2")
    with store.reading() as connection:
        rows = OutboxRows(connection)
        assert rows.backlog() == Backlog(pending=2, parked=1, oldest_at=AT)
        assert [event.event_id for event in rows.pending()] == ["e1", "e3"]
        assert [(event.event_id, event.fault) for event in rows.parked()] == [("e2", "busy")]
        assert len(rows.pending(limit=1)) == 1


def test_taking_an_event_looks_only_at_what_waits(sqlite_template):
    """However many were handed out: what is due by its time, and what holds it back by its key; statistics or not."""
    statement = _due(AT, 1, ["notice"]).compile(
        dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
    )
    with SqlStore(f"sqlite:///{sqlite_template}") as store, store.reading() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()
    steps = [row[3] for row in plan if "SEARCH" in row[3] or "SCAN" in row[3]]
    assert steps == [
        "SEARCH chengxin_outbox USING INDEX ix_chengxin_outbox_not_before_seq (not_before<?)",
        "SEARCH other USING INDEX ix_chengxin_outbox_ordering_key_seq (ordering_key=?)",
        "SEARCH ahead USING INDEX ix_chengxin_outbox_ordering_key_seq (ordering_key=?)",
    ]


def test_an_event_behind_thousands_that_wait_is_found_at_once(store):
    """Each of them is held back by one that backs off: a receiver of many is down."""
    many = range(3000)
    put(store, *(an_event(f"first-{n}", key=f"k{n}", after=3600) for n in many))
    put(store, *(an_event(f"second-{n}", key=f"k{n}") for n in many))
    put(store, an_event("last", key="free"))
    watch = SystemClock()
    start = watch.monotonic()
    assert claim(store) == ["last"]
    assert watch.monotonic() - start < 2.0


@dataclass
class _Row:
    number: int
    event_id: str
    key: str
    not_before: datetime
    state: str = "PENDING"
    attempts: int = 0
    owner: str | None = None
    leased_until: datetime | None = None
    ended_at: datetime | None = None
    owners: list[str] = field(default_factory=list)

    def is_leased(self, at):
        return self.leased_until is not None and self.leased_until > at


class OutboxMachine(RuleBasedStateMachine):
    """The outbox against a model that is a list; owners take, fail, die and come late."""

    store: SqlStore

    @initialize()
    def begin(self):
        """Begin with nothing."""
        with self.store.transaction() as connection:
            connection.exec_driver_sql("DELETE FROM chengxin_outbox")
        self.at = AT
        self.rows = []
        self.taken = []
        self.marked = Counter()
        self.count = 0

    def due(self):
        """Return what a worker may take, as the law says it."""
        found = []
        for row in self.rows:
            is_ahead = row.key.startswith(ahead_of(""))
            keys = set() if is_ahead else {row.key, ahead_of(row.key)}
            mates = [mate for mate in self.rows if mate.key in keys and mate.state == "PENDING"]
            if (
                row.state == "PENDING"
                and row.not_before <= self.at
                and not row.is_leased(self.at)
                and not any(mate.number < row.number or mate.is_leased(self.at) for mate in mates)
            ):
                found.append(row)
        return sorted(found, key=lambda row: (row.not_before, row.number))

    @rule(key=st.sampled_from(NAMES), after=st.sampled_from([0, 0, 5, 100]), commits=st.booleans())
    def put(self, key, after, commits):
        """A transaction puts an event, and is committed or not."""
        self.count += 1
        event = an_event(f"e{self.count}", key=key, at=self.at, after=after)
        if not commits:
            with pytest.raises(RuntimeError):
                put_and_fail(self.store, event)
            return
        assert put(self.store, event) == 1
        self.rows.append(_Row(self.count, event.event_id, key, event.not_before))

    @rule(data=st.data())
    def put_again(self, data):
        """What was put before is put once more."""
        if self.rows:
            row = data.draw(st.sampled_from(self.rows))
            assert put(self.store, an_event(row.event_id, key="other")) == 0

    @rule(limit=st.integers(1, 3))
    def take(self, limit):
        """A worker takes what is due: exactly what the law lets it."""
        owner = f"w{len(self.taken)}"
        expected = self.due()[:limit]
        assert claim(self.store, at=self.at, limit=limit, owner=owner) == [row.event_id for row in expected]
        for row in expected:
            assert not row.is_leased(self.at)
            row.owner, row.leased_until = owner, self.at + timedelta(seconds=LEASE)
            row.attempts += 1
        self.taken.append((owner, [row.event_id for row in expected]))

    @rule(data=st.data(), how=st.sampled_from(["done", "again", "park"]), after=st.sampled_from([0, 20, 200]))
    def end(self, data, how, after):
        """Whoever once took an event ends it, in time or late; a worker that died never does."""
        pairs = [(owner, one) for owner, ids in self.taken for one in ids]
        if not pairs:
            return
        owner, event_id = data.draw(st.sampled_from(pairs))
        row = next((row for row in self.rows if row.event_id == event_id), None)
        is_own = row is not None and row.state == "PENDING" and row.owner == owner
        again_at = self.at + timedelta(seconds=after) if how == "again" else None
        if how == "done":
            ended = done(self.store, event_id, owner, at=self.at)
        else:
            ended = failed(self.store, event_id, owner, at=self.at, again_at=again_at)
        assert ended is is_own
        if row is not None and ended:
            self.marked[event_id] += how == "done"
            row.owner = row.leased_until = None
            row.state = {"done": "DONE", "again": "PENDING", "park": "PARKED"}[how]
            row.not_before = again_at or row.not_before
            row.ended_at = None if how == "again" else self.at

    @rule(data=st.data())
    def hand_out_again(self, data):
        """A person has a parked event handed out again."""
        if self.rows:
            row = data.draw(st.sampled_from(self.rows))
            with self.store.transaction() as connection:
                did = OutboxRows(connection).hand_out_again(row.event_id, at=self.at)
            assert did is (row.state == "PARKED")
            if did:
                row.state, row.attempts, row.not_before, row.ended_at = "PENDING", 0, self.at, None

    @rule(key=st.sampled_from(NAMES), data=st.data())
    def withdraw(self, key, data):
        """What was put of one key under some names is not to be handed out any more, under way or not."""
        prefix = f"e{data.draw(st.integers(1, 9))}"
        mine = [row for row in self.rows if row.key == key and row.event_id.startswith(prefix)]
        mine = [row for row in mine if row.state in {"PENDING", "PARKED"}]
        with self.store.transaction() as connection:
            assert OutboxRows(connection).withdraw(key, prefix=prefix, at=self.at) == len(mine)
        for row in mine:
            row.state, row.owner, row.leased_until, row.ended_at = "DONE", None, None, self.at

    @rule(seconds=st.sampled_from([1, 10, LEASE - 1, LEASE, 1000]))
    def wait(self, seconds):
        """Time goes on; leases run out."""
        self.at += timedelta(seconds=seconds)

    @rule()
    def forget(self):
        """What was handed out is forgotten, and nothing else."""
        with self.store.transaction() as connection:
            OutboxRows(connection).forget(before=self.at)
        self.rows = [row for row in self.rows if row.state != "DONE" or row.ended_at >= self.at]

    @invariant()
    def everything_stands_where_it_should(self):
        """Nothing is lost, nothing is doubled, nothing is marked twice."""
        if not hasattr(self, "rows"):
            return
        with self.store.reading() as connection:
            rows = OutboxRows(connection)
            seen = {event.event_id: event for event in (*rows.pending(), *rows.parked())}
        expected = {row.event_id: row for row in self.rows if row.state != "DONE"}
        assert seen.keys() == expected.keys()
        for event_id, row in expected.items():
            event = seen[event_id]
            assert (event.state.value, event.attempts, event.not_before) == (
                row.state,
                row.attempts,
                row.not_before,
            )
            assert event.leased_until == row.leased_until
        assert set(self.marked.values()) <= {0, 1}


def test_i7_the_outbox_is_what_its_model_is(store):
    """Whatever order things happen in."""

    class Machine(OutboxMachine):
        pass

    Machine.store = store
    run_state_machine_as_test(Machine, settings=settings(max_examples=40, stateful_step_count=30))


def test_i7_many_workers_take_each_event_once_and_keep_the_order_of_each_key(store):
    """At the same time, each with a connection of its own; nothing is taken twice while its lease lasts."""
    keys = [f"k{number}" for number in range(6)]
    put(store, *(an_event(f"{key}-{number}", key=key) for number in range(10) for key in keys))
    handed = []
    errors = []

    def work(name):
        turn = 0
        try:
            while True:
                turn += 1
                ids = claim(store, limit=2, owner=f"{name}-{turn}")
                if not ids:
                    with store.reading() as connection:
                        if not OutboxRows(connection).pending(limit=1):
                            return
                for event_id in ids:
                    handed.append(event_id)
                    assert done(store, event_id, f"{name}-{turn}")
        except BaseException as error:  # noqa: BLE001 -- told by the test
            errors.append(error)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Counter(handed) == Counter(f"{key}-{number}" for number in range(10) for key in keys)
    for key in keys:
        mine = [one for one in handed if one.startswith(f"{key}-")]
        assert mine == [f"{key}-{number}" for number in range(10)]
