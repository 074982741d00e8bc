"""How long the source discloses what (domain rules of 2026-04-01 and before)."""

import calendar
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from mock_credit_china.record import Severity

THREE_CLASSES_FROM = date(2026, 4, 1)
"""The day from which penalties are disclosed by class: at most 3, 12 and 36 months."""

CLASS_MONTHS: dict[Severity, tuple[int, int]] = {
    Severity.MINOR: (1, 3),
    Severity.GENERAL: (3, 12),
    Severity.SERIOUS: (12, 36),
}
"""Shortest and longest disclosure of each class, in months."""

FORMER_MONTHS = (12, 36)
"""Disclosure of a penalty decided earlier that can still be shown."""

_FORMER_GONE_AFTER = 1000  # days after which no earlier decision is on show any more
_UNPUBLISHED_FOR = 8  # days between decision and publication that every drawn record has behind it


@lru_cache(maxsize=16_384)
def add_months(day: date, months: int) -> date:
    """Return the corresponding day some months on, or the month's last (Civil Code, art. 202).

    >>> add_months(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    total = day.month - 1 + months
    year, month = day.year + total // 12, total % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def draw_penalty_period(rng: Random, today: date) -> tuple[Severity | None, date, date]:
    """Draw severity, day of decision and last day shown of a penalty that is on show today."""
    since = (today - THREE_CLASSES_FROM).days
    if since >= _UNPUBLISHED_FOR and (since >= _FORMER_GONE_AFTER or rng.random() < 0.6):
        severity = rng.choices(list(CLASS_MONTHS), weights=(3, 6, 1))[0]
        months = rng.randint(*CLASS_MONTHS[severity])
        return severity, *_draw_days(rng, today, months=months, newest=_UNPUBLISHED_FOR, oldest=since)
    former = rng.choices((None, Severity.GENERAL, Severity.SERIOUS), weights=(6, 3, 1))[0]
    months = rng.choice(FORMER_MONTHS) if since < 300 else FORMER_MONTHS[1]
    newest = max(_UNPUBLISHED_FOR, since + 1)
    return former, *_draw_days(rng, today, months=months, newest=newest, oldest=months * 28)


def draw_listing_period(rng: Random, today: date, *, months: int) -> tuple[date, date]:
    """Draw day of decision and last day shown of an entry on a list with a fixed term."""
    return _draw_days(rng, today, months=months, newest=_UNPUBLISHED_FOR, oldest=months * 28)


def _draw_days(rng: Random, today: date, *, months: int, newest: int, oldest: int) -> tuple[date, date]:
    age = rng.randint(newest, max(newest, min(oldest, months * 28)))
    decided_on = today - timedelta(days=age)
    return decided_on, add_months(decided_on, months)
