"""A process of a platform: does what it is told over a socket. Started by ``world.Worker``; runs no tests.

Each line that comes is a call by name, ``{"do": "check", "code": "…"}``; each is answered by one line.
"""

import json
import logging
import os
import signal
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from chengxin import CreditClient, LookupOptions
from chengxin import clock as clock_module
from chengxin.services import FollowOptions
from chengxin.transport import BreakerOptions, GateOptions

_log = logging.getLogger("tests.processes")
FORGIVING = GateOptions(breaker=BreakerOptions(failures=1000, stopped_seconds=1e-9))


class Process:
    """Holds clients by name, made when they are first asked for."""

    def __init__(self, spec, address):
        self._spec = spec
        self._address = address
        self._clients = {}
        self._stops = []
        self._reader = InMemoryMetricReader()
        self._leap = 0.0
        metrics.set_meter_provider(MeterProvider([self._reader]))

    def client(self, name="main"):
        """Return a client."""
        if name not in self._clients:
            spec = dict(self._spec[name])
            options = LookupOptions(
                **{"error_life_seconds": 0.0, "deadline_seconds": 3.0, **spec.pop("options", {})}
            )
            self._clients[name] = CreditClient(**spec, options=options, gate=FORGIVING)
        return self._clients[name]

    def pid(self):
        """Return the number of this process."""
        return os.getpid()

    def check(self, code, client="main", wait=None):
        """Check one subject."""
        check = self.client(client).check
        began = time.perf_counter()
        status = check(code, wait_seconds=wait)
        return {
            "standing": status.standing.value,
            "reason": status.reason.value if status.reason else None,
            "records": [record.record_id for record in status.records],
            "last_known": None
            if status.last_known is None
            else [record.record_id for record in status.last_known.records],
            "seconds": time.perf_counter() - began,
            "pid": os.getpid(),
        }

    def checks(self, code, threads, client="main"):
        """Check one subject on many threads that start together."""
        self.client(client)
        start = threading.Barrier(threads)

        def run(_):
            start.wait()
            return self.check(code, client)

        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(run, range(threads)))

    def hits(self, code, count=5000, client="main"):
        """Check a subject that is in memory over and over; return the latencies' p50, p99 and maximum, in seconds."""
        check, clock = self.client(client).check, time.perf_counter
        taken = []
        for _ in range(count):
            began = clock()
            status = check(code)
            taken.append(clock() - began)
        taken.sort()
        return {
            "p50": taken[count // 2],
            "p99": taken[count * 99 // 100],
            "max": taken[-1],
            "standing": status.standing.value,
        }

    def watch(self, code, seconds, client="main"):
        """Check a subject over and over for a while; return each new standing with its reason and when it came."""
        began = time.perf_counter()
        seen = []
        nap = threading.Event()
        while time.perf_counter() - began < seconds:
            status = self.client(client).check(code)
            told = [status.standing.value, status.reason.value if status.reason else None]
            if not seen or seen[-1][1:] != told:
                seen.append([time.perf_counter() - began, *told])
            nap.wait(0.005)
        return seen

    def forget(self, code, client="main"):
        """Forget a subject everywhere."""
        return self.client(client).forget(code)

    def health(self, client="main"):
        """Return how a client is."""
        health = self.client(client).health()
        return {
            "tier_state": health.tier_state.value,
            "feed": health.feed.value,
            "entries": health.memory_entries,
            "waiting": health.forgotten_waiting,
        }

    def follow(self, client="main", wait_seconds=1.0):
        """Follow the feed on a thread."""
        stop = threading.Event()
        options = FollowOptions(wait_seconds=wait_seconds, margin_seconds=5.0)
        run = self.client(client).follow
        thread = threading.Thread(target=run, kwargs={"stop": stop, "options": options})
        thread.start()
        self._stops.append((stop, thread))

    def lags(self):
        """Return how many changes took effect, and the longest lag in seconds, as the metrics tell."""
        for resource in self._reader.get_metrics_data().resource_metrics:
            for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
                if metric.name == "chengxin.feed.lag":
                    points = metric.data.data_points
                    return {"count": sum(p.count for p in points), "max": max(p.max for p in points)}
        return {"count": 0, "max": None}

    def leap(self, seconds):
        """Set the wall clock of this process forward, or back, from where it is."""
        self._leap += seconds
        leap = self._leap
        clock_module._read_wall = lambda: time.time() + leap  # noqa: TID251 -- the machine's clock, set wrong
        clock_module.SystemClock.wall = lambda _: datetime.fromtimestamp(clock_module._read_wall(), UTC)

    def fork(self):
        """Fork: the child serves on a connection of its own."""
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the child
        child = os.fork()
        if child == 0:
            try:
                serve(self, self._address)
            finally:
                os._exit(0)
        return child

    def close(self):
        """End what runs here."""
        for stop, thread in self._stops:
            stop.set()
            thread.join()
        for client in self._clients.values():
            client.close()


def serve(process, address):
    """Do what is told, until nobody tells any more or ``close`` was told."""
    with socket.create_connection(address) as connection, connection.makefile("rwb") as stream:
        for line in stream:
            call = json.loads(line)
            name = call.pop("do")
            try:
                said = {"value": getattr(process, name)(**call)}
            except Exception as error:  # noqa: BLE001 -- the test judges it
                _log.warning("%s failed", name, exc_info=True)
                said = {"error": f"{type(error).__name__}: {error}"}
            stream.write(json.dumps(said).encode() + b"\n")
            stream.flush()
            if name == "close":
                return


def main():
    """Serve the test at the port that is given."""
    port, spec = int(sys.argv[1]), json.loads(sys.argv[2])
    address = ("127.0.0.1", port)
    serve(Process(spec, address), address)


if __name__ == "__main__":
    main()
