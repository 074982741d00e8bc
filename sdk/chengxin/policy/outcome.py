"""What a treatment comes to, apart from when it ends and what it rests on: what can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from chengxin.policy.measure import ActionEffect, Direction
from chengxin.policy.setting import Value
from chengxin.policy.treatment import Treatment
from chengxin.records import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The effect of a treatment.

    Attributes:
        is_known: whether the standing is known; where it is not, nothing else is given.
        tier: id of the tier; None for a natural person and where the standing is unknown.
        measures: codes of the measures that apply by themselves.
        refused: the actions that they refuse.
        settings: every declared setting with its value, by name, ascending.
        reviews: codes of the measures that a named human has to decide on.
    """

    is_known: bool
    tier: str | None
    measures: frozenset[str]
    refused: frozenset[str]
    settings: tuple[tuple[str, Value], ...]
    reviews: frozenset[str]

    @classmethod
    def of(cls, treatment: Treatment) -> Self:
        """Return what a treatment comes to."""
        return cls(
            is_known=treatment.standing is not Standing.UNKNOWN,
            tier=treatment.tier,
            measures=frozenset(measure.code for measure in treatment.measures),
            refused=frozenset(
                measure.effect.action
                for measure in treatment.measures
                if measure.direction is Direction.RESTRICT and isinstance(measure.effect, ActionEffect)
            ),
            settings=sorted_settings(treatment.settings),
            reviews=frozenset(review.measure_code for review in treatment.reviews),
        )


def sorted_settings(
    settings: Mapping[str, Value] | Iterable[tuple[str, Value]],
) -> tuple[tuple[str, Value], ...]:
    """Return settings by name, ascending."""
    return tuple(sorted(dict(settings).items()))
