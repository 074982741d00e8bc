"""A disclosed record as a sentence: what the source says, by whom, since and until when, and whether it is disputed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from chengxin.policy.text import Language, Text
from chengxin.policy.wording import DISPUTED, KINDS, on_day, quoted, severity_word, until_end_of
from chengxin.records import (
    CommendationDetail,
    CommitmentDetail,
    EvaluationDetail,
    LicenceDetail,
    ListingDetail,
    PenaltyDetail,
    Record,
    RecordKind,
)
from chengxin.records.record import DETAIL_OF

VERBS: Final[Mapping[RecordKind, Text]] = MappingProxyType(
    {kind: Text(zh="作出", en="decided") for kind in RecordKind}
    | {kind: Text(zh="列入", en="listed") for kind, detail in DETAIL_OF.items() if detail is ListingDetail}
    | {
        RecordKind.COMMENDATION: Text(zh="授予", en="awarded"),
        RecordKind.COMMITMENT: Text(zh="作出", en="made"),
        RecordKind.EVALUATION: Text(zh="评定", en="issued"),
        RecordKind.OTHER: Text(zh="提供", en="supplied"),
    }
)
"""What an authority does, by kind of record."""


def record_sentence(record: Record, language: Language) -> str:
    """Return a record as a sentence without its full stop; what the source words stays in its words.

    Args:
        record: a record that is disclosed.
        language: the language.
    """
    if language == "zh":
        return f"{_heading_zh(record)}：{'，'.join([*_parts_zh(record), _until_zh(record)])}"
    return f"{_heading_en(record)}: {', '.join([*_parts_en(record), _until_en(record)])}"


def record_heading(record: Record, language: Language) -> str:
    """Return what a record is, how the source classes it, and whether it is disputed."""
    return _heading_zh(record) if language == "zh" else _heading_en(record)


def _heading_zh(record: Record) -> str:
    remarks = []
    if record.severity is not None:
        remarks.append(f"失信程度{severity_word(record.severity).zh}")
    elif record.severity_text is not None:
        remarks.append(f"失信程度原文为{quoted(record.severity_text)}")
    if record.is_disputed:
        remarks.append(DISPUTED.zh)
    noun = KINDS[record.kind].zh
    kind = (
        noun
        if record.catalogue == noun
        else f"{noun}（{record.catalogue}）"
        if record.is_adverse
        else record.catalogue
    )
    return f"{kind}（{'，'.join(remarks)}）" if remarks else kind


def _heading_en(record: Record) -> str:
    noun = KINDS[record.kind]
    remarks = [] if record.catalogue == noun.zh else [quoted(record.catalogue)]
    if record.severity is not None:
        remarks.append(f"{severity_word(record.severity).en} severity")
    elif record.severity_text is not None:
        remarks.append(f"severity in the source's words {quoted(record.severity_text)}")
    if record.is_disputed:
        remarks.append(DISPUTED.en)
    said = noun.one[:1].upper() + noun.one[1:]
    return f"{said} ({', '.join(remarks)})" if remarks else said


def _parts_zh(record: Record) -> list[str]:
    detail = record.detail
    parts = []
    day = _day_of(record)
    if day is not None or detail.authority:
        verb = VERBS[record.kind].zh
        by = (
            f"{'向' if isinstance(detail, CommitmentDetail) else '由'}{detail.authority}"
            if detail.authority
            else ""
        )
        on = f"于{on_day(day, 'zh')}" if day else ""
        parts.append(f"{by}{on}{verb}")
    if isinstance(detail, PenaltyDetail | LicenceDetail) and detail.decision_no:
        parts.append(f"文号{quoted(detail.decision_no)}")
    if isinstance(detail, PenaltyDetail) and detail.violation_type:
        parts.append(f"违法行为类型{quoted(detail.violation_type)}")
    if isinstance(detail, ListingDetail):
        parts += [f"案号{quoted(detail.case_no)}"] if detail.case_no else []
        parts += [f"事由{quoted(detail.reason)}"] if detail.reason else []
    if isinstance(detail, CommendationDetail) and detail.title:
        parts.append(f"名称{quoted(detail.title)}")
    if isinstance(detail, EvaluationDetail):
        parts.append(f"{quoted(detail.scheme)}评价结果为{quoted(detail.value)}")
    return parts


def _parts_en(record: Record) -> list[str]:
    detail = record.detail
    parts = []
    day = _day_of(record)
    if day is not None or detail.authority:
        verb = VERBS[record.kind].en
        to = "to" if isinstance(detail, CommitmentDetail) else "by"
        by = f" {to} {quoted(detail.authority)}" if detail.authority else ""
        on = f" on {on_day(day, 'en')}" if day else ""
        parts.append(f"{verb}{by}{on}")
    if isinstance(detail, PenaltyDetail | LicenceDetail) and detail.decision_no:
        parts.append(f"number {quoted(detail.decision_no)}")
    if isinstance(detail, PenaltyDetail) and detail.violation_type:
        parts.append(f"kind of violation {quoted(detail.violation_type)}")
    if isinstance(detail, ListingDetail):
        parts += [f"case {quoted(detail.case_no)}"] if detail.case_no else []
        parts += [f"because of {quoted(detail.reason)}"] if detail.reason else []
    if isinstance(detail, CommendationDetail) and detail.title:
        parts.append(f"for {quoted(detail.title)}")
    if isinstance(detail, EvaluationDetail):
        parts.append(f"grade {quoted(detail.value)} of the scheme {quoted(detail.scheme)}")
    return parts


def _day_of(record: Record) -> date | None:
    detail = record.detail
    if isinstance(detail, PenaltyDetail | LicenceDetail):
        return detail.decided_on
    if isinstance(detail, ListingDetail):
        return detail.listed_on
    if isinstance(detail, CommitmentDetail):
        return detail.made_on
    return detail.issued_on if isinstance(detail, EvaluationDetail) else None


def _until_zh(record: Record) -> str:
    end_on = record.period.end_on
    if end_on is None:
        return "公示至信息源移除为止"
    inferred = "（信息源未给出截止日，按法定最长期限计算）" if record.period.inferred else ""
    return f"公示{until_end_of(end_on, 'zh')}{inferred}"


def _until_en(record: Record) -> str:
    end_on = record.period.end_on
    if end_on is None:
        return "disclosed until the source removes it"
    inferred = (
        " (the source gives no end; this is the longest the law allows)" if record.period.inferred else ""
    )
    return f"disclosed {until_end_of(end_on, 'en')}{inferred}"
