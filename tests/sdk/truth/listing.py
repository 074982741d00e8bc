"""The source's truth: what its listing disclosed of whom, from when to when; and the source that tells it.

What is disclosed is kept apart from how it is told: the listing is the model that everything is judged by.
"""

from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from chengxin.errors import CursorTooOld, SourceError, UnknownReason
from chengxin.records import (
    Change,
    ChangeKind,
    CreditAnswer,
    DisclosurePeriod,
    DisclosureStatus,
    OtherDetail,
    Record,
    RecordKind,
    Subject,
)
from chengxin.sources import ChangeBatch, Fetched, Manifest, Unchanged
from chengxin.testing import CODES, a_commendation, a_penalty

SUBJECTS = CODES
KINDS = ("penalty", "commendation", "penalty", "other")
AMENDMENTS = ("update", "dispute", "resolve", "shield", "restore", "repair", "withdraw")
_MOST_RECORDS = 3
_MOST_VERSIONS = 400
_MOST_CHANGES = 48
_CHANGE_OF = {
    "update": ChangeKind.UPDATED,
    "dispute": ChangeKind.DISPUTED,
    "resolve": ChangeKind.DISPUTE_RESOLVED,
    "shield": ChangeKind.SHIELDED,
    "restore": ChangeKind.RESTORED,
    "repair": ChangeKind.REPAIRED,
    "withdraw": ChangeKind.WITHDRAWN,
}
TAKES_AWAY = frozenset({ChangeKind.REPAIRED, ChangeKind.WITHDRAWN, ChangeKind.SHIELDED})


def china_day_of(at: datetime) -> date:
    """Return the China calendar day of an instant: eight hours ahead of UTC, all the year."""
    return (at.astimezone(UTC) + timedelta(hours=8)).date()


def is_open(record: Record, at: datetime) -> bool:
    """Tell whether an instant lies in a record's days of disclosure, both included."""
    period, day = record.period, china_day_of(at)
    return period.start_on <= day and (period.end_on is None or day <= period.end_on)


def is_over(record: Record, at: datetime) -> bool:
    """Tell whether the last day of a record's disclosure is over."""
    return record.period.end_on is not None and china_day_of(at) > record.period.end_on


def bounds_of(record: Record) -> list[datetime]:
    """Return the first instant of a record's disclosure, and the first after it."""
    days = [record.period.start_on]
    if record.period.end_on is not None:
        days.append(record.period.end_on + timedelta(days=1))
    return [datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8) for day in days]


@dataclass(frozen=True, slots=True)
class Version:
    """What the listing held of a subject from one change to the next."""

    number: int
    since: datetime
    is_registered: bool
    records: tuple[Record, ...]

    def left(self, at: datetime) -> frozenset[Record]:
        """Return the records that are not over."""
        return frozenset(record for record in self.records if not is_over(record, at))


class Event(NamedTuple):
    """What happened to a subject: to which record of it, None where to itself, and the version that came of it."""

    kind: ChangeKind
    record_id: str | None
    version: int


class Listing:
    """What the source discloses, and all it disclosed before.

    Args:
        clock: time.
    """

    def __init__(self, clock) -> None:
        self._clock = clock
        self._versions = {code: deque(maxlen=_MOST_VERSIONS) for code in SUBJECTS}
        self._files = {code: {} for code in SUBJECTS}
        self._count = 0
        self._number = 0
        for code in SUBJECTS:
            self._versions[code].append(Version(0, clock.now(), code is not SUBJECTS[-1], ()))

    def now(self, code) -> Version:
        """Return what is disclosed of a subject."""
        return self._versions[code][-1]

    def at(self, code, at: datetime) -> Version:
        """Return what was disclosed of a subject at an instant."""
        for version in reversed(self._versions[code]):
            if version.since <= at:
                return version
        return self._versions[code][0]

    def until(self, code, version: Version) -> datetime | None:
        """Return when a version was superseded; None where it was not."""
        versions = self._versions[code]
        if versions[-1] is version:
            return None
        for later in reversed(versions):
            if later.number == version.number:
                break
            found = later
        return found.since

    def publish(self, code, kind: int, start: int, length: int | None) -> Event | None:
        """Disclose another record from ``start`` days off today on, for some days or until it is taken away."""
        files, today = self._files[code], china_day_of(self._clock.now())
        for record_id in [one for one, record in files.items() if is_over(record, self._clock.now())]:
            del files[record_id]
        if len(files) >= _MOST_RECORDS:
            return None
        self._count += 1
        start_on = today + timedelta(days=start)
        days = {
            "start_on": start_on,
            "end_on": None if length is None else start_on + timedelta(days=length),
        }
        made, record_id = KINDS[kind % len(KINDS)], f"REC-{self._count:06d}-END"
        if made == "other":
            record = Record(
                record_id=record_id,
                version=1,
                kind=RecordKind.OTHER,
                catalogue="新目录",
                status=DisclosureStatus.SHOWN,
                period=DisclosurePeriod(**days),
                detail=OtherDetail(),
            )
        else:
            record = (a_penalty if made == "penalty" else a_commendation)(record_id, **days)
        files[record_id] = record
        self._list(code, is_registered=True)
        return Event(ChangeKind.ADDED, record_id, record.version)

    def amend(self, code, which: int, how: str) -> Event | None:
        """Change the state of a record of a subject, where there is one to be changed like that.

        That a record is withdrawn is told of the version that was disclosed last, all else of a new one.
        """
        files = self._files[code]
        wanted = {
            "resolve": (DisclosureStatus.DISPUTED,),
            "restore": (DisclosureStatus.SHIELDED,),
        }.get(how, (DisclosureStatus.SHOWN, DisclosureStatus.DISPUTED))
        ids = [record_id for record_id, record in files.items() if record.status in wanted]
        if not ids:
            return None
        record_id = ids[which % len(ids)]
        record = files[record_id]
        if how in {"repair", "withdraw"}:
            del files[record_id]
        else:
            status = {
                "update": record.status,
                "dispute": DisclosureStatus.DISPUTED,
                "shield": DisclosureStatus.SHIELDED,
            }.get(how, DisclosureStatus.SHOWN)
            files[record_id] = replace(record, version=record.version + 1, status=status)
        self._list(code, is_registered=True)
        return Event(_CHANGE_OF[how], record_id, record.version + (how != "withdraw"))

    def strike_off(self, code) -> Event:
        """Know a subject no more, or again."""
        is_registered = not self.now(code).is_registered
        self._files[code].clear()
        self._list(code, is_registered=is_registered)
        return Event(ChangeKind.SUBJECT_CHANGED, None, 0)

    def _list(self, code, *, is_registered: bool) -> None:
        shown = {DisclosureStatus.SHOWN, DisclosureStatus.DISPUTED}
        self._number += 1
        records = tuple(record for record in self._files[code].values() if record.status in shown)
        self._versions[code].append(Version(self._number, self._clock.now(), is_registered, records))


class Told:
    """The change feed: each change in order, unless it is lost or told twice; and snapshots.

    Args:
        world: whose changes it tells.
    """

    def __init__(self, world) -> None:
        self._world = world
        self._changes: deque[Change] = deque()
        self.history: deque[Change] = deque(maxlen=4 * _MOST_CHANGES)
        """What happened, whether or not it is told."""
        self.seq = 0
        self._forgotten = 0
        self._is_forgetful = False
        self.repeats = 0
        """How many changes before the cursor are told once more."""
        self._snapshot = None
        self.read_until = world.clock.now()
        """Up to which instant it was read last."""
        self.read = []
        """The changes that were read last, without those before the cursor."""

    def note(self, code, event: Event) -> None:
        """Tell a change."""
        self.seq += 1
        change = Change(
            seq=self.seq,
            at=self._world.clock.now(),
            code=code.code,
            record_id=event.record_id,
            version=event.version,
            kind=event.kind,
        )
        self._changes.append(change)
        self.history.append(change)
        while len(self._changes) > _MOST_CHANGES:
            self._forgotten = self._changes.popleft().seq

    def lose(self, count: int) -> None:
        """Lose the last changes: the feed goes on as if they had been told."""
        for _ in range(min(count, len(self._changes))):
            self._changes.pop()

    def changes_of(self, code) -> list[Change]:
        """Return what is told of a subject to whoever reads it again."""
        return [change for change in self._changes if change.code == code.code]

    def forget(self) -> None:
        """Take the next cursor for one that is too old."""
        self._is_forgetful = True

    def take_snapshot(self) -> None:
        """Make a snapshot of this instant; it stands until there is another."""
        now = self._world.clock.now()
        held = {code: self._world.listing.now(code) for code in SUBJECTS}
        self._snapshot = (now, self.seq, held)

    @property
    def snapshot_at(self) -> datetime:
        """The instant whose records the last snapshot holds."""
        return self._snapshot[0] if self._snapshot else self._world.clock.now()

    def fetch_changes(self, cursor, *, limit, wait_seconds, deadline) -> ChangeBatch:
        """Return what follows a cursor."""
        at = self._world.clock.now()
        self._world.raise_fault()
        if self._is_forgetful or (cursor is not None and int(cursor) < self._forgotten):
            self._is_forgetful = False
            raise CursorTooOld("It is forgotten.", reason=UnknownReason.STALE)
        after = self.seq if cursor is None else int(cursor) - self.repeats
        rest = [change for change in self._changes if change.seq > after]
        some, more = tuple(rest[:limit]), len(rest) > limit
        self.read = [change for change in some if cursor is None or change.seq > int(cursor)]
        self.read_until = some[-1].at if more else at
        return ChangeBatch(changes=some, cursor=str(some[-1].seq if more else self.seq), more=more, at=at)

    def fetch_manifest(self, *, deadline) -> Manifest:
        """Return the manifest of the last snapshot."""
        self._world.raise_fault()
        if self._snapshot is None or self._snapshot[1] < self._forgotten:
            self.take_snapshot()
        at, seq, _ = self._snapshot
        self.read = []
        return Manifest(snapshot_id=f"S{seq}", data_date=at, cursor=str(seq), seq=seq, files=())

    def read_snapshot(self, manifest, *, deadline):
        """Yield what it holds."""
        at, _, held = self._snapshot
        self.read_until = at
        for code, version in held.items():
            records = tuple(version.left(at))
            if version.is_registered and records:
                yield answer_of(code, version, records)


class Desk:
    """The source as one process asks it, and what it was told there.

    Args:
        world: whose listing it tells.
        slot: number of the process.
    """

    name = "truth"
    batch_size = 2

    def __init__(self, world, slot: int) -> None:
        self._world = world
        self._slot = slot
        self.feed = world.told

    def fetch_credit(self, code, *, deadline, lane=None, known=None) -> Fetched | Unchanged:
        """Return what is disclosed; things happen before it is read, and while it is on its way."""
        asked_at = self._begin()
        row = self._row(code, asked_at, known)
        self._world.interrupt(self._slot)
        return row

    def fetch_credit_many(self, codes, *, deadline, lane=None) -> list[Fetched | SourceError]:
        """Return a row for each code; where rows fail alone, the first does."""
        asked_at = self._begin()
        fault = self._world.row_fault
        rows = [
            self._row(code, asked_at, None) if number or fault is None else fault
            for number, code in enumerate(codes)
        ]
        self._world.interrupt(self._slot)
        return rows

    def fetch_health(self, *, deadline):
        """Nobody asks."""
        raise NotImplementedError

    def close(self) -> None:
        """Have nothing to give back."""

    def _begin(self) -> datetime:
        asked_at = self._world.clock.now()
        self._world.interrupt(self._slot)
        self._world.raise_fault()
        return asked_at

    def _row(self, code, asked_at: datetime, known: str | None) -> Fetched | Unchanged:
        world = self._world
        version = world.listing.at(code, world.clock.now() - timedelta(seconds=world.lag_seconds))
        etag = f'"{code.code}-{version.number}"'
        world.oracle.note_answer(self._slot, code, asked_at, version, world.max_age, world.ahead)
        terms = {
            "asked_at": asked_at,
            "max_age_seconds": world.max_age,
            "etag": etag,
            "ahead_seconds": world.ahead,
        }
        if known == etag:
            return Unchanged(**terms)
        now = world.clock.now()
        records = (
            version.records if world.is_tardy else tuple(r for r in version.records if not is_over(r, now))
        )
        return Fetched(answer=answer_of(code, version, records), **terms)


def answer_of(code, version: Version, records: tuple[Record, ...]) -> CreditAnswer:
    """Return the complete answer that holds just these records of a version."""
    return CreditAnswer(
        subject=Subject.of(code),
        registered=version.is_registered,
        records=records,
        as_of=version.since,
        source="truth",
        snapshot_id=f"V{version.number}",
    )
