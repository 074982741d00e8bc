"""Evaluation: total, deterministic, and bound by the invariants."""

import random
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidPolicy, InvalidRecord, UnknownReason
from chengxin.policy import (
    NO_FACTS,
    Direction,
    Outcome,
    PlatformFacts,
    PolicyDocument,
    compile_policy,
)
from chengxin.records import (
    ADVERSE_KINDS,
    RecordKind,
    Role,
    Severity,
    Standing,
    SubjectKind,
    end_of_china_day,
    start_of_china_day,
)
from tests.examples import tried
from tests.sdk.policy.material import (
    AT,
    BOTH,
    COMPANY,
    FACTS,
    PENALISED,
    PERSON,
    ROLES,
    SHIPPED,
    answers,
    day,
    marketplace,
    penalty,
    policies,
    record,
    rule,
    run,
    shipped,
    shown,
    small_document,
    small_policy,
    status_of,
)
from tests.sdk.policy.situation import unknown_of
from tests.sdk.policy.subjects import (
    CONSTRAINT_SETS,
    assert_no_stricter,
    held_records,
    shipped_facts,
    strictness,
)

# ---- I2 ----


@tried(0.5)
@given(policies(), st.sampled_from(UnknownReason), ROLES, FACTS)
def test_i2_unknown_imposes_nothing_and_grants_nothing(policy, reason, role, facts):
    """No tier, no measure of either direction, settings at their defaults, every action allowed."""
    status = unknown_of(reason)
    treatment = run(policy, status, role=role, **facts)
    assert treatment.standing is Standing.UNKNOWN
    assert (treatment.tier, treatment.tier_title) == (None, None)
    assert (treatment.measures, treatment.reviews, treatment.reasons) == ((), (), ())
    assert treatment.settings == policy.defaults
    assert treatment.valid_until == AT
    assert all(
        treatment.decide(a, AT).outcome is Outcome.ALLOWED and treatment.decide(a, AT).unknown_mode
        for a in policy.unknown_modes
    )


@tried(0.5)
@given(policies(), answers(), st.integers(0, 10**6))
def test_i2_a_status_outside_its_life_is_an_unknown(policy, answer, microseconds):
    """A stale answer restricts nobody and lights nothing; nor does one from the future."""
    status = shown(answer, life=timedelta(hours=1))
    for at in (
        status.valid_until + timedelta(microseconds=microseconds),
        AT - timedelta(microseconds=microseconds + 1),
    ):
        treatment = run(policy, status, at=at)
        assert (treatment.standing, treatment.tier) == (Standing.UNKNOWN, None)
        assert (treatment.measures, treatment.valid_until) == ((), at)


def test_i2_a_subject_unknown_to_the_source_stays_unknown_while_the_answer_is_fresh():
    """The answer has its own life, and nothing is concluded from it."""
    status = status_of(registered=False)
    treatment = run(marketplace(), status)
    assert (treatment.tier, treatment.valid_until) == (None, status.valid_until)


# ---- I3, I4 ----


@tried(0.5)
@given(policies(), answers(), ROLES, FACTS)
def test_i3_every_restriction_has_its_grounds_among_the_shown_records_and_ends_with_them(
    policy, answer, role, facts
):
    """Grounds are records that are disclosed now; no restriction outlives the last of them."""
    status = shown(answer)
    treatment = run(policy, status, role=role, **facts)
    held = {r.record_id: r for r in status.records}
    for measure in treatment.restrictions:
        ends = [held[ground.record_id].period.ends_at for ground in measure.grounds]
        assert [g.ends_at for g in measure.grounds] == ends
        assert all(held[g.record_id].is_shown(AT) for g in measure.grounds)
        assert None in ends or measure.ends_at <= max(ends)
        assert measure.ends_at <= AT + timedelta(days=policy.document.catalogue[measure.code].longest_days)
        assert treatment.valid_until <= measure.ends_at


@tried(0.5)
@given(policies(), answers(), FACTS)
def test_i4_after_its_end_a_restriction_does_not_bite(policy, answer, facts):
    """Neither by the treatment that held it, nor by a new evaluation of what is left of it."""
    treatment = run(policy, shown(answer), **facts)
    for measure in treatment.restrictions:
        assert not measure.is_in_effect(measure.ends_at)
        for action in policy.unknown_modes:
            assert treatment.decide(action, measure.ends_at).outcome is Outcome.ALLOWED
        ends = [ground.ends_at for ground in measure.grounds]
        if None not in ends:
            over = max(ends)
            later = run(policy, shown(answer, at=over), at=over, **facts)
            assert not {g.record_id for m in later.measures for g in m.grounds} & {
                ground.record_id for ground in measure.grounds
            }


@pytest.mark.parametrize("name", SHIPPED)
@tried(0.5)
@given(data=st.data(), role=ROLES, held=held_records(), constraints=CONSTRAINT_SETS)
def test_i4_dropping_an_adverse_record_never_makes_a_shipped_policy_stricter(
    name, data, role, held, constraints
):
    """A repair helps or changes nothing: not one tier, action, setting or review gets worse."""
    policy, given_by = shipped(name), {"role": role, "constraints": constraints}
    given_by |= data.draw(shipped_facts(name))
    before = strictness(policy, run(policy, status_of(*held), **given_by))
    for dropped in held:
        if dropped.kind in ADVERSE_KINDS:
            rest = [r for r in held if r is not dropped]
            assert_no_stricter(strictness(policy, run(policy, status_of(*rest), **given_by)), before)


def test_ages_are_looked_at_beyond_the_first():
    """A record that has passed one age changes again at the next."""
    aged = [
        rule({"record": {"kind": "PENALTY", "age_days": {"at_least": n}}}, tier=tier, rule_id=f"r{n}")
        for n, tier in ((10, "watch"), (40, "restricted"))
    ]
    status = status_of(penalty(on=-20), life=timedelta(days=60))
    treatment = run(small_policy(*aged), status)
    assert (treatment.tier, treatment.valid_until) == ("watch", start_of_china_day(day(20)))


# ---- I5 ----


@tried(0.5)
@given(policies(), answers(), ROLES, FACTS, st.randoms(use_true_random=False))
def test_i5_the_order_of_records_does_not_matter(policy, answer, role, facts, chance):
    """Shuffled records give the same treatment, to the last ground."""
    shuffled = list(answer.records)
    chance.shuffle(shuffled)
    mixed = replace(answer, records=tuple(shuffled))
    assert run(policy, shown(answer), role=role, **facts) == run(policy, shown(mixed), role=role, **facts)


@tried(0.5)
@given(answers(), ROLES, FACTS, st.integers(-12 * 60, 14 * 60))
def test_i5_the_same_inputs_give_the_same_treatment(answer, role, facts, minutes):
    """Twice, and in any time zone, and from a policy compiled anew."""
    zoned = AT.astimezone(timezone(timedelta(minutes=minutes)))
    facts = {name: value for name, value in facts.items() if name == "registered_days"}
    policy = marketplace()
    again = compile_policy(policy.document)
    status = shown(answer)
    assert (
        run(policy, status, role=role, **facts)
        == run(policy, status, at=zoned, role=role, **facts)
        == run(again, status, role=role, **facts)
    )


def test_an_instant_without_time_zone_is_refused():
    """It could be any of 26 hours."""
    with pytest.raises(InvalidRecord, match="aware"):
        run(marketplace(), status_of(), at=datetime(2026, 6, 15))  # naive on purpose


# ---- I8 ----


@tried(0.5)
@given(policies(), answers(subject=PERSON), ROLES, FACTS)
def test_i8_a_person_gets_neither_tier_nor_automatic_restriction(policy, answer, role, facts):
    """Adverse facts raise reviews; relief is automatic only where the policy lets it be."""
    treatment = run(policy, shown(answer), role=role, **facts)
    assert (treatment.tier, treatment.tier_title) == (None, None)
    assert treatment.restrictions == ()
    if not policy.document.persons.relief:
        assert treatment.measures == ()
    acting = {m.rule_id for m in treatment.measures} | {r.rule_id for r in treatment.reviews}
    assert acting <= {reason.rule_id for reason in treatment.reasons}


@tried(0.5)
@given(policies(), answers(), FACTS)
def test_i8_an_anchor_is_a_person_whatever_the_code(policy, answer, facts):
    """An anchor (直播营销人员) is a natural person by 令117, also where the shop has a code."""
    treatment = run(policy, shown(answer), role=Role.ANCHOR, **facts)
    assert (treatment.tier, treatment.restrictions) == (None, ())


def test_i8_what_would_restrict_a_person_becomes_a_review():
    """The review names rule, measure, effect, reason and records."""
    policy = small_policy(rule(PENALISED, "listing-stop", tier="watch"))
    treatment = run(policy, status_of(penalty(), subject=PERSON))
    (review,) = treatment.reviews
    assert (review.rule_id, review.measure_code, review.record_ids) == ("r", "listing-stop", ("P1",))
    assert review.effect.action == "listing.create"
    decision = treatment.decide("listing.create", AT)
    assert (decision.outcome, decision.is_review_wanted) == (Outcome.ALLOWED, True)


def test_i8_a_tier_alone_says_nothing_of_a_person():
    """A rule that only grades leaves no trace on a person, not even as a reason."""
    policy = small_policy(rule(PENALISED, tier="watch"))
    treatment = run(policy, status_of(penalty(), subject=PERSON))
    assert (treatment.reasons, treatment.reviews) == ((), ())


def test_i8_relief_of_persons_follows_the_policy():
    """Automatic where persons.relief is true, else a review."""
    good = rule({"standing": "NO_ADVERSE_RECORD"}, "deposit-relief")
    status = status_of(subject=PERSON)
    assert [m.code for m in run(small_policy(good), status).measures] == ["deposit-relief"]
    asked = run(small_policy(good, persons={"relief": False}), status)
    assert (asked.measures, [r.measure_code for r in asked.reviews]) == ((), ["deposit-relief"])


# ---- rules ----


def test_what_a_human_decides_is_never_automatic():
    """Not for companies either."""
    treatment = run(small_policy(rule(PENALISED, "stream-decision")), status_of(penalty()))
    assert treatment.measures == ()
    assert [r.measure_code for r in treatment.reviews] == ["stream-decision"]


def test_the_worst_tier_counts_and_the_default_where_no_rule_gives_one():
    """Of several, the worst; a relief does not better it."""
    policy = small_policy(
        rule({"record": {"kind": "COMMENDATION"}}, tier="preferred", rule_id="a"),
        rule(PENALISED, tier="restricted", rule_id="b"),
        rule({"standing": "ADVERSE"}, tier="watch", rule_id="c"),
    )
    good = record("C", RecordKind.COMMENDATION)
    assert run(policy, status_of(good, penalty())).tier == "restricted"
    assert run(policy, status_of(good)).tier == "preferred"
    treatment = run(policy, status_of())
    assert (treatment.tier, treatment.tier_title.zh) == ("standard", "文")


@pytest.mark.parametrize("reverse", [False, True])
def test_settings_combine_towards_their_stricter_end_and_never_with_the_default(reverse):
    """The highest for max, the lowest for min; a lone relief beats the default."""
    rules = [
        rule(PENALISED, "deposit-raise", "slots-cut", rule_id="a"),
        rule(PENALISED, "deposit-raise-more", rule_id="b"),
        rule({"record": {"kind": "COMMENDATION"}}, "deposit-relief", "slots-relief", rule_id="c"),
    ]
    policy = small_policy(*(rules[::-1] if reverse else rules))
    good = record("C", RecordKind.COMMENDATION)
    assert run(policy, status_of(good, penalty())).settings == {
        "deposit_fen": 9000,
        "slots": 1,
        "notice": False,
    }
    assert run(policy, status_of(good)).settings == {"deposit_fen": 500, "slots": 9, "notice": False}
    assert run(policy, status_of()).settings is policy.defaults


def test_a_measure_that_refuses_an_action_leaves_settings_alone():
    """Defaults stay where no measure changes a setting."""
    treatment = run(small_policy(rule(PENALISED, "listing-stop")), status_of(penalty()))
    assert treatment.settings == {"deposit_fen": 1000, "slots": 3, "notice": False}


def test_a_relief_lasts_as_long_as_the_evaluation_is_fresh():
    """No longer than the status, nor than its own longest duration."""
    good = rule({"standing": "NO_ADVERSE_RECORD"}, "deposit-relief")
    short = rule({"standing": "NO_ADVERSE_RECORD"}, "slots-relief", rule_id="short")
    status = status_of(life=timedelta(days=3))
    (relief,) = run(small_policy(good), status).measures
    assert relief.ends_at == status.valid_until
    treatment = run(small_policy(good, short), status)
    assert {m.ends_at for m in treatment.measures} == {AT + timedelta(days=1)} == {treatment.valid_until}


def test_a_severity_in_other_words_matches_no_severity_and_is_not_absent():
    """An unrecognised severity is neither grave nor harmless."""
    policy = small_policy(
        rule({"record": {"kind": "PENALTY", "severity": "absent"}}, tier="watch", rule_id="a"),
        rule(
            {"record": {"kind": "PENALTY", "severity": ["MINOR", "GENERAL", "SERIOUS"]}},
            tier="restricted",
            rule_id="b",
        ),
    )
    assert run(policy, status_of(penalty(severity=None))).tier == "watch"
    assert run(policy, status_of(penalty(severity=None, text="较重"))).tier == "standard"
    assert run(policy, status_of(penalty(severity=Severity.MINOR))).tier == "restricted"


@pytest.mark.parametrize(
    ("values", "fires"),
    [({}, False), ({"registered_days": True}, False), ({"registered_days": "200"}, False)]
    + [({"registered_days": n}, f) for n, f in ((99, False), (100, True), (199, True), (200, False))],
)
def test_a_fact_that_is_not_given_or_of_another_type_is_never_guessed(values, fires):
    """The condition does not hold, and nothing breaks."""
    when = {"fact": {"name": "registered_days", "at_least": 100, "less_than": 200}}
    policy = small_policy(rule(when, tier="preferred"))
    treatment = policy.evaluate(status_of(), facts=PlatformFacts(values), role=Role.MERCHANT, at=AT)
    assert (treatment.tier == "preferred") is fires


def test_roles_and_kinds_of_subject_narrow_a_rule():
    """A rule for multi-channel networks does not touch merchants."""
    policy = small_policy(
        rule({"role": "MCN"}, tier="preferred", rule_id="a"),
        rule({"subject_kind": "SOLE_TRADER"}, tier="watch", rule_id="b"),
    )
    assert run(policy, status_of(), role=Role.MCN).tier == "preferred"
    assert run(policy, status_of()).tier == "standard"
    trader = replace(COMPANY, kind=SubjectKind.SOLE_TRADER)
    assert run(policy, status_of(subject=trader)).tier == "watch"


# ---- a policy in time ----


def test_a_policy_out_of_force_is_neutral_until_it_applies():
    """Default tier, no measures; valid until the first China day on which the policy applies."""
    policy = small_policy(
        rule(PENALISED, "listing-stop", tier="watch"),
        effective_from=day(1).isoformat(),
        effective_until=day(2).isoformat(),
    )
    status = status_of(penalty(), life=timedelta(days=9))
    before = run(policy, status)
    assert (before.tier, before.measures, before.valid_until) == (
        "standard",
        (),
        start_of_china_day(day(1)),
    )
    during = run(policy, status, at=before.valid_until)
    assert (during.tier, len(during.measures)) == ("watch", 1)
    assert during.valid_until == end_of_china_day(day(2)) == policy.ends_at
    after = run(policy, status, at=policy.ends_at)
    assert (after.tier, after.measures, after.valid_until) == ("standard", (), status.valid_until)
    assert run(policy, status_of(penalty(), subject=PERSON)).tier is None


# ---- the digest ----


def shuffled(value, chance):
    """Return data with the keys of every mapping in another order."""
    if isinstance(value, dict):
        items = [(key, shuffled(inner, chance)) for key, inner in value.items()]
        chance.shuffle(items)
        return dict(items)
    return [shuffled(inner, chance) for inner in value] if isinstance(value, list) else value


def digest_of(data):
    """Return the digest of a policy given as data."""
    return compile_policy(PolicyDocument.model_validate(data)).ref.digest


@tried(0.5)
@given(st.integers(0, 10**6))
def test_i5_the_digest_does_not_depend_on_the_order_of_keys(seed):
    """Nor on defaults that are written out, nor on one kind given as a list of one."""
    document = small_document(rule(PENALISED, "listing-stop"))
    explicit = small_document(
        rule({"record": {"kind": ["PENALTY"], "disputed": None}}, "listing-stop"), persons={"relief": True}
    )
    assert digest_of(shuffled(document, random.Random(seed))) == digest_of(explicit)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "2"},
        {"appeal_url": "https://rules.example.com/other"},
        {"persons": {"relief": False}},
        {"effective_until": "2030-01-01"},
        {"title": {"zh": "别", "en": "other"}},
        {
            "settings": {
                **small_document()["settings"],
                "extra": {"title": BOTH, "default": 1, "combine": "max"},
            }
        },
        {
            "settings": {
                **small_document()["settings"],
                "extra": {"title": BOTH, "default": True, "combine": "max"},
            }
        },
    ],
)
def test_i5_a_change_of_meaning_changes_the_digest(changes):
    """Whatever it is."""
    plain = {
        "settings": {**small_document()["settings"], "extra": {"title": BOTH, "default": 0, "combine": "max"}}
    }
    assert digest_of(small_document(**changes)) not in {
        digest_of(small_document()),
        digest_of(small_document(**plain)),
    }
    other = rule({"record": {"kind": "PENALTY", "count": {"at_least": 2}}}, "listing-stop")
    assert digest_of(small_document(other)) != digest_of(small_document(rule(PENALISED, "listing-stop")))


def test_a_document_that_makes_no_sense_is_not_compiled():
    """Also where it did not come through the loader."""
    document = PolicyDocument.model_validate(small_document(rule(PENALISED, "listing-stpo")))
    with pytest.raises(InvalidPolicy, match="Did you mean 'listing-stop'"):
        compile_policy(document)


def test_relief_and_restriction_are_what_the_catalogue_says():
    """Each measure carries its entry of the catalogue."""
    treatment = run(small_policy(rule(PENALISED, "listing-stop")), status_of(penalty()))
    (measure,) = treatment.measures
    assert measure.direction is Direction.RESTRICT
    assert (measure.legal_basis[0].article, measure.platform_rule.clause) == ("32", "4")
    assert measure.appeal_url == "https://rules.example.com/appeals"
    assert (measure.starts_at, measure.decided_by, measure.subject_kind) == (AT, None, SubjectKind.ENTERPRISE)
    assert run(marketplace(), status_of()).policy.version == "2026.1"
    assert marketplace().evaluate(status_of(), facts=NO_FACTS, role=Role.MERCHANT, at=AT).tier == "standard"
