"""Look up what the public source discloses of a subject, through the cache, within a deadline.

Whatever the source does, a look-up ends in a status: a complete answer or ``UNKNOWN`` with its reason
(invariant I2). Only complete answers are kept; a failure is told to those who wait for it and forgotten in a moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from chengxin.cache import CacheTier
from chengxin.clock import Clock
from chengxin.errors import InvalidUscc
from chengxin.identifiers import Uscc
from chengxin.records import CreditStatus, Freshness, RuleTable
from chengxin.services import fault
from chengxin.services.asking import Found
from chengxin.services.fault import Failure
from chengxin.services.options import LookupOptions
from chengxin.services.questions import FIRST_CONTACT_SECONDS, Questions, flight_key
from chengxin.sources import CreditSource
from chengxin.telemetry import Telemetry
from chengxin.transport import Lane


class Check(Protocol):
    """Returns the status of one subject."""

    def __call__(
        self, code: str | Uscc, *, wait_seconds: float | None = None, lane: Lane = Lane.DECISION
    ) -> CreditStatus:
        """Return the status of one subject.

        Args:
            code: unified social credit code, as people write it.
            wait_seconds: how long to wait for the source; the deadline of the options where None. A question
                that takes longer goes on behind, within that deadline, and its answer serves the next check.
            lane: what the answer is for; the more urgent comes first where the source may not be asked by all.

        Raises:
            InvalidUscc: the text is not a lawful code.
        """
        ...


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


class Lookup(Questions):
    """Looks up statuses of one source through memory and the tier that processes share; see ``Questions``."""

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
        super().__init__(
            source, tier=tier, clock=clock, options=options, telemetry=telemetry, rule_table=rule_table
        )
        self.check: Check = self._make_check()
        """Return the status of one subject; see ``Check``."""

    def check_many(self, codes: Iterable[str | Uscc], *, lane: Lane = Lane.BULK) -> list[CheckRow]:
        """Return one row for each text, in order; what is wrong with one row is that row's alone.

        Subjects that are neither in the cache nor being asked for are asked for in batches, each within the
        deadline. When the source is down or says no to a whole batch, the rest is not asked for.

        Args:
            codes: unified social credit codes, as people write them.
            lane: what the answers are for.
        """
        given = list(codes)
        parsed = [_parse(text) for text in given]
        wanted = dict.fromkeys(code for code in parsed if isinstance(code, Uscc))
        changed: set[str | None] = set()
        self.attend()
        self.listening.await_first(FIRST_CONTACT_SECONDS)
        with self.lock:
            self._noting = [*self._noting, changed]
        try:
            statuses = self._ask_many(
                [code for code in wanted if self._hit(code.code, self._epoch()) is None], lane
            )
            now = self._now()
            for code in wanted:
                # Looked at once more: what took long may be over or superseded by now (invariant I1).
                hit = self._hit(code.code, now.timestamp())
                if hit is not None:
                    statuses[code] = hit
                else:
                    is_changed = None in changed or code.code in changed
                    statuses[code] = self._again(code, statuses.get(code), is_changed=is_changed)
        finally:
            with self.lock:
                self._noting = [noted for noted in self._noting if noted is not changed]
        return [
            CheckRow(given=text, outcome=statuses[code] if isinstance(code, Uscc) else code)
            for text, code in zip(given, parsed, strict=True)
        ]

    def _again(self, code: Uscc, status: CreditStatus | None, *, is_changed: bool) -> CreditStatus:
        """Return what holds now of a status that was made a while ago and is not in memory."""
        if status is None:
            return self._unknown(code, Failure.of(fault.interrupted()))
        if status.freshness is Freshness.FRESH:
            if is_changed or not status.is_valid(self._now()):
                return self._unknown(code, Failure.of(fault.superseded() if is_changed else fault.too_late()))
        elif status.last_known is not None and status.reason is not None:
            return self._unknown(code, Failure(status.reason, status.detail))
        return status

    def forget(self, code: str | Uscc) -> bool:
        """Forget what is known of a subject in all processes, an answer under way included.

        The next check asks the source. Where the other processes cannot be told at once, this one uses nothing that
        they share of the subject, and they are told as soon as they can be; the log says so.

        Returns:
            Whether all processes that share the cache have forgotten it.
        """
        parsed = Uscc.parse(code) if isinstance(code, str) else code
        return self.invalidate([parsed.code])

    def check_afresh(self, code: str | Uscc, *, lane: Lane = Lane.DECISION) -> CreditStatus:
        """Ask the source now, whatever is kept, and return the status that its answer shows.

        A measure comes into force on such an answer alone. Where the source cannot be asked the status is unknown with
        its reason, and what is kept stays as it is for whoever looks up.

        Args:
            code: unified social credit code, as people write it.
            lane: what the answer is for.

        Raises:
            InvalidUscc: the text is not a lawful code.
        """
        parsed = Uscc.parse(code) if isinstance(code, str) else code
        since, deadline = self._now(), self._deadline()
        self.attend()
        self.listening.await_first(min(FIRST_CONTACT_SECONDS, deadline.remaining() / 4))
        key = flight_key(parsed, Lane.REFRESH)
        while True:
            flight, is_new = self._flights.open(key)
            if is_new:
                found: Found | Failure | None = None
                try:
                    found = self._asking.ask(parsed, deadline=deadline, lane=lane, newer_than=since)
                finally:
                    self._land(key, flight, parsed, found)
            status = self._wait(parsed, flight, deadline.remaining())
            is_superseded = is_new and found is None
            is_older = status.freshness is Freshness.FRESH and status.fetched_at < since
            if deadline.expired or not (is_superseded or is_older):
                return self._unknown(parsed, Failure.of(fault.too_late())) if is_older else status

    def _make_check(self) -> Check:
        """Return what a hit costs least in: it takes no lock and makes nothing, nor looks anything up in objects."""
        probe, epoch, count, look = self.memory.probe, self._clock.epoch, self._count_hit, self._look

        def check(
            code: str | Uscc, *, wait_seconds: float | None = None, lane: Lane = Lane.DECISION
        ) -> CreditStatus:
            held = probe(code)
            if held is not None and epoch() < held.until:
                count()
                return held.value
            return look(code, wait_seconds, lane)

        return check

    def _look(self, code: str | Uscc, wait_seconds: float | None, lane: Lane) -> CreditStatus:
        """Return the status of a subject that is not in memory as it is given, or has come to an end there."""
        if isinstance(code, str):
            hit = self._hit(code, self._epoch())
            if hit is not None:
                self._count_hit()
                return hit
            code = Uscc.parse(code)
        hit = self._hit(code.code, self._epoch())
        if hit is not None:
            self._count_hit()
            return hit
        return self._ask(code, wait_seconds, lane)

    def _ask_many(self, codes: Sequence[Uscc], lane: Lane) -> dict[Uscc, CreditStatus]:
        size = self._source.batch_size
        statuses: dict[Uscc, CreditStatus] = {}
        refusal: Failure | None = None
        if codes:
            self.attend()
        for start in range(0, len(codes), size):
            flights = {
                code: self._flights.open(flight_key(code, lane)) for code in codes[start : start + size]
            }
            ours = {code: flight for code, (flight, is_new) in flights.items() if is_new}
            if ours:
                refusal = self._fly_many(ours, lane, refusal)
            for code, (flight, _) in flights.items():
                statuses[code] = self._wait(code, flight, self._longest_wait)
        return statuses

    def _fly_many(
        self, flights: dict[Uscc, Future[CreditStatus]], lane: Lane, refusal: Failure | None
    ) -> Failure | None:
        """Land the flights of one batch, asked for or refused before; return what refuses the next one too."""
        failure = refusal or Failure.of(fault.interrupted())
        try:
            if refusal is None:
                rows = self._asking.ask_many(list(flights), deadline=self._deadline(), lane=lane)
                if isinstance(rows, Failure):
                    refusal = failure = rows
                else:
                    for (code, flight), row in zip(flights.items(), rows, strict=True):
                        self._land(flight_key(code, lane), flight, code, row)
        finally:
            for code, flight in flights.items():
                if not flight.done():
                    self._flights.land(flight_key(code, lane), flight, self._unknown(code, failure))
        return refusal


def _parse(text: str | Uscc) -> Uscc | InvalidUscc:
    try:
        return text if isinstance(text, Uscc) else Uscc.parse(text)
    except InvalidUscc as error:
        return error
