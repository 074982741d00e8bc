"""Whatever happens to records, source, clock, policy, people and sweeps: only what is grounded limits, on record."""

import shutil
import tempfile
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chengxin.errors import SourceUnavailable, UnknownReason
from chengxin.identifiers import Uscc
from chengxin.policy import NO_FACTS, ActionEffect, Outcome, compile_policy
from chengxin.procedure.imposition import Ending, Phase, WaveLimits, WaveState
from chengxin.procedure.statement import StatementStatus, contradictions
from chengxin.records import ChangeKind, Role, Severity, Standing, china_day, end_of_china_day, show
from chengxin.store import upgrade
from chengxin.store.sql.treatments import TreatmentRows
from chengxin.store.sql.waves import WaveRows
from chengxin.testing import FrozenClock, ScriptedSource, a_commendation, a_listing, a_penalty, an_answer
from tests.sdk.services.treatments.conftest import CODES, Platform

pytestmark = pytest.mark.timeout(600)  # a walk of many steps, each on a real database
SUBJECTS = CODES[:3]
AUTOMATIC = (Role.MERCHANT, Role.ROOM_OPERATOR)
"""Roles in which nobody is asked before somebody is limited."""
DOWN = SourceUnavailable("down", reason=UnknownReason.UNREACHABLE)
GONE = (ChangeKind.REPAIRED, ChangeKind.SHIELDED, ChangeKind.WITHDRAWN)
MILDER = {"promotion-suspended", "listing-suspended", "deposit-raised"}


class DiedError(BaseException):
    """A process ends here; what is under way is left as it is."""


@cache
def template():
    """Return a database file with the tables and nothing in them."""
    path = Path(tempfile.mkdtemp()) / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


def versions_of(policy):
    """Return a policy, the same one under another name, and one that has fewer measures."""
    document = policy.document
    rules = [
        one.model_copy(update={"measures": tuple(code for code in one.measures if code not in MILDER)})
        for one in document.rules
    ]
    milder = {"version": "milder", "rules": tuple(one for one in rules if one.measures or one.tier)}
    return [
        policy,
        compile_policy(document.model_copy(update={"version": "again"})),
        compile_policy(document.model_copy(update=milder)),
    ]


class TreatmentsMachine(RuleBasedStateMachine):
    """A platform, and beside it what the source discloses and what the platform has heard of it."""

    platform_class = Platform

    @contextmanager
    def database(self):
        """Open a database that has the tables and nothing in them, and give its URL."""
        with tempfile.TemporaryDirectory() as home:
            path = Path(home) / "chengxin.db"
            shutil.copy(template(), path)
            yield f"sqlite:///{path}"

    @initialize(share=st.sampled_from([1.0, 0.34]))
    def begin(self, share):
        """Begin with three merchants of whom nothing is disclosed."""
        self.home = self.database()
        url = self.home.__enter__()
        self.clock = FrozenClock()
        self.source = ScriptedSource(clock=self.clock)
        self.limits = WaveLimits(share=share, number=1_000, least=0 if share < 1 else 5)
        self.platform = self.platform_class(url, self.source, self.clock, waves=self.limits)
        self.policies = versions_of(self.platform.policy)
        self.approved = {}
        self.disclosed = {code: {} for code in SUBJECTS}
        self.truth = {code: {} for code in SUBJECTS}
        self.heard = {code: {} for code in SUBJECTS}
        self.is_down = False
        self.numbers = iter(range(10_000))
        self.platform.treatments.enrol(SUBJECTS)

    def teardown(self):
        """Close what was opened."""
        if hasattr(self, "platform"):
            self.platform.close()
            self.home.__exit__(None, None, None)

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
        self.truth[code][record_id] = self.disclosed[code][record_id] = record
        self.tell(code, ChangeKind.ADDED, record)

    @rule(severity=st.sampled_from([Severity.GENERAL, Severity.SERIOUS]), is_looked_at=st.booleans())
    def storm(self, severity, is_looked_at):
        """The source discloses something adverse of everybody, as bad data does."""
        for code in SUBJECTS:
            self.disclose(code=code, severity=severity, days=60, is_listing=False)
        for code in SUBJECTS if is_looked_at else ():
            self.look(code=code, role=Role.MERCHANT)

    @rule(code=st.sampled_from(SUBJECTS))
    def commend(self, code):
        """The source discloses something good."""
        record_id = f"C{next(self.numbers)}"
        today = china_day(self.clock.now())
        record = a_commendation(record_id, start_on=today, end_on=today + timedelta(days=90))
        self.truth[code][record_id] = self.disclosed[code][record_id] = record
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

    @rule(code=st.sampled_from(SUBJECTS), role=st.sampled_from(AUTOMATIC))
    def look(self, code, role):
        """Somebody looks at a subject; a look changes nothing that a second one would change back."""
        self.platform.treatments.reconcile(code, role=role)

    @rule(which=st.integers(0, 2), is_adopted=st.booleans(), after=st.sampled_from([None, 0, 1, 2]))
    def publish(self, which, is_adopted, after):
        """Another version of the policy takes effect; all are looked at, or some before who does so dies."""
        self.platform.policy = self.policies[which]
        if is_adopted:
            with self.dying(after):
                self.platform.treatments.waves.adopt()

    @contextmanager
    def dying(self, after):
        """Have the process that does something die after so many subjects; not at all where None."""
        reconciler = self.platform.treatments.waves._reconciler
        do, left = reconciler.do_or_put_off, after

        def die(*given, **named):
            nonlocal left
            if left == 0:
                raise DiedError
            left = None if left is None else left - 1
            return do(*given, **named)

        reconciler.do_or_put_off = die
        try:
            yield
        except DiedError:
            pass
        finally:
            del reconciler.do_or_put_off

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

    @rule(is_approved=st.booleans(), after=st.sampled_from([None, None, 0, 1, 2]))
    def decide_on_a_wave(self, is_approved, after=None):
        """A named person decides on what is held, and may die while it is carried out."""
        waves = self.platform.treatments.waves
        for wave in waves.waves():
            if is_approved:
                self.approved |= dict.fromkeys(self.held_in(wave), wave)
            with self.dying(after):
                waves.decide(wave.wave_id, is_approved=is_approved, by="王敏", reason="已抽查")

    def held_in(self, wave):
        """Return the ids of what is held in a wave."""
        every = [one for code in SUBJECTS for one in self.platform.treatments.of(code)]
        return {one.imposition_id for one in every if one.hold and one.wave == wave.wave_id and not one.end}

    @rule()
    def carry_out(self):
        """The worker does what was decided; what holds nothing any longer is closed, and waits for nobody."""
        self.platform.treatments.waves.carry_out()
        with self.platform.store.reading() as connection:
            rows = WaveRows(connection)
            for wave in rows.unclosed():
                if not rows.is_holding(wave.wave_id):
                    assert wave.state is WaveState.HELD
                    assert TreatmentRows(connection).is_behind(wave.policy_digest)

    @invariant()
    def a_guard_refuses_only_what_is_grounded_now(self):
        """What it refuses, the policy gives on what the source discloses, as far as the platform could hear of it.

        Where nothing can be known now, what is in force holds to its own end: a policy that takes effect meanwhile is
        evaluated on nothing.
        """
        if not hasattr(self, "platform"):
            return
        now = self.clock.now()
        for code in SUBJECTS:
            shown = {name: one for name, one in self.heard[code].items() if one.is_shown(now)}
            status = status_of(code, shown.values(), now)
            is_known = self.platform.client.check(code).standing is not Standing.UNKNOWN
            for role in AUTOMATIC:
                given = self.platform.policy.evaluate(status, facts=NO_FACTS, role=role, at=now)
                allowed = {m.effect.action for m in given.restrictions if isinstance(m.effect, ActionEffect)}
                for action in self.platform.policy.unknown_modes:
                    decision = self.platform.decide(action, code, role)
                    assert decision.outcome is Outcome.ALLOWED or action in allowed or not is_known
                    for measure in decision.measures:
                        assert measure.starts_at <= now < measure.ends_at
                        assert shown.keys() & {ground.record_id for ground in measure.grounds}

    @invariant()
    def i3_a_measure_rests_on_what_it_says_and_lasts_no_longer_than_the_policy_gives_on_that(self):
        """Its grounds are records as they were disclosed; on nothing but these its own policy gives it, to its end."""
        if not hasattr(self, "platform"):
            return
        policies = {policy.ref.digest: policy for policy in self.policies}
        for code in SUBJECTS:
            for one in self.platform.treatments.of(code):
                measure, policy = one.measure, policies[one.measure.policy.digest]
                records = [self.disclosed[code][ground.record_id] for ground in measure.grounds]
                assert records
                ends = [end_of_china_day(record.period.end_on) for record in records]
                assert [ground.ends_at for ground in measure.grounds] == ends
                assert measure.ends_at <= max(ends)
                if measure.decided_by is None:
                    status = status_of(code, records, one.as_of)
                    alone = policy.evaluate(status, facts=NO_FACTS, role=one.role, at=one.as_of)
                    (given,) = [found for found in alone.restrictions if found.code == measure.code]
                    assert (given.effect, given.grounds) == (measure.effect, measure.grounds)
                    assert measure.ends_at <= given.ends_at

    @invariant()
    def what_was_approved_is_held_back_by_nothing_else(self):
        """No other wave of the same policy holds it; and nothing that was refused was told."""
        if not hasattr(self, "platform"):
            return
        waves = {one.wave_id: one for one in self.platform.treatments.waves.waves(None)}
        for code in SUBJECTS:
            for one in self.platform.treatments.of(code):
                wave = waves.get(one.wave)
                before = self.approved.get(one.imposition_id)
                if before is not None and wave is not None and wave.wave_id != before.wave_id:
                    assert wave.policy_digest != before.policy_digest
                if one.hold is None and wave is not None and one.noticed_at is not None:
                    assert wave.state is not WaveState.REJECTED or one.noticed_at < wave.decided_at
                if one.phase_at(self.clock.now()) is Phase.HELD and wave is not None:
                    assert wave.closed_at is None

    @invariant()
    def no_more_are_limited_anew_than_may_be_without_asking(self):
        """Within the window, those of waves and those that a person decided on aside."""
        if not hasattr(self, "platform"):
            return
        since = self.clock.now() - self.limits.window
        limited = {
            code
            for code in SUBJECTS
            for one in self.platform.treatments.of(code)
            if one.noticed_at is not None
            and one.noticed_at >= since
            and one.wave is None
            and one.measure.decided_by is None
        }
        assert len(limited) <= max(self.limits.least, self.limits.share * len(SUBJECTS))

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


def test_treatments_on_postgresql(shared_postgres, postgres_template):
    """The same walks."""

    class OnPostgresql(TreatmentsMachine):
        @contextmanager
        def database(self):
            name = shared_postgres.create(postgres_template)
            yield shared_postgres.url(name)
            shared_postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")

    walk = settings(max_examples=settings.default.max_examples // 10, stateful_step_count=25)
    run_state_machine_as_test(OnPostgresql, settings=walk)
