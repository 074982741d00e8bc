"""When a treatment may change by time alone, beyond the ends of records: ages and grades, at China midnight."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from chengxin.policy.condition import walk
from chengxin.policy.document import PolicyDocument
from chengxin.policy.predicate import (
    Ages,
    View,
    ages_of,
    constraint_ages_of,
    constraint_changes,
    grade_days,
    midnight,
)
from chengxin.policy.signature import EVALUATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What of a policy's conditions changes with time.

    Attributes:
        ages: by signature, the ages in days at which some condition may change its answer, ascending.
        grades: signatures of the records whose validity as a grade matters.
        constraint_ages: the ages in days at which a condition on constraints may change its answer; None where no
            condition looks at constraints.
    """

    ages: Ages
    grades: frozenset[int]
    constraint_ages: frozenset[int] | None

    @classmethod
    def of(cls, document: PolicyDocument) -> Self:
        """Return what changes with time in the conditions of a document."""
        conditions = [condition for rule in document.rules for condition, _ in walk(rule.when, "")]
        uses_grades = any(condition.evaluation is not None for condition in conditions)
        return cls(
            ages=ages_of(conditions),
            grades=EVALUATIONS if uses_grades else frozenset(),
            constraint_ages=(
                constraint_ages_of(conditions)
                if any(condition.constraint is not None for condition in conditions)
                else None
            ),
        )

    def next_at(self, view: View, bound: datetime) -> datetime:
        """Return the next instant at which a record, a grade or a constraint changes something, at most ``bound``."""
        if self.constraint_ages is not None and view.constraints:
            changes = constraint_changes(view.constraints, self.constraint_ages)
            bound = min([bound, *(change for change in changes if change > view.at)])
        for signature, record, day in view.signed:
            if ages := self.ages.get(signature):
                position = bisect_right(ages, view.today - day)
                if position < len(ages):
                    bound = min(bound, midnight(day + ages[position]))
            if signature in self.grades:
                days = [midnight(day) for day in grade_days(record) if day > view.today]
                bound = min([bound, *days])
        return bound
