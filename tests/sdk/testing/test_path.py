"""Every way of evaluating gives the same treatment (I5); a decision matrix drives the same functions."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.policy import Essence, PlatformFacts, Situation
from chengxin.records import show
from chengxin.testing import PATHS
from tests.sdk.policy.material import AT, COMPANY, FACTS, PERSON, ROLES, answers, marketplace, policies
from tests.sdk.policy.subjects import CONSTRAINT_SETS

STATUSES = st.builds(
    lambda answer, hours: show(answer, at=AT, fetched_at=AT, fresh_until=AT + timedelta(hours=hours)),
    st.sampled_from([COMPANY, PERSON]).flatmap(lambda subject: answers(subject=subject)),
    st.integers(1, 9000),
)


@pytest.mark.parametrize("name", PATHS)
@settings(max_examples=60, deadline=None)
@given(policies() | st.builds(marketplace), STATUSES, FACTS, ROLES, CONSTRAINT_SETS, st.integers(0, 7200))
def test_i5_every_way_is_the_live_one(name, policy, status, facts, role, constraints, seconds):
    """At any instant, also past the end of the status; under joint constraints or none."""
    at, values = AT + timedelta(seconds=seconds), PlatformFacts(facts)
    situation = Situation(status=status, role=role, facts=values, constraints=constraints)
    treatment = PATHS[name](policy, situation, at)
    live = policy.evaluate(status, facts=values, role=role, at=at, constraints=constraints)
    assert Essence.of(treatment) == Essence.of(live)
