"""What may be shown, judged by the source's truth and by what was told to whom; it knows nothing of the cache.

Written from design.md: what is shown is exactly what the source disclosed when it was asked, of that what is disclosed
still, for as long as the source allows, and never what the platform has learned is out of date.
"""

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chengxin.records import Freshness, Standing
from tests.sdk.truth.gone import GoneRecords
from tests.sdk.truth.line import Contact
from tests.sdk.truth.listing import SUBJECTS, Version, bounds_of, is_open, is_over

_MICROSECOND = timedelta(microseconds=1)
_SHORTEST_LIFE = timedelta(seconds=1)
_LONGEST_FLIGHT = timedelta(seconds=10)
_LATEST_NEWS = timedelta(seconds=1)
_MOST_ANSWERS = 300
_ADVERSE = {"PENALTY"}


class Untrue(AssertionError):
    """Something was shown that may not be shown, or held that may not be held."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the source answered once, and under which terms.

    Attributes:
        asked_at: when it was asked.
        version: what it read.
        life: how long it may be used by itself.
        followed_life: how long it may be used while the feed is current.
        vouched_at: when the platform took it in: later than asked for a snapshot.
        is_imported: whether it is of a snapshot.
        is_late: whether another version was disclosed by then: the source's answers are behind its feed.
    """

    asked_at: datetime
    version: Version
    life: timedelta
    followed_life: timedelta
    vouched_at: datetime
    is_imported: bool = False
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned of a subject.

    Attributes:
        at: when it was learned.
        known_to: a change of that instant, and all before it, has happened.
        newer_than: what was taken in before it may not be used; None where that was not asked for.
    """

    at: datetime
    known_to: datetime
    newer_than: datetime | None = None


@dataclass(frozen=True, slots=True)
class Beat:
    """That a process heard that a feed was read to its end.

    Attributes:
        continuity: the unbroken stretch.
        began_at: since when it is unbroken.
        until: how long that may be relied on.
    """

    continuity: str
    began_at: datetime
    until: datetime


class Oracle:
    """Judges what is shown.

    Args:
        world: what happens.
        slots: how many processes there are.
    """

    def __init__(self, world, slots: int) -> None:
        self._world = world
        self._answers = {code: deque(maxlen=_MOST_ANSWERS) for code in SUBJECTS}
        self._shared = {code: [] for code in SUBJECTS}
        self._own = [{code: [] for code in SUBJECTS} for _ in range(slots)]
        self.gone = GoneRecords(world.clock)
        """Which records are gone, by what was told."""
        self._leads = [deque(maxlen=8) for _ in range(slots)]
        self._beats = [{} for _ in range(slots)]
        self._began = {}
        self._read_to_end = {}
        self._began_at = self._rolled_back_at = world.clock.now()

    # What happened.

    def note_answer(self, slot, code, asked_at, version, max_age, ahead) -> None:
        """Note an answer of the source, and how far it says to be ahead."""
        options = self._world.options
        if ahead is not None:
            self._leads[slot].append(ahead)
        longest = options.longest_life_seconds if version.is_registered else options.negative_life_seconds
        life = max(_SHORTEST_LIFE, timedelta(seconds=min(max_age, longest)))
        followed = max(life, timedelta(seconds=min(max_age, options.followed_life_seconds)))
        if not version.is_registered:
            followed = life
        is_late = version is not self._world.listing.now(code)
        self._answers[code].append(Answer(asked_at, version, life, followed, asked_at, is_late=is_late))

    def note_import(self, at: datetime) -> None:
        """Note that a snapshot is taken in."""
        followed = timedelta(seconds=self._world.options.followed_life_seconds)
        for code in SUBJECTS:
            version = self._world.listing.at(code, at)
            now = self._world.clock.now()
            self._answers[code].append(Answer(at, version, _MICROSECOND, followed, now, is_imported=True))

    def note_started(self, slot: int) -> None:
        """Note that a process starts with nothing learned, heard or measured."""
        self._own[slot] = {code: [] for code in SUBJECTS}
        self._beats[slot].clear()
        self._leads[slot].clear()
        self.gone.note_started(slot)

    def note_deaf(self, slot: int) -> None:
        """Note that a process knows that it hears nothing."""
        self._beats[slot].clear()

    def note_heard(self, slot: int, what: str, *given) -> None:
        """Note what a process hears."""
        if what == "on_cleared":
            self._beats[slot].clear()
        elif what == "on_marked":
            (mark,) = given
            read_at = self._read_to_end.get((mark.continuity, mark.beat))
            if read_at is not None:
                bound = timedelta(seconds=self._world.options.feed_bound_seconds)
                until = min(self._world.clock.now(), read_at + _LATEST_NEWS) + bound
                self._beats[slot][mark.continuity] = Beat(
                    mark.continuity, self._began[mark.continuity], until
                )
                while len(self._beats[slot]) > 4:
                    del self._beats[slot][next(iter(self._beats[slot]))]

    def note_mark(self, mark) -> None:
        """Note how far the feed was followed: only what was read to its end is current."""
        now = self._world.clock.now()
        if mark.continuity not in self._began:
            self._began[mark.continuity] = now if mark.beat else self._world.told.snapshot_at
            while len(self._began) > 32:
                del self._began[next(iter(self._began))]
        if int(mark.cursor) == self._world.told.seq:
            self._read_to_end[mark.continuity, mark.beat] = now
            while len(self._read_to_end) > 64:
                del self._read_to_end[next(iter(self._read_to_end))]

    def note_learned(self, slot: int, codes, *, known_to: datetime) -> None:
        """Note that a process has learned of changes of subjects."""
        for code in codes:
            self._add(self._own[slot][code], Lesson(self._world.clock.now(), known_to))

    def note_forgotten(self, slot: int, code) -> None:
        """Note that a process was asked to forget a subject: nothing is known by it, and all is to be asked anew."""
        now = self._world.clock.now()
        self._add(self._own[slot][code], Lesson(now, self._began_at, now))

    def note_cleared(self) -> None:
        """Note that all who hear were told to forget everything."""
        now = self._world.clock.now()
        for lessons in self._shared.values():
            self._add(lessons, Lesson(now, self._began_at, now))

    def note_told(self, slot: int, codes) -> None:
        """Note that what a process has learned of subjects is told to all."""
        now = self._world.clock.now()
        for text in codes:
            code = _BY_TEXT[text]
            for lesson in self._own[slot][code]:
                self._add(self._shared[code], Lesson(now, lesson.known_to, lesson.newer_than))
            self.gone.note_shared(slot, code)

    def note_known(self, code, known_to: datetime) -> None:
        """Note that all who hear know of changes up to an instant."""
        self._add(self._shared[code], Lesson(self._world.clock.now(), known_to))

    def note_rolled_back(self) -> None:
        """Note that the store is as it was before: what was only to be forgotten may be there again.

        So may be what a feed that loses changes does not tell once more.
        """
        self._rolled_back_at = self._world.clock.now()
        self.gone.note_flushed()
        for some in (self._shared, *self._own):
            for code, lessons in some.items():
                told = [change.at for change in self._world.told.changes_of(code)]
                some[code] = [
                    Lesson(one.at, max((at for at in told if at <= one.known_to), default=self._began_at))
                    for one in lessons
                ]

    def _add(self, lessons: list[Lesson], lesson: Lesson) -> None:
        """Add a lesson; what is older than any excuse is told as one."""
        lessons.append(lesson)
        horizon = self._world.clock.now() - timedelta(seconds=60)
        old = [one for one in lessons if one.at < horizon]
        if len(old) > 1:
            newer = [one.newer_than for one in old if one.newer_than is not None]
            merged = Lesson(
                max(one.at for one in old), max(one.known_to for one in old), max(newer, default=None)
            )
            lessons[:] = [merged, *(one for one in lessons if one.at >= horizon)]

    # What may be shown.

    def judge(self, slot: int, code, status) -> None:
        """Raise where a status, handed out just now, is not true."""
        epoch = self._world.clock.epoch()
        now = datetime.fromtimestamp(epoch, UTC)
        if status.freshness is Freshness.FRESH:
            self._judge_shown(slot, code, status, now)
        else:
            self._judge_unknown(slot, code, status, now)

    def _judge_unknown(self, slot: int, code, status, now: datetime) -> None:
        self._need(status.standing is Standing.UNKNOWN, "a standing without an answer", slot, status)
        self._need(status.reason is not None and not status.records, "an unknown with records", slot, status)
        self._need(status.valid_until <= now, "an unknown that is kept", slot, status)
        last = status.last_known
        if last is None:
            return
        grace = timedelta(seconds=self._world.options.grace_seconds)
        shown = frozenset(last.records)
        for answer in self._answers_of(code, last.fetched_at):
            if (
                shown == self._expected(slot, answer.version, now)
                and last.standing == self._standing(answer.version, shown)
                and now < answer.asked_at + answer.life + grace
                and not self._is_superseded(slot, code, answer, now, since=None)
            ):
                return
        self._need(False, "last known is not what was known, or must not be known any more", slot, status)

    def _judge_shown(self, slot: int, code, status, now: datetime) -> None:
        self._need(now < status.valid_until, "a status past its end", slot, status)
        shown, faults = frozenset(status.records), []
        for answer in self._answers_of(code, status.fetched_at):
            fault = self._fault(slot, code, status, shown, answer, now)
            if fault is None:
                return
            faults.append(fault)
        self._need(False, "; ".join(faults) or "a status of an answer that was never given", slot, status)

    def _fault(self, slot, code, status, shown, answer, now) -> str | None:
        expected = self._expected(slot, answer.version, now)
        if shown != expected:
            return "other records than disclosed"
        if status.standing != self._standing(answer.version, shown):
            return "another standing than the records have"
        if self._expected(slot, answer.version, status.valid_until - _MICROSECOND) != expected or any(
            now < bound - lead < status.valid_until
            for record in answer.version.records
            for bound in bounds_of(record)
            for lead in (timedelta(0), self._margin(slot))
            if is_open(record, bound - lead) != is_open(record, bound - lead - _MICROSECOND)
            and not is_over(record, now)
        ):
            return "valid beyond the next change of what is shown"
        if not self._lives(slot, code, status.valid_until, answer):
            return "valid longer than the source allows"
        if self._is_superseded(slot, code, answer, now, since=status.shown_at):
            return "the platform knows better"
        return None

    def _answers_of(self, code, asked_at: datetime) -> list[Answer]:
        return [answer for answer in self._answers[code] if answer.asked_at == asked_at]

    def _margin(self, slot: int) -> timedelta:
        """Return how far a process has to take the source's clock to be ahead: by more than 60 s, 300 s at most."""
        leads = [max(-300.0, min(300.0, lead)) for lead in self._leads[slot] if abs(lead) > 60]
        return timedelta(seconds=max(leads, key=abs, default=0.0))

    def _expected(self, slot: int, version: Version, at: datetime) -> frozenset:
        margin = self._margin(slot)
        return frozenset(
            record
            for record in version.records
            if is_open(record, at) and (not margin or is_open(record, at + margin))
        )

    def _standing(self, version: Version, shown: frozenset) -> Standing:
        if version.is_registered:
            if any(record.kind.value in _ADVERSE for record in shown):
                return Standing.ADVERSE
            if not any(record.kind.value == "OTHER" for record in shown):
                return Standing.NO_ADVERSE_RECORD
        return Standing.UNKNOWN

    def _lives(self, slot: int, code, end: datetime, answer: Answer) -> bool:
        if end <= answer.asked_at + answer.life:
            return True
        if end > answer.asked_at + answer.followed_life:
            return False
        listing = self._world.listing
        return any(
            end <= beat.until
            and (
                answer.asked_at >= beat.began_at
                or listing.at(code, beat.began_at).left(end) == answer.version.left(end)
            )
            for beat in self._beats[slot].values()
        )

    def _is_superseded(
        self, slot: int, code, answer: Answer, now: datetime, *, since: datetime | None
    ) -> bool:
        line = self._world.lines[slot]
        if answer.is_late:
            if self._is_forgotten(self._own[slot][code], answer):
                return True
            is_unread = line.unread_at is not None and answer.asked_at <= line.unread_at
            if is_unread and now < line.unread_at + self._moment:
                return False
            return self.gone.are_shown(
                code, answer.version, slot, but=lambda one: self._is_excused(line, one, now, since)
            )
        lessons = [one for one in self._shared[code] if not self._is_excused(line, one, now, since)]
        return self._is_contradicted(code, answer, [*self._own[slot][code], *lessons], now)

    def _is_excused(self, line, lesson: Lesson, now: datetime, since: datetime | None) -> bool:
        """Tell whether a process may not have heard yet: a second of silence, then a moment without contact.

        The moment begins when the process takes in what it shows: an answer may have been on its way.
        """
        begins = max(lesson.at, min(since or lesson.at, lesson.at + _LONGEST_FLIGHT))
        is_brief = now < begins + self._moment
        if line.contact is Contact.OPEN or line.cut_at is None:
            # What a process took in before its first contact stays for the moment it was given then.
            return is_brief and line.deaf is not None and line.deaf[0] <= lesson.at <= line.deaf[1]
        return lesson.at >= line.cut_at and (line.contact is Contact.SILENT or is_brief)

    @property
    def _moment(self) -> timedelta:
        return timedelta(seconds=self._world.options.unconfirmed_life_seconds)

    def _is_forgotten(self, lessons: list[Lesson], answer: Answer) -> bool:
        """Tell whether somebody asked for a subject to be forgotten after the question was put."""
        return any(one.newer_than is not None and answer.vouched_at < one.newer_than for one in lessons)

    def _is_contradicted(self, code, answer: Answer, lessons: list[Lesson], now: datetime) -> bool:
        """Tell whether an answer differs from what the source disclosed at the latest instant that is known of."""
        if self._is_forgotten(lessons, answer):
            return True
        known_to = max((one.known_to for one in lessons), default=self._began_at)
        until = self._world.listing.until(code, answer.version)
        if until is None or until > known_to:
            return False
        # That a subject without records is known no more, a snapshot does not tell.
        return self._world.listing.at(code, known_to).left(now) != answer.version.left(now)

    def _need(self, holds: bool, fault: str, slot: int, status) -> None:
        if not holds:
            now = self._world.clock.now()
            raise Untrue(f"{fault}: process {slot}, {self._world.lines[slot].contact}, at {now}: {status}")

    # What may be held.

    def judge_held(self, what: str, code, entry, *, slot: int | None) -> None:
        """Raise where an entry is held that must be gone; a shared one where ``slot`` is None."""
        now = self._world.clock.now()
        for record in entry.answer.records:
            (*_, end) = bounds_of(record)
            if record.period.end_on is not None and now >= end + timedelta(seconds=60):
                raise Untrue(f"{what} holds a record that ended at {end}, at {now}: {entry}")
        lessons = [lesson for lesson in self._shared[code] if lesson.at > self._rolled_back_at]
        if slot is None and not any(
            answer.is_imported
            or not (
                self.gone.are_shown(code, answer.version, None)
                if answer.is_late
                else self._is_contradicted(code, answer, lessons, now)
            )
            for answer in self._answers_of(code, entry.fetched_at)
        ):
            raise Untrue(f"{what} holds what the platform has learned is out of date, at {now}: {entry}")


_BY_TEXT = {code.code: code for code in SUBJECTS}
