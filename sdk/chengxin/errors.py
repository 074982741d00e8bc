"""Every error of chengxin, in one tree.

::

    ChengxinError
    ├── ConfigurationError            a setting is missing, mistyped or contradicts another
    ├── InvalidIdentifier             a code is not lawful (also a ValueError)
    │   └── InvalidUscc
    ├── InvalidRecord                 a fact contradicts itself (also a ValueError)
    ├── InvalidMeasure                a measure without ground, end, basis or human (also a ValueError)
    ├── InvalidStatement              a statement of reasons contradicts its measure or itself (also a ValueError)
    ├── InvalidPolicy                 a policy document was refused (also a ValueError)
    ├── AnalysisTooLarge              policies tell too many cases apart to look at all of them
    ├── InvalidRuleTable              a row of law, or a table of them, was refused (also a ValueError)
    ├── UnknownStanding               raised by ``CreditStatus.raise_for_unknown`` alone
    ├── TierUnavailable               a shared cache tier could not be reached
    ├── LifecycleRefused              a step towards publishing a policy was refused (also a ValueError)
    ├── PolicyStoreError              the store of policy versions did not do what was asked
    │   ├── PolicyStoreConflict       somebody else took a step meanwhile
    │   ├── PolicyStoreDamaged        what is stored is not what was written
    │   ├── PolicyStoreUnavailable    it could not be read or written
    │   └── UnknownPolicyVersion      it holds no such version
    ├── SignatureRefused              a signature is not one that is trusted (also a ValueError)
    ├── LedgerError                   the ledger did not do what was asked
    │   └── LedgerDamaged             what is in it is not what was written
    ├── VectorLogUnavailable          recorded fact vectors could not be read or written
    ├── StoreError                    the database did not do what was asked
    │   ├── StoreUnavailable          it is down, locked for too long, or full
    │   └── StoreOutdated             its tables are of another version: ``chengxin db upgrade``


    ├── AppealRefused                 a step of an appeal, or its evidence, was refused (also a ValueError)
    ├── PledgeRefused                 a commitment or declaration, or a step of it, was refused (also a ValueError)


    ├── InvalidNotice                 a notice that could not be sent to anybody (also a ValueError)
    ├── NoticeError                   a notice did not reach whom it is for
    │   ├── NoticeUndeliverable       and will not: needs a person
    │   └── NoticeDelayed             not now: try again
    ├── InvalidWebhook                a webhook was not signed by whom it should be (also a ValueError)
    ├── InvalidEvent                  an event that could not be handed out (also a ValueError)
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
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final, Literal, NamedTuple, Self


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


class Wording(NamedTuple):
    """One sentence, or a part of one, in both languages of the house."""

    zh: str
    en: str

    def in_language(self, language: Literal["zh", "en"]) -> str:
        """Return the words in one language."""
        return self.zh if language == "zh" else self.en


class FindingSeverity(StrEnum):
    """What follows from a finding."""

    ERROR = "ERROR"
    """The policy is refused until it is corrected."""
    WARNING = "WARNING"
    """The policy can be used; something in it is probably not what its author means, or not prudent."""
    NOTE = "NOTE"
    """Nothing is wrong; the author should know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a policy document says, and should not.

    Attributes:
        code: stable name of what was found, e.g. ``measure.no_legal_basis``.
        severity: what follows from it.
        path: where, as a path into the document, e.g. ``catalogue.deposit.legal_basis``; empty for all of it.
        file: the text that holds it, as its author names it; None where the document is no text.
        line: 1-based line in that text; None where it is not known.
        problem: what is wrong, in a sentence.
        why: why it matters; the law, or the reason of the invariant.
        fix: what to do about it, in a sentence.
    """

    code: str
    severity: FindingSeverity
    path: str
    problem: Wording
    why: Wording
    fix: Wording
    file: str | None = None
    line: int | None = None

    @property
    def place(self) -> str:
        """Where it is: file, line and path, as far as they are known.

        The form ``file:line`` is one that editors and terminals open.
        """
        spot = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        return " ".join(part for part in (spot, self.path) if part)

    def in_language(self, language: Literal["zh", "en"]) -> str:
        """Return problem, reason and fix in one language, as one paragraph."""
        words = [part.in_language(language) for part in (self.problem, self.why, self.fix)]
        return ("" if language == "zh" else " ").join(words)


_REPORT_HEADS: Final = Wording(
    zh="政策“{name}”未通过检查（{count}处）：", en="The policy {name!r} was refused ({count} finding(s)):"
)


class InvalidPolicy(ChengxinError, ValueError):
    """A policy document was refused.

    Attributes:
        name: the document, as its reader called it.
        findings: all that was found in it, in document order; at least one of them is an error.
    """

    code = "invalid_policy"

    def __init__(self, name: str, findings: Sequence[Finding]) -> None:
        self.name = name
        self.findings = tuple(findings)
        super().__init__(self.report("en"))

    def report(self, language: Literal["zh", "en"]) -> str:
        """Return all findings in one language, each on a line with its place, fix and code."""
        head = _REPORT_HEADS.in_language(language).format(name=self.name, count=len(self.findings))
        gap = "" if language == "zh" else " "
        return head + "".join(
            f"\n  {finding.place}: {finding.problem.in_language(language)}{gap}"
            f"{finding.fix.in_language(language)} [{finding.code}]"
            for finding in self.findings
        )


class AnalysisTooLarge(ChengxinError):
    """Policies tell more cases apart than are looked at; nothing is concluded, as nothing is ever sampled."""

    code = "analysis_too_large"


class Fault(NamedTuple):
    """One thing that is wrong with a row of law, or with a document of such rows.

    Attributes:
        code: stable name of what was broken, e.g. ``row.period``.
        path: where, as a path into the document, e.g. ``deadlines[0].days``.
        problem: what is wrong, in a sentence.
        fix: what to do about it, in a sentence.
    """

    code: str
    path: str
    problem: str
    fix: str


class InvalidRuleTable(ChengxinError, ValueError):
    """A row of law, or a document of such rows, was refused.

    Attributes:
        name: what was read, e.g. the path of the document, or the id of a row.
        findings: all that is wrong with it, in document order.
    """

    code = "invalid_rule_table"

    def __init__(self, name: str, findings: Sequence[Fault]) -> None:
        lines = "".join(f"\n  {f.path}: {f.problem} {f.fix} [{f.code}]" for f in findings)
        super().__init__(f"The rule table {name!r} was refused ({len(findings)} finding(s)):{lines}")
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


class LifecycleRefused(ChengxinError, ValueError):
    """A step of a policy version through its lifecycle was refused; nothing was recorded.

    Attributes:
        fault: why, as a stable word (see ``chengxin.policy.lifecycle.Fault``).
        digest: the version it is about, where there is one.
    """

    code = "lifecycle_refused"

    def __init__(self, message: str, *, fault: str, digest: str | None = None) -> None:
        super().__init__(message)
        self.fault = fault
        self.digest = digest


class PolicyStoreError(ChengxinError):
    """The store of policy versions did not do what was asked."""

    code = "policy_store"


class PolicyStoreConflict(PolicyStoreError):
    """Somebody else took a step with the same policy meanwhile; this one was not recorded.

    Attributes:
        name: name of the policy.
        expected: how many steps the writer knew of.
        found: how many there are.
    """

    code = "policy_store_conflict"

    def __init__(self, name: str, *, expected: int, found: int) -> None:
        super().__init__(
            f"The policy {name!r} has {found} steps on record and {expected} were expected: somebody else took a "
            "step. Nothing was recorded; look at its history, and decide again."
        )
        self.name = name
        self.expected = expected
        self.found = found


class PolicyStoreDamaged(PolicyStoreError):
    """What is stored is not what was written: a byte has changed, or a part is missing.

    Attributes:
        place: which part of the store, e.g. ``journal.jsonl line 7``.
    """

    code = "policy_store_damaged"

    def __init__(self, message: str, *, place: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place


class PolicyStoreUnavailable(PolicyStoreError):
    """The store could not be read or written, or others kept it busy for too long."""

    code = "policy_store_unavailable"


class UnknownPolicyVersion(PolicyStoreError):
    """The store holds no version of this digest.

    Attributes:
        digest: the digest that was asked for, cut to 80 characters.
    """

    code = "unknown_policy_version"

    def __init__(self, message: str, *, digest: str) -> None:
        super().__init__(message)
        self.digest = digest[:80]


class VectorLogUnavailable(ChengxinError):
    """Recorded fact vectors could not be read or written; what was to be recorded is kept and tried again."""

    code = "vector_log_unavailable"


class TreatmentRefused(ChengxinError, ValueError):
    """A move of a measure in force, or on its way, was refused; nothing was recorded.

    Attributes:
        fault: why, as a stable word (see ``chengxin.procedure.imposition.Fault``).
        imposition_id: the measure it is about, where there is one.
    """

    code = "treatment_refused"

    def __init__(self, message: str, *, fault: str, imposition_id: str | None = None) -> None:
        super().__init__(message)
        self.fault = fault
        self.imposition_id = imposition_id


class StoreError(ChengxinError):
    """The database of chengxin did not do what was asked, or was asked what cannot be."""

    code = "store"


class StoreUnavailable(StoreError):
    """The database is down, locked for too long, slower than the deadline, or full.

    What the transaction did is undone; where that was told by its commit, it is not certain: look before trying again.

    Attributes:
        location: where the database is, without credentials.
    """

    code = "store_unavailable"

    def __init__(self, message: str, *, location: str) -> None:
        super().__init__(message)
        self.location = location


class StoreOutdated(StoreError):
    """The tables in the database are of another version than this program; nothing was read or written.

    Attributes:
        location: where the database is, without credentials.
        found: the revision of its tables; None where there are none.
        needed: the revision that this program works with.
    """

    code = "store_outdated"

    def __init__(self, *, location: str, found: str | None, needed: str) -> None:
        is_of = f"are of revision {found}" if found else "are not there yet"
        super().__init__(
            f"The tables of chengxin in {location} {is_of}, and this version works with {needed}. Run: chengxin db "
            "upgrade. Where the tables are newer than the program, update the program."
        )
        self.location = location
        self.found = found
        self.needed = needed


class SignatureRefused(ChengxinError, ValueError):
    """A signature is not one that is trusted; nothing of what it signs is used.

    Attributes:
        fault: why, as a stable word (see ``chengxin.signing.SignatureFault``).
        kid: name of the key that it names, cut to 200 characters; None where it names none.
    """

    code = "signature_refused"

    def __init__(self, message: str, *, fault: str, kid: str | None = None) -> None:
        super().__init__(message)
        self.fault = fault
        self.kid = None if kid is None else kid[:200]


class LedgerError(ChengxinError):
    """The ledger did not do what was asked; nothing was recorded."""

    code = "ledger"


class LedgerDamaged(LedgerError):
    """What is in the ledger is not what was written.

    Attributes:
        seq: number of the entry that is concerned; None where it cannot be told.
        columns: the columns that may have been changed; empty where it is the entry as a whole.
    """

    code = "ledger_damaged"

    def __init__(self, message: str, *, seq: int | None = None, columns: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.seq = seq
        self.columns = tuple(columns)


class InvalidStatement(ChengxinError, ValueError):
    """A statement of reasons would contradict its measure, itself, or what may be shown; nothing was stated."""

    code = "invalid_statement"


class AppealRefused(ChengxinError, ValueError):
    """A step of an appeal, an objection or a piece of evidence was refused; nothing was recorded.

    Attributes:
        fault: why, as a stable word (see ``chengxin.procedure.appeal.Fault``).
        appeal_id: the appeal it is about, where there is one.
    """

    code = "appeal_refused"

    def __init__(self, message: str, *, fault: str, appeal_id: str | None = None) -> None:
        super().__init__(message)
        self.fault = fault
        self.appeal_id = appeal_id


class PledgeRefused(ChengxinError, ValueError):
    """A commitment or a declaration, or what was to be done with one, was refused; nothing was recorded.

    Attributes:
        fault: why, as a stable word (see ``chengxin.procedure.pledge.Fault``).
        pledge_id: the commitment or declaration it is about, where there is one.
    """

    code = "pledge_refused"

    def __init__(self, message: str, *, fault: str, pledge_id: str | None = None) -> None:
        super().__init__(message)
        self.fault = fault
        self.pledge_id = pledge_id


class InvalidNotice(ChengxinError, ValueError):
    """A notice contradicts itself or holds what no carrier can carry, so it cannot be constructed."""

    code = "invalid_notice"


class NoticeError(ChengxinError):
    """A notice did not reach whom it is for.

    Attributes:
        notice_id: which notice.
    """

    code = "notice"

    def __init__(self, message: str, *, notice_id: str) -> None:
        super().__init__(message)
        self.notice_id = notice_id


class NoticeUndeliverable(NoticeError):
    """A notice will not reach whom it is for, however often it is sent; a person has to look at it."""

    code = "notice_undeliverable"


class NoticeDelayed(NoticeError):
    """A notice may not have reached whom it is for yet; it is sent again, under the same id.

    Attributes:
        retry_after_seconds: how long the receiver asks to wait, where it said so.
    """

    code = "notice_delayed"

    def __init__(self, message: str, *, notice_id: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message, notice_id=notice_id)
        self.retry_after_seconds = retry_after_seconds


class InvalidWebhook(ChengxinError, ValueError):
    """A webhook was not signed by whom it should be, or too long ago; nothing in it counts.

    Attributes:
        fault: why, as a stable word: ``header``, ``timestamp`` or ``signature``.
    """

    code = "invalid_webhook"

    def __init__(self, message: str, *, fault: str) -> None:
        super().__init__(message)
        self.fault = fault


class InvalidEvent(ChengxinError, ValueError):
    """An event of the outbox lacks what it takes to hand it out, so it cannot be constructed."""

    code = "invalid_event"
