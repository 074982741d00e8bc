"""Money, subjects and records."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidRecord
from chengxin.identifiers import Uscc, check_character
from chengxin.records import (
    DisclosurePeriod,
    DisclosureStatus,
    ListingDetail,
    OtherDetail,
    Record,
    RecordKind,
    Subject,
    SubjectKind,
    kind_of,
    parse_wan,
)
from tests.sdk.strategies import instants, records


@given(st.integers(0, 10**18 - 1))
def test_money_comes_over_to_the_fen(fen):
    """Every whole number of fen survives the way through 万元."""
    assert parse_wan(str(Decimal(fen).scaleb(-6))) == fen


@pytest.mark.parametrize(
    ("text", "fen"), [("0.2", 200_000), ("0", 0), ("12", 12_000_000), ("0.000001", 1), (" 1 ", 10**6)]
)
def test_amounts_in_wan_are_ten_thousand_yuan(text, fen):
    """2,000 yuan are 0.2 万元."""
    assert parse_wan(text) == fen


@pytest.mark.parametrize("text", ["", "abc", "-0.1", "0.0000001", "NaN", "Infinity", "1e13", "1,000"])
def test_amounts_that_are_none_are_refused(text):
    """What is not an amount is never taken for one."""
    with pytest.raises(InvalidRecord):
        parse_wan(text)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("91350100M000100Y43", SubjectKind.ENTERPRISE),
        ("92350100MA0001XY0T", SubjectKind.SOLE_TRADER),
        ("N2110108MF01ABCD18", SubjectKind.ORGANISATION),
    ],
)
def test_the_kind_of_subject_follows_authority_and_class(code, kind):
    """Class 92 is a natural person's business."""
    body = code[:17]
    assert kind_of(Uscc(body + check_character(body))) is kind


def test_a_person_has_no_code_and_everybody_else_has_one():
    """A subject that exists is right."""
    assert Subject(kind=SubjectKind.PERSON, code=None).code is None
    with pytest.raises(InvalidRecord):
        Subject(kind=SubjectKind.PERSON, code=Uscc("91350100M000100Y43"))
    with pytest.raises(InvalidRecord):
        Subject(kind=SubjectKind.ENTERPRISE, code=None)


@given(records(), instants)
def test_i1_only_visible_states_are_shown_and_never_outside_the_period(record, at):
    """Shielded, repaired, expired and withdrawn records are never shown; others only in their period."""
    visible = record.status in {DisclosureStatus.SHOWN, DisclosureStatus.DISPUTED}
    assert record.is_shown(at) is (visible and record.period.is_open(at))
    if not visible:
        assert record.next_change_at(at) is None


@pytest.mark.parametrize(
    "change",
    [{"record_id": ""}, {"version": -1}, {"detail": ListingDetail()}],
)
def test_a_contradictory_record_cannot_be_constructed(change):
    """Id, version and a detail of its kind belong to every record."""
    arguments = {
        "record_id": "R1",
        "version": 1,
        "kind": RecordKind.OTHER,
        "catalogue": "新目录",
        "status": DisclosureStatus.SHOWN,
        "period": DisclosurePeriod(start_on=date(2026, 1, 1), end_on=None),
        "detail": OtherDetail(),
    }
    Record(**arguments)
    with pytest.raises(InvalidRecord):
        Record(**(arguments | change))


def test_an_open_period_never_ends():
    """Until the source removes it means no end that we know of."""
    period = DisclosurePeriod(start_on=date(2026, 1, 1), end_on=None)
    assert period.ends_at is None
    assert period.next_change_at(period.starts_at + timedelta(days=1)) is None
