"""Which of two treatments of one subject is the stricter: the one definition that every comparison uses.

What a subject meets counts, not how it is called. Compared are, each by itself:

``tier``
    by the orders in which both documents list their tiers. Tiers that only one document has compare by way of one
    that both have; the default tiers are taken for one another. What no such way connects differs in kind.
``action:…``
    an action that one treatment refuses and the other does not.
``setting:…``
    by the stricter end that the setting declares. A setting that only one of the policies declares, or that they
    order otherwise, differs in kind.
``review:…``
    what is put before a human: one more restriction is stricter, one more relief looser.
``unknown:…``
    where the standing is unknown, what an action does about it; another mode is another kind.

A treatment is stricter where something is stricter and nothing is looser, looser the other way round, changed in
kind where both are or something differs in kind, and unchanged where nothing differs. When a measure ends, what it
rests on, its code and its words are no part of this: two restrictions with one effect are the same, and a
restriction that a stricter one covers changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Final, Self, TypeVar

from chengxin.policy.document import PolicyDocument, SettingDeclaration
from chengxin.policy.measure import ActionEffect, Direction
from chengxin.policy.treatment import Treatment
from chengxin.records import Standing

_STRICTER: Final = 1
_LOOSER: Final = -1
_OTHERWISE: Final = 0


class Verdict(StrEnum):
    """How one treatment stands to the one before it."""

    STRICTER = "STRICTER"
    """从严: something is stricter and nothing looser."""
    LOOSER = "LOOSER"
    """从宽: something is looser and nothing stricter."""
    CHANGED_IN_KIND = "CHANGED_IN_KIND"
    """有增有减或性质不同: stricter in one thing and looser in another, or of another kind."""
    UNCHANGED = "UNCHANGED"
    """不变."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """How two policies order what they give; made once for many comparisons by ``between``.

    Attributes:
        before: the document of the policy before.
        after: the document of the policy after.
        tiers: by pair of tiers, how the second stands to the first; a pair that is one tier is not in it.
    """

    before: PolicyDocument
    after: PolicyDocument
    tiers: Mapping[tuple[str, str], int]

    @classmethod
    def between(cls, before: PolicyDocument, after: PolicyDocument) -> Self:
        """Return how two documents compare; one document with itself too."""
        return cls(before=before, after=after, tiers=_tiers(before, after))

    def tier(self, before: str | None, after: str | None) -> int | None:
        """Return whether a tier is stricter (1), looser (-1), of another kind (0) or the same (None)."""
        if before == after:
            return None
        if before is None or after is None:
            return _OTHERWISE
        return self.tiers.get((before, after))

    def setting(self, name: str, before: object, after: object) -> int | None:
        """Return the same of two values of a setting; None is the value where a policy does not declare it."""
        if type(before) is type(after) and before == after:
            return None
        steps = set()
        for document, value in ((self.before, before), (self.after, after)):
            declared = document.settings.get(name)
            if declared is None or value is None:
                return _OTHERWISE
            steps.add(_step(declared, before, after))
        return steps.pop() if len(steps) == 1 else _OTHERWISE


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What becomes of a treatment, each aspect once and in order; see the module for their names.

    Attributes:
        verdict: how the later treatment stands to the earlier.
        tiers: tier before and after; None for a natural person and where the standing is unknown.
        stricter: aspects in which it is stricter.
        looser: aspects in which it is looser.
        otherwise: aspects in which it is of another kind.
        gained: codes of measures that apply after and not before, whether or not they make a difference.
        lost: codes of measures that applied before and not after.
    """

    verdict: Verdict
    tiers: tuple[str | None, str | None]
    stricter: tuple[str, ...]
    looser: tuple[str, ...]
    otherwise: tuple[str, ...]
    gained: tuple[str, ...]
    lost: tuple[str, ...]


def compare(before: Treatment, after: Treatment, *, by: Yardstick) -> Shift:
    """Return what becomes of a treatment where another takes its place. Total: any two compare.

    Args:
        before: the treatment that a first policy gives.
        after: the treatment that a second one gives to the same subject, or the first one later.
        by: how the two policies order what they give.
    """
    found: dict[int, list[str]] = {_STRICTER: [], _LOOSER: [], _OTHERWISE: []}
    for step, aspect in _aspects(before, after, by):
        found[step].append(aspect)
    stricter, looser, otherwise = (tuple(sorted(found[s])) for s in (_STRICTER, _LOOSER, _OTHERWISE))
    old, new = ({measure.code for measure in t.measures} for t in (before, after))
    verdict = Verdict.UNCHANGED
    if otherwise or (stricter and looser):
        verdict = Verdict.CHANGED_IN_KIND
    elif stricter or looser:
        verdict = Verdict.STRICTER if stricter else Verdict.LOOSER
    return Shift(
        verdict=verdict,
        tiers=(before.tier, after.tier),
        stricter=stricter,
        looser=looser,
        otherwise=otherwise,
        gained=tuple(sorted(new - old)),
        lost=tuple(sorted(old - new)),
    )


def _aspects(before: Treatment, after: Treatment, by: Yardstick) -> Iterator[tuple[int, str]]:
    step = by.tier(before.tier, after.tier)
    if step is not None:
        yield step, "tier"
    for step, names in _changes(_refused(before), _refused(after)):
        yield from ((step, f"action:{name}") for name in names)
    if before.settings is not after.settings:
        for name in before.settings.keys() | after.settings.keys():
            step = by.setting(name, before.settings.get(name), after.settings.get(name))
            if step is not None:
                yield step, f"setting:{name}"
    if before.reviews or after.reviews:
        yield from _review_changes(before, after, by)
    if Standing.UNKNOWN in (before.standing, after.standing):
        old, new = before.unknown_modes, after.unknown_modes
        yield from ((_OTHERWISE, f"unknown:{name}") for name in old if name in new and old[name] != new[name])


def _review_changes(before: Treatment, after: Treatment, by: Yardstick) -> Iterator[tuple[int, str]]:
    old, new = _reviewed(before, by.before), _reviewed(after, by.after)
    for step, names in _changes(old, new):
        for direction, effect in names:
            yield step if direction is Direction.RESTRICT else -step, f"review:{effect}"


_T = TypeVar("_T")


def _changes(before: frozenset[_T], after: frozenset[_T]) -> Iterator[tuple[int, frozenset[_T]]]:
    yield _STRICTER, after - before
    yield _LOOSER, before - after


def _refused(treatment: Treatment) -> frozenset[str]:
    """Return the actions that the treatment refuses; only a restriction has an action for its effect."""
    if not treatment.measures:
        return frozenset()
    return frozenset(m.effect.action for m in treatment.measures if isinstance(m.effect, ActionEffect))


def _reviewed(treatment: Treatment, document: PolicyDocument) -> frozenset[tuple[Direction, str]]:
    found = set()
    for review in treatment.reviews:
        effect, entry = review.effect, document.catalogue.get(review.measure_code)
        direction = Direction.RESTRICT if entry is None else entry.direction
        name = effect.action if isinstance(effect, ActionEffect) else f"{effect.setting}={effect.value}"
        found.add((direction, name))
    return frozenset(found)


def _tiers(before: PolicyDocument, after: PolicyDocument) -> dict[tuple[str, str], int]:
    old, new = ({tier.id: rank for rank, tier in enumerate(d.tiers)} for d in (before, after))
    same = {(tier, tier) for tier in old if tier in new}
    defaults = [next((tier.id for tier in d.tiers if tier.default), "") for d in (before, after)]
    if defaults[0] not in new and defaults[1] not in old:
        same.add((defaults[0], defaults[1]))
    steps: dict[tuple[str, str], int] = {}
    for first, second in product(old, new):
        if (first, second) in same:
            continue
        falls = any(old[first] <= old[here] and new[there] <= new[second] for here, there in same)
        rises = any(old[first] >= old[here] and new[there] >= new[second] for here, there in same)
        steps[first, second] = _OTHERWISE if falls == rises else _STRICTER if falls else _LOOSER
    return steps


def _step(declared: SettingDeclaration, before: object, after: object) -> int:
    """Return how a value stands to another by the stricter end that the setting declares."""
    listed = getattr(declared, "values", None)
    if listed:
        ranks = [listed.index(value) if value in listed else None for value in (before, after)]
    else:
        sign = -1 if declared.combine == "min" else 1
        ranks = [sign * value if isinstance(value, int) else None for value in (before, after)]
    if ranks[0] is None or ranks[1] is None or ranks[0] == ranks[1] or type(before) is not type(after):
        return _OTHERWISE
    return _STRICTER if ranks[1] > ranks[0] else _LOOSER
