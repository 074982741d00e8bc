"""Many processes append to one ledger, are killed while they do, and it stays one whole chain."""

import subprocess
import sys
import threading
from contextlib import contextmanager
from random import Random

import pytest
from hypothesis import settings
from sqlalchemy import select

from chengxin.errors import StoreUnavailable
from chengxin.ledger import EntryKind
from chengxin.store import LedgerRows, SqlStore, upgrade
from tests.processes.appender import EFFECT, act

WRITERS = 8
EACH = 20
KILLS = 200 if settings().max_examples > 100 else 8
"""Processes that are killed on each database: more in the long run."""
AT_ONCE = 4
_NAP = threading.Event()


@pytest.fixture
def url(database_url):
    """Return the URL of a database with an empty ledger, and a table for effects."""
    _make_effects(database_url)
    return database_url


def _make_effects(url):
    with SqlStore(url) as store, store.transaction() as connection:
        EFFECT.create(connection)


class Writer:
    """A process that appends."""

    def __init__(self, url, name, count):
        self.name = name
        self.acknowledged = []
        command = [sys.executable, "-m", "tests.processes.appender", url, name, str(count)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self):
        for line in self._process.stdout:
            self.acknowledged.append(int(line))

    def wait(self):
        """Wait until it is done, and return what it complained of."""
        complaint = self._process.stderr.read()
        self._process.wait(timeout=100)
        self._thread.join()
        self._process.stdout.close()
        self._process.stderr.close()
        return complaint

    def wait_for(self, count):
        """Wait until so many are acknowledged."""
        while len(self.acknowledged) < count:
            assert self._process.poll() is None or len(self.acknowledged) >= count
            _NAP.wait(0.002)

    def kill(self):
        """End it at once, whatever it is doing."""
        self._process.kill()


def require_whole(url, writers):
    """Assert that the chain is whole, and holds every acknowledged entry once, with its effect."""
    with SqlStore(url, deadline_seconds=60) as store, store.reading() as connection:
        rows = LedgerRows(connection)
        report = rows.verify()
        report.raise_for_damage()
        effects = {(row.writer, row.number): row.seq for row in connection.execute(select(EFFECT))}
        entries = [entry for entry in rows.read() if entry.kind is EntryKind.MEASURE_IMPOSED]
        assert [entry.seq for entry in rows.read()] == list(range(1, report.entries + 1))
    # The first entry of each transaction is the one that its effect names; every second has one more.
    named = {}
    for entry in entries:
        named.setdefault((entry.actor, entry.stub["number"]), []).append(entry.seq)
    assert {key: seqs[0] for key, seqs in named.items()} == effects
    assert all(len(seqs) == 1 + key[1] % 2 for key, seqs in named.items())
    for writer in writers:
        assert {(writer.name, number) for number in writer.acknowledged} <= set(effects)
    return report


def test_i6_eight_processes_append_one_chain(url):
    """At once, with contents erased in between: no gap, no fork, every effect with its entries."""
    writers = [Writer(url, f"writer {number}", EACH) for number in range(WRITERS)]
    assert [writer.wait() for writer in writers] == [""] * WRITERS
    assert all(len(writer.acknowledged) == EACH for writer in writers)
    assert require_whole(url, writers).entries >= WRITERS * EACH


def test_i6_threads_of_one_process_append_one_chain(url):
    """By the connections of one store."""
    raised = []
    with SqlStore(url, deadline_seconds=60) as store:

        def write(name):
            try:
                for number in range(10):
                    with store.transaction() as connection:
                        act(connection, name, number)
            except BaseException as error:  # noqa: BLE001 -- handed to the test's own thread
                raised.append(error)

        threads = [threading.Thread(target=write, args=(f"thread {number}",)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert raised == []
    require_whole(url, [])


def test_i7_writers_that_are_killed_leave_no_gap(url):
    """Whenever it comes: what was acknowledged is there, and what was not is there whole or not at all."""
    rng = Random(KILLS)
    others = [Writer(url, f"other {number}", 40) for number in range(2)]
    killed = []
    for first in range(0, KILLS, AT_ONCE):
        batch = [Writer(url, f"killed {first + number}", 10_000) for number in range(AT_ONCE)]
        for writer in batch:
            writer.wait_for(rng.randrange(1, 8))
            _NAP.wait(rng.random() * 0.02)
            writer.kill()
        killed += batch
    for writer in killed:
        writer.wait()
    assert [writer.wait() for writer in others] == [""] * 2
    require_whole(url, [*others, *killed])
    more = Writer(url, "after", 3)
    assert more.wait() == ""
    require_whole(url, [*others, *killed, more])


@contextmanager
def _running(url, count):
    writers = [Writer(url, f"writer {number}", 100_000) for number in range(count)]
    try:
        for writer in writers:
            writer.wait_for(5)
        yield writers
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()


def test_i7_a_server_that_is_killed_keeps_what_was_acknowledged(postgres_server):
    """Locks are let go before the disk has answered, and yet nobody is answered before it has."""
    url = postgres_server.url()
    upgrade(url)
    _make_effects(url)
    with _running(url, 6) as writers:
        for writer in writers:
            writer.wait_for(20)
        postgres_server.kill()
    postgres_server.start()
    require_whole(url, writers)


def test_i7_an_append_that_was_not_answered_is_told(postgres_server):
    """A server that stands still at the commit: the caller learns that it is not certain."""
    url = postgres_server.url()
    upgrade(url)
    _make_effects(url)
    with SqlStore(url, deadline_seconds=1) as store:
        with store.transaction() as connection:
            act(connection, "first", 0)

        def act_and_freeze():
            with store.transaction() as connection:
                act(connection, "second", 0)
                postgres_server.freeze()

        with pytest.raises(StoreUnavailable):
            act_and_freeze()
        postgres_server.thaw()
    require_whole(url, [])
