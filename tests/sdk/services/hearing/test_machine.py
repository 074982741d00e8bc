"""Treatments against their model, with merchants that appeal meanwhile: what was reversed stays so, on its grounds."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from chengxin.errors import AppealRefused
from chengxin.procedure.appeal import AppealStage, Outcome
from chengxin.procedure.imposition import Phase, Stay
from tests.sdk.services.hearing.conftest import MERCHANT, REVIEWER, House, granted, partly, rejected
from tests.sdk.services.treatments.test_machine import SUBJECTS, TreatmentsMachine


class HearingMachine(TreatmentsMachine):
    """The same platform, which hears its merchants."""

    platform_class = House

    def open_appeals(self, *stages):
        """Return the open appeals at some stages."""
        return [one for one in self.platform.appeals.waiting() if one.stage in stages]

    @rule(code=st.sampled_from(SUBJECTS), data=st.data())
    def file(self, code, data):
        """A merchant appeals against a measure that it was told of."""
        told = [one.imposition_id for one in self.platform.treatments.of(code) if one.noticed_at is not None]
        if told:
            try:
                self.platform.appeals.file(
                    data.draw(st.sampled_from(told)), by=MERCHANT, statement="情况已经改变。"
                )
            except AppealRefused as error:
                assert error.fault in {"already_open", "already_granted", "no_new_facts", "too_late"}

    @rule()
    def take_up(self):
        """A reviewer takes up what was filed."""
        for appeal in self.open_appeals(AppealStage.FILED):
            self.platform.appeals.acknowledge(appeal.appeal_id)
            self.platform.appeals.take(appeal.appeal_id, by=REVIEWER)

    @rule(data=st.data(), days=st.integers(1, 20), outcome=st.sampled_from([*Outcome, None]))
    def close(self, data, days, outcome):
        """An appeal is decided, or taken back; an end that is no earlier is refused."""
        waiting = self.open_appeals(AppealStage.IN_REVIEW)
        if not waiting:
            return
        appeal_id = data.draw(st.sampled_from(waiting)).appeal_id
        if outcome is None:
            self.platform.appeals.withdraw(appeal_id, by=MERCHANT)
            return
        earlier = self.clock.now() + timedelta(days=days)
        result = {Outcome.GRANTED: granted(), Outcome.REJECTED: rejected()}.get(
            outcome, partly(ends_at=earlier)
        )
        try:
            self.platform.appeals.decide(appeal_id, by=REVIEWER, result=result)
        except AppealRefused as error:
            assert error.fault == "not_milder"

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
TestHearing.settings = settings(max_examples=settings.default.max_examples // 4, stateful_step_count=25)
