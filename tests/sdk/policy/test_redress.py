"""How a record is repaired, and from when, without a date that nobody gave."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.policy.redress import repair_hint
from chengxin.records import ADVERSE_KINDS, RecordKind, Severity, add_months
from tests.sdk.policy.material import day, penalty, record, records


@given(records(), st.none() | st.integers(0, 36))
def test_only_what_is_adverse_is_repaired_and_the_source_is_named(one, months):
    """The authority is named where it is known, a dispute is told, and a date only where the law gives one."""
    hint = repair_hint(one, shortest_months=lambda *_: months)
    assert (hint is None) is (one.kind not in ADVERSE_KINDS)
    if hint is None:
        return
    assert (hint.earliest_on is None) is (months is None)
    assert ("最早可于" in hint.text.zh) is (months is not None)
    assert ("by the shortest period" in hint.text.en) is (months is not None)
    assert one.authority is None or (one.authority in hint.text.zh and one.authority in hint.text.en)
    assert ("异议" in hint.text.zh) is one.is_disputed
    assert not set("{}") & set(hint.text.zh + hint.text.en)


def test_without_a_table_no_date_is_told():
    """It is said where to ask."""
    hint = repair_hint(penalty())
    assert hint.earliest_on is None
    assert "最早何时可以申请，以“信用中国”网站" in hint.text.zh
    assert "credit repair section of the Credit China site" in hint.text.en


@pytest.mark.parametrize(
    ("months", "earliest_on"), [(3, date(2026, 9, 2)), (12, date(2027, 6, 2)), (0, date(2026, 6, 1))]
)
def test_the_last_day_of_the_shortest_period_still_counts(months, earliest_on):
    """Counted from the day of the decision; where there is no shortest period, from that day on."""
    asked = []

    def shortest(*about):
        asked.append(about)
        return months

    hint = repair_hint(penalty(on=-14, start=-5), shortest_months=shortest)
    assert asked == [(RecordKind.PENALTY, Severity.GENERAL, day(-14))]
    assert hint.earliest_on == earliest_on
    assert add_months(day(-14), months) <= earliest_on


def test_a_court_deletes_and_a_list_is_left():
    """Who found it repairs it."""
    court = repair_hint(record("J", RecordKind.JUDGMENT_DEFAULT, authority="甲法院"))
    assert "向执行法院（甲法院）申请删除" in court.text.zh
    assert "apply to the enforcing court (“甲法院”) for deletion" in court.text.en
    assert "申请移出" in repair_hint(record("A", RecordKind.ABNORMAL_LISTING)).text.zh
