"""Treatments against their model, with merchants that appeal meanwhile: what was reversed stays so, on its grounds."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from chengxin.errors import AppealRefused
from chengxin.procedure.appeal import AppealStage, Outcome
from chengxin.procedure.imposition import Phase, Stay
from chengxin.records import Role, Severity
from tests.sdk.services.hearing.conftest import MERCHANT, REVIEWER, House, granted, partly, rejected
from tests.sdk.services.treatments.test_machine import SUBJECTS, TreatmentsMachine

pytestmark = pytest.mark.timeout(600)  # a walk of many steps, each on a real database


class HearingMachine(TreatmentsMachine):
    """The same platform, which hears its merchants."""

    platform_class = House

    @initialize(share=st.sampled_from([1.0, 0.34]))
    def begin(self, share):
        """Begin with two merchants under measures."""
        super().begin(share)
        self.in_review = []
        for code, severity in zip(SUBJECTS, (Severity.SERIOUS, Severity.GENERAL), strict=False):
            self.disclose(code=code, severity=severity, days=60, is_listing=False)
            self.look(code=code, role=Role.MERCHANT)
        self.decide_on_a_wave(is_approved=True)
        self.wait(hours=24 * 8)
        self.sweep()

    @rule(code=st.sampled_from(SUBJECTS), data=st.data(), is_taken=st.booleans())
    def file(self, code, data, is_taken):
        """A merchant appeals against a measure that it was told of; a reviewer takes it up, or not yet."""
        told = [one.imposition_id for one in self.platform.treatments.of(code) if one.noticed_at is not None]
        if not told:
            return
        try:
            filed = self.platform.appeals.file(
                data.draw(st.sampled_from(told)), by=MERCHANT, statement="情况已经改变。"
            )
        except AppealRefused as error:
            assert error.fault in {"already_open", "already_granted", "no_new_facts", "too_late"}
            return
        self.platform.appeals.acknowledge(filed.appeal_id)
        if is_taken:
            self.take(filed.appeal_id)

    @rule()
    def take_up(self):
        """A reviewer takes up what is open."""
        for appeal in self.platform.appeals.waiting():
            if appeal.stage is AppealStage.ACKNOWLEDGED:
                self.take(appeal.appeal_id)

    def take(self, appeal_id):
        """Take an appeal up."""
        self.platform.appeals.take(appeal_id, by=REVIEWER)
        self.in_review.append(appeal_id)

    @precondition(lambda self: getattr(self, "in_review", ()))
    @rule(data=st.data(), days=st.integers(1, 20), outcome=st.sampled_from([*Outcome, None]))
    def close(self, data, days, outcome):
        """An appeal is decided, or taken back; an end that is no earlier is refused."""
        appeal_id = data.draw(st.sampled_from(self.in_review))
        if outcome is None:
            self.platform.appeals.withdraw(appeal_id, by=MERCHANT)
        else:
            results = {Outcome.GRANTED: granted(), Outcome.REJECTED: rejected()}
            result = results.get(outcome) or partly(ends_at=self.clock.now() + timedelta(days=days))
            try:
                self.platform.appeals.decide(appeal_id, by=REVIEWER, result=result)
            except AppealRefused as error:
                assert error.fault == "not_milder"
                return
        self.in_review.remove(appeal_id)

    @invariant()
    def what_was_reversed_stays_so_on_its_grounds(self):
        """Nothing of the same name is open on nothing but grounds on which an appeal was granted."""
        if not hasattr(self, "platform"):
            return
        now = self.clock.now()
        for code in SUBJECTS:
            every = self.platform.treatments.of(code)
            reversed_on = [
                (one.measure.code, one.record_ids)
                for one in every
                if any(
                    appeal.result is not None and appeal.result.outcome is Outcome.GRANTED
                    for appeal in self.platform.appeals.of(one.imposition_id).decided
                )
            ]
            for one in every:
                if one.is_open(now) and one.hold is None:
                    assert not any(
                        one.measure.code == name and one.record_ids <= grounds
                        for name, grounds in reversed_on
                    )

    @invariant()
    def an_appeal_suspends_exactly_as_long_as_it_is_open(self):
        """What the docket says and what the measure does are one."""
        if not hasattr(self, "platform"):
            return
        now = self.clock.now()
        for code in SUBJECTS:
            for one in self.platform.treatments.of(code):
                docket = self.platform.appeals.of(one.imposition_id)
                if not one.is_open(now):
                    continue
                by_appeal = one.suspension is not None and one.suspension.stay is Stay.APPEAL
                assert by_appeal == docket.is_suspended(now)
                if by_appeal:
                    assert one.phase_at(now) is Phase.SUSPENDED

    @invariant()
    def every_step_is_in_the_ledger(self):
        """Each once, in the order in which it was taken."""
        if not hasattr(self, "platform"):
            return
        on_record = {}
        for entry in self.platform.entries():
            if entry.kind.value.startswith("appeal."):
                on_record.setdefault(entry.stub["imposition_id"], []).append(entry.stub["number"])
        for code in SUBJECTS:
            for one in self.platform.treatments.of(code):
                steps = self.platform.appeals.of(one.imposition_id).steps
                assert on_record.get(one.imposition_id, []) == list(range(1, len(steps) + 1))


TestHearing = HearingMachine.TestCase
TestHearing.settings = settings(max_examples=settings.default.max_examples // 8, stateful_step_count=25)
