"""An HTTP date in any of its three spellings (RFC 9110 §5.6.7)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def parse_http_date(text: str) -> datetime | None:
    """Return the instant that a header names, aware UTC; None where it is no date.

    >>> parse_http_date("Fri, 20 Nov 2026 00:00:05 GMT")
    datetime.datetime(2026, 11, 20, 0, 0, 5, tzinfo=datetime.timezone.utc)
    """
    try:
        moment = parsedate_to_datetime(text.strip())
        # An HTTP date is always GMT; the asctime spelling does not say so.
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
