"""A platform of a few processes, its shared cache and its source, in which anything happens and all is judged.

Everything runs on one thread: what the SDK does behind is put aside and done when somebody waits for it or the world
says so. So the same steps make the same world.
"""

import contextlib
import random
from collections import deque
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from chengxin.cache import Entry
from chengxin.errors import (
    ChengxinError,
    SourceRefused,
    SourceUnavailable,
    TierUnavailable,
    UnknownReason,
    UnusableAnswer,
)
from chengxin.services import Evaluations, Follower, FollowOptions, Lookup, LookupOptions
from tests.sdk.truth.clock import GRAINS, TurnedClock
from tests.sdk.truth.line import Contact
from tests.sdk.truth.listing import SUBJECTS, Desk, Listing, Told, bounds_of
from tests.sdk.truth.oracle import Oracle, Untrue

OPTIONS = LookupOptions(
    longest_life_seconds=600.0,
    followed_life_seconds=7200.0,
    negative_life_seconds=120.0,
    grace_seconds=3600.0,
)
FOLLOWING = FollowOptions(limit=3, wait_seconds=1.0, margin_seconds=2.0)
FAULTS = (
    SourceUnavailable("It is slow.", reason=UnknownReason.TIMEOUT),
    SourceUnavailable("It asks to wait.", reason=UnknownReason.RATE_LIMITED, retry_after_seconds=20.0),
    SourceUnavailable("It is not asked.", reason=UnknownReason.BREAKER_OPEN),
    SourceRefused("It says no.", reason=UnknownReason.UNAUTHENTICATED),
    UnusableAnswer("It is not whole.", reason=UnknownReason.INCOMPLETE),
    RuntimeError("The adapter itself fails."),
)
LIVES = (0.0, 0.5, 1.0, 30.0, 300.0, 3600.0, 86_400.0)
LEADS = (None, 0.0, 30.0, -30.0, 90.0, -90.0, 400.0)
LAGS = (0.0, 8.0, 60.0, 3600.0)
SLOTS = 3
_FARTHEST = 3 * 86_400 * GRAINS
_POLICY = SimpleNamespace(
    evaluate=lambda status, facts, role, at, constraints: SimpleNamespace(
        status=status, valid_until=status.valid_until
    )
)


class Waiting(Lookup):
    """A look-up whose flights take off when somebody waits for them."""

    def _wait(self, code, flight, seconds):
        while seconds > 0 and not flight.done() and self.behind:
            self.behind.popleft()()
        return super()._wait(code, flight, 0.0)


class World:
    """Processes that check, a source that changes, and a store between them.

    Its methods are what can happen. Whatever is shown on the way is judged, and ``Untrue`` is raised where it is not
    what the source disclosed.

    Args:
        make_store: makes the store from a clock and a time of grace.
        seed: of the jitter.
        options: how look-ups keep what they find.
    """

    def __init__(self, make_store, *, seed: int = 0, options: LookupOptions = OPTIONS) -> None:
        self.clock = TurnedClock(datetime(2026, 11, 21, 4, tzinfo=UTC))
        self.clock.on_pass = self._pass
        self.options = options
        self._random = random.Random(seed)
        self.listing = Listing(self.clock)
        self.told = Told(self)
        self.store = make_store(self.clock, timedelta(seconds=options.grace_seconds))
        self.max_age = 3600.0
        self.ahead = 0.0
        self.lag_seconds = 0.0
        self.fault = None
        self.row_fault = None
        self.is_tardy = False
        self._meanwhile = deque()
        self._busy = set()
        self.queries = 0
        self.standings = {}
        self.lines = [self.store.line(self, slot) for slot in range(SLOTS)]
        self.oracle = Oracle(self, SLOTS)
        self._lookups = [None] * SLOTS
        self._evaluations = [None] * SLOTS
        self._followers = [None] * SLOTS
        for slot in range(SLOTS):
            self._start(slot)

    def close(self) -> None:
        """End it."""
        self.store.close()

    # Time.

    def tick(self, grains: int) -> None:
        """Let time pass."""
        self._pass(grains)

    def tick_to(self, which: int, offset: int) -> None:
        """Let time pass up to something that ends or begins, or some grains before or after it."""
        now = self.clock.grains()
        ahead = sorted(
            {
                target
                for instant in self._interesting()
                if now < (target := round(instant * GRAINS) + offset) < now + _FARTHEST
            }
        )
        if ahead:
            self._pass(ahead[which % len(ahead)] - now)

    def step_wall(self, grains: int) -> None:
        """Set the machine's wall clock, forth or back; nobody's news is late by it."""
        for line in self.lines:
            if line.contact is Contact.SILENT:
                line.lose()
        self.clock.step_wall(grains)

    def set_clock(self) -> None:
        """Set the wall clock right, as far as this platform can tell: to where its instants are."""
        self.step_wall(self.clock.grains() - round(self.clock.wall().timestamp() * GRAINS))

    # The source.

    def publish(self, subject: int, kind: int, start: int, length: int | None) -> None:
        """Disclose a record."""
        self._change(subject, lambda code: self.listing.publish(code, kind, start, length))

    def amend(self, subject: int, which: int, how: str) -> None:
        """Update, dispute, resolve, shield, restore, repair or withdraw a record."""
        self._change(subject, lambda code: self.listing.amend(code, which, how))

    def strike_off(self, subject: int) -> None:
        """Know a subject no more, or again."""
        self._change(subject, self.listing.strike_off)

    def break_source(self, which: int) -> None:
        """Let the source fail."""
        self.fault = FAULTS[which % len(FAULTS)]

    def break_rows(self) -> None:
        """Let single rows of the source fail."""
        self.row_fault = FAULTS[0]

    def mend_source(self) -> None:
        """Let the source answer again."""
        self.fault = self.row_fault = None

    def allow(self, which: int) -> None:
        """Allow answers to be kept for another time."""
        self._pass(1)
        self.max_age = LIVES[which % len(LIVES)]

    def skew(self, which: int) -> None:
        """Set the source's own clock."""
        self._pass(1)
        self.ahead = LEADS[which % len(LEADS)]

    def lag(self, which: int) -> None:
        """Let a replica answer that is behind what the feed tells, or not."""
        self._pass(1)
        self.lag_seconds = LAGS[which % len(LAGS)]

    def be_tardy(self, is_tardy: bool) -> None:
        """Let the source go on listing what has ended, or not."""
        self.is_tardy = is_tardy

    def raise_fault(self) -> None:
        """Fail as the source does now."""
        if self.fault is not None:
            raise self.fault

    # The feed.

    def lose_changes(self, count: int) -> None:
        """Lose the last changes of the feed."""
        self.told.lose(count)

    def repeat_changes(self, count: int) -> None:
        """Tell some changes twice from now on."""
        self.told.repeats = count

    def forget_feed(self) -> None:
        """Let the feed forget what comes next."""
        self.told.forget()

    def take_snapshot(self) -> None:
        """Make a snapshot."""
        self._pass(1)
        self.told.take_snapshot()

    def follow(self, slot: int) -> None:
        """Take one step of a process's follower."""
        try:
            before = self.lines[slot].read_mark()
            self._followers[slot].step()
            self._note_known(before, self.lines[slot].read_mark())
        except (ChengxinError, RuntimeError):
            return

    def import_snapshot(self, slot: int) -> None:
        """Begin with a snapshot; where it breaks off, some of it may have been taken in."""
        with contextlib.suppress(ChengxinError, RuntimeError):
            self._followers[slot].import_snapshot()
        self.oracle.note_import(self.told.snapshot_at)

    # The processes.

    def check(self, slot: int, subject: int) -> None:
        """Check a subject."""
        self._check(slot, subject, None)

    def hurry(self, slot: int, subject: int) -> None:
        """Check a subject, and do not wait for the source."""
        self._check(slot, subject, 0.0)

    def _check(self, slot: int, subject: int, wait_seconds: float | None) -> None:
        if slot in self._busy:
            return
        code = SUBJECTS[subject % len(SUBJECTS)]
        self._busy.add(slot)
        try:
            status = self._lookups[slot].check(code.code, wait_seconds=wait_seconds)
            self._shown(slot, code, status)
        finally:
            self._busy.discard(slot)

    def check_many(self, slot: int) -> None:
        """Check all subjects at once."""
        if slot in self._busy:
            return
        self._busy.add(slot)
        try:
            for row in self._lookups[slot].check_many(list(SUBJECTS)):
                self._shown(slot, row.given, row.status)
        finally:
            self._busy.discard(slot)

    def remember(self, slot: int, subject: int) -> None:
        """Ask for the treatment that is remembered of a subject."""
        code = SUBJECTS[subject % len(SUBJECTS)]
        treatment = self._evaluations[slot].remembered(code.code, _POLICY)
        if treatment is not None:
            self.oracle.judge(slot, code, treatment.status)

    def land(self, slot: int) -> None:
        """Let one thing be done that a process does behind."""
        behind = self._lookups[slot].behind
        if behind and slot not in self._busy:
            self._busy.add(slot)
            try:
                behind.popleft()()
            finally:
                self._busy.discard(slot)

    def forget(self, slot: int, subject: int) -> None:
        """Forget a subject."""
        self._pass(1)
        code = SUBJECTS[subject % len(SUBJECTS)]
        self.oracle.note_forgotten(slot, code)
        self._lookups[slot].forget(code.code)

    def restart(self, slot: int) -> None:
        """Kill a process and start it again."""
        if slot not in self._busy:
            self._start(slot)

    # Between them.

    def hush(self, slot: int, grains: int) -> None:
        """Let a process hear nothing, which it notices within a second."""
        self.lines[slot].hush(grains % GRAINS + 1)

    def lose(self, slot: int) -> None:
        """Let a process lose contact, and notice."""
        self.lines[slot].lose()

    def hear(self, slot: int) -> None:
        """Let a process hear again."""
        self.lines[slot].hear()

    def leave(self, slot: int, grains: int) -> None:
        """Put the store out of a process's reach."""
        self.lines[slot].is_away = True
        self.lines[slot].hush(grains % GRAINS + 1)

    def flicker(self, slot: int, after: int, count: int) -> None:
        """Let a few operations of a process on the store fail, the next ones or soon."""
        self.lines[slot].flicker = (after, count)

    def come_back(self, slot: int) -> None:
        """Put the store within a process's reach again."""
        self.lines[slot].is_away = False
        self.lines[slot].hear()

    def clear(self, slot: int) -> None:
        """Let a process clear the store for all."""
        self._pass(1)
        try:
            self.lines[slot].clear()
        except ChengxinError:
            return
        self.oracle.note_cleared()

    def flush(self) -> None:
        """Lose what the store keeps, and tell nobody."""
        self.oracle.gone.note_flushed()
        self.store.flush()
        self.pump()

    def save(self) -> None:
        """Remember how the store is, as a replica does that lags."""
        self.store.save()

    def roll_back(self, is_restored: bool) -> None:
        """Let the store die and come back as it was: everybody loses contact and finds it again, at once or later."""
        for line in self.lines:
            line.lose()
            line.is_away = True
        if self.store.roll_back():
            self.oracle.note_rolled_back()
        for slot in range(SLOTS) if is_restored else ():
            self.come_back(slot)

    def freeze(self) -> None:
        """Stop the store in its tracks, where it is a server: whoever asks it waits a moment, and has no answer."""
        self.store.freeze()

    def thaw(self) -> None:
        """Let it go on."""
        self.store.thaw()
        self.pump()

    def meanwhile(self, *happening) -> None:
        """Let something happen while the source is asked next: a method's name and what it takes."""
        if len(self._meanwhile) < 4:
            self._meanwhile.append(happening)

    def interrupt(self, slot: int) -> None:
        """Let happen what was put off until somebody asks the source."""
        if self._meanwhile:
            name, *given = self._meanwhile.popleft()
            if name != "pass":
                getattr(self, name)(*given)

    # What may be held.

    def audit(self) -> None:
        """Look for what is held that must be gone, a moment after everything was asked for something."""
        epoch = self.clock.epoch()
        for slot, lookup in enumerate(self._lookups):
            lookup.known("nobody", epoch)
            self._evaluations[slot]._get("nobody", epoch)
            for code, held in lookup.memory._held.items():
                self.oracle.judge_held("memory", _BY_TEXT[code], _entry_of(held), slot=slot)
            for remembered in self._evaluations[slot]._map._held.values():
                if remembered.ends + 60 <= epoch:
                    raise Untrue(f"process {slot} remembers {remembered} at {self.clock.now()}")
            line = self.lines[slot]
            if (
                line.has_attended
                and line.contact is Contact.OPEN
                and not lookup.behind
                and lookup.listening.buried()
            ):
                raise Untrue(
                    f"process {slot} reaches the store and has not told it of {lookup.listening.buried()}"
                )
        self.store.sweep()
        for code, entry in self.store.held():
            if isinstance(entry, Entry):
                self.oracle.judge_held("the store", _BY_TEXT[code], entry, slot=None)

    def pump(self) -> None:
        """Let all hear what was told."""
        for line in self.lines:
            try:
                line.pump()
            except TierUnavailable:
                line.lose()

    def _start(self, slot: int) -> None:
        self.oracle.note_started(slot)
        self.lines[slot].plug(self.store.tier(slot))
        lookup = Waiting(Desk(self, slot), tier=self.lines[slot], clock=self.clock, options=self.options)
        lookup.behind = deque()
        lookup._flights.run = lookup.behind.append
        lookup.listening.await_first = lambda seconds: None
        lookup.memory._jitter = self._random.random
        self._lookups[slot] = lookup
        self._evaluations[slot] = Evaluations(lookup, clock=self.clock, max_entries=100)
        lookup.attend()
        self._followers[slot] = Follower(
            self.told,
            self.lines[slot],
            invalidate=lambda codes: self._learn(slot, codes),
            clock=self.clock,
            options=FOLLOWING,
            life=self.options,
        )

    def _learn(self, slot: int, codes) -> bool:
        """Have subjects forgotten that a feed says have changed."""
        known = [_BY_TEXT[code] for code in codes]
        self.oracle.note_learned(slot, known, known_to=self.told.read_until)
        if self.lines[slot].has_put:
            self.oracle.gone.note_learned(slot, [one for one in self.told.read if one.code in codes])
        return self._lookups[slot].invalidate(codes)

    def _note_known(self, before, mark) -> None:
        """Note what everybody knows once a follower says that it has read so far: lost changes too."""
        began = mark is not None and (before is None or before.continuity != mark.continuity)
        if mark is None or mark.seq is None or (began and mark.beat):
            return
        first = 0 if began else before.seq
        if first is None:
            return
        for change in self.told.history:
            if first < change.seq <= mark.seq:
                self.oracle.note_known(_BY_TEXT[change.code], change.at)

    def _change(self, subject: int, do) -> None:
        """Change the listing at an instant of its own, so that instants tell what came first."""
        self._pass(1)
        code = SUBJECTS[subject % len(SUBJECTS)]
        event = do(code)
        if event is not None:
            self.told.note(code, event)

    def _shown(self, slot: int, code, status) -> None:
        self.queries += 1
        name = status.standing.value if status.reason is None else status.reason.value
        self.standings[name] = self.standings.get(name, 0) + 1
        self.oracle.judge(slot, code, status)
        self._evaluations[slot].evaluate(status, _POLICY)

    def _pass(self, grains: int) -> None:
        """Let time pass; on the way those who hear nothing notice."""
        end = self.clock.monotonic_grains() + grains
        while True:
            silent = [line for line in self.lines if line.silent_until is not None]
            first = min(silent, key=lambda line: line.silent_until, default=None)
            if first is None or first.silent_until > end:
                break
            self.clock.move(max(0, first.silent_until - self.clock.monotonic_grains()))
            first.lose()
        self.clock.move(max(0, end - self.clock.monotonic_grains()))

    def _interesting(self):
        """Yield instants at which something ends, in seconds since 1970."""
        for code in SUBJECTS:
            for record in self.listing.now(code).records:
                for bound in bounds_of(record):
                    yield bound.timestamp()
                    yield bound.timestamp() - 20
        for lookup in self._lookups:
            for held in lookup.memory._held.values():
                yield held.until
                yield held.ends
                fresh_until = _entry_of(held).fresh_until.timestamp()
                yield fresh_until
                yield fresh_until + self.options.grace_seconds


def _entry_of(held):
    """Return the entry that memory holds a view of."""
    return held.entry() if callable(held.entry) else held.entry


_BY_TEXT = {code.code: code for code in SUBJECTS}
