"""Where fact vectors are recorded: the seam, and what passes it. Counts that lead back to nobody.

A subject counts once a China day, role and name of policy. For a short while a subject that the platform has before
it anyway can be asked for the vector it was counted in last; see ``VectorLog.links``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol, TypeAlias

from chengxin.errors import ConfigurationError
from chengxin.policy import Scope
from chengxin.records import Role


class Recorded(NamedTuple):
    """Which policy was evaluated: its name and digest, and its scope as JSON text."""

    name: str
    digest: str
    scope: str


class Noted(NamedTuple):
    """One evaluation to be counted.

    Attributes:
        policy: the policy that was evaluated.
        day: the China day.
        vector: the vector as text.
        code: the subject's code, which is not kept.
        role: its role.
        until: first end of any record or joint constraint in the vector, aware UTC; None where the subject must never
            be named.
    """

    policy: Recorded
    day: date
    vector: str
    code: str
    role: Role
    until: datetime | None


class Forgotten(NamedTuple):
    """A subject that must not be named any more; None means all of them."""

    code: str | None


class VectorRow(NamedTuple):
    """How often one vector was evaluated in one China month.

    Attributes:
        number: number of the row.
        digest: digest of the policy that was evaluated.
        vector: the vector as text.
        month: first day of the month.
        counts: how many subjects it was on each day, from the first day of the month to the last on which it was.
    """

    number: int
    digest: str
    vector: str
    month: date
    counts: tuple[int, ...]

    @property
    def days(self) -> tuple[tuple[date, int], ...]:
        """The days on which it was, each with how many subjects; ascending."""
        return tuple((self.month.replace(day=place + 1), n) for place, n in enumerate(self.counts) if n)


class Link(NamedTuple):
    """The vector that a subject was counted in last: its row, and the China day."""

    number: int
    day: date


Event: TypeAlias = Noted | Forgotten


class VectorLog(Protocol):
    """Where vectors are recorded and read. Operations raise ``VectorLogUnavailable`` where that cannot be."""

    def take(self, events: Sequence[Event], *, at: datetime, lost: Mapping[date, int]) -> None:
        """Count evaluations, each subject once a day, role and name of policy; and forget, in this order.

        Args:
            events: what happened, in the order in which it did.
            at: the present instant, aware UTC; what is over by then is erased.
            lost: by China day, how many evaluations could not be handed over.
        """
        ...

    def scopes(self) -> Mapping[str, Scope]:
        """Return by digest the scope of each policy that vectors were recorded under."""
        ...

    def rows(self, name: str, month: date) -> Iterator[VectorRow]:
        """Yield what was recorded under the policies of a name in a China month, given by its first day."""
        ...

    def lost(self, since: date, until: date) -> int:
        """Return how many evaluations of these China days, both included, were not recorded, under any policy."""
        ...

    def links(self, name: str, keys: Sequence[tuple[str, Role]], *, at: datetime) -> list[Link | None]:
        """Return for each code and role the vector it was counted in last, or None where it may not be asked."""
        ...

    def unlink(self, name: str, keys: Sequence[tuple[str, Role]]) -> None:
        """Erase the links of these codes and roles."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorLogOptions:
    """How much is recorded, and for how long.

    Attributes:
        keep_days: how many days vectors are kept; from 1 to 3660.
        name_days: how many days at most a subject may be named by its last vector; from 0, for never, to 366.
        most_vectors: most different vectors of one month; more are counted as lost.
    """

    keep_days: int = 400
    name_days: int = 31
    most_vectors: int = 1_000_000

    def __post_init__(self) -> None:
        bounds = {"keep_days": (1, 3660), "name_days": (0, 366), "most_vectors": (1, 10**9)}
        for name, (least, most) in bounds.items():
            if not least <= getattr(self, name) <= most:
                raise ConfigurationError(
                    f"{name} is {getattr(self, name)}; it lies between {least} and {most}."
                )
