"""Appeals as a state machine: people who try everything at any time, against a model of what is fair."""

from datetime import timedelta

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chengxin.errors import AppealRefused
from chengxin.policy import Text
from chengxin.procedure.appeal import (
    AppealMove,
    AppealStage,
    AppealStep,
    Docket,
    NewFact,
    NewFactKind,
    Outcome,
    Result,
    Side,
    decide,
    replay,
)
from chengxin.records import SubjectKind, china_day
from tests.examples import tried
from tests.sdk.procedure.appeal.material import DAY, ENDS, NOTICED, REASONS, TERMS, filing, piece

NAMES = {"陈店主": 1, "陈 店主": 1, "李明": 2, "Li Ming": 3, "LI MING": 3, "王芳": 4, "赵敏": 5}
PEOPLE = st.sampled_from(sorted(NAMES))
NOBODY = st.none()
STAGES = {
    "filed": AppealStage.FILED,
    "acknowledged": AppealStage.ACKNOWLEDGED,
    "review": AppealStage.IN_REVIEW,
}
CONTENTS = st.sampled_from([b"one", b"two", b"three"])


class Hearing(RuleBasedStateMachine):
    """The model keeps plain facts of the latest appeal, and of what was decided before."""

    def __init__(self):
        super().__init__()
        self.docket = Docket(measure_id="M-1")
        self.now = NOTICED
        self.number = 0
        self.stage = None
        self.acted = {Side.APPELLANT: set(), Side.PLATFORM: set()}
        self.reviewer = None
        self.human = False
        self.held = set()
        self.before = []
        self.overdue = {}

    @initialize(
        deciders=st.sampled_from([(), ("李明",), ("李明", "Li Ming")]),
        kind=st.sampled_from([SubjectKind.ENTERPRISE, SubjectKind.PERSON]),
        suspends=st.booleans(),
    )
    def begin(self, deciders, kind, suspends):
        """A measure is noticed."""
        self.parts = {"deciders": deciders, "subject_kind": kind, "suspends": suspends}
        self.deciders = {NAMES[name] for name in deciders}
        self.file("陈店主", wants=False, fact="none", one=b"one")

    def attempt(self, move, by, *, allowed, **parts):
        """Propose a step, and see that it is taken exactly where the model allows it."""
        step = AppealStep(
            measure_id="M-1", appeal_id=f"A-{self.number}", move=move, by=by, at=self.now, **parts
        )
        try:
            accepted = decide(self.docket, step)
        except AppealRefused as error:
            note(f"{move} by {by} refused: {error.fault}")
            assert not allowed, error
            return False
        assert allowed, accepted
        self.docket = self.docket.with_step(accepted)
        if by is not None:
            self.acted[move.side].add(NAMES[by])
        return True

    @property
    def is_open(self):
        """Whether the latest appeal is neither decided nor withdrawn."""
        return self.stage in STAGES

    @property
    def judges(self):
        """Who decided the measure, or an appeal that was decided before."""
        return self.deciders | {judge for _, judge, _, _ in self.before if judge}

    def is_free(self, by, side):
        """Tell whether somebody had no part on the other side."""
        other = Side.PLATFORM if side is Side.APPELLANT else Side.APPELLANT
        barred = self.judges if side is Side.APPELLANT else set()
        return by is None or NAMES[by] not in self.acted[other] | barred

    @rule(
        by=PEOPLE,
        wants=st.booleans(),
        fact=st.sampled_from(["none", "old", "today", "tomorrow", "piece"]),
        one=CONTENTS,
    )
    def file(self, by, wants, fact, one):
        """Somebody appeals, once more or for the first time."""
        today = china_day(self.now)
        days = {"old": NOTICED.date() - DAY, "today": today, "tomorrow": today + DAY}
        if fact == "piece":
            facts = (NewFact(kind=NewFactKind.EVIDENCE, what="新凭证", digests=(piece(one).digest,)),)
        elif fact == "none":
            facts = ()
        else:
            facts = (NewFact(kind=NewFactKind.SOURCE_CHANGED, what="已修复", happened_on=days[fact]),)
        known = {content for *_, held in self.before for content in held}
        is_new = fact == "today" or (fact == "piece" and one not in known)
        if self.is_open:
            self.number += 1
            parts = {"filing": filing(self.now, **self.parts), "statement": "不服", "evidence": ()}
            self.attempt(AppealMove.FILE, by, allowed=False, **parts)
            self.number -= 1
            return
        kept = self.acted, self.number
        self.acted = {Side.APPELLANT: set(), Side.PLATFORM: set()}
        self.number += 1
        allowed = (
            (self.now < ENDS or self.now < TERMS.contestable_until(NOTICED))
            and NAMES[by] not in self.judges
            and all(outcome is not Outcome.GRANTED for outcome, *_ in self.before)
            and (not self.before or is_new)
        )
        if self.attempt(
            AppealMove.FILE,
            by,
            allowed=allowed,
            filing=filing(self.now, wants_human=wants, new_facts=facts, **self.parts),
            statement="不服",
            evidence=(piece(one),),
        ):
            self.stage, self.reviewer, self.held = "filed", None, {one}
            self.human = wants or self.parts["subject_kind"] is SubjectKind.PERSON
            self.wants = wants
        else:
            self.acted, self.number = kept

    @precondition(lambda self: self.is_open or self.now.hour == 2)
    @rule(by=PEOPLE | NOBODY)
    def acknowledge(self, by):
        """Somebody, or a machine, tells that it is there."""
        allowed = self.stage == "filed" and self.is_free(by, Side.PLATFORM)
        if self.attempt(AppealMove.ACKNOWLEDGE, by, allowed=allowed):
            self.stage = "acknowledged"

    @precondition(lambda self: self.is_open or self.now.hour == 2)
    @rule(by=PEOPLE, why=st.sampled_from([None, "休假"]))
    def take(self, by, why):
        """Somebody takes it up, or over."""
        allowed = (
            self.stage in ("acknowledged", "review")
            and self.is_free(by, Side.PLATFORM)
            and NAMES[by] not in self.judges
            and (self.reviewer is None or (self.reviewer != NAMES[by] and why is not None))
        )
        if self.attempt(AppealMove.TAKE, by, allowed=allowed, statement=why):
            self.stage, self.reviewer = "review", NAMES[by]

    @precondition(lambda self: self.is_open or self.now.hour == 2)
    @rule(by=PEOPLE)
    def ask(self, by):
        """Somebody asks for evidence."""
        allowed = self.stage == "review" and self.reviewer == NAMES[by]
        self.attempt(AppealMove.ASK, by, allowed=allowed, asks=Text(zh="凭证？", en="A receipt?"))

    @precondition(lambda self: self.is_open or self.now.hour == 2)
    @rule(by=PEOPLE, one=CONTENTS, says=st.sampled_from([None, "见附件"]))
    def add(self, by, one, says):
        """Somebody adds evidence."""
        allowed = (
            self.is_open and self.is_free(by, Side.APPELLANT) and (one not in self.held or says is not None)
        )
        if self.attempt(AppealMove.ADD, by, allowed=allowed, evidence=(piece(one),), statement=says):
            self.held.add(one)

    @precondition(lambda self: self.is_open or self.now.hour == 2)
    @rule(by=PEOPLE)
    def request_human(self, by):
        """Somebody asks for a human."""
        allowed = self.is_open and self.is_free(by, Side.APPELLANT) and not self.wants
        if self.attempt(AppealMove.REQUEST_HUMAN, by, allowed=allowed):
            self.human = self.wants = True

    @precondition(lambda self: self.is_open or self.now.hour == 2)
    @rule(by=PEOPLE | NOBODY, outcome=st.sampled_from(Outcome))
    def decide(self, by, outcome):
        """Somebody, or a machine, decides."""
        ends_at = ENDS - DAY if outcome is Outcome.PARTLY_GRANTED else None
        result = Result(outcome=outcome, reasons=REASONS, ends_at=ends_at)
        if by is None:
            is_entitled = outcome is Outcome.GRANTED and not self.human and not self.deciders
        else:
            is_entitled = self.stage == "review" and self.reviewer == NAMES[by]
        is_milder = ends_at is None or self.now < ends_at
        if self.attempt(
            AppealMove.DECIDE, by, allowed=self.is_open and is_entitled and is_milder, result=result
        ):
            self.before.append((outcome, by and NAMES[by], self.now, frozenset(self.held)))
            self.stage = "decided"

    @precondition(lambda self: self.is_open or self.now.hour == 2)
    @rule(by=PEOPLE)
    def withdraw(self, by):
        """Somebody takes it back."""
        allowed = self.is_open and self.is_free(by, Side.APPELLANT)
        if self.attempt(AppealMove.WITHDRAW, by, allowed=allowed):
            self.stage = "withdrawn"

    @precondition(lambda self: not self.is_open)
    @rule(fact=st.sampled_from(["none", "today", "piece"]), one=CONTENTS)
    def appeal_again(self, fact, one):
        """The merchant does not give in."""
        self.file("陈店主", wants=False, fact=fact, one=one)

    @precondition(lambda self: self.is_open)
    @rule(outcome=st.sampled_from(Outcome))
    def proceed(self, outcome):
        """Whoever may do what comes next does it."""
        if self.stage == "filed":
            self.acknowledge(None)
        elif self.stage == "acknowledged":
            free = (name for name in NAMES if self.is_free(name, Side.PLATFORM))
            self.take(next((name for name in free if NAMES[name] not in self.judges), "赵敏"), None)
        else:
            self.decide(next(name for name in NAMES if NAMES[name] == self.reviewer), outcome)

    @rule(hours=st.integers(1, 24 * 40))
    def wait(self, hours):
        """Time passes."""
        self.now += timedelta(hours=hours)

    @rule(hours=st.integers(1, 48))
    def be_behind(self, hours):
        """A machine whose clock is behind is refused, whatever it proposes."""
        if self.docket.steps:
            late, self.now = self.now, self.docket.steps[-1].at - timedelta(hours=hours)
            self.attempt(AppealMove.ADD, "陈店主", allowed=False, statement="补充")
            self.now = late

    @invariant()
    def it_is_as_the_model_says(self):
        """Stage, reviewer, suspension; one open appeal at most."""
        appeal = self.docket.open_appeal
        assert (appeal is not None) == self.is_open
        is_first = len(self.docket.appeals) == 1
        assert self.docket.is_suspended(self.now) == (self.is_open and is_first and self.parts["suspends"])
        if appeal is not None:
            assert appeal.stage is STAGES[self.stage]
            assert appeal.needs_human == self.human
            assert (appeal.reviewer and NAMES[appeal.reviewer]) == self.reviewer
            assert {e.digest for e in appeal.evidence} == {piece(c).digest for c in self.held}

    @invariant()
    def nobody_judges_their_own_case(self):
        """Who decided the measure, or acts for the appellant, decides no appeal; a machine only grants."""
        judged = set(self.deciders)
        for appeal in self.docket.decided:
            if appeal.decided_by is None:
                assert appeal.result.outcome is Outcome.GRANTED
                assert not appeal.needs_human
                continue
            judge = NAMES[appeal.decided_by]
            assert judge not in judged
            assert judge not in {NAMES[name] for name in appeal.appellants}
            judged.add(judge)

    @invariant()
    def clocks_run_and_hide_nothing(self):
        """What was overdue once is overdue for ever, by no less; due days never move."""
        for appeal in self.docket.appeals.values():
            for name, clock in (("a", appeal.acknowledgement), ("d", appeal.decision)):
                due, is_late, late_for = self.overdue.get(
                    (appeal.appeal_id, name), (clock.due, False, DAY * 0)
                )
                assert clock.due == due
                assert clock.is_overdue(self.now) >= is_late
                assert clock.overdue_for(self.now) >= late_for
                assert appeal.is_overdue(self.now) >= is_late
                seen = (due, clock.is_overdue(self.now), clock.overdue_for(self.now))
                self.overdue[appeal.appeal_id, name] = seen

    @invariant()
    def the_record_gives_the_same_docket(self):
        """Replayed, every step is decided alike."""
        assert replay("M-1", self.docket.steps) == self.docket


TestHearing = Hearing.TestCase
TestHearing.settings = tried(1, stateful_step_count=50)
