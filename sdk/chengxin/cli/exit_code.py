"""What the command's exit code says to a script."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from chengxin.errors import UnknownReason
from chengxin.records import CreditStatus, Standing
from chengxin.services import CheckRow


class ExitCode(IntEnum):
    """Exit codes; of several rows the first in the order of ``ORDER`` counts."""

    NOTHING_ADVERSE = 0
    ADVERSE = 1
    USAGE = 2
    SOURCE_REFUSED = 3
    NETWORK = 4
    UNKNOWN = 5


ORDER: Final = (
    ExitCode.ADVERSE,
    ExitCode.SOURCE_REFUSED,
    ExitCode.NETWORK,
    ExitCode.UNKNOWN,
    ExitCode.USAGE,
    ExitCode.NOTHING_ADVERSE,
)

_REFUSALS: Final = frozenset(
    {
        UnknownReason.CHALLENGED,
        UnknownReason.REQUEST_REJECTED,
        UnknownReason.UNAUTHENTICATED,
        UnknownReason.CLOCK_REFUSED,
        UnknownReason.FORBIDDEN,
        UnknownReason.QUOTA_EXHAUSTED,
    }
)
_NETWORK: Final = frozenset({UnknownReason.TIMEOUT, UnknownReason.UNREACHABLE})


def of_reason(reason: UnknownReason) -> ExitCode:
    """Return the code of an unknown standing."""
    if reason in _REFUSALS:
        return ExitCode.SOURCE_REFUSED
    return ExitCode.NETWORK if reason in _NETWORK else ExitCode.UNKNOWN


def of_status(status: CreditStatus) -> ExitCode:
    """Return the code of one status."""
    if status.reason is not None:
        return of_reason(status.reason)
    return of_standing(status.standing)


def of_standing(standing: Standing) -> ExitCode:
    """Return the code of a standing of which no reason is known."""
    if standing is Standing.UNKNOWN:
        return ExitCode.UNKNOWN
    return ExitCode.ADVERSE if standing is Standing.ADVERSE else ExitCode.NOTHING_ADVERSE


def of_row(row: CheckRow) -> ExitCode:
    """Return the code of one row."""
    return ExitCode.USAGE if row.status is None else of_status(row.status)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the code that stands for several rows."""
    return min(codes, key=ORDER.index, default=ExitCode.NOTHING_ADVERSE)
