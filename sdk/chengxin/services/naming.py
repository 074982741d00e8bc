"""Who of a backtest may be named: those of whom every record concerned is still disclosed (invariant I1).

A joint constraint that has been lifted or has ended is not told of either (I10).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import nlargest
from itertools import islice
from typing import Any, Final

from chengxin.policy import FactVector, Verdict
from chengxin.records import Role
from chengxin.services.backtest import Backtest
from chengxin.services.population import Member
from chengxin.services.replaying import Spell
from chengxin.services.simulation import Example, Hit
from chengxin.services.tally import is_person
from chengxin.services.vector_log import VectorLog

_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Who may be named of a backtest.

    Attributes:
        worst: the hardest hit, the hardest first.
        examples: some whose treatment changes, by verdict.
        nameable: how many subjects of flagged vectors may be named.
        refused: how many may not any more, since a record concerned is not disclosed as it was; their links are erased.
    """

    worst: tuple[Hit, ...]
    examples: Mapping[Verdict, tuple[Example, ...]]
    nameable: int
    refused: int

    def dump(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "worst": [hit.dump() for hit in self.worst],
            "examples": {
                v.value: [example.dump() for example in found] for v, found in self.examples.items()
            },
            "nameable": self.nameable,
            "refused": self.refused,
        }


def name_subjects(
    result: Backtest,
    log: VectorLog,
    population: Iterable[Member],
    *,
    at: datetime,
    most: int = 20,
) -> Names:
    """Return who of a population may be named of a backtest.

    A subject is named where the log still leads from it to the vector it was counted in last, and the records that
    are shown of it now, with the joint constraints that it is under, give that very vector for that day. Otherwise its
    link is erased, and it stays unnamed.

    Args:
        result: the backtest.
        log: the log that it replayed.
        population: the platform's subjects as they stand; see ``chengxin.services.population``.
        at: the instant that they were shown for, aware UTC.
        most: how many are named, of each kind.

    Raises:
        VectorLogUnavailable: the log cannot be used.
    """
    found = _Found(result, log, at, most)
    members = iter(population)
    while batch := list(islice(members, _BATCH)):
        found.look([member for member in batch if not is_person(member.status.subject, member.role)])
    return found.names()


class _Found:
    """Who was found so far."""

    def __init__(self, result: Backtest, log: VectorLog, at: datetime, most: int) -> None:
        self._result = result
        self._log = log
        self._at = at
        self._most = most
        self._scopes = log.scopes()
        self._hits: list[Hit] = []
        self._examples: dict[Verdict, list[Example]] = {}
        self._nameable = self._refused = 0

    def look(self, members: Sequence[Member]) -> None:
        """Look for subjects of flagged vectors, and erase the links of those that may not be named."""
        name = self._result.recorded_under
        keys = [(str(member.status.subject.code), member.role) for member in members]
        stale = []
        for key, member, link in zip(keys, members, self._log.links(name, keys, at=self._at), strict=True):
            flagged = self._result.flagged.get(link.number) if link is not None else None
            if link is None or flagged is None:
                continue
            vector, scope = FactVector.load(flagged.vector), self._scopes[flagged.digest]
            is_same = vector.is_of(
                member.status, on=link.day, at=self._at, scope=scope, constraints=member.constraints
            )
            if member.status.is_valid(self._at) and is_same:
                self._nameable += 1
                self._take(key, flagged.on(link.day))
            else:
                stale.append(key)
        self._refused += len(stale)
        if stale:
            self._log.unlink(name, stale)

    def _take(self, key: tuple[str, Role], spell: Spell) -> None:
        code, role = key
        if spell.hit is not None:
            self._hits.append(replace(spell.hit, code=code, role=role))
            if len(self._hits) > 2 * self._most + _BATCH:
                self._hits = self._hardest()
        if spell.shift is not None:
            examples = self._examples.setdefault(spell.shift.verdict, [])
            if len(examples) < self._most:
                examples.append(Example(code=code, role=role, shift=spell.shift))

    def _hardest(self) -> list[Hit]:
        return nlargest(self._most, self._hits, key=lambda hit: hit.weight)

    def names(self) -> Names:
        """Return who may be named."""
        return Names(
            worst=tuple(self._hardest()),
            examples={verdict: tuple(found) for verdict, found in self._examples.items()},
            nameable=self._nameable,
            refused=self._refused,
        )
