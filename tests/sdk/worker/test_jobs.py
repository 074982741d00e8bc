"""Jobs by name: run by anybody, and by the worker's queue."""

import logging
import threading

import pytest

from chengxin.errors import ConfigurationError, StoreUnavailable
from chengxin.worker import Job, Jobs, Worker, make_huey
from chengxin.worker.queue import register
from tests.servers import RedisServer

SOON = 20
CANARY = "canary-51c0"


@pytest.fixture(scope="session")
def redis(tmp_path_factory):
    """A Redis of these tests."""
    with RedisServer(tmp_path_factory.mktemp("redis"), "--requirepass", CANARY) as server:
        yield server


@pytest.fixture(params=["sqlite", "redis"])
def queue_url(request, tmp_path):
    """URL of a queue of each kind, in which there is nothing."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/queue.db"
    server = request.getfixturevalue("redis")
    url = f"redis://:{CANARY}@127.0.0.1:{server.port}/0"
    make_huey(url).flush()
    return url


class Running:
    """A worker in a thread, until the block ends."""

    def __init__(self, jobs, url, **given):
        self.worker = Worker(jobs, make_huey(url), **given)
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.worker.run, args=(self.stop,))

    def __enter__(self):
        self.thread.start()
        return self.worker

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join(SOON)
        assert not self.thread.is_alive()


def test_a_job_is_run_by_whoever_calls_it(caplog):
    """What it raises is logged, without what a host's error says, and the others go on."""
    did = []
    jobs = Jobs()
    jobs.add("fine", lambda: did.append(1), every_seconds=1)
    jobs.add("broken", lambda: did.append(1 / 0), every_seconds=60)
    jobs.add("down", _raise_unavailable, every_seconds=60)
    assert jobs.run_all() == {"fine": True, "broken": False, "down": False}
    assert jobs.run("fine")
    assert (did, len(jobs), [job.name for job in jobs]) == ([1, 1], 3, ["fine", "broken", "down"])
    said = [record.getMessage() for record in caplog.records]
    assert "ZeroDivisionError" in said[0]
    assert "division by zero" not in said[0]
    assert "the database is down" in said[1]


def _raise_unavailable():
    raise StoreUnavailable("the database is down", location="here")


@pytest.mark.parametrize("wrong", [{"name": "Out box"}, {"every_seconds": 0}, {"every_seconds": 1e9}])
def test_a_job_that_could_not_be_run_is_refused_at_the_start(wrong):
    """Its name or its interval."""
    with pytest.raises(ConfigurationError):
        Job(**{"name": "outbox", "run": print, "every_seconds": 1, **wrong})


def test_names_are_taken_once_and_have_to_be_known():
    """A second job of a name would never be run."""
    jobs = Jobs()
    with pytest.raises(ConfigurationError, match="none"):
        jobs.run("outbox")
    jobs.add("outbox", print, every_seconds=1)
    with pytest.raises(ConfigurationError, match="two jobs"):
        jobs.add("outbox", print, every_seconds=1)
    with pytest.raises(ConfigurationError, match="There are: outbox"):
        jobs.run("inbox")


def test_a_worker_runs_its_jobs_again_and_again_and_on_demand(queue_url):
    """At once at the start, then by their intervals; one that fails is run again too."""
    runs = {"often": threading.Semaphore(0), "rarely": threading.Semaphore(0)}
    jobs = Jobs()
    jobs.add("often", runs["often"].release, every_seconds=1)
    jobs.add("rarely", lambda: (runs["rarely"].release(), 1 / 0), every_seconds=3600)
    with Running(jobs, queue_url) as worker:
        assert runs["rarely"].acquire(timeout=SOON)
        for _ in range(3):
            assert runs["often"].acquire(timeout=SOON)
        assert not runs["rarely"].acquire(blocking=False)
        worker.kick("rarely")
        assert runs["rarely"].acquire(timeout=SOON)
        with pytest.raises(KeyError):
            worker.kick("never")


def test_workers_share_a_queue(queue_url):
    """Each job is run by one or the other, or by both; one that stops leaves the rest to the others."""
    ran = threading.Semaphore(0)
    jobs = Jobs()
    jobs.add("often", ran.release, every_seconds=1)
    with Running(jobs, queue_url):
        with Running(jobs, queue_url):
            assert ran.acquire(timeout=SOON)
        for _ in range(4):
            assert ran.acquire(timeout=SOON)


def test_a_worker_that_is_stopped_lets_the_job_under_way_end(queue_url):
    """And takes no other."""
    begun, ends, ended = threading.Event(), threading.Event(), []
    jobs = Jobs()

    def run():
        begun.set()
        ends.wait(SOON)
        ended.append(1)

    jobs.add("slow", run, every_seconds=3600)
    running = Running(jobs, queue_url)
    running.thread.start()
    assert begun.wait(SOON)
    running.stop.set()
    ends.set()
    running.thread.join(SOON)
    assert (ended, running.thread.is_alive()) == ([1], False)


def test_what_nobody_takes_is_of_no_use_later(queue_url):
    """Where no worker runs for an hour, an hour's tasks do not pile up behind."""
    ran = threading.Semaphore(0)
    jobs = Jobs()
    jobs.add("often", ran.release, every_seconds=1)
    huey = make_huey(queue_url)
    tasks = register(huey, jobs)
    for _ in range(5):
        huey.enqueue(tasks["often"].s())
    while (task := huey.dequeue()) is not None:
        assert task.expires_resolved is not None
        huey.execute(task, task.expires_resolved.replace(year=2030))
    assert not ran.acquire(blocking=False)
    huey.storage.close()


def test_a_queue_carries_names_alone(queue_url, caplog):
    """Nothing in it is run but a known job, and what is no message at all is dropped."""
    jobs = Jobs()
    ran = threading.Event()
    jobs.add("outbox", ran.set, every_seconds=3600)
    huey = make_huey(queue_url)
    tasks = register(huey, jobs)
    huey.enqueue(tasks["outbox"].s())
    (message,) = huey.storage.enqueued_items()
    assert set(bytes(message)) <= set(range(32, 127))
    assert b'"chengxin.worker.queue.outbox"' in message
    huey.flush()
    for garbage in (b"cos\nsystem\n(S'true'\ntR.", b'{"id": 1, "name": "os.system", "expires": null}', b"[]"):
        huey.storage.enqueue(garbage)
    huey.storage.close()
    with Running(jobs, queue_url):
        assert ran.wait(SOON)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sqlite://",
        "sqlite://host/queue.db",
        "sqlite:///",
        "sqlite:///nowhere/at/all/queue.db",
        f"amqp://:{CANARY}@127.0.0.1/",
        f"redis://:{CANARY}@127.0.0.1:port/0",
    ],
)
def test_a_queue_that_is_none_is_refused_and_not_repeated(url):
    """The URL may hold a password."""
    with pytest.raises(ConfigurationError) as caught:
        make_huey(url)
    assert CANARY not in str(caught.value)


def test_a_queue_that_is_away_is_told_and_tried_again(tmp_path, caplog):
    """The jobs go on when it is back; its password is not told."""
    caplog.set_level(logging.DEBUG)
    ran = threading.Semaphore(0)
    jobs = Jobs()
    jobs.add("often", ran.release, every_seconds=1)
    with RedisServer(tmp_path, "--requirepass", CANARY) as server:
        url = f"redis://:{CANARY}@127.0.0.1:{server.port}/0"
        with Running(jobs, url):
            assert ran.acquire(timeout=SOON)
            server.kill()
            assert _eventually(lambda: any("could not be queued" in r.getMessage() for r in caplog.records))
            while ran.acquire(blocking=False):
                pass
            server.start()
            assert ran.acquire(timeout=SOON)
    assert not [record for record in caplog.records if CANARY in caplog.handler.format(record)]


def _eventually(holds):
    nap = threading.Event()
    return any(holds() or nap.wait(0.1) for _ in range(SOON * 10))
