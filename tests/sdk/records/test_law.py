"""The shipped rule table: every row as it was read, and the page about it."""

import re
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from chengxin.records import (
    Deadline,
    DisclosureTerm,
    Interval,
    ListTerm,
    NoticePeriod,
    RecordKind,
    Retention,
    Severity,
    parse_rule_table,
    shipped_rule_table,
)

PAGE = Path(__file__).resolve().parents[3] / "docs" / "law.md"

SHIPPED = """
o36-minor 0-3 DECISION PENALTY MINOR | - | 2026-04-01.. | digest
o36-general 3-12 DECISION PENALTY GENERAL | - | 2026-04-01.. | digest
o36-serious 12-36 DECISION PENALTY SERIOUS | - | 2026-04-01.. | digest
o36-unclassed -36 DECISION PENALTY None | - | 2026-04-01.. | digest
o58-minor 3-36 DECISION PENALTY MINOR | - | ..2026-03-31 | digest
o58-general 3-36 DECISION PENALTY GENERAL | - | ..2026-03-31 | digest
o58-serious 3-36 DECISION PENALTY SERIOUS | - | ..2026-03-31 | digest
o58-unclassed 3-36 DECISION PENALTY None | - | ..2026-03-31 | digest
samr44-removal 12- SERIOUS_LISTING | - | 2021-09-01.. | digest
ecl-notice 7 None | 34 | 2019-01-01.. | read
o116-notice 7 None | 12(1) | 2026-02-01.. | read
o116-notice-important 15 True | 12(2) | 2026-02-01.. | read
samr45-publication 20 WORKING PENALTY_PUBLICATION AUTHORITY None | 9 | 2021-09-01.. | read
samr45-withdrawal 3 WORKING PENALTY_WITHDRAWAL AUTHORITY None | 11 | 2021-09-01.. | read
apl-withdrawal 3 WORKING PENALTY_WITHDRAWAL AUTHORITY None | 48(2) | 2021-07-15.. | read
gbf22-repair-feedback 10 WORKING REPAIR_FEEDBACK PUBLIC_SOURCE None | - | 2025-06-22.. | digest
gbf22-repair-decision 3 WORKING REPAIR_DECISION AUTHORITY None | - | 2025-06-22.. | digest
o58-repair-effect 3 WORKING REPAIR_EFFECT PUBLIC_SOURCE None | - | 2023-05-01..2026-03-31 | digest
sh-objection-marking 1 WORKING OBJECTION_MARKING PUBLIC_SOURCE 上海市 | 36(2) | 2017-10-01.. | read
sh-objection-decision 5 WORKING OBJECTION_DECISION PUBLIC_SOURCE 上海市 | 36(2) | 2017-10-01.. | read
sh-agency-marking 1 WORKING OBJECTION_MARKING CREDIT_AGENCY 上海市 | 36(3) | 2017-10-01.. | read
sh-agency-decision 7 WORKING OBJECTION_DECISION CREDIT_AGENCY 上海市 | 36(3) | 2017-10-01.. | read
sh-annulment-effect 3 WORKING ANNULMENT_EFFECT PUBLIC_SOURCE 上海市 | 37 | 2017-10-01.. | read
sh-repair-effect 3 WORKING REPAIR_EFFECT PUBLIC_SOURCE 上海市 | 38 | 2017-10-01.. | read
sz-objection-marking 0 WORKING OBJECTION_MARKING PUBLIC_SOURCE 深圳经济特区 | 50 | 2023-03-01.. | read
sz-objection-check 1 WORKING OBJECTION_CHECK PUBLIC_SOURCE 深圳经济特区 | 51(1) | 2023-03-01.. | read
sz-objection-decision 2+5 WORKING OBJECTION_DECISION AUTHORITY 深圳经济特区 | 51(3) | 2023-03-01.. | read
sz-repair-decision 3+6 WORKING REPAIR_DECISION AUTHORITY 深圳经济特区 | 82(1) | 2023-03-01.. | read
sd-objection-decision 3+7 WORKING OBJECTION_DECISION PUBLIC_SOURCE 山东省 | 39(2) | 2020-10-01.. | read
sd-annulment-effect 3 WORKING ANNULMENT_EFFECT AUTHORITY 山东省 | 40 | 2020-10-01.. | read
zj-objection-decision 5+20 WORKING OBJECTION_DECISION PUBLIC_SOURCE 浙江省 | 31 | 2018-01-01.. | read
crr-objection-decision 20 CALENDAR OBJECTION_DECISION CREDIT_AGENCY None | 25(2) | 2013-03-15.. | read
o117-change-report 3 WORKING CHANGE_REPORT SELLER None | 15 | 2026-02-01.. | read
o117-change-publication 7 WORKING CHANGE_PUBLICATION PLATFORM None | 15 | 2026-02-01.. | read
o117-unreachable-reminder 5 WORKING UNREACHABLE_REMINDER PLATFORM None | 22(2) | 2026-02-01.. | read
zj-ec-change-report 3 WORKING CHANGE_REPORT SELLER 浙江省 | 8(2) | 2022-03-01.. | read
zj-ec-change-publication 7 WORKING CHANGE_PUBLICATION PLATFORM 浙江省 | 8(2) | 2022-03-01.. | read
o117-identity-verification 6 IDENTITY_VERIFICATION PLATFORM None | 8(1) | 2026-02-01.. | read
o117-identity-report 6 IDENTITY_REPORT PLATFORM None | 9 | 2026-02-01.. | read
o117-training 12 TRAINING PLATFORM None | 10(1) | 2026-02-01.. | read
zj-ec-identity-verification 6 IDENTITY_VERIFICATION PLATFORM 浙江省 | 9(1) | 2022-03-01.. | read
zj-ec-identity-report 6 IDENTITY_REPORT PLATFORM 浙江省 | 11(1) | 2022-03-01.. | read
o116-rule-versions 36 AT_LEAST RULE_VERSIONS PLATFORM None | 15 | 2026-02-01.. | read
o116-consultation-file 36 AT_LEAST CONSULTATION_FILE PLATFORM None | 11 | 2026-02-01.. | read
ecl-transactions 36 AT_LEAST TRANSACTIONS PLATFORM None | 31 | 2019-01-01.. | read
o117-transactions 36 AT_LEAST TRANSACTIONS PLATFORM None | 16 | 2026-02-01.. | read
o117-verification-record 36 AT_LEAST VERIFICATION_RECORD SELLER None | 27 | 2026-02-01.. | read
pipl-impact-assessment 36 AT_LEAST IMPACT_ASSESSMENT HANDLER None | 56(2) | 2021-11-01.. | read
ndr-provision-record 36 AT_LEAST PROVISION_RECORD HANDLER None | 12 | 2025-01-01.. | read
sz-query-log 60 AT_LEAST QUERY_LOG PUBLIC_SOURCE 深圳经济特区 | 45(2) | 2023-03-01.. | read
crr-adverse-information 60 AT_MOST ADVERSE_INFORMATION CREDIT_AGENCY None | 16 | 2013-03-15.. | read
sh-adverse-information 60 AT_MOST ADVERSE_INFORMATION PUBLIC_SOURCE 上海市 | 35 | 2017-10-01.. | read
sd-adverse-information 60 AT_MOST ADVERSE_INFORMATION PUBLIC_SOURCE 山东省 | 38 | 2020-10-01.. | read
zj-adverse-information 60 AT_MOST ADVERSE_INFORMATION PUBLIC_SOURCE 浙江省 | 16 | 2018-01-01.. | read
"""


def said(value):
    """Return a value as the list above writes it: nothing for what is not known."""
    return "" if value is None else value


def content(row):
    """Return what a row says, in one line."""
    match row:
        case DisclosureTerm():
            months = f"{said(row.shortest_months)}-{said(row.longest_months)}"
            return f"{months} {row.counted_from} {row.kind} {row.severity}"
        case ListTerm():
            return f"{said(row.earliest_removal_months)}-{said(row.months)} {row.kind}"
        case NoticePeriod():
            return f"{row.days} {row.important}"
        case Deadline():
            extended = "" if row.extended_days is None else f"+{row.extended_days}"
            return f"{row.days}{extended} {row.unit} {row.matter} {row.obliged} {row.region}"
        case Interval():
            return f"{row.months} {row.matter} {row.obliged} {row.region}"
        case Retention():
            return f"{row.months} {row.bound} {row.matter} {row.obliged} {row.region}"


def line_of(row):
    """Return a row in one line, with its article, its days and how surely it is known."""
    days = f"{said(row.effective_from)}..{said(row.effective_until)}"
    sure = "read" if row.verified else "digest"
    return f"{row.rule_id} {content(row)} | {row.article or '-'} | {days} | {sure}"


def test_every_shipped_row_is_as_it_was_read():
    """A change of the law changes this list, by hand."""
    assert [line_of(row) for row in shipped_rule_table().rows] == SHIPPED.strip().splitlines()


def test_the_shipped_table_is_read_once():
    """It is part of the package, and a document like any other."""
    text = (resources.files("chengxin.records") / "law.yaml").read_text(encoding="utf-8")

    assert shipped_rule_table() is shipped_rule_table()
    assert parse_rule_table(text, name="law.yaml") == shipped_rule_table()


@pytest.mark.parametrize(
    ("severity", "decided_on", "expected"),
    [
        (Severity.MINOR, date(2026, 4, 1), date(2026, 7, 1)),
        (Severity.GENERAL, date(2026, 4, 1), date(2027, 4, 1)),
        (Severity.SERIOUS, date(2026, 4, 1), date(2029, 4, 1)),
        (None, date(2026, 4, 1), date(2029, 4, 1)),
        (Severity.MINOR, date(2026, 3, 31), date(2029, 3, 31)),
    ],
)
def test_the_longest_period_follows_the_rule_in_force_on_the_day_of_the_decision(
    severity, decided_on, expected
):
    """Order 36 counts from 2026-04-01, Order 58 before."""
    found = shipped_rule_table().latest_end_on(
        RecordKind.PENALTY, severity, decided_on=decided_on, published_on=date(2026, 11, 1)
    )

    assert found == expected


def test_kinds_without_a_maximum_have_no_inferred_end():
    """A listing lasts until the source removes it."""
    found = shipped_rule_table().latest_end_on(
        RecordKind.ABNORMAL_LISTING, None, decided_on=None, published_on=date(2026, 5, 1)
    )

    assert found is None


def test_what_was_not_read_names_no_article_and_says_what_was():
    """Nothing is cited that nobody looked up."""
    for row in shipped_rule_table().rows:
        assert row.verified is (row.article is not None)
        assert row.verified or "digest" in row.note


def test_the_page_about_the_law_lists_every_row_as_it_is():
    """A row that changes or comes anew is told there, with how sure it is."""
    page = PAGE.read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \| (.+) \| (.+) \| (.+) \|$", page, flags=re.MULTILINE)
    rows = {
        row.rule_id: (
            content(row),
            f"{row.source.zh} {'' if row.article is None else 'art. ' + row.article}".strip(),
            f"{said(row.effective_from)}..{said(row.effective_until)}",
            "article read" if row.verified else "digest only",
        )
        for row in shipped_rule_table().rows
    }

    assert {name: tuple(cells) for name, *cells in listed} == rows
    assert len(listed) == len(rows)


def test_the_examples_of_the_page_hold():
    """The code runs, and the document stands over the shipped table."""
    page = PAGE.read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.+?)```", page, flags=re.DOTALL)
    (document,) = re.findall(r"```yaml\n(.+?)```", page, flags=re.DOTALL)

    exec(compile(code, "law.md", "exec"), {})  # noqa: S102  # our own page
    table = parse_rule_table(document, name="law.md", over=shipped_rule_table())

    days = (date(2027, 6, 30), date(2027, 7, 1))
    assert [table.longest_months(RecordKind.PENALTY, Severity.GENERAL, day) for day in days] == [12, 9]
