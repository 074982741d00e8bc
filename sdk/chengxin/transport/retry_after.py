"""What a ``Retry-After`` header says, in either of its forms."""

from __future__ import annotations

from datetime import datetime

from chengxin.transport.http_date import parse_http_date

LONGEST_SECONDS = 86_400.0
"""A source that asks for more than a day has been misread; longer closures are announced otherwise."""


def parse_retry_after(value: str, *, now: datetime) -> float | None:
    """Return how long the source asks to wait.

    Args:
        value: seconds, or an HTTP date in any of its three spellings (RFC 9110 §10.2.3, §5.6.7).
        now: the present instant, aware; best the ``Date`` of the same answer, so that clocks cancel out.

    Returns:
        Seconds from 0 to a day; ``None`` where it says nothing usable (garbage, a past date, absurdly long).

    >>> from datetime import UTC
    >>> parse_retry_after("120", now=datetime(2026, 11, 20, tzinfo=UTC))
    120.0
    >>> parse_retry_after("Fri, 20 Nov 2026 00:00:05 GMT", now=datetime(2026, 11, 20, tzinfo=UTC))
    5.0
    """
    text = value.strip()
    seconds = float(text) if text.isascii() and text.isdigit() else _seconds_until(text, now)
    return seconds if seconds is not None and 0 <= seconds <= LONGEST_SECONDS else None


def _seconds_until(text: str, now: datetime) -> float | None:
    moment = parse_http_date(text)
    return None if moment is None else (moment - now).total_seconds()
