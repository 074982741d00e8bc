"""Exploration and solver: two ways to the same exact answers."""

import sys
from itertools import product
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st

from chengxin.errors import AnalysisTooLarge, ConfigurationError
from chengxin.policy import PolicyDocument, compile_policy
from chengxin.policy.analysis.diff import applying, diff
from chengxin.policy.analysis.effect import Effects
from chengxin.policy.analysis.exploration import Domain
from chengxin.policy.analysis.formula import Algebra
from chengxin.policy.analysis.grant import Tokens, grants_of, upshot_at
from chengxin.policy.analysis.inquiry import Inquiry
from chengxin.policy.analysis.inversion import inversions
from chengxin.policy.analysis.mark import marks_between, marks_of
from chengxin.policy.analysis.method import Either, Exploration, Method
from chengxin.policy.analysis.question import alike, contradictions, gaps, idle, unreachable
from chengxin.policy.analysis.solver import Solver
from chengxin.policy.analysis.space import Space
from chengxin.policy.engine import compile_checked
from chengxin.policy.shift import Yardstick, compare
from chengxin.policy.upshot import Upshot
from tests.examples import tried
from tests.sdk.policy.analysis.large import FACTS, large_document
from tests.sdk.policy.analysis.test_space import layered
from tests.sdk.policy.material import BOTH, TODAY, marketplace, policies, rule, small_document, small_policy

SLOW = tried(0.1, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PENALISED = {"record": {"kind": "PENALTY"}}


def cost_of(space, example):
    """Return how far an example is from the simplest case."""
    values = space.locate(
        example.status, facts=example.facts, role=example.role, constraints=example.constraints
    )
    return sum(domain.cost(value) for domain, value in zip(space.domains, values, strict=True))


def evaluated(policy, example):
    """Return what a policy gives to an example."""
    facts = example.facts_of(policy.document)
    treatment = policy.evaluate(
        example.status, facts=facts, role=example.role, at=example.at, constraints=example.constraints
    )
    return Upshot.of(treatment)


def both_ways(before, after):
    """Return the diff of two policies that are not too large to explore, explored and solved."""
    try:
        explored = diff(before, after, on=TODAY, method=Method.EXPLORE, most=500)
    except AnalysisTooLarge:
        assume(False)
    assume(len(explored.classes) <= 40)
    return explored, diff(before, after, on=TODAY, method=Method.SOLVE)


# ---- formulas ----

DOMAINS = [Domain(3, lambda value: 100 * value)] * 3 + [
    Domain(2, bool),
    Domain(4, lambda value: 2 * bool(value)),
]
COUNTED = ([0, 1], [1, 2], [0, 1, 2])


@st.composite
def formulas(draw):
    """An algebra, a formula in it, and a function that says where the formula holds."""
    algebra = Algebra(COUNTED)

    def plain():
        if draw(st.booleans()):
            predicate, need = draw(st.integers(0, 2)), draw(st.integers(0, 5))
            return algebra.count(predicate, need), lambda v: sum(v[n] for n in COUNTED[predicate]) >= need
        variable = draw(st.integers(0, 4))
        chosen = draw(st.sets(st.integers(0, DOMAINS[variable].values - 1)))
        return algebra.choice(variable, chosen), lambda v: v[variable] in chosen

    def made(depth):
        kind = draw(st.sampled_from(["plain", "not", "all", "any", "some", "differ"])) if depth else "plain"
        if kind == "plain":
            return plain()
        if kind == "not":
            part, holds = made(depth - 1)
            return algebra.negate(part), lambda v: not holds(v)
        parts = [made(depth - 1) for _ in range(2 if kind == "differ" else draw(st.integers(0, 4)))]
        inner, tests = [part for part, _ in parts], [holds for _, holds in parts]
        if kind == "differ":
            return algebra.differ(*inner), lambda v: tests[0](v) != tests[1](v)
        need = {"all": len(parts), "any": 1}.get(kind, draw(st.integers(0, 4)))
        formula = {
            "all": lambda: algebra.all_of(inner),
            "any": lambda: algebra.any_of(inner),
            "some": lambda: algebra.some_of(need, inner),
        }[kind]()
        return formula, lambda v: sum(holds(v) for holds in tests) >= need

    return algebra, *made(3)


@tried(1.0, deadline=None)
@given(formulas())
def test_a_formula_holds_where_it_says_and_both_find_a_smallest_case(made):
    """Against every case: what holds, whether it holds anywhere, and the least cost of a case in which it does."""
    algebra, formula, holds = made
    cases = list(product(*(range(domain.values) for domain in DOMAINS)))
    assert [algebra.holds(formula, values) for values in cases] == [holds(values) for values in cases]
    costs = [
        sum(domain.cost(value) for domain, value in zip(DOMAINS, values, strict=True))
        for values in cases
        if holds(values)
    ]
    for explorer in (Exploration(algebra, DOMAINS), Solver(algebra, DOMAINS, told="-")):
        found = explorer.smallest(formula)
        assert explorer.is_met(formula) == bool(costs)
        assert (None if found is None else found.cost) == min(costs, default=None)
        assert found is None or holds(found.values)


@tried(0.5, deadline=None)
@given(formulas(), st.data())
def test_one_more_is_told_by_the_formula_of_one_more(made, data):
    """A formula with one more of what some predicates match holds where the formula would with one more of it."""
    algebra, formula, holds = made
    variable = data.draw(st.integers(0, 2))
    predicates = frozenset(n for n, variables in enumerate(COUNTED) if variable in variables)
    more = algebra.with_one_more(formula, predicates)
    assume(not _chooses(algebra, formula, variable))
    for values in product(*(range(domain.values) for domain in DOMAINS)):
        one_more = tuple(value + (number == variable) for number, value in enumerate(values))
        assert algebra.holds(more, values) == holds(one_more)


def _chooses(algebra, formula, variable):
    """Tell whether a formula chooses values of a variable that is counted, which no formula of a policy does."""
    node = algebra.node(formula)
    if node.op.name == "CHOICE":
        return node.number == variable
    return node.op.name in ("ALL", "SOME") and any(_chooses(algebra, part, variable) for part in node.parts)


# ---- what policies give, as formulas ----


@tried(0.25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policies(most=4) | layered(), policies(most=4) | layered(), st.integers(0, 2**32))
def test_i5_the_marks_that_hold_in_a_case_are_those_of_its_two_treatments(before, after, seed):
    """For random pairs and random cases, formulas say of it what comparing both evaluations says."""
    old, new = (compile_checked(applying(policy.document, TODAY)) for policy in (before, after))
    space = Space.of([old.document, new.document], on=TODAY)
    by = Yardstick.between(old.document, new.document)
    grants = [list(grants_of(policy.document, space)) for policy in (old, new)]
    effects = [Effects(policy, own, space.algebra) for policy, own in zip((old, new), grants, strict=True)]
    marks = marks_between(*effects, by=by, algebra=space.algebra)
    rng = Random(seed)
    for _ in range(20):
        values = tuple(rng.randrange(domain.values) if rng.random() < 0.4 else 0 for domain in space.domains)
        held = {mark for mark, formula in marks.items() if space.algebra.holds(formula, values)}
        example = space.example(values)
        assert held == marks_of(compare(evaluated(old, example), evaluated(new, example), by=by))
        assert upshot_at(space, Tokens(new, grants[1]), values) == evaluated(new, example)


@SLOW
@given(policies(most=4) | layered())
def test_both_answer_every_question_alike(policy):
    """Rules that never fire, are alike or idle; contradictions, gaps and inversions, with examples as small."""
    explored, solved = (Inquiry(policy.document, method=method) for method in (Method.EXPLORE, Method.SOLVE))
    for question in (unreachable, alike, idle, gaps):
        assert question(explored) == question(solved)
    conflicts = [
        sorted(
            (one.what, one.milder, one.stricter, cost_of(asked.space, one.example))
            for one in contradictions(asked)
        )
        for asked in (explored, solved)
    ]
    assert conflicts[0] == conflicts[1]
    costs = [
        sorted({cost_of(asked.space, one.example) for one in inversions(asked)})
        for asked in (explored, solved)
    ]
    assert costs[0][:1] == costs[1][:1]


@SLOW
@given(policies(most=2) | layered(), policies(most=2) | layered())
def test_both_find_the_same_classes_with_witnesses_as_small(before, after):
    """The classes are the same sets of marks; each witness is as small and evaluates as claimed."""
    explored, solved = both_ways(before, after)
    costs = [
        {marks_of(one.shift): cost_of(found._space, one.example) for one in found.classes}
        for found in (explored, solved)
    ]
    assert costs[0] == costs[1]
    assert len(costs[1]) == len(solved.classes)
    old, new = (compile_checked(applying(policy.document, TODAY)) for policy in (before, after))
    for one in solved.classes:
        assert one.cases is None
        assert (one.before, one.after) == (evaluated(old, one.example), evaluated(new, one.example))


# ---- settings that add up ----


def test_sums_are_told_apart_within_their_bounds():
    """Deposits that add up: a policy with a floor below the default against one with a cap."""
    deposits = {"title": BOTH, "default": 1000, "combine": "sum"}
    declared = small_document()
    catalogue = dict(declared["catalogue"])
    for code, value in (("deposit-relief", -500), ("deposit-raise", 3000), ("deposit-raise-more", 9000)):
        catalogue[code] = catalogue[code] | {"setting": {"name": "deposit_fen", "value": value}}
    rules = [
        rule(PENALISED, "deposit-raise", rule_id="penalised"),
        rule({"record": {"kind": "SERIOUS_LISTING"}}, "deposit-raise-more", rule_id="listed"),
        rule({"record": {"kind": "COMMENDATION"}}, "deposit-relief", rule_id="commended"),
    ]
    before, after = (
        small_policy(
            *rules,
            settings=declared["settings"] | {"deposit_fen": deposits | bounds},
            catalogue=catalogue,
            effective_from=TODAY.isoformat(),
        )
        for bounds in ({"floor": 0, "cap": 90_000}, {"floor": 900, "cap": 9500})
    )
    for method in (Method.EXPLORE, Method.SOLVE):
        sums = {
            tuple(dict(given.settings)["deposit_fen"] for given in (one.before, one.after))
            for one in diff(before, after, method=method).classes
        }
        assert sums >= {(1000, 1000), (500, 900)}
        assert all(new == max(900, min(old, 9500)) for old, new in sums)
        assert any(old > 9500 for old, _ in sums)


# ---- what is too large ----


def test_what_is_too_large_to_explore_is_solved():
    """150 rules over 80 facts: the exploration gives up, the solver answers, and a witness shows each class."""
    document = large_document()
    policy = compile_policy(PolicyDocument.model_validate(document))
    document["rules"] = document["rules"][1:]
    document["rules"][5]["measures"] = ["listing-stop"]
    changed = compile_policy(PolicyDocument.model_validate(document))
    with pytest.raises(AnalysisTooLarge, match="more than 1000 cases"):
        diff(policy, changed, method=Method.EXPLORE, most=1_000)
    found = diff(policy, changed, method=Method.SOLVE)
    assert len(found.classes) > 5
    assert {one.cases for one in found.classes} == {None}
    old, new = (compile_checked(applying(one.document, found.on)) for one in (policy, changed))
    for one in found.classes:
        assert (one.before, one.after) == (evaluated(old, one.example), evaluated(new, one.example))
        assert len(one.example.status.records) <= 1
    asked = Inquiry(policy.document)
    assert unreachable(asked) == []
    assert inversions(asked) == []
    assert {one.rule for one in idle(asked)} == set()


def test_a_rule_that_is_upside_down_is_found_among_many():
    """Relief for what else restricts: with one more penalty a subject is better off."""
    document = large_document()
    when = {"all": [PENALISED, {"fact": {"name": FACTS[0], "equals": True}}]}
    document["rules"].append(rule(when, "slots-relief", rule_id="upside-down"))
    asked = Inquiry(PolicyDocument.model_validate(document), method=Method.SOLVE)
    found = inversions(asked)
    assert found
    assert all("upside-down" in one.rules and one.shift.looser for one in found)


def test_without_the_solver_what_is_too_large_is_refused(monkeypatch):
    """It says what to install; to ask for the solver is a mistake in the settings."""
    monkeypatch.setitem(sys.modules, "z3", None)
    monkeypatch.delitem(sys.modules, "chengxin.policy.analysis.solver")
    asked = Inquiry(marketplace().document, most=2)
    with pytest.raises(AnalysisTooLarge, match=r"more than 2 cases apart at once.*chengxin\[z3\]"):
        inversions(asked)
    with pytest.raises(ConfigurationError, match=r"pip install 'chengxin\[z3\]'"):
        Inquiry(marketplace().document, method=Method.SOLVE)


def test_a_part_of_too_many_classes_is_not_listed():
    """Three formulas that are independent of each other make eight classes."""
    algebra = Algebra([[0], [1], [2]])
    formulas_ = [algebra.count(number, 1) for number in range(3)]
    domains = [Domain(2, bool)] * 3
    assert len(Solver(algebra, domains, told="It tells", most=8).classes(formulas_)) == 8
    with pytest.raises(AnalysisTooLarge, match="It tells more than 7 classes"):
        Solver(algebra, domains, told="It tells", most=7).classes(formulas_)
    with pytest.raises(AnalysisTooLarge, match=r"gave up \(after \d classes"):
        Solver(algebra, domains, told="It tells", question_effort=100).classes(formulas_)


def test_an_effort_that_is_spent_is_no_answer():
    """More pigeons than holes: hard to refute, so that a small effort gives up instead of answering."""
    holes = 9
    algebra = Algebra([])
    sits = [
        [algebra.choice(holes * pigeon + hole, [1]) for hole in range(holes)] for pigeon in range(holes + 1)
    ]
    alone = [
        algebra.negate(algebra.all_of([sits[one][hole], sits[other][hole]]))
        for hole in range(holes)
        for one in range(holes + 1)
        for other in range(one)
    ]
    everywhere = algebra.all_of([*alone, *(algebra.any_of(row) for row in sits)])
    domains = [Domain(2, bool)] * (holes * (holes + 1))
    with pytest.raises(AnalysisTooLarge, match="gave up"):
        Solver(algebra, domains, told="It tells", effort=10_000).is_met(everywhere)
    crowd = algebra.some_of(2, [formula for row in sits for formula in row])
    with pytest.raises(AnalysisTooLarge, match="gave up"):
        Solver(algebra, domains, told="It tells", effort=1).smallest(crowd)


def test_once_too_large_what_follows_is_solved_at_once():
    """The first question is explored in vain; the answers are right all the same."""
    algebra = Algebra([[0], [1], [2]])
    domains = [Domain(2, bool)] * 3
    both = algebra.some_of(2, [algebra.count(number, 1) for number in range(3)])
    either = Either(algebra, domains, told="It tells", most=1)
    assert either.is_met(both)
    found = either.smallest(both)
    assert found is not None
    assert (found.cost, found.cases) == (2, None)
    assert either.smallest(algebra.all_of([both, algebra.negate(both)])) is None
