"""Ask for one subject: the shared tier first, then the source, once for all processes.

What was found is kept in the tier before it is handed out, and only where the subject was not invalidated since the
question was put. A failure is kept for a moment, so that everybody who waits hears of it and nobody else asks.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from chengxin.cache import CacheTier, Entry, fresh_until, is_overtaken, names_of
from chengxin.clock import Clock
from chengxin.errors import SourceError, SourceRefused, SourceUnavailable, UnknownReason
from chengxin.identifiers import Uscc
from chengxin.records import RuleTable
from chengxin.services import fault
from chengxin.services.fault import Failure
from chengxin.services.listening import Listening
from chengxin.services.options import LookupOptions
from chengxin.services.skew import SkewWatch
from chengxin.services.turn import Turn, away
from chengxin.sources import CreditSource, Fetched, Unchanged
from chengxin.telemetry import Telemetry
from chengxin.transport import Deadline, Lane

_POLL_SECONDS: Final = 0.01
"""How often who waits for another process looks whether it is done."""
_LONGEST_RETRY_SECONDS: Final = 60.0
"""A failure is kept no longer, whatever ``Retry-After`` asks for."""
_CLOCK_REFUSED_SECONDS: Final = 300.0
"""A clock that is further off is refused by the source (source-api.md §1): which records are shown now is not known."""
_CLOCK_TOLERATED_SECONDS: Final = 60.0
_NOT_OF_THE_SOURCE: Final = frozenset({UnknownReason.BREAKER_OPEN, UnknownReason.QUOTA_RESERVED})
"""Reasons that tell of the question, not of the source; they are told at once and never kept."""

_log: Final = logging.getLogger("chengxin.lookup")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An entry that may be handed out.

    Attributes:
        entry: the entry.
        is_confirmed: whether the tier vouches that its subject was not invalidated meanwhile.
    """

    entry: Entry
    is_confirmed: bool


class Asking:
    """Finds entries in the tier that processes share, and asks the source for what is not there.

    Args:
        source: the source.
        tier: the tier.
        listening: what is heard of the tier.
        clock: time.
        options: how long answers are kept.
        telemetry: what is counted.
        rule_table: by which the source bounds records whose end it leaves out; what the tier keeps under another
            one is not used. None where the source says so itself.
    """

    def __init__(
        self,
        source: CreditSource,
        tier: CacheTier,
        listening: Listening,
        *,
        clock: Clock,
        options: LookupOptions,
        telemetry: Telemetry,
        rule_table: RuleTable | None,
    ) -> None:
        self._source = source
        self._tier = tier
        self._listening = listening
        self._clock = clock
        self._options = options
        self._telemetry = telemetry
        self._rule_table = rule_table
        self.as_of: datetime | None = None
        """The source's data date in its latest answer, aware UTC."""
        self.skew = SkewWatch()
        """How far the source's clock is ahead of ours."""

    def ask(
        self, code: Uscc, *, deadline: Deadline, lane: Lane, newer_than: datetime | None = None
    ) -> Found | Failure | None:
        """Return what is known of a subject; None where it was invalidated while the source was asked.

        Args:
            code: the subject.
            deadline: covers everything.
            lane: what the question is for.
            newer_than: an entry of the tier counts only where it was fetched later.
        """
        with self._turn(code, deadline, lane) as turn:
            while True:
                known = self._read(code)
                found = self._usable(code, known, newer_than)
                if found is not None:
                    return found
                failure = turn.failure() if newer_than is None else None
                if failure is not None:
                    return failure
                if turn.is_mine:
                    return self._question(code, known, turn, deadline=deadline, lane=lane)
                if turn.take():
                    continue  # who had it before may just have found it
                if deadline.expired:
                    return Failure.of(SourceUnavailable.timeout("waiting for another process that asks it"))
                self._clock.sleep(min(_POLL_SECONDS, deadline.remaining()))

    def ask_many(
        self, codes: Sequence[Uscc], *, deadline: Deadline, lane: Lane
    ) -> Sequence[Found | Failure | None] | Failure:
        """Return a row for each subject, see ``ask``; or the failure for which nothing more need be asked."""
        found: dict[Uscc, Found | Failure | None] = {
            code: self._usable(code, self._read(code), None) for code in codes
        }
        wanted = [code for code in codes if found[code] is None]
        if wanted:
            tickets = {code: self._open(code) for code in wanted}
            continuity = self._listening.following.continuity
            rows = self._fetch_many(wanted, deadline=deadline, lane=lane)
            if isinstance(rows, SourceRefused | SourceUnavailable) and len(wanted) == len(codes):
                return Failure.of(rows)
            paired = [(code, rows) for code in wanted] if isinstance(rows, SourceError) else rows
            for code, row in paired:
                if isinstance(row, SourceError):
                    found[code] = Failure.of(row)
                else:
                    found[code] = self._take_in(code, row, tickets[code], continuity)
        return [found[code] for code in codes]

    def _take_in(
        self, code: Uscc, row: Fetched, ticket: str | None, continuity: str | None
    ) -> Found | Failure | None:
        try:
            entry = self._receive(code, row, None, continuity)
            ticket = self._unless_overtaken(code, entry, ticket)
        except Exception as raised:  # noqa: BLE001  # a source of somebody else's may hand over anything
            return Failure.of(self._told(raised))
        return self._share(code, entry, ticket)

    def _fetch_many(
        self, codes: Sequence[Uscc], *, deadline: Deadline, lane: Lane
    ) -> list[tuple[Uscc, Fetched | SourceError]] | SourceError:
        try:
            rows = self._source.fetch_credit_many(codes, deadline=deadline, lane=lane)
            return list(zip(codes, rows, strict=True))
        except Exception as raised:  # noqa: BLE001  # a source of somebody else's may raise anything
            return self._told(raised)

    def kept(self, code: Uscc) -> Entry | None:
        """Return what the tier keeps of a subject, past its life too, as far as it is trusted."""
        known = self._read(code)
        return known if known is not None and self._listening.trusts(code.code, known) else None

    def last_known(self, code: Uscc) -> Entry | None:
        """Return what may be displayed of a subject past its life.

        What was fetched within a stretch of the feed tells nothing outside of it, nor before the feed has been read up
        to the present: the platform may have heard that it is over.
        """
        known, following = self.kept(code), self._listening.following
        if known is None or known.continuity is None:
            return known
        is_heard = known.continuity == following.continuity and following.current_until is not None
        return known if is_heard else None

    def _usable(self, code: Uscc, known: Entry | None, newer_than: datetime | None) -> Found | None:
        now = self._clock.now()
        if known is None:
            return None
        if (
            not known.is_fresh(now, self._listening.following)
            or not self._listening.trusts(code.code, known)
            or (newer_than is not None and known.fetched_at <= newer_than)
        ):
            return None
        self._telemetry.shared_hits.add()
        return Found(entry=known, is_confirmed=True)

    def _question(
        self, code: Uscc, known: Entry | None, turn: Turn, *, deadline: Deadline, lane: Lane
    ) -> Found | Failure | None:
        ticket = self._open(code)
        continuity = self._listening.following.continuity
        etag = known.etag if known is not None and self._listening.trusts(code.code, known) else None
        self._telemetry.missed()
        if known is not None:
            self._telemetry.prevented_stale()
        began = self._clock.monotonic()
        outcome = "answered"
        try:
            row = self._source.fetch_credit(code, deadline=deadline, lane=lane, known=etag)
            entry = self._receive(code, row, known, continuity)
            ticket = self._unless_overtaken(code, entry, ticket)
            if isinstance(row, Unchanged):
                outcome = "unchanged"
        except Exception as raised:  # noqa: BLE001  # a source of somebody else's may raise anything
            error = self._told(raised)
            outcome = error.reason.value
            return self._remember(error, turn, lane)
        finally:
            self._telemetry.asked(self._clock.monotonic() - began, outcome)
        return self._share(code, entry, ticket)

    def _receive(
        self, code: Uscc, row: Fetched | Unchanged, known: Entry | None, continuity: str | None
    ) -> Entry:
        """Return the entry that an answer makes.

        Raises:
            SourceError: nothing is concluded from it.
        """
        self.skew.note(row.ahead_seconds)
        if abs(row.ahead_seconds or 0.0) > _CLOCK_REFUSED_SECONDS:
            raise fault.clock_is_off(row.ahead_seconds or 0.0)
        entry = self._entry(code, row, known, continuity)
        self.as_of = entry.answer.as_of
        if not entry.is_fresh(self._clock.now()):
            raise fault.too_late()
        return entry

    def _unless_overtaken(self, code: Uscc, entry: Entry, ticket: str | None) -> str | None:
        """Return the ticket to keep an entry by; None where it cannot be told whether all of it is still disclosed.

        It is asked for after the source has answered: what is told from then on refuses the ticket.

        Raises:
            SourceError: it shows what the change feed told to be gone, so that nothing is concluded from it (I1).
        """
        records = entry.answer.records
        if not records or self._source.feed is None:
            return ticket
        try:
            gone = self._tier.read_gone(names_of(code.code, records))
        except Exception as raised:  # noqa: BLE001  # see away
            away(raised)
            return None
        if gone and is_overtaken(code.code, records, gone):
            self._telemetry.lagged()
            _log.warning(
                "the answers of %s are behind its change feed; its operator wants to know", self._source.name
            )
            raise fault.overtaken()
        return ticket

    def _is_clock_shared(self) -> bool:
        """Tell whether instants of this process mean the same elsewhere; if not, what it finds is its own."""
        lead = abs((self._clock.now() - self._clock.wall()).total_seconds())
        return self._tier.name == "memory" or (lead <= _CLOCK_TOLERATED_SECONDS and not self.skew.margin)

    def _share(self, code: Uscc, entry: Entry, ticket: str | None) -> Found | None:
        """Keep an entry in the tier, and return it where it may be handed out."""
        if ticket is None or not self._is_clock_shared():
            return Found(entry=entry, is_confirmed=False)
        try:
            kept = self._tier.write(code.code, entry, ticket=ticket)
        except Exception as raised:  # noqa: BLE001  # see away
            away(raised)
            return Found(entry=entry, is_confirmed=False)
        if kept:
            return Found(entry=entry, is_confirmed=True)
        self._telemetry.prevented_stale()
        return None

    def _entry(
        self, code: Uscc, row: Fetched | Unchanged, known: Entry | None, continuity: str | None
    ) -> Entry:
        if isinstance(row, Unchanged):
            if known is None or known.etag is None or known.etag != row.etag:
                raise fault.adapter_failed()
            answer = known.answer
        else:
            answer = row.answer
        if answer.subject.code != code:
            raise fault.mixed_up()
        for anomaly in answer.anomalies:
            _log.warning("source anomaly: %s in record %s", anomaly.code, anomaly.record_id)
        options = self._options
        longest = options.longest_life_seconds if answer.registered else options.negative_life_seconds
        end = fresh_until(row.asked_at, max_age_seconds=row.max_age_seconds, longest_seconds=longest)
        followed = fresh_until(
            row.asked_at, max_age_seconds=row.max_age_seconds, longest_seconds=options.followed_life_seconds
        )
        entry = Entry(
            answer=replace(answer, anomalies=()),
            fetched_at=row.asked_at,
            fresh_until=end,
            followed_until=max(end, followed) if answer.registered else end,
            etag=row.etag,
            continuity=continuity,
        )
        return entry.without_ended(self._clock.now())

    def _remember(self, error: SourceError, turn: Turn, lane: Lane) -> Failure:
        """Tell for a moment that the source gave no answer, where that is said of the source and not of the lane."""
        failure = Failure.of(error)
        life = self._options.error_life_seconds
        if life and lane.is_interactive and error.reason not in _NOT_OF_THE_SOURCE:
            asked = min(error.retry_after_seconds or 0.0, _LONGEST_RETRY_SECONDS)
            turn.tell(failure, life_seconds=max(life, asked))
        return failure

    def _read(self, code: Uscc) -> Entry | None:
        try:
            known = self._tier.read(code.code)
        except Exception as raised:  # noqa: BLE001  # see away
            away(raised)
            return None
        if known is None or self._rule_table is None:
            return known
        return known if all(map(self._rule_table.is_end_of, known.answer.records)) else None

    def _open(self, code: Uscc) -> str | None:
        try:
            return self._tier.open(code.code)
        except Exception as raised:  # noqa: BLE001  # see away
            away(raised)
            return None

    @contextmanager
    def _turn(self, code: Uscc, deadline: Deadline, lane: Lane) -> Iterator[Turn]:
        turn = Turn(self._tier, code, lane, life_seconds=deadline.remaining() + 1.0)
        try:
            yield turn
        finally:
            turn.end()

    def _told(self, raised: Exception) -> SourceError:
        """Return the error that an exception stands for, after it was told to the operator."""
        if not isinstance(raised, SourceError):
            # Its words may hold anything; its type is enough to find it.
            _log.error("the source %s failed with %s", self._source.name, type(raised).__qualname__)
            return fault.adapter_failed()
        _log.log(
            logging.ERROR if isinstance(raised, SourceRefused) else logging.WARNING,
            "no answer of %s: %s (HTTP %s, status %s, request %s)",
            self._source.name,
            raised.reason,
            raised.http_status,
            raised.source_status,
            raised.request_id,
        )
        return raised
