"""Questions under way in this process, and what their answers leave in memory.

A question goes out once for all who wait for its subject, ends at its deadline and always ends in a status. What
another process, the feed or a caller has learned meanwhile counts more than what comes of it.
"""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from datetime import datetime, timedelta
from typing import Final

from chengxin.cache import CacheTier, LocalTier, MemoryTier
from chengxin.clock import Clock
from chengxin.errors import SourceUnavailable, TierUnavailable
from chengxin.identifiers import Uscc
from chengxin.lock import ProcessLock, after_fork
from chengxin.records import CreditStatus, RuleTable, unknown
from chengxin.services import fault
from chengxin.services.asking import Asking, Found
from chengxin.services.fault import Failure
from chengxin.services.flight import Flights
from chengxin.services.listening import Listening
from chengxin.services.options import LookupOptions
from chengxin.sources import CreditSource
from chengxin.telemetry import Telemetry
from chengxin.transport import Deadline, Lane

_GRACE_SECONDS: Final = 0.02
"""A question ends at its deadline; who waits for it gives it this long to say so."""

FIRST_CONTACT_SECONDS: Final = 1.0
"""A question waits at most so long, and once, for the first contact with the shared tier."""
_MARKS: Final = {Lane.DECISION: "", Lane.PAGE: "=", Lane.REFRESH: "~", Lane.BULK: "~"}
"""Mark the flights of each lane: who is in a hurry does not join a question that may be held back for others."""

_LEAST_READY: Final = 10_000
_READY_SHARE: Final = 10

_log: Final = logging.getLogger("chengxin.lookup")


class Questions:
    """Asks the source for statuses, each once at a time, and keeps them in memory as long as they hold.

    Statuses in memory are ready to be handed out. Where the tier is this process's own and holds all entries packed,
    only the latest are held ready as well, a tenth of all but never less than ten thousand: another is made ready,
    in some tens of microseconds, by whoever asks for it.

    Args:
        source: where statuses come from.
        tier: what processes share.
        clock: time.
        options: how long it takes and is kept.
        telemetry: what is counted.
        rule_table: by which the source bounds records; see ``Asking``.
    """

    def __init__(
        self,
        source: CreditSource,
        *,
        tier: CacheTier,
        clock: Clock,
        options: LookupOptions,
        telemetry: Telemetry | None = None,
        rule_table: RuleTable | None = None,
    ) -> None:
        self._source = source
        self._tier = tier
        self._clock = clock
        self._now = clock.now
        self._epoch = clock.epoch
        self._options = options
        self.on_change: Callable[[str | None], None] = lambda _: None
        """Is told the code of every subject of whom something else is known from now on; None stands for all."""
        self._is_near = isinstance(tier, LocalTier)
        self.memory = MemoryTier(
            max_entries=_most_ready(options.max_entries) if self._is_near else options.max_entries,
            unconfirmed_seconds=options.unconfirmed_life_seconds,
            jitter=random.random,
        )
        if options.renew_ahead:
            self.memory.on_due = self._refresh
        self._hit = self.known = self.memory.get
        """Return what is held of a code in its normal form at ``Clock.epoch()``, or None; asks nobody."""
        self._flights: Flights[CreditStatus] = Flights(threads=options.threads)
        self._refreshing = 0
        self._is_retrying = False
        self._is_closed = False
        self._noting: list[set[str | None]] = []
        self.lock = ProcessLock()
        """Is held while what is known of a subject changes."""
        self._longest_wait = options.deadline_seconds + _GRACE_SECONDS
        self.listening = self._make_listening()
        self._heard()
        self._telemetry = telemetry or Telemetry(source.name)
        self._count_hit = self._telemetry.memory_hits.add
        self._asking = Asking(
            source,
            tier,
            self.listening,
            clock=clock,
            options=options,
            telemetry=self._telemetry,
            rule_table=rule_table,
        )
        self._asking.skew.on_change = self._set_margin
        self._pid = os.getpid()
        after_fork(self._start_over)

    def invalidate(self, codes: Sequence[str]) -> bool:
        """Forget subjects by codes in their normal form in all processes; see ``Lookup.forget``."""
        at = self.listening.bury(codes)
        self._drop(codes)
        try:
            self._tier.invalidate(codes)
        except Exception as error:  # noqa: BLE001  # a tier of somebody else's may raise anything
            said = str(error) if isinstance(error, TierUnavailable) else type(error).__qualname__
            _log.error("%d subject(s) could not be forgotten everywhere yet: %s", len(codes), said)
            return False
        finally:
            # What was read of them meanwhile does not count either.
            self._drop(codes)
        self.listening.unbury(codes, at)
        if self.listening.buried():
            self._retry()
        return True

    def attend(self) -> None:
        """Hear of invalidations in this process from now on; never raises."""
        if self._is_closed:
            return
        if self._pid != os.getpid():
            self._start_over()
        self._tier.listen(self.listening)
        if self.listening.is_confirmed and self.listening.buried():
            self._retry()

    def close(self) -> None:
        """Let questions under way end and give back connections."""
        self._is_closed = True
        self._flights.close()
        self._source.close()
        self.listening.leave()
        self._tier.close()

    @property
    def data_as_of(self) -> datetime | None:
        """The source's data date in its latest answer, aware UTC; None before it."""
        return self._asking.as_of

    @property
    def ahead_seconds(self) -> float | None:
        """How far the source's clock is ahead of ours, in seconds; None before its first answer."""
        return self._asking.skew.ahead_seconds

    def _make_listening(self) -> Listening:
        bound = timedelta(seconds=self._options.feed_bound_seconds)
        listening = Listening(self._clock, feed_bound=bound)
        listening.drop = self._drop
        listening.flush = self._flush
        listening.changed = self._heard
        listening.reconsider = self._reconsider
        listening.retry = self._retry
        return listening

    def _heard(self) -> None:
        self.memory.following = self.listening.following
        self.memory.is_confirmed = self.listening.is_confirmed

    def _retry(self) -> None:
        """Tell of what was forgotten while nobody could be told, on a thread of our own; once at a time."""
        if self._is_retrying:
            return
        self._is_retrying = True
        try:
            self._flights.run(self._tell_again)
        except RuntimeError:
            self._is_retrying = False
            _log.info("the client is closed; what was forgotten is told no more")

    def _tell_again(self) -> None:
        try:
            self.invalidate(self.listening.buried())
        finally:
            self._is_retrying = False

    def _start_over(self) -> None:
        """In a forked child: nothing is heard here, so nothing in memory counts."""
        self._pid = os.getpid()
        self._is_retrying = False
        self._refreshing = 0
        self._noting = []
        self.listening.start_over()
        self._flush()

    def _set_margin(self, margin: timedelta) -> None:
        """Show nothing more as it was shown by our clock alone; what is under way is kept with the margin."""
        with self.lock:
            self.memory.margin = margin
            self.memory.clear()
            for noted in self._noting:
                noted.add(None)
            self.on_change(None)

    def _drop(self, codes: Sequence[str]) -> None:
        with self.lock:
            for noted in self._noting:
                noted.update(codes)
            for code in codes:
                for mark in _MARKS.values():
                    self._flights.drop(code + mark)
                self.memory.remove(code)
                self.on_change(code)

    def _reconsider(self) -> None:
        with self.lock:
            self._flights.drop_all()

    def _flush(self) -> None:
        with self.lock:
            for noted in self._noting:
                noted.add(None)
            self._flights.drop_all()
            self.memory.clear()
            self.on_change(None)

    def _ask(self, code: Uscc, wait_seconds: float | None, lane: Lane) -> CreditStatus:
        wait = self._longest_wait if wait_seconds is None else wait_seconds
        self.attend()
        key = flight_key(code, lane)
        flight, is_new = self._flights.open(key)
        if is_new:
            try:
                self._depart(key, flight, code, lane)
            except BaseException:
                # Interrupted here, nobody would ever land it.
                if not flight.done():
                    self._flights.land(key, flight, self._unknown(code, Failure.of(fault.interrupted())))
                raise
        return self._wait(code, flight, wait)

    def _depart(self, key: str, flight: Future[CreditStatus], code: Uscc, lane: Lane) -> None:
        if not (self._is_near and self._unpack(key, flight, code)):
            deadline = self._deadline()
            self._launch(
                key, flight, code, lambda: self._fly(key, flight, code, deadline=deadline, lane=lane)
            )

    def _unpack(self, key: str, flight: Future[CreditStatus], code: Uscc) -> bool:
        """Land a flight with what this process holds packed of a subject; tell whether it did."""
        entry = self._asking.kept(code)
        if entry is None or not entry.is_fresh(self._now(), self.memory.following):
            return False
        status = self._keep(key, flight, code, Found(entry=entry, is_confirmed=True))
        if status is None:
            return False
        self._count_hit()
        self._flights.land(key, flight, status)
        return True

    def _launch(
        self, key: str, flight: Future[CreditStatus], code: Uscc, operation: Callable[[], None]
    ) -> bool:
        try:
            self._flights.run(operation)
        except RuntimeError:
            self._flights.land(key, flight, self._unknown(code, Failure.of(fault.no_thread())))
            return False
        return True

    def _wait(self, code: Uscc, flight: Future[CreditStatus], seconds: float) -> CreditStatus:
        try:
            return flight.result(timeout=max(0.0, seconds))
        except FutureTimeoutError:
            late = SourceUnavailable.timeout(f"waiting {seconds:g} s for it")
            return self._unknown(code, Failure.of(late), is_brief=True)

    def _fly(
        self, key: str, flight: Future[CreditStatus], code: Uscc, *, deadline: Deadline, lane: Lane
    ) -> None:
        """Ask for one subject, anew as long as it is invalidated meanwhile, and land its flight."""
        status: CreditStatus | None = None
        try:
            # Until then a turn of this process would not be known to end with it.
            self.listening.await_first(min(FIRST_CONTACT_SECONDS, deadline.remaining() / 4))
            status = self._hit(code.code, self._epoch())
            while status is None and not deadline.expired:
                found = self._asking.ask(code, deadline=deadline, lane=lane)
                status = self._keep(key, flight, code, found) or self._join(key, flight, code, deadline)
        finally:
            error = SourceUnavailable.timeout("waiting its turn") if deadline.expired else fault.interrupted()
            self._flights.land(key, flight, status or self._unknown(code, Failure.of(error)))

    def _join(
        self, key: str, flight: Future[CreditStatus], code: Uscc, deadline: Deadline
    ) -> CreditStatus | None:
        """After a flight was dropped, go on as the current one; or wait for the one that took its place."""
        current = self._flights.adopt(key, flight)
        return None if current is flight else self._wait(code, current, deadline.remaining())

    def _refresh(self, text: str) -> None:
        """Renew an entry ahead of its end, behind whoever is answered with it; a quarter of the threads at most."""
        if self._refreshing >= max(1, self._options.threads // 4):
            return
        code = Uscc.parse(text)
        key = flight_key(code, Lane.REFRESH)
        flight, is_new = self._flights.open(key)
        if is_new:
            self._refreshing += 1
            if not self._launch(key, flight, code, lambda: self._renew(key, flight, code)):
                self._refreshing -= 1

    def _renew(self, key: str, flight: Future[CreditStatus], code: Uscc) -> None:
        found: Found | Failure | None = None
        held = self._hit(code.code, self._epoch())
        try:
            found = self._asking.ask(
                code,
                deadline=self._deadline(),
                lane=Lane.REFRESH,
                newer_than=held.fetched_at if held is not None else None,
            )
        finally:
            self._refreshing -= 1
            self._land(key, flight, code, found)

    def _land(
        self, key: str, flight: Future[CreditStatus], code: Uscc, found: Found | Failure | None
    ) -> None:
        status = self._keep(key, flight, code, found)
        failure = Failure.of(fault.superseded())
        self._flights.land(key, flight, status or self._unknown(code, failure))

    def _keep(
        self, key: str, flight: Future[CreditStatus], code: Uscc, found: Found | Failure | None
    ) -> CreditStatus | None:
        """Put what was found into memory and return what it shows; None where it is superseded."""
        if isinstance(found, Failure):
            return self._unknown(code, found)
        if found is None:
            return None
        with self.lock:
            now = self._now()
            if not self._flights.is_current(key, flight) or not found.entry.is_fresh(
                now, self.memory.following
            ):
                return None
            held = self._hit(code.code, now.timestamp())
            if held is not None and held.fetched_at > found.entry.fetched_at:
                return held  # what was asked for later counts, in whichever order the answers came
            status = self.memory.keep(code.code, found.entry, now, is_confirmed=found.is_confirmed)
            self.on_change(code.code)
            return status

    def _unknown(self, code: Uscc, failure: Failure, *, is_brief: bool = False) -> CreditStatus:
        """Return the unknown status of a failure, with what was known last beside it.

        Args:
            code: the subject.
            failure: why it is unknown.
            is_brief: whether no time is left, so that a tier which is out of reach is not tried.
        """
        self._telemetry.told_unknown(failure.reason.value)
        now = self._now()
        last = None if is_brief and not self.listening.is_confirmed else self._asking.last_known(code)
        grace = timedelta(seconds=self._options.grace_seconds)
        return unknown(
            code,
            reason=failure.reason,
            detail=failure.detail,
            at=now,
            source=self._source.name,
            last_known=None
            if last is None
            else last.show_last_known(now, grace=grace, margin=self.memory.margin),
        )

    def _deadline(self) -> Deadline:
        return Deadline.after(self._options.deadline_seconds, self._clock)


def _most_ready(max_entries: int) -> int:
    """Return how many statuses are held ready in front of a tier that holds all entries in this process.

    >>> _most_ready(500), _most_ready(50_000), _most_ready(1_000_000)
    (500, 10000, 100000)
    """
    return min(max_entries, max(_LEAST_READY, max_entries // _READY_SHARE))


def flight_key(code: Uscc, lane: Lane) -> str:
    """Return under which key the flight of a subject is known to those who may join it."""
    return code.code + _MARKS[lane]
