"""平台间失信联合约束, as far as conditions look at it: constraints of other platforms that a subject is under."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from chengxin.errors import InvalidRecord
from chengxin.policy.instant import is_utc
from chengxin.policy.text import is_blank


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveConstraint:
    """A constraint that another platform made known: a pointer to the public source, and no ground (invariant I10).

    Attributes:
        platform: the platform that imposed it, by its issuer name.
        category: category of the conduct, as that platform words it.
        effective_from: first instant at which it is active, aware UTC.
        effective_until: first instant at which it no longer is, aware UTC.
        is_verified: whether the record that it points to was found at the public source.
    """

    platform: str
    category: str
    effective_from: datetime
    effective_until: datetime
    is_verified: bool = False

    def __post_init__(self) -> None:
        if is_blank(self.platform) or is_blank(self.category) or type(self.is_verified) is not bool:
            raise InvalidRecord(
                "A constraint names its platform and the category of the conduct, and tells whether it was verified."
            )
        if not (is_utc(self.effective_from) and is_utc(self.effective_until)):
            raise InvalidRecord("A constraint needs the time zone UTC. Pass aware datetimes in UTC.")
        if self.effective_until <= self.effective_from:
            raise InvalidRecord("A constraint ends after it takes effect. Give no other.")

    def is_active(self, at: datetime) -> bool:
        """Tell whether the constraint is active at ``at``."""
        return self.effective_from <= at < self.effective_until


Constraints: TypeAlias = tuple[ActiveConstraint, ...]

NO_CONSTRAINTS: Final[Constraints] = ()
