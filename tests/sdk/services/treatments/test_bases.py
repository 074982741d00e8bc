"""What measures are decided on, for whoever evaluates beside."""

import json
from copy import copy
from datetime import timedelta
from functools import cache

import pytest

from chengxin.errors import ConfigurationError
from chengxin.policy import NO_CONSTRAINTS, NO_FACTS, PolicyDocument, compile_policy
from chengxin.services import read_policy
from chengxin.services.treatments import Bases, TreatmentOptions
from chengxin.testing import scripted_client

CODE = "91350100M000100Y43"
MOMENT = timedelta(microseconds=1)


@cache
def compiled(version):
    """Return a version of a policy."""
    content = dict(read_policy("observe").document.content) | {"version": version}
    return compile_policy(PolicyDocument.model_validate_json(json.dumps(content)))


@pytest.fixture
def client(source, clock):
    """A client of a scripted source."""
    with scripted_client(source, clock=clock) as client:
        yield client


@pytest.mark.parametrize("after", [MOMENT, timedelta(seconds=1.234567), timedelta(days=3)])
def test_i5_a_policy_is_in_force_from_its_very_instant_on(client, clock, after):
    """Though it is read a moment before, from a host that makes it anew whenever it is asked."""
    start = clock.now()
    bases = Bases(client, lambda at: copy(compiled("1" if at < start + after else "2")), TreatmentOptions())
    first = bases.of(CODE)
    assert (first.policy.ref.version, first.facts, first.constraints) == ("1", NO_FACTS, NO_CONSTRAINTS)
    clock.advance(to=max(start, start + after - timedelta(seconds=2)))
    assert bases.of(CODE).policy is first.policy, "the one of this digest"
    assert bases.of(CODE).until == start + after
    assert bases.known(CODE) == bases.of(CODE)
    clock.advance(to=start + after - MOMENT)
    assert bases.of(CODE).policy is first.policy
    clock.advance(to=start + after)
    assert bases.known(CODE).policy.ref.version == "2"
    second = bases.of(CODE)
    assert (second.policy.ref.version, second.until) == ("2", None)
    clock.advance(seconds=60)
    assert bases.of(CODE).policy is second.policy


def test_what_is_kept_for_less_than_no_time_is_refused():
    """None at all is lawful."""
    assert TreatmentOptions(kept_for=timedelta(0)).kept_for == timedelta(0)
    with pytest.raises(ConfigurationError, match="0 s or more"):
        TreatmentOptions(kept_for=-MOMENT)
