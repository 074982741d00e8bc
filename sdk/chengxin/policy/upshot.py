"""What a treatment comes to, apart from when it ends and what it rests on: what can be compared and counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from chengxin.policy.measure import ActionEffect, Direction
from chengxin.policy.setting import Value
from chengxin.policy.treatment import Treatment
from chengxin.records import Standing

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Upshot:
    """The effect of a treatment; there are no more of them than a policy has ways to treat somebody.

    Attributes:
        is_known: whether the standing is known; where it is not, nothing else is given.
        tier: id of the tier; None for a natural person and where the standing is unknown.
        restrictions: codes of the measures that limit by themselves.
        reliefs: codes of the measures that relieve by themselves.
        refused: the actions that are refused.
        settings: every declared setting with its value, by name, ascending.
        reviews: codes of the measures that a named human has to decide on.
    """

    is_known: bool
    tier: str | None
    restrictions: frozenset[str]
    reliefs: frozenset[str]
    refused: frozenset[str]
    settings: tuple[tuple[str, Value], ...]
    reviews: frozenset[str]

    @classmethod
    def of(cls, treatment: Treatment) -> Self:
        """Return what a treatment comes to."""
        limiting = [m for m in treatment.measures if m.direction is Direction.RESTRICT]
        return cls(
            is_known=treatment.standing is not Standing.UNKNOWN,
            tier=treatment.tier,
            restrictions=frozenset([m.code for m in limiting]) if limiting else _NONE,
            reliefs=(
                frozenset([m.code for m in treatment.measures if m.direction is Direction.RELIEVE])
                if treatment.measures
                else _NONE
            ),
            refused=(
                frozenset([m.effect.action for m in limiting if isinstance(m.effect, ActionEffect)])
                if limiting
                else _NONE
            ),
            settings=sorted_settings(treatment.settings),
            reviews=frozenset([r.measure_code for r in treatment.reviews]) if treatment.reviews else _NONE,
        )

    @property
    def measures(self) -> frozenset[str]:
        """Codes of the measures that apply by themselves, of either direction."""
        return self.restrictions | self.reliefs


def sorted_settings(
    settings: Mapping[str, Value] | Iterable[tuple[str, Value]],
) -> tuple[tuple[str, Value], ...]:
    """Return settings by name, ascending."""
    return tuple(sorted(dict(settings).items()))
