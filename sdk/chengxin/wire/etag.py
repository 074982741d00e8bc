"""What stands for an answer that is known: the source's ``ETag``, kept as it came."""

from __future__ import annotations

import re
from typing import Final

from chengxin.wire.envelope import Answer, drift, is_opaque

_STRONG: Final = re.compile(r'"[\x21\x23-\x7e]{1,126}"')
NOT_MODIFIED: Final = 304


def parse_etag(text: str | None) -> str | None:
    """Return a strong validator as it is, quotes included; None for a weak one and for what is none.

    One that holds an identity number is none either: it would be kept and sent back (invariant I8).

    A weak validator stands for answers that mean about the same (RFC 9110 §8.8.1); a record more is not the same.

    >>> parse_etag('"a1"'), parse_etag('W/"a1"')
    ('"a1"', None)
    """
    return text if text is not None and _STRONG.fullmatch(text) and is_opaque(text) else None


def is_unchanged(answer: Answer, *, known: str) -> bool:
    """Tell whether an answer to a question with ``If-None-Match: known`` says that what is known stands.

    Raises:
        UnusableAnswer: it says so of something else (``schema_drift``).
    """
    if answer.http_status != NOT_MODIFIED:
        return False
    if answer.headers.get("etag", known) != known:
        raise drift("HTTP 304 for another ETag than the one asked about", answer)
    return True
