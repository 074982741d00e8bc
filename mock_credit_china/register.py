"""The source's register: who is in it, what is on record, and everything that happens to it."""

import hashlib
import heapq
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta

from mock_credit_china.cast import open_cast
from mock_credit_china.clock import Deadline, MockClock, china_day, midnight_after
from mock_credit_china.feed import Batch, ChangeLog
from mock_credit_china.image import Image
from mock_credit_china.listing import last_cut_over
from mock_credit_china.population import Population
from mock_credit_china.record import LISTED, Change, ChangeKind, Record, Subject, SubjectFile
from mock_credit_china.settings import Settings


class Register:
    """Files of the cast, the generated population and whoever is added, under one lock.

    Only files that differ from their seed are kept. What ends by itself is entered into the change log when the
    log is next read or written, in the order in which it ended; endings are worked out a month ahead, so that a
    population of millions needs no list of them all.
    """

    _AHEAD = timedelta(days=31)

    def __init__(self, settings: Settings, clock: MockClock) -> None:
        self._settings = settings
        self._clock = clock
        self._changed = threading.Condition(threading.RLock())
        self._closing = False
        self.reset()
        clock.on_move(self._wake)

    def reset(self) -> None:
        """Go back to the seeded state, with an empty change log."""
        with self._changed:
            self._opened_at = self._clock.now()
            today = china_day(self._opened_at)
            self._cast = open_cast(today)
            self._population = Population(seed=self._settings.seed, size=self._settings.subjects, today=today)
            self._touched: dict[str, SubjectFile] = {}
            self._log = ChangeLog(retained=self._settings.retained_changes)
            self._endings: list[tuple[datetime, str, str]] = []
            self._worked_out_to: date | None = None
            self._imposed = 0
            self._changed.notify_all()

    def close(self) -> None:
        """Send every waiting reader home."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()

    def prepare(self) -> None:
        """Work out now what is going to end when, rather than at the first change."""
        with self._changed:
            self._calendar(self._clock.now())

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let nobody read or write between the changes made within."""
        with self._changed:
            yield

    @property
    def population(self) -> Population:
        """The generated subjects as they were seeded."""
        return self._population

    def image(self) -> Image:
        """Take everything as it stands at this instant, without copying what is seeded."""
        with self._changed:
            now = self._settle()
            night = last_cut_over(now)
            moments = (night, self._log.last_at or night)
            return Image(
                now=now,
                data_date=max((moment for moment in moments if moment <= now), default=now),
                seq=self._log.head,
                cast=self._cast,
                population=self._population,
                touched=dict(self._touched),
            )

    @property
    def opened_on(self) -> date:
        """The China day the mock clock started on; days of the cast are counted from it."""
        return china_day(self._opened_at)

    def recent_changes(self, count: int) -> tuple[Change, ...]:
        """Return the newest changes, oldest first."""
        with self._changed:
            self._settle()
            return self._log.newest(count)

    def is_touched(self, code: str) -> bool:
        """Tell whether a file differs from its seed."""
        return code in self._touched

    def names(self) -> list[Subject]:
        """Return the subjects that can be found by name: the cast and whoever was added or changed."""
        with self._changed:
            files = {**self._cast, **self._touched}
            return [file.subject for file in files.values()]

    def find(self, code: str) -> SubjectFile | None:
        """Return the file of a code as it stands."""
        with self._changed:
            return self._touched.get(code) or self._cast.get(code) or self._population.find(code)

    def next_rec_id(self, code: str) -> str:
        """Make an id for a record that is about to be imposed."""
        with self._changed:
            self._imposed += 1
            key = f"{self._settings.seed}/{code}/imposed/{self._imposed}"
            return hashlib.blake2b(key.encode(), digest_size=16).hexdigest().upper()

    def enter_subject(self, subject: Subject, records: tuple[Record, ...] = ()) -> list[Change]:
        """Add a subject, or change the name, type or status of one that is there."""
        with self._changed:
            now = self._settle()
            file = self.find(subject.code) or SubjectFile(subject=subject, revision=0)
            self._keep(file, subject=subject, now=now)
            version = self._touched[subject.code].revision
            changes = [self._enter(now, subject.code, None, version=version, kind=ChangeKind.SUBJECT_CHANGED)]
            changes += [self._put(subject.code, record, ChangeKind.ADDED, now) for record in records]
            self._changed.notify_all()
            return changes

    def put_record(self, code: str, record: Record, kind: ChangeKind) -> Change:
        """Add a record to a file, or put a new version in the place of the one with its id.

        Raises:
            LookupError: there is no such subject.
        """
        return self.change_record(code, lambda _file: record, kind)

    def change_record(self, code: str, make: Callable[[SubjectFile], Record], kind: ChangeKind) -> Change:
        """Put the record that ``make`` draws from the file as it stands, in one step.

        Raises:
            LookupError: there is no such subject.
        """
        with self._changed:
            now = self._settle()
            file = self.find(code)
            if file is None:
                raise LookupError(code)
            change = self._put(code, make(file), kind, now)
            self._changed.notify_all()
            return change

    def read_changes(self, position: int | None, *, limit: int, wait: float) -> Batch:
        """Return what follows a position, waiting for a first change if there is none yet.

        Without a position the answer is where the log ends now.

        Raises:
            CursorTooOldError: the position is forgotten.
        """
        deadline = Deadline(wait)
        with self._changed:
            while True:
                now = self._settle()
                batch = self._log.after(self._log.head if position is None else position, limit)
                remaining = deadline.remaining()
                if batch.changes or position is None or self._closing or remaining <= 0:
                    return batch
                self._changed.wait(min(remaining, self._until_next_end(now)))

    def _put(self, code: str, record: Record, kind: ChangeKind, now: datetime) -> Change:
        file = self.find(code)
        if file is None:
            raise LookupError(code)
        others = tuple(each for each in file.records if each.rec_id != record.rec_id)
        self._keep(file, records=(*others, record), now=now)
        self._note_end(code, record)
        return self._enter(now, code, record.rec_id, version=record.version, kind=kind)

    def _keep(
        self,
        file: SubjectFile,
        *,
        now: datetime,
        subject: Subject | None = None,
        records: tuple[Record, ...] | None = None,
    ) -> None:
        self._touched[file.subject.code] = replace(
            file,
            subject=subject or file.subject,
            records=file.records if records is None else records,
            revision=file.revision + 1,
            changed_at=now,
        )

    def _enter(
        self, at: datetime, code: str, rec_id: str | None, *, version: int, kind: ChangeKind
    ) -> Change:
        return self._log.append(at=at, code=code, rec_id=rec_id, version=version, kind=kind)

    def _settle(self) -> datetime:
        """Enter what has ended by itself since last time, and return the present."""
        now = self._clock.now()
        calendar = self._calendar(now)
        done: tuple[datetime, str, str] | None = None
        while calendar and calendar[0][0] <= now:
            ending = heapq.heappop(calendar)
            if ending == done:
                continue  # noted again when the record was changed
            done = ending
            ends_at, code, rec_id = ending
            file = self.find(code)
            record = file.record(rec_id) if file else None
            if record is not None and record.state in LISTED and record.ends_at == ends_at:
                self._enter(ends_at, code, rec_id, version=record.version + 1, kind=ChangeKind.EXPIRED)
        return now

    def _calendar(self, now: datetime) -> list[tuple[datetime, str, str]]:
        known, today = self._worked_out_to, china_day(now)
        if known is None or known < today:
            until = today + self._AHEAD
            after = china_day(self._opened_at) - timedelta(days=1) if known is None else known
            self._endings.extend(self._endings_between(after, until))
            heapq.heapify(self._endings)
            self._worked_out_to = until
        return self._endings

    def _endings_between(self, after: date, until: date) -> Iterator[tuple[datetime, str, str]]:
        for file in self._cast.values():
            for record in file.records:
                if record.last_day is not None and after < record.last_day <= until:
                    yield midnight_after(record.last_day), file.subject.code, record.rec_id
        for ending in self._population.endings(after, until):
            yield midnight_after(ending.last_day), ending.code, ending.rec_id

    def _note_end(self, code: str, record: Record) -> None:
        if record.state in LISTED and record.ends_at is not None:
            heapq.heappush(self._endings, (record.ends_at, code, record.rec_id))

    def _until_next_end(self, now: datetime) -> float:
        if self._clock.frozen:
            return threading.TIMEOUT_MAX
        calendar = self._calendar(now)
        next_end = calendar[0][0] if calendar else now + self._AHEAD
        return max(0.001, (next_end - now).total_seconds())

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
