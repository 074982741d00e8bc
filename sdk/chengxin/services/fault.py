"""Why a question has no answer, and how that is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from chengxin.errors import SourceError, SourceRefused, SourceUnavailable, UnknownReason, UnusableAnswer

LAGGING_SECONDS: Final = 10.0
"""How long a source is left alone about a subject of whom its answers are behind its feed."""


@dataclass(frozen=True, slots=True)
class Failure:
    """That there is no answer: what everybody who waits for it is told.

    Attributes:
        reason: why.
        detail: the reason in a sentence, with what to do.
    """

    reason: UnknownReason
    detail: str

    @classmethod
    def of(cls, error: SourceError) -> Self:
        """Return what is told of an error."""
        return cls(error.reason, str(error))

    def encode(self) -> bytes:
        """Return it as a note for other processes."""
        return f"{self.reason.value} {self.detail}".encode()

    @classmethod
    def decode(cls, note: bytes) -> Self | None:
        """Read a note; None where this version does not understand it."""
        reason, _, detail = note.decode("utf-8", "replace").partition(" ")
        try:
            return cls(UnknownReason(reason), detail)
        except ValueError:
            return None


def interrupted() -> SourceError:
    """Return the error of a question that ended before there was an answer."""
    return SourceUnavailable(
        "The question was interrupted before there was an answer. Check again.",
        reason=UnknownReason.STALE,
    )


def superseded() -> SourceError:
    """Return the error of an answer whose subject was invalidated while the source was asked."""
    return SourceUnavailable(
        "The subject changed while the source was asked, so the answer may be out of date. Check again.",
        reason=UnknownReason.STALE,
    )


def overtaken() -> SourceError:
    """Return the error of an answer that shows what the source's own feed has told to be gone: it is older."""
    return UnusableAnswer(
        "The source still answers with a record that its change feed told to be gone, so the answer is older than "
        "that. Nothing of it is used; check again in a moment.",
        reason=UnknownReason.STALE,
        retry_after_seconds=LAGGING_SECONDS,
    )


def too_late() -> SourceError:
    """Return the error of an answer whose life was over when it came."""
    return SourceUnavailable(
        "The answer took longer to arrive than it may be kept. Nothing is concluded from it.",
        reason=UnknownReason.STALE,
    )


def no_thread() -> SourceError:
    """Return the error of a question that nobody can put."""
    return SourceUnavailable(
        "The source cannot be asked: the client is closed, or the machine gives no more threads.",
        reason=UnknownReason.UNREACHABLE,
    )


def mixed_up() -> SourceError:
    """Return the error of an answer about somebody else."""
    return UnusableAnswer(
        "The source answered about another subject than the one asked for. Nothing of it is used.",
        reason=UnknownReason.WRONG_SUBJECT,
    )


def adapter_failed() -> SourceError:
    """Return the error of a source whose adapter raised something that is none of its errors."""
    return SourceUnavailable(
        "The source's adapter failed; the log names the type of the error. Nothing is concluded from it.",
        reason=UnknownReason.SOURCE_FAULT,
    )


def clock_is_off(ahead_seconds: float) -> SourceError:
    """Return the error of an answer whose date is so far from ours that it is not known what is disclosed now."""
    return SourceRefused(
        f"The source's clock is {ahead_seconds:.0f} s ahead of this machine's, which is more than it accepts itself. "
        "Set this machine's clock; nothing is concluded meanwhile.",
        reason=UnknownReason.CLOCK_REFUSED,
    )
