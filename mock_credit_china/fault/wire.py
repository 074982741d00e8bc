"""Faults that bite while the bytes go out. They need a real connection; a test client does not see them."""

from typing import Literal

from pydantic import Field

from mock_credit_china.fault.base import Line, Outgoing, WireFault


class Reset(WireFault):
    """The connection breaks off with RST before the answer or in the middle of it."""

    kind: Literal["reset"] = "reset"
    when: Literal["before", "during"] = "before"

    def send(self, outgoing: Outgoing, line: Line) -> None:
        """Send nothing or a part, then break off."""
        if self.when == "during":
            line.send(outgoing.head() + outgoing.body[: len(outgoing.body) // 2])
            line.pause(0.05)  # what is sent must be read before RST discards it
        line.reset()


class CutShort(WireFault):
    """Only part of the body comes, and the connection ends in good order.

    Without ``declare_length`` the end of the connection alone marks the end of the body.
    """

    kind: Literal["cut_short"] = "cut_short"
    fraction: float = Field(default=0.5, ge=0, lt=1)
    declare_length: bool = Field(default=True)

    def send(self, outgoing: Outgoing, line: Line) -> None:
        """Send the first part and end."""
        line.send(
            outgoing.head(length=self.declare_length)
            + outgoing.body[: int(len(outgoing.body) * self.fraction)]
        )
        line.close()


class Drip(WireFault):
    """Headers or body come in small pieces with a pause after each."""

    kind: Literal["drip"] = "drip"
    part: Literal["body", "headers"] = "body"
    interval: float = Field(default=0.05, gt=0, le=60, description="seconds between pieces")
    size: int = Field(default=1, ge=1, description="bytes in a piece")

    def send(self, outgoing: Outgoing, line: Line) -> None:
        """Send piece by piece."""
        head, body = outgoing.head(), outgoing.body
        if self.part == "body":
            line.send(head)
            self._drip(body, line)
        else:
            self._drip(head, line)
            line.send(body)

    def _drip(self, data: bytes, line: Line) -> None:
        for start in range(0, len(data), self.size):
            line.send(data[start : start + self.size])
            line.pause(self.interval)
