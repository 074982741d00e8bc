"""The model finds what is wrong: each planted fault ends its walk."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from chengxin.ledger import EntryKind
from chengxin.policy import decided_measure
from chengxin.procedure import imposition as course
from chengxin.procedure.imposition import Imposition, Wave
from chengxin.procedure.review import plan_reviews
from chengxin.services.treatments import act as acting
from chengxin.services.treatments import asking, guarding, reviewing
from chengxin.store.sql.reviews import ReviewRows
from chengxin.store.sql.treatments import TreatmentRows
from chengxin.store.sql.waves import WaveRows
from tests.sdk.services.treatments.test_machine import TreatmentsMachine
from tests.sdk.services.treatments.test_review_machine import ReviewMachine

WALK = settings(
    max_examples=60,
    stateful_step_count=20,
    phases=[Phase.generate],
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def forget_that_it_ended(monkeypatch):
    """A guard that goes by a measure whose time is over."""
    monkeypatch.setattr(
        Imposition, "applies", lambda one, at: one.noticed_at is not None and one.measure.starts_at <= at
    )
    monkeypatch.setattr(guarding, "is_grounded", lambda *_: True)


def leave_the_statement(monkeypatch):
    """A measure that ends without its statement being withdrawn."""
    monkeypatch.setattr(acting.StatementRows, "latest_of", lambda *_: None)


def leave_the_ledger(monkeypatch):
    """An end that is not on the record."""
    note = acting.Act._note

    def forgetful(act, kind, *given, **named):
        if kind is not EntryKind.MEASURE_ENDED:
            note(act, kind, *given, **named)

    monkeypatch.setattr(acting.Act, "_note", forgetful)


def state_another_end(monkeypatch):
    """A change that is not told."""
    monkeypatch.setattr(acting.Act, "_amend", lambda act, one, _: act.rows.replace(one))


def forget_who_decided(monkeypatch):
    """A measure that a human decided, and that says it is automatic."""

    def unnamed(*given, by, **named):
        measure = decided_measure(*given, by=by, **named)
        return None if measure is None else replace(measure, decided_by=None)

    monkeypatch.setattr(reviewing, "decided_measure", unnamed)


def ask_again(monkeypatch):
    """A refusal that is forgotten."""
    monkeypatch.setattr(ReviewRows, "refused_of", lambda *_: [])


def leave_the_review(monkeypatch):
    """A review that stays open when its record goes."""

    def forgetful(*given, **named):
        return replace(plan_reviews(*given, **named), close=())

    monkeypatch.setattr(asking, "plan_reviews", forgetful)


def forget_the_approval(monkeypatch):
    """An approval that counts for nothing."""
    monkeypatch.setattr(Wave, "lets_through", lambda *_: False)


def impose_what_was_refused(monkeypatch):
    """A look that takes no notice of a refusal which is not carried out yet."""
    monkeypatch.setattr(WaveRows, "find", lambda *_: None)


def count_nobody(monkeypatch):
    """A guard that finds any number of subjects few."""
    monkeypatch.setattr(TreatmentRows, "count_noticed", lambda *_: 0)


def leave_the_wave(monkeypatch):
    """A wave that waits when nothing is held in it."""
    monkeypatch.setattr(acting.Act, "close_wave", lambda *_: False)


def last_longer(monkeypatch):
    """A measure that goes on a day longer than what it rests on."""
    release, impose = course.release, acting.Imposition

    def longer(measure):
        made = replace(measure)
        object.__setattr__(made, "ends_at", measure.ends_at + timedelta(days=1))
        return made

    monkeypatch.setattr(
        course, "release", lambda held, measure, **named: release(held, longer(measure), **named)
    )
    monkeypatch.setattr(
        acting, "Imposition", lambda *, measure, **named: impose(measure=longer(measure), **named)
    )


PLANTED = [
    *((TreatmentsMachine, plant) for plant in (forget_that_it_ended, leave_the_statement)),
    *((TreatmentsMachine, plant) for plant in (leave_the_ledger, state_another_end)),
    *((TreatmentsMachine, plant) for plant in (impose_what_was_refused, count_nobody, leave_the_wave)),
    *((TreatmentsMachine, plant) for plant in (forget_the_approval, last_longer)),
    *((ReviewMachine, plant) for plant in (forget_who_decided, ask_again, leave_the_review)),
]


@pytest.mark.parametrize(("machine", "plant"), PLANTED)
def test_a_planted_fault_is_found(machine, plant, monkeypatch):
    """A model that finds nothing would be none."""
    plant(monkeypatch)
    with pytest.raises(Exception):  # noqa: B017, PT011  # whichever law is broken first
        run_state_machine_as_test(machine, settings=WALK)
