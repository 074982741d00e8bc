"""What the platform itself knows of a merchant, as far as a policy declares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

from chengxin.errors import InvalidRecord
from chengxin.policy.instant import is_utc

FactValue: TypeAlias = int | bool | str


class FactType(StrEnum):
    """Type of a declared platform fact."""

    INTEGER = "integer"
    BOOLEAN = "boolean"
    TEXT = "text"


PYTHON_TYPE: Final[Mapping[FactType, type[FactValue]]] = MappingProxyType(
    {FactType.INTEGER: int, FactType.BOOLEAN: bool, FactType.TEXT: str}
)


@dataclass(frozen=True, slots=True)
class PlatformFacts:
    """Platform facts of one merchant; hashable, so that an evaluation can be remembered by them.

    ``Policy.platform_facts`` checks them against what the policy declares. A fact that is not given is not
    guessed: conditions on it do not hold.

    Attributes:
        values: fact by name.
        valid_until: first instant at which time alone makes them others, aware UTC; None where it does not. What is
            evaluated on them is valid no longer.

    Raises:
        InvalidRecord: a value is of another type, or the instant is not in UTC.
    """

    values: Mapping[str, FactValue] = field(default_factory=dict, compare=False)
    valid_until: datetime | None = None
    _key: frozenset[tuple[str, type[FactValue], FactValue]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name, value in self.values.items():
            if type(value) not in PYTHON_TYPE.values():
                raise InvalidRecord(
                    f"The platform fact {name!r} is a {type(value).__name__}. "
                    "Pass an integer, a boolean or a text, or leave it out where it is not known."
                )
        if self.valid_until is not None and not is_utc(self.valid_until):
            raise InvalidRecord("Platform facts are valid until an instant in UTC. Convert it.")
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))
        object.__setattr__(self, "_key", frozenset((n, type(v), v) for n, v in self.values.items()))

    def __reduce__(self) -> tuple[type[PlatformFacts], tuple[dict[str, FactValue], datetime | None]]:
        """Pickle by the values: what makes them read-only does not pickle."""
        return PlatformFacts, (dict(self.values), self.valid_until)


NO_FACTS: Final = PlatformFacts()
