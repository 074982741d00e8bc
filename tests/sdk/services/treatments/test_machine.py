"""Whatever happens to records, source, clock, people and sweeps: only what is grounded limits, and it is on record."""

import shutil
import tempfile
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chengxin.errors import SourceUnavailable, UnknownReason
from chengxin.identifiers import Uscc
from chengxin.policy import NO_FACTS, ActionEffect, Outcome
from chengxin.procedure.imposition import Ending, Phase, WaveLimits
from chengxin.procedure.statement import StatementStatus, contradictions
from chengxin.records import ChangeKind, Role, Severity, china_day, show
from chengxin.store import upgrade
from chengxin.testing import FrozenClock, ScriptedSource, a_commendation, a_listing, a_penalty, an_answer
from tests.sdk.services.treatments.conftest import CODES, Platform

pytestmark = pytest.mark.timeout(600)  # a walk of many steps, each on a real database
SUBJECTS = CODES[:3]
DOWN = SourceUnavailable("down", reason=UnknownReason.UNREACHABLE)
GONE = (ChangeKind.REPAIRED, ChangeKind.SHIELDED, ChangeKind.WITHDRAWN)


@cache
def template():
    """Return a database file with the tables and nothing in them."""
    path = Path(tempfile.mkdtemp()) / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


class TreatmentsMachine(RuleBasedStateMachine):
    """A platform, and beside it what the source discloses and what the platform has heard of it."""

    platform_class = Platform

    @initialize(share=st.sampled_from([1.0, 0.34]))
    def begin(self, share):
        """Begin with three merchants of whom nothing is disclosed."""
        self.home = tempfile.TemporaryDirectory()
        path = Path(self.home.name) / "chengxin.db"
        shutil.copy(template(), path)
        self.clock = FrozenClock()
        self.source = ScriptedSource(clock=self.clock)
        limits = WaveLimits(share=share, number=1_000, least=0 if share < 1 else 5)
        self.platform = self.platform_class(f"sqlite:///{path}", self.source, self.clock, waves=limits)
        self.truth = {code: {} for code in SUBJECTS}
        self.heard = {code: {} for code in SUBJECTS}
        self.is_down = False
        self.numbers = iter(range(10_000))
        self.platform.treatments.enrol(SUBJECTS)

    def teardown(self):
        """Close what was opened."""
        if hasattr(self, "platform"):
            self.platform.close()
            self.home.cleanup()

    def tell(self, code, change, about):
        """Have the source disclose what it does by now, and tell the platform where it can be told."""
        self.source.disclose(code, *self.truth[code].values(), change=change, about=about)
        if not self.is_down:
            self.hear()

    def hear(self):
        """Have the platform hear of everything."""
        self.platform.hear()
        self.heard = {code: dict(records) for code, records in self.truth.items()}

    @rule(
        code=st.sampled_from(SUBJECTS),
        severity=st.sampled_from([None, *Severity]),
        days=st.integers(0, 60),
        is_listing=st.booleans(),
    )
    def disclose(self, code, severity, days, is_listing):
        """The source discloses something adverse."""
        record_id = f"R{next(self.numbers)}"
        today = china_day(self.clock.now())
        end_on = today + timedelta(days=days)
        record = (
            a_listing(record_id, start_on=today, end_on=end_on)
            if is_listing
            else a_penalty(record_id, severity=severity, start_on=today, end_on=end_on)
        )
        self.truth[code][record_id] = record
        self.tell(code, ChangeKind.ADDED, record)

    @rule(code=st.sampled_from(SUBJECTS))
    def commend(self, code):
        """The source discloses something good."""
        record_id = f"C{next(self.numbers)}"
        today = china_day(self.clock.now())
        record = a_commendation(record_id, start_on=today, end_on=today + timedelta(days=90))
        self.truth[code][record_id] = record
        self.tell(code, ChangeKind.ADDED, record)

    @rule(code=st.sampled_from(SUBJECTS), kind=st.sampled_from(GONE), data=st.data())
    def take_away(self, code, kind, data):
        """The source shows a record no longer."""
        if self.truth[code]:
            record = self.truth[code].pop(data.draw(st.sampled_from(sorted(self.truth[code]))))
            self.tell(code, kind, record)

    @rule(hours=st.sampled_from([1, 7, 24, 24 * 3, 24 * 8, 24 * 31]))
    def wait(self, hours):
        """Time passes, and nobody sweeps."""
        self.clock.advance(seconds=3600.0 * hours)

    @rule()
    def fail(self):
        """The source goes down, with its feed."""
        self.is_down = True
        self.source.fail(DOWN)

    @precondition(lambda self: self.is_down)
    @rule()
    def recover(self):
        """It comes back, and what it tells is heard."""
        self.is_down = False
        self.source.recover()
        self.hear()

    @rule(code=st.sampled_from(SUBJECTS))
    def look(self, code):
        """Somebody looks at a subject; a look changes nothing that a second one would change back."""
        self.platform.treatments.reconcile(code)

    @rule()
    def sweep(self):
        """The worker sweeps."""
        self.platform.treatments.sweep()

    @rule(code=st.sampled_from(SUBJECTS), data=st.data(), days=st.integers(1, 20), is_stay=st.booleans())
    def overrule(self, code, data, days, is_stay):
        """A named person lifts a measure, or stays it."""
        now = self.clock.now()
        of_it = [
            one.imposition_id
            for one in self.platform.treatments.of(code)
            if one.end is None and one.phase_at(now) in {Phase.NOTICED, Phase.IN_FORCE}
        ]
        if of_it:
            decide = self.platform.treatments.snooze if is_stay else self.platform.treatments.override
            until = now + timedelta(days=days)
            decide(data.draw(st.sampled_from(of_it)), by="王敏", reason="核实", until=until)

    @rule(is_approved=st.booleans())
    def decide_on_a_wave(self, is_approved):
        """A named person decides on what is held."""
        for wave in self.platform.treatments.waves.waves():
            self.platform.treatments.waves.decide(
                wave.wave_id, is_approved=is_approved, by="王敏", reason="已抽查"
            )

    @invariant()
    def a_guard_refuses_only_what_is_grounded_now(self):
        """What it refuses, the policy gives on what the source discloses, as far as the platform could hear of it."""
        if not hasattr(self, "platform"):
            return
        now = self.clock.now()
        for code in SUBJECTS:
            shown = [record for record in self.heard[code].values() if record.is_shown(now)]
            status = status_of(code, shown, now)
            given = self.platform.policy.evaluate(status, facts=NO_FACTS, role=Role.MERCHANT, at=now)
            allowed = {m.effect.action for m in given.restrictions if isinstance(m.effect, ActionEffect)}
            for action in self.platform.policy.unknown_modes:
                decision = self.platform.decide(action, code)
                if decision.outcome is Outcome.REFUSED:
                    assert action in allowed
                    for measure in decision.measures:
                        assert measure.starts_at <= now < measure.ends_at
                        assert measure.grounds
                        assert all(
                            g.ends_at is None or measure.ends_at <= g.ends_at for g in measure.grounds
                        ) or (measure.ends_at <= max(g.ends_at for g in measure.grounds))

    @invariant()
    def statements_say_what_measures_are(self):
        """What applies has a statement that agrees with it; what ended on record has a withdrawn one at most."""
        if not hasattr(self, "platform"):
            return
        now = self.clock.now()
        for code in SUBJECTS:
            stated = {one.imposition_id: one for one in self.platform.treatments.statements_of(code)}
            for one in self.platform.treatments.of(code):
                statement = stated.get(one.imposition_id)
                if one.end is not None:
                    assert statement is None or statement.status is StatementStatus.WITHDRAWN
                    assert not one.applies(now)
                elif one.applies(now) and all(
                    g.ends_at is None or now < g.ends_at for g in one.measure.grounds
                ):
                    assert statement is not None
                    assert not contradictions(statement, one.measure)
                if one.noticed_at is None:
                    assert statement is None

    @invariant()
    def the_ledger_tells_it_all(self):
        """The chain is whole, and counts what is on record."""
        if not hasattr(self, "platform"):
            return
        entries = self.platform.entries()
        every = [one for code in SUBJECTS for one in self.platform.treatments.of(code)]

        def named(kind):
            return sorted(e.stub["imposition_id"] for e in entries if e.kind == kind)

        assert named("notice.given") == sorted(one.imposition_id for one in every if one.noticed_at)
        assert named("measure.imposed") == sorted(one.imposition_id for one in every if one.is_begun)
        assert named("measure.ended") == sorted(one.imposition_id for one in every if one.end)
        held = {one.imposition_id for one in every if one.end and one.end.ending is Ending.LAPSED}
        assert held <= set(named("measure.held"))


def status_of(code, records, at):
    """Return the status that a complete answer with these records gives."""
    answer = an_answer(*records, code=Uscc.parse(code), as_of=at)
    return show(answer, at=at, fetched_at=at, fresh_until=at + timedelta(hours=1))


TestTreatments = TreatmentsMachine.TestCase
TestTreatments.settings = settings(max_examples=settings.default.max_examples // 6, stateful_step_count=25)
