"""The shape of a step: what goes in comes out, and nothing else is read."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.canonical import canonical_bytes
from chengxin.errors import InvalidRecord
from chengxin.policy.lifecycle import Move, Step
from chengxin.testing.policy_store_contract import NOTHING, one_of_each
from chengxin.wire import decode_step, encode_step

STEP = {
    "name": "p",
    "digest": NOTHING,
    "move": "lint",
    "by": "李明",
    "at": "2026-06-01T04:00:00.000000Z",
    "why": "因",
}
instants = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize("step", one_of_each(NOTHING), ids=lambda step: step.move)
def test_every_step_comes_back(step):
    """With every part, and as JSON that has one form."""
    assert decode_step(encode_step(step)) == step
    assert canonical_bytes(encode_step(step))


@given(at=instants, days=st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_every_instant_and_day_comes_back(at, days):
    """To the microsecond."""
    step = Step(
        name="p",
        digest=NOTHING,
        move=Move.DRAFT,
        by="李明",
        at=at,
        why="因",
        version="1",
        effective_from=days,
    )
    assert decode_step(encode_step(step)) == step


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {**STEP, "mood": "good"},
        {name: value for name, value in STEP.items() if name != "why"},
        {**STEP, "why": None},
        {**STEP, "by": 7},
        {**STEP, "move": "burn"},
        {**STEP, "at": "2026-06-01"},
        {**STEP, "at": "2026-06-01T04:00:00Z"},
        {**STEP, "at": "2026-06-01T12:00:00.000000+08:00"},
        {**STEP, "at": 7},
        {**STEP, "replaces": None},
        {**STEP, "digest": 7},
        {**STEP, "move": "draft", "version": 7, "effective_from": "2026-06-01"},
        {**STEP, "move": "submit", "is_important": 1},
    ],
)
def test_what_is_no_step_is_refused(data):
    """More, less, other, or in another form."""
    assert decode_step(STEP)
    with pytest.raises(InvalidRecord):
        decode_step(data)
