"""Instants as policies use them: aware, and in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from chengxin.errors import InvalidRecord

_ZERO: Final = timedelta(0)


def as_utc(at: datetime) -> datetime:
    """Return an aware instant in UTC.

    Raises:
        InvalidRecord: the instant has no time zone.
    """
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:
        raise InvalidRecord("A policy looks at an aware instant. Pass one, such as Clock.now() gives.")
    return at.astimezone(UTC)


def is_utc(at: object) -> bool:
    """Tell whether something is an aware instant in UTC, as every instant that is kept is."""
    if type(at) is datetime and at.tzinfo is UTC:  # nearly every instant, told at once
        return True
    return isinstance(at, datetime) and at.utcoffset() == _ZERO
