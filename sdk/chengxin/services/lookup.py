"""Look up what the public source discloses of a subject, through the cache, within a deadline.

Whatever the source does, a look-up ends in a status: a complete answer or ``UNKNOWN`` with its reason
(invariant I2). Only complete answers are kept; a failure is told to those who wait for it and then forgotten.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field, replace
from typing import Final

from chengxin.cache import Entry, MemoryTier, fresh_until
from chengxin.clock import Clock
from chengxin.errors import (
    ConfigurationError,
    InvalidUscc,
    SourceError,
    SourceRefused,
    SourceUnavailable,
    UnknownReason,
    UnusableAnswer,
)
from chengxin.identifiers import Uscc
from chengxin.lock import ProcessLock
from chengxin.records import CreditStatus, Freshness, unknown
from chengxin.services.flight import Flights
from chengxin.sources import CreditSource, Fetched
from chengxin.transport import Deadline

_GRACE_SECONDS: Final = 0.02
"""A question ends at its deadline; who waits for it gives it this long to say so."""

_log = logging.getLogger("chengxin.lookup")


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupOptions:
    """How long a look-up takes and its answer is kept.

    Attributes:
        deadline_seconds: longest time the source is given for one subject or one batch; at most 60.
        longest_life_seconds: longest time an answer is kept, whatever the source allows; at most a day.
        max_entries: most answers kept in memory.
        threads: most questions to the source under way at once; at most 64.
    """

    deadline_seconds: float = 2.0
    longest_life_seconds: float = 3600.0
    max_entries: int = 100_000
    threads: int = 8

    def __post_init__(self) -> None:
        bounds = {"deadline_seconds": 60, "longest_life_seconds": 86_400, "max_entries": 10**9, "threads": 64}
        for name, most in bounds.items():
            value = getattr(self, name)
            if not 0 < value <= most:
                raise ConfigurationError(f"{name} is {value}; it lies above 0 and is at most {most}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One row of ``check_many``: what was given, and what became of it.

    Attributes:
        given: the text as it was passed.
        outcome: the status, or what is wrong with the text.
    """

    given: str | Uscc = field(repr=False)
    outcome: CreditStatus | InvalidUscc

    @property
    def status(self) -> CreditStatus | None:
        """The status, where the text is a lawful code."""
        return self.outcome if isinstance(self.outcome, CreditStatus) else None

    @property
    def error(self) -> InvalidUscc | None:
        """What is wrong with the text, where it is no lawful code."""
        return self.outcome if isinstance(self.outcome, InvalidUscc) else None


class Lookup:
    """Looks up statuses of one source through one memory tier.

    Args:
        source: where statuses come from.
        clock: time.
        options: how long it takes and is kept.
    """

    def __init__(self, source: CreditSource, *, clock: Clock, options: LookupOptions) -> None:
        self._source = source
        self._now = clock.now
        self._epoch = clock.epoch
        self.on_change: Callable[[str], None] = lambda _: None
        """Is told the code of every subject of whom something else is known from now on."""
        self._clock = clock
        self._options = options
        self._memory = MemoryTier(max_entries=options.max_entries)
        self._hit = self.known = self._memory.get
        """Return what is held of a code in its normal form at ``Clock.epoch()``, or None; asks nobody."""
        self._flights: Flights[CreditStatus] = Flights(threads=options.threads)
        self.lock = ProcessLock()
        """Is held while what is known of a subject changes."""
        self._longest_wait = options.deadline_seconds + _GRACE_SECONDS

    def check(self, code: str | Uscc, *, wait_seconds: float | None = None) -> CreditStatus:
        """Return the status of one subject.

        Args:
            code: unified social credit code, as people write it.
            wait_seconds: how long to wait for the source; the deadline of the options where None. A question
                that takes longer goes on behind, within that deadline, and its answer serves the next check.

        Raises:
            InvalidUscc: the text is not a lawful code.
        """
        if isinstance(code, str):
            hit = self._hit(code, self._epoch())
            if hit is not None:
                return hit
            code = Uscc.parse(code)
        hit = self._hit(code.code, self._epoch())
        return hit if hit is not None else self._ask(code, wait_seconds)

    def check_many(self, codes: Iterable[str | Uscc]) -> list[CheckRow]:
        """Return one row for each text, in order; what is wrong with one row is that row's alone.

        Subjects that are neither in the cache nor being asked for are asked for in batches, each within the
        deadline. When the source is down or says no to a whole batch, the rest is not asked for.
        """
        given = list(codes)
        parsed = [_parse(text) for text in given]
        wanted = dict.fromkeys(code for code in parsed if isinstance(code, Uscc))
        statuses = self._ask_many([code for code in wanted if self._hit(code.code, self._epoch()) is None])
        now = self._now()
        for code in wanted:
            # Looked at once more: by now a hit may be over, and what took long may have ended (invariant I1).
            hit = self._hit(code.code, now.timestamp())
            if hit is not None:
                statuses[code] = hit
            elif code not in statuses or (statuses[code].reason is None and not statuses[code].is_valid(now)):
                statuses[code] = self._unknown(code, _too_late())
        return [
            CheckRow(given=text, outcome=statuses[code] if isinstance(code, Uscc) else code)
            for text, code in zip(given, parsed, strict=True)
        ]

    def forget(self, code: str | Uscc) -> None:
        """Forget what is known of a subject, an answer under way included; the next check asks the source."""
        parsed = Uscc.parse(code) if isinstance(code, str) else code
        with self.lock:
            self._flights.drop(parsed.code)
            self._memory.remove(parsed.code)
            self.on_change(parsed.code)

    def close(self) -> None:
        """Let questions under way end and give back connections."""
        self._flights.close()
        self._source.close()

    def _ask(self, code: Uscc, wait_seconds: float | None) -> CreditStatus:
        wait = self._longest_wait if wait_seconds is None else wait_seconds
        flight, is_new = self._flights.open(code.code)
        if is_new:
            deadline = self._deadline()
            try:
                self._flights.run(lambda: self._fetch(code, flight, deadline))
            except RuntimeError:
                self._flights.land(code.code, flight, self._unknown(code, _no_thread()))
        return self._wait(code, flight, wait)

    def _wait(self, code: Uscc, flight: Future[CreditStatus], seconds: float) -> CreditStatus:
        try:
            return flight.result(timeout=max(0.0, seconds))
        except FutureTimeoutError:
            return self._unknown(code, SourceUnavailable.timeout(f"waiting {seconds:g} s for it"))

    def _fetch(self, code: Uscc, flight: Future[CreditStatus], deadline: Deadline) -> None:
        status = self._hit(code.code, self._epoch())
        try:
            if status is None:
                [row] = self._guarded(
                    lambda: [self._source.fetch_credit(code, deadline=deadline)], [code], deadline
                )
                status = self._keep(code, row, flight)
        finally:
            self._flights.land(code.code, flight, status or self._unknown(code, _interrupted()))

    def _ask_many(self, codes: Sequence[Uscc]) -> dict[Uscc, CreditStatus]:
        size = self._source.batch_size
        statuses: dict[Uscc, CreditStatus] = {}
        refusal: SourceError | None = None
        for start in range(0, len(codes), size):
            flights = {code: self._flights.open(code.code) for code in codes[start : start + size]}
            ours = {code: flight for code, (flight, is_new) in flights.items() if is_new}
            if ours:
                refusal = self._fetch_many(ours, refusal)
            for code, (flight, _) in flights.items():
                statuses[code] = self._wait(code, flight, self._longest_wait)
        return statuses

    def _fetch_many(
        self, flights: dict[Uscc, Future[CreditStatus]], refusal: SourceError | None
    ) -> SourceError | None:
        """Land the flights of one batch, asked for or refused before; return what refuses the next one too."""
        codes, deadline = list(flights), self._deadline()
        try:
            rows = (
                [refusal] * len(codes)
                if refusal
                else self._guarded(
                    lambda: self._source.fetch_credit_many(codes, deadline=deadline), codes, deadline
                )
            )
            for (code, flight), row in zip(flights.items(), rows, strict=True):
                self._flights.land(code.code, flight, self._keep(code, row, flight))
        finally:
            for code, flight in flights.items():
                if not flight.done():
                    self._flights.land(code.code, flight, self._unknown(code, _interrupted()))
        return _refusal_of_all(rows)

    def _guarded(
        self, fetch: Callable[[], Sequence[Fetched | SourceError]], codes: Sequence[Uscc], deadline: Deadline
    ) -> Sequence[Entry | SourceError]:
        """Return one row for each code, whatever the source or its adapter does (invariants I2, I9)."""
        try:
            deadline.require("waiting for its turn")
            return [self._enter(row, code) for row, code in zip(fetch(), codes, strict=True)]
        except SourceError as error:
            return [error] * len(codes)
        except Exception as fault:  # noqa: BLE001  # a source of somebody else's may raise anything
            # Its words may hold anything; its type is enough to find it.
            _log.error("the source %s failed with %s", self._source.name, type(fault).__qualname__)
            return [_adapter_fault()] * len(codes)

    def _enter(self, row: Fetched | SourceError, code: Uscc) -> Entry | SourceError:
        """Return what may be kept of a row: its answer with its life, anomalies reported and left behind."""
        if isinstance(row, SourceError):
            return row
        if row.answer.subject.code != code:
            return _mixed_up()
        for anomaly in row.answer.anomalies:
            _log.warning("source anomaly: %s in record %s", anomaly.code, anomaly.record_id)
        return Entry(
            answer=replace(row.answer, anomalies=()),
            fetched_at=row.asked_at,
            fresh_until=fresh_until(
                row.asked_at,
                max_age_seconds=row.max_age_seconds,
                longest_seconds=self._options.longest_life_seconds,
            ),
        )

    def _keep(self, code: Uscc, entry: Entry | SourceError, flight: Future[CreditStatus]) -> CreditStatus:
        if isinstance(entry, SourceError):
            return self._unknown(code, entry)
        now = self._now()
        if not entry.is_fresh(now):
            return self._unknown(code, _too_late())
        with self.lock:
            if self._flights.is_current(code.code, flight):
                status = self._memory.put(code.code, entry, now)
                self.on_change(code.code)
                return status
        return self._unknown(code, _forgotten())

    def _unknown(self, code: Uscc, error: SourceError) -> CreditStatus:
        _log.log(
            logging.ERROR if isinstance(error, SourceRefused) else logging.WARNING,
            "no answer of %s: %s (HTTP %s, status %s, request %s)",
            self._source.name,
            error.reason,
            error.http_status,
            error.source_status,
            error.request_id,
        )
        return unknown(
            code,
            reason=error.reason,
            detail=str(error),
            at=self._now(),
            source=self._source.name,
            freshness=Freshness.STALE if error.reason is UnknownReason.STALE else Freshness.ABSENT,
        )

    def _deadline(self) -> Deadline:
        return Deadline.after(self._options.deadline_seconds, self._clock)


def _parse(text: str | Uscc) -> Uscc | InvalidUscc:
    try:
        return text if isinstance(text, Uscc) else Uscc.parse(text)
    except InvalidUscc as error:
        return error


def _refusal_of_all(rows: Sequence[Entry | SourceError]) -> SourceError | None:
    """Return the error that all rows share because the source is down or said no; None otherwise."""
    first = rows[0]
    if isinstance(first, SourceRefused | SourceUnavailable) and all(row is first for row in rows):
        return first
    return None


def _mixed_up() -> SourceError:
    return UnusableAnswer(
        "The source answered about another subject than the one asked for. Nothing of it is used.",
        reason=UnknownReason.WRONG_SUBJECT,
    )


def _interrupted() -> SourceError:
    return SourceUnavailable(
        "The question was interrupted before there was an answer. Check again.",
        reason=UnknownReason.STALE,
    )


def _too_late() -> SourceError:
    return SourceUnavailable(
        "The answer took longer to arrive than it may be kept. Nothing is concluded from it.",
        reason=UnknownReason.STALE,
    )


def _forgotten() -> SourceError:
    return SourceUnavailable(
        "The subject was forgotten while the source was asked, so the answer may be out of date. Check again.",
        reason=UnknownReason.STALE,
    )


def _no_thread() -> SourceError:
    return SourceUnavailable(
        "The source cannot be asked: the client is closed, or the machine gives no more threads.",
        reason=UnknownReason.UNREACHABLE,
    )


def _adapter_fault() -> SourceError:
    return SourceUnavailable(
        "The source's adapter failed; the log names the type of the error. Nothing is concluded from it.",
        reason=UnknownReason.SOURCE_FAULT,
    )
