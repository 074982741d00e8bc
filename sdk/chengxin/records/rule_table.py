"""Rules of law by date: what holds on a day is looked up, and where nothing is known nothing is guessed.

The end that the source gives for a record always comes first; the table bounds a record only where none is given, and
the period is then marked as inferred. Severity is the source's own: it is never derived from a fine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Self, TypeVar

from chengxin.errors import Fault, InvalidRuleTable
from chengxin.records.disclosure import add_months
from chengxin.records.kind import RecordKind, Severity
from chengxin.records.matter import CountedFrom, Matter
from chengxin.records.record import PenaltyDetail, Record
from chengxin.records.rule_row import (
    Deadline,
    DisclosureTerm,
    Duty,
    Interval,
    ListTerm,
    NoticePeriod,
    Retention,
    RuleRow,
)

Kind = TypeVar("Kind", bound=RuleRow)
DutyKind = TypeVar("DutyKind", bound=Duty)


@dataclass(frozen=True, slots=True)
class RuleTable:
    """Rows of law, each with its source, its dates, and whether its article was read.

    Attributes:
        rows: the rows, each id once.

    Raises:
        InvalidRuleTable: an id is given twice.
    """

    rows: tuple[RuleRow, ...]
    _terms: tuple[DisclosureTerm, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        repeated = [name for name, times in Counter(row.rule_id for row in self.rows).items() if times > 1]
        if repeated:
            raise InvalidRuleTable(
                "rows",
                [
                    Fault("row.duplicate", name, f"More than one row is called {name!r}.", "Keep one.")
                    for name in repeated
                ],
            )
        object.__setattr__(self, "_terms", self.rows_of(DisclosureTerm))

    def row(self, rule_id: str) -> RuleRow | None:
        """Return the row of an id, or None."""
        return next((row for row in self.rows if row.rule_id == rule_id), None)

    def rows_of(self, kind: type[Kind]) -> tuple[Kind, ...]:
        """Return the rows of one kind, in the table's order."""
        return tuple(row for row in self.rows if isinstance(row, kind))

    def disclosure_terms(
        self, kind: RecordKind, severity: Severity | None, on: date
    ) -> tuple[DisclosureTerm, ...]:
        """Return the rows that bound the disclosure of records decided on a day."""
        return tuple(term for term in self._terms if term.bounds(kind, severity) and term.is_in_force(on))

    def longest_months(self, kind: RecordKind, severity: Severity | None, on: date) -> int | None:
        """Return the longest disclosure of records decided on a day, in months; None where none is known.

        Of several that apply it is the shortest.
        """
        terms = self.disclosure_terms(kind, severity, on)
        return min((term.longest_months for term in terms if term.longest_months is not None), default=None)

    def shortest_months(self, kind: RecordKind, severity: Severity | None, on: date) -> int | None:
        """Return the months before repair of records decided on a day; 0 for at once, None where none are known.

        Of several that apply it is the longest: repair has to satisfy them all.
        """
        terms = self.disclosure_terms(kind, severity, on)
        return max((term.shortest_months for term in terms if term.shortest_months is not None), default=None)

    def latest_end_on(
        self, kind: RecordKind, severity: Severity | None, *, decided_on: date | None, published_on: date
    ) -> date | None:
        """Return the last day on which a record may be disclosed, or None where no maximum is known.

        The rows in force on the day of the decision count, or of publication where the source gives no decision.

        Args:
            kind: kind of the record.
            severity: its severity, as the source classes it.
            decided_on: China day of the decision, where the source gives it.
            published_on: first China day of disclosure.
        """
        decided_on = decided_on or published_on
        return min(
            (
                add_months(
                    decided_on if term.counted_from is CountedFrom.DECISION else published_on,
                    term.longest_months,
                )
                for term in self.disclosure_terms(kind, severity, decided_on)
                if term.longest_months is not None
            ),
            default=None,
        )

    def is_end_of(self, record: Record) -> bool:
        """Tell whether a record ends as this table lets it end; one whose end the source gave always does.

        What was kept under another table does not, and is to be asked for again.
        """
        period = record.period
        if period.end_on is not None and not period.inferred:
            return True
        detail = record.detail
        return period.end_on == self.latest_end_on(
            record.kind,
            record.severity,
            decided_on=detail.decided_on if isinstance(detail, PenaltyDetail) else None,
            published_on=period.start_on,
        )

    def longest_disclosure_months(self, on: date) -> int | None:
        """Return the longest that any record decided on a day is disclosed, in months; None where none is known."""
        return max(
            (term.longest_months for term in self._terms if term.longest_months and term.is_in_force(on)),
            default=None,
        )

    def notice_days(self, on: date, *, important: bool) -> NoticePeriod | None:
        """Return how long platform rules that are announced on a day are announced; None where no row says so.

        Of several that apply it is the longest; of equals, the one that took effect last.

        Args:
            on: China day of the announcement.
            important: whether they concern many users, change much or touch important interests.
        """
        applicable = [
            period
            for period in self.rows_of(NoticePeriod)
            if period.is_in_force(on) and period.important in (None, important)
        ]
        return max(
            applicable,
            key=lambda period: (period.days, period.effective_from or date.min, period.rule_id),
            default=None,
        )

    def list_terms(self, kind: RecordKind, on: date) -> tuple[ListTerm, ...]:
        """Return the rows about lists of a kind that are in force on a China day."""
        return tuple(row for row in self.rows_of(ListTerm) if row.kind is kind and row.is_in_force(on))

    def deadlines(self, matter: Matter, on: date, *, region: str | None = None) -> tuple[Deadline, ...]:
        """Return the deadlines of a matter in force on a China day: of the country, and of a region."""
        return tuple(self._duties(Deadline, matter, on, region))

    def intervals(self, matter: Matter, on: date, *, region: str | None = None) -> tuple[Interval, ...]:
        """Return the intervals of a matter in force on a China day: of the country, and of a region."""
        return tuple(self._duties(Interval, matter, on, region))

    def retentions(self, matter: Matter, on: date, *, region: str | None = None) -> tuple[Retention, ...]:
        """Return how long a matter is kept by what is in force on a China day, in the country and in a region."""
        return tuple(self._duties(Retention, matter, on, region))

    def with_rows(self, rows: Iterable[RuleRow]) -> Self:
        """Return a table in which rows take the place of those of their id, and others are added at the end.

        A longer maximum is taken as given: a law may lengthen one, and whoever keeps the table answers for it. None
        at all is not: without it a record whose end the source leaves out would be disclosed for ever.

        Raises:
            InvalidRuleTable: an id comes twice, a row takes the place of one of another kind, or records of a kind
                and severity lose their maximum on some day.
        """
        given = type(self)(tuple(rows)).rows
        added = {row.rule_id: row for row in given}
        findings = [*_replacements(self, given)]
        table = type(self)(
            (
                *(added.get(row.rule_id, row) for row in self.rows),
                *(row for row in given if self.row(row.rule_id) is None),
            )
        )
        findings.extend(_unbounded(self, table))
        if findings:
            raise InvalidRuleTable("rows", findings)
        return table

    def _duties(
        self, kind: type[DutyKind], matter: Matter, on: date, region: str | None
    ) -> Iterator[DutyKind]:
        for row in self.rows_of(kind):
            if row.matter is matter and row.region in (None, region) and row.is_in_force(on):
                yield row


def _replacements(table: RuleTable, rows: Iterable[RuleRow]) -> Iterator[Fault]:
    for row in rows:
        before = table.row(row.rule_id)
        if before is not None and type(before) is not type(row):
            yield Fault(
                "row.other_kind",
                row.rule_id,
                f"The row takes the place of a {type(before).__name__} and is a {type(row).__name__}.",
                "Give it an id of its own.",
            )


def _unbounded(before: RuleTable, after: RuleTable) -> Iterator[Fault]:
    """Look at each day on which a row begins or has ended: nothing changes in between."""
    terms = before.rows_of(DisclosureTerm) + after.rows_of(DisclosureTerm)
    starts = {term.effective_from or date.min for term in terms}
    ends = {term.effective_until + timedelta(days=1) for term in terms if term.effective_until is not None}
    lost: set[tuple[RecordKind, Severity | None]] = set()
    for day in sorted({date.min, *starts, *ends}):
        for term in terms:
            what = (term.kind, term.severity)
            if what in lost or before.longest_months(*what, day) is None:
                continue
            if after.longest_months(*what, day) is None:
                lost.add(what)
                since = "" if day == date.min else f" from {day} on"
                yield Fault(
                    "row.unbounded",
                    term.rule_id,
                    f"Records of kind {term.kind} and severity {term.severity or 'null'} decided{since} "
                    "have no longest disclosure.",
                    "Give longest_months in a row that is in force on that day; it may be longer or shorter.",
                )
