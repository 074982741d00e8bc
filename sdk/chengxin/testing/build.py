"""Builders of facts with sensible defaults; every one takes what a test is about by name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from chengxin.identifiers import Uscc
from chengxin.records import (
    Anomaly,
    CommendationDetail,
    CreditAnswer,
    DisclosurePeriod,
    DisclosureStatus,
    EvaluationDetail,
    ListingDetail,
    PenaltyDetail,
    Record,
    RecordKind,
    Severity,
    Subject,
)

CODES: Final = tuple(
    Uscc(code)
    for code in ("91350100M000100Y43", "N2110108MF01ABCD18", "Y1110000MA01ABCD10", "A1110000MA01ABCD1L")
)
"""Lawful synthetic codes; nobody holds them."""


def a_penalty(
    record_id: str = "P1",
    *,
    severity: Severity | None = Severity.GENERAL,
    start_on: date = date(2026, 5, 11),
    end_on: date | None = date(2027, 5, 6),
    status: DisclosureStatus = DisclosureStatus.SHOWN,
    detail: PenaltyDetail | None = None,
) -> Record:
    """Return an administrative penalty."""
    return Record(
        record_id=record_id,
        version=1,
        kind=RecordKind.PENALTY,
        catalogue="行政处罚",
        severity=severity,
        status=status,
        period=DisclosurePeriod(start_on=start_on, end_on=end_on),
        detail=detail
        or PenaltyDetail(
            decision_no="示市监处罚〔2026〕1号", decided_on=start_on, authority="示例市场监督管理局"
        ),
    )


def a_listing(
    record_id: str = "L1",
    *,
    kind: RecordKind = RecordKind.SERIOUS_LISTING,
    start_on: date = date(2026, 5, 11),
    end_on: date | None = date(2029, 5, 10),
    status: DisclosureStatus = DisclosureStatus.SHOWN,
) -> Record:
    """Return an entry in a list; ``kind`` is one of the three kinds of listing."""
    return Record(
        record_id=record_id,
        version=1,
        kind=kind,
        catalogue={
            RecordKind.SERIOUS_LISTING: "严重失信主体名单",
            RecordKind.ABNORMAL_LISTING: "经营异常名录",
            RecordKind.JUDGMENT_DEFAULT: "失信被执行人",
        }[kind],
        status=status,
        period=DisclosurePeriod(start_on=start_on, end_on=end_on),
        detail=ListingDetail(listed_on=start_on, authority="示例市场监督管理局", reason="示例事由"),
    )


def a_commendation(
    record_id: str = "C1", *, start_on: date = date(2026, 4, 1), end_on: date | None = date(2027, 3, 31)
) -> Record:
    """Return a commendation."""
    return Record(
        record_id=record_id,
        version=1,
        kind=RecordKind.COMMENDATION,
        catalogue="守信激励",
        status=DisclosureStatus.SHOWN,
        period=DisclosurePeriod(start_on=start_on, end_on=end_on),
        detail=CommendationDetail(title="A级纳税人", year="2025", authority="示例税务局"),
    )


def an_evaluation(
    record_id: str = "E1",
    *,
    scheme: str = "纳税信用评价",
    value: str = "A",
    start_on: date = date(2026, 4, 1),
    valid_until_on: date | None = date(2027, 3, 31),
) -> Record:
    """Return a grade under a scheme."""
    return Record(
        record_id=record_id,
        version=1,
        kind=RecordKind.EVALUATION,
        catalogue="信用评价",
        status=DisclosureStatus.SHOWN,
        period=DisclosurePeriod(start_on=start_on, end_on=None),
        detail=EvaluationDetail(
            scheme=scheme,
            value=value,
            issued_on=start_on,
            valid_until_on=valid_until_on,
            authority="示例税务局",
        ),
    )


def an_answer(
    *records: Record,
    code: Uscc = CODES[0],
    registered: bool = True,
    as_of: datetime = datetime(2026, 11, 20, 15, 0, tzinfo=UTC),
    anomalies: tuple[Anomaly, ...] = (),
) -> CreditAnswer:
    """Return a complete answer that holds ``records``."""
    return CreditAnswer(
        subject=Subject.of(code, name="福建示例商贸有限公司" if registered else None),
        registered=registered,
        records=records,
        as_of=as_of,
        source="scripted",
        snapshot_id="20261120-000001",
        anomalies=anomalies,
    )
