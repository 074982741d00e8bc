"""A repair is gone from every worker of a gunicorn within two seconds, however the workers came to be."""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import ExitStack, contextmanager

import pytest

from tests.processes.measured import is_confirmed
from tests.processes.world import GENERAL, KEY, NOTHING, ROOT, Worker, eventually
from tests.servers import free_port

WORKERS = 4
GONE_SECONDS = 2.0


class Gunicorn:
    """A gunicorn with four workers that serve ``tests.processes.shop``."""

    def __init__(self, environment, *options):
        self.port = free_port()
        command = [sys.executable, "-m", "gunicorn", "tests.processes.shop:app", "--log-level", "warning"]
        bound = ["--bind", f"127.0.0.1:{self.port}", "--workers", str(WORKERS), "--graceful-timeout", "5"]
        self._process = subprocess.Popen(
            [*command, *bound, *options], cwd=ROOT, env={**os.environ, **environment}
        )

    def ask(self, code):
        """Return what one worker says of a subject."""
        url = f"http://127.0.0.1:{self.port}/credit/{code}"
        with urllib.request.urlopen(url, timeout=20) as response:
            return json.loads(response.read())

    def close(self):
        """End it in good order."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Shoppers:
    """Ask about a subject over and over, eight at a time, and note who said what when."""

    def __init__(self, gunicorn, code):
        self._gunicorn = gunicorn
        self._code = code
        self._ended = threading.Event()
        self.heard = []
        self._threads = [threading.Thread(target=self._run) for _ in range(8)]

    def _run(self):
        while not self._ended.is_set():
            began = time.perf_counter()
            try:
                said = self._gunicorn.ask(self._code)
            except OSError:
                self._ended.wait(0.05)  # it is starting
                continue
            self.heard.append((began, said["pid"], said["standing"]))
            self._ended.wait(0.03)

    def by_worker(self, since):
        """Return the standings that each worker told to who asked later than that."""
        told = {}
        for began, pid, standing in list(self.heard):
            if began >= since:
                told.setdefault(pid, set()).add(standing)
        return told

    def all_say(self, standing, since):
        """Tell whether each of the workers was asked, and said that and nothing else."""
        told = self.by_worker(since)
        return len(told) == WORKERS and all(standings == {standing} for standings in told.values())

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        for thread in self._threads:
            thread.join()


@contextmanager
def shop(mock, cache, *options, **environment):
    """Serve a shop whose workers share a cache, and let shoppers ask about a subject with a penalty."""
    settings = {
        "CHENGXIN_SOURCE_URL": mock.url,
        "CHENGXIN_APP_KEY": KEY["app_key"],
        "CHENGXIN_SECRET": KEY["secret"],
        "CHENGXIN_CACHE_URL": cache,
    }
    with ExitStack() as stack:
        gunicorn = Gunicorn({**settings, **environment}, *options)
        stack.callback(gunicorn.close)
        shoppers = stack.enter_context(Shoppers(gunicorn, GENERAL))
        eventually(lambda: shoppers.all_say("ADVERSE", 0.0), within=30)
        yield shoppers


KINDS = {
    "sync": ["--worker-class", "sync"],
    "gthread": ["--worker-class", "gthread", "--threads", "2"],
    "sync, preloaded": ["--worker-class", "sync", "--preload"],
    "gthread, preloaded": ["--worker-class", "gthread", "--threads", "2", "--preload"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_i1_a_repair_is_gone_from_every_worker_within_two_seconds(kind, mock, cache):
    """It is published at the source, a process of its own follows the feed, and the lag is in its metrics."""
    # Preloaded, the client is used in the master before the workers are forked from it.
    environment = {"USED_ON_IMPORT": NOTHING} if "preloaded" in kind else {}
    client = {"source": mock.url, "cache": cache, **KEY}
    with Worker(main=client) as follower, shop(mock, cache, *KINDS[kind], **environment) as shoppers:
        follower.ask("follow")
        eventually(lambda: is_confirmed(follower), within=5)
        # The mark of the feed is there as soon as it is followed; what comes after that is told.
        eventually(lambda: mock.asked("changes"), within=5)
        eventually(lambda: follower.ask("health")["feed"] == "CURRENT", within=10)
        began = time.perf_counter()
        assert eventually(lambda: shoppers.all_say("ADVERSE", began), within=10)
        published = time.perf_counter()
        mock.repair(GENERAL)
        eventually(
            lambda: len(shoppers.by_worker(published + GONE_SECONDS)) == WORKERS, within=GONE_SECONDS + 10
        )
        late = shoppers.by_worker(published + GONE_SECONDS)
        assert set().union(*late.values()) == {"NO_ADVERSE_RECORD"}, late
        lags = follower.ask("lags")
        assert lags["count"] == 1
        assert 0 <= lags["max"] < GONE_SECONDS


@pytest.mark.parametrize("kind", ["sync, preloaded", "gthread"])
def test_i1_with_redis_killed_before_a_repair_is_gone_within_the_bounded_life(kind, redis, mock):
    """Nobody can be told, so no worker uses for longer than the settings say what it has in memory."""
    life = 2.0
    environment = {"USED_ON_IMPORT": NOTHING} if "preloaded" in kind else {}
    with shop(
        mock, redis.url, *KINDS[kind], CHENGXIN_UNCONFIRMED_LIFE_SECONDS=str(life), **environment
    ) as shoppers:
        redis.kill()
        killed = time.perf_counter()
        eventually(lambda: len(shoppers.by_worker(killed + 1.0)) == WORKERS, within=15)
        published = time.perf_counter()
        mock.repair(GENERAL)
        # A question under way at that moment may take a moment; what it brings lives as long as any other.
        bound = published + life + 0.5
        eventually(lambda: len(shoppers.by_worker(bound)) == WORKERS, within=life + 10)
        late = shoppers.by_worker(bound)
        assert set().union(*late.values()) == {"NO_ADVERSE_RECORD"}, late


def test_i1_the_command_that_follows_makes_a_repair_go(mock, cache, start):
    """``chengxin follow`` in a process of its own tells the others, and is ended without a trace."""
    worker = start(cache)
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "chengxin",
        "--source-url",
        mock.url,
        "--cache-url",
        cache,
    ]
    environment = {
        **os.environ,
        "CHENGXIN_APP_KEY": KEY["app_key"],
        "CHENGXIN_SECRET": KEY["secret"],
    }
    follower = subprocess.Popen(
        [*command, "follow", "--format", "json"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        worker.check(GENERAL)
        eventually(lambda: is_confirmed(worker))
        eventually(lambda: len(mock.asked("changes")) >= 2, within=15)
        assert worker.check(GENERAL)["standing"] == "ADVERSE"
        mock.repair(GENERAL)
        eventually(lambda: worker.check(GENERAL)["standing"] == "NO_ADVERSE_RECORD", within=GONE_SECONDS)
        assert json.loads(follower.stdout.readline())["change"] == "REPAIRED"
    finally:
        follower.kill()
        follower.wait()
        follower.stdout.close()
