"""Objections to the source's records: marked here, pointed there, decided there."""

from dataclasses import fields, replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import AppealRefused, InvalidRecord
from chengxin.procedure.appeal import (
    Fault,
    ObjectionEnd,
    SourceObjection,
    is_marked_disputed,
    objection_pointer,
    raise_objection,
)
from chengxin.records import (
    DisclosurePeriod,
    DisclosureStatus,
    ListingDetail,
    PenaltyDetail,
    Record,
    RecordKind,
)
from tests.sdk.procedure.appeal.material import DAY, FILED, MERCHANT
from tests.sdk.strategies import records


def penalty(**parts):
    """Return a penalty that is disclosed."""
    given = {
        "record_id": "P-1",
        "version": 3,
        "kind": RecordKind.PENALTY,
        "catalogue": "行政处罚",
        "status": DisclosureStatus.SHOWN,
        "period": DisclosurePeriod(start_on=date(2026, 6, 1), end_on=date(2026, 11, 30)),
        "detail": PenaltyDetail(),
    }
    return Record(**given | parts)


def objection(record=None):
    """Return an objection to it."""
    return raise_objection(
        record or penalty(), objection_id="O-1", by=MERCHANT, at=FILED, statement="处罚决定已被撤销。"
    )


def test_an_objection_marks_its_record_until_the_source_has_answered():
    """深圳经济特区社会信用条例 art. 50: marked at once; no end of it is a decision of the platform."""
    raised = objection()
    assert (raised.record_id, raised.record_version, raised.is_open) == ("P-1", 3, True)
    assert is_marked_disputed(penalty(), [raised])
    assert not is_marked_disputed(penalty(record_id="P-2"), [raised])
    for end in ObjectionEnd:
        ended = raised.with_end(end, FILED + DAY)
        assert not is_marked_disputed(penalty(), [ended])
        assert is_marked_disputed(penalty(status=DisclosureStatus.DISPUTED), [ended])
        with pytest.raises(AppealRefused) as refused:
            ended.with_end(end, FILED + 2 * DAY)
        assert refused.value.fault == Fault.CLOSED


@given(record=records(), minutes=st.integers(-(10**6), 10**6))
def test_only_what_the_source_discloses_is_objected_to(record, minutes):
    """What is no longer shown is neither used nor shown here, and an objection keeps nothing of its content."""
    at = FILED + timedelta(minutes=minutes)
    words = {"objection_id": "O-1", "by": MERCHANT, "at": at, "statement": "有误"}
    if record.is_shown(at):
        raised = raise_objection(record, **words)
        assert raised.raised_at == at
    else:
        with pytest.raises(AppealRefused) as refused:
            raise_objection(record, **words)
        assert refused.value.fault == Fault.NOTHING_TO_OBJECT


def test_an_objection_keeps_only_a_reference():
    """Name, facts, amount and authority of the record stay with the source."""
    names = {field.name for field in fields(SourceObjection)}
    assert {name for name in names if name.startswith("record")} == {"record_id", "record_version"}


@pytest.mark.parametrize(
    ("record", "zh", "en"),
    [
        (
            penalty(detail=PenaltyDetail(authority="杭州市市场监督管理局")),
            "作出认定的单位（杭州市市场监督管理局）",
            "the body that decided (杭州市市场监督管理局)",
        ),
        (penalty(), "作出认定的单位提出", "the body that decided."),
        (
            penalty(kind=RecordKind.JUDGMENT_DEFAULT, catalogue="失信被执行人", detail=ListingDetail()),
            "执行法院",
            "the enforcing court",
        ),
    ],
)
def test_an_objection_is_pointed_to_the_source(record, zh, en):
    """Where and how, in both languages; and that this platform does not decide it."""
    pointer = objection_pointer(record)
    assert zh in pointer.zh
    assert en in pointer.en
    assert "信用中国" in pointer.zh
    assert "this platform cannot change it" in pointer.en


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ({"objection_id": ""}, Fault.ILL_FORMED),
        ({"record_id": " "}, Fault.ILL_FORMED),
        ({"record_version": -1}, Fault.ILL_FORMED),
        ({"record_version": True}, Fault.ILL_FORMED),
        ({"by": " "}, Fault.NO_NAME),
        ({"statement": ""}, Fault.NO_REASON),
        ({"raised_at": datetime(2026, 9, 1)}, Fault.ILL_FORMED),
        ({"end": "REMOVED", "ended_at": FILED}, Fault.ILL_FORMED),
        ({"end": ObjectionEnd.REMOVED}, Fault.ILL_FORMED),
        ({"ended_at": FILED}, Fault.ILL_FORMED),
        ({"end": ObjectionEnd.REMOVED, "ended_at": FILED - DAY}, Fault.ILL_FORMED),
        ({"end": ObjectionEnd.REMOVED, "ended_at": datetime(2026, 12, 1)}, Fault.ILL_FORMED),
    ],
)
def test_an_objection_that_is_not_whole_does_not_exist(part, fault):
    """Who, what, when, and how it ended."""
    with pytest.raises(AppealRefused) as refused:
        replace(objection(), **part)
    assert refused.value.fault == fault


def test_an_instant_without_a_time_zone_is_refused():
    """Whether the record is shown then would be a guess."""
    with pytest.raises(InvalidRecord):
        raise_objection(
            penalty(),
            objection_id="O-1",
            by=MERCHANT,
            at=datetime(2026, 9, 1),
            statement="处罚决定已被撤销。",
        )
