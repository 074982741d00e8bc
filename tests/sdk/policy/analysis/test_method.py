"""Who answers where no bound is given: the exploration refuses what is too large for it, the solver does not."""

import pytest

from chengxin.errors import AnalysisTooLarge
from chengxin.policy import PolicyDocument
from chengxin.policy.analysis.exploration import MOST_CASES
from chengxin.policy.analysis.inquiry import Inquiry
from chengxin.policy.analysis.method import Method
from tests.sdk.policy.analysis.large import large_document


def hit_twice(asked):
    """Return the formula that two of the last twenty rules fire at once.

    Variables are looked at in the order in which rules name them, so that the last rules are left open for longest.
    """
    return asked.space.algebra.some_of(2, [asked.fires(rule) for rule in asked.rules[-20:]])


def test_the_usual_bound_refuses_a_large_policy_that_is_solved():
    """150 rules over 80 facts: exploring ends in a refusal and no answer, and who may choose answers as the solver."""
    document = PolicyDocument.model_validate(large_document())
    explored = Inquiry(document, method=Method.EXPLORE)
    with pytest.raises(AnalysisTooLarge, match=f"more than {MOST_CASES} cases apart at once"):
        explored.is_met(hit_twice(explored))
    for method in (Method.SOLVE, Method.EITHER):
        asked = Inquiry(document, method=method)
        found = asked.smallest(hit_twice(asked))
        assert found is not None
        assert asked.holds_in(hit_twice(asked), found.values)
        assert (found.cost, found.cases) == (105, None)  # one record and five facts
