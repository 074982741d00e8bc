"""De-identified fact vectors: what they tell, what they hold back, and that replays mean the same (I5)."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chengxin.identifiers import Uscc
from chengxin.policy import (
    ActiveConstraint,
    Essence,
    FactVector,
    PlatformFacts,
    Question,
    Scope,
    gap_in,
    replay,
)
from chengxin.records import (
    CreditAnswer,
    RecordKind,
    Role,
    Standing,
    Subject,
    SubjectKind,
    china_day,
    show,
    start_of_china_day,
)
from tests.sdk.policy.material import (
    AT,
    AUTHORITIES,
    COMPANY,
    PERSON,
    ROLES,
    TODAY,
    answers,
    marketplace,
    penalty,
    policies,
    record,
    rule,
    run,
    shown,
    small_document,
    small_policy,
    status_of,
)

SUBJECTS = st.sampled_from(
    [COMPANY, PERSON, Subject.of(Uscc("92000000000000000G")), Subject.of(Uscc("N2110108MF01ABCD18"))]
)
STATUSES = st.builds(
    lambda answer, life: shown(answer, life=timedelta(hours=life)),
    SUBJECTS.flatmap(lambda subject: answers(subject=subject)),
    st.integers(1, 90_000),
)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "registered_days": st.integers(-3, 400),
        "is_flagship": st.booleans(),
        "city": st.sampled_from(["福州", "厦门", "泉州"]),
    },
)


def scope_of(policy):
    """Return the scope of a policy."""
    return Scope.of(policy.document)


def vector_of(policy, status, facts, role=Role.MERCHANT, at=AT):
    """Return the vector of an evaluation."""
    return FactVector.of(status, facts=facts, role=role, at=at, scope=scope_of(policy))


def gap(policy, vector, scope):
    """Return why a policy cannot be replayed on a vector."""
    return gap_in(Question.of(policy.document), scope)(vector)


@settings(max_examples=200, deadline=None)
@given(policies(), STATUSES, VALUES, ROLES)
def test_i5_a_replay_is_the_evaluation_but_for_names(policy, status, values, role):
    """The policy that was evaluated is always replayable, through text, to the same treatment."""
    facts = PlatformFacts(values)
    original = policy.evaluate(status, facts=facts, role=role, at=AT)
    vector = FactVector.load(vector_of(policy, status, facts, role).dump())
    scope = Scope.load(json.loads(json.dumps(scope_of(policy).dump())))
    assert gap(policy, vector, scope) is None
    again = replay(policy, vector, scope=scope, at=AT, valid_until=status.valid_until)
    assert Essence.of(again) == Essence.of(original)


@settings(max_examples=200, deadline=None)
@given(policies(), policies(), STATUSES, VALUES, ROLES)
def test_i5_another_policy_gives_the_same_too_where_the_vector_can_tell(policy, other, status, values, role):
    """Or it is told that it cannot."""
    facts = PlatformFacts(values)
    vector = vector_of(policy, status, facts, role)
    assume(gap(other, vector, scope_of(policy)) is None)
    again = replay(other, vector, scope=scope_of(policy), at=AT, valid_until=status.valid_until)
    assert Essence.of(again) == Essence.of(other.evaluate(status, facts=facts, role=role, at=AT))


CATEGORIES = ["虚假宣传", "价格欺诈", "?"]
ASKED = st.fixed_dictionaries(
    {},
    optional={
        "category": st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=2, unique=True),
        "platforms": st.integers(1, 3).map(lambda least: {"at_least": least}),
        "verified": st.booleans(),
        "age_days": st.sampled_from([{"at_least": 5}, {"less_than": 5}, {"at_least": 3, "less_than": 20}]),
    },
)
CONSTRAINED = st.builds(
    lambda alone, beside, without: small_policy(
        rule({"constraint": alone}, tier="watch", rule_id="a"),
        rule({"all": [{"record": {"kind": "PENALTY"}}, {"constraint": beside}]}, "listing-stop", rule_id="b"),
        rule({"none": [{"constraint": without}]}, "deposit-relief", rule_id="c"),
    ),
    ASKED,
    ASKED,
    ASKED,
)
PLATFORMS = ["甲平台", "乙平台", "丙平台"]


def constraints_from(starts, ends):
    """Joint constraints that begin and end so many seconds from the China midnight before."""
    first = start_of_china_day(TODAY)
    return st.lists(
        st.builds(
            lambda platform, category, start, end, is_verified: ActiveConstraint(
                platform=platform,
                category=category,
                effective_from=first + timedelta(seconds=start),
                effective_until=first + timedelta(seconds=end),
                is_verified=is_verified,
            ),
            st.sampled_from(PLATFORMS),
            st.sampled_from([*CATEGORIES, "售假"]),
            starts,
            ends,
            st.booleans(),
        ),
        max_size=5,
    ).map(tuple)


def days_in_seconds(least, most):
    """Whole China days, in seconds."""
    return st.integers(least, most).map(lambda days: days * 86_400)


def constrained_vector(policy, status, constraints, at=AT):
    """Return the vector of an evaluation under joint constraints, by way of text."""
    vector = FactVector.of(
        status,
        facts=PlatformFacts(),
        role=Role.MERCHANT,
        at=at,
        scope=scope_of(policy),
        constraints=constraints,
    )
    return FactVector.load(vector.dump())


@settings(max_examples=100, deadline=None)
@given(CONSTRAINED, STATUSES, constraints_from(days_in_seconds(-30, 0), days_in_seconds(1, 30)))
def test_i5_a_replay_under_constraints_is_the_evaluation(policy, status, constraints):
    """Of constraints that are active for whole China days; how long it holds included."""
    original = run(policy, status, constraints=constraints)
    vector = constrained_vector(policy, status, constraints)
    assert gap(policy, vector, scope_of(policy)) is None
    again = replay(policy, vector, scope=scope_of(policy), at=AT, valid_until=status.valid_until)
    assert Essence.of(again) == Essence.of(original)


@settings(max_examples=100, deadline=None)
@given(
    CONSTRAINED,
    answers(),
    constraints_from(st.integers(-200_000, 100_000), st.integers(100_001, 300_000)),
    st.data(),
)
def test_i5_a_replay_gives_the_same_as_constraints_begin_and_end(policy, answer, constraints, data):
    """At their instants and just before; whether it is replayed for that instant or for the day."""
    edges = {edge for one in constraints for edge in (one.effective_from, one.effective_until)} | {AT}
    at = data.draw(st.sampled_from(sorted(edges))) - timedelta(microseconds=data.draw(st.integers(0, 1)))
    status = show(answer, at=at, fetched_at=at, fresh_until=at + timedelta(days=9))
    original = run(policy, status, at=at, constraints=constraints)
    vector, scope = constrained_vector(policy, status, constraints, at), scope_of(policy)
    for replayed_at in (at, start_of_china_day(china_day(at))):
        again = replay(policy, vector, scope=scope, at=replayed_at, valid_until=status.valid_until)
        assert (again.tier, again.settings, again.standing) == (
            original.tier,
            original.settings,
            original.standing,
        )
        assert [(m.code, m.rule_id) for m in again.measures] == [
            (m.code, m.rule_id) for m in original.measures
        ]
        assert [reason.rule_id for reason in again.reasons] == [reason.rule_id for reason in original.reasons]


@settings(max_examples=50, deadline=None)
@given(CONSTRAINED, constraints_from(days_in_seconds(-30, 0), days_in_seconds(1, 30)), st.randoms())
def test_i1_a_vector_names_no_platform_and_no_category(policy, constraints, rng):
    """Nor does it depend on how they are called, or on their order."""
    renamed = [replace(one, platform=f"x{PLATFORMS.index(one.platform)}") for one in constraints]
    rng.shuffle(renamed)
    told, again = (
        constrained_vector(policy, status_of(penalty()), tuple(given)).dump()
        for given in (constraints, renamed)
    )
    assert told == again
    assert told.isascii()
    assert not [name for name in (*PLATFORMS, *CATEGORIES) if json.dumps(name)[1:-1] in told]


def test_i5_a_constraint_without_an_end_is_told_as_one():
    """As one from before every calendar is."""
    policy = small_policy(rule({"constraint": {}}, tier="watch"))
    ever = ActiveConstraint(
        platform="甲平台",
        category="售假",
        effective_from=datetime.min.replace(tzinfo=UTC),
        effective_until=datetime.max.replace(tzinfo=UTC),
    )
    original = run(policy, status_of(penalty()), constraints=(ever,))
    vector = constrained_vector(policy, status_of(penalty()), (ever,))
    again = replay(policy, vector, scope=scope_of(policy), at=AT, valid_until=original.valid_until)
    assert Essence.of(again) == Essence.of(original)


@settings(max_examples=150, deadline=None)
@given(policies(), answers(), VALUES, st.integers(0, 40), st.integers(0, 86_399))
def test_i5_a_treatment_of_one_day_is_that_of_each_later_day_until_it_ends(
    policy, answer, values, days, second
):
    """So a vector is evaluated anew only where its treatment has run out, and never for another time of day."""
    status, facts = shown(answer), PlatformFacts(values)
    vector, scope = vector_of(policy, status, facts), scope_of(policy)
    first = start_of_china_day(TODAY)
    early = replay(policy, vector, scope=scope, at=first)
    later = first + timedelta(days=days, seconds=second)
    assume(later < early.valid_until and later.month == first.month)
    late = vector.status(anchor=TODAY.replace(day=1), at=later, scope=scope)
    treatment = policy.evaluate(late, facts=vector.platform_facts(scope), role=vector.role, at=later)
    before, after = Essence.of(early), Essence.of(treatment)
    assert (before.tier, before.settings, before.reviews, before.reasons) == (
        after.tier,
        after.settings,
        after.reviews,
        after.reasons,
    )
    assert [m[:3] for m in before.measures] == [m[:3] for m in after.measures]
    assert [m.ends_at for m in early.restrictions] == [m.ends_at for m in treatment.restrictions]


@given(policies(), answers(), VALUES, st.randoms(use_true_random=False))
def test_a_vector_does_not_depend_on_the_order_of_records(policy, answer, values, rng):
    """Nor on their ids."""
    facts, records = PlatformFacts(values), list(answer.records)
    rng.shuffle(records)
    turned = CreditAnswer(
        subject=answer.subject,
        registered=True,
        records=tuple(records),
        as_of=AT,
        source="x",
        snapshot_id="y",
    )
    one, two = (vector_of(policy, shown(a), facts) for a in (answer, turned))
    assert one.dump() == two.dump()


def test_a_vector_holds_no_name_no_word_and_no_number_of_the_platform():
    """Not even where the policy tells of them: numbers stand for them."""
    policy = small_policy(
        rule({"record": {"kind": "PENALTY", "authority": AUTHORITIES[0]}}, "listing-stop", rule_id="a"),
        rule({"fact": {"name": "registered_days", "at_least": 365}}, "deposit-relief", rule_id="b"),
        rule({"fact": {"name": "city", "equals": "福州"}}, "deposit-relief", rule_id="c"),
    )
    facts = policy.platform_facts({"registered_days": 417, "city": "福州", "is_flagship": True})
    status = status_of(
        penalty("CF-SECRET", authority=AUTHORITIES[0]),
        penalty("CF-OTHER", authority=AUTHORITIES[1]),
        record("E-1", RecordKind.EVALUATION, grade=("纳税", "A", None, None)),
    )
    text = vector_of(policy, status, facts).dump()
    assert text.isascii()
    assert not [word for word in ("SECRET", "OTHER", "417", "9135", "2026") if word in text]
    assert text == (
        '["MERCHANT","ENTERPRISE","ADVERSE",[["EVALUATION",null,0,-16,-16,114,null,-1,null,null],'
        '["PENALTY","GENERAL",0,-16,-16,114,-1,null,null,null],["PENALTY","GENERAL",0,-16,-16,114,0,null,null,null]],'
        "[0,true,1],[]]"
    )


def test_i2_an_unknown_standing_tells_of_no_record():
    """Although some were shown beside it; it is replayed as an unknown."""
    policy = marketplace()
    status = status_of(record("O-1", RecordKind.OTHER))
    assert status.standing is Standing.UNKNOWN
    vector = vector_of(policy, status, policy.platform_facts({}))
    assert vector.records == ()
    treatment = replay(policy, vector, scope=scope_of(policy), at=AT)
    assert (treatment.standing, treatment.measures) == (Standing.UNKNOWN, ())
    late = vector_of(policy, status_of(penalty()), policy.platform_facts({}), at=AT + timedelta(days=1))
    assert (late.standing, late.records) == (Standing.UNKNOWN, ())


@pytest.mark.parametrize("kind", SubjectKind)
def test_a_replay_is_about_nobody(kind):
    """Of the same kind, under a code that nobody holds."""
    policy = small_policy()
    vector = FactVector(Role.MERCHANT, kind, Standing.NO_ADVERSE_RECORD, (), (None, None, None))
    subject = replay(policy, vector, scope=scope_of(policy), at=AT).subject
    assert (subject.kind, subject.name) == (kind, None)
    assert subject.code is None or subject.code.code[2:17] == "0" * 15


AGED = {"fact": {"name": "registered_days", "at_least": 100}}


BELOW_YEAR = {"fact": {"name": "registered_days", "less_than": 365}}
FIFTY = {"fact": {"name": "registered_days", "equals": 50}}
IN_FUZHOU = {"fact": {"name": "city", "equals": "福州"}}
IN_XIAMEN = {"fact": {"name": "city", "equals": "厦门"}}


@pytest.mark.parametrize(
    ("recorded", "asked", "values", "reason"),
    [
        (AGED, BELOW_YEAR, {"registered_days": 200}, "fact_class:registered_days"),
        (AGED, BELOW_YEAR, {"registered_days": 99}, None),
        (AGED, FIFTY, {"registered_days": 200}, None),
        (AGED, FIFTY, {"registered_days": 20}, "fact_class:registered_days"),
        (AGED, BELOW_YEAR, {}, None),
        (AGED, {"fact": {"name": "is_flagship", "equals": True}}, {"is_flagship": False}, None),
        (AGED, IN_FUZHOU, {"city": "厦门"}, "fact_class:city"),
        (IN_XIAMEN, IN_FUZHOU, {"city": "厦门"}, None),
    ],
)
def test_what_lies_within_a_class_is_not_guessed(recorded, asked, values, reason):
    """A class that lies wholly on one side of a bound answers; one that the bound cuts does not."""
    then, candidate = (small_policy(rule(when, "deposit-relief")) for when in (recorded, asked))
    vector = vector_of(then, status_of(), then.platform_facts(values))
    assert gap(candidate, vector, scope_of(then)) == reason


def test_a_fact_that_was_not_declared_then_is_not_guessed():
    """Nor one that was declared as another type; one that no rule asks for does not matter."""
    then = small_policy(facts={})
    vector, scope = vector_of(then, status_of(), PlatformFacts({"registered_days": 5})), scope_of(then)
    assert gap(small_policy(rule(AGED, "deposit-relief")), vector, scope) == "fact:registered_days"
    assert gap(small_policy(), vector, scope) is None
    facts = small_document()["facts"] | {
        "registered_days": {"type": "text", "title": {"zh": "文", "en": "t"}}
    }
    then = small_policy(facts=facts)
    vector, scope = vector_of(then, status_of(), PlatformFacts({"registered_days": "5"})), scope_of(then)
    assert gap(small_policy(rule(AGED, "deposit-relief")), vector, scope) == "fact:registered_days"


def test_an_authority_or_grade_that_was_not_told_is_not_guessed():
    """Only where a record may be of one that is asked for."""
    then = small_policy(rule({"record": {"kind": "PENALTY", "authority": AUTHORITIES[0]}}, "listing-stop"))
    scope, none = scope_of(then), PlatformFacts()
    candidate = small_policy(
        rule({"record": {"kind": "PENALTY", "authority": AUTHORITIES[1]}}, "listing-stop")
    )
    for wanted, reason in ((AUTHORITIES[0], None), (AUTHORITIES[1], "authority"), (None, None)):
        vector = vector_of(then, status_of(penalty(authority=wanted)), none)
        assert gap(candidate, vector, scope) == reason
    listed = record("L", RecordKind.SERIOUS_LISTING, authority=AUTHORITIES[1])
    assert gap(candidate, vector_of(then, status_of(listed), none), scope) is None
    graded = vector_of(then, status_of(record("E", RecordKind.EVALUATION)), none)
    grading = small_policy(rule({"evaluation": {"scheme": "纳税", "value": "A"}}, "deposit-relief"))
    assert gap(grading, graded, scope) == "grade"
    assert (
        gap(
            grading,
            vector_of(grading, status_of(record("E", RecordKind.EVALUATION)), none),
            scope_of(grading),
        )
        is None
    )


def test_a_condition_that_no_vector_answers_is_told(monkeypatch):
    """Should conditions learn of more than vectors hold."""
    monkeypatch.setattr("chengxin.policy.scope._READ", frozenset({"record"}))
    monkeypatch.setattr("chengxin.policy.scope._READ_OF_RECORDS", frozenset({"kind"}))
    policy = small_policy(
        rule(
            {"all": [{"record": {"kind": "PENALTY", "disputed": False}}, {"role": "MERCHANT"}]},
            "listing-stop",
        )
    )
    question = Question.of(policy.document)
    assert question.beyond == ("all", "record.disputed", "role")
    vector = vector_of(policy, status_of(), PlatformFacts())
    assert gap_in(question, scope_of(policy))(vector) == "condition:all"


AGED_KINDS = [kind for kind in RecordKind if kind is not RecordKind.OTHER]


@pytest.mark.parametrize("kind", AGED_KINDS)
@pytest.mark.parametrize("days", [29, 30, 31])
@pytest.mark.parametrize("bound", ["at_least", "less_than"])
def test_i5_ages_are_those_of_the_original(kind, days, bound):
    """By the day of the decision or listing where it has one, else of disclosure; on each side of a bound."""
    when = {"record": {"kind": kind.value, "age_days": {bound: 30}}}
    policy = small_policy(rule(when, "deposit-relief", tier="preferred"))
    for on, start in ((-days, -5), (-5, -days), (None, -days)):
        status = status_of(record("R", kind, start=start, on=on))
        original = run(policy, status)
        vector = vector_of(policy, status, PlatformFacts())
        again = replay(policy, vector, scope=scope_of(policy), at=AT, valid_until=status.valid_until)
        assert Essence.of(again) == Essence.of(original)


@pytest.mark.parametrize("asked", [{"at_least": 100}, {"less_than": 100}, {"equals": 100}])
@pytest.mark.parametrize("given_days", [-5, 99, 100, 101, None])
def test_i5_facts_are_on_the_same_side_of_every_bound(asked, given_days):
    """Whichever way they are compared."""
    policy = small_policy(rule({"fact": {"name": "registered_days", **asked}}, "deposit-relief"))
    facts = policy.platform_facts({} if given_days is None else {"registered_days": given_days})
    original = policy.evaluate(status_of(), facts=facts, role=Role.MERCHANT, at=AT)
    vector = vector_of(policy, status_of(), facts)
    again = replay(policy, vector, scope=scope_of(policy), at=AT, valid_until=original.valid_until)
    assert Essence.of(again).settings == Essence.of(original).settings
    assert vector.platform_facts(scope_of(policy)).values.keys() == facts.values.keys()
