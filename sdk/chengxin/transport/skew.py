"""How far the source's clock is from ours, as far as one answer can tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from chengxin.transport.http_date import parse_http_date

_GRANULE: Final = timedelta(seconds=1)
"""``Date`` and ``Age`` are whole seconds, cut off."""
_LONGEST_AGE: Final = 10**9


def ahead_seconds(headers: Mapping[str, str], *, before: datetime, after: datetime) -> float | None:
    """Return how far the source's clock was ahead of ours, by the ``Date`` of its answer.

    ``Date`` names a whole second and was written at some time between question and answer, so what is known is a
    span; of it the difference nearest to none is returned: 0 where the clocks may agree. ``Age`` is what a cache
    on the way has held the answer for (RFC 9111 §5.1).

    Args:
        headers: headers of the answer, with lower-case names.
        before: what our wall clock showed before the request was sent, aware.
        after: what it showed when the answer had come, aware.

    Returns:
        Seconds, negative where the source is behind; None where the answer does not tell.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> ahead_seconds({"date": "Fri, 20 Nov 2026 12:02:00 GMT"}, before=noon, after=noon)
    120.0
    """
    dated = parse_http_date(headers.get("date", ""))
    age = headers.get("age", "0").strip()
    if dated is None or not (age.isascii() and age.isdigit() and len(age) <= 10 and int(age) <= _LONGEST_AGE):
        return None
    held = timedelta(seconds=int(age))
    # A clock that is set while we wait makes the later reading the smaller one.
    first, last = min(before, after), max(before, after)
    least = dated - last + held
    most = dated - first + held + (2 * _GRANULE if held else _GRANULE)
    return min(max(timedelta(0), least), most).total_seconds()
