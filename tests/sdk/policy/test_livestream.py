"""The shipped policy for livestreams, by example. What holds for all shipped policies: ``test_shipped``."""

from datetime import timedelta

import pytest

from chengxin.policy import Outcome
from chengxin.records import RecordKind, Role, Severity, SubjectKind, start_of_china_day
from tests.sdk.policy.material import (
    AT,
    COMPANY,
    PERSON,
    day,
    penalty,
    record,
    run,
    shipped,
    shipped_text,
    status_of,
)
from tests.sdk.policy.subjects import (
    TWO_VERIFIED,
    assert_no_stricter,
    strictness,
)

COMMENDED, COMMITTED = record("C1", RecordKind.COMMENDATION), record("M1", RecordKind.COMMITMENT)
EXCELLENT = record("E1", RecordKind.EVALUATION, grade=("全国公共信用综合评价", "优", None, None))
MINOR, SERIOUS = penalty("P1", Severity.MINOR), penalty("P3", Severity.SERIOUS, start=0)
FRESH = [penalty(f"F{n}", on=-20 * n, start=1 - n) for n in range(1, 4)]
LISTED = record("S1", RecordKind.SERIOUS_LISTING, start=0, end=1090)
ABNORMAL = record("A1", RecordKind.ABNORMAL_LISTING)
DEFAULTED = record("J1", RecordKind.JUDGMENT_DEFAULT)
LONG = {"registered_days": 180}
EASED = "deposit-eased priority-review"
RELIEF = (
    f"{EASED} deposit-relief fee-relief faster-settlement fewer-inspections lighter-monitoring promotion-access"
    " traffic-support"
)
REMINDED = "credit-reminder"
ABNORMAL_MEASURES = f"{REMINDED} rectification-30 monitoring-enhanced inspection-raised"
GENERAL_MEASURES = f"{ABNORMAL_MEASURES} warning traffic-limited promotion-suspended"
SECOND_MEASURES = (
    f"{GENERAL_MEASURES} warning-talk rectification-15 key-monitoring features-limited stream-banned-7"
)
REPEATED_MEASURES = (
    f"{SECOND_MEASURES} rectification-7 realtime-patrol inspection-intensified deposit-raised"
    " stream-banned-30"
)
GRAVE_MEASURES = (
    f"{REMINDED} warning warning-talk rectification-7 realtime-patrol inspection-intensified features-limited"
    " goods-link-suspended traffic-cut promotion-suspended deposit-raised deposit-raised-further"
)
ACCOUNT = ["account-closed", "reregistration-barred", "service-refused-for-term"]
OPERATORS = [Role.ROOM_OPERATOR, Role.MCN, Role.MERCHANT]
OFF_AIR = "livestream.start promotion.join"

DECISIONS = {
    "nothing disclosed": ([], "standard", "", ""),
    "commended": ([COMMENDED], "preferred", RELIEF, ""),
    "top grade": ([EXCELLENT], "preferred", RELIEF, ""),
    "committed": ([COMMITTED], "standard", EASED, ""),
    "minor": ([MINOR], "standard", REMINDED, ""),
    "not classed": ([penalty(severity=None)], "standard", REMINDED, ""),
    "in other words": ([penalty(severity=None, text="较重")], "standard", REMINDED, ""),
    "commended and minor": ([COMMENDED, MINOR], "standard", f"{RELIEF} {REMINDED}", ""),
    "disputed": ([penalty(disputed=True)], "standard", "", ""),
    "commended and disputed": ([COMMENDED, penalty(disputed=True)], "standard", RELIEF, ""),
    "abnormal": ([ABNORMAL], "watch", ABNORMAL_MEASURES, ""),
    "judgment default": ([DEFAULTED], "watch", f"{REMINDED} promotion-suspended", "promotion.join"),
    "general": (FRESH[:1], "watch", GENERAL_MEASURES, "promotion.join"),
    "two general": (FRESH[:2], "watch", SECOND_MEASURES, OFF_AIR),
    "three general": (FRESH[:3], "restricted", REPEATED_MEASURES, OFF_AIR),
    "serious": ([SERIOUS], "restricted", f"{GRAVE_MEASURES} stream-banned-90", f"{OFF_AIR} goods.link"),
    "seriously listed": (
        [LISTED],
        "restricted",
        f"{GRAVE_MEASURES} stream-suspended",
        f"{OFF_AIR} goods.link",
    ),
}


def livestream():
    """Return the shipped policy for livestreams."""
    return shipped("livestream")


def asked(treatment):
    """Return what is put before a human, by measure."""
    return [review.measure_code for review in treatment.reviews]


@pytest.mark.parametrize("case", DECISIONS)
def test_which_room_is_treated_how(case):
    """Grade, measures and refused actions of a room that a company runs."""
    records, tier, measures, refused = DECISIONS[case]
    treatment = run(livestream(), status_of(*records), role=Role.ROOM_OPERATOR, **LONG)
    assert treatment.tier == tier
    assert {measure.code for measure in treatment.measures} == set(measures.split())
    decisions = {action: treatment.decide(action, AT).outcome for action in livestream().unknown_modes}
    assert {a for a, outcome in decisions.items() if outcome is Outcome.REFUSED} == set(refused.split())


@pytest.mark.parametrize(
    ("records", "settings"),
    [
        ([], ("none", 0, "routine", 5, "full", 100, 200_000, 500, 7, 24, 1)),
        ([COMMENDED], ("none", 0, "light", 2, "full", 120, 100_000, 400, 1, 4, 3)),
        ([COMMITTED], ("none", 0, "routine", 5, "full", 100, 160_000, 500, 7, 4, 1)),
        ([MINOR], ("reminder", 0, "routine", 5, "full", 100, 200_000, 500, 7, 24, 1)),
        (FRESH[:1], ("warning", 30, "enhanced", 20, "full", 70, 200_000, 500, 7, 24, 1)),
        (FRESH[:2], ("talk", 15, "key", 20, "basic", 70, 200_000, 500, 7, 24, 1)),
        (FRESH[:3], ("talk", 7, "realtime", 50, "basic", 70, 300_000, 500, 7, 24, 1)),
        ([SERIOUS], ("talk", 7, "realtime", 50, "basic", 30, 400_000, 500, 7, 24, 1)),
    ],
)
def test_settings_by_example(records, settings):
    """In the order of the document, from the notice to the places in support programmes."""
    treatment = run(livestream(), status_of(*records), role=Role.ROOM_OPERATOR, **LONG)
    assert tuple(treatment.settings.values()) == settings


LADDER = [[], [MINOR], FRESH[:1], FRESH[:2], FRESH[:3], [SERIOUS], [LISTED]]


@pytest.mark.parametrize("step", range(1, len(LADDER)))
@pytest.mark.parametrize("role", OPERATORS)
def test_each_step_is_as_strict_as_the_one_below(step, role):
    """From nothing to a serious listing, in tier, actions, settings and reviews."""
    milder, graver = (
        strictness(livestream(), run(livestream(), status_of(*records), role=role))
        for records in LADDER[step - 1 : step + 1]
    )
    assert_no_stricter(milder, graver)
    assert milder != graver


# ---- 令117 第十二条、第十四条 ----

EIGHT = {
    "警示": ["warning"],
    "限制功能": ["features-limited"],
    "限制流量": ["traffic-limited"],
    "暂停直播": ["stream-suspended"],
    "限期停播": ["stream-banned-7", "stream-banned-30", "stream-banned-90"],
    "关闭账号": ["account-closed"],
    "禁止重新注册": ["reregistration-barred"],
    "列入黑名单": ["service-refused-for-term"],
}


def test_the_eight_measures_of_article_12_stand_in_its_order():
    """Each under the law's own name, and on that article."""
    catalogue = livestream().document.catalogue
    codes = [code for several in EIGHT.values() for code in several]
    assert [code for code in catalogue if code in codes] == codes
    for title, several in EIGHT.items():
        for code in several:
            entry = catalogue[code]
            assert entry.title.zh.startswith(title)
            assert "12" in [b.article for b in entry.legal_basis if b.law.zh.startswith("直播电商")]


def test_the_last_three_are_for_serious_listings_alone_and_a_human_decides():
    """第十四条: their basis is that article too, with one exact term for all three."""
    document = livestream().document
    for code in ACCOUNT:
        entry = document.catalogue[code]
        assert (entry.human_decides, entry.category, entry.longest_days) == (True, "ACCOUNT", 365)
        assert {"12", "14"} <= {b.article for b in entry.legal_basis if b.law.zh.startswith("直播电商")}
        assert [rule.id for rule in document.rules if code in rule.measures] == ["serious-listing"]
    with_14 = {c for c, e in document.catalogue.items() if "14" in {b.article for b in e.legal_basis}}
    assert with_14 == set(ACCOUNT)
    assert asked(run(livestream(), status_of(LISTED), role=Role.ROOM_OPERATOR)) == ACCOUNT


def test_when_the_term_is_over_all_is_lifted_in_one_instant():
    """第十四条: the listing is still disclosed, and nothing but the reminder is left of it."""
    policy, term = livestream(), start_of_china_day(day(365))
    just_before, then = (
        run(policy, status_of(LISTED, at=at, life=timedelta(days=2)), at=at, role=Role.ROOM_OPERATOR)
        for at in (term - timedelta(microseconds=1), term)
    )
    assert len(just_before.restrictions) > 1
    assert {m.ends_at for m in just_before.restrictions if m.code != REMINDED} == {term}
    assert just_before.valid_until == term
    assert asked(just_before) == ACCOUNT
    assert [m.code for m in then.restrictions] == [REMINDED]
    assert asked(then) == []
    assert all(then.decide(a, term).outcome is Outcome.ALLOWED for a in policy.unknown_modes)


@pytest.mark.parametrize(
    ("records", "days"), [(FRESH[:2], 7), (FRESH[:3], 30), ([SERIOUS], 90), ([LISTED], 365)]
)
def test_a_ban_has_its_fixed_term(records, days):
    """Counted from the first day on which all the grounds were disclosed; the room is on air again by itself."""
    over = start_of_china_day(day(days))
    treatment = run(livestream(), status_of(*records, life=timedelta(days=99)), role=Role.ROOM_OPERATOR)
    bans = [m for m in treatment.restrictions if getattr(m.effect, "action", None) == "livestream.start"]
    assert max(m.ends_at for m in bans) == over


def test_every_measure_that_suspends_a_service_is_public():
    """电子商务法 第三十六条: warnings too; what is told to the operator alone suspends nothing."""
    for code, entry in livestream().document.catalogue.items():
        suspends = entry.action not in (None, "promotion.join")
        assert entry.public is (suspends or code in ("warning", "features-limited")), code


# ---- rooms, agencies, anchors ----


@pytest.mark.parametrize("facts", [{"followers": 1_000_000}, {"sells_health_goods": True}])
def test_an_influential_room_is_watched_in_real_time_beside_a_penalty_and_not_without(facts):
    """第十一条: neither size nor field is a ground by itself."""
    watched = run(livestream(), status_of(FRESH[0]), role=Role.ROOM_OPERATOR, **facts)
    assert watched.settings["monitoring"] == "realtime"
    small = {"followers": 999_999, "sells_health_goods": False}
    unwatched = run(livestream(), status_of(FRESH[0]), role=Role.ROOM_OPERATOR, **small)
    assert unwatched.settings["monitoring"] == "enhanced"
    for records in ([], [MINOR], [penalty(disputed=True)]):
        treatment = run(livestream(), status_of(*records), role=Role.ROOM_OPERATOR, **facts)
        assert treatment.settings["monitoring"] == "routine"


@pytest.mark.parametrize("one", [SERIOUS, LISTED])
def test_an_agency_with_a_serious_record_takes_on_no_new_anchors(one):
    """A measure for agencies alone; those under contract go on."""
    for role in OPERATORS:
        treatment = run(livestream(), status_of(one), role=role)
        is_refused = treatment.decide("anchor.sign", AT).outcome is Outcome.REFUSED
        assert is_refused is (role is Role.MCN)


ANCHOR_REVIEWS = {
    "nothing": ([], []),
    "minor": ([MINOR], ["credit-reminder"]),
    "disputed": ([penalty(disputed=True)], []),
    "general": (FRESH[:1], ["credit-reminder", "anchor-talk"]),
    "judgment default": ([DEFAULTED], ["credit-reminder", "anchor-talk"]),
    "three general": (FRESH[:3], ["credit-reminder", "anchor-talk"]),
    "serious": ([SERIOUS], ["credit-reminder", "anchor-talk", "stream-decision"]),
    "listed": ([LISTED], ["credit-reminder", "anchor-talk", "stream-decision"]),
    "serious and disputed": ([penalty("P9", Severity.SERIOUS, disputed=True)], ["stream-decision"]),
}


@pytest.mark.parametrize("case", ANCHOR_REVIEWS)
@pytest.mark.parametrize("subject", [PERSON, COMPANY])
def test_i8_an_anchor_is_never_graded_nor_restricted_and_a_human_looks(case, subject):
    """Reviews alone, whatever code the anchor trades under; constraints of others are not asked about."""
    records, reviews = ANCHOR_REVIEWS[case]
    treatment = run(
        livestream(),
        status_of(*records, subject=subject),
        role=Role.ANCHOR,
        constraints=TWO_VERIFIED,
        followers=9_000_000,
    )
    assert (treatment.tier, treatment.measures) == (None, ())
    assert asked(treatment) == reviews
    assert treatment.settings == livestream().defaults


def test_an_anchor_has_relief_like_anyone():
    """激励 may be automatic for natural persons."""
    treatment = run(livestream(), status_of(COMMENDED, subject=PERSON), role=Role.ANCHOR, **LONG)
    assert {measure.code for measure in treatment.reliefs} == set(RELIEF.split())


def test_i8_a_room_that_a_natural_person_runs_is_only_reviewed():
    """Each measure that a company would get goes before a human."""
    company = run(livestream(), status_of(LISTED), role=Role.ROOM_OPERATOR)
    person = run(livestream(), status_of(LISTED, subject=PERSON), role=Role.ROOM_OPERATOR)
    assert person.subject.kind is SubjectKind.PERSON
    assert (person.tier, person.measures) == (None, ())
    assert set(asked(person)) == {m.code for m in company.measures} | set(ACCOUNT)


@pytest.mark.parametrize("role", OPERATORS)
def test_grave_disputes_and_verified_constraints_go_before_a_human(role):
    """Neither takes a room off the air by itself."""
    grave = status_of(record("S2", RecordKind.SERIOUS_LISTING, disputed=True))
    disputed = run(livestream(), grave, role=role)
    constrained = run(livestream(), status_of(FRESH[0]), role=role, constraints=TWO_VERIFIED)
    for treatment in (disputed, constrained):
        decision = treatment.decide("livestream.start", AT)
        assert (decision.outcome, decision.is_review_wanted) == (Outcome.ALLOWED, True)
    assert disputed.measures == ()
    assert asked(run(livestream(), status_of(), role=role, constraints=TWO_VERIFIED)) == []


def test_the_words_of_the_law_stand_where_it_is_cited_and_nowhere_else():
    """黑名单 in comments on 第十二条 and 第十四条, and in one title."""
    document = livestream().document
    titled = [code for code, entry in document.catalogue.items() if "黑名单" in entry.title.zh]
    assert titled == ["service-refused-for-term"]
    assert not [rule.id for rule in document.rules if "黑名单" in rule.reason.zh]
    assert "blacklist" not in shipped_text("livestream").lower()
