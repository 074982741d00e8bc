"""One exchange with a source: through the gate, over the transport, read before it counts as answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from chengxin.clock import Clock
from chengxin.transport import (
    Deadline,
    Gate,
    Lane,
    Request,
    Transport,
    ahead_seconds,
    parse_http_date,
    parse_retry_after,
)
from chengxin.wire import Answer

T = TypeVar("T")


class Caller:
    """Asks a source.

    Args:
        transport: carries requests.
        gate: lets them through.
        clock: time.
    """

    __slots__ = ("_clock", "_gate", "_transport")

    def __init__(self, transport: Transport, *, gate: Gate, clock: Clock) -> None:
        self._transport = transport
        self._gate = gate
        self._clock = clock

    def ask(
        self,
        request: Request,
        read: Callable[[Answer], T],
        *,
        deadline: Deadline,
        lane: Lane,
        interface: str = "credit",
    ) -> T:
        """Return what ``read`` makes of the answer; asked again where a failure may pass.

        Args:
            request: what to ask; it may be repeated without harm.
            read: reads an answer, or raises the ``SourceError`` that it stands for.
            deadline: covers all calls and waits.
            lane: what the question is for.
            interface: which of the source's interfaces is asked.

        Raises:
            SourceError: the source was not asked, did not answer, or its answer cannot be read.
        """
        return self.run(
            lambda: read(self.send(request, deadline=deadline)),
            deadline=deadline,
            lane=lane,
            interface=interface,
        )

    def run(
        self, exchange: Callable[[], T], *, deadline: Deadline, lane: Lane, interface: str = "credit"
    ) -> T:
        """Return what an exchange of one ``send`` returns; as ``ask``, where each request is made anew."""
        return self._gate.call(exchange, deadline=deadline, lane=lane, interface=interface)

    def close(self) -> None:
        """Close the connections of this process."""
        self._transport.close()

    def send(self, request: Request, *, deadline: Deadline) -> Answer:
        """Send one request, inside of ``run``, and return what came."""
        before = self._clock.wall()
        response = self._transport.send(request, deadline=deadline)
        after = self._clock.wall()
        headers = response.headers
        # Both instants of the source's own clock, where it tells its time: then ours does not matter.
        now = parse_http_date(headers.get("date", "")) or after
        return Answer(
            http_status=response.status,
            headers=headers,
            body=response.body,
            retry_after_seconds=parse_retry_after(headers.get("retry-after", ""), now=now),
            ahead_seconds=ahead_seconds(headers, before=before, after=after),
        )
