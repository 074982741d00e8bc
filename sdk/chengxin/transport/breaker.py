"""The breaker at work: for the threads of a process, and for all processes that share a board."""

from __future__ import annotations

import json
import logging
import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from chengxin.clock import Clock
from chengxin.errors import SourceError, SourceRefused, SourceUnavailable, UnknownReason
from chengxin.lock import ProcessLock
from chengxin.transport.breaker_state import (
    BreakerOptions,
    Closed,
    HalfOpen,
    Open,
    Phase,
    Ticket,
    as_seen,
    phase_of,
    settle,
)
from chengxin.transport.shelter import Shelter

_LOG: Final = logging.getLogger(__name__)
_REMEMBERED_SECONDS: Final = 3600.0
"""How long an opening that nobody probes is remembered after its time."""
_CLOSED_SECONDS: Final = 2 * _REMEMBERED_SECONDS
"""For longer than anybody remembers the opening that it ended."""
_PROBE_MARGIN_SECONDS: Final = 1.0
_WAIT_FOR_PROBE_SECONDS: Final = 1.0


class Breaker:
    """Lets questions through, or says at once why not.

    Failures in a row are counted by each process; that it opened, and that it closed, is known to all who share the
    board. Of a half-open breaker exactly one question goes out among all of them.

    Args:
        name: what is asked, e.g. name of the source and of the interface; holds no secret.
        board: where it is noted.
        clock: time.
        options: when to open and for how long.
        jitter: makes random numbers, 0 ≤ number < 1.
        label: what logs call it; its name where None.
    """

    __slots__ = (
        "_board",
        "_clock",
        "_failures",
        "_jitter",
        "_label",
        "_lease",
        "_lock",
        "_note",
        "_options",
        "_seen",
    )

    def __init__(
        self,
        name: str,
        *,
        board: Shelter,
        clock: Clock,
        options: BreakerOptions,
        jitter: Callable[[], float] = random.random,
        label: str | None = None,
    ) -> None:
        self._label = name if label is None else label
        self._note = f"breaker:{name}"
        self._lease = f"probe:{name}"
        self._board = board
        self._clock = clock
        self._options = options
        self._jitter = jitter
        self._lock = ProcessLock()
        self._failures = 0
        self._seen: tuple[Closed | Open, float] = (Closed(), 0.0)

    def phase(self) -> Phase:
        """Return whether questions go out now."""
        return phase_of(self._state(), now=self._clock.epoch())

    def admit(self, *, given_seconds: float) -> Ticket:
        """Let one question through.

        Args:
            given_seconds: how long the source is given for it at most.

        Raises:
            SourceUnavailable: the breaker is open (``BREAKER_OPEN``).
            SourceRefused: calls are stopped because the source refused them, with that reason.
        """
        phase = self.phase()
        lease = None
        if isinstance(phase, HalfOpen):
            lease = uuid.uuid4().hex
            if self._board.take(self._lease, owner=lease, life_seconds=given_seconds + _PROBE_MARGIN_SECONDS):
                # Another probe may have ended since the look, and this one would be the second.
                phase = self.phase()
                if not isinstance(phase, HalfOpen):
                    self._board.release(self._lease, owner=lease)
                    lease = None
            else:
                raise _refusal(phase.opening, wait_seconds=_WAIT_FOR_PROBE_SECONDS)
        now = self._clock.epoch()
        if isinstance(phase, Open):
            raise _refusal(phase, wait_seconds=phase.until - now)
        return Ticket(asked_at=now, given_seconds=given_seconds, lease=lease)

    def settle(self, ticket: Ticket, error: SourceError | None) -> None:
        """Take note of a question's outcome; None is an answer."""
        if error is None and ticket.lease is None and self._failures == 0:
            return
        with self._lock:
            before = self._state()
            now = self._clock.epoch()
            after = settle(
                before, error, ticket=ticket, now=now, jitter=self._jitter(), options=self._options
            )
            self._failures = after.failures if isinstance(after, Closed) else 0
            if isinstance(after, Open) and after != before:
                self._post(after, life_seconds=max(1.0, after.until - now) + _REMEMBERED_SECONDS)
                _LOG.warning(
                    "Source %s is not asked for %.0f s: %s.",
                    self._label,
                    after.until - now,
                    after.reason.value,
                )
            elif isinstance(after, Closed) and isinstance(before, Open):
                self._post(after, life_seconds=_CLOSED_SECONDS)
                _LOG.info("Source %s is asked again.", self._label)
        self.withdraw(ticket)

    def withdraw(self, ticket: Ticket) -> None:
        """Give a ticket back whose question was not asked, or tells nothing."""
        if ticket.lease is not None:
            self._board.release(self._lease, owner=ticket.lease)

    def _state(self) -> Closed | Open:
        state = self._as_seen(_decode(self._board.read(self._note, rank=_noted_at)))
        return state if isinstance(state, Open) else Closed(failures=self._failures, since=state.since)

    def _as_seen(self, state: Closed | Open) -> Closed | Open:
        known, seen_at = self._seen
        if state != known:
            seen_at = self._clock.epoch()
            self._seen = (state, seen_at)
        return as_seen(state, seen_at=seen_at)

    def _post(self, state: Closed | Open, *, life_seconds: float) -> None:
        self._board.write(self._note, _encode(state), life_seconds=life_seconds)


def _refusal(opening: Open, *, wait_seconds: float) -> SourceError:
    since = datetime.fromtimestamp(opening.since, UTC).isoformat(timespec="seconds")
    wait = max(0.0, wait_seconds)
    if opening.stopped:
        return SourceRefused(
            f"Calls to the source are stopped since {since}, when it refused one ({opening.reason.value}). "
            f"It was not asked again; one call is tried in {wait:.0f} s. See to the reason meanwhile.",
            reason=opening.reason,
            http_status=opening.http_status,
            source_status=opening.source_status,
            retry_after_seconds=wait,
        )
    return SourceUnavailable(
        f"The source fails since {since} ({opening.reason.value}) and is left alone; it was not asked. "
        f"Ask again in {wait:.0f} s; nothing is concluded meanwhile.",
        reason=UnknownReason.BREAKER_OPEN,
        retry_after_seconds=wait,
    )


def _encode(state: Closed | Open) -> bytes:
    if isinstance(state, Closed):
        return json.dumps({"since": state.since}).encode()
    return json.dumps(
        {
            "since": state.since,
            "until": state.until,
            "trips": state.trips,
            "reason": state.reason.value,
            "stopped": state.stopped,
            "http_status": state.http_status,
            "source_status": state.source_status,
            "noted_at": state.noted_at,
        }
    ).encode()


def _noted_at(note: bytes) -> float:
    state = _decode(note)
    return max(state.noted_at, state.since) if isinstance(state, Open) else state.since


def _decode(note: bytes | None) -> Closed | Open:
    """Read a note; one of another version, or of another hand, says nothing."""
    try:
        found: dict[str, Any] = json.loads(note or b"{}")
        since = float(found.get("since", 0.0))
        datetime.fromtimestamp(since, UTC)
        if "until" not in found:
            return Closed(since=since)
        until, noted_at = float(found["until"]), float(found.get("noted_at", since))
        for instant in (until, noted_at):
            datetime.fromtimestamp(instant, UTC)
        return Open(
            since=since,
            until=until,
            trips=int(found["trips"]),
            reason=UnknownReason(found["reason"]),
            stopped=bool(found["stopped"]),
            http_status=found.get("http_status"),
            source_status=found.get("source_status"),
            noted_at=noted_at,
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError):
        return Closed()
