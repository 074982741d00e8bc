"""The world as a state machine: Hypothesis chooses what happens, and finds the fewest steps to a fault."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.sdk.truth.clock import GRAINS
from tests.sdk.truth.listing import AMENDMENTS, KINDS, SUBJECTS
from tests.sdk.truth.store import STORES
from tests.sdk.truth.world import FAULTS, LAGS, LEADS, LIVES, SLOTS, World

IS_LONG = settings().max_examples >= 1000
EXAMPLES = {"memory": (40, 1000), "redis": (4, 60), "sqlite": (12, 300)}
"""Examples of each tier, every time and by the profile ``long``: a Redis is started for each."""

slots = st.integers(0, SLOTS - 1)
subjects = st.integers(0, len(SUBJECTS) - 1)
moments = st.sampled_from([1, 4, GRAINS, 8 * GRAINS]) | st.integers(1, 600 * 60 * GRAINS)
amendments = st.tuples(st.just("amend"), subjects, st.integers(0, 2), st.sampled_from(AMENDMENTS))
happenings = st.one_of(
    amendments,
    amendments,
    st.tuples(st.just("follow"), slots),
    st.tuples(st.just("forget"), slots, subjects),
    st.tuples(st.just("check"), slots, subjects),
    st.tuples(st.just("tick"), moments),
    st.tuples(st.sampled_from(["lose", "hear", "come_back", "clear", "restart"]), slots),
    st.tuples(st.just("leave"), slots, st.integers(0, GRAINS - 1)),
    st.tuples(st.just("skew"), st.integers(0, len(LEADS) - 1)),
    st.tuples(st.just("pass")),
)


class Platform(RuleBasedStateMachine):
    """What can happen to a platform, its source and its store; the world judges whatever is shown."""

    store = None

    def __init__(self):
        super().__init__()
        self.world = World(self.store)

    def teardown(self):
        """Look at what is held, and end."""
        try:
            self.world.audit()
        finally:
            self.world.close()

    @rule(slot=slots, subject=subjects, how=st.sampled_from(["check", "check", "hurry", "remember"]))
    def check(self, slot, subject, how):
        """Check a subject, in a hurry or not, or look at what is remembered of it."""
        getattr(self.world, how)(slot, subject)

    @rule(slot=slots)
    def check_many(self, slot):
        """Check all subjects."""
        self.world.check_many(slot)

    @rule(slot=slots)
    def land(self, slot):
        """Let something be done behind."""
        self.world.land(slot)

    @rule(grains=moments)
    def tick(self, grains):
        """Let time pass."""
        self.world.tick(grains)

    @rule(which=st.integers(0, 23), offset=st.sampled_from([-1, 0, 1]))
    def tick_to(self, which, offset):
        """Let time pass up to where something ends, or a grain before or after it."""
        self.world.tick_to(which, offset)

    @rule(grains=st.integers(-3600 * GRAINS, 3600 * GRAINS))
    def step_wall(self, grains):
        """Set the wall clock forth or back."""
        self.world.step_wall(grains)

    @rule()
    def set_clock(self):
        """Set the wall clock right."""
        self.world.set_clock()

    @rule(
        subject=subjects,
        kind=st.integers(0, len(KINDS) - 1),
        start=st.integers(-2, 1),
        length=st.sampled_from([0, 1, 2, 400, None]),
    )
    def publish(self, subject, kind, start, length):
        """Disclose a record."""
        self.world.publish(subject, kind, start, length)

    @rule(amendment=amendments)
    def amend(self, amendment):
        """Update, dispute, resolve, shield, restore, repair or withdraw a record."""
        self.world.amend(*amendment[1:])

    @rule(subject=subjects)
    def strike_off(self, subject):
        """Know a subject no more, or again."""
        self.world.strike_off(subject)

    @rule(which=st.none() | st.integers(0, len(FAULTS) - 1))
    def break_or_mend_source(self, which):
        """Let the source fail, or answer again."""
        self.world.mend_source() if which is None else self.world.break_source(which)

    @rule(
        life=st.none() | st.integers(0, len(LIVES) - 1),
        lead=st.none() | st.integers(0, len(LEADS) - 1),
        lag=st.none() | st.integers(0, len(LAGS) - 1),
        is_tardy=st.booleans(),
    )
    def change_terms(self, life, lead, lag, is_tardy):
        """Let the source allow another life, show another time, answer late, or list what has ended."""
        if life is not None:
            self.world.allow(life)
        if lead is not None:
            self.world.skew(lead)
        if lag is not None:
            self.world.lag(lag)
        self.world.be_tardy(is_tardy)

    @rule(
        how=st.sampled_from(["lose_changes", "repeat_changes"]),
        count=st.integers(0, 3),
    )
    def tell_badly(self, how, count):
        """Lose changes, or tell them twice."""
        getattr(self.world, how)(count)

    @rule(how=st.sampled_from(["forget_feed", "take_snapshot"]))
    def restart_feed(self, how):
        """Let the feed forget what comes next, or make a snapshot."""
        getattr(self.world, how)()

    @rule(slot=slots)
    def follow(self, slot):
        """Follow the feed for a step."""
        self.world.follow(slot)

    @rule(slot=slots)
    def import_snapshot(self, slot):
        """Begin with a snapshot."""
        self.world.import_snapshot(slot)

    @rule(slot=slots, subject=subjects)
    def forget(self, slot, subject):
        """Forget a subject."""
        self.world.forget(slot, subject)

    @rule(slot=slots, how=st.sampled_from(["lose", "hear", "come_back", "restart", "clear"]))
    def cut_or_mend(self, slot, how):
        """Lose contact or find it again, start anew, or clear the store."""
        getattr(self.world, how)(slot)

    @rule(slot=slots, how=st.sampled_from(["hush", "leave"]), grains=st.integers(0, GRAINS - 1))
    def fall_silent(self, slot, how, grains):
        """Hear nothing, and perhaps reach nothing, without notice so far."""
        getattr(self.world, how)(slot, grains)

    @rule(slot=slots, after=st.integers(0, 6), count=st.integers(1, 3))
    def flicker(self, slot, after, count):
        """Let some operations on the store fail."""
        self.world.flicker(slot, after, count)

    @rule(how=st.sampled_from(["flush", "save"]))
    def touch_store(self, how):
        """Lose what the store holds, or remember how it is."""
        getattr(self.world, how)()

    @rule(is_restored=st.booleans())
    def roll_back(self, is_restored):
        """Let the store die and come back as it was."""
        self.world.roll_back(is_restored)

    @rule(happening=happenings)
    def meanwhile(self, happening):
        """Let something happen while the source is asked next."""
        self.world.meanwhile(*happening)

    @rule()
    def audit(self):
        """Look at what is held."""
        self.world.audit()


@pytest.mark.parametrize("tier", sorted(STORES))
def test_i1_i2_whatever_happens_nothing_is_shown_outside_what_the_source_disclosed(tier):
    """Fewest steps first: what Hypothesis shows is the shortest story it has found."""
    machine = type(f"{tier.title()}Platform", (Platform,), {"store": STORES[tier]})
    machine.TestCase.settings = settings(
        max_examples=EXAMPLES[tier][IS_LONG],
        stateful_step_count=60,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    case = machine.TestCase("runTest")
    case.runTest()
