"""Why a question has no answer, where the reason lies on our side of it."""

from __future__ import annotations

from chengxin.errors import SourceError, SourceUnavailable, UnknownReason, UnusableAnswer


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
