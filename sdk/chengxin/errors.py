"""Every error of chengxin, in one tree.

::

    ChengxinError
    ├── ConfigurationError            a setting is missing, mistyped or contradicts another
    ├── InvalidIdentifier             a code is not lawful (also a ValueError)
    │   └── InvalidUscc
    ├── InvalidRecord                 a fact contradicts itself (also a ValueError)
    ├── InvalidMeasure                a measure without ground, end, basis or human (also a ValueError)
    ├── InvalidPolicy                 a policy document was refused (also a ValueError)
    ├── UnknownStanding               raised by ``CreditStatus.raise_for_unknown`` alone
    ├── TierUnavailable               a shared cache tier could not be reached
    ├── VectorLogUnavailable          recorded fact vectors could not be read or written
    └── SourceError                   the public source gave no usable answer
        ├── SourceUnavailable         slow, unreachable, failing, over quota: may pass
        ├── SourceRefused             it understood and said no: needs a person
        │   └── ReportConflict        an idempotency key was used before, for another report
        ├── UnusableAnswer            it answered, but not with a complete, valid answer
        └── CursorTooOld              its change feed has forgotten what comes next: resynchronise

``SourceError`` never leaves a check: it becomes a status of standing ``UNKNOWN`` that carries the same
``UnknownReason``. Only code that talks to a source directly meets it.

Each error says what happened and what to do, keeps its evidence as typed attributes, has a stable ``code``,
survives ``pickle``, and holds neither secrets nor identity numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, Self


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


def _rebuild(cls: type[ChengxinError], args: tuple[Any, ...], state: dict[str, Any]) -> ChengxinError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class ChengxinError(Exception):
    """Root of all errors of chengxin.

    Attributes:
        code: stable, machine-readable name of the error.
    """

    code: ClassVar[str] = "chengxin"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by state, whatever the constructor takes."""
        return _rebuild, (type(self), self.args, self.__dict__)


class ConfigurationError(ChengxinError):
    """A setting is missing, mistyped or contradicts another; nothing was started."""

    code = "configuration"


class InvalidIdentifier(ChengxinError, ValueError):
    """An identifier is not lawful."""

    code = "invalid_identifier"


class InvalidUscc(InvalidIdentifier):
    """A text is not a unified social credit code (GB 32100-2015).

    Attributes:
        given: the text as it came, cut to 64 characters; empty where it may hold an identity number.
        fault: what is wrong, as a stable word (see ``chengxin.identifiers.UsccFault``).
        position: 1-based position of the fault in the normalised code, where it is known.
    """

    code = "invalid_uscc"

    def __init__(self, message: str, *, given: str, fault: str, position: int | None = None) -> None:
        super().__init__(message)
        self.given = given[:64]
        self.fault = fault
        self.position = position


class InvalidRecord(ChengxinError, ValueError):
    """A fact contradicts itself, so it cannot be constructed."""

    code = "invalid_record"


class InvalidMeasure(ChengxinError, ValueError):
    """A measure lacks what invariants I3 and I8 demand, so it cannot be constructed."""

    code = "invalid_measure"


class Finding(NamedTuple):
    """One thing that is wrong with a policy document.

    Attributes:
        code: stable name of the rule that was broken, e.g. ``measure.no_legal_basis``.
        path: where, as a path into the document, e.g. ``catalogue.deposit.legal_basis``.
        problem: what is wrong, in a sentence.
        fix: what to do about it, in a sentence.
    """

    code: str
    path: str
    problem: str
    fix: str


class InvalidPolicy(ChengxinError, ValueError):
    """A policy document was refused.

    Attributes:
        findings: all that is wrong with it, in document order.
    """

    code = "invalid_policy"

    def __init__(self, name: str, findings: Sequence[Finding]) -> None:
        lines = "".join(f"\n  {f.path}: {f.problem} {f.fix} [{f.code}]" for f in findings)
        super().__init__(f"The policy {name!r} was refused ({len(findings)} finding(s)):{lines}")
        self.name = name
        self.findings = tuple(findings)


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


class TierUnavailable(ChengxinError):
    """A shared cache tier could not be reached or did not answer in time; nothing is known of what it holds.

    Attributes:
        tier: name of the tier, without credentials.
    """

    code = "tier_unavailable"

    def __init__(self, message: str, *, tier: str) -> None:
        super().__init__(message)
        self.tier = tier


class VectorLogUnavailable(ChengxinError):
    """Recorded fact vectors could not be read or written; what was to be recorded is kept and tried again."""

    code = "vector_log_unavailable"
