"""Values that are drafted: what an evaluation makes is what constructing it makes."""

from dataclasses import FrozenInstanceError, fields

import pytest
from hypothesis import given

from chengxin.errors import InvalidMeasure
from chengxin.policy import Ground, Measure, Reason, Treatment
from chengxin.policy.making import finish
from chengxin.policy.measure import GroundDraft
from chengxin.records import RecordKind
from tests.sdk.policy.material import FACTS, ROLES, answers, policies, run, shown


def constructed(value):
    """Return a value made anew of its fields, by its constructor."""
    return type(value)(**{part.name: getattr(value, part.name) for part in fields(value)})


@given(policies(), answers(), FACTS, ROLES)
def test_i3_what_is_drafted_could_have_been_constructed(policy, answer, facts, role):
    """Treatment, measures, grounds and reasons pass all checks of their constructors, and are equal."""
    treatment = run(policy, shown(answer), role=role, **facts)
    values = [treatment, *treatment.measures, *treatment.reasons]
    values += [ground for measure in treatment.measures for ground in measure.grounds]
    assert {type(value) for value in values} <= {Treatment, Measure, Ground, Reason}
    assert [constructed(value) for value in values] == values


def test_what_is_drafted_is_frozen_and_checked():
    """Once it is the value nothing of it changes; where it is wrong, finishing it raises as constructing it does."""
    draft = GroundDraft()
    draft.record_id, draft.version, draft.kind, draft.ends_at = "P1", 1, RecordKind.PENALTY, None
    ground = finish(draft, Ground)
    assert ground == Ground(record_id="P1", version=1, kind=RecordKind.PENALTY, ends_at=None)
    with pytest.raises(FrozenInstanceError):
        ground.version = 2
    wrong = GroundDraft()
    wrong.record_id, wrong.version, wrong.kind, wrong.ends_at = "", 1, RecordKind.PENALTY, None
    with pytest.raises(InvalidMeasure, match="names its record by id"):
        finish(wrong, Ground)
