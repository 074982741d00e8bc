"""The semantic diff: for whom a policy is stricter, looser, of another kind or the same, with a witness each."""

import json
from datetime import date
from random import Random

import pytest
from hypothesis import HealthCheck, given, reject
from hypothesis import strategies as st

from chengxin.errors import AnalysisTooLarge
from chengxin.policy import compile_policy, parse_policy
from chengxin.policy.analysis.diff import applying, diff
from chengxin.policy.analysis.method import Method
from chengxin.policy.document import Rule
from chengxin.policy.engine import compile_checked
from chengxin.policy.shift import Verdict, Yardstick, compare
from chengxin.policy.upshot import Upshot
from chengxin.records import Role, Severity
from tests.examples import tried
from tests.sdk.policy.analysis.subjects import random_subject
from tests.sdk.policy.analysis.test_space import layered
from tests.sdk.policy.material import (
    AT,
    BOTH,
    SMALL,
    TODAY,
    marketplace,
    policies,
    rule,
    small_document,
    small_policy,
    status_of,
)

SUBJECTS_A_PAIR = 500
PENALISED = {"record": {"kind": "PENALTY"}}


def evaluated(policy, example):
    """Return what a policy gives to an example, as though it applied on its day."""
    facts = example.facts_of(policy.document)
    return policy.evaluate(
        example.status, facts=facts, role=example.role, at=example.at, constraints=example.constraints
    )


def stricter_for_minor_penalties():
    """Return the shipped policy, with a measure more for minor penalties."""
    document = marketplace().document
    minor = {"record": {"kind": "PENALTY", "severity": "MINOR", "disputed": False}}
    more = Rule.model_validate(rule(minor, "inspection-raised", rule_id="minor-penalty"))
    return compile_policy(document.model_copy(update={"rules": (*document.rules, more)}))


@tried(0.2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policies(most=4) | layered(), policies(most=4) | layered(), st.integers(0, 2**32))
def test_i5_the_class_of_any_subject_is_what_both_policies_give_to_it(before, after, seed):
    """For random pairs and random subjects: class and evaluations agree, and every witness evaluates as claimed.

    Of a pair that tells too much apart nothing is concluded, and that is said.
    """
    try:
        found = diff(before, after, on=TODAY)
    except AnalysisTooLarge:
        reject()
    old, new = (compile_checked(applying(policy.document, TODAY)) for policy in (before, after))
    by, rng = Yardstick.between(before.document, after.document), Random(seed)
    for _ in range(SUBJECTS_A_PAIR):
        status, facts, role, constraints = random_subject(rng)
        treatments = [
            policy.evaluate(
                status, facts=policy.platform_facts(facts), role=role, at=AT, constraints=constraints
            )
            for policy in (old, new)
        ]
        shift = compare(*treatments, by=by)
        one = found.class_of(status, facts=facts, role=role, constraints=constraints)
        assert one is not None
        assert (one.shift.verdict, one.shift.stricter, one.shift.looser, one.shift.otherwise) == (
            shift.verdict,
            shift.stricter,
            shift.looser,
            shift.otherwise,
        )
        assert (one.shift.gained, one.shift.lost) == (shift.gained, shift.lost)
    for one in found.classes:
        treatments = [evaluated(policy, one.example) for policy in (old, new)]
        assert [Upshot.of(treatment) for treatment in treatments] == [one.before, one.after]
        assert compare(*treatments, by=by) == one.shift


def test_i5_a_fact_that_two_policies_declare_with_two_types_is_never_both():
    """Nobody's fact is a word and a number at once: no class is made up, and witnesses evaluate as claimed."""
    in_words = {"all": [PENALISED, {"fact": {"name": "city", "equals": "福州"}}]}
    in_numbers = {"all": [PENALISED, {"fact": {"name": "city", "equals": 5}}]}
    numbered = SMALL["facts"] | {"city": {"type": "integer", "title": BOTH}}
    before = small_policy(rule(in_words, tier="watch"))
    after = small_policy(rule(in_numbers, tier="restricted"), facts=numbered)
    found = diff(before, after)
    assert {one.shift.tiers for one in found.classes} == {
        ("standard", "standard"),
        ("watch", "standard"),
        ("standard", "restricted"),
    }
    for one in found.classes:
        given_by = [Upshot.of(evaluated(policy, one.example)) for policy in (before, after)]
        assert given_by == [one.before, one.after]


def test_i2_a_subject_of_whom_nothing_is_known_is_in_the_class_of_the_unknown():
    """Not registered at the source: no policy does anything to it, whatever it does to others."""
    good = rule({"standing": "NO_ADVERSE_RECORD"}, "deposit-relief")
    found = diff(small_policy(good), small_policy(rule(PENALISED, tier="watch")), on=TODAY)
    one = found.class_of(status_of(registered=False), facts={}, role=Role.MERCHANT)
    assert one is not None
    assert (one.shift.verdict, one.before.is_known, one.after.is_known) == (Verdict.UNCHANGED, False, False)


@given(policies(most=4))
@tried(0.2, deadline=None)
def test_a_policy_does_not_differ_from_itself(policy):
    """There is one class: nothing changes for anybody."""
    found = diff(policy, policy, on=TODAY)
    assert [one.shift.verdict for one in found.classes] == [Verdict.UNCHANGED]


def test_a_change_of_the_shipped_policy_is_told_by_its_smallest_witness():
    """Promotions are suspended for minor penalties too: stricter for exactly those who have one and nothing graver."""
    changed = stricter_for_minor_penalties()
    found = diff(marketplace(), changed)
    assert {one.shift.verdict for one in found.classes} == {Verdict.STRICTER, Verdict.UNCHANGED}
    first = found.of(Verdict.STRICTER)[0]
    assert [record.severity for record in first.example.status.records] == [Severity.MINOR]
    assert first.shift.gained == ("inspection-raised",)
    back = diff(changed, marketplace())
    assert {one.shift.verdict for one in back.classes} == {Verdict.LOOSER, Verdict.UNCHANGED}


def test_both_are_looked_at_as_though_they_applied_on_the_day():
    """A version that takes the place of one that has ended is compared with it all the same."""
    when = {"record": {"kind": "PENALTY"}}
    before = small_policy(rule(when, "listing-stop"), effective_until="2025-12-31")
    after = small_policy(rule(when, "listing-stop", "slots-cut"), effective_from="2026-06-01")
    found = diff(before, after)
    assert found.on == date(2026, 6, 1)
    # A penalty disclosed long ago gets nothing by the version that has applied for years, whose terms are over.
    assert {one.shift.verdict for one in found.classes} == {Verdict.STRICTER, Verdict.UNCHANGED}
    assert {one.shift.gained for one in found.of(Verdict.STRICTER)} == {
        (),  # a person: more to review
        ("slots-cut",),
        ("listing-stop", "slots-cut"),
    }


def test_what_tells_too_much_apart_is_refused_and_not_sampled():
    """With less room than it needs, the diff says so."""
    with pytest.raises(AnalysisTooLarge, match="tell more than 3 cases"):
        diff(marketplace(), stricter_for_minor_penalties(), most=3, method=Method.EXPLORE)


def test_documents_that_differ_in_wording_alone_do_not_differ():
    """Titles and reasons change nothing for anybody."""
    data = small_document()
    data["title"] = {"zh": "别的名称", "en": "another name"}
    reworded = parse_policy(json.dumps(data), name="reworded")
    assert {one.shift.verdict for one in diff(small_policy(), reworded).classes} == {Verdict.UNCHANGED}
