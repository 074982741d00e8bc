"""The life of versions as a state machine, against a model that remembers everything and computes nothing ahead."""

import hashlib
from datetime import UTC, datetime, timedelta

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chengxin.errors import LifecycleRefused
from chengxin.policy.lifecycle import Finds, History, Move, Stage, Step, decide, replay, restorable
from tests.examples import tried

PEOPLE = st.sampled_from(["李明", " 李 明", "王芳", "Zhou Yu", "ZHOU YU", "赵敏"])
SAME = {"李明": 1, " 李 明": 1, "李 明": 1, "王芳": 2, "Zhou Yu": 3, "ZHOU YU": 3, "赵敏": 4}
LABELS = st.sampled_from(["2026.1", "2026.2", "2026.3"])
FIRST_DAYS = st.integers(-3, 30)
LENGTHS = st.none() | st.integers(0, 30)
START = datetime(2026, 6, 1, 1, 30, tzinfo=UTC)
CHINA_HOURS = timedelta(hours=8)
BEFORE_FORCE = ("draft", "linted", "submitted", "approved", "announced", "scheduled")


def china_midnight(day):
    """Return 0:00 of a China day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - CHINA_HOURS


class Life(RuleBasedStateMachine):
    """People who try every step at any time; the model says which may be taken."""

    def __init__(self):
        super().__init__()
        self.history = History(name="p")
        self.now = START
        self.documents = {}
        self.stage = {}
        self.authors = {}
        self.important = {}
        self.announced = {}
        self.public = set()
        self.forced = []
        self.seen = []

    # What the model knows: ``forced`` is everything that ever came or will come into force, in the order in which
    # people caused it: [instant, digest or None for retired, "on"|"back"].

    def course(self, at):
        """Return what is in force and the way back, from the beginning."""
        active, way = None, []
        due = sorted((e for e in self.forced if e[0] <= at), key=lambda e: e[0])
        for _, digest, kind in due:
            if kind == "on":
                way.append(digest)
                active = digest
            elif kind == "off":
                active = None
            else:
                if active is not None:
                    way.pop()
                active = digest
        return active, way

    def in_force(self, at):
        """Return the version in force, which ends with its own last day."""
        active, _ = self.course(at)
        return None if active is None or self.is_over(active, at) else active

    def is_over(self, digest, at):
        """Tell whether the last day of a document is over."""
        _, _, until = self.documents[digest]
        return until is not None and at >= china_midnight(until + timedelta(days=1))

    def back(self, at):
        """Return the version that a rollback would restore."""
        active, way = self.course(at)
        rest = way[:-1] if active is not None else way
        return rest[-1] if rest else None

    def model_stage(self, digest):
        """Return where a version stands now."""
        if self.in_force(self.now) == digest:
            return "active"
        if any(e[1] == digest and e[0] <= self.now for e in self.forced):
            return "retired"
        return self.stage[digest]

    def attempt(self, move, digest, by, *, allowed, found=None, **details):
        """Propose a step, and see that it is taken exactly where the model allows it."""
        step = Step(name="p", digest=digest, move=move, by=by.strip(), at=self.now, why="因", **details)
        try:
            accepted = decide(self.history, step, found or Finds())
        except LifecycleRefused as error:
            note(f"{move} {digest[7:11]} refused: {error.fault}")
            assert not allowed, error
            return None
        note(f"{move} {digest[7:11]} taken")
        assert allowed, accepted
        before = self.history.steps
        self.history = self.history.with_step(accepted)
        assert self.history.steps == (*before, accepted)
        return accepted

    def one(self, data):
        """Draw a version that was drafted."""
        return data.draw(st.sampled_from(sorted(self.documents)))

    @initialize()
    def begin(self):
        """The first version is there."""
        self.write("2026.1", 8, None, "李明")

    @rule(label=LABELS, first=FIRST_DAYS, length=LENGTHS, by=PEOPLE)
    def draft(self, label, first, length, by):
        """Somebody writes a document."""
        self.write(label, first, length, by)

    def write(self, label, first, length, by):
        """Draft a document whose first day is so many days from today."""
        day = (self.now + CHINA_HOURS).date() + timedelta(days=first)
        until = None if length is None else day + timedelta(days=length)
        digest = f"sha256:{hashlib.sha256(repr((label, day, until)).encode()).hexdigest()}"
        again = digest not in self.documents or self.model_stage(digest) in (
            "draft",
            "linted",
            "rejected",
            "withdrawn",
        )
        is_taken = any(self.documents[d][0] == label and d != digest for d in self.public)
        details = {"version": label, "effective_from": day, "effective_until": until}
        if self.attempt(Move.DRAFT, digest, by, allowed=again and not is_taken, **details):
            self.documents[digest] = (label, day, until)
            family = {SAME[by]}.union(
                *(
                    self.authors[d]
                    for d, kept in self.documents.items()
                    if kept[0] == label and d in self.authors
                )
            )
            self.authors[digest], self.stage[digest], self.important[digest] = family, "draft", False
        return digest

    @rule(data=st.data(), by=PEOPLE, errors=st.sampled_from([0, 0, 0, 2]))
    def lint(self, data, by, errors):
        """Somebody has a draft looked at."""
        self.do_lint(self.one(data), by, errors=errors)

    def do_lint(self, digest, by, *, errors=0, **_):
        """Lint."""
        allowed = self.model_stage(digest) == "draft" and errors == 0
        if self.attempt(Move.LINT, digest, by, allowed=allowed, found=Finds(errors=errors)):
            self.stage[digest] = "linted"

    @rule(
        data=st.data(),
        by=PEOPLE,
        errors=st.sampled_from([0, 0, 0, 1]),
        says=st.booleans(),
        does=st.booleans(),
    )
    def submit(self, data, by, errors, says, does):
        """Somebody puts it before another person."""
        self.do_submit(self.one(data), by, errors=errors, is_important=says, does=does)

    def do_submit(self, digest, by, *, is_important, errors=0, does=False):
        """Submit."""
        allowed = self.model_stage(digest) == "linted" and errors == 0
        found = Finds(errors=errors, touches_important=does)
        step = self.attempt(Move.SUBMIT, digest, by, allowed=allowed, found=found, is_important=is_important)
        if step:
            assert step.is_important == (is_important or does)
            self.stage[digest], self.important[digest] = "submitted", is_important or does
            self.authors[digest] = self.authors[digest] | {SAME[by]}

    @rule(data=st.data(), by=PEOPLE)
    def approve(self, data, by):
        """Somebody approves it, an author or not."""
        self.do_approve(self.one(data), by)

    def do_approve(self, digest, by, **_):
        """Approve."""
        allowed = self.model_stage(digest) == "submitted" and SAME[by] not in self.authors[digest]
        if self.attempt(Move.APPROVE, digest, by, allowed=allowed):
            self.stage[digest] = "approved"

    @rule(data=st.data(), by=PEOPLE, move=st.sampled_from([Move.REJECT, Move.WITHDRAW]))
    def take_back(self, data, by, move):
        """Somebody rejects or withdraws it."""
        digest = self.one(data)
        stages = ("submitted",) if move is Move.REJECT else BEFORE_FORCE
        if self.attempt(move, digest, by, allowed=self.model_stage(digest) in stages):
            self.stage[digest] = "rejected" if move is Move.REJECT else "withdrawn"
            self.forced = [e for e in self.forced if not (e[1] == digest and e[0] > self.now)]

    @rule(data=st.data(), by=PEOPLE)
    def announce(self, data, by):
        """Somebody makes it public."""
        self.do_announce(self.one(data), by)

    def do_announce(self, digest, by):
        """Announce."""
        days = (self.documents[digest][1] - (self.now + CHINA_HOURS).date()).days
        allowed = self.model_stage(digest) == "approved" and days >= (15 if self.important[digest] else 7)
        if self.attempt(Move.ANNOUNCE, digest, by, allowed=allowed):
            self.stage[digest], self.announced[digest] = "announced", (self.now + CHINA_HOURS).date()
            self.public.add(digest)

    @rule(data=st.data(), by=PEOPLE, urgent=st.none() | st.just("错误的规则正在生效"))
    def schedule(self, data, by, urgent):
        """Somebody has it take effect, announced or urgent."""
        self.do_schedule(self.one(data), by, urgent)

    def do_schedule(self, digest, by, urgent):
        """Schedule."""
        start = max(self.now, china_midnight(self.documents[digest][1]))
        is_taken = any(e[0] == start and e[0] > self.now for e in self.forced)
        allowed = (
            self.model_stage(digest) == ("announced" if urgent is None else "approved")
            and not self.is_over(digest, self.now)
            and not is_taken
        )
        step = self.attempt(Move.SCHEDULE, digest, by, allowed=allowed, urgent_reason=urgent)
        if step:
            assert (step.effective_at, step.replaces) == (start, self.in_force(start))
            self.stage[digest] = "scheduled"
            self.forced.append((start, digest, "on"))
            self.public.add(digest)

    @rule(data=st.data(), by=PEOPLE)
    def retire(self, data, by):
        """Somebody ends it."""
        digest = self.one(data)
        if self.attempt(Move.RETIRE, digest, by, allowed=self.in_force(self.now) == digest):
            self.forced.append((self.now, None, "off"))

    @rule(data=st.data(), by=PEOPLE, is_right=st.booleans())
    def roll_back(self, data, by, is_right):
        """Somebody goes one step back; another version than the former one is not restored."""
        former = self.back(self.now)
        if former is None:
            try:
                restorable(self.history, self.now)
            except LifecycleRefused:
                return
            raise AssertionError("there was nothing to restore")
        assert restorable(self.history, self.now) == former
        digest = former if is_right else self.one(data)
        replaced = self.in_force(self.now)
        allowed = digest == former and not self.is_over(former, self.now)
        step = self.attempt(Move.ROLL_BACK, digest, by, allowed=allowed)
        if step:
            assert step.replaces == replaced
            self.forced.append((self.now, former, "back"))
            assert self.history.active_at(self.now) == former

    @rule(seconds=st.sampled_from([0, 1, 3600, 86_400, 3 * 86_400, 10 * 86_400]))
    def wait(self, seconds):
        """Time passes, and what is scheduled takes effect by it."""
        self.seen.append((self.now, self.history.active_at(self.now)))
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.forced)
    @rule(data=st.data(), early=st.sampled_from([0, 1]))
    def wait_for_a_boundary(self, data, early):
        """Time comes to the very instant of a change, or just before it."""
        instant = data.draw(st.sampled_from([e[0] for e in self.forced])) - timedelta(microseconds=early)
        if instant > self.now:
            self.wait(0)
            self.now = instant

    @rule(
        first=st.integers(-2, 20),
        length=LENGTHS,
        is_important=st.booleans(),
        wait=st.sampled_from([0, 3, 12]),
    )
    def publish(self, first, length, is_important, wait):
        """A version goes the whole way: announced where there is time, urgent where there is none."""
        digest = self.write(f"2027.{len(self.documents)}", first, length, "王芳")
        for move in (self.do_lint, self.do_submit, self.do_approve):
            move(digest, "赵敏" if move == self.do_approve else "王芳", is_important=is_important)
        if first >= (15 if is_important else 7):
            self.do_announce(digest, "王芳")
        self.do_schedule(digest, "王芳", None if self.stage[digest] == "announced" else "等不得")
        self.wait(wait * 86_400)

    @invariant()
    def one_version_at_most_is_in_force(self):
        """Stage and course agree with the model, now, in the past, and in what is scheduled."""
        edges = [e[0] + timedelta(microseconds=m) for e in self.forced for m in (-1, 0)]
        for at in (self.now, *(edge for edge in edges if edge > self.now)):
            assert self.history.active_at(at) == self.in_force(at)
            active = [d for d in self.documents if self.history.stage_at(d, at) is Stage.ACTIVE]
            assert active == ([] if self.in_force(at) is None else [self.in_force(at)])
        for digest in self.documents:
            assert self.history.stage_at(digest, self.now).lower() == self.model_stage(digest)

    @invariant()
    def the_past_stays_as_it_was(self):
        """What was in force when somebody looked is what they are told later."""
        for at, digest in self.seen:
            if at < self.now:
                assert self.history.active_at(at) == digest or any(s.at == at for s in self.history.steps)

    @invariant()
    def no_author_approves_and_nothing_skips_the_announcement(self):
        """Read from the steps on record alone."""
        public = {}
        for step in self.history.steps:
            if step.move is Move.ANNOUNCE:
                public[step.digest] = (step.at + CHINA_HOURS).date()
            if step.move is Move.SCHEDULE and not step.urgent_reason:
                first = (step.effective_at + CHINA_HOURS).date()
                assert (first - public[step.digest]).days >= (15 if self.important[step.digest] else 7)
        approvals = [s for s in self.history.steps if s.move is Move.APPROVE]
        scheduled = {s.digest for s in self.history.steps if s.move is Move.SCHEDULE}
        assert scheduled <= {step.digest for step in approvals}
        for step in approvals:
            wrote = [
                s
                for s in self.history.steps
                if s.digest == step.digest and s.move in (Move.DRAFT, Move.SUBMIT) and s.at <= step.at
            ]
            earlier = self.history.steps.index(step)
            assert all(
                SAME.get(s.by) != SAME.get(step.by) for s in wrote if self.history.steps.index(s) < earlier
            )

    def teardown(self):
        """The steps on record give the same history again."""
        assert replay("p", self.history.steps).steps == self.history.steps
        again = replay("p", self.history.steps)
        assert (again.versions, again.course) == (self.history.versions, self.history.course)


TestLife = Life.TestCase
TestLife.settings = tried(0.5, stateful_step_count=60)
