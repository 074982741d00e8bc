"""What the rules of one evaluation add up to: the worst tier, measures each once, reasons and reviews."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from chengxin.policy.making import become, finish
from chengxin.policy.measure import Ground, GroundDraft, Measure
from chengxin.policy.predicate import NEVER, View, ends_at, midnight, stops_at
from chengxin.policy.rule import Asked, CompiledRule, Given
from chengxin.policy.treatment import Reason, ReasonDraft, Review
from chengxin.records import Record


class Term(NamedTuple):
    """When the policy applies: its first China day, as an ordinal, and its end."""

    first_day: int
    ends_at: datetime


class Candidate(NamedTuple):
    """A measure that a rule gives: on which grounds, and until when."""

    given: Given
    grounds: tuple[Ground, ...]
    ends: datetime


class Proposal:
    """An evaluation in progress.

    Attributes:
        rank: rank of the worst tier that a rule of the highest precedence gives; -1 where none gives one.
        reasons: every rule that fired and does something, in the order of the document.
        bound: first instant at which the policy, a rule that fired, one of the reviews or what gives a measure its
            precedence is over.
    """

    __slots__ = (
        "_candidates",
        "_grounds",
        "_is_layered",
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
        self._grounds: dict[str, Ground] = {}
        self._is_layered = False
        self._waived: dict[str, int] = {}
        self._reviews: list[tuple[int, Review]] = []
        self._rank_precedence = 0
        self.rank = -1
        self.reasons: list[Reason] = []
        self.bound = term.ends_at

    def consider(self, rule: CompiledRule) -> None:
        """Add what a rule does, if it applies and its condition holds."""
        plan = rule.for_persons if self._is_person else rule.for_others
        view, over_at, precedence = self._view, rule.over_at, rule.precedence
        if plan is None or (over_at is not NEVER and view.at >= over_at):
            return
        records = rule.test(view)
        if records is None:
            return
        if plan.rank >= 0 and precedence >= self._rank_precedence:
            worst = self.rank if precedence == self._rank_precedence else -1
            self.rank, self._rank_precedence = max(worst, plan.rank), precedence
        if over_at is not NEVER:
            self.bound = min(self.bound, over_at)
        grounds = self._ground(records)
        record_ids = tuple([ground.record_id for ground in grounds])
        reason = ReasonDraft()
        reason.rule_id, reason.text, reason.record_ids = rule.rule_id, rule.reason, record_ids
        self.reasons.append(become(reason, Reason))
        since = disclosed_since(records, self._term.first_day)
        if plan.given:
            until = self._until(rule, records, grounds) if rule.restricts else NEVER
            self._give(rule, plan.given, grounds, since=since, until=until)
        if plan.reviewed:
            self._ask(rule, plan.reviewed, record_ids, since)
        for code in plan.waived:
            self._waived[code] = max(precedence, self._waived.get(code, precedence))

    def _ground(self, records: Sequence[Record]) -> tuple[Ground, ...]:
        """Return records as grounds: each once, in an order that does not depend on theirs."""
        if len(records) == 1:
            return (self._ground_of(records[0]),)
        distinct = sorted({r.record_id: r for r in records}.values(), key=lambda r: r.record_id)
        return tuple([self._ground_of(record) for record in distinct])

    def _ground_of(self, record: Record) -> Ground:
        record_id = record.record_id
        ground = self._grounds.get(record_id)
        if ground is None:
            draft = GroundDraft()
            draft.record_id = record_id
            draft.version = record.version
            draft.kind = record.kind
            draft.ends_at = ends_at(record)
            ground = self._grounds[record_id] = finish(draft, Ground)
        return ground

    def _until(self, rule: CompiledRule, records: Sequence[Record], grounds: tuple[Ground, ...]) -> datetime:
        """Return when the restrictions of a rule end at the latest: with the rule, the policy, or too few grounds."""
        if not rule.ends_with_grounds:
            until = rule.until(self._view)
        elif len(records) == 1:
            until = (
                stops_at(records[0], rule.less_than)
                if rule.less_than is not None
                else grounds[0].ends_at or NEVER
            )
        else:
            ends = sorted([stops_at(record, rule.less_than) for record in records], reverse=True)
            until = ends[rule.ends_with_grounds - 1]
        return min(until, self._term.ends_at, rule.over_at)

    def _give(
        self,
        rule: CompiledRule,
        measures: Sequence[Given],
        grounds: tuple[Ground, ...],
        *,
        since: int,
        until: datetime,
    ) -> None:
        """Add the measures that a rule gives; of two with one code, the one that lasts longer stays."""
        at, candidates = self._view.at, self._candidates
        if rule.precedence:
            self._is_layered = True
        for given in measures:
            key, _, restricts, longest, _ = given
            if restricts:
                ends = until
                if longest is not None and (latest := midnight(since + longest)) < ends:
                    ends = latest
                if ends <= at:  # its longest duration is over, and it is not given anew
                    continue
            else:
                ends = NEVER if longest is None else _after(at, longest)
            held = candidates.get(key)
            if held is None or ends > held.ends:
                candidates[key] = Candidate(given, grounds, ends)

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

    def decide(self, rule: CompiledRule, measure: Measure, longest: int) -> Measure | None:
        """Return a measure that a human decides, on the grounds of a rule; it ends as if the rule gave it by itself.

        Args:
            rule: the rule that puts it before a human.
            measure: the measure about nobody, with the human who decides it.
            longest: its widest duration in days.

        Returns:
            None where the condition of the rule does not hold, or the longest duration is over.
        """
        view = self._view
        records = rule.test(view)
        if not records:
            return None
        grounds = self._ground(records)
        latest = midnight(disclosed_since(records, self._term.first_day) + longest)
        ends = min(self._until(rule, records, grounds), latest)
        return measure.about(view.subject_kind, grounds, view.at, ends) if ends > view.at else None

    def reviews(self) -> tuple[Review, ...]:
        """Return what a named human has to decide; what is waived is not put before one."""
        waived = self._waived
        return tuple(
            [review for level, review in self._reviews if waived.get(review.measure_code, -1) < level]
        )

    def settle(self) -> list[Candidate]:
        """Return the measures that remain, each code once.

        What a rule of the same precedence or a higher one waives is not given; and what changes a setting gives
        way where a measure of a higher precedence changes it. A measure that is given at several precedences lasts as
        long as the longest, and with the end of each it may come to prevail over less: that bounds the evaluation.
        """
        candidates = self._candidates
        if not self._waived and not self._is_layered:
            return list(candidates.values())
        kept: dict[str, Candidate] = {}
        levels: dict[str, int] = {}
        for (code, level), candidate in candidates.items():
            if self._waived.get(code, -1) >= level:
                continue
            if code in levels:
                self.bound = min(self.bound, candidate.ends, kept[code].ends)
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
                for given, grounds, ends in settled
            ]
        )


def disclosed_since(records: Sequence[Record], first_day: int) -> int:
    """Return the China day from which longest durations count, as an ordinal.

    It is the first day on which every record that the rule holds on was disclosed, or the first day of the
    policy where that is later. No evaluation moves it: a duration that is over stays over (invariant I4).
    """
    for record in records:
        first_day = max(first_day, record.period.start_on.toordinal())
    return first_day


def _after(at: datetime, days: int) -> datetime:
    return at + timedelta(days=days) if NEVER - at > timedelta(days=days) else NEVER
