"""The shipped policy for marketplaces, by example: who is treated how. What holds for all: ``test_shipped``."""

from datetime import timedelta

import pytest

from chengxin.policy import ActionEffect, Outcome
from chengxin.records import RecordKind, Role, Severity, start_of_china_day
from tests.sdk.policy.material import (
    AT,
    PERSON,
    day,
    marketplace,
    penalty,
    record,
    run,
    status_of,
)
from tests.sdk.policy.subjects import (
    TWO_VERIFIED,
    assert_no_stricter,
    constraint,
    strictness,
)

COMMENDED = record("C1", RecordKind.COMMENDATION)
COMMITTED = record("M1", RecordKind.COMMITMENT)
EXCELLENT = record("E1", RecordKind.EVALUATION, grade=("全国公共信用综合评价", "优", None, None))
OTHER_GRADE = record("E2", RecordKind.EVALUATION, grade=("企业信用风险分类", "优", None, None))
MINOR, SERIOUS = penalty("P1", Severity.MINOR), penalty("P3", Severity.SERIOUS)
GENERAL = [penalty(f"G{n}", on=-20 * n) for n in range(1, 5)]
FRESH = [penalty(f"F{n}", on=-20 * n, start=1 - n) for n in range(1, 4)]
OLD = penalty("G9", on=-365)
LISTED = record("S1", RecordKind.SERIOUS_LISTING)
ABNORMAL = record("A1", RecordKind.ABNORMAL_LISTING)
DEFAULTED = record("J1", RecordKind.JUDGMENT_DEFAULT)
LONG = {"registered_days": 180}
EASED = "deposit-eased priority-review"
RELIEF = (
    f"{EASED} deposit-relief fee-relief faster-settlement fewer-inspections lighter-scrutiny promotion-access"
    " trust-mark"
)
REMINDED = "credit-reminder"
ABNORMAL_MEASURES = f"{REMINDED} rectification-30 scrutiny-enhanced inspection-raised"
DEFAULT_MEASURES = f"{REMINDED} warning-talk promotion-suspended"
GENERAL_MEASURES = f"{ABNORMAL_MEASURES} warning-talk promotion-suspended"
SECOND_MEASURES = f"{GENERAL_MEASURES} rectification-15 listing-paused-7"
REPEATED_MEASURES = (
    f"{SECOND_MEASURES} rectification-7 key-scrutiny inspection-intensified deposit-raised listing-paused-30"
)
GRAVE_MEASURES = (
    f"{REMINDED} warning-talk rectification-7 key-scrutiny inspection-intensified inspection-prolonged"
    " promotion-suspended deposit-raised deposit-raised-further listing-suspended"
)
SERIOUS_MEASURES = f"{GRAVE_MEASURES} livestream-paused-90"
LISTED_MEASURES = f"{GRAVE_MEASURES} livestream-suspended"
BOTH_CLOSED = "listing.create promotion.join"
ALL_CLOSED = f"{BOTH_CLOSED} livestream.start"

DECISIONS = {
    "nothing disclosed": ([], {}, "standard", "", ""),
    "a licence": ([record("L1", RecordKind.LICENCE)], LONG, "standard", "", ""),
    "commended and long here": ([COMMENDED], LONG, "preferred", RELIEF, ""),
    "commended and new": ([COMMENDED], {"registered_days": 179}, "standard", EASED, ""),
    "commended, days not told": ([COMMENDED], {}, "standard", EASED, ""),
    "top grade": ([EXCELLENT], LONG, "preferred", RELIEF, ""),
    "top grade and new": ([EXCELLENT], {}, "standard", EASED, ""),
    "grade of another scheme": ([OTHER_GRADE], LONG, "standard", "", ""),
    "committed": ([COMMITTED], LONG, "standard", EASED, ""),
    "commended and committed": ([COMMENDED, COMMITTED], LONG, "preferred", RELIEF, ""),
    "commended and minor": ([COMMENDED, MINOR], LONG, "standard", f"{RELIEF} {REMINDED}", ""),
    "commended and not classed": (
        [COMMENDED, penalty(severity=None)],
        LONG,
        "standard",
        f"{RELIEF} {REMINDED}",
        "",
    ),
    "commended and in other words": (
        [COMMENDED, penalty(severity=None, text="较重")],
        LONG,
        "standard",
        f"{RELIEF} {REMINDED}",
        "",
    ),
    "commended and disputed": ([penalty(disputed=True), COMMENDED], LONG, "standard", RELIEF, ""),
    "commended and abnormal": ([COMMENDED, ABNORMAL], LONG, "watch", ABNORMAL_MEASURES, ""),
    "commended and general": ([COMMENDED, GENERAL[0]], LONG, "watch", GENERAL_MEASURES, "promotion.join"),
    "committed and minor": ([COMMITTED, MINOR], {}, "standard", f"{EASED} {REMINDED}", ""),
    "minor": ([MINOR], LONG, "standard", REMINDED, ""),
    "not classed": ([penalty(severity=None)], LONG, "standard", REMINDED, ""),
    "classed in other words": ([penalty(severity=None, text="较重")], LONG, "standard", REMINDED, ""),
    "abnormal": ([ABNORMAL], LONG, "watch", ABNORMAL_MEASURES, ""),
    "judgment default": ([DEFAULTED], LONG, "watch", DEFAULT_MEASURES, "promotion.join"),
    "general": (GENERAL[:1], LONG, "watch", GENERAL_MEASURES, "promotion.join"),
    "two general, the second fresh": (FRESH[:2], LONG, "watch", SECOND_MEASURES, BOTH_CLOSED),
    "two general, disclosed for long": (
        GENERAL[:2],
        LONG,
        "watch",
        f"{GENERAL_MEASURES} rectification-15",
        "promotion.join",
    ),
    "three general, the third fresh": (FRESH[:3], LONG, "restricted", REPEATED_MEASURES, BOTH_CLOSED),
    "three general, one of them old": ([*FRESH[:2], OLD], LONG, "watch", SECOND_MEASURES, BOTH_CLOSED),
    "two general and a serious": (
        [*FRESH[:2], SERIOUS],
        LONG,
        "restricted",
        f"{REPEATED_MEASURES} {SERIOUS_MEASURES}",
        ALL_CLOSED,
    ),
    "serious": ([SERIOUS], LONG, "restricted", SERIOUS_MEASURES, ALL_CLOSED),
    "seriously listed": (
        [LISTED],
        LONG,
        "restricted",
        LISTED_MEASURES,
        ALL_CLOSED,
    ),
    "disputed": ([penalty(disputed=True)], LONG, "standard", "", ""),
    "disputed and serious": ([penalty("P9", Severity.SERIOUS, disputed=True)], LONG, "standard", "", ""),
}


@pytest.mark.parametrize("case", DECISIONS)
def test_who_is_treated_how(case):
    """Tier, measures and refused actions by example."""
    records, facts, tier, measures, refused = DECISIONS[case]
    treatment = run(marketplace(), status_of(*records), **facts)
    decisions = {action: treatment.decide(action, AT) for action in marketplace().unknown_modes}
    assert treatment.tier == tier
    assert {measure.code for measure in treatment.measures} == set(measures.split())
    assert {a for a, d in decisions.items() if d.outcome is Outcome.REFUSED} == set(refused.split())


def test_grave_matters_go_before_a_human():
    """The store of a seriously listed subject, and grave records under dispute."""
    listed = run(marketplace(), status_of(LISTED))
    assert [review.measure_code for review in listed.reviews] == ["store-decision"]
    disputed = run(marketplace(), status_of(record("S2", RecordKind.SERIOUS_LISTING, disputed=True)))
    assert [review.measure_code for review in disputed.reviews] == ["listing-decision"]
    assert disputed.decide("listing.create", AT).is_review_wanted


def test_constraints_of_others_bring_a_human_beside_a_record_and_nothing_alone():
    """Two platforms whose constraints were verified; one, or unverified ones, are too few."""
    verified = TWO_VERIFIED
    rumours = [constraint(name) for name in ("甲平台", "乙平台")]

    def asked(records, constraints):
        treatment = run(marketplace(), status_of(*records), constraints=tuple(constraints))
        return [(review.rule_id, review.measure_code) for review in treatment.reviews]

    assert asked(GENERAL[:1], verified) == [("constrained-elsewhere", "listing-decision")]
    for records, constraints in (
        ([], verified),
        ([MINOR], verified),
        (GENERAL[:1], verified[:1]),
        (GENERAL[:1], rumours),
        ([penalty(disputed=True)], verified),
    ):
        assert asked(records, constraints) == []


@pytest.mark.parametrize(
    ("records", "settings"),
    [
        ([], (100_000, 500, 7, 5, "routine", 24, 2, False, "none", 0)),
        ([COMMITTED], (80_000, 500, 7, 5, "routine", 4, 2, False, "none", 0)),
        ([COMMENDED], (50_000, 400, 1, 2, "light", 4, 5, True, "none", 0)),
        ([COMMENDED, COMMITTED], (50_000, 400, 1, 2, "light", 4, 5, True, "none", 0)),
        ([MINOR], (100_000, 500, 7, 5, "routine", 24, 2, False, "reminder", 0)),
        ([ABNORMAL], (100_000, 500, 7, 20, "enhanced", 24, 2, False, "reminder", 30)),
        (GENERAL[:1], (100_000, 500, 7, 20, "enhanced", 24, 2, False, "talk", 30)),
        (GENERAL[:2], (100_000, 500, 7, 20, "enhanced", 24, 2, False, "talk", 15)),
        (GENERAL[:3], (150_000, 500, 7, 50, "key", 24, 2, False, "talk", 7)),
        ([*GENERAL[:3], SERIOUS, LISTED], (200_000, 500, 7, 50, "key", 24, 2, False, "talk", 7)),
    ],
)
def test_settings_by_example(records, settings):
    """In the order of the document, from the deposit to the days given to put things right."""
    treatment = run(marketplace(), status_of(*records), **LONG)
    assert tuple(treatment.settings.values()) == settings


def test_the_deposit_stays_within_what_order_116_lets_it_be():
    """Whatever adds up: twice the usual one at most, half of it at least."""
    deposit = marketplace().document.settings["deposit_fen"]
    assert deposit.cap == 2 * deposit.default
    assert deposit.floor * 2 == deposit.default


@pytest.mark.parametrize(
    ("records", "code", "days"),
    [
        (FRESH[:2], "listing-paused-7", 7),
        (FRESH[:3], "listing-paused-30", 30),
        ([penalty("P3", Severity.SERIOUS, start=0)], "livestream-paused-90", 90),
    ],
)
def test_a_fixed_term_ends_by_itself_and_is_not_given_again(records, code, days):
    """Counted from the first day on which all the grounds were disclosed."""
    over, policy = start_of_china_day(day(days)), marketplace()
    status = status_of(*records, life=timedelta(days=99))
    held = run(policy, status)
    (paused,) = [m for m in held.measures if m.code == code]
    assert paused.ends_at == over
    later = run(policy, status_of(*records, at=over), at=over)
    assert held.decide(paused.effect.action, AT).outcome is Outcome.REFUSED
    assert later.decide(paused.effect.action, over).outcome is Outcome.ALLOWED
    assert later.reasons == held.reasons


def test_i8_persons_are_relieved_and_reviewed_but_neither_graded_nor_restricted():
    """All that would restrict goes before a human; relief may be automatic."""
    relieved = run(marketplace(), status_of(COMMENDED, subject=PERSON), **LONG)
    assert (relieved.tier, len(relieved.reliefs)) == (None, 9)
    listed = run(marketplace(), status_of(LISTED, subject=PERSON), role=Role.ANCHOR)
    assert (listed.tier, listed.measures, len(listed.reviews)) == (None, (), 12)


def test_i4_the_guarded_action_is_free_again_at_the_midnight_the_disclosure_ends():
    """No request in between: the measure ends by itself, and what is left of the records gives none."""
    only_today = penalty("P1", Severity.SERIOUS, end=0)
    treatment = run(marketplace(), status_of(only_today, life=timedelta(days=2)))
    (listing,) = [m for m in treatment.measures if m.code == "listing-suspended"]
    assert listing.ends_at == treatment.valid_until
    assert treatment.decide("listing.create", listing.ends_at - timedelta(milliseconds=1)).measures == (
        listing,
    )
    assert treatment.decide("listing.create", listing.ends_at).outcome is Outcome.ALLOWED


def test_no_measure_touches_a_merchant_s_own_money():
    """Nothing refuses to pay out, and no record makes settlement slower or the fee higher."""
    document = marketplace().document
    assert not [action for action in document.actions if "fund" in action or "withdraw" in action]
    changed = {e.setting.name for e in document.catalogue.values() if e.setting and e.direction == "RESTRICT"}
    assert not changed & {"settlement_days", "service_fee_basis_points", "review_hours", "promotion_slots"}


LADDER = [[], [MINOR], GENERAL[:1], FRESH[:2], FRESH[:3], [penalty("P3", Severity.SERIOUS, start=0)]]


@pytest.mark.parametrize("step", range(1, len(LADDER)))
def test_the_graver_the_record_the_longer_and_wider_the_measures(step):
    """From nothing to serious, no step is milder in anything, and each weighs more in something."""
    policy = marketplace()
    milder, graver = (
        strictness(policy, run(policy, status_of(*records), **LONG))
        for records in LADDER[step - 1 : step + 1]
    )
    assert_no_stricter(milder, graver)
    assert graver != milder


def test_the_graver_the_record_the_longer_its_longest_measure():
    """What restricts a general record ends after a year; a serious one may be inspected for three."""
    catalogue = marketplace().document.catalogue

    def longest(*records):
        codes = {m.code for m in run(marketplace(), status_of(*records)).restrictions} - {REMINDED}
        return max(catalogue[code].longest_days for code in codes)

    assert (longest(GENERAL[0]), longest(SERIOUS), longest(LISTED)) == (365, 1095, 1095)


def test_a_minor_record_refuses_nothing():
    """It reminds, and that is all."""
    treatment = run(marketplace(), status_of(MINOR))
    assert [m.code for m in treatment.measures] == [REMINDED]
    assert not [m for m in treatment.measures if isinstance(m.effect, ActionEffect)]


LAWS = {
    "电子商务法": "E",
    "网络交易平台规则监督管理办法（总局、网信办令第116号）": "R",
    "直播电商监督管理办法（总局、网信办令第117号）": "L",
    "关于健全社会信用体系的意见（2025年）": "O",
}
RELIEVING = ("RELIEVE", "O11 O22", None, 0, False, False, None)
CATALOGUE = {
    # code: direction, articles, longest days, notice days, public, a human decides, gravity
    "deposit-eased": RELIEVING,
    "deposit-relief": RELIEVING,
    "fee-relief": RELIEVING,
    "faster-settlement": RELIEVING,
    "fewer-inspections": RELIEVING,
    "lighter-scrutiny": RELIEVING,
    "priority-review": RELIEVING,
    "promotion-access": RELIEVING,
    "trust-mark": ("RELIEVE", "E40 O11 O22", None, 0, False, False, None),
    "credit-reminder": ("RESTRICT", "E32 O22", 1095, 0, False, False, None),
    "warning-talk": ("RESTRICT", "E32 R29 O22", 365, 0, False, False, "GENERAL"),
    "rectification-30": ("RESTRICT", "E32 E38 O22", 90, 0, False, False, "GENERAL"),
    "rectification-15": ("RESTRICT", "E32 E38 O22", 90, 0, False, False, "GENERAL"),
    "rectification-7": ("RESTRICT", "E32 E38 O22", 90, 0, False, False, "GENERAL"),
    "scrutiny-enhanced": ("RESTRICT", "E38 O22", 365, 0, False, False, "GENERAL"),
    "key-scrutiny": ("RESTRICT", "E38 O22", 365, 0, False, False, "GENERAL"),
    "inspection-raised": ("RESTRICT", "E38 O22", 365, 3, False, False, "GENERAL"),
    "inspection-intensified": ("RESTRICT", "E38 O22", 365, 3, False, False, "GENERAL"),
    "inspection-prolonged": ("RESTRICT", "E38 O22", 1095, 3, False, False, "SERIOUS"),
    "promotion-suspended": ("RESTRICT", "E32 R29 O22", 365, 3, False, False, None),
    "deposit-raised": ("RESTRICT", "E32 O22", 365, 7, False, False, "GENERAL"),
    "deposit-raised-further": ("RESTRICT", "E32 O22", 365, 7, False, False, "SERIOUS"),
    "listing-paused-7": ("RESTRICT", "E32 E38 R29 O22", 7, 0, True, False, None),
    "listing-paused-30": ("RESTRICT", "E32 E38 R29 O22", 30, 1, True, False, None),
    "livestream-paused-90": ("RESTRICT", "L12 R29 O22", 90, 3, True, False, "SERIOUS"),
    "listing-suspended": ("RESTRICT", "E32 E38 R29 O22", 365, 3, True, False, "SERIOUS"),
    "livestream-suspended": ("RESTRICT", "L12 R29 O22", 365, 3, True, False, "SERIOUS"),
    "listing-decision": ("RESTRICT", "E32 E38 R19 O22", 90, 3, True, True, None),
    "store-decision": ("RESTRICT", "E32 R19 R29 O22", 365, 7, True, True, None),
}


def test_the_catalogue_is_what_counsel_read():
    """Articles, durations, notice and publicity, each in the words of the law's own name."""
    entries = marketplace().document.catalogue
    assert {
        code: (
            e.direction.value,
            " ".join(LAWS[b.law.zh] + b.article for b in e.legal_basis),
            e.longest_days,
            e.notice_days,
            e.public,
            e.human_decides,
            e.gravity.value if e.gravity else None,
        )
        for code, e in entries.items()
    } == CATALOGUE
    suspended = {"listing.create", "livestream.start", "store.operate"}
    assert all(e.public is (e.action in suspended) for e in entries.values())
    assert not [code for code, e in entries.items() if "决定" in e.title.zh or "ecision" in e.title.en]
    livestream = {c for c, e in entries.items() if any(b.law.zh.startswith("直播") for b in e.legal_basis)}
    assert livestream == {"livestream-paused-90", "livestream-suspended"}
