"""The process that runs jobs: takes their names from the queue, puts them there by the clock, ends in good order."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from typing import Any, Final

from huey import Huey
from huey.consumer import Consumer, ConsumerStopped, Scheduler

from chengxin.clock import Clock, SystemClock
from chengxin.worker.jobs import Jobs
from chengxin.worker.queue import register

_MOST_PATIENT_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.1
_log: Final = logging.getLogger("chengxin.worker")


class _Scheduler(Scheduler):  # type: ignore[misc]  # huey has no types
    """Puts each job into the queue when its interval is over; all of them at the start."""

    jobs: Jobs
    tasks: dict[str, Any]
    clock: Clock

    def initialize(self) -> None:
        """Have every job due at once: whatever was missed while no worker ran is made up for."""
        self._due = {job.name: float("-inf") for job in self.jobs}

    def loop(self, now: object = None) -> None:  # noqa: ARG002  # as huey calls it
        """Put what is due, and wait."""
        at = self.clock.monotonic()
        for job in self.jobs:
            if self._due[job.name] <= at:
                self._due[job.name] = at + job.every_seconds
                self._put(job.name)
        self.stop_flag.wait(_LOOK_SECONDS)

    def _put(self, name: str) -> None:
        try:
            self.huey.enqueue(self.tasks[name].s())
        except Exception as error:  # noqa: BLE001  # of whatever carries the queue
            _log.warning("the job %s could not be queued: %s", name, type(error).__qualname__)


class _Consumer(Consumer):  # type: ignore[misc]  # huey has no types
    """Leaves signals to whoever runs it."""

    def _set_signal_handlers(self) -> None:
        """Set none."""


class Worker:
    """Runs jobs in threads of this process, until it is told to stop.

    Any number of workers share a queue; a job may run in several at once.

    Args:
        jobs: what is run.
        huey: the queue (see ``make_huey``); for one worker alone.
        threads: how many jobs run at once.
        clock: time.
    """

    def __init__(self, jobs: Jobs, huey: Huey, *, threads: int = 2, clock: Clock | None = None) -> None:
        self._tasks = register(huey, jobs)
        scheduler = type(
            "Scheduler", (_Scheduler,), {"jobs": jobs, "tasks": self._tasks, "clock": clock or SystemClock()}
        )
        consumer = type("Consumer", (_Consumer,), {"scheduler_class": scheduler})
        self._consumer = consumer(
            huey,
            workers=threads,
            periodic=False,
            max_delay=0.5,
            worker_type="thread",
            shutdown_timeout=_MOST_PATIENT_SECONDS,
        )

    def kick(self, name: str) -> None:
        """Have a job run as soon as a worker is free: what was just put need not wait for the interval.

        Raises:
            KeyError: there is no such job.
        """
        self._consumer.huey.enqueue(self._tasks[name].s())

    def run(self, stop: threading.Event) -> None:
        """Run until ``stop`` is set, then let the jobs under way end, for a minute at most."""
        consumer = self._consumer
        consumer.start()
        health: float | None = SystemClock().monotonic()
        with suppress(ConsumerStopped):
            while not stop.is_set():
                health = consumer.loop(health)  # which waits a tenth of a second
        consumer.stop(graceful=True)
        consumer.huey.storage.close()
