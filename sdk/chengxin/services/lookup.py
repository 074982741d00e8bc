"""Look up what the public source discloses of a subject, through the cache, within a deadline.

Whatever the source does, a look-up ends in a status: a complete answer or ``UNKNOWN`` with its reason
(invariant I2). Only complete answers are kept; a failure is told to those who wait for it and then forgotten.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass

from chengxin.cache import Entry, MemoryTier, fresh_until
from chengxin.clock import Clock
from chengxin.errors import (
    ConfigurationError,
    InvalidUscc,
    SourceError,
    SourceRefused,
    SourceUnavailable,
    UnknownReason,
)
from chengxin.identifiers import Uscc
from chengxin.records import CreditStatus, unknown
from chengxin.services.flight import Flights
from chengxin.sources import CreditSource, Fetched
from chengxin.transport import Deadline

_log = logging.getLogger("chengxin.lookup")


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupOptions:
    """How long a look-up takes and its answer is kept.

    Attributes:
        deadline_seconds: longest time the source is given for one subject or one batch.
        longest_life_seconds: longest time an answer is kept, whatever the source allows.
        max_entries: most answers kept in memory.
        threads: most questions to the source under way at once.
    """

    deadline_seconds: float = 2.0
    longest_life_seconds: float = 3600.0
    max_entries: int = 100_000
    threads: int = 8

    def __post_init__(self) -> None:
        if self.deadline_seconds <= 0 or self.longest_life_seconds <= 0:
            raise ConfigurationError(
                "deadline_seconds and longest_life_seconds are positive numbers of seconds."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One row of ``check_many``: what was given, and what became of it.

    Attributes:
        given: the text as it was passed.
        outcome: the status, or what is wrong with the text.
    """

    given: str
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
        self._clock = clock
        self._options = options
        self._memory = MemoryTier(max_entries=options.max_entries)
        self._hit = self._memory.get
        self._flights: Flights[CreditStatus] = Flights(threads=options.threads)
        self._forgotten = 0

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
            hit = self._hit(code, self._now())
            if hit is not None:
                return hit
            code = Uscc.parse(code)
        hit = self._hit(code.code, self._now())
        return hit if hit is not None else self._ask(code, wait_seconds)

    def check_many(self, codes: Iterable[str]) -> list[CheckRow]:
        """Return one row for each text, in order; what is wrong with one row is that row's alone.

        Subjects that are not in the cache are asked for in batches, each within the deadline.
        """
        given = list(codes)
        parsed = [_parse(text) for text in given]
        wanted = dict.fromkeys(code for code in parsed if isinstance(code, Uscc))
        statuses = {code: hit for code in wanted if (hit := self._hit(code.code, self._now())) is not None}
        missing = [code for code in wanted if code not in statuses]
        size = self._source.batch_size
        for start in range(0, len(missing), size):
            statuses |= self._ask_batch(missing[start : start + size])
        return [
            CheckRow(given=text, outcome=statuses[code] if isinstance(code, Uscc) else code)
            for text, code in zip(given, parsed, strict=True)
        ]

    def forget(self, code: str | Uscc) -> None:
        """Forget what is known of a subject, an answer under way included; the next check asks the source."""
        parsed = Uscc.parse(code) if isinstance(code, str) else code
        self._forgotten += 1
        self._memory.remove(parsed.code)

    def close(self) -> None:
        """Let questions under way end and give back connections."""
        self._flights.close()
        self._source.close()

    def _ask(self, code: Uscc, wait_seconds: float | None) -> CreditStatus:
        wait = self._options.deadline_seconds if wait_seconds is None else wait_seconds
        flight = self._flights.join(code.code, lambda: self._fetch(code))
        try:
            return flight.result(timeout=wait)
        except FutureTimeoutError:
            return self._unknown(code, SourceUnavailable.timeout(f"waiting {wait:g} s for it"))

    def _fetch(self, code: Uscc) -> CreditStatus:
        hit = self._hit(code.code, self._now())
        if hit is not None:
            return hit
        forgotten = self._forgotten
        try:
            fetched = self._source.fetch_credit(code, deadline=self._deadline())
        except SourceError as error:
            return self._unknown(code, error)
        return self._keep(code, fetched, forgotten)

    def _ask_batch(self, codes: Sequence[Uscc]) -> dict[Uscc, CreditStatus]:
        forgotten = self._forgotten
        rows: Sequence[Fetched | SourceError]
        try:
            rows = self._source.fetch_credit_many(codes, deadline=self._deadline())
        except SourceError as error:
            rows = [error] * len(codes)
        return {
            code: self._unknown(code, row)
            if isinstance(row, SourceError)
            else self._keep(code, row, forgotten)
            for code, row in zip(codes, rows, strict=True)
        }

    def _keep(self, code: Uscc, fetched: Fetched, forgotten: int) -> CreditStatus:
        entry = Entry(
            answer=fetched.answer,
            fetched_at=fetched.asked_at,
            fresh_until=fresh_until(
                fetched.asked_at,
                max_age_seconds=fetched.max_age_seconds,
                longest_seconds=self._options.longest_life_seconds,
            ),
        )
        for anomaly in fetched.answer.anomalies:
            _log.warning("source anomaly: %s", anomaly.code)
        now = self._now()
        if not entry.is_fresh(now):
            return self._unknown(code, _too_late())
        if forgotten != self._forgotten:
            return entry.show(now)
        return self._memory.put(code.code, entry, now)

    def _unknown(self, code: Uscc, error: SourceError) -> CreditStatus:
        level = logging.ERROR if isinstance(error, SourceRefused) else logging.WARNING
        _log.log(
            level,
            "no answer of %s: %s (HTTP %s, status %s, request %s)",
            self._source.name,
            error.reason,
            error.http_status,
            error.source_status,
            error.request_id,
        )
        return unknown(code, reason=error.reason, detail=str(error), at=self._now(), source=self._source.name)

    def _deadline(self) -> Deadline:
        return Deadline.after(self._options.deadline_seconds, self._clock)


def _parse(text: str) -> Uscc | InvalidUscc:
    try:
        return Uscc.parse(text)
    except InvalidUscc as error:
        return error


def _too_late() -> SourceError:
    return SourceUnavailable(
        "The answer took longer to arrive than it may be kept. Nothing is concluded from it.",
        reason=UnknownReason.STALE,
    )
