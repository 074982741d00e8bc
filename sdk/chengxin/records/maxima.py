"""The longest a record may be disclosed, as data with its source: it bounds a missing end.

The end that the source gives always comes first; a row here is used only where none is given, and the period
is then marked as inferred. Severity is the source's own: it is never derived from a fine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from chengxin.records.disclosure import add_months
from chengxin.records.kind import RecordKind, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureMaximum:
    """One row of the table of longest disclosure periods.

    Attributes:
        rule_id: stable name of the row.
        source: instrument and article.
        kind: kind of record it bounds.
        severity: severity it bounds; None bounds records without one.
        months: the longest period, counted from the day of the decision.
        effective_from: first day of decisions it applies to; None means from the beginning.
        effective_until: last day of decisions it applies to; None means it is in force.
        verified: whether the article itself was read, rather than a digest of it.
    """

    rule_id: str
    source: str
    kind: RecordKind
    severity: Severity | None
    months: int
    effective_from: date | None
    effective_until: date | None
    verified: bool

    def covers(self, kind: RecordKind, severity: Severity | None, decided_on: date) -> bool:
        """Tell whether this row bounds such a record."""
        return (
            self.kind is kind
            and self.severity is severity
            and (self.effective_from is None or self.effective_from <= decided_on)
            and (self.effective_until is None or decided_on <= self.effective_until)
        )


_ORDER_36: Final = "国家发展改革委令第36号《信用修复管理办法》, in force 2026-04-01 (digest)"
_ORDER_58: Final = (
    "国家发展改革委令第58号《失信行为纠正后的信用信息修复管理办法(试行)》, until 2026-03-31 (digest)"
)


def _order_36(rule_id: str, severity: Severity | None, months: int) -> DisclosureMaximum:
    return DisclosureMaximum(
        rule_id=rule_id,
        source=_ORDER_36,
        kind=RecordKind.PENALTY,
        severity=severity,
        months=months,
        effective_from=date(2026, 4, 1),
        effective_until=None,
        verified=False,
    )


def _order_58(rule_id: str, severity: Severity | None) -> DisclosureMaximum:
    return DisclosureMaximum(
        rule_id=rule_id,
        source=_ORDER_58,
        kind=RecordKind.PENALTY,
        severity=severity,
        months=36,
        effective_from=None,
        effective_until=date(2026, 3, 31),
        verified=False,
    )


DISCLOSURE_MAXIMA: Final = (
    _order_36("o36-minor", Severity.MINOR, 3),
    _order_36("o36-general", Severity.GENERAL, 12),
    _order_36("o36-serious", Severity.SERIOUS, 36),
    _order_36("o36-unclassed", None, 36),
    _order_58("o58-minor", Severity.MINOR),
    _order_58("o58-general", Severity.GENERAL),
    _order_58("o58-serious", Severity.SERIOUS),
    _order_58("o58-unclassed", None),
)


def latest_end_on(kind: RecordKind, severity: Severity | None, decided_on: date) -> date | None:
    """Return the last day on which such a record may be disclosed, or None where no maximum is known.

    >>> latest_end_on(RecordKind.PENALTY, Severity.MINOR, date(2026, 5, 6))
    datetime.date(2026, 8, 6)
    """
    months = [row.months for row in DISCLOSURE_MAXIMA if row.covers(kind, severity, decided_on)]
    return add_months(decided_on, min(months)) if months else None
