"""What every rule did, and what it lacked."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.policy import PlatformFacts
from chengxin.policy.condition import Condition, walk
from chengxin.policy.constraint import ActiveConstraint
from chengxin.policy.fate import Fate
from chengxin.policy.predicate import compile_condition, later
from chengxin.policy.trace import RuleState, changes_at, trace
from chengxin.records import RecordKind, Role, Standing, start_of_china_day
from tests.examples import tried
from tests.sdk.policy.material import (
    AT,
    FACTS,
    LEGAL,
    MICROSECOND,
    PENALISED,
    PERSON,
    RELIEFS,
    RESTRICTIONS,
    ROLES,
    answers,
    day,
    marketplace,
    penalty,
    policies,
    record,
    rule,
    shown,
    small_policy,
    status_of,
)
from tests.sdk.policy.situation import situation_of, unknown_of
from tests.sdk.policy.test_constraint import CONSTRAINTS, ON_CONSTRAINTS

CODES = (*RELIEFS, *RESTRICTIONS)
ALWAYS, NEVER = {"none": [{"role": "MCN"}, {"role": "MCN"}]}, {"role": "MCN"}


def traced(policy, status, *, at=AT, **given):
    """Trace a policy."""
    return trace(policy, situation_of(policy, status, **given), at)


def one(when, *measures, status=None, **given):
    """Return what a policy of one rule did."""
    policy = small_policy(rule(when, *(measures or ("deposit-relief",))))
    (found,) = traced(policy, status or status_of(), **given).rules
    return found


@st.composite
def ranked_policies(draw):
    """Policies whose rules differ in precedence, waive measures of each other, and have ends."""
    ranked = []
    for plain in draw(policies()).document.rules:
        data = plain.model_dump(mode="json", exclude_defaults=True)
        precedence = draw(st.sampled_from(["DISCRETIONARY", "TRUST_TEAM", "REQUIRED_BY_LAW"]))
        others = [code for code in CODES if code not in plain.measures]
        data |= {
            "precedence": precedence,
            "waives": draw(st.lists(st.sampled_from(others), max_size=2, unique=True)) if others else [],
        }
        if precedence == "TRUST_TEAM":
            data |= {"decided_by": "张三", "until": day(draw(st.sampled_from([-1, 0, 90]))).isoformat()}
        if precedence == "REQUIRED_BY_LAW":
            data |= {"legal_basis": LEGAL["legal_basis"]}
        ranked.append(data)
    return small_policy(*ranked, persons={"relief": draw(st.booleans())})


# ---- the laws ----


@tried(0.5)
@given(policies() | ranked_policies(), answers() | answers(subject=PERSON), ROLES, FACTS, CONSTRAINTS)
def test_i5_the_treatment_of_a_trace_is_that_of_an_evaluation(policy, answer, role, facts, constraints):
    """And a rule fired exactly where it is among the reasons, on the records that the reason names."""
    status = shown(answer)
    found = traced(policy, status, role=role, constraints=constraints, **facts)
    treatment = policy.evaluate(
        status, facts=PlatformFacts(facts), role=role, at=AT, constraints=tuple(constraints)
    )
    assert found.treatment == treatment
    if status.standing is Standing.UNKNOWN:
        assert found.rules == ()
        return
    assert [told.rule_id for told in found.rules] == [r.id for r in policy.document.rules]
    fired = {told.rule_id: told.record_ids for told in found.rules if told.state is RuleState.FIRED}
    assert fired == {reason.rule_id: reason.record_ids for reason in treatment.reasons}


@tried(0.5)
@given(policies() | ranked_policies(), answers() | answers(subject=PERSON), ROLES, FACTS)
def test_every_measure_and_review_has_its_rule_and_every_fate_its_cause(policy, answer, role, facts):
    """What is given is given by one rule, what is asked by its own, and all else says who is in its place."""
    found = traced(policy, shown(answer), role=role, **facts)
    fates = [(told.rule_id, fate) for told in found.rules for fate in told.measures]
    treatment = found.treatment
    given_by = [(rule_id, fate.code) for rule_id, fate in fates if fate.fate is Fate.GIVEN]
    assert given_by == sorted(given_by, key=given_by.index)
    assert set(given_by) == {(measure.rule_id, measure.code) for measure in treatment.measures}
    assert len(given_by) == len(treatment.measures)
    asked = [(rule_id, fate.code) for rule_id, fate in fates if fate.fate is Fate.REVIEW]
    assert asked == [(review.rule_id, review.measure_code) for review in treatment.reviews]
    for _, fate in fates:
        assert bool(fate.by) is (fate.fate in {Fate.GIVEN_BY_ANOTHER, Fate.WAIVED, Fate.OUTRANKED})
    held = {rule.id: rule for rule in policy.document.rules}
    for told in found.rules:
        codes = list(held[told.rule_id].measures) if told.state is RuleState.FIRED else []
        assert [fate.code for fate in told.measures] == codes


def flipped(condition, leaf, answer):
    """Return a condition as data with a plain one in it answered so, wherever it stands."""
    if not condition.children:
        if condition == leaf:
            return ALWAYS if answer else NEVER
        return condition.model_dump(mode="json", exclude_none=True)
    children = [flipped(child, leaf, answer) for child in condition.children]
    if condition.at_least is not None:
        return {"at_least": {"n": condition.at_least.n, "of": children}}
    return {condition.operator: children}


@tried(0.5)
@given(policies(), answers(), st.sampled_from([Role.MERCHANT, Role.ROOM_OPERATOR]), FACTS)
def test_a_rule_nearly_fired_exactly_where_one_plain_condition_would_do(policy, answer, role, facts):
    """Each plain condition is answered otherwise in turn, and the compiled rule is asked."""
    status = shown(answer)
    view = policy.view(status, facts=PlatformFacts(facts), role=role, at=AT)
    for told in traced(policy, status, role=role, **facts).rules:
        if told.state is RuleState.FIRED:
            continue
        when = next(r.when for r in policy.document.rules if r.id == told.rule_id)
        leaves = {leaf for leaf, _ in walk(when, "") if not leaf.children}
        would_do = {
            (leaf, not holds)
            for leaf in leaves
            for holds in [compile_condition(leaf).test(view) is not None]
            if compile_condition(Condition.model_validate(flipped(when, leaf, not holds))).test(view)
            is not None
        }
        assert {(missing.condition, missing.has_to_hold) for missing in told.missing} == would_do
        assert told.state is (RuleState.NEARLY if would_do else RuleState.NOT_MET)


@tried(0.5)
@given(policies(), answers(), FACTS, CONSTRAINTS, ON_CONSTRAINTS)
def test_a_condition_changes_its_answer_when_it_is_said_to(policy, answer, facts, constraints, on_them):
    """At that instant, and not a microsecond before; where none is said, on no later day."""
    status = shown(answer)
    view = policy.view(
        status, facts=PlatformFacts(facts), role=Role.MERCHANT, at=AT, constraints=tuple(constraints)
    )
    if view is None:
        return
    leaves = {leaf for r in policy.document.rules for leaf, _ in walk(r.when, "") if not leaf.children}
    for leaf in {*leaves, Condition.model_validate(on_them)}:
        test = compile_condition(leaf).test
        holds = test(view) is not None
        change = changes_at(leaf, view)
        if change is None:
            ahead = [start_of_china_day(day(offset)) for offset in range(1, 900, 7)]
            if leaf.standing != "NO_ADVERSE_RECORD":
                assert all((test(later(view, at)) is not None) is holds for at in ahead)
        else:
            assert (test(later(view, change - MICROSECOND)) is not None) is holds
            assert (test(later(view, change)) is not None) is not holds


# ---- what is missing ----


def test_one_more_record_is_missing_and_the_fact_is_short_of_so_many():
    """How many more, of records and of days."""
    two = status_of(penalty("P1"), penalty("P2"))
    found = one({"record": {"kind": "PENALTY", "count": {"at_least": 3}}}, "listing-stop", status=two)
    (missing,) = found.missing
    assert (missing.has_to_hold, missing.short, missing.record_ids) == (True, 1, ("P1", "P2"))
    (missing,) = one({"fact": {"name": "registered_days", "at_least": 180}}, registered_days=150).missing
    assert (missing.short, missing.changes_at) == (30, None)
    (missing,) = one({"fact": {"name": "registered_days", "at_least": 180}}).missing
    assert missing.short is None
    (missing,) = one(
        {"fact": {"name": "registered_days", "at_least": 1, "less_than": 9}}, registered_days=20
    ).missing
    assert missing.short is None
    assert one({"fact": {"name": "city", "equals": "福州"}}).missing[0].short is None


def test_a_record_stands_in_the_way_until_it_ends():
    """What would have to cease says until when it holds."""
    found = one({"none": [PENALISED]}, status=status_of(penalty(end=20)))
    (missing,) = found.missing
    assert (found.state, missing.has_to_hold) == (RuleState.NEARLY, False)
    assert (missing.record_ids, missing.changes_at) == (("P1",), start_of_china_day(day(21)))


def test_an_age_is_reached_on_its_day():
    """A record that is too young is old enough from a day on."""
    young = {"record": {"kind": "PENALTY", "age_days": {"at_least": 90}}}
    (missing,) = one(young, status=status_of(penalty(on=-40))).missing
    assert (missing.short, missing.changes_at) == (1, start_of_china_day(day(50)))


def test_a_grade_and_a_role_can_be_what_is_missing():
    """One that is not valid yet will be on its day."""
    graded = {"evaluation": {"scheme": "纳税", "value": "A"}}
    coming = record("E", RecordKind.EVALUATION, grade=("纳税", "A", day(5), None))
    (missing,) = one(graded, status=status_of(coming)).missing
    assert (missing.has_to_hold, missing.changes_at) == (True, start_of_china_day(day(5)))
    (missing,) = one({"role": "MCN"}).missing
    assert (missing.condition.role, missing.changes_at) == ((Role.MCN,), None)


def test_platforms_are_missing_by_their_number():
    """Two of four have spoken: two are missing."""
    told = [
        ActiveConstraint(
            platform=name,
            category="售假",
            effective_from=start_of_china_day(day(-9)),
            effective_until=start_of_china_day(day(9)),
        )
        for name in ("甲", "乙", "乙")
    ]
    (missing,) = one({"constraint": {"platforms": {"at_least": 4}}}, constraints=told).missing
    assert missing.short == 2
    (missing,) = one({"constraint": {"platforms": {"at_least": 4}}}).missing
    assert missing.short == 4
    (missing,) = one({"constraint": {}}).missing
    assert missing.short == 1


def test_two_things_missing_are_not_near():
    """A rule that lacks both says nothing of either."""
    found = one({"all": [{"role": "MCN"}, {"fact": {"name": "city", "equals": "福州"}}]})
    assert (found.state, found.missing) == (RuleState.NOT_MET, ())


def test_a_condition_that_stands_twice_is_one_thing():
    """It changes its answer everywhere at once."""
    found = one({"all": [{"role": "MCN"}, {"any": [{"role": "MCN"}, {"role": "ANCHOR"}]}]})
    assert [missing.condition.role for missing in found.missing] == [(Role.MCN,)]


# ---- states and fates ----


def test_where_no_rule_acts_nothing_is_traced():
    """Unknown, past its end, or a policy that is not in force."""
    policy = marketplace()
    nobody = unknown_of()
    assert traced(policy, nobody).rules == ()
    assert traced(policy, status_of(penalty()), at=AT + timedelta(days=1)).rules == ()
    future = small_policy(rule(PENALISED, "listing-stop"), effective_from=day(1).isoformat())
    found = traced(future, status_of(penalty()))
    assert (found.rules, found.of("r")) == ((), None)


def test_a_rule_past_its_last_day_is_over_and_one_that_only_grades_is_not_for_persons():
    """Both are told apart from rules that are not met."""
    over = rule(PENALISED, "listing-stop") | {"precedence": "TRUST_TEAM", "until": day(-1).isoformat()}
    policy = small_policy(over, rule(PENALISED, rule_id="grading", tier="watch"))
    found = traced(policy, status_of(penalty(), subject=PERSON))
    assert [told.state for told in found.rules] == [RuleState.OVER, RuleState.NOT_FOR_PERSONS]
    assert found.of("grading").tier is None
    assert found.of("nosuch") is None


def fates(policy, status, **facts):
    """Return the fates of all measures by rule and code."""
    found = traced(policy, status, **facts)
    return {(told.rule_id, f.code): (f.fate, f.by) for told in found.rules for f in told.measures}


def test_the_same_measure_of_two_rules_is_given_once():
    """By the rule whose grounds last longer; the worse tier counts."""
    policy = small_policy(
        rule({"record": {"kind": "PENALTY", "severity": "MINOR"}}, "listing-stop", rule_id="short", tier="watch"),
        rule({"record": {"kind": "PENALTY", "severity": "SERIOUS"}}, "listing-stop", rule_id="long", tier="restricted"),
    )  # fmt: skip
    status = status_of(penalty("A", "MINOR", end=10), penalty("B", "SERIOUS", end=50))
    status = status_of(*(r for r in status.records))
    assert fates(policy, status) == {
        ("short", "listing-stop"): (Fate.GIVEN_BY_ANOTHER, ("long",)),
        ("long", "listing-stop"): (Fate.GIVEN, ()),
    }
    found = traced(policy, status)
    assert [told.tier.fate for told in found.rules] == [Fate.OUTRANKED, Fate.GIVEN]


def test_a_term_that_is_over_is_told():
    """Of what is automatic and of what a human would decide."""
    policy = small_policy(rule(PENALISED, "deposit-raise", "slots-cut", "stream-decision"))
    status = status_of(penalty(start=-80, end=500))
    assert fates(policy, status) == {
        ("r", "deposit-raise"): (Fate.GIVEN, ()),
        ("r", "slots-cut"): (Fate.TERM_OVER, ()),
        ("r", "stream-decision"): (Fate.REVIEW, ()),
    }
    long_ago = status_of(penalty(start=-380, end=500))
    assert fates(policy, long_ago)["r", "stream-decision"] == (Fate.TERM_OVER, ())


@pytest.mark.parametrize("code", ["deposit-raise", "stream-decision"])
def test_what_is_waived_says_by_whom(code):
    """Measures and reviews alike; a lower precedence waives nothing."""
    waiving = rule(PENALISED, rule_id="waiving") | {"waives": [code], "precedence": "TRUST_TEAM"}
    lawful = rule(PENALISED, code, rule_id="lawful") | {"precedence": "REQUIRED_BY_LAW"}
    policy = small_policy(rule(PENALISED, code, rule_id="giving"), waiving)
    assert fates(policy, status_of(penalty())) == {("giving", code): (Fate.WAIVED, ("waiving",))}
    kept = fates(small_policy(lawful, waiving), status_of(penalty()))["lawful", code][0]
    assert kept in {Fate.GIVEN, Fate.REVIEW}


def test_what_is_outranked_says_by_whom():
    """A relief of the trust team takes the place of a restriction on the same setting."""
    decided = rule(PENALISED, "deposit-relief", rule_id="decided") | {"precedence": "TRUST_TEAM"}
    policy = small_policy(rule(PENALISED, "deposit-raise", "slots-cut", rule_id="usual"), decided)
    assert fates(policy, status_of(penalty())) == {
        ("usual", "deposit-raise"): (Fate.OUTRANKED, ("decided",)),
        ("usual", "slots-cut"): (Fate.GIVEN, ()),
        ("decided", "deposit-relief"): (Fate.GIVEN, ()),
    }


def test_a_hundred_records_are_traced_fast():
    """Sixty rules that look at ages and counts, each near, on a hundred records that all match."""
    rules = [
        rule(
            {
                "record": {
                    "kind": "PENALTY",
                    "age_days": {"at_least": 400 + n, "less_than": 900},
                    "count": {"at_least": 3},
                }
            },
            tier="watch",
            rule_id=f"r{n}",
        )
        for n in range(60)
    ]
    policy = small_policy(*rules)
    status = status_of(*(penalty(f"P{n}", start=-n, end=n + 1) for n in range(100)))
    found = traced(policy, status)
    assert len([told for told in found.rules if told.state is RuleState.NEARLY]) == 60
