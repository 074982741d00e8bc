"""What keeps a measure from being imposed: a decision of a named person, on these grounds, until a day."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from chengxin.errors import InvalidMeasure
from chengxin.policy import Measure

LONGEST: Final = timedelta(days=36_500)
"""As long as a measure can last at all; for grounds whose end is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """豁免: one measure is not imposed on one subject.

    It follows from an appeal that was granted, on the grounds that were decided on; or from an override of the trust
    team, on any.

    Attributes:
        exemption_id: its name.
        code: the subject.
        measure_code: the measure.
        record_ids: the grounds that it covers; empty for all.
        by: the named person who decided it.
        reason: why, in that person's words.
        since: first instant, aware UTC.
        until: first instant at which it no longer holds, aware UTC.
    """

    exemption_id: str
    code: str
    measure_code: str
    record_ids: frozenset[str]
    by: str
    reason: str
    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if not (self.by.strip() and self.reason.strip()):
            raise InvalidMeasure("Who exempts somebody from a measure is named, and says why. Give both.")
        if self.until <= self.since:
            raise InvalidMeasure("An exemption ends after it begins. Give a later end.")

    def covers(self, measure: Measure, at: datetime) -> bool:
        """Tell whether a measure is not imposed because of it: on nothing but grounds that were decided on."""
        return self.keeps_from(measure.code, {ground.record_id for ground in measure.grounds}, at)

    def keeps_from(self, measure_code: str, record_ids: AbstractSet[str], at: datetime) -> bool:
        """Tell whether a measure is not imposed on some records because of it."""
        if measure_code != self.measure_code or not self.since <= at < self.until:
            return False
        return not self.record_ids or record_ids <= self.record_ids

    def limit(self, measure: Measure, at: datetime) -> Measure | None:
        """Return what is left of a measure that would be imposed at an instant; None where nothing is.

        An exemption that begins later lets it end no later than that.
        """
        if self.covers(measure, at):
            return None
        is_cut = at < self.since < measure.ends_at and self.covers(measure, self.since)
        return replace(measure, ends_at=self.since) if is_cut else measure


def grounds_end(measure: Measure, at: datetime) -> datetime:
    """Return the first instant at which nothing that a measure rests on can be disclosed any more."""
    return max(at + LONGEST if ground.ends_at is None else ground.ends_at for ground in measure.grounds)
