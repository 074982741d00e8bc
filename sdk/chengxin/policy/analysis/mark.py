"""What becomes of a treatment, as formulas: each mark of a shift with the cases that have it.

The marks that hold in a case are those of the shift that ``compare`` finds between what two policies give in it; so
a class of a diff is a set of marks, and an inversion is a case with a mark of something milder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from typing import NamedTuple, TypeVar

from chengxin.policy.analysis.effect import Effects
from chengxin.policy.analysis.formula import FALSE, Algebra, Formula
from chengxin.policy.measure import Direction
from chengxin.policy.shift import LOOSER, OTHERWISE, STRICTER, Shift, Yardstick

_T = TypeVar("_T")


class Mark(NamedTuple):
    """One thing that changes.

    Attributes:
        step: whether it is stricter, looser or of another kind; None of a measure that comes or goes.
        aspect: what changes, as ``shift`` names it; ``gained:…`` and ``lost:…`` of measures.
        tiers: of the tier, what it was and what it is.
    """

    step: int | None
    aspect: str
    tiers: tuple[str | None, str | None] | None = None


def marks_of(shift: Shift) -> frozenset[Mark]:
    """Return the marks of a shift: two shifts with the same ones are of one class."""
    found = [
        Mark(step, aspect, shift.tiers if aspect == "tier" else None)
        for step, aspects in (
            (STRICTER, shift.stricter),
            (LOOSER, shift.looser),
            (OTHERWISE, shift.otherwise),
        )
        for aspect in aspects
    ]
    found += [Mark(None, f"gained:{code}") for code in shift.gained]
    return frozenset(found + [Mark(None, f"lost:{code}") for code in shift.lost])


def marks_between(before: Effects, after: Effects, *, by: Yardstick, algebra: Algebra) -> dict[Mark, Formula]:
    """Return every mark that some case can have, with the cases that have it.

    Args:
        before: what a first policy gives.
        after: what a second one gives, over the same variables.
        by: how the two order what they give.
        algebra: holds the formulas.
    """
    found: dict[Mark, list[Formula]] = {}
    for mark, formula in _marks(before, after, by, algebra):
        if formula != FALSE:
            found.setdefault(mark, []).append(formula)
    return {mark: algebra.any_of(several) for mark, several in found.items()}


def _marks(
    before: Effects, after: Effects, by: Yardstick, algebra: Algebra
) -> Iterator[tuple[Mark, Formula]]:
    for pair, step, formula in _steps(before.tiers(), after.tiers(), by.tier, algebra):
        yield Mark(step, "tier", pair), formula
    for more, name, formula in _comings(before.refused(), after.refused(), algebra):
        yield Mark(STRICTER if more else LOOSER, f"action:{name}"), formula
    for name in sorted(by.before.settings.keys() | by.after.settings.keys()):
        spreads = before.setting(name), after.setting(name)
        for _, step, formula in _steps(*spreads, partial(by.setting, name), algebra):
            yield Mark(step, f"setting:{name}"), formula
    yield from _review_marks(before, after, by, algebra)
    unknown = algebra.negate(algebra.all_of([before.known, after.known]))
    for name, action in by.before.actions.items():
        if name in by.after.actions and by.after.actions[name].unknown is not action.unknown:
            yield Mark(OTHERWISE, f"unknown:{name}"), unknown
    for more, code, formula in _comings(before.measures, after.measures, algebra):
        yield Mark(None, f"{'gained' if more else 'lost'}:{code}"), formula


def _review_marks(
    before: Effects, after: Effects, by: Yardstick, algebra: Algebra
) -> Iterator[tuple[Mark, Formula]]:
    for direction in Direction:
        sign = STRICTER if direction is Direction.RESTRICT else LOOSER
        old, new = before.asked(direction), after.asked(direction)
        asked = [
            {name: algebra.any_of(holds for _, holds in spread) for name, spread in one.items()}
            for one in (old, new)
        ]
        for more, name, formula in _comings(asked[0], asked[1], algebra):
            yield Mark(sign if more else -sign, f"review:{name}"), formula
        for name in sorted(old.keys() & new.keys()):
            valued = [
                [(value, holds) for value, holds in one[name] if value is not None] for one in (old, new)
            ]
            for _, step, formula in _steps(valued[0], valued[1], partial(by.setting, name), algebra):
                yield Mark(step, f"review:{name}"), formula


def _comings(
    before: Mapping[str, Formula], after: Mapping[str, Formula], algebra: Algebra
) -> Iterator[tuple[bool, str, Formula]]:
    """Yield what is there after and not before (True), and before and not after (False), with where it is so."""
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, FALSE), after.get(name, FALSE)
        yield True, name, algebra.all_of([new, algebra.negate(old)])
        yield False, name, algebra.all_of([old, algebra.negate(new)])


def _steps(
    before: Sequence[tuple[_T, Formula]],
    after: Sequence[tuple[_T, Formula]],
    step_of: Callable[[_T, _T], int | None],
    algebra: Algebra,
) -> Iterator[tuple[tuple[_T, _T], int, Formula]]:
    """Yield how one value stands to another, with the cases in which they take each other's place."""
    if before == after:  # every case has the value that it had
        return
    for (old, here), (new, there) in product(before, after):
        step = step_of(old, new)
        if step is not None:
            yield (old, new), step, algebra.all_of([here, there])
