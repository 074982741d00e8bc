"""Which of two treatments of one subject is the stricter: the one definition that every comparison uses.

What a subject meets counts, not how it is called. Compared are, each by itself:

``tier``
    by the orders in which both documents list their tiers. Tiers that only one document has compare by way of one
    that both have; the default tiers are taken for one another. What no such way connects differs in kind.
``action:…``
    an action that one treatment refuses and the other does not.
``setting:…``
    by the stricter end that the setting declares; what one policy does not declare it leaves at the default of the
    other. A setting that the policies order otherwise differs in kind.
``review:…``
    what is put before a human: one more restriction is stricter, one more relief looser; of several restrictions of
    one setting the strictest counts.
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
from chengxin.policy.measure import Direction
from chengxin.policy.setting import Scale, Value
from chengxin.policy.treatment import Treatment
from chengxin.policy.upshot import Upshot

STRICTER: Final = 1
"""A step that something takes: from here on it is stricter."""
LOOSER: Final = -1
OTHERWISE: Final = 0
"""It is of another kind, neither stricter nor looser."""


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
            return OTHERWISE
        return self.tiers.get((before, after))

    def setting(self, name: str, before: Value | None, after: Value | None) -> int | None:
        """Return the same of two values of a setting; None is the value where a policy does not declare it.

        What one of them does not declare it leaves at the default of the other.
        """
        declared = [document.settings.get(name) for document in (self.before, self.after)]
        known = [one for one in declared if one is not None]
        old = known[0].default if before is None else before
        new = known[-1].default if after is None else after
        if type(old) is type(new) and old == new:
            return None
        steps = {_step(one, old, new) for one in known}
        return steps.pop() if len(steps) == 1 else OTHERWISE


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


def compare(before: Upshot | Treatment, after: Upshot | Treatment, *, by: Yardstick) -> Shift:
    """Return what becomes of a treatment where another takes its place. Total: any two compare.

    Args:
        before: what a first policy gives.
        after: what a second one gives to the same subject, or the first one later.
        by: how the two policies order what they give.
    """
    old = before if isinstance(before, Upshot) else Upshot.of(before)
    new = after if isinstance(after, Upshot) else Upshot.of(after)
    found: dict[int, list[str]] = {STRICTER: [], LOOSER: [], OTHERWISE: []}
    for step, aspect in _aspects(old, new, by):
        found[step].append(aspect)
    stricter, looser, otherwise = (tuple(sorted(set(found[s]))) for s in (STRICTER, LOOSER, OTHERWISE))
    verdict = Verdict.UNCHANGED
    if otherwise or (stricter and looser):
        verdict = Verdict.CHANGED_IN_KIND
    elif stricter or looser:
        verdict = Verdict.STRICTER if stricter else Verdict.LOOSER
    return Shift(
        verdict=verdict,
        tiers=(old.tier, new.tier),
        stricter=stricter,
        looser=looser,
        otherwise=otherwise,
        gained=tuple(sorted(new.measures - old.measures)),
        lost=tuple(sorted(old.measures - new.measures)),
    )


def _aspects(before: Upshot, after: Upshot, by: Yardstick) -> Iterator[tuple[int, str]]:
    step = by.tier(before.tier, after.tier)
    if step is not None:
        yield step, "tier"
    for step, names in _changes(before.refused, after.refused):
        yield from ((step, f"action:{name}") for name in names)
    yield from _setting_changes(dict(before.settings), dict(after.settings), by)
    if before.reviews or after.reviews:
        yield from _review_changes(before, after, by)
    if not (before.is_known and after.is_known):
        modes = {name: action.unknown for name, action in by.after.actions.items()}
        for name, action in by.before.actions.items():
            if name in modes and modes[name] is not action.unknown:
                yield OTHERWISE, f"unknown:{name}"


def _setting_changes(
    before: Mapping[str, Value], after: Mapping[str, Value], by: Yardstick
) -> Iterator[tuple[int, str]]:
    for name in before.keys() | after.keys():
        step = by.setting(name, before.get(name), after.get(name))
        if step is not None:
            yield step, f"setting:{name}"


_T = TypeVar("_T")


def _changes(before: frozenset[_T], after: frozenset[_T]) -> Iterator[tuple[int, frozenset[_T]]]:
    yield STRICTER, after - before
    yield LOOSER, before - after


def _review_changes(before: Upshot, after: Upshot, by: Yardstick) -> Iterator[tuple[int, str]]:
    """Compare what is put before a human: restrictions of one setting by the strictest, all else by what there is."""
    old, new = _reviewed(before, by.before), _reviewed(after, by.after)
    for kind in (Direction.RESTRICT, Direction.RELIEVE):
        sign = 1 if kind is Direction.RESTRICT else -1
        for step, names in _changes(frozenset(old[kind]), frozenset(new[kind])):
            yield from ((sign * step, f"review:{name}") for name in names)
        for name in old[kind].keys() & new[kind].keys():
            here, there = old[kind][name], new[kind][name]
            step_ = None if here is None or there is None else by.setting(name, here, there)
            if step_ is not None:
                yield step_, f"review:{name}"


def _reviewed(outcome: Upshot, document: PolicyDocument) -> dict[Direction, dict[str, Value | None]]:
    """Return the actions and settings that are put before a human, by direction; of a setting what is asked for."""
    found: dict[Direction, dict[str, list[Value]]] = {kind: {} for kind in Direction}
    for code in sorted(outcome.reviews):
        entry = document.catalogue[code]
        change = entry.setting
        values = found[entry.direction].setdefault(change.name if change else str(entry.action), [])
        values.extend([change.value] if change else [])
    return {
        kind: {
            name: Scale.of(document.settings[name]).resolve(values) if values else None
            for name, values in names.items()
        }
        for kind, names in found.items()
    }


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
        steps[first, second] = OTHERWISE if falls == rises else STRICTER if falls else LOOSER
    return steps


def _step(declared: SettingDeclaration, before: Value, after: Value) -> int:
    """Return how a value stands to another by the stricter end that the setting declares."""
    scale = Scale.of(declared)
    try:
        step = scale.strictness(after) - scale.strictness(before)
    except ValueError:
        return OTHERWISE
    if step == 0 or type(before) is not type(after):
        return OTHERWISE
    return STRICTER if step > 0 else LOOSER
