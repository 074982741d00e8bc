"""The seam to public sources of credit status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chengxin.errors import SourceError
from chengxin.identifiers import Uscc
from chengxin.records import CreditAnswer
from chengxin.transport import Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A complete answer and how long its source allows it to be kept.

    Attributes:
        answer: the answer.
        asked_at: the instant before the first request of it was sent, aware UTC.
        max_age_seconds: how long the source allows it to be kept.
    """

    answer: CreditAnswer
    asked_at: datetime
    max_age_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """A window of maintenance that a source has announced, aware UTC."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """What a source says of itself.

    Attributes:
        source: name of the source.
        data_date: instant up to which its data goes, aware UTC.
        lag_seconds: how far its data is behind, in its own measure.
        maintenance: announced windows.
    """

    source: str
    data_date: datetime
    lag_seconds: float
    maintenance: tuple[Maintenance, ...]


class CreditSource(Protocol):
    """A public source of credit status.

    An implementation gives complete, validated answers or raises ``SourceError``; there is nothing between.
    """

    @property
    def name(self) -> str:
        """Name of the source, as it stands in statuses and ledgers; holds no secret."""
        ...

    def fetch_credit(self, code: Uscc, *, deadline: Deadline) -> Fetched:
        """Fetch all that is disclosed of one subject.

        Raises:
            SourceError: no complete, valid answer could be had within the deadline.
        """
        ...

    def fetch_credit_many(self, codes: Sequence[Uscc], *, deadline: Deadline) -> list[Fetched | SourceError]:
        """Fetch up to ``batch_size`` subjects; one row for each, in order, errors in their row.

        Raises:
            SourceError: the source refused or failed the request as a whole.
        """
        ...

    @property
    def batch_size(self) -> int:
        """Most subjects of one ``fetch_credit_many``."""
        ...

    def fetch_health(self, *, deadline: Deadline) -> SourceHealth:
        """Fetch what the source says of itself.

        Raises:
            SourceError: it could not be asked.
        """
        ...

    def close(self) -> None:
        """Give back connections."""
        ...
