"""How several measures on one setting resolve, and which of two values is the stricter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

from chengxin.policy.document import Combine, SettingDeclaration

Value: TypeAlias = int | bool | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The values of one setting, from the mildest to the strictest.

    Attributes:
        default: the value where no measure changes it.
        combine: how several measures resolve.
        values: with ``strictest``, the values in order, the mildest first; else empty.
        cap: with ``sum``, the strictest total; None means no bound.
        floor: with ``sum``, the mildest total; None means no bound.
    """

    default: Value
    combine: Combine
    values: tuple[Value, ...] = ()
    cap: int | None = None
    floor: int | None = None

    @classmethod
    def of(cls, declared: SettingDeclaration) -> Self:
        """Return the scale of a declared setting; a sum goes no milder than its default where no floor is given."""
        floor = declared.default if declared.floor is None else declared.floor
        return cls(
            default=declared.default,
            combine=declared.combine,
            values=declared.values or (),
            cap=declared.cap,
            floor=int(floor) if declared.combine is Combine.SUM else None,
        )

    def strictness(self, value: Value) -> int:
        """Return a number that is the higher, the stricter a value is.

        Raises:
            ValueError: the setting cannot have this value.
        """
        if self.combine is Combine.STRICTEST:
            return self.values.index(value)
        if isinstance(value, str):
            raise ValueError(f"the setting takes no text such as {value!r}")  # noqa: TRY004 -- a value, as below
        return -value if self.combine is Combine.MIN else int(value)

    def step(self, given: Value) -> int:
        """Return how far what a measure gives goes beyond the default: above 0 stricter, below 0 milder.

        Raises:
            ValueError: the setting cannot have this value.
        """
        if self.combine is Combine.SUM:
            return self.strictness(given)
        return self.strictness(given) - self.strictness(self.default)

    def resolve(self, given: Sequence[Value]) -> Value:
        """Return the value that measures make of the setting; a default never competes with a value given.

        Args:
            given: what each measure gives, at least one.
        """
        if self.combine is Combine.SUM:
            total = int(self.default) + sum(map(int, given))
            if self.floor is not None:
                total = max(total, self.floor)
            return total if self.cap is None else min(total, self.cap)
        return given[0] if len(given) == 1 else max(given, key=self.strictness)
