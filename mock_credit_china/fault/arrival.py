"""Faults that bite when a request arrives."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from werkzeug.http import http_date

from mock_credit_china.clock import EARLIEST, LATEST
from mock_credit_china.envelope import BAD_TIMESTAMP, CHALLENGED, MEANINGS, SUCCESS, Reply
from mock_credit_china.fault.base import AnswerFault, ClockFault, DelayFault, Moment
from mock_credit_china.listing import source_time

CHALLENGE_PAGE = (
    "<!DOCTYPE html><html><head><title>安全验证</title></head>"
    "<body><h1>请完成安全验证</h1><p>您的访问请求存在异常，请完成验证后继续。</p></body></html>"
)


def _known_status(status: int) -> int:
    allowed = sorted(set(MEANINGS) - {SUCCESS})
    if status not in allowed:
        raise ValueError(f"unknown status {status}; allowed: {', '.join(map(str, allowed))}")
    return status


class Latency(DelayFault):
    """The answer comes late: ``seconds``, and up to ``jitter`` more."""

    kind: Literal["latency"] = "latency"
    seconds: float = Field(ge=0, le=600)
    jitter: float = Field(default=0, ge=0, le=600)

    def delay(self, draw: float) -> float:
        """Return the wait of one request."""
        return self.seconds + self.jitter * draw


class ClockJump(ClockFault):
    """The mock's own clock jumps, forwards or (negative) backwards, before the request is looked at."""

    kind: Literal["clock_jump"] = "clock_jump"
    seconds: float = Field(ge=-31_536_000, le=31_536_000)

    def step(self, now: datetime) -> timedelta:
        """Return the jump, within the years the clock reaches."""
        return min(max(timedelta(seconds=self.seconds), EARLIEST - now), LATEST - timedelta(seconds=1) - now)


class Error(AnswerFault):
    """The source answers with an error of the envelope table, with any HTTP status."""

    kind: Literal["error"] = "error"
    status: Annotated[int, AfterValidator(_known_status)]
    http: int | None = Field(default=None, ge=200, le=599, description="default: as in the envelope table")
    message: str | None = None
    retry_after: float | None = Field(default=None, ge=0, le=31_536_000, description="seconds from now")
    retry_after_form: Literal["seconds", "date"] = Field(default="seconds")

    def reply(self, moment: Moment) -> Reply:
        """Return the error in its envelope."""
        return Reply(
            status=self.status,
            http=self.http,
            message=self.message,
            headers=self._headers(moment),
            data=source_time(moment.now) if self.status == BAD_TIMESTAMP else None,
        )

    def _headers(self, moment: Moment) -> dict[str, str]:
        if self.retry_after is None:
            return {}
        if self.retry_after_form == "seconds":
            return {"Retry-After": f"{self.retry_after:g}"}
        return {"Retry-After": http_date(moment.now + timedelta(seconds=self.retry_after))}


class ChallengePage(AnswerFault):
    """A firewall answers with an HTML page."""

    kind: Literal["challenge_page"] = "challenge_page"
    http: Literal[200, 403, 412] = 200

    def reply(self, _moment: Moment) -> Reply:
        """Return the page."""
        return Reply(status=CHALLENGED, http=self.http, page=CHALLENGE_PAGE)


class Redirect(AnswerFault):
    """Something in between sends the client elsewhere."""

    kind: Literal["redirect"] = "redirect"
    location: str = Field(min_length=1)
    http: Literal[301, 302, 303, 307, 308] = 302

    def reply(self, _moment: Moment) -> Reply:
        """Return the redirection."""
        return Reply(status=CHALLENGED, http=self.http, page="", headers={"Location": self.location})
