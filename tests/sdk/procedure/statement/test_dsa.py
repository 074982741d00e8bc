"""Exports for the DSA Transparency Database: they keep its published rules, and nothing that must go is in them."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidStatement
from chengxin.policy import Category, Direction, PlatformRule, SettingEffect, Text
from chengxin.procedure.document.clean import clean
from chengxin.procedure.statement import EndCause, StatementEnding, amend, withdraw
from chengxin.procedure.statement.dsa import DsaTerms, dsa_of, shorten, why_unmapped
from chengxin.procedure.statement.dsa_rule import (
    CATEGORIES,
    CONTENT_TYPES,
    COUNTRIES,
    DECISIONS,
    LONGEST,
    dsa_faults,
)
from tests.sdk.policy.material import AT, BOTH, COMPANY
from tests.sdk.procedure.statement.material import MARKED, cases, stated
from tests.sdk.procedure.statement.plain import plain_case

CODES = [code for codes in DECISIONS.values() for code in codes]
TERMS = DsaTerms(content_on=date(2024, 3, 1))


@st.composite
def terms(draw):
    """What a platform can say."""
    types = draw(st.lists(st.sampled_from(CONTENT_TYPES), min_size=1, max_size=3))
    is_other = "CONTENT_TYPE_OTHER" in types
    return DsaTerms(
        content_on=draw(st.dates(date(2000, 1, 1), date(2038, 1, 1))),
        content_types=tuple(types),
        content_type_other="账户" * draw(st.integers(1, 400)) if is_other else None,
        category=draw(st.sampled_from(CATEGORIES)),
        territorial_scope=tuple(draw(st.lists(st.sampled_from(COUNTRIES), max_size=3))),
        decision=draw(st.none() | st.sampled_from(CODES)),
    )


@st.composite
def long_cases(draw):
    """Restrictions with words of any length, ends of any year."""
    measure, records, about = draw(cases(direction=Direction.RESTRICT))
    sentence = draw(st.sampled_from(["It is so. ", "长句。", "word ", "x"]))
    long = Text(zh="文" + sentence, en="t" + sentence * draw(st.integers(0, 3000)))
    field = draw(st.sampled_from(["title", "reason", "rule"]))
    if field == "rule":
        rule = PlatformRule(title=long, clause="1", url=measure.platform_rule.url)
        return replace(measure, platform_rule=rule), records, about
    return replace(measure, **{field: long}), records, about


@given(long_cases() | cases(), terms())
def test_every_export_keeps_the_published_rules(case, said):
    """Of random statements, with words of any length."""
    statement = stated(case)
    export = dsa_of(statement, said, at=AT)
    assert (export is None) is (why_unmapped(statement, said, at=AT) is not None)
    if export is None:
        return
    assert dsa_faults(export.fields) == ()
    fields = json.loads(json.dumps(export.fields))
    remarked = {field for field, _ in export.remarks}
    for field in set(LONGEST) & remarked & set(fields):
        assert fields[field].endswith(" […]")
    explained, reason = "incompatible_content_explanation", clean(statement.measure.reason.en)
    assert (fields[explained] == reason) is (explained not in remarked)
    assert fields[explained].removesuffix(" […]") == reason[: len(fields[explained].removesuffix(" […]"))]
    assert ("decision_ground_reference_url" in fields) is ("decision_ground_reference_url" not in remarked)


@given(cases(direction=Direction.RESTRICT), terms())
def test_i1_an_export_holds_nothing_that_must_go(case, said):
    """The database keeps it for years: no name, code, number, authority or conduct."""
    export = dsa_of(stated(case), said, at=AT)
    if export is None:
        return
    text = json.dumps(export.fields, ensure_ascii=False)
    gone = [*MARKED, "福建示例商贸有限公司", "刘小明", str(COMPANY.code)]
    assert not [word for word in gone if word in text]


def exported(said=TERMS, at=AT, **changes):
    """Return the fields of the plain case with changes of its measure."""
    measure, records, about = plain_case()
    return dsa_of(stated((replace(measure, **changes), records, about)), said, at=at)


def test_a_plain_statement_as_it_is_sent():
    """Read as the database publishes it."""
    assert exported().fields == {
        "puid": "S-1-1",
        "decision_provision": "DECISION_PROVISION_PARTIAL_SUSPENSION",
        "application_date": "2026-06-15",
        "end_date_service_restriction": "2026-07-15",
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": "Clause 4.15 of the Platform Rules on Merchant Credit",
        "incompatible_content_explanation": "A penalty of general severity is being disclosed.",
        "decision_ground_reference_url": "https://rules.example.com/4",
        "content_type": ["CONTENT_TYPE_OTHER"],
        "content_type_other": "Merchant account",
        "content_date": "2024-03-01",
        "category": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        "account_type": "ACCOUNT_TYPE_BUSINESS",
        "decision_facts": (
            "A public credit source discloses about an enterprise: an administrative penalty of general severity, "
            "disclosed until the end of 23 September 2026. What the source says of it is not repeated here, because "
            "this database keeps what it receives for longer than the source discloses it. By the platform's published "
            "rules this leads to the following measure: New listings paused for 30 days. It lasts until 12:30 on "
            "15 July 2026, China time. It ends by itself at once where what it rests on stops being disclosed earlier."
        ),
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "Yes",
        "automated_decision": "AUTOMATED_DECISION_FULLY",
    }
    assert exported().remarks == ()


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"category": Category.VISIBILITY}, "decision_visibility", ["DECISION_VISIBILITY_OTHER"]),
        ({"category": Category.MONETARY}, "decision_monetary", "DECISION_MONETARY_OTHER"),
        ({"category": Category.ACCOUNT}, "decision_account", "DECISION_ACCOUNT_SUSPENDED"),
    ],
)
def test_each_category_has_its_restriction(changes, field, code):
    """And its own end date; what is other is told."""
    fields = exported(**changes).fields
    assert fields[field] == code
    assert (f"{field}_other" in fields) is ("OTHER" in str(code))
    assert sum(name.startswith("end_date_") for name in fields) == 1


def test_who_decided_is_told_as_the_database_tells_it():
    """By the rule alone, by a human on what was found automatically, or by humans alone."""
    measure, records, about = plain_case()
    human = replace(measure, decided_by="张某")
    partly = dsa_of(stated((human, records, about)), TERMS, at=AT)
    assert partly.fields["automated_decision"] == "AUTOMATED_DECISION_PARTIALLY"
    by_hand = replace(about, is_detected_automatically=False)
    fields = dsa_of(stated((human, records, by_hand)), TERMS, at=AT).fields
    assert (fields["automated_detection"], fields["automated_decision"]) == (
        "No",
        "AUTOMATED_DECISION_NOT_AUTOMATED",
    )


def test_what_has_no_place_there_is_said():
    """Reliefs, changed settings, what is withdrawn, what is over, days it does not take."""
    measure, records, about = plain_case()
    statement = stated((measure, records, about))
    setting = replace(measure, effect=SettingEffect(setting="inspection_percent", value=20))
    relief = replace(setting, direction=Direction.RELIEVE)
    ending = StatementEnding(cause=EndCause.REPAIRED, ended_at=AT)
    endless = replace(records[0], period=replace(records[0].period, end_on=None))
    late = replace(
        measure,
        grounds=(replace(measure.grounds[0], ends_at=None),),
        starts_at=datetime(2039, 1, 1, tzinfo=UTC),
        ends_at=datetime(2039, 2, 1, tzinfo=UTC),
    )
    for one, at, word in (
        (stated((relief, records, about)), AT, "restricts nothing"),
        (stated((setting, records, about)), AT, "no kind of restriction"),
        (stated((replace(setting, category=Category.ACCOUNT), records, about)), AT, "no kind of restriction"),
        (withdraw(statement, ending, AT), AT, "neither correct nor withdraw"),
        (statement, records[0].period.ends_at, "not disclosed any more"),
        (stated((late, (endless,), about)), AT, "none that the database takes"),
    ):
        assert word in why_unmapped(one, TERMS, at=at).en
        assert dsa_of(one, TERMS, at=at) is None
    named = replace(TERMS, decision="DECISION_PROVISION_PARTIAL_SUSPENSION")
    assert dsa_of(stated((setting, records, about)), named, at=AT) is not None


def test_an_end_beyond_what_it_takes_is_said():
    """Left out, it would say that there is no end."""
    measure, records, about = plain_case()
    endless = replace(records[0], period=replace(records[0].period, end_on=None))
    long = replace(
        measure,
        grounds=(replace(measure.grounds[0], ends_at=None),),
        ends_at=datetime(2040, 1, 1, tzinfo=UTC),
    )
    export = dsa_of(stated((long, (endless,), about)), TERMS, at=AT)
    assert export.fields["end_date_service_restriction"] == "2038-01-01"
    assert "2040-01-01" in dict(export.remarks)["end_date_service_restriction"].en


def test_each_version_is_a_statement_of_its_own_there():
    """It names the one it replaces."""
    measure, records, about = plain_case()
    second = amend(
        stated((measure, records, about)), measure, records, about=about, at=AT + timedelta(hours=1)
    )
    fields = dsa_of(second, TERMS, at=AT + timedelta(hours=1)).fields
    assert fields["puid"] == "S-1-2"
    assert fields["decision_facts"].endswith("This replaces the statement S-1-1.")


@given(st.text(min_size=1, max_size=60), st.integers(5, 40))
def test_a_shortened_text_begins_as_it_did_and_says_that_it_was_cut(text, longest):
    """Whatever it holds."""
    cut = shorten(text, longest)
    assert len(cut) <= longest
    assert cut == text or (cut.endswith(" […]") and text.startswith(cut.removesuffix(" […]")))
    assert (cut == text) is (len(text) <= longest)


WHOLE = exported().fields


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"decision_facts": ""}, "decision_facts", "required"),
        ({"decision_facts": "x" * 5001}, "decision_facts", "max:5000"),
        ({"decision_facts": 7}, "decision_facts", "string"),
        ({"incompatible_content_ground": None}, "incompatible_content_ground", "required_if:"),
        ({"incompatible_content_explanation": "x" * 2001}, "incompatible_content_explanation", "max:2000"),
        ({"content_type_other": " "}, "content_type_other", "required_if:"),
        ({"content_type": ["CONTENT_TYPE_APP"]}, "content_type_other", "exclude_unless:"),
        ({"content_type": []}, "content_type", "required"),
        ({"content_type": "CONTENT_TYPE_APP"}, "content_type", "array"),
        ({"content_type": ["CONTENT_TYPE_APP", "APP"]}, "content_type", "in"),
        ({"territorial_scope": ["CN"]}, "territorial_scope", "in"),
        ({"territorial_scope": ["DE", "DE"]}, "territorial_scope", "in"),
        ({"decision_provision": None}, "decision_visibility", "required_without_all"),
        ({"decision_provision": "SUSPENDED"}, "decision_provision", "in"),
        ({"decision_visibility": ["DECISION_VISIBILITY_OTHER"]}, "decision_visibility_other", "required_if:"),
        ({"decision_monetary": "DECISION_MONETARY_OTHER"}, "decision_monetary_other", "required_if:"),
        ({"decision_monetary_other": "x"}, "decision_monetary_other", "exclude_unless:"),
        (
            {"decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT"},
            "incompatible_content_ground",
            "exclude_unless:",
        ),
        ({"category": "OTHER"}, "category", "in"),
        ({"automated_detection": True}, "automated_detection", "in"),
        ({"application_date": "2026-6-15"}, "application_date", "date_format:Y-m-d"),
        ({"application_date": "2026-02-30"}, "application_date", "date_format:Y-m-d"),
        ({"application_date": "2019-12-31"}, "application_date", "after_or_equal:2020-01-01"),
        ({"content_date": "1999-12-31"}, "content_date", "after_or_equal:2000-01-01"),
        ({"end_date_service_restriction": "2038-01-02"}, "end_date_service_restriction", "before_or_equal:"),
        ({"decision_ground_reference_url": "javascript:1"}, "decision_ground_reference_url", "url"),
        ({"puid": "a b"}, "puid", "regex"),
        ({"puid": "a" * 501}, "puid", "max:500"),
        ({"category_specification": ["KEYWORD_OTHER"]}, "category_specification", "known"),
    ],
)
def test_a_broken_rule_is_named(changes, field, rule):
    """As the source of the database names it."""
    assert dsa_faults(WHOLE) == ()
    found = dsa_faults(WHOLE | changes)
    assert any(fault.field == field and fault.rule.startswith(rule) for fault in found), found


@pytest.mark.parametrize(
    "changes",
    [
        {"content_on": date(1999, 12, 31)},
        {"content_types": ()},
        {"content_types": ("APP",)},
        {"content_types": ("CONTENT_TYPE_APP",)},
        {"content_type_other": None},
        {"category": "OTHER"},
        {"territorial_scope": ("CN",)},
        {"decision": "SUSPENDED"},
    ],
)
def test_what_a_platform_says_is_in_the_codes_of_the_database(changes):
    """Refused where it is made, and not where it is sent."""
    with pytest.raises(InvalidStatement):
        replace(TERMS, **changes)


def test_an_address_that_it_does_not_take_is_left_out_and_said():
    """Too long, or no address."""
    rule = PlatformRule(title=Text(**BOTH), clause="1", url="https://rules.example.com/" + "x" * 600)
    export = exported(platform_rule=rule)
    assert "decision_ground_reference_url" not in export.fields
    assert dict(export.remarks)["decision_ground_reference_url"].en.startswith("The database does not take")


def test_a_ground_that_is_over_is_not_told_beside_one_that_lasts():
    """Each record for as long as it is disclosed, also there."""
    measure, records, about = plain_case(grounds=2, days=200)
    statement = stated((measure, records, about))
    for at, count in ((AT, 2), (records[0].period.ends_at, 1)):
        facts = dsa_of(statement, TERMS, at=at).fields["decision_facts"]
        assert facts.count("an administrative penalty of general severity") == count
