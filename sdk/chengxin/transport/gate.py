"""The one way to the source: breaker, quota and retries before every exchange."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from chengxin.board import Board
from chengxin.clock import Clock
from chengxin.errors import SourceError
from chengxin.lock import ProcessLock
from chengxin.transport.breaker import Breaker
from chengxin.transport.breaker_state import BreakerOptions, Closed, Phase, Ticket
from chengxin.transport.budget import RetryBudget
from chengxin.transport.deadline import Deadline
from chengxin.transport.lane import Lane
from chengxin.transport.quota import Quota, QuotaOptions
from chengxin.transport.retry import Retrier, RetryPolicy
from chengxin.transport.shelter import Shelter

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOptions:
    """How a source is treated.

    Attributes:
        retry: how often and how patiently it is asked again.
        breaker: when it is left alone, and for how long.
        quota: how much its operator allows.
    """

    retry: RetryPolicy = field(default_factory=RetryPolicy)
    breaker: BreakerOptions = field(default_factory=BreakerOptions)
    quota: QuotaOptions = field(default_factory=QuotaOptions)


class Gate:
    """Lets questions to one source through, one call each, retries included.

    Safe to share by threads, and after a fork. Each interface of the source has a breaker of its own: a feed that
    fails, or that the credentials do not allow, stops no look-up. Quota and retry budget are one for all.

    Args:
        name: whose quota and breakers they are, e.g. name of the source and of the key; holds no secret.
        clock: time.
        board: where processes agree; None where each is for itself, with its part of the quota.
        options: how the source is treated.
        jitter: makes random numbers, 0 ≤ number < 1.
    """

    def __init__(
        self,
        name: str,
        *,
        clock: Clock,
        board: Board | None = None,
        options: GateOptions | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._name = name
        self._clock = clock
        self._board = Shelter(board, clock=clock)
        self._options = options or GateOptions()
        self._jitter = jitter
        self._quota = Quota(name, board=self._board, clock=clock, options=self._options.quota)
        self._retrier = Retrier(self._options.retry, RetryBudget(clock), clock, jitter)
        self._lock = ProcessLock()
        self._breakers: dict[str, Breaker] = {}

    def call(
        self, operation: Callable[[], T], *, deadline: Deadline, lane: Lane, interface: str = "credit"
    ) -> T:
        """Return what an operation returns, asking again where a failure may pass.

        Args:
            operation: makes one exchange with the source; it may be repeated without harm.
            deadline: covers all calls and the waits between and before them.
            lane: what the question is for.
            interface: which of the source's interfaces is asked.

        Raises:
            SourceUnavailable: the breaker is open (``BREAKER_OPEN``) or the quota is kept for others
                (``QUOTA_RESERVED``), and the source was not asked.
            SourceError: the error of the last call.
        """
        passage = _Passage(operation, self._breaker(interface), self._quota, deadline=deadline, lane=lane)
        passage.enter()
        return passage.through(self._retrier)

    def phase(self, interface: str = "credit") -> Phase:
        """Return whether an interface of the source is asked now."""
        return self._breaker(interface).phase()

    def used_today(self) -> int:
        """Return the calls of this China day, of all processes where they can be counted; 0 without a limit."""
        return self._quota.used_today()

    def _breaker(self, interface: str) -> Breaker:
        with self._lock:
            breaker = self._breakers.get(interface)
            if breaker is None:
                breaker = self._breakers[interface] = Breaker(
                    f"{self._name}:{interface}",
                    board=self._board,
                    clock=self._clock,
                    options=self._options.breaker,
                    jitter=self._jitter,
                    label=f"{_host_of(self._name)} ({interface})",
                )
            return breaker


def _host_of(name: str) -> str:
    """Return what of a gate's name is told in logs: host and port of an address, without what tells keys apart."""
    address = name.rpartition("#")[0] or name
    return address.partition("://")[2].partition("/")[0] or address


class _Passage(Generic[T]):
    """One operation on its way through the gate, as often as it is repeated."""

    __slots__ = ("_breaker", "_deadline", "_failed", "_lane", "_operation", "_quota", "_ticket")

    def __init__(
        self, operation: Callable[[], T], breaker: Breaker, quota: Quota, *, deadline: Deadline, lane: Lane
    ) -> None:
        self._operation = operation
        self._breaker = breaker
        self._quota = quota
        self._deadline = deadline
        self._lane = lane
        self._ticket: Ticket | None = None
        self._failed: SourceError | None = None

    def enter(self) -> Ticket:
        """Be let through for one exchange.

        Raises:
            SourceError: not now; the source was not asked.
        """
        self._deadline.require("waiting to ask")
        ticket = self._breaker.admit(given_seconds=self._deadline.remaining())
        try:
            self._quota.admit(self._lane, deadline=self._deadline)
        except BaseException:
            self._breaker.withdraw(ticket)
            raise
        # What was waited for the quota was not given to the source.
        self._ticket = replace(ticket, given_seconds=self._deadline.remaining())
        return self._ticket

    def through(self, retrier: Retrier) -> T:
        """Make the exchanges; what is raised is what the source failed with, not that it was not asked again."""
        try:
            return retrier.call(self._exchange, deadline=self._deadline, may_go_on=self._is_asked)
        except SourceError as error:
            if self._failed is None or error is self._failed:
                raise
        raise self._failed

    def _is_asked(self) -> bool:
        return isinstance(self._breaker.phase(), Closed)

    def _exchange(self) -> T:
        ticket = self._ticket or self.enter()
        self._ticket = None
        asked_at = self._deadline.clock.epoch()
        try:
            result = self._operation()
        except SourceError as error:
            self._failed = error
            self._breaker.settle(ticket, error)
            self._quota.learn(error, asked_at=asked_at)
            raise
        except BaseException:
            self._breaker.withdraw(ticket)
            raise
        self._breaker.settle(ticket, None)
        return result
