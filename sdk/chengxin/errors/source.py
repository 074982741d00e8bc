"""What a public source does not tell, and why a standing is therefore unknown."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from chengxin.errors.root import ChengxinError


class UnknownReason(StrEnum):
    """Why the standing of a subject is not known; the stable code that users branch on."""

    NOT_FOUND = "not_found"
    """The source does not know this subject. Not a good standing."""
    UNRECOGNISED_RECORD = "unrecognised_record"
    """The source shows a kind of record that this version cannot class; nothing else adverse is shown."""
    STALE = "stale"
    """What was known is past its life and has not been asked again."""
    TIMEOUT = "timeout"
    """The source did not answer within the deadline."""
    UNREACHABLE = "unreachable"
    """No connection, or the connection broke."""
    SOURCE_FAULT = "source_fault"
    """The source failed (5xx, code 50001)."""
    MAINTENANCE = "maintenance"
    """The source is under maintenance (code 50301)."""
    RATE_LIMITED = "rate_limited"
    """Too many requests (code 42901)."""
    QUOTA_EXHAUSTED = "quota_exhausted"
    """The day's quota is used up (code 42902)."""
    CHALLENGED = "challenged"
    """A captcha, a firewall page, or code 40001 stands in the way; it is never passed."""
    REQUEST_REJECTED = "request_rejected"
    """The source refused a parameter (code 40002): a fault of ours."""
    UNAUTHENTICATED = "unauthenticated"
    """Key or signature refused (codes 40101, 40103): check the credentials."""
    CLOCK_REFUSED = "clock_refused"
    """The source refused our time (code 40102): set this machine's clock."""
    FORBIDDEN = "forbidden"
    """No permission, or an authorisation is missing or over (codes 40301, 40302)."""
    SCHEMA_DRIFT = "schema_drift"
    """The answer does not have the agreed shape."""
    INCOMPLETE = "incomplete"
    """Pages, rows or bytes are missing, or the pages are of different states of the source."""
    WRONG_SUBJECT = "wrong_subject"
    """The answer is about another subject than the one asked for."""
    BREAKER_OPEN = "breaker_open"
    """The source failed so often that it is left alone for a moment; it was not asked."""
    QUOTA_RESERVED = "quota_reserved"
    """What may still be asked of the source is kept for more urgent questions; it was not asked."""


class UnknownStanding(ChengxinError):
    """A caller asked for certainty and the standing is unknown.

    Attributes:
        reason: why it is unknown.
        subject: the code that was asked for.
    """

    code = "unknown_standing"

    def __init__(self, message: str, *, reason: UnknownReason, subject: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.subject = subject


class SourceError(ChengxinError):
    """The public source gave no usable answer.

    Attributes:
        reason: why, as it will stand in the status.
        http_status: HTTP status code, where there was one.
        source_status: the code in the source's envelope, where there was one.
        request_id: the source's own id of the request, to quote to its operator.
        retry_after_seconds: how long the source asks to wait, where it said so.
    """

    code = "source"

    def __init__(
        self,
        message: str,
        *,
        reason: UnknownReason,
        http_status: int | None = None,
        source_status: int | None = None,
        request_id: str | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.http_status = http_status
        self.source_status = source_status
        self.request_id = request_id
        self.retry_after_seconds = retry_after_seconds

    @classmethod
    def timeout(cls, during: str) -> Self:
        """Return the error for a deadline that passed while doing what ``during`` names."""
        return cls(
            f"The source did not answer within the deadline (while {during}). "
            "Nothing is concluded from it; raise the deadline if this is usual.",
            reason=UnknownReason.TIMEOUT,
        )


class SourceUnavailable(SourceError):
    """The source is slow, unreachable, failing or over quota. It may pass by itself."""

    code = "source_unavailable"


class SourceRefused(SourceError):
    """The source understood the request and said no. A person has to look at it."""

    code = "source_refused"


class ReportConflict(SourceRefused):
    """The idempotency key of a platform report was used before, for another report."""

    code = "report_conflict"


class UnusableAnswer(SourceError):
    """The source answered, but not with a complete, valid answer about the subject asked for."""

    code = "unusable_answer"


class CursorTooOld(SourceError):
    """The change feed no longer holds what comes after the cursor (code 41001): resynchronise from a snapshot."""

    code = "cursor_too_old"
