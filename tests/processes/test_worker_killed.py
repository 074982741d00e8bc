"""Workers and writers that are killed at any line: nothing is lost, nothing is done twice, the order holds."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random

import pytest

from chengxin.store import OutboxRows, OutboxState, SqlStore
from tests.processes.background import KEYS

WORKERS = 5
SOON = 60
_NAP = threading.Event()

pytestmark = pytest.mark.timeout(300)


class Receiver:
    """Whoever is told of events: keeps their ids, repetitions included."""

    def __init__(self):
        heard = self.heard = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                heard.append(self.path[1:])
                with suppress(OSError):  # who asked may be dead by now
                    self.send_response(200)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        """Stop it."""
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver():
    """A receiver."""
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def store(database_url):
    """A store on a database that has the tables, and one of the platform's own."""
    with SqlStore(database_url, deadline_seconds=30) as store:
        with store.transaction() as connection:
            connection.exec_driver_sql("CREATE TABLE effect (id INTEGER PRIMARY KEY)")
        yield store


@pytest.fixture
def work(database_url, receiver, tmp_path):
    """Start workers, which are killed in the end."""
    started = []
    environment = os.environ | {"TEST_DATABASE_URL": database_url, "TEST_RECEIVER_URL": receiver.url}
    command = [sys.executable, "-m", "chengxin", "worker", "--jobs", "tests.processes.background:jobs"]

    def work(*options, **given):
        queue = ["--queue", f"sqlite:///{tmp_path}/queue.db"]
        process = subprocess.Popen(
            [*command, *queue, *options], env=environment | given, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield work
    for process in started:
        process.kill()
        process.communicate()


def eventually(holds):
    """Wait until something holds."""
    assert any(holds() or _NAP.wait(0.02) for _ in range(SOON * 50)), "it never held"


def backlog(store):
    """Return how much waits."""
    with store.reading() as connection:
        return OutboxRows(connection).backlog()


def write(url, count):
    """Start a writer, and return it when it has put something."""
    words = [sys.executable, "-m", "tests.processes.background", url, str(count)]
    writer = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert writer.stdout.readline()
    return writer


def test_i7_killed_workers_and_writers_lose_nothing_and_double_nothing(store, database_url, work, receiver):
    """What is in the outbox is what was committed; each event is told, marked once, and in the order of its key."""
    random = Random(7)
    workers = [work("--threads", "1", TEST_LEASE_SECONDS="1.5") for _ in range(WORKERS)]
    for number, worker in enumerate(workers[:-1]):
        writer = write(database_url, 10_000)
        heard = len(receiver.heard)
        eventually(lambda heard=heard, number=number: len(receiver.heard) > heard + number)
        _NAP.wait(random.random() * 0.3)
        worker.kill()
        _NAP.wait(random.random() * 0.1)
        writer.kill()
        writer.communicate()
    eventually(lambda: backlog(store).pending == 0)
    with store.reading() as connection:
        effects = connection.exec_driver_sql("SELECT id FROM effect ORDER BY id").scalars().all()
        rows = OutboxRows(connection)
        events = [rows.find(f"e-{number}") for number in effects]
        total = connection.exec_driver_sql("SELECT COUNT(*) FROM chengxin_outbox").scalar_one()
    assert len(effects) >= WORKERS
    assert total == len(effects)
    assert {event.state for event in events} == {OutboxState.DONE}
    told = Counter(receiver.heard)
    assert told.keys() == {event.event_id for event in events}
    assert all(told[event.event_id] <= event.attempts for event in events)
    for number in range(KEYS):
        firsts = list(dict.fromkeys(one for one in receiver.heard if int(one[2:]) % KEYS == number))
        assert firsts == sorted(firsts, key=lambda one: int(one[2:]))


def test_a_worker_that_is_asked_to_end_ends_in_good_order(store, database_url, work, receiver):
    """What is under way is marked; the exit code says that nothing is wrong."""
    worker = work()
    subprocess.run(
        [sys.executable, "-m", "tests.processes.background", database_url, "20"],
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=SOON,
    )
    eventually(lambda: receiver.heard)
    worker.send_signal(signal.SIGTERM)
    _, said = worker.communicate(timeout=SOON)
    assert worker.returncode == 0, said
    assert "SIGTERM" in said
    with store.reading() as connection:
        rows = OutboxRows(connection)
        assert not [event for event in rows.pending() if event.leased_until is not None]
        done = 20 - len(rows.pending())
    assert len(receiver.heard) == len(set(receiver.heard)) == done


def test_a_worker_that_runs_once_needs_no_queue(store, database_url, work, receiver, tmp_path):
    """For a host with a clock of its own."""
    subprocess.run(
        [sys.executable, "-m", "tests.processes.background", database_url, "3"],
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=SOON,
    )
    worker = work("--once")
    _, said = worker.communicate(timeout=SOON)
    assert (worker.returncode, said) == (0, "")
    assert receiver.heard == ["e-0", "e-1", "e-2"]
    assert not (tmp_path / "queue.db").exists()
