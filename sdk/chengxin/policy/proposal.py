"""What the rules of one evaluation add up to: the worst tier, measures each once, reasons and reviews."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from chengxin.policy.measure import Ground, Measure
from chengxin.policy.predicate import NEVER, View, ends_at, midnight
from chengxin.policy.rule import Asked, CompiledRule, Given
from chengxin.policy.treatment import Reason, Review
from chengxin.records import Record


class Term(NamedTuple):
    """When the policy applies: its first China day, as an ordinal, and its end."""

    first_day: int
    ends_at: datetime


class Candidate(NamedTuple):
    """A measure that a rule gives: on which grounds, until when, and with which precedence."""

    given: Given
    grounds: tuple[Ground, ...]
    ends: datetime
    precedence: int


class Proposal:
    """An evaluation in progress.

    Attributes:
        rank: rank of the worst tier that a rule of the highest precedence gives; -1 where none gives one.
        reasons: every rule that fired and does something, in the order of the document.
        bound: first instant at which the policy, a rule that fired or one of the reviews is over.
    """

    __slots__ = (
        "_candidates",
        "_is_person",
        "_rank_precedence",
        "_reviews",
        "_term",
        "_view",
        "_waived",
        "bound",
        "rank",
        "reasons",
    )

    def __init__(self, view: View, *, is_person: bool, term: Term) -> None:
        self._view = view
        self._is_person = is_person
        self._term = term
        self._candidates: dict[tuple[str, int], Candidate] = {}
        self._waived: dict[str, int] = {}
        self._reviews: list[tuple[int, Review]] = []
        self._rank_precedence = 0
        self.rank = -1
        self.reasons: list[Reason] = []
        self.bound = term.ends_at

    def consider(self, rule: CompiledRule) -> None:
        """Add what a rule does, if it applies and its condition holds."""
        plan = rule.for_persons if self._is_person else rule.for_others
        view = self._view
        if plan is None or view.at >= rule.over_at or (records := rule.test(view)) is None:
            return
        if plan.rank >= 0 and rule.precedence >= self._rank_precedence:
            worst = self.rank if rule.precedence == self._rank_precedence else -1
            self.rank, self._rank_precedence = max(worst, plan.rank), rule.precedence
        self.bound = min(self.bound, rule.over_at)
        grounds = _grounds(records)
        record_ids = tuple([ground.record_id for ground in grounds])
        self.reasons.append(Reason(rule_id=rule.rule_id, text=rule.reason, record_ids=record_ids))
        since = disclosed_since(records, self._term.first_day)
        if plan.given:
            self._give(rule, plan.given, grounds, since)
        if plan.reviewed:
            self._ask(rule, plan.reviewed, record_ids, since)
        for code in plan.waived:
            self._waived[code] = max(rule.precedence, self._waived.get(code, rule.precedence))

    def _give(
        self, rule: CompiledRule, measures: Sequence[Given], grounds: tuple[Ground, ...], since: int
    ) -> None:
        """Add the measures that a rule gives; of two with one code, the one that lasts longer stays."""
        view, until = self._view, NEVER
        if rule.restricts:
            until = min(_until(rule, view, grounds), self._term.ends_at, rule.over_at)
        for given in measures:
            if given.restricts:
                ends = until
                if given.longest is not None and (latest := midnight(since + given.longest)) < ends:
                    ends = latest
                if ends <= view.at:  # its longest duration is over, and it is not given anew
                    continue
            else:
                ends = NEVER if given.longest is None else _after(view.at, given.longest)
            held = self._candidates.get(given.key)
            if held is None or ends > held.ends:
                self._candidates[given.key] = Candidate(given, grounds, ends, rule.precedence)

    def _ask(
        self, rule: CompiledRule, measures: Sequence[Asked], record_ids: tuple[str, ...], since: int
    ) -> None:
        """Put measures before a human, as long as they could still be given."""
        for asked in measures:
            if asked.longest is not None:
                latest = midnight(since + asked.longest)
                if latest <= self._view.at:
                    continue
                self.bound = min(self.bound, latest)
            review = Review(
                rule_id=rule.rule_id,
                measure_code=asked.code,
                effect=asked.effect,
                text=rule.reason,
                record_ids=record_ids,
            )
            self._reviews.append((rule.precedence, review))

    def reviews(self) -> tuple[Review, ...]:
        """Return what a named human has to decide; what is waived is not put before one."""
        waived = self._waived
        return tuple(
            [review for level, review in self._reviews if waived.get(review.measure_code, -1) < level]
        )

    def settle(self) -> list[Candidate]:
        """Return the measures that remain, each code once.

        What a rule of the same precedence or a higher one waives is not given; and what changes a setting gives
        way where a measure of a higher precedence changes it.
        """
        candidates = self._candidates
        if not self._waived and (not candidates or max(key[1] for key in candidates) == 0):
            return list(candidates.values())
        kept: dict[str, Candidate] = {}
        levels: dict[str, int] = {}
        for (code, level), candidate in candidates.items():
            if self._waived.get(code, -1) >= level:
                continue
            levels[code] = max(level, levels.get(code, level))
            if code not in kept or candidate.ends > kept[code].ends:
                kept[code] = candidate
        highest: dict[str, int] = {}
        for code, candidate in kept.items():
            setting = candidate.given.setting
            if setting is not None:
                highest[setting] = max(levels[code], highest.get(setting, 0))
        return [
            candidate
            for code, candidate in kept.items()
            if candidate.given.setting is None or levels[code] == highest[candidate.given.setting]
        ]

    def measures(self, settled: Sequence[Candidate], valid_until: datetime) -> tuple[Measure, ...]:
        """Return what has been settled as measures; a relief lasts as long as the evaluation that gives it is fresh."""
        kind, at = self._view.subject_kind, self._view.at
        return tuple(
            [
                given.make(kind, grounds, at, ends if given.restricts else valid_until)
                for given, grounds, ends, _ in settled
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


def disclosed_since(records: Sequence[Record], first_day: int) -> int:
    """Return the China day from which longest durations count, as an ordinal.

    It is the first day on which every record that the rule holds on was disclosed, or the first day of the
    policy where that is later. No evaluation moves it: a duration that is over stays over (invariant I4).
    """
    return max([first_day, *[record.period.start_on.toordinal() for record in records]])


def _after(at: datetime, days: int) -> datetime:
    return at + timedelta(days=days) if NEVER - at > timedelta(days=days) else NEVER


def _grounds(records: Sequence[Record]) -> tuple[Ground, ...]:
    """Return records as grounds: each once, in an order that does not depend on theirs."""
    if len(records) > 1:
        records = sorted({r.record_id: r for r in records}.values(), key=lambda r: r.record_id)
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
