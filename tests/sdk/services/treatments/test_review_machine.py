"""Whatever happens: no review limits anybody, and what a human decided has a name, a ground and an end (I3, I4, I8)."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from chengxin.errors import TreatmentRefused
from chengxin.policy import Outcome
from chengxin.procedure.imposition import Phase
from chengxin.procedure.review import ReviewOutcome
from chengxin.records import Role
from tests.sdk.services.treatments.conftest import Platform
from tests.sdk.services.treatments.test_machine import SUBJECTS, TreatmentsMachine
from tests.sdk.services.treatments.test_reviews import human

pytestmark = pytest.mark.timeout(600)  # a walk of many steps, each on a real database
ROLES = (Role.MERCHANT, Role.ANCHOR)


class HumanPlatform(Platform):
    """A platform on which a human decides on everything that limits anybody."""

    def __init__(self, url, source, clock, **options):
        super().__init__(url, source, clock, **options)
        self.policy = human(self.policy)


class ReviewMachine(TreatmentsMachine):
    """The same platform and source, merchants that are anchors too, and humans who decide."""

    platform_class = HumanPlatform

    @rule(code=st.sampled_from(SUBJECTS))
    def look_at_an_anchor(self, code):
        """Somebody looks at a subject as an anchor."""
        self.platform.treatments.reconcile(code, role=Role.ANCHOR)

    @rule(is_imposed=st.booleans(), data=st.data())
    def review(self, is_imposed, data):
        """A named human decides on what is open; a refusal says why, and leaves no measure."""
        open_now = self.platform.treatments.reviews.open()
        if not open_now:
            return
        one = data.draw(st.sampled_from(open_now))
        before = len(self.platform.treatments.of(one.code))
        try:
            decided = self.platform.treatments.reviews.decide(
                one.review_id, is_imposed=is_imposed, by="李雷", reason="已核实"
            )
        except TreatmentRefused as refused:
            assert is_imposed
            assert refused.fault in {"source_unknown", "not_proposed", "nothing_left"}
            assert len(self.platform.treatments.of(one.code)) == before
        else:
            after = self.platform.treatments.of(one.code)
            assert len(after) == before + is_imposed
            assert is_imposed == (decided.close.imposition_id in {i.imposition_id for i in after})

    @invariant()
    def a_guard_refuses_only_what_is_grounded_now(self):
        """What it refuses a named human decided, and every record of it is disclosed, as far as could be heard."""
        if not hasattr(self, "platform"):
            return
        now = self.clock.now()
        for code in SUBJECTS:
            shown = {record.record_id for record in self.heard[code].values() if record.is_shown(now)}
            for action in self.platform.policy.unknown_modes:
                decision = self.platform.decide(action, code)
                for measure in decision.measures:
                    assert decision.outcome is Outcome.REFUSED
                    assert measure.decided_by == "李雷"
                    assert measure.starts_at <= now < measure.ends_at
                    assert {ground.record_id for ground in measure.grounds} <= shown

    @invariant()
    def i3_what_was_decided_has_a_name_a_ground_and_an_end(self):
        """Every measure on record came of one review that a named human decided for."""
        if not hasattr(self, "platform"):
            return
        for code in SUBJECTS:
            reviews = self.platform.treatments.reviews.of(code)
            imposed = [r.close.imposition_id for r in reviews if r.close and r.close.imposition_id]
            measures = self.platform.treatments.of(code)
            assert sorted(imposed) == sorted(one.imposition_id for one in measures)
            for one in measures:
                assert one.measure.decided_by == "李雷"
                assert one.measure.grounds
                ends = [ground.ends_at for ground in one.measure.grounds]
                assert None in ends or one.measure.ends_at <= max(ends)

    @invariant()
    def i1_what_is_open_rests_on_what_is_disclosed(self):
        """A review is listed once, unclosed, and as long as its records are disclosed, as far as could be heard."""
        if not hasattr(self, "platform"):
            return
        now = self.clock.now()
        asked = set()
        for one in self.platform.treatments.reviews.open():
            shown = {r.record_id for r in self.heard[one.code].values() if r.is_shown(now)}
            assert one.close is None
            assert one.record_ids <= shown
            key = (one.code, one.role, one.measure_code, one.record_ids)
            assert key not in asked
            asked.add(key)

    @invariant()
    def i6_reviews_are_on_record(self):
        """The ledger opens and closes each once."""
        if not hasattr(self, "platform"):
            return
        every = [one for code in SUBJECTS for one in self.platform.treatments.reviews.of(code)]
        entries = self.platform.entries()

        def named(kind):
            return sorted(e.stub["review_id"] for e in entries if e.kind == kind)

        assert named("review.opened") == sorted(one.review_id for one in every)
        assert named("review.closed") == sorted(one.review_id for one in every if one.close)

    @invariant()
    def what_was_refused_is_not_asked_again(self):
        """Not on the same records, or fewer of them."""
        if not hasattr(self, "platform"):
            return
        for code in SUBJECTS:
            reviews = self.platform.treatments.reviews.of(code)
            for one in reviews:
                if one.close is None or one.close.outcome is not ReviewOutcome.REFUSED:
                    continue
                later = [
                    r
                    for r in reviews
                    if r.opened_at >= one.close.at
                    and (r.role, r.measure_code) == (one.role, one.measure_code)
                    and r.record_ids <= one.record_ids
                    and r.review_id != one.review_id
                ]
                assert not [r for r in later if r.opened_at > one.close.at or r.close is None]

    @invariant()
    def two_decided_measures_of_a_kind_never_apply_at_once(self):
        """The later decision takes the place of the earlier one."""
        if not hasattr(self, "platform"):
            return
        now = self.clock.now()
        for code in SUBJECTS:
            applying = [
                (one.role, one.measure.code)
                for one in self.platform.treatments.of(code)
                if one.phase_at(now) is Phase.IN_FORCE
            ]
            assert len(applying) == len(set(applying))


TestReviews = ReviewMachine.TestCase
TestReviews.settings = settings(max_examples=settings.default.max_examples // 8, stateful_step_count=25)
