"""The decision matrix of each shipped policy pins every way in which a policy is evaluated (invariant I5)."""

from collections import Counter

import pytest
from hypothesis import given

from chengxin.policy import Essence, Situation
from chengxin.policy.analysis.matrix import matrix
from chengxin.policy.upshot import Upshot
from chengxin.records import SubjectKind
from chengxin.services import load_policy, shipped_policies
from chengxin.testing import PATHS
from tests.examples import tried
from tests.sdk.policy.analysis.test_space import CONSTRAINTS
from tests.sdk.policy.material import AT, FACTS, ROLES, answers, policies, shown
from tests.sdk.policy.situation import situation_of


@pytest.fixture(scope="module", params=shipped_policies())
def made(request):
    """A shipped policy and its matrix."""
    policy = load_policy(request.param)
    return policy, matrix(policy)


def given_by(path, policy, row):
    """Return what a path gives to the example of a row."""
    example = row.example
    situation = Situation(
        status=example.status,
        role=example.role,
        facts=example.facts_of(policy.document),
        constraints=example.constraints,
    )
    return path(policy, situation, example.at)


def test_i5_every_path_gives_what_the_matrix_says(made):
    """Live, simulation, backtest, shadow and rollout: the same on every reachable set of rules that fire."""
    policy, found = made
    assert {"live", "simulation", "backtest", "shadow", "rollout"} <= PATHS.keys()
    for row in found.rows:
        live = given_by(PATHS["live"], policy, row)
        assert Upshot.of(live) == row.upshot
        for name, path in PATHS.items():
            assert Essence.of(given_by(path, policy, row)) == Essence.of(live), (name, row.fired)


def test_the_matrix_holds_every_state_once_and_leaves_nobody_out(made):
    """Each set of rules stands once for persons and once for others, and the rows make up all cases."""
    policy, found = made
    states = Counter((row.fired, row.is_person, row.upshot.is_known) for row in found.rows)
    assert set(states.values()) == {1}
    assert {rule_id for row in found.rows for rule_id in row.fired} == {
        rule.id for rule in policy.document.rules
    }
    assert [row.number for row in found.rows] == list(range(1, len(found.rows) + 1))


def test_i8_no_row_of_a_person_holds_a_tier_or_an_automatic_restriction(made):
    """Whatever fires; a named human decides."""
    policy, found = made
    persons = [row for row in found.rows if row.is_person]
    assert persons
    assert all(row.upshot.tier is None and not row.upshot.restrictions for row in persons)
    assert any(row.upshot.reviews for row in persons) is bool(policy.document.catalogue)


def test_i2_no_row_of_an_unknown_standing_gives_anything(made):
    """Neither a measure nor a review nor a tier."""
    _, found = made
    unknown = [row.upshot for row in found.rows if not row.upshot.is_known]
    assert unknown
    assert all((u.tier, u.measures, u.reviews) == (None, frozenset(), frozenset()) for u in unknown)


def test_a_row_tells_which_rules_fire(made):
    """As the evaluation of its example does, but for rules that do nothing to a person."""
    policy, found = made
    for row in found.rows:
        treatment = given_by(PATHS["live"], policy, row)
        fired = tuple(reason.rule_id for reason in treatment.reasons)
        is_person = row.example.status.subject.kind is SubjectKind.PERSON or row.is_person
        assert set(fired) <= set(row.fired) if is_person else fired == row.fired


@tried(0.4, deadline=None)
@given(policies(most=4), answers(), ROLES, FACTS, CONSTRAINTS)
def test_i5_every_path_gives_the_same_whatever_the_policy(policy, answer, role, facts, constraints):
    """For random policies and subjects, under constraints and without."""
    situation = situation_of(policy, shown(answer), role=role, constraints=constraints, **facts)
    treatments = {name: path(policy, situation, AT) for name, path in PATHS.items()}
    essences = {name: Essence.of(treatment) for name, treatment in treatments.items()}
    assert len(set(map(repr, essences.values()))) == 1
