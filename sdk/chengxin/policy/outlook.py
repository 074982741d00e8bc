"""What would change a treatment: time, instant by instant, and the repair of each adverse record.

Both assume that nothing else changes. The later view is made of the records that are disclosed now, by the same
function that makes every status, so that the outlook says what an evaluation then would say. It is for reading: a
treatment in it comes into force by nothing but a fresh answer of the source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from chengxin.policy.engine import Policy
from chengxin.policy.instant import as_utc
from chengxin.policy.situation import Situation
from chengxin.policy.treatment import Treatment
from chengxin.records import CreditAnswer, Record, Standing, show

LONGEST: Final = timedelta(days=3 * 366)
"""So far an outlook looks ahead: as long as any record is disclosed."""
MOST_STEPS: Final = 50
"""So many changes are told."""
MOST_LOOKS: Final = 2_000
"""So many instants are looked at."""
MOST_REPAIRS: Final = 100
"""For so many adverse records it is told what the repair of each would change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What one treatment has and another has not.

    Attributes:
        gained: codes of measures that the later one gives besides, sorted.
        lost: codes of measures that it no longer gives, sorted.
        reviews_gained: codes of measures that it puts before a human besides, sorted.
        reviews_lost: codes of measures that it no longer puts before one, sorted.
        tier_before: tier of the earlier one.
        tier_after: tier of the later one.
        standing_before: standing that the earlier one was evaluated on.
        standing_after: standing that the later one was evaluated on.
    """

    gained: tuple[str, ...]
    lost: tuple[str, ...]
    reviews_gained: tuple[str, ...]
    reviews_lost: tuple[str, ...]
    tier_before: str | None
    tier_after: str | None
    standing_before: Standing
    standing_after: Standing

    @classmethod
    def between(cls, before: Treatment, after: Treatment) -> Difference:
        """Return what changes from one treatment to another."""
        held, holds = ({m.code for m in t.measures} for t in (before, after))
        asked, asks = ({r.measure_code for r in t.reviews} for t in (before, after))
        return cls(
            gained=tuple(sorted(holds - held)),
            lost=tuple(sorted(held - holds)),
            reviews_gained=tuple(sorted(asks - asked)),
            reviews_lost=tuple(sorted(asked - asks)),
            tier_before=before.tier,
            tier_after=after.tier,
            standing_before=before.standing,
            standing_after=after.standing,
        )

    @property
    def is_any(self) -> bool:
        """Whether anything changes but the standing between good and adverse."""
        return bool(
            self.gained
            or self.lost
            or self.reviews_gained
            or self.reviews_lost
            or self.tier_before != self.tier_after
            or (self.standing_before is Standing.UNKNOWN) != (self.standing_after is Standing.UNKNOWN)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An instant at which time alone changes the treatment.

    Attributes:
        at: the instant, aware UTC.
        difference: what changes.
        ended_record_ids: ids of the records whose disclosure ends at that instant, sorted.
        treatment: the treatment from then on; to read, and not to apply.
    """

    at: datetime
    difference: Difference
    ended_record_ids: tuple[str, ...]
    treatment: Treatment


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What would change at once, were some records repaired and no longer disclosed.

    Attributes:
        record_ids: ids of the records, sorted.
        difference: what would change.
        treatment: the treatment that there would be; to read, and not to apply.
    """

    record_ids: tuple[str, ...]
    difference: Difference
    treatment: Treatment


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What would change a treatment.

    Attributes:
        treatment: the treatment now.
        steps: changes by time alone, in order.
        seen_until: the first instant of which nothing is said, aware UTC.
        repairs: what the repair of each adverse record would change, in the order of their ids.
        all_repaired: what the repair of all of them would change; None where there is none.
    """

    treatment: Treatment
    steps: tuple[Step, ...]
    seen_until: datetime
    repairs: tuple[Repair, ...]
    all_repaired: Repair | None

    def repair_of(self, record_id: str) -> Repair | None:
        """Return what the repair of one record would change, or None where that was not looked at."""
        return next((repair for repair in self.repairs if repair.record_ids == (record_id,)), None)


def outlook(policy: Policy, given: Situation, at: datetime) -> Outlook:
    """Return what would change the treatment of a subject: time, and the repair of its records.

    Of an unknown standing, and of a status past its end, nothing is said in either direction (invariant I2).

    Args:
        policy: the policy.
        given: what it is evaluated on, taken as it is for all that time; how soon the source has to be asked anew is
            left aside.
        at: the instant, aware.

    Raises:
        InvalidRecord: the instant has no time zone, or there is no such role.
    """
    at, status = as_utc(at), given.status
    case = _Case(policy, given)
    if status.standing is Standing.UNKNOWN or not status.is_valid(at):
        treatment = given.evaluate(policy, at)
        return Outlook(treatment=treatment, steps=(), seen_until=at, repairs=(), all_repaired=None)
    now = case.evaluate(status.records, at, at + LONGEST)
    steps, seen_until = _steps(case, now, at + LONGEST)
    adverse = sorted((r for r in status.records if r.is_adverse), key=lambda record: record.record_id)
    return Outlook(
        treatment=now,
        steps=steps,
        seen_until=seen_until,
        repairs=tuple(_repair(case, now, [record]) for record in adverse[:MOST_REPAIRS]),
        all_repaired=_repair(case, now, adverse) if adverse else None,
    )


class _Case(NamedTuple):
    """What is evaluated again and again, at other instants or without some records."""

    policy: Policy
    given: Situation

    def evaluate(self, records: Iterable[Record], at: datetime, until: datetime) -> Treatment:
        """Return the treatment that these records would give, were they all that the source discloses."""
        status = self.given.status
        answer = CreditAnswer(
            subject=status.subject,
            registered=True,
            records=tuple(records),
            as_of=status.as_of or status.fetched_at,
            source=status.source,
            snapshot_id="outlook",
        )
        shown = show(answer, at=at, fetched_at=status.fetched_at, fresh_until=until)
        return replace(self.given, status=shown).evaluate(self.policy, at)


def _steps(case: _Case, now: Treatment, horizon: datetime) -> tuple[tuple[Step, ...], datetime]:
    """Return the changes by time alone, and the first instant that was not looked at."""
    steps: list[Step] = []
    before, at = now, now.valid_until
    for _ in range(MOST_LOOKS):
        if at >= horizon:
            return tuple(steps), horizon
        after = case.evaluate(case.given.status.records, at, horizon)
        difference = Difference.between(before, after)
        if difference.is_any:
            if len(steps) == MOST_STEPS:
                return tuple(steps), at
            ended = tuple(sorted(_ended(case.given.status.records, at)))
            steps.append(Step(at=at, difference=difference, ended_record_ids=ended, treatment=after))
        before, at = after, after.valid_until
    return tuple(steps), at


def _ended(records: Iterable[Record], at: datetime) -> Iterator[str]:
    return (record.record_id for record in records if record.period.ends_at == at)


def _repair(case: _Case, now: Treatment, repaired: Iterable[Record]) -> Repair:
    gone = {record.record_id for record in repaired}
    rest = [record for record in case.given.status.records if record.record_id not in gone]
    at = now.evaluated_at
    after = case.evaluate(rest, at, at + LONGEST)
    return Repair(record_ids=tuple(sorted(gone)), difference=Difference.between(now, after), treatment=after)
