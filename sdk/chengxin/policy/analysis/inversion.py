"""Worse facts, milder treatment: whether a policy ever turns an adverse record into an advantage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from chengxin.policy.analysis.formula import Formula
from chengxin.policy.analysis.grant import Grant, Tokens, upshot_at
from chengxin.policy.analysis.inquiry import Inquiry
from chengxin.policy.analysis.mark import marks_between
from chengxin.policy.analysis.record_class import Step, graver
from chengxin.policy.analysis.space import Example, Values
from chengxin.policy.condition import walk
from chengxin.policy.document import PolicyDocument
from chengxin.policy.measure import Direction
from chengxin.policy.predicate import has_event_day
from chengxin.policy.shift import LOOSER, Shift, Yardstick, compare
from chengxin.policy.upshot import Upshot
from chengxin.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Inversion:
    """Worse facts, milder treatment.

    Attributes:
        record: the adverse record with which something is milder.
        instead_of: the same record, classed less grave, in whose place it stands; None where it is added.
        shift: what becomes of the treatment.
        upshots: the treatment without the record, or with the one that is less grave, and with it.
        rules: the rules that fire, or give something, with the one and not with the other.
        example: a smallest subject that it happens to, without the record.
    """

    record: Record
    instead_of: Record | None
    shift: Shift
    upshots: tuple[Upshot, Upshot]
    rules: tuple[str, ...]
    example: Example


def turning_days(document: PolicyDocument) -> list[date]:
    """Return the days on which a policy is looked at, so that no inversion of any of its days is missed.

    Time changes what a policy is in two ways: a rule is over, or longest durations can be. Of the days between the
    ends of two rules the last tells most: what is over on an earlier one is over on it, where records are disclosed
    for as long, and nothing else is, where they are disclosed for less. That leaves the ages of records alone where
    they have a day of their own; a condition on the age of others has every day looked at.
    """
    first, since = document.effective_from, document.terms_on
    longest = {
        since + timedelta(days=entry.longest_days)
        for entry in document.catalogue.values()
        if entry.direction is Direction.RESTRICT and entry.longest_days is not None
    }
    ends = {rule.until for rule in document.rules if rule.until is not None}
    last = max([first, *longest, *(end + timedelta(days=1) for end in ends)])
    days = {first, *ends, last} | (longest if _asks_for_age_alone(document) else set())
    if document.effective_until is not None:
        days = {min(day, document.effective_until) for day in days}
    return sorted(day for day in days if day >= first)


def _asks_for_age_alone(document: PolicyDocument) -> bool:
    """Tell whether a condition asks for the age of records whose age is how long they have been disclosed."""
    records = (c.record for rule in document.rules for c, _ in walk(rule.when, "") if c.record is not None)
    return any(r.age_days is not None and not all(map(has_event_day, r.kind)) for r in records)


def inversions_ever(inquiry: Inquiry, document: PolicyDocument) -> Iterator[tuple[Inquiry, Inversion]]:
    """Yield the inversions of every day of a policy, each way once, with the policy on the day on which it is shown.

    Args:
        inquiry: the policy on its first day.
        document: the policy.

    Raises:
        AnalysisTooLarge: the policy tells too many cases apart.
    """
    told: list[Inversion] = []
    for day in turning_days(document):
        there = inquiry if day == inquiry.space.on else Inquiry(document, on=day)
        for one in inversions(there):
            if day == inquiry.space.on or not any(_covers(known, one) for known in told):
                told.append(one)
                yield there, one


def inversions(inquiry: Inquiry) -> list[Inversion]:
    """Return where worse facts give a milder treatment: with one adverse record more, or one that is classed graver.

    Each way in which it happens is told once. A policy without any, on any day, is monotone: the end of an adverse
    record makes no treatment stricter (invariant I4). Where the standing is unknown before or after, nothing is
    compared.

    Raises:
        AnalysisTooLarge: the policy tells too many cases apart.
    """
    steps = [Step(None, frozenset(), one.example, one.matched) for one in inquiry.adverse]
    steps += graver(inquiry.space.predicates(), inquiry.space.on)
    found = [one for step in steps if (one := _inversion(inquiry, step)) is not None]
    told: list[Inversion] = []
    for one in sorted(found, key=lambda inversion: len(inversion.rules)):
        if not any(_covers(known, one) for known in told):
            told.append(one)
    return [one for one in found if any(one is other for other in told)]


def _covers(one: Inversion, other: Inversion) -> bool:
    """Tell whether one inversion is enough to see what is wrong in another: by fewer rules, and in the same."""
    return set(one.rules) <= set(other.rules) and bool(set(one.shift.looser) & set(other.shift.looser))


def _inversion(inquiry: Inquiry, step: Step) -> Inversion | None:
    milder = _milder(inquiry, step.before, step.after)
    if milder is None:
        return None
    shift, upshots, values = milder
    return Inversion(
        record=step.worse,
        instead_of=step.milder,
        shift=shift,
        upshots=upshots,
        rules=_turned(inquiry, values, step.before, step.after),
        example=inquiry.space.example(values),
    )


def _milder(
    inquiry: Inquiry, before: frozenset[int], after: frozenset[int]
) -> tuple[Shift, tuple[Upshot, Upshot], Values] | None:
    """Return a smallest case in which something is milder with one more of ``after`` than of ``before``."""
    algebra = inquiry.space.algebra
    grants = [_with_one_more(inquiry, matched) for matched in (before, after)]
    old, new = (inquiry.effects(several) for several in grants)
    by = Yardstick.between(inquiry.document, inquiry.document)
    marks = marks_between(old, new, by=by, algebra=algebra)
    milder = algebra.any_of(formula for mark, formula in marks.items() if mark.step == LOOSER)
    found = inquiry.smallest(algebra.all_of([old.known, new.known, milder]))
    if found is None:
        return None
    upshots = [upshot_at(inquiry.space, Tokens(inquiry.policy, several), found.values) for several in grants]
    return compare(upshots[0], upshots[1], by=by), (upshots[0], upshots[1]), found.values


def _with_one_more(inquiry: Inquiry, predicates: frozenset[int]) -> list[Grant]:
    more = inquiry.space.algebra.with_one_more
    return [replace(grant, formula=more(grant.formula, predicates)) for grant in inquiry.grants]


def _turned(
    inquiry: Inquiry, values: Values, before: frozenset[int], after: frozenset[int]
) -> tuple[str, ...]:
    """Return the rules that fire, or give something, in a case with one of two records, and not with the other."""
    more = inquiry.space.algebra.with_one_more

    def turns(formula: Formula) -> bool:
        with_one, with_other = more(formula, before), more(formula, after)
        return inquiry.holds_in(with_one, values) != inquiry.holds_in(with_other, values)

    giving = {grant.rule_id for grant in inquiry.grants if turns(grant.formula)}
    return tuple(rule.id for rule in inquiry.rules if rule.id in giving or turns(inquiry.fires(rule)))
