"""The space of cases: every subject is in one, and gets what the example of its case gets."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from chengxin.policy import ActiveConstraint
from chengxin.policy.analysis.exploration import explore, tokens_at
from chengxin.policy.analysis.grant import Tokens, grants_of
from chengxin.policy.analysis.space import Space
from chengxin.policy.upshot import Upshot
from chengxin.records import Role, Severity, Subject, SubjectKind, start_of_china_day
from tests.examples import tried
from tests.sdk.policy.material import (
    AT,
    CODE,
    CONDITIONS,
    FACTS,
    GROUNDED,
    ROLES,
    TODAY,
    answers,
    day,
    marketplace,
    policies,
    rules_on,
    shown,
    small_policy,
)

ON_CONSTRAINTS = st.fixed_dictionaries(
    {},
    optional={
        "category": st.sampled_from([["虚假宣传"], ["售假", "虚假宣传"]]),
        "platforms": st.integers(1, 3).map(lambda n: {"at_least": n}),
        "verified": st.booleans(),
        "age_days": st.sampled_from([{"at_least": 5}, {"less_than": 20}]),
    },
).map(lambda condition: {"constraint": condition})
CONSTRAINTS = st.lists(
    st.builds(
        lambda platform, category, since, length, is_verified: ActiveConstraint(
            platform=platform,
            category=category,
            effective_from=start_of_china_day(day(since)),
            effective_until=start_of_china_day(day(since + length)),
            is_verified=is_verified,
        ),
        st.sampled_from(["甲平台", "乙平台", "丙平台"]),
        st.sampled_from(["虚假宣传", "售假", "逃税"]),
        st.integers(-40, 5),
        st.integers(1, 60),
        st.booleans(),
    ),
    max_size=4,
)
SUBJECTS = st.sampled_from([Subject.of(CODE), Subject(kind=SubjectKind.PERSON, code=None)])


@st.composite
def layered(draw):
    """Policies of every precedence, that waive and end, and look at constraints, long in force or new."""
    since = draw(st.sampled_from(["2020-01-01", day(-80).isoformat(), TODAY.isoformat()]))
    earliest = 0 if since == TODAY.isoformat() else -2
    rules = []
    for index in range(draw(st.integers(1, 4))):
        when = draw(GROUNDED | CONDITIONS)
        made = draw(rules_on(st.just(when), f"rule-{index}"))
        if draw(st.booleans()):
            made["when"] = {"all": [when, draw(ON_CONSTRAINTS)]}
        waives = st.lists(
            st.sampled_from(["listing-stop", "deposit-raise", "stream-decision"]), max_size=2, unique=True
        )
        rules.append(
            made
            | {
                "precedence": draw(st.sampled_from(["DISCRETIONARY", "TRUST_TEAM", "REQUIRED_BY_LAW"])),
                "until": draw(st.none() | st.integers(earliest, 2).map(lambda n: day(n).isoformat())),
                "waives": [code for code in draw(waives) if code not in made["measures"]],
            }
        )
    return small_policy(*rules, effective_from=since)


def cases_of(policy, on=TODAY):
    """Return the space of a policy, its tokens, and every upshot with its cheapest case."""
    space = Space.of([policy.document], on=on)
    tokens = Tokens(policy, grants_of(policy.document, space))
    return space, tokens, explore(space.algebra, space.domains, list(tokens.masks()), absorb=tokens.absorb)


def evaluated(policy, example):
    """Return what a policy gives to the example of a case."""
    facts = example.facts_of(policy.document)
    treatment = policy.evaluate(
        example.status, facts=facts, role=example.role, at=example.at, constraints=example.constraints
    )
    return Upshot.of(treatment)


@tried(1.0, deadline=None)
@given(policies() | layered(), SUBJECTS.flatmap(lambda s: answers(subject=s)), ROLES, FACTS, CONSTRAINTS)
def test_i5_every_subject_gets_what_its_case_gets(policy, answer, role, facts, constraints):
    """What tokens say of the case of a subject is what the policy gives to the subject, and to the case's example."""
    status = shown(answer, life=timedelta(hours=1))
    space = Space.of([policy.document], on=TODAY)
    tokens = Tokens(policy, grants_of(policy.document, space))
    values = space.locate(status, facts=facts, role=role, constraints=constraints)
    mask = tokens_at(space.algebra, tokens.masks(), values, absorb=tokens.absorb)
    treatment = policy.evaluate(
        status, facts=policy.platform_facts(facts), role=role, at=AT, constraints=tuple(constraints)
    )
    assert tokens.upshot(mask) == Upshot.of(treatment)
    example = space.example(values)
    assert evaluated(policy, example) == Upshot.of(treatment)
    again = space.locate(
        example.status, facts=example.facts, role=example.role, constraints=example.constraints
    )
    assert again == values


@tried(0.3, deadline=None)
@given(policies(most=3) | layered(), answers(), ROLES, FACTS)
def test_i5_every_outcome_is_found_and_none_is_made_up(policy, answer, role, facts):
    """Exploring finds the upshot of any subject; and the example of each upshot evaluates to it."""
    space, tokens, cases = cases_of(policy)
    upshots = {case.tokens: tokens.upshot(case.tokens) for case in cases}
    treatment = policy.evaluate(
        shown(answer, life=timedelta(hours=1)), facts=policy.platform_facts(facts), role=role, at=AT
    )
    assert Upshot.of(treatment) in upshots.values()
    assert sum(case.cases for case in cases) == product_of(space.domains)
    for case in cases[:40]:
        assert evaluated(policy, space.example(case.values)) == upshots[case.tokens]


def product_of(domains):
    """Return how many cases there are."""
    count = 1
    for domain in domains:
        count *= domain.values
    return count


def test_the_shipped_policy_has_as_many_cases_as_its_variables_have_values():
    """All of them are accounted for, and few upshots differ."""
    _, _, cases = cases_of(marketplace(), on=marketplace().document.effective_from)
    assert sum(case.cases for case in cases) > 100_000
    assert len(cases) < 1_000
    assert cases[0].values == (0,) * len(cases[0].values)


def test_a_case_that_is_cheapest_holds_the_fewest_records():
    """The first case of the upshot of one serious penalty holds that penalty and nothing else."""
    policy = marketplace()
    space, tokens, cases = cases_of(policy, on=policy.document.effective_from)
    alone = next(one for one in space.records if one.example.severity is Severity.SERIOUS)
    its_variable = 1 + len(space.facts) + list(space.records).index(alone)
    values = tuple(int(variable == its_variable) for variable in range(len(space.domains)))
    expected = tokens.upshot(tokens_at(space.algebra, tokens.masks(), values, absorb=tokens.absorb))
    case = next(case for case in cases if tokens.upshot(case.tokens) == expected)
    example = space.example(case.values)
    assert [record.severity for record in example.status.records] == [Severity.SERIOUS]
    assert (example.role, example.facts) == (Role.MERCHANT, {})
