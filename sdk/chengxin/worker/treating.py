"""The jobs of a platform with due process: whatever has to happen without anybody asking for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from chengxin.errors import ConfigurationError
from chengxin.platform import Platform
from chengxin.services import FollowOptions, Progress
from chengxin.store.sql.feed import SqlBookmark
from chengxin.worker.jobs import Jobs

_WAIT_SECONDS: Final = 5.0
"""How long the source holds a question to its feed open; who stops the worker waits as long."""
_MARGIN_SECONDS: Final = 5.0
_MOST_LOOKED_AT: Final = 100
_log: Final = logging.getLogger("chengxin.worker")


def platform_jobs(platform: Platform, *, stop: threading.Event | None = None) -> Jobs:
    """Return the jobs of a platform, each an idempotent callable, whoever runs it.

    ============  ===========================================================================================
    ``feed``      follows the source's change feed and does what it tells; one process does, the others stand by
    ``time``      puts on record what time alone began and ended
    ``policy``    looks at everybody under a policy that has newly taken effect; holds mass changes
    ``look``      looks at subjects that are due to be, once that is done
    ``waves``     carries out what was decided of mass changes
    ``hear``      acknowledges appeals that were filed
    ``settle``    ends the marks of objections that the source has answered
    ``remind``    reminds, once, of appeals, commitments and declarations that are late or soon due
    ``outbox``    hands out notices
    ``erase``     erases what is due: contents of the ledger, appeals, objections and pledges with their evidence
    ``clear``     has the database let go of whatever anybody erased
    ``forget``    forgets events that were handed out a month ago
    ``sign``      signs a checkpoint of the ledger; only with ``CHENGXIN_LEDGER_KEY``
    ============  ===========================================================================================

    Args:
        platform: whose jobs they are.
        stop: ends jobs that would go on; with it ``feed`` waits at the source for changes until it is set, which takes
            a thread of the worker's. Without it every job ends when it has done what was due.
    """
    jobs = Jobs()
    try:
        jobs.add("feed", _alone(_Following(platform, stop)), every_seconds=1)
    except ConfigurationError as error:
        _log.warning("nothing is followed, subjects are looked at by the clock alone: %s", error)
    jobs.add("time", _alone(lambda: _sweep(platform, stop, is_looking=False)), every_seconds=1)
    adopting = _Adopting(platform)
    jobs.add("policy", _alone(adopting), every_seconds=2)
    jobs.add("look", _alone(lambda: _look(platform, adopting, stop)), every_seconds=2)
    jobs.add("waves", _alone(platform.treatments.waves.carry_out), every_seconds=5)
    jobs.add("hear", _alone(platform.appeals.acknowledge_waiting), every_seconds=5)
    jobs.add("settle", _alone(platform.appeals.objections.settle_open), every_seconds=10)
    jobs.add("remind", _alone(platform.reminders.remind), every_seconds=60)
    jobs.add("outbox", platform.dispatcher.run_once, every_seconds=1)
    jobs.add("erase", platform.upkeep.erase, every_seconds=10)
    jobs.add("clear", platform.upkeep.clear, every_seconds=300)
    jobs.add("forget", platform.upkeep.forget, every_seconds=3600)
    if platform.settings.ledger_key is not None:
        jobs.add("sign", platform.upkeep.sign, every_seconds=3600)
    return jobs


class _Following:
    """Follows the feed: to its end, or until it is told to stop."""

    def __init__(self, platform: Platform, stop: threading.Event | None) -> None:
        self._stop = stop
        self._follower = platform.client.follower(
            on_change=platform.treatments.on_change,
            options=FollowOptions(
                wait_seconds=0.0 if stop is None else _WAIT_SECONDS,
                margin_seconds=_MARGIN_SECONDS,
                on_gap=platform.treatments.look_again,
                bookmark=SqlBookmark(platform.store, platform.client.health().source, clock=platform.clock),
            ),
        )
        if platform.client.health().tier == "memory":
            _log.warning(
                "what is followed is forgotten in this process alone; name what processes share in CHENGXIN_CACHE_URL"
            )

    def __call__(self) -> None:
        stop = self._stop
        while stop is None or not stop.is_set():
            progress = self._follower.step()
            if progress is Progress.STANDING_BY or (stop is None and progress is Progress.CURRENT):
                break
        if stop is None or stop.is_set():
            self._follower.release()


class _Adopting:
    """Looks at everybody once under each policy that takes effect.

    Whom it would limit is counted before anybody is, so that nobody is looked at one by one meanwhile.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._adopted: str | None = None
        self._lock = threading.Lock()

    def __call__(self) -> None:
        with self._lock:
            self._adopt()

    def _adopt(self) -> None:
        platform = self._platform
        digest = platform.policy(platform.clock.now()).ref.digest
        if digest == self._adopted:
            return
        done = platform.treatments.waves.adopt()
        if done.wave is not None:
            _log.warning(
                "the policy would limit %d of %d subject(s): held in the wave %s until a person decides",
                done.would_limit,
                done.looked_at,
                done.wave.wave_id,
            )
        self._adopted = digest


def _look(platform: Platform, adopting: _Adopting, stop: threading.Event | None) -> None:
    adopting()
    _sweep(platform, stop, is_looking=True)


def _sweep(platform: Platform, stop: threading.Event | None, *, is_looking: bool) -> None:
    is_more = True
    while is_more and (stop is None or not stop.is_set()):
        limit = _MOST_LOOKED_AT if is_looking else 1_000
        is_more = platform.treatments.sweep(limit=limit, is_looking=is_looking).is_more


def _alone(run: Callable[[], object]) -> Callable[[], None]:
    """Return a job that does nothing while it is under way in this process already."""
    lock = threading.Lock()

    def run_alone() -> None:
        if not lock.acquire(blocking=False):
            return
        try:
            run()
        finally:
            lock.release()

    return run_alone
