"""A disclosed record as a sentence: what the source says, by whom, since and until when, and whether it is disputed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from chengxin.policy.text import Language, Text
from chengxin.policy.wording import DISPUTED, KINDS, on_day, quoted, severity_word, until_end_of
from chengxin.records import (
    CommendationDetail,
    CommitmentDetail,
    DisclosurePeriod,
    EvaluationDetail,
    LicenceDetail,
    ListingDetail,
    PenaltyDetail,
    Record,
    RecordKind,
)
from chengxin.records.record import DETAIL_OF, Detail

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

_GRADE: Final = Text(zh="{scheme}评价结果为{value}", en="grade {value} of the scheme {scheme}")
_UNTIL: Final = Text(zh="公示{}", en="disclosed {}")
_OPEN: Final = Text(zh="公示至信息源移除为止", en="disclosed until the source removes it")
_INFERRED: Final = Text(
    zh="（信息源未给出截止日，按法定最长期限计算）",
    en=" (the source gives no end; this is the longest the law allows)",
)


def record_sentence(record: Record, language: Language) -> str:
    """Return a record as a sentence without its full stop; what the source words stays in its words.

    Args:
        record: a record that is disclosed.
        language: the language.
    """
    colon, comma = ("：", "，") if language == "zh" else (": ", ", ")
    return record_heading(record, language) + colon + comma.join(_parts(record, language))


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


def _parts(record: Record, language: Language) -> Iterator[str]:
    """Yield what is said of a record: who did what when, what the source words, and how long it is disclosed."""
    detail, day = record.detail, _day_of(record)
    if day is not None or detail.authority:
        yield _decided_zh(record, day) if language == "zh" else _decided_en(record, day)
    for said, value in _named(detail):
        if value:
            yield said.in_language(language).format(quoted(value))
    if isinstance(detail, EvaluationDetail):
        grade = _GRADE.in_language(language)
        yield grade.format(scheme=quoted(detail.scheme), value=quoted(detail.value))
    yield _until(record.period, language)


def _named(detail: Detail) -> Iterator[tuple[Text, str | None]]:
    """Yield what the source words, each with what it is called."""
    if isinstance(detail, PenaltyDetail | LicenceDetail):
        yield Text(zh="文号{}", en="number {}"), detail.decision_no
    if isinstance(detail, PenaltyDetail):
        yield Text(zh="违法行为类型{}", en="kind of violation {}"), detail.violation_type
    if isinstance(detail, ListingDetail):
        yield Text(zh="案号{}", en="case {}"), detail.case_no
        yield Text(zh="事由{}", en="because of {}"), detail.reason
    if isinstance(detail, CommendationDetail):
        yield Text(zh="名称{}", en="for {}"), detail.title


def _decided_zh(record: Record, day: date | None) -> str:
    authority = record.detail.authority
    to = "向" if isinstance(record.detail, CommitmentDetail) else "由"
    by = f"{to}{authority}" if authority else ""
    on = f"于{on_day(day, 'zh')}" if day else ""
    return f"{by}{on}{VERBS[record.kind].zh}"


def _decided_en(record: Record, day: date | None) -> str:
    authority = record.detail.authority
    to = "to" if isinstance(record.detail, CommitmentDetail) else "by"
    by = f" {to} {quoted(authority)}" if authority else ""
    on = f" on {on_day(day, 'en')}" if day else ""
    return f"{VERBS[record.kind].en}{by}{on}"


def _day_of(record: Record) -> date | None:
    detail = record.detail
    if isinstance(detail, PenaltyDetail | LicenceDetail):
        return detail.decided_on
    if isinstance(detail, ListingDetail):
        return detail.listed_on
    if isinstance(detail, CommitmentDetail):
        return detail.made_on
    return detail.issued_on if isinstance(detail, EvaluationDetail) else None


def _until(period: DisclosurePeriod, language: Language) -> str:
    if period.end_on is None:
        return _OPEN.in_language(language)
    end = _UNTIL.in_language(language).format(until_end_of(period.end_on, language))
    return end + (_INFERRED.in_language(language) if period.inferred else "")
