"""One row of law: a period, a limit or a deadline, with the instrument and the article that it stands in.

A row that exists is complete: it names its source and its days, and it is honest about whether its article was read.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from chengxin.errors import Fault, InvalidRuleTable
from chengxin.records.kind import RecordKind, Severity
from chengxin.records.matter import Bound, CountedFrom, DayUnit, Matter, Obliged

_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_NAME: Final = 64
_FIRST_DAY, _LAST_DAY = date(1949, 10, 1), date(9998, 12, 31)
_MOST_MONTHS: Final = 1_200
_MOST_DAYS: Final = 3_650
LISTINGS: Final = frozenset(
    {RecordKind.SERIOUS_LISTING, RecordKind.ABNORMAL_LISTING, RecordKind.JUDGMENT_DEFAULT}
)
"""Kinds of records that are listings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A law, a regulation or a policy that rows stand in.

    Attributes:
        key: short name by which rows refer to it.
        zh: its title in Chinese, which prevails, with its number.
        en: its title in English.
    """

    key: str
    zh: str
    en: str

    def __post_init__(self) -> None:
        findings = [*_name_faults("key", self.key)]
        findings += [
            Fault("instrument.title", name, "The title is empty.", "Write it in Chinese and in English.")
            for name in ("zh", "en")
            if not getattr(self, name).strip()
        ]
        if findings:
            raise InvalidRuleTable(self.key, findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow(ABC):
    """What every row of law says of itself.

    Attributes:
        rule_id: stable name of the row.
        source: the instrument it stands in.
        article: number of the article, e.g. ``12``, or ``13(2)`` with its paragraph; None where it was not read.
        effective_from: first China day on which it applies; None means from the beginning.
        effective_until: last China day on which it applies; None means that it is in force.
        verified: whether the article itself was read, rather than a digest of it.
        note: what it leaves open; of a row that is not verified, what was read in place of the article.
    """

    rule_id: str
    source: Instrument
    article: str | None = None
    effective_from: date | None
    effective_until: date | None = None
    verified: bool
    note: str | None = None

    def __post_init__(self) -> None:
        findings = [*_name_faults("id", self.rule_id), *self._common_faults(), *self.faults()]
        if findings:
            raise InvalidRuleTable(self.rule_id, findings)

    def is_in_force(self, on: date) -> bool:
        """Tell whether the row applies on a China day."""
        return (self.effective_from is None or self.effective_from <= on) and (
            self.effective_until is None or on <= self.effective_until
        )

    @abstractmethod
    def faults(self) -> Iterator[Fault]:
        """Yield what contradicts itself in what the kind of row adds."""
        ...

    def _common_faults(self) -> Iterator[Fault]:
        start, end = self.effective_from, self.effective_until
        for name, day in (("effective_from", start), ("effective_until", end)):
            if day is not None and not _FIRST_DAY <= day <= _LAST_DAY:
                problem = f"{day} is no day of a law in force."
                yield Fault("row.day", name, problem, f"Write a day from {_FIRST_DAY} to {_LAST_DAY}.")
        if start is not None and end is not None and end < start:
            problem = f"The row ends ({end}) before it takes effect ({start})."
            yield Fault("row.period", "effective_until", problem, "Set it to effective_from or later.")
        for name in ("article", "note"):
            if (text := getattr(self, name)) is not None and not text.strip():
                yield Fault("row.blank", name, "The text is empty.", "Write it, or leave the field out.")
        if self.verified and self.article is None:
            problem = "The row is verified and names no article."
            yield Fault(
                "row.no_article", "article", problem, "Name the article read, or set verified: false."
            )
        if not self.verified and self.note is None:
            problem = "The row is not verified and does not say what was read."
            yield Fault("row.no_note", "note", problem, "Say what it rests on in place of the article.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureTerm(RuleRow):
    """How long a kind of record is disclosed, at the least and at the most (公示期).

    Attributes:
        kind: kind of record.
        severity: severity as the source classes it; None stands for records that the source does not class.
        shortest_months: months after which its repair may be applied for; 0 for at once, None where not known.
        longest_months: months after which disclosure stops by itself; None where not known.
        counted_from: the day from which both are counted.
    """

    kind: RecordKind
    severity: Severity | None
    shortest_months: int | None = None
    longest_months: int | None = None
    counted_from: CountedFrom

    def faults(self) -> Iterator[Fault]:
        """Yield what contradicts itself."""
        yield from _range("shortest_months", self.shortest_months, 0, _MOST_MONTHS)
        yield from _range("longest_months", self.longest_months, 1, _MOST_MONTHS)
        shortest, longest = self.shortest_months, self.longest_months
        if shortest is None and longest is None:
            fix = "Give shortest_months, longest_months, or both."
            yield Fault("row.empty", "longest_months", "The row says nothing of how long.", fix)
        if shortest is not None and longest is not None and shortest > longest:
            problem = f"The shortest period ({shortest} months) is longer than the longest ({longest})."
            yield Fault("row.months", "shortest_months", problem, "Correct one of them.")

    def bounds(self, kind: RecordKind, severity: Severity | None) -> bool:
        """Tell whether the row is about such records."""
        return self.kind is kind and self.severity is severity


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTerm(RuleRow):
    """How long a subject stays on a list (名单).

    Attributes:
        kind: kind of record that a listing is.
        list_name: official name of the list.
        months: months after which the subject leaves it; None where not known.
        earliest_removal_months: months after which removal may be applied for; None where not known.
    """

    kind: RecordKind
    list_name: str
    months: int | None = None
    earliest_removal_months: int | None = None

    def faults(self) -> Iterator[Fault]:
        """Yield what contradicts itself."""
        if self.kind not in LISTINGS:
            fix = f"Write one of {', '.join(sorted(LISTINGS))}."
            yield Fault("row.kind", "kind", f"Records of kind {self.kind} are no listings.", fix)
        if not self.list_name.strip():
            yield Fault("row.blank", "list_name", "The text is empty.", "Write the name of the list.")
        yield from _range("months", self.months, 1, _MOST_MONTHS)
        yield from _range("earliest_removal_months", self.earliest_removal_months, 0, _MOST_MONTHS)
        earliest, months = self.earliest_removal_months, self.months
        if earliest is None and months is None:
            fix = "Give months, earliest_removal_months, or both."
            yield Fault("row.empty", "months", "The row says nothing of how long.", fix)
        if earliest is not None and months is not None and earliest > months:
            problem = f"Removal ({earliest} months) comes after the end of the listing ({months})."
            yield Fault("row.months", "earliest_removal_months", problem, "Correct one of them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePeriod(RuleRow):
    """How long platform rules are announced before they apply (公示).

    Attributes:
        days: calendar days, at the least.
        important: whether it is for rules that concern many users, change much or touch important interests; None
            stands for all rules.
    """

    days: int
    important: bool | None = None

    def faults(self) -> Iterator[Fault]:
        """Yield what contradicts itself."""
        yield from _range("days", self.days, 1, _MOST_DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty(RuleRow):
    """A row about what somebody has to do.

    Attributes:
        matter: what it is about.
        obliged: whom it obliges.
        region: official name of the place it is confined to; None for all of the country.
    """

    matter: Matter
    obliged: Obliged
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline(Duty):
    """Within how many days something is done (时限).

    Attributes:
        days: days from the event on; 0 for at once.
        extended_days: days in all where the law lets it take longer; None where it does not.
        unit: what is counted.
    """

    days: int
    extended_days: int | None = None
    unit: DayUnit

    def faults(self) -> Iterator[Fault]:
        """Yield what contradicts itself."""
        yield from _range("days", self.days, 0, _MOST_DAYS)
        yield from _range("extended_days", self.extended_days, 1, _MOST_DAYS)
        if self.extended_days is not None and self.extended_days <= self.days:
            problem = (
                f"The extended deadline ({self.extended_days}) is no longer than the deadline ({self.days})."
            )
            yield Fault("row.days", "extended_days", problem, "Write the days in all, or leave it out.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval(Duty):
    """How often something is done anew (周期).

    Attributes:
        months: months from one time to the next, at the most.
    """

    months: int

    def faults(self) -> Iterator[Fault]:
        """Yield what contradicts itself."""
        yield from _range("months", self.months, 1, _MOST_MONTHS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention(Duty):
    """How long something is kept (保存期限).

    Attributes:
        months: how many months.
        bound: whether that is the least or the most.
    """

    months: int
    bound: Bound

    def faults(self) -> Iterator[Fault]:
        """Yield what contradicts itself."""
        yield from _range("months", self.months, 1, _MOST_MONTHS)


def _name_faults(field: str, name: str) -> Iterator[Fault]:
    if not (_NAME.fullmatch(name) and len(name) <= _LONGEST_NAME):
        problem = f"{name[:_LONGEST_NAME]!r} is no name of a row or an instrument."
        yield Fault("row.id", field, problem, "Write small letters, digits and dashes, like-this-1.")


def _range(field: str, value: int | None, least: int, most: int) -> Iterator[Fault]:
    if value is not None and not least <= value <= most:
        problem = f"{value} is out of range."
        yield Fault("row.range", field, problem, f"Write a whole number from {least} to {most}.")
