"""What holds for every policy that comes with chengxin: laws, and the care that a document owes its readers."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chengxin.policy import Direction, Precedence, parse_policy
from chengxin.policy.condition import walk
from chengxin.policy.index import wants
from chengxin.policy.signature import SeverityMatch, signatures
from chengxin.records import ADVERSE_KINDS, RecordKind, Role, Severity, SubjectKind
from chengxin.services import load_policy, shipped_policies
from tests.examples import tried
from tests.sdk.policy.material import (
    AT,
    COMPANY,
    PERSON,
    ROLES,
    SHIPPED,
    record,
    run,
    shipped,
    shipped_text,
    status_of,
)
from tests.sdk.policy.subjects import (
    CONSTRAINT_SETS,
    GOOD_KINDS,
    TOP_GRADE,
    assert_no_stricter,
    held_records,
    shipped_facts,
    strictness,
)

LAWS = {
    "电子商务法": "E-Commerce Law",
    "网络交易平台规则监督管理办法（总局、网信办令第116号）": (
        "Measures on the Supervision of Online Trading Platform Rules (Order 116)"
    ),
    "直播电商监督管理办法（总局、网信办令第117号）": (
        "Measures on the Supervision of Livestream E-Commerce (Order 117)"
    ),
    "关于健全社会信用体系的意见（2025年）": "Opinions on Improving the Social Credit System (2025)",
}
ARTICLES = {
    "电子商务法": {"32", "38", "40"},
    "网络交易平台规则监督管理办法（总局、网信办令第116号）": {"19", "29"},
    "直播电商监督管理办法（总局、网信办令第117号）": {"11", "12", "14"},
    "关于健全社会信用体系的意见（2025年）": {"11", "22"},
}
COUNTED = {
    RecordKind.SERIOUS_LISTING: Severity.SERIOUS,
    RecordKind.ABNORMAL_LISTING: Severity.GENERAL,
    RecordKind.JUDGMENT_DEFAULT: Severity.GENERAL,
}
RANKS = {Severity.MINOR: 0, Severity.GENERAL: 1, Severity.SERIOUS: 2}
LONGEST = {Severity.MINOR: 90, Severity.GENERAL: 365, Severity.SERIOUS: 1095}
GRAVER = [None, Severity.MINOR, Severity.GENERAL, Severity.SERIOUS]
CLASSES = [
    (kind, severity, text, disputed)
    for kind in sorted(ADVERSE_KINDS)
    for severity, text in [*((s, None) for s in GRAVER), (None, "较重")]
    for disputed in (False, True)
]

GOOD = [record("C", RecordKind.COMMENDATION), record("M", RecordKind.COMMITMENT)]

by_name = pytest.mark.parametrize("name", SHIPPED)
a_law = settings(deadline=None)


def test_the_shipped_policies_are_found_by_name():
    """Each by the name that it gives itself."""
    assert shipped_policies() == list(SHIPPED)
    assert [load_policy(name).ref.name for name in SHIPPED] == list(SHIPPED)


# ---- the documents ----


def restricting(policy):
    """Yield each rule with each restriction that it gives or puts before a human."""
    for rule in policy.document.rules:
        for code in rule.measures:
            entry = policy.document.catalogue[code]
            if entry.direction is Direction.RESTRICT:
                yield rule, code, entry


def grounds_of(rule):
    """Yield the kinds and severities of the records of which a rule needs one; None is what is not classed."""
    needed = frozenset().union(*(want.signatures for want in wants(rule.when)))
    for kind in ADVERSE_KINDS:
        for severity in SeverityMatch:
            if needed & signatures([kind], severities=[severity]):
                yield kind, COUNTED.get(kind) or Severity.__members__.get(severity.name)


@by_name
def test_no_measure_outlasts_what_its_grounds_can_be_disclosed_for(name):
    """A year for general records, three for serious ones; what is not classed may be shown as long as any."""
    for rule, code, entry in restricting(shipped(name)):
        longest = max(LONGEST[severity or Severity.SERIOUS] for _, severity in grounds_of(rule))
        assert entry.longest_days <= longest, (rule.id, code)


@by_name
def test_measures_are_in_proportion_to_the_least_of_their_grounds(name):
    """An account or a grave measure needs a serious record, a refusal a general one; unclassed counts as minor."""
    for rule, code, entry in restricting(shipped(name)):
        least = min(RANKS[severity or Severity.MINOR] for _, severity in grounds_of(rule))
        needed = max(
            RANKS[entry.gravity or Severity.MINOR],
            RANKS[Severity.SERIOUS] if entry.category == "ACCOUNT" else 0,
            RANKS[Severity.GENERAL] if entry.action else 0,
        )
        assert least >= needed, (rule.id, code)


@by_name
def test_account_measures_are_always_decided_by_a_human(name):
    """And last for a year at most, with notice, in public."""
    for _, code, entry in restricting(shipped(name)):
        if entry.category == "ACCOUNT":
            assert (entry.human_decides, entry.longest_days, entry.public) == (True, 365, True), code
            assert entry.notice_days >= 7


@by_name
def test_everything_that_is_declared_is_used(name):
    """No tier, measure or fact without a rule; no action or setting without a measure, where there are measures."""
    document = shipped(name).document
    used = {code for rule in document.rules for code in rule.measures}
    assert used == set(document.catalogue)
    assert {rule.tier for rule in document.rules} - {None} == {tier.id for tier in document.tiers}
    conditions = [condition for rule in document.rules for condition, _ in walk(rule.when, "")]
    assert {c.fact.name for c in conditions if c.fact} == set(document.facts)
    if document.catalogue:
        entries = document.catalogue.values()
        assert {entry.action for entry in entries if entry.action} == set(document.actions)
        assert {entry.setting.name for entry in entries if entry.setting} == set(document.settings)


@by_name
def test_everything_is_written_in_both_languages(name):
    """Chinese is Chinese and English is English."""
    document = shipped(name).document
    texts = [document.title, *(rule.reason for rule in document.rules)]
    for part in (document.catalogue, document.actions, document.settings, document.facts):
        texts += [declared.title for declared in part.values()]
    texts += [tier.title for tier in document.tiers]
    assert all(re.search(r"[\u4e00-\u9fff]", text.zh) for text in texts)
    assert all(text.en.isascii() for text in texts)


@by_name
def test_only_articles_that_are_known_are_cited(name):
    """Law and article are from the list that counsel was given; nothing is made up on the way."""
    for code, entry in shipped(name).document.catalogue.items():
        assert entry.legal_basis, code
        assert all(basis.article in ARTICLES[basis.law.zh] for basis in entry.legal_basis), code
        assert all(basis.law.en == LAWS[basis.law.zh] for basis in entry.legal_basis), code
        assert entry.platform_rule is not None, code


@by_name
def test_clauses_of_the_platform_rules_are_told_apart(name):
    """Each measure has its own clause, and links to it."""
    rules = [entry.platform_rule for entry in shipped(name).document.catalogue.values()]
    assert len({rule.clause for rule in rules}) == len(rules)
    assert all(rule.url.endswith("#" + rule.clause.replace(".", "-")) for rule in rules)
    assert all(rule.url.startswith("https://rules.example.com/") for rule in rules)


@by_name
def test_the_file_is_commented_and_needs_no_long_lines(name):
    """A lawyer reads it in any editor, in either language."""
    lines = shipped_text(name).splitlines()
    comments = [line for line in lines if line.lstrip().startswith("#")]
    assert len(comments) > 40
    assert sum(bool(re.search(r"[\u4e00-\u9fff]", line)) for line in comments) > 20
    assert max(len(line) for line in lines) <= 120


@pytest.mark.parametrize("name", ["livestream", "marketplace"])
def test_the_example_of_a_decision_by_the_trust_team_works(name):
    """It stands in a comment; without the marks it is a rule by a named person, for a time."""
    policy = parse_policy(shipped_text(name).replace("#|", ""), name=name)
    (decision,) = [r for r in policy.document.rules if r.precedence is Precedence.TRUST_TEAM]
    assert decision.decided_by
    assert decision.until > policy.document.effective_from
    assert len(policy.document.rules) == len(shipped(name).document.rules) + 1


@by_name
def test_no_name_in_the_document_is_a_word_that_we_do_not_use(name):
    """黑名单 is the law's own term and stands where the law is cited; no code is called so."""
    document = shipped(name).document
    names = [*document.catalogue, *document.actions, *document.settings, *document.facts]
    names += [rule.id for rule in document.rules] + [tier.id for tier in document.tiers]
    assert not [n for n in names if re.search(r"black|score|bad|punish|clean", n)]


# ---- laws ----


@by_name
@a_law
@given(data=st.data(), role=ROLES, held=held_records(), constraints=CONSTRAINT_SETS)
def test_i3_restrictions_end_with_their_grounds_and_within_their_longest_days(
    name, data, role, held, constraints
):
    """No later than the last ground, nor than the longest duration from the first day of disclosure."""
    policy = shipped(name)
    status = status_of(*held, life=timedelta(days=4000))
    facts = data.draw(shipped_facts(name))
    treatment = run(policy, status, role=role, constraints=constraints, **facts)
    for measure in treatment.restrictions:
        ends = [ground.ends_at for ground in measure.grounds]
        assert None in ends or measure.ends_at <= max(ends)
        longest = policy.document.catalogue[measure.code].longest_days
        assert measure.ends_at <= AT + timedelta(days=longest)
        assert (measure.legal_basis, measure.platform_rule, measure.appeal_url) != ((), None, None)
    assert {g.kind for m in treatment.restrictions for g in m.grounds} <= ADVERSE_KINDS


@by_name
@tried(0.5)
@given(
    data=st.data(),
    role=st.sampled_from([Role.MERCHANT, Role.ROOM_OPERATOR, Role.MCN]),
    held=held_records(),
    step=st.integers(1, 3),
    days=st.sampled_from([0, 8, 31, 91, 366]),
)
def test_a_graver_penalty_is_never_treated_more_mildly(name, data, role, held, step, days):
    """From not classed through minor and general to serious, in tier, actions and settings, today and later."""
    policy, facts, at = shipped(name), data.draw(shipped_facts(name)), AT + timedelta(days=days)
    penalties = [n for n, r in enumerate(held) if r.kind is RecordKind.PENALTY and r.severity_text is None]
    assume(penalties)
    which = data.draw(st.sampled_from(penalties))
    graver = GRAVER[min(3, GRAVER.index(held[which].severity) + step)]
    worse = [*held[:which], replace(held[which], severity=graver), *held[which + 1 :]]
    before, after = (
        strictness(policy, run(policy, status_of(*some, at=at), at=at, role=role, **facts), at)
        for some in (held, worse)
    )
    assert_no_stricter((*before[:3], set()), (*after[:3], set()))


@by_name
@a_law
@given(data=st.data(), held=held_records(), role=ROLES)
def test_a_dispute_never_makes_treatment_stricter(name, data, held, role):
    """A record that comes under dispute loosens or leaves tier, actions and settings."""
    policy, facts = shipped(name), data.draw(shipped_facts(name))
    which = data.draw(st.integers(0, len(held) - 1))
    settled, disputed = (
        replace(held[which], status=record("X", RecordKind.PENALTY, disputed=flag).status)
        for flag in (False, True)
    )
    assume(held[which].kind in ADVERSE_KINDS)
    before, after = (
        strictness(policy, run(policy, status_of(*held[:which], one, *held[which + 1 :]), role=role, **facts))
        for one in (settled, disputed)
    )
    assert_no_stricter((*after[:3], set()), (*before[:3], set()))


@by_name
@a_law
@given(data=st.data(), held=held_records(), role=ROLES, kind=st.sampled_from(GOOD_KINDS))
def test_one_more_good_record_never_makes_treatment_stricter(name, data, held, role, kind):
    """Neither a commendation nor a commitment nor a licence costs anything; nor does the highest grade."""
    policy, facts = shipped(name), data.draw(shipped_facts(name))
    before = strictness(policy, run(policy, status_of(*held), role=role, **facts))
    for good in (record("NEW", kind), record("NEW", RecordKind.EVALUATION, grade=TOP_GRADE)):
        assert_no_stricter(
            strictness(policy, run(policy, status_of(*held, good), role=role, **facts)), before
        )


@by_name
@a_law
@given(data=st.data(), held=held_records(), role=ROLES, constraints=CONSTRAINT_SETS)
def test_i10_constraints_of_others_give_no_measure_and_bring_at_most_a_human(
    name, data, held, role, constraints
):
    """Tier, measures and settings are as without them; reviews come only beside an adverse record."""
    policy, facts = shipped(name), data.draw(shipped_facts(name))
    alone = run(policy, status_of(*held), role=role, **facts)
    under = run(policy, status_of(*held), role=role, constraints=constraints, **facts)
    assert (under.tier, under.settings) == (alone.tier, alone.settings)
    assert {m.code for m in under.measures} == {m.code for m in alone.measures}
    asked = {review.rule_id for review in under.reviews} - {review.rule_id for review in alone.reviews}
    assert asked <= {"constrained-elsewhere"}
    assert not asked or any(r.kind in ADVERSE_KINDS for r in held)


@by_name
@a_law
@given(data=st.data(), held=held_records(), subject=st.sampled_from([COMPANY, PERSON]))
def test_i8_people_and_anchors_get_no_tier_and_no_automatic_restriction(name, data, held, subject):
    """Whatever is disclosed: reviews and relief, and nothing else."""
    role = Role.ANCHOR if subject.kind is not SubjectKind.PERSON else data.draw(ROLES)
    facts = data.draw(shipped_facts(name))
    treatment = run(shipped(name), status_of(*held, subject=subject), role=role, **facts)
    assert (treatment.tier, treatment.restrictions) == (None, ())


@by_name
@pytest.mark.parametrize(("kind", "severity", "text", "disputed"), CLASSES)
@pytest.mark.parametrize("role", [Role.MERCHANT, Role.ROOM_OPERATOR, Role.MCN])
def test_every_adverse_record_has_its_answer(name, kind, severity, text, disputed, role):
    """A reason at least, and never the best tier; a disputed record restricts nobody by itself."""
    one = record("R", kind, severity, text=text, disputed=disputed)
    treatment = run(shipped(name), status_of(one, *GOOD), role=role, registered_days=400)
    assert "R" in {record_id for reason in treatment.reasons for record_id in reason.record_ids}
    assert treatment.tier != "preferred"
    assert not (disputed and treatment.restrictions)


@by_name
@a_law
@given(data=st.data(), held=held_records(), role=ROLES)
def test_relief_is_never_lost_without_a_reason(name, data, held, role):
    """Who would have relief without the adverse records and has none with them is told why, or asked about."""
    policy, facts = shipped(name), data.draw(shipped_facts(name))
    good = [r for r in held if r.kind not in ADVERSE_KINDS]
    had = {m.code for m in run(policy, status_of(*good), role=role, **facts).reliefs}
    treatment = run(policy, status_of(*held), role=role, **facts)
    if not had <= {m.code for m in treatment.reliefs}:
        assert {reason.rule_id for reason in treatment.reasons} - {"trustworthy", "encouraged"}
