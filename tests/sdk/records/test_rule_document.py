"""Reading rule tables: every fault is found, named, placed, and comes with what to do."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidRuleTable
from chengxin.records import DisclosureTerm, RuleTable, parse_rule_table, shipped_rule_table
from chengxin.records.rule_document import SECTIONS

INSTRUMENT = {"zh": "示例办法", "en": "Sample Measures"}
TERM = {
    "id": "sample-term",
    "instrument": "sample",
    "article": 12,
    "kind": "PENALTY",
    "severity": "GENERAL",
    "longest_months": 6,
    "counted_from": "DECISION",
    "effective_from": "2027-01-01",
    "verified": True,
}
DEADLINE = {
    "id": "sample-deadline",
    "instrument": "sample",
    "article": "13(2)",
    "matter": "OBJECTION_DECISION",
    "obliged": "PLATFORM",
    "days": 5,
    "unit": "WORKING",
    "effective_from": None,
    "verified": True,
}


def document(*terms, **changes):
    """Return a small document with rows about disclosure."""
    rows = {"disclosure_terms": list(terms or (TERM,)), "deadlines": [DEADLINE]}
    values = {"format": 1, "instruments": {"sample": INSTRUMENT}, **rows, **changes}
    return {name: value for name, value in values.items() if value is not ...}


def row_with(**changes):
    """Return the row about disclosure with changes; ``...`` removes a field."""
    return {name: value for name, value in {**TERM, **changes}.items() if value is not ...}


def read(data, **options):
    """Read a document from YAML."""
    text = yaml.safe_dump(json.loads(json.dumps(data)), allow_unicode=True, sort_keys=False)
    return parse_rule_table(text, name="own.yaml", **options)


def findings_of(data, **options):
    """Return the findings for a document that is refused."""
    with pytest.raises(InvalidRuleTable) as caught:
        read(data, **options)
    assert caught.value.name == "own.yaml"
    assert all(finding.problem and finding.fix for finding in caught.value.findings)
    return list(caught.value.findings)


def test_a_document_is_read_in_yaml_and_in_json():
    """Both say the same; an article may be a number."""
    table = read(document())

    assert table == parse_rule_table(json.dumps(document()), name="own.json")
    assert [row.article for row in table.rows] == ["12", "13(2)"]
    assert (table.rows[0].source.zh, table.rows[0].source.en) == ("示例办法", "Sample Measures")


FAULTY = {
    "format": (document(format=2), "field.value", "format", None),
    "format is true": (document(format=True), "field.value", "format", None),
    "no format": (document(format=...), "field.value", "format", None),
    "section": (
        document(disclosure_term=[]),
        "field.unknown",
        "disclosure_term",
        "Did you mean 'disclosure_terms'?",
    ),
    "no list": (document(deadlines={}), "field.value", "deadlines", None),
    "no row": (document("row"), "field.value", "disclosure_terms[0]", None),
    "field": (
        document(row_with(longest_month=6)),
        "field.unknown",
        "disclosure_terms[0].longest_month",
        "Did you mean 'longest_months'?",
    ),
    "kind": (
        document(row_with(kind="PENALTIES")),
        "field.value",
        "disclosure_terms[0].kind",
        "Did you mean 'PENALTY'?",
    ),
    "severity": (document(row_with(severity="low")), "field.value", "disclosure_terms[0].severity", "MINOR"),
    "missing": (document(row_with(verified=...)), "field.missing", "disclosure_terms[0].verified", "Add it."),
    "missing day": (
        document(row_with(effective_from=...)),
        "field.missing",
        "disclosure_terms[0].effective_from",
        "null",
    ),
    "null": (document(row_with(verified=None)), "field.value", "disclosure_terms[0].verified", None),
    "flag": (document(row_with(verified="yes")), "field.value", "disclosure_terms[0].verified", None),
    "whole": (
        document(row_with(longest_months="6")),
        "field.value",
        "disclosure_terms[0].longest_months",
        None,
    ),
    "whole is true": (
        document(row_with(longest_months=True)),
        "field.value",
        "disclosure_terms[0].longest_months",
        None,
    ),
    "day": (
        document(row_with(effective_from="1 Jan 2027")),
        "field.value",
        "disclosure_terms[0].effective_from",
        "YYYY-MM-DD",
    ),
    "no such day": (
        document(row_with(effective_from="2027-02-30")),
        "field.value",
        "disclosure_terms[0].effective_from",
        "YYYY-MM-DD",
    ),
    "text": (document(row_with(note="")), "field.value", "disclosure_terms[0].note", None),
    "instrument": (
        document(row_with(instrument="smaple")),
        "field.value",
        "disclosure_terms[0].instrument",
        "Did you mean 'sample'?",
    ),
    "row": (document(row_with(longest_months=0)), "row.range", "disclosure_terms[0].longest_months", None),
    "unverified": (document(row_with(verified=False)), "row.no_note", "disclosure_terms[0].note", None),
    "twice": (document(TERM, TERM), "row.duplicate", "sample-term", None),
    "instruments": (document(TERM, instruments=[]), "field.value", "instruments", None),
    "title": (
        document(instruments={"sample": {"zh": "示例办法"}}),
        "field.missing",
        "instruments.sample.en",
        None,
    ),
    "title of no text": (
        document(instruments={"sample": {"zh": "示例办法", "en": 1}}),
        "field.value",
        "instruments.sample.en",
        None,
    ),
    "title too many": (
        document(instruments={"sample": {**INSTRUMENT, "fr": "x"}}),
        "field.unknown",
        "instruments.sample.fr",
        None,
    ),
    "key": (
        document(instruments={"sample": INSTRUMENT, "Other One": INSTRUMENT}),
        "row.id",
        "instruments.Other One.key",
        None,
    ),
}


@pytest.mark.parametrize(("data", "code", "path", "fix"), FAULTY.values(), ids=FAULTY)
def test_a_fault_is_named_and_placed_and_comes_with_what_to_do(data, code, path, fix):
    """It comes first where others follow from it."""
    found = findings_of(data)

    assert (found[0].code, found[0].path) == (code, path)
    assert fix is None or fix in found[0].fix


def test_all_that_is_wrong_is_said_at_once():
    """In the order of the document, by the kinds of rows."""
    data = document(row_with(kind="X", severity="Y"), row_with(longest_months=0), deadlines=[{}])

    paths = [finding.path for finding in findings_of(data)]

    assert paths[:3] == [
        "disclosure_terms[0].kind",
        "disclosure_terms[0].severity",
        "disclosure_terms[1].longest_months",
    ]
    assert {"deadlines[0].id", "deadlines[0].matter", "deadlines[0].days"} <= {*paths[3:]}


def test_what_is_no_document_is_refused():
    """Anchors, duplicate keys and lists at the top hide what a row says."""
    for text in ("[]", "format: 1\nformat: 1", "a: &x 1\nb: *x", "format: ["):
        with pytest.raises(InvalidRuleTable):
            parse_rule_table(text, name="own.yaml")


def test_a_document_that_stands_over_another_refers_to_its_instruments():
    """And may name its own beside them; alone it may not."""
    row = {**TERM, "instrument": "o36"}
    data = document(row, instruments=..., deadlines=[])

    table = read(data, over=shipped_rule_table())

    assert table.row("sample-term").source == shipped_rule_table().row("o36-minor").source
    assert len(table.rows) == len(shipped_rule_table().rows) + 1
    assert [finding.path for finding in findings_of(data)] == ["disclosure_terms[0].instrument"]


def test_a_document_that_takes_a_maximum_away_is_refused_under_its_name():
    """What stands over the shipped table leaves every record bounded."""
    row = {**TERM, "id": "o36-minor", "severity": "MINOR"}

    (found,) = findings_of(document(row), over=shipped_rule_table())

    assert (found.code, found.path) == ("row.unbounded", "o36-minor")


def test_a_document_with_nothing_in_it_changes_nothing():
    """The shipped table is as it was."""
    assert read({"format": 1}, over=shipped_rule_table()) == shipped_rule_table()
    assert read({"format": 1}) == RuleTable(())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2000, 2000) | st.text("abcé2-:", max_size=6),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(sorted({*TERM, *SECTIONS, "format", "instruments", "note"})), VALUES)
def test_a_hostile_value_is_a_row_or_a_finding_and_nothing_else(name, value):
    """Wherever it stands, no other error is raised."""
    data = document(row_with(**{name: value})) if name in {*TERM, "note"} else document(**{name: value})
    try:
        table = parse_rule_table(json.dumps(data), name="own.json")
    except InvalidRuleTable as refused:
        assert refused.findings
    else:
        assert all(isinstance(row.rule_id, str) for row in table.rows_of(DisclosureTerm))
