"""Counts of treatments and of shifts between them; what is counted of a subject cannot be led back to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from chengxin.policy import Direction, Shift, Verdict
from chengxin.policy.upshot import Upshot
from chengxin.records import Role, Subject, SubjectKind


class Tally:
    """How many subjects get what.

    Every subject counts once in ``subjects`` and once in exactly one of ``unknown``, ``persons`` and ``tiers``.
    """

    def __init__(self) -> None:
        self._upshots: Counter[Upshot] = Counter()

    def add(self, upshot: Upshot, number: int = 1) -> None:
        """Count an upshot, so many times."""
        self._upshots[upshot] += number

    def merge(self, other: Tally) -> None:
        """Add what another one has counted."""
        self._upshots.update(other._upshots)

    @property
    def subjects(self) -> int:
        """How many there are."""
        return self._upshots.total()

    @property
    def unknown(self) -> int:
        """Of how many nothing is known; they are neither clean nor bad (invariant I2)."""
        return self._where(lambda upshot: not upshot.is_known)

    @property
    def persons(self) -> int:
        """How many natural persons and anchors of a known standing there are, who get no tier (I8)."""
        return self._where(lambda upshot: upshot.is_known and upshot.tier is None)

    @property
    def restricted(self) -> int:
        """How many have one restriction or more."""
        return self._where(lambda upshot: bool(upshot.restrictions))

    @property
    def relieved(self) -> int:
        """How many have one relief or more."""
        return self._where(lambda upshot: bool(upshot.reliefs))

    @property
    def reviewed(self) -> int:
        """About how many a human is asked."""
        return self._where(lambda upshot: bool(upshot.reviews))

    @property
    def known(self) -> int:
        """How many have a standing."""
        return self.subjects - self.unknown

    @property
    def share_restricted(self) -> float:
        """Share with a restriction among those of whom something is known, from 0 to 1; 0 where nobody is."""
        known = self.known
        return self.restricted / known if known else 0.0

    @property
    def tiers(self) -> Counter[str]:
        """How many are in which tier."""
        found: Counter[str] = Counter()
        for upshot, number in self._upshots.items():
            if upshot.tier is not None:
                found[upshot.tier] += number
        return found

    @property
    def measures(self) -> Counter[tuple[Direction, str]]:
        """How many have which measure, by direction and code."""
        found: Counter[tuple[Direction, str]] = Counter()
        for upshot, number in self._upshots.items():
            for direction, codes in (
                (Direction.RESTRICT, upshot.restrictions),
                (Direction.RELIEVE, upshot.reliefs),
            ):
                for code in codes:
                    found[direction, code] += number
        return found

    @property
    def reviews(self) -> Counter[str]:
        """About how many a human is asked which measure."""
        found: Counter[str] = Counter()
        for upshot, number in self._upshots.items():
            for code in upshot.reviews:
                found[code] += number
        return found

    @property
    def settings(self) -> Mapping[str, Counter[int | bool | str]]:
        """By setting, how many have which value, among those of whom something is known."""
        found: dict[str, Counter[int | bool | str]] = {}
        for upshot, number in self._upshots.items():
            for name, value in upshot.settings if upshot.is_known else ():
                found.setdefault(name, Counter())[value] += number
        return found

    def _where(self, holds: Callable[[Upshot], bool]) -> int:
        return sum(number for upshot, number in self._upshots.items() if holds(upshot))

    def dump(self) -> dict[str, Any]:
        """Return the counts as JSON values."""
        return {
            "subjects": self.subjects,
            "unknown": self.unknown,
            "persons": self.persons,
            "restricted": self.restricted,
            "share_restricted": round(self.share_restricted, 6),
            "relieved": self.relieved,
            "reviewed": self.reviewed,
            "tiers": dict(self.tiers.most_common()),
            "measures": {
                direction.value: {c: n for (d, c), n in self.measures.most_common() if d is direction}
                for direction in Direction
            },
            "reviews": dict(self.reviews.most_common()),
            "settings": {
                name: [{"value": value, "subjects": n} for value, n in sorted(values.items(), key=_by_value)]
                for name, values in sorted(self.settings.items())
            },
        }


class Flips:
    """How many subjects another policy treats otherwise.

    Attributes:
        verdicts: by verdict; they add up to all that were compared.
        tiers: by tier before and after, where they differ.
        gained: by code, how many get a measure that they did not have.
        lost: by code, how many lose one.
        aspects: by verdict in that aspect and aspect, see ``chengxin.policy.shift``.
    """

    def __init__(self) -> None:
        self.verdicts: Counter[Verdict] = Counter()
        self.tiers: Counter[tuple[str | None, str | None]] = Counter()
        self.gained: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self.aspects: Counter[tuple[Verdict, str]] = Counter()

    def add(self, shift: Shift, number: int = 1) -> None:
        """Count a shift, so many times."""
        self.verdicts[shift.verdict] += number
        before, after = shift.tiers
        if before != after:
            self.tiers[before, after] += number
        for code in shift.gained:
            self.gained[code] += number
        for code in shift.lost:
            self.lost[code] += number
        if shift.verdict is not Verdict.UNCHANGED:
            for verdict, aspects in (
                (Verdict.STRICTER, shift.stricter),
                (Verdict.LOOSER, shift.looser),
                (Verdict.CHANGED_IN_KIND, shift.otherwise),
            ):
                for aspect in aspects:
                    self.aspects[verdict, aspect] += number

    def merge(self, other: Flips) -> None:
        """Add what another one has counted."""
        self.verdicts.update(other.verdicts)
        self.tiers.update(other.tiers)
        self.gained.update(other.gained)
        self.lost.update(other.lost)
        self.aspects.update(other.aspects)

    @property
    def compared(self) -> int:
        """How many were compared."""
        return self.verdicts.total()

    @property
    def changed(self) -> int:
        """How many are treated otherwise."""
        return self.compared - self.verdicts[Verdict.UNCHANGED]

    def dump(self) -> dict[str, Any]:
        """Return the counts as JSON values."""
        return {
            "compared": self.compared,
            "verdicts": {verdict.value: self.verdicts[verdict] for verdict in Verdict},
            "tiers": [{"before": b, "after": a, "subjects": n} for (b, a), n in self.tiers.most_common()],
            "gained": dict(self.gained.most_common()),
            "lost": dict(self.lost.most_common()),
            "aspects": [
                {"verdict": verdict.value, "aspect": aspect, "subjects": n}
                for (verdict, aspect), n in self.aspects.most_common()
            ],
        }


def is_person(subject: Subject, role: Role) -> bool:
    """Tell whether somebody is a natural person, as an anchor is one, who is counted and never named (I8)."""
    return subject.kind is SubjectKind.PERSON or role is Role.ANCHOR


def _by_value(item: tuple[int | bool | str, int]) -> tuple[str, int, str]:
    value = item[0]
    return type(value).__name__, value if isinstance(value, int) else 0, str(value)
