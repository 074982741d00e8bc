"""Record what evaluations look at as de-identified vectors, beside them and never in their way.

An evaluation hands its vector to a bounded buffer; a thread writes the buffer down. What is remembered is not an
evaluation and costs nothing. What does not fit is dropped, counted, and told by the log and by every backtest.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from datetime import date
from types import TracebackType
from typing import Final, Self

from chengxin.clock import Clock
from chengxin.errors import ConfigurationError, VectorLogUnavailable
from chengxin.lock import ProcessLock, after_fork
from chengxin.policy import (
    NO_CONSTRAINTS,
    Constraints,
    FactVector,
    PlatformFacts,
    Policy,
    Scope,
    Treatment,
)
from chengxin.policy.predicate import NEVER, ends_at
from chengxin.records import CreditStatus, Role, Standing, china_day
from chengxin.services.tally import is_person
from chengxin.services.vector_log import Event, Forgotten, Noted, Recorded, VectorLog

_MOST_KNOWN: Final = 200_000
"""Most subjects of a day that are held in memory as counted; the log knows them all."""
_PURGE_SECONDS: Final = 60.0
_LOG: Final = logging.getLogger(__name__)


class VectorRecorder:
    """Records evaluations; give it to a client as an observer. Safe to share by threads, and after a fork.

    A natural person has no code here and is not recorded.

    Args:
        log: where to.
        clock: time.
        most_waiting: most evaluations that wait to be written; more are dropped and counted.
        flush_seconds: how often they are written.
    """

    def __init__(
        self, log: VectorLog, *, clock: Clock, most_waiting: int = 20_000, flush_seconds: float = 1.0
    ) -> None:
        if most_waiting < 1 or not 0.01 <= flush_seconds <= 60:
            raise ConfigurationError(
                "A recorder lets 1 evaluation or more wait, and writes every 0.01 to 60 seconds."
            )
        self._log = log
        self._clock = clock
        self._most = most_waiting
        self._seconds = flush_seconds
        self._lock = ProcessLock()
        self._writing = ProcessLock()
        self._scopes: dict[str, tuple[Recorded, Scope]] = {}
        self._waiting: deque[Event] = deque()
        self._forgetting = 0
        self._known: dict[str, set[tuple[str, Role]]] = {}
        self._day: date | None = None
        self._lost: Counter[date] = Counter()
        self._dropped = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        after_fork(self._start_over)

    @property
    def dropped(self) -> int:
        """How many evaluations this process has dropped so far."""
        return self._dropped

    def evaluated(
        self,
        policy: Policy,
        status: CreditStatus,
        facts: PlatformFacts,
        treatment: Treatment,
        *,
        constraints: Constraints = NO_CONSTRAINTS,
    ) -> None:
        """Take in one evaluation; never raises, never waits for the disk."""
        code, role = status.subject.code, treatment.role
        if code is None:
            return
        day = china_day(treatment.evaluated_at)
        name = (policy.ref.name, role)
        if day == self._day and name in self._known.get(code.code, ()):
            return
        recorded, scope = self._scope(policy)
        at = treatment.evaluated_at
        vector = FactVector.of(status, facts=facts, role=role, at=at, scope=scope, constraints=constraints)
        may_be_named = vector.standing is not Standing.UNKNOWN and not is_person(status.subject, role)
        ends = [ends_at(record) or NEVER for record in status.records]
        ends += [constraint.effective_until for constraint in constraints if constraint.is_active(at)]
        until = min([NEVER, *ends]) if may_be_named else None
        noted = Noted(recorded, day, vector.dump(), code.code, role, until)
        with self._lock:
            if day != self._day or len(self._known) >= _MOST_KNOWN:
                self._day, self._known = day, {}
            if len(self._waiting) >= self._most:
                self._dropped += 1
                self._lost[day] += 1
                return
            self._known.setdefault(code.code, set()).add(name)
            self._waiting.append(noted)
        self._start()

    def forget(self, code: str | None) -> None:
        """Let a subject, or all, be named no more; it takes effect within one interval of writing."""
        with self._lock:
            if code is not None and self._forgetting < self._most:
                self._known.pop(code, None)
            else:
                code = None
                self._known.clear()
                self._waiting = deque(event for event in self._waiting if isinstance(event, Noted))
                self._forgetting = 0
            # In its turn: what waits before it is written first, and then led to by nothing.
            self._forgetting += 1
            self._waiting.append(Forgotten(code))
        self._start()

    def flush(self) -> None:
        """Write down what waits.

        Raises:
            VectorLogUnavailable: it could not be; what waits goes on waiting.
        """
        with self._writing:
            with self._lock:
                events, self._waiting, self._forgetting = list(self._waiting), deque(), 0
                lost, self._lost = dict(self._lost), Counter()
            try:
                self._log.take(events, at=self._clock.now(), lost=lost)
            except Exception:
                self._put_back(events, lost)
                raise
        if lost:
            _LOG.warning("%d evaluations were not recorded: too many waited.", sum(lost.values()))

    def close(self) -> None:
        """Write down what waits and end the thread; never raises."""
        self._stop.set()
        thread = self._thread
        if thread is not None and thread.is_alive():
            thread.join(timeout=self._seconds + 10)
        self._write()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _scope(self, policy: Policy) -> tuple[Recorded, Scope]:
        digest = policy.ref.digest
        if digest not in self._scopes:
            scope = Scope.of(policy.document)
            text = json.dumps(scope.dump(), ensure_ascii=False, separators=(",", ":"))
            self._scopes[digest] = Recorded(policy.ref.name, digest, text), scope
        return self._scopes[digest]

    def _start_over(self) -> None:
        """Begin with nothing in a forked child: its parent writes what waits."""
        self._waiting.clear()
        self._forgetting = 0
        self._known.clear()
        self._lost.clear()
        self._dropped = 0
        self._stop = threading.Event()
        self._thread = None

    def _start(self) -> None:
        if self._thread is None and not self._stop.is_set():
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="chengxin-vectors", daemon=True)
                    self._thread.start()

    def _run(self) -> None:
        turns = 0
        while not self._stop.wait(self._seconds):
            turns += 1
            # With nothing to write, what is over is erased once in a while all the same.
            if self._waiting or self._lost or turns * self._seconds >= _PURGE_SECONDS:
                turns = 0
                self._write()

    def _write(self) -> None:
        try:
            self.flush()
        except VectorLogUnavailable as error:
            _LOG.warning("Evaluations wait to be recorded. %s", error)
        except Exception as fault:  # noqa: BLE001  # a log of the platform's own; the thread goes on (invariant I9)
            _LOG.warning("Evaluations wait to be recorded: the log failed with %s.", type(fault).__qualname__)

    def _put_back(self, events: Sequence[Event], lost: Mapping[date, int]) -> None:
        """Let events wait again before those that came meanwhile; what is too much is dropped, the oldest first."""
        with self._lock:
            waiting = [*events, *self._waiting]
            excess = sum(isinstance(event, Noted) for event in waiting) - self._most
            self._waiting = deque()
            for event in waiting:
                if excess > 0 and isinstance(event, Noted):
                    excess -= 1
                    self._dropped += 1
                    self._lost[event.day] += 1
                else:
                    self._waiting.append(event)
            self._lost.update(lost)
            self._forgetting = sum(isinstance(event, Forgotten) for event in self._waiting)
