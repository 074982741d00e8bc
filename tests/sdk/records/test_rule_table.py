"""Rules of law by date: what holds on a day, the shortest maximum, and nothing outside its days."""

import calendar
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidRuleTable
from chengxin.records import (
    Bound,
    CountedFrom,
    DayUnit,
    Deadline,
    DisclosurePeriod,
    DisclosureStatus,
    DisclosureTerm,
    Instrument,
    ListingDetail,
    ListTerm,
    Matter,
    NoticePeriod,
    Obliged,
    PenaltyDetail,
    Record,
    RecordKind,
    Retention,
    RuleTable,
    Severity,
    shipped_rule_table,
)
from tests.sdk.strategies import days

LAW = Instrument(key="law", zh="示例办法", en="Sample Measures")
KINDS = st.sampled_from([RecordKind.PENALTY, RecordKind.SERIOUS_LISTING])
SEVERITIES = st.none() | st.sampled_from(Severity)


def term(rule_id="term", **changes):
    """Return a row that bounds penalties of general severity, in force since ever."""
    values = {
        "rule_id": rule_id,
        "source": LAW,
        "article": "1",
        "effective_from": None,
        "verified": True,
        "kind": RecordKind.PENALTY,
        "severity": Severity.GENERAL,
        "longest_months": 12,
        "counted_from": CountedFrom.DECISION,
    }
    return DisclosureTerm(**(values | changes))


def deadline(**changes):
    """Return a deadline."""
    values = {
        "rule_id": "deadline",
        "source": LAW,
        "article": "1",
        "effective_from": None,
        "verified": True,
        "matter": Matter.OBJECTION_DECISION,
        "obliged": Obliged.PLATFORM,
        "days": 3,
        "unit": DayUnit.WORKING,
    }
    return Deadline(**(values | changes))


@st.composite
def terms(draw):
    """Rows about disclosure, of every kind of period."""
    effective_from = draw(st.none() | days)
    effective_until = draw(st.none() | days)
    if effective_from and effective_until and effective_until < effective_from:
        effective_from, effective_until = effective_until, effective_from
    shortest, longest = sorted(draw(st.lists(st.integers(1, 120), min_size=2, max_size=2)))
    return term(
        kind=draw(KINDS),
        severity=draw(SEVERITIES),
        shortest_months=draw(st.none() | st.just(shortest)),
        longest_months=longest,
        counted_from=draw(st.sampled_from(CountedFrom)),
        effective_from=effective_from,
        effective_until=effective_until,
    )


tables = st.lists(terms(), max_size=12).map(
    lambda rows: RuleTable(tuple(replace(row, rule_id=f"r{n}") for n, row in enumerate(rows)))
)


def is_applicable(row, kind, severity, day):
    """Tell by the words of the law whether a row applies, day by day."""
    since, until = row.effective_from or date.min, row.effective_until or date.max
    return row.kind == kind and row.severity == severity and since <= day <= until


def months_after(day, months):
    """Count months one by one: the corresponding day, or the last of the month."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@given(tables, KINDS, SEVERITIES, st.none() | days, days)
def test_i1_at_most_the_shortest_maximum_that_applies_is_used(
    table, kind, severity, decided_on, published_on
):
    """No row that applies allows less, one allows as much, and the end never lies before its day."""
    day = decided_on or published_on
    ends = [
        months_after(published_on if row.counted_from is CountedFrom.PUBLICATION else day, row.longest_months)
        for row in table.rows
        if is_applicable(row, kind, severity, day)
    ]

    end_on = table.latest_end_on(kind, severity, decided_on=decided_on, published_on=published_on)

    assert end_on == (min(ends) if ends else None)
    assert end_on is None or end_on > min(day, published_on)


@given(tables, KINDS, SEVERITIES, days)
def test_the_least_and_the_most_satisfy_every_row_that_applies(table, kind, severity, day):
    """The longest disclosure is allowed by all rows, and repair is by all of them."""
    rows = [row for row in table.rows if is_applicable(row, kind, severity, day)]
    shortest = [row.shortest_months for row in rows if row.shortest_months is not None]

    assert table.longest_months(kind, severity, day) == min(
        (row.longest_months for row in rows), default=None
    )
    assert table.shortest_months(kind, severity, day) == max(shortest, default=None)


@given(tables, KINDS, SEVERITIES, days)
def test_a_row_outside_its_days_is_never_used(table, kind, severity, day):
    """A table without such rows says the same of that day."""
    in_force = RuleTable(
        tuple(
            row
            for row in table.rows
            if not (row.effective_from and day < row.effective_from)
            and not (row.effective_until and row.effective_until < day)
        )
    )

    for read in (RuleTable.longest_months, RuleTable.shortest_months, RuleTable.disclosure_terms):
        assert read(table, kind, severity, day) == read(in_force, kind, severity, day)
    assert table.longest_disclosure_months(day) == in_force.longest_disclosure_months(day)
    assert table.latest_end_on(kind, severity, decided_on=day, published_on=day) == in_force.latest_end_on(
        kind, severity, decided_on=day, published_on=day
    )


@given(st.sampled_from(shipped_rule_table().rows), st.integers(-3, 3), st.booleans())
def test_shipped_rows_begin_and_end_on_their_days(row, offset, important):
    """Each is found on every day in its period and on none outside, by the look-up for its kind."""
    table = RuleTable((row,))
    edges = [day for day in (row.effective_from, row.effective_until) if day is not None]
    for day in (edge + timedelta(days=offset) for edge in edges):
        found = {
            *table.list_terms(RecordKind.SERIOUS_LISTING, day),
            *table.disclosure_terms(RecordKind.PENALTY, getattr(row, "severity", None), day),
            *([table.notice_days(day, important=important)]),
        }
        for matter in Matter:
            for read in (table.deadlines, table.intervals, table.retentions):
                found |= {*read(matter, day, region=getattr(row, "region", None))}
        is_of_other_rules = isinstance(row, NoticePeriod) and row.important not in (None, important)
        since, until = row.effective_from or date.min, row.effective_until or date.max
        assert found - {None} == ({row} if since <= day <= until and not is_of_other_rules else set())


@pytest.mark.parametrize(
    ("on", "important", "rule_id"),
    [
        (date(2018, 12, 31), True, None),
        (date(2019, 1, 1), True, "ecl-notice"),
        (date(2026, 1, 31), True, "ecl-notice"),
        (date(2026, 2, 1), False, "o116-notice"),
        (date(2026, 2, 1), True, "o116-notice-important"),
    ],
)
def test_of_several_notice_periods_the_longest_counts_and_the_latest_of_equals(on, important, rule_id):
    """Order 116 asks for 15 days where the E-Commerce Law asks for 7."""
    found = shipped_rule_table().notice_days(on, important=important)

    assert (None if found is None else found.rule_id) == rule_id


def test_rules_of_a_region_are_found_with_those_of_the_country():
    """Without a region only the country's are; another region's never are."""
    table, on = shipped_rule_table(), date(2026, 5, 1)

    def found(region):
        return [row.rule_id for row in table.deadlines(Matter.CHANGE_REPORT, on, region=region)]

    assert found(None) == found("上海市") == ["o117-change-report"]
    assert found("浙江省") == ["o117-change-report", "zj-ec-change-report"]


def test_a_row_is_found_by_its_id():
    """One that is not there is None."""
    table = RuleTable((term("one"), term("two")))

    assert table.row("two") is table.rows[1]
    assert table.row("three") is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rule_id": "Two Words"}, "row.id"),
        ({"rule_id": "a" * 65}, "row.id"),
        ({"effective_from": date(1900, 1, 1)}, "row.day"),
        ({"effective_from": date(2026, 2, 1), "effective_until": date(2026, 1, 31)}, "row.period"),
        ({"article": None}, "row.no_article"),
        ({"article": " "}, "row.blank"),
        ({"verified": False}, "row.no_note"),
        ({"longest_months": None}, "row.empty"),
        ({"longest_months": 0}, "row.range"),
        ({"longest_months": 1201}, "row.range"),
        ({"shortest_months": -1}, "row.range"),
        ({"shortest_months": 13}, "row.months"),
    ],
)
def test_a_term_that_contradicts_itself_cannot_be_constructed(changes, code):
    """A row that exists is complete and honest."""
    with pytest.raises(InvalidRuleTable) as caught:
        term(**changes)
    assert [finding.code for finding in caught.value.findings] == [code]
    assert all(finding.problem and finding.fix for finding in caught.value.findings)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": RecordKind.PENALTY}, "row.kind"),
        ({"list_name": " "}, "row.blank"),
        ({"months": None}, "row.empty"),
        ({"months": 0}, "row.range"),
        ({"earliest_removal_months": 37}, "row.months"),
    ],
)
def test_a_list_term_that_contradicts_itself_cannot_be_constructed(changes, code):
    """A list has a name, holds listings, and lets go of a subject after it may be removed."""
    values = {
        "rule_id": "list",
        "source": LAW,
        "article": "1",
        "effective_from": None,
        "verified": True,
        "kind": RecordKind.SERIOUS_LISTING,
        "list_name": "名单",
        "months": 36,
    }
    assert ListTerm(**values).months == 36
    with pytest.raises(InvalidRuleTable) as caught:
        ListTerm(**(values | changes))
    assert [finding.code for finding in caught.value.findings] == [code]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"days": -1}, "row.range"),
        ({"days": 0, "extended_days": 0}, "row.range row.days"),
        ({"extended_days": 3}, "row.days"),
    ],
)
def test_a_deadline_that_contradicts_itself_cannot_be_constructed(changes, code):
    """An extension is longer than what it extends; at once is a deadline."""
    assert deadline(days=0).days == 0
    with pytest.raises(InvalidRuleTable) as caught:
        deadline(**changes)
    assert " ".join(finding.code for finding in caught.value.findings) == code


def test_an_instrument_has_a_name_and_both_titles():
    """All that is wrong is said at once."""
    with pytest.raises(InvalidRuleTable) as caught:
        Instrument(key="No Name", zh="", en=" ")
    assert [finding.code for finding in caught.value.findings] == ["row.id", *["instrument.title"] * 2]


def test_an_id_is_given_once():
    """Two rows of one id would be two laws."""
    with pytest.raises(InvalidRuleTable) as caught:
        RuleTable((term("same"), term("same")))
    assert [finding.code for finding in caught.value.findings] == ["row.duplicate"]
    with pytest.raises(InvalidRuleTable):
        RuleTable((term("same"),)).with_rows([term("same"), term("same")])


def test_rows_take_the_place_of_their_id_and_others_are_added():
    """A law change is a row; the table itself is not changed."""
    table = RuleTable((term("old"), deadline()))

    changed = table.with_rows([term("old", longest_months=24), term("new", severity=None)])

    assert [row.rule_id for row in changed.rows] == ["old", "deadline", "new"]
    assert changed.longest_months(RecordKind.PENALTY, Severity.GENERAL, date(2026, 1, 1)) == 24
    assert table.longest_months(RecordKind.PENALTY, Severity.GENERAL, date(2026, 1, 1)) == 12


def test_a_row_of_another_kind_does_not_take_a_place():
    """A deadline is no disclosure term."""
    with pytest.raises(InvalidRuleTable) as caught:
        RuleTable((deadline(),)).with_rows([term("deadline")])
    assert [finding.code for finding in caught.value.findings] == ["row.other_kind"]


@pytest.mark.parametrize(
    "rows",
    [
        [term(longest_months=None, shortest_months=1)],
        [term(severity=None)],
        [term(effective_from=date(2026, 1, 1))],
        [term(effective_until=date(2026, 1, 1))],
        [term(effective_until=date(2026, 1, 1)), term("next", effective_from=date(2026, 1, 3))],
    ],
)
def test_i1_a_maximum_may_be_changed_and_never_taken_away(rows):
    """Not on a single day; records without an end would be disclosed for ever."""
    with pytest.raises(InvalidRuleTable) as caught:
        RuleTable((term(),)).with_rows(rows)
    assert [finding.code for finding in caught.value.findings] == ["row.unbounded"]


def test_a_maximum_may_be_followed_by_another_without_a_gap():
    """The day after the last of one is the first of the other."""
    table = RuleTable((term(),)).with_rows(
        [
            term(effective_until=date(2026, 1, 1)),
            term("next", effective_from=date(2026, 1, 2), longest_months=60),
        ]
    )

    months = [
        table.longest_months(RecordKind.PENALTY, Severity.GENERAL, date(2026, 1, day)) for day in (1, 2)
    ]

    assert months == [12, 60]


@given(tables, st.lists(terms(), max_size=4), KINDS, SEVERITIES, days)
def test_i1_whatever_is_put_over_a_table_leaves_what_was_bounded_bounded(table, rows, kind, severity, day):
    """A table is either refused, or bounds every day that it bounded before."""
    over = [replace(row, rule_id=f"r{n}") for n, row in enumerate(rows)]
    try:
        changed = table.with_rows(over)
    except InvalidRuleTable:
        return
    if table.longest_months(kind, severity, day) is not None:
        assert changed.longest_months(kind, severity, day) is not None


def a_record(end_on, *, inferred, kind=RecordKind.PENALTY, decided_on=date(2026, 5, 1)):
    """Return a record that is disclosed from 2026-05-06 on."""
    detail = PenaltyDetail(decided_on=decided_on) if kind is RecordKind.PENALTY else ListingDetail()
    return Record(
        record_id="R1",
        version=1,
        kind=kind,
        catalogue="行政处罚",
        status=DisclosureStatus.SHOWN,
        period=DisclosurePeriod(start_on=date(2026, 5, 6), end_on=end_on, inferred=inferred),
        detail=detail,
        severity=Severity.GENERAL,
    )


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (a_record(date(2027, 5, 1), inferred=True), True),
        (a_record(date(2029, 5, 1), inferred=True), False),
        (a_record(date(2027, 4, 30), inferred=True), False),
        (a_record(None, inferred=False), False),
        (a_record(date(2029, 5, 1), inferred=False), True),
        (a_record(date(2027, 5, 6), inferred=True, decided_on=None), True),
        (a_record(None, inferred=False, kind=RecordKind.ABNORMAL_LISTING), True),
    ],
)
def test_i1_an_end_that_another_table_inferred_is_told_from_ones_own(record, expected):
    """An end that the source gave is nobody's inference; a listing has none to infer."""
    assert shipped_rule_table().is_end_of(record) is expected


def test_rows_can_be_compared_and_kept():
    """Equal tables are equal, and a row that is none of them is not."""
    assert RuleTable((term(),)) == RuleTable((term(),))
    assert RuleTable((term(),)) != RuleTable((term(longest_months=11),))
    kept = Retention(
        rule_id="kept",
        source=LAW,
        article="1",
        effective_from=None,
        verified=True,
        matter=Matter.QUERY_LOG,
        obliged=Obliged.PLATFORM,
        months=60,
        bound=Bound.AT_LEAST,
    )
    assert RuleTable((kept,)).retentions(Matter.QUERY_LOG, date(2026, 1, 1)) == (kept,)
