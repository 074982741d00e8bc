"""What a broken exchange means: from the exceptions of a library to one of ours."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from http.client import HTTPException

from chengxin.errors import SourceError, SourceUnavailable, UnknownReason, UnusableAnswer
from chengxin.transport.body import cut_short


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all that stand behind it, whichever way they were attached, each once.

    Libraries wrap one another's exceptions as ``__cause__``, as ``__context__``, as an argument or as a
    ``reason``; what happened is known only by the innermost.
    """
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        attached = (found.__cause__, found.__context__, getattr(found, "reason", None), *found.args)
        waiting.extend(other for other in attached if isinstance(other, BaseException))


def judge(causes: list[BaseException], *, stage: str, reading: bool) -> SourceError:
    """Return the error that stands for a broken exchange.

    Args:
        causes: the exceptions behind it, without the wrappers of the HTTP libraries.
        stage: what was being done, for the message.
        reading: whether status and headers had come and the body was being read.
    """
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return SourceUnavailable.timeout(stage)
    if reading:
        return cut_short()
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _unreachable(
                f"the certificate was not accepted: {cause.verify_message}. "
                "Check the base URL, this machine's clock and the CA file"
            )
        if isinstance(cause, socket.gaierror):
            return _unreachable(
                f"the name of the host was not resolved: {cause.strerror}. Check the base URL"
            )
        if isinstance(cause, OSError):
            return _unreachable(f"{cause.strerror or type(cause).__name__}, while {stage}")
        if isinstance(cause, HTTPException):
            break
    return UnusableAnswer(
        "What the source answered is not HTTP as agreed. Check that the base URL names the interface itself.",
        reason=UnknownReason.SCHEMA_DRIFT,
    )


def _unreachable(why: str) -> SourceUnavailable:
    return SourceUnavailable(f"The source could not be reached ({why}).", reason=UnknownReason.UNREACHABLE)
