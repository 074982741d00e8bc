"""The stages of an answer at which a scripted fault can bite."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from flask import Response

from mock_credit_china.envelope import Reply
from mock_credit_china.strict import StrictModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a fault may want to know: the mock's time, and how often its rule has bitten before."""

    now: datetime
    today: date
    bite: int = 0


class FaultModel(StrictModel):
    """What every fault's description has in common."""


class DelayFault(FaultModel):
    """Bites on arrival: the request waits."""

    def delay(self, draw: float) -> float:
        """Return how long, given a draw between 0 and 1."""
        raise NotImplementedError


class ClockFault(FaultModel):
    """Bites on arrival: the mock's own clock jumps, for everybody and for good."""

    def step(self, now: datetime, /) -> timedelta:
        """Return by how much."""
        raise NotImplementedError


class AnswerFault(FaultModel):
    """Bites on arrival: something else answers in the place of the source."""

    def reply(self, moment: Moment, /) -> Reply:
        """Return the answer that is given."""
        raise NotImplementedError


class DataFault(FaultModel):
    """Bites when the data is ready and not yet in its envelope."""

    def applies_to(self, data: Mapping[str, Any]) -> bool:
        """Tell whether there is something to bite on."""
        raise NotImplementedError

    def spoil(self, data: dict[str, Any], moment: Moment, /) -> None:
        """Change the data in place."""
        raise NotImplementedError


class ResponseFault(FaultModel):
    """Bites when the answer is written: headers and bytes."""

    def dress(self, response: Response, moment: Moment, /) -> None:
        """Change the response in place."""
        raise NotImplementedError


class WireFault(FaultModel):
    """Bites while the bytes go out."""

    def send(self, outgoing: "Outgoing", line: "Line") -> None:
        """Send the answer, or what becomes of it."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """An answer in bytes."""

    status_line: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def head(self, *, length: bool = True) -> bytes:
        """Write status line and headers; without a length, the end of the connection ends the body."""
        kept = self.headers
        if not length:
            left_out = {"content-length", "connection"}
            kept = (*(pair for pair in kept if pair[0].lower() not in left_out), ("Connection", "close"))
        lines = [self.status_line, *(f"{name}: {value}" for name, value in kept)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Line(Protocol):
    """The connection an answer goes out on."""

    def send(self, data: bytes) -> None:
        """Send bytes at once."""
        ...

    def pause(self, seconds: float) -> None:
        """Wait, unless the server is being stopped."""
        ...

    def close(self) -> None:
        """Let the connection end once this answer is out."""
        ...

    def reset(self) -> None:
        """Break the connection off with RST."""
        ...
