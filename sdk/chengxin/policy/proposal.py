"""What the rules of one evaluation add up to: the worst tier, measures each once, reasons and reviews."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chengxin.policy.measure import Ground, Measure
from chengxin.policy.predicate import NEVER, View, distinct, ends_at
from chengxin.policy.rule import CompiledRule, Given
from chengxin.policy.treatment import Reason, Review
from chengxin.records import Record


class Proposal:
    """An evaluation in progress.

    Attributes:
        rank: rank of the worst tier that a rule gives; -1 where none gives one.
        reasons: every rule that fired and does something, in the order of the document.
        reviews: what a named human has to decide.
    """

    __slots__ = ("_is_person", "_measures", "_view", "rank", "reasons", "reviews")

    def __init__(self, view: View, *, is_person: bool) -> None:
        self._view = view
        self._is_person = is_person
        self._measures: dict[str, tuple[Given, tuple[Ground, ...], datetime]] = {}
        self.rank = -1
        self.reasons: list[Reason] = []
        self.reviews: list[Review] = []

    def consider(self, rule: CompiledRule) -> None:
        """Add what a rule does, if its condition holds."""
        plan = rule.for_persons if self._is_person else rule.for_others
        records = rule.test(self._view)
        if records is None or plan is None:
            return
        self.rank = max(self.rank, plan.rank)
        grounds = _grounds(records)
        record_ids = tuple([ground.record_id for ground in grounds])
        self.reasons.append(Reason(rule_id=rule.rule_id, text=rule.reason, record_ids=record_ids))
        if plan.given:
            self._give(rule, plan.given, grounds)
        for code, effect in plan.reviewed:
            review = Review(
                rule_id=rule.rule_id,
                measure_code=code,
                effect=effect,
                text=rule.reason,
                record_ids=record_ids,
            )
            self.reviews.append(review)

    def _give(self, rule: CompiledRule, measures: Sequence[Given], grounds: tuple[Ground, ...]) -> None:
        """Add the measures that a rule gives; of two with one code, the one that lasts longer stays."""
        view, until = self._view, NEVER
        if rule.restricts:
            until = _until(rule, view, grounds)
        for given in measures:
            ends = until if given.restricts else NEVER
            if given.longest is not None and (latest := view.at + given.longest) < ends:
                ends = latest
            held = self._measures.get(given.code)
            if held is None or ends > held[2]:
                self._measures[given.code] = (given, grounds, ends)

    def next_end(self, bound: datetime) -> datetime:
        """Return the first end among the measures, at most ``bound``."""
        for _, _, ends in self._measures.values():
            bound = min(bound, ends)
        return bound

    def measures(self, valid_until: datetime) -> tuple[Measure, ...]:
        """Return the measures; a relief lasts as long as the evaluation that gives it is fresh."""
        kind, at = self._view.subject_kind, self._view.at
        return tuple(
            [
                given.make(kind, grounds, at, ends if given.restricts else valid_until)
                for given, grounds, ends in self._measures.values()
            ]
        )


def _until(rule: CompiledRule, view: View, grounds: Sequence[Ground]) -> datetime:
    """Return when a rule stops holding; for the plain ones, when too few of the grounds are left."""
    if not rule.ends_with_grounds:
        return rule.until(view)
    ends = [ground.ends_at or NEVER for ground in grounds]
    if len(ends) > 1:
        ends.sort(reverse=True)
    return ends[rule.ends_with_grounds - 1]


def _grounds(records: Sequence[Record]) -> tuple[Ground, ...]:
    """Return records as grounds: each once, in an order that does not depend on theirs."""
    if len(records) > 1:
        records = sorted(distinct(records), key=lambda r: (r.record_id, r.version, r.kind))
    return tuple(
        [
            Ground(
                record_id=record.record_id,
                version=record.version,
                kind=record.kind,
                ends_at=ends_at(record),
            )
            for record in records
        ]
    )
