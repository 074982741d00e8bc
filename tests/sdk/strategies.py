"""Hypothesis strategies for facts, shared by the SDK's tests."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from chengxin.records import (
    CreditAnswer,
    DisclosurePeriod,
    DisclosureStatus,
    OtherDetail,
    Record,
    RecordKind,
    Severity,
    Subject,
)
from chengxin.records.record import DETAIL_OF, EvaluationDetail
from chengxin.testing import CODES

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
instants = st.datetimes(datetime(2020, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))


@st.composite
def periods(draw):
    """Disclosure periods, open and closed."""
    start_on = draw(days)
    length = draw(st.none() | st.integers(0, 1200))
    end_on = None if length is None else start_on + timedelta(days=length)
    return DisclosurePeriod(start_on=start_on, end_on=end_on)


@st.composite
def records(draw, record_id=None):
    """Records of every kind, status and severity."""
    kind = draw(st.sampled_from(RecordKind))
    detail_type = DETAIL_OF[kind]
    detail = (
        EvaluationDetail(scheme="纳税信用评价", value="A") if kind is RecordKind.EVALUATION else detail_type()
    )
    return Record(
        record_id=record_id or draw(st.text("ABCDEF0123456789", min_size=4, max_size=8)),
        version=draw(st.integers(0, 9)),
        kind=kind,
        catalogue=kind.value if detail_type is not OtherDetail else "新目录",
        status=draw(st.sampled_from(DisclosureStatus)),
        period=draw(periods()),
        detail=detail,
        severity=draw(st.none() | st.sampled_from(Severity)),
    )


@st.composite
def answers(draw, most=6):
    """Complete answers of a registered subject."""
    return CreditAnswer(
        subject=Subject.of(CODES[0]),
        registered=True,
        records=tuple(draw(records(record_id=f"R{i}")) for i in range(draw(st.integers(0, most)))),
        as_of=draw(instants),
        source="generated",
        snapshot_id="S1",
    )
