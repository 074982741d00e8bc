"""The shipped policy, by example: who is treated how, and in which words."""

import re
from datetime import timedelta

import pytest

from chengxin.policy import ActionEffect, Outcome
from chengxin.records import RecordKind, Role, Severity
from tests.sdk.policy.material import AT, PERSON, marketplace, penalty, record, run, shipped_text, status_of

COMMENDED = record("C1", RecordKind.COMMENDATION)
COMMITTED = record("M1", RecordKind.COMMITMENT)
EXCELLENT = record("E1", RecordKind.EVALUATION, grade=("全国公共信用综合评价", "优", None, None))
OTHER_GRADE = record("E2", RecordKind.EVALUATION, grade=("企业信用风险分类", "优", None, None))
MINOR, SERIOUS = penalty("P1", Severity.MINOR), penalty("P3", Severity.SERIOUS)
GENERAL = [penalty(f"G{n}", on=-20 * n) for n in range(1, 5)]
OLD = penalty("G9", on=-365)
LISTED = record("S1", RecordKind.SERIOUS_LISTING)
ABNORMAL = record("A1", RecordKind.ABNORMAL_LISTING)
DEFAULTED = record("J1", RecordKind.JUDGMENT_DEFAULT)
LONG = {"registered_days": 180}
ALL_RELIEFS = "deposit-relief faster-settlement fewer-inspections priority-review promotion-access"
GENERAL_MEASURES = "credit-reminder inspection-raised promotion-suspended"
SERIOUS_MEASURES = (
    "credit-reminder inspection-intensified promotion-suspended deposit-raised listing-suspended"
)

DECISIONS = {
    "nothing disclosed": ([], {}, "standard", "", ""),
    "a licence": ([record("L1", RecordKind.LICENCE)], LONG, "standard", "", ""),
    "commended and long here": ([COMMENDED], LONG, "preferred", ALL_RELIEFS, ""),
    "commended and new": ([COMMENDED], {"registered_days": 179}, "standard", "", ""),
    "commended, days not told": ([COMMENDED], {}, "standard", "", ""),
    "top grade": ([EXCELLENT], LONG, "preferred", ALL_RELIEFS, ""),
    "grade of another scheme": ([OTHER_GRADE], LONG, "standard", "", ""),
    "committed": ([COMMITTED], {}, "standard", "priority-review", ""),
    "commended and committed": ([COMMENDED, COMMITTED], LONG, "preferred", ALL_RELIEFS, ""),
    "commended and minor": ([COMMENDED, MINOR], LONG, "preferred", f"{ALL_RELIEFS} credit-reminder", ""),
    "commended and not classed": (
        [COMMENDED, penalty(severity=None)],
        LONG,
        "preferred",
        f"{ALL_RELIEFS} credit-reminder",
        "",
    ),
    "commended and in other words": (
        [COMMENDED, penalty(severity=None, text="较重")],
        LONG,
        "preferred",
        ALL_RELIEFS,
        "",
    ),
    "commended and abnormal": (
        [COMMENDED, ABNORMAL],
        LONG,
        "watch",
        "credit-reminder inspection-raised",
        "",
    ),
    "commended and general": ([COMMENDED, GENERAL[0]], LONG, "watch", GENERAL_MEASURES, "promotion.join"),
    "committed and minor": ([COMMITTED, MINOR], {}, "standard", "priority-review credit-reminder", ""),
    "minor": ([MINOR], LONG, "standard", "credit-reminder", ""),
    "not classed": ([penalty(severity=None)], LONG, "standard", "credit-reminder", ""),
    "classed in other words": ([penalty(severity=None, text="较重")], LONG, "standard", "", ""),
    "abnormal": ([ABNORMAL], LONG, "watch", "credit-reminder inspection-raised", ""),
    "judgment default": ([DEFAULTED], LONG, "watch", "credit-reminder promotion-suspended", "promotion.join"),
    "general": (GENERAL[:1], LONG, "watch", GENERAL_MEASURES, "promotion.join"),
    "two general": (GENERAL[:2], LONG, "watch", GENERAL_MEASURES, "promotion.join"),
    "three general": (
        GENERAL[:3],
        LONG,
        "restricted",
        f"{GENERAL_MEASURES} inspection-intensified deposit-raised",
        "promotion.join",
    ),
    "three general, one of them old": (
        [*GENERAL[:2], OLD],
        LONG,
        "watch",
        GENERAL_MEASURES,
        "promotion.join",
    ),
    "serious": ([SERIOUS], LONG, "restricted", SERIOUS_MEASURES, "listing.create promotion.join"),
    "seriously listed": (
        [LISTED],
        LONG,
        "restricted",
        f"{SERIOUS_MEASURES} livestream-suspended",
        "listing.create promotion.join livestream.start",
    ),
    "disputed": ([penalty(disputed=True)], LONG, "standard", "", ""),
    "disputed and commended": ([penalty(disputed=True), COMMENDED], LONG, "preferred", ALL_RELIEFS, ""),
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


@pytest.mark.parametrize(
    ("records", "settings"),
    [
        ([], (100_000, 7, 5, 24, 2, False)),
        ([COMMENDED], (50_000, 1, 2, 4, 5, False)),
        ([MINOR], (100_000, 7, 5, 24, 2, True)),
        ([ABNORMAL, SERIOUS], (200_000, 7, 50, 24, 2, True)),
    ],
)
def test_settings_by_example(records, settings):
    """Deposit, settlement, inspections, review time, promotion places, reminder."""
    treatment = run(marketplace(), status_of(*records), **LONG)
    assert tuple(treatment.settings.values()) == settings


def test_i8_persons_are_relieved_and_reviewed_but_neither_graded_nor_restricted():
    """All that would restrict goes before a human; relief may be automatic."""
    relieved = run(marketplace(), status_of(COMMENDED, subject=PERSON), **LONG)
    assert (relieved.tier, len(relieved.reliefs)) == (None, 5)
    listed = run(marketplace(), status_of(LISTED, subject=PERSON), role=Role.ANCHOR)
    assert (listed.tier, listed.measures, len(listed.reviews)) == (None, (), 7)


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
    """funds.withdraw is declared, and nothing refuses it."""
    entries = marketplace().document.catalogue.values()
    assert "funds.withdraw" in marketplace().unknown_modes
    assert not [entry for entry in entries if entry.action == "funds.withdraw"]


def test_everything_is_used_and_written_in_both_languages():
    """No tier or measure without a rule; Chinese is Chinese and English is English."""
    document = marketplace().document
    used = {code for rule in document.rules for code in rule.measures}
    assert used == set(document.catalogue)
    assert {rule.tier for rule in document.rules} - {None} == {t.id for t in document.tiers if not t.default}
    texts = [rule.reason for rule in document.rules] + [entry.title for entry in document.catalogue.values()]
    texts += [basis.law for entry in document.catalogue.values() for basis in entry.legal_basis]
    assert all(re.search(r"[\u4e00-\u9fff]", text.zh) for text in texts)
    assert all(text.en.isascii() for text in texts)


def test_only_articles_that_are_known_are_cited():
    """Law and article are from the list that counsel was given; nothing is made up on the way."""
    known = {
        "E-Commerce Law": {"32", "38"},
        "Measures on the Supervision of Online Trading Platform Rules (Order 116)": {"19", "29"},
        "Measures on the Supervision of Livestream E-Commerce (Order 117)": {"12"},
        "Opinions on Improving the Social Credit System (2025)": {"11", "22"},
    }
    for entry in marketplace().document.catalogue.values():
        assert entry.legal_basis
        assert all(basis.article in known[basis.law.en] for basis in entry.legal_basis)


GRAVER = [
    [],
    [MINOR],
    GENERAL[:1],
    GENERAL[:3],
    [SERIOUS],
]


def burden(records):
    """Return tier rank, refused actions, settings, and the days of restrictions that refuse or raise."""
    policy = marketplace()
    treatment = run(policy, status_of(*records), **LONG)
    ranks = [tier.id for tier in policy.document.tiers]
    refused = {m.effect.action for m in treatment.restrictions if isinstance(m.effect, ActionEffect)}
    settings = tuple(treatment.settings[n] for n in ("deposit_fen", "settlement_days", "inspection_percent"))
    entries = [policy.document.catalogue[m.code] for m in treatment.restrictions]
    days = max([e.longest_days for e in entries if e.notice_days], default=0)
    return ranks.index(treatment.tier), refused, settings, days


@pytest.mark.parametrize("step", range(1, len(GRAVER)))
def test_the_graver_the_record_the_longer_and_wider_the_measures(step):
    """From nothing to serious, no step is milder in anything, and each weighs more in something."""
    milder, graver = burden(GRAVER[step - 1]), burden(GRAVER[step])
    assert graver[0] >= milder[0]
    assert graver[1] >= milder[1]
    assert all(a >= b for a, b in zip(graver[2], milder[2], strict=True))
    assert graver[3] >= milder[3]
    reminded = run(marketplace(), status_of(*GRAVER[step])).settings["credit_reminder"]
    assert graver != milder or (step == 1 and reminded)


def test_a_minor_record_refuses_nothing():
    """It reminds, and that is all."""
    treatment = run(marketplace(), status_of(MINOR))
    assert [m.code for m in treatment.measures] == ["credit-reminder"]
    assert not [m for m in treatment.measures if isinstance(m.effect, ActionEffect)]


LAWS = {
    "电子商务法": "E",
    "网络交易平台规则监督管理办法（总局、网信办令第116号）": "R",
    "直播电商监督管理办法（总局、网信办令第117号）": "L",
    "关于健全社会信用体系的意见（2025年）": "O",
}
CATALOGUE = {
    # code: direction, category, articles, longest days, notice days, public, a human decides
    "deposit-relief": ("RELIEVE", "MONETARY", "O11 O22", None, 0, False, False),
    "faster-settlement": ("RELIEVE", "MONETARY", "O11 O22", None, 0, False, False),
    "fewer-inspections": ("RELIEVE", "PROVISION", "O11 O22", None, 0, False, False),
    "priority-review": ("RELIEVE", "PROVISION", "O11 O22", None, 0, False, False),
    "promotion-access": ("RELIEVE", "VISIBILITY", "O11 O22", None, 0, False, False),
    "credit-reminder": ("RESTRICT", "PROVISION", "E32 O22", 1095, 0, False, False),
    "inspection-raised": ("RESTRICT", "PROVISION", "E38 O22", 365, 3, False, False),
    "inspection-intensified": ("RESTRICT", "PROVISION", "E38 O22", 730, 3, False, False),
    "promotion-suspended": ("RESTRICT", "VISIBILITY", "E32 R29 O22", 365, 3, False, False),
    "deposit-raised": ("RESTRICT", "MONETARY", "E32 O22", 365, 7, False, False),
    "listing-suspended": ("RESTRICT", "PROVISION", "E32 E38 R29 O22", 365, 3, True, False),
    "livestream-suspended": ("RESTRICT", "PROVISION", "L12 R29 O22", 365, 3, True, False),
    "listing-decision": ("RESTRICT", "PROVISION", "E32 E38 R19 O22", 180, 3, True, True),
    "store-decision": ("RESTRICT", "ACCOUNT", "E32 R19 R29 O22", 365, 7, True, True),
}


def test_the_catalogue_is_what_counsel_read():
    """Articles, durations, notice and publicity, each in the words of the law's own name."""
    entries = marketplace().document.catalogue
    assert {
        code: (
            e.direction.value,
            e.category.value,
            " ".join(LAWS[b.law.zh] + b.article for b in e.legal_basis),
            e.longest_days,
            e.notice_days,
            e.public,
            e.human_decides,
        )
        for code, e in entries.items()
    } == CATALOGUE
    suspended = {"listing.create", "livestream.start", "store.operate"}
    assert all(e.public is (e.action in suspended) for e in entries.values())
    assert not [code for code, e in entries.items() if "决定" in e.title.zh or "ecision" in e.title.en]
    livestream = {c for c, e in entries.items() if any(b.law.zh.startswith("直播") for b in e.legal_basis)}
    assert livestream == {"livestream-suspended"}


def test_what_is_withheld_has_its_reason():
    """Whoever has a commendation and loses the relief is told by another rule why."""
    adverse = [*GENERAL[:1], SERIOUS, LISTED, ABNORMAL, DEFAULTED, MINOR, penalty("P7", severity=None)]
    for one in adverse:
        treatment = run(marketplace(), status_of(COMMENDED, one), **LONG)
        told = {reason.rule_id for reason in treatment.reasons}
        assert treatment.reliefs or told - {"trustworthy", "committed"}


def test_the_file_is_commented_and_needs_no_long_lines():
    """A lawyer reads it in any editor."""
    lines = shipped_text().splitlines()
    assert sum(line.lstrip().startswith("#") for line in lines) > 40
    assert max(len(line) for line in lines) <= 120
