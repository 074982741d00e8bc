"""The model finds what is wrong: each planted fault ends its walk."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from chengxin.ledger import EntryKind
from chengxin.procedure.imposition import Imposition
from chengxin.services.treatments import act as acting
from chengxin.services.treatments import guarding
from tests.sdk.services.treatments.test_machine import TreatmentsMachine

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


@pytest.mark.parametrize(
    "plant", [forget_that_it_ended, leave_the_statement, leave_the_ledger, state_another_end]
)
def test_a_planted_fault_is_found(plant, monkeypatch):
    """A model that finds nothing would be none."""
    plant(monkeypatch)
    with pytest.raises(Exception):  # noqa: B017, PT011  # whichever law is broken first
        run_state_machine_as_test(TreatmentsMachine, settings=WALK)
