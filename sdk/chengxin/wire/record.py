"""One row of a listing, from the national data standards' field codes to a record.

The detail of each kind is an allow-list of fields. Whatever else a row holds, names and numbers of natural
persons above all, is left behind here and never stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from chengxin.errors import InvalidRecord
from chengxin.identifiers import mask_identity_numbers
from chengxin.records import (
    Anomaly,
    CommendationDetail,
    CommitmentDetail,
    Detail,
    DisclosurePeriod,
    DisclosureStatus,
    EvaluationDetail,
    LicenceDetail,
    ListingDetail,
    OtherDetail,
    PenaltyDetail,
    Record,
    RecordKind,
    RuleTable,
    Severity,
    china_day,
    parse_wan,
)
from chengxin.wire.envelope import Misfit, WireModel, require_opaque

_FIRST_DAY: Final = date(1949, 10, 1)
_ALLOWANCE: Final = timedelta(days=1)
"""How far a day of the source may lie ahead of ours: clocks differ."""
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_day(value: object) -> date:
    """Read a China calendar date ``yyyy-MM-dd``.

    Raises:
        ValueError: it is anything else.
    """
    if isinstance(value, str) and _DAY.fullmatch(value):
        # The text of the library's own error repeats the value.
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise Misfit("should be a date yyyy-MM-dd")


WireDate = Annotated[date, BeforeValidator(parse_day)]
OptionalWireDate = Annotated[
    date | None, BeforeValidator(lambda value: None if value is None else parse_day(value))
]


WireText = Annotated[str, AfterValidator(mask_identity_numbers)]
"""A text of the source; identity numbers in it are masked before anything else sees it (invariant I8)."""


WireId = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,128}$"), AfterValidator(require_opaque)
]


class WireRecord(WireModel):
    """One row of a listing."""

    record_id: WireId = Field(alias="recId")
    version: int = Field(ge=0)
    catalogue: WireText = Field(alias="catalog", min_length=1)
    severity: WireText | None = None
    state: str
    published_on: WireDate = Field(alias="publishedOn")
    disclosed_until: OptionalWireDate = Field(alias="disclosedUntil")
    data_source: WireText | None = Field(default=None, alias="dataSource")
    fields: dict[str, Any]

    @property
    def party_code(self) -> str | None:
        """Code of the party that the row itself names, where it does."""
        for field in ("CF_XDR_SHXYM", "XK_XDR_SHXYM"):
            if field in self.fields:
                return _text(self.fields, field)
        return None


KINDS: Final[dict[str, RecordKind]] = {
    "行政许可": RecordKind.LICENCE,
    "行政处罚": RecordKind.PENALTY,
    "税收违法": RecordKind.PENALTY,
    "严重失信主体名单": RecordKind.SERIOUS_LISTING,
    "拖欠农民工工资失信联合惩戒名单": RecordKind.SERIOUS_LISTING,
    "经营异常名录": RecordKind.ABNORMAL_LISTING,
    "失信被执行人": RecordKind.JUDGMENT_DEFAULT,
    "守信激励": RecordKind.COMMENDATION,
    "信用承诺": RecordKind.COMMITMENT,
    "信用评价": RecordKind.EVALUATION,
}
"""Catalogues of the source. 税收违法 is classed by its severity as a penalty is, never harsher."""

SEVERITIES: Final = {"轻微": Severity.MINOR, "一般": Severity.GENERAL, "严重": Severity.SERIOUS}

STATES: Final = {
    "公示中": DisclosureStatus.SHOWN,
    "异议中": DisclosureStatus.DISPUTED,
    "暂时屏蔽": DisclosureStatus.SHIELDED,
    "已修复": DisclosureStatus.REPAIRED,
    "已撤销": DisclosureStatus.WITHDRAWN,
}


def decode_record(
    row: WireRecord, *, at: datetime, rule_table: RuleTable
) -> tuple[Record | None, tuple[Anomaly, ...]]:
    """Turn a row into a record, or into nothing where it may not be shown.

    A shielded record leaves nothing behind. A repaired or withdrawn one, or one past its end, does not belong
    in a listing: it is left out and reported (source-api.md §1).

    Args:
        row: the row as it came, its shape checked.
        at: the instant of the answer, aware UTC.
        rule_table: bounds a record whose end the source leaves out.

    Raises:
        ValueError: a field of the allow-list is mistyped or contradicts another.
    """
    status = STATES.get(row.state)
    if status is None:
        raise InvalidRecord("its state is none that is agreed")
    if status is DisclosureStatus.SHIELDED:
        return None, ()
    if status in (DisclosureStatus.REPAIRED, DisclosureStatus.WITHDRAWN):
        return None, (_anomaly("ended_record_in_listing", row),)
    return _decode_visible(row, status, at=at, rule_table=rule_table)


def _decode_visible(
    row: WireRecord, status: DisclosureStatus, *, at: datetime, rule_table: RuleTable
) -> tuple[Record | None, tuple[Anomaly, ...]]:
    today = china_day(at)
    if row.published_on > today + _ALLOWANCE:
        raise InvalidRecord("it is listed before it is published")
    kind = KINDS.get(row.catalogue, RecordKind.OTHER)
    severity = SEVERITIES.get(row.severity or "")
    detail = _DETAILS[kind](row.fields, row)
    end_on, anomalies = _end_on(row)
    inferred = end_on is None
    if inferred:
        end_on = rule_table.latest_end_on(
            kind, severity, decided_on=_decided_on(detail, today), published_on=row.published_on
        )
    period = DisclosurePeriod(
        start_on=row.published_on, end_on=end_on, inferred=inferred and end_on is not None
    )
    if end_on is not None and end_on < today:
        return None, (*anomalies, _anomaly("record_past_its_end", row))
    record = Record(
        record_id=row.record_id,
        version=row.version,
        kind=kind,
        catalogue=row.catalogue,
        status=status,
        period=period,
        detail=detail,
        severity=severity,
        severity_text=row.severity if row.severity and severity is None else None,
        data_source=row.data_source,
    )
    return record, anomalies


def _end_on(row: WireRecord) -> tuple[date | None, tuple[Anomaly, ...]]:
    """Return the last day of disclosure: of two that are given and differ, the earlier (source-api.md §1)."""
    inner = _day(row.fields, "CF_GSJZQ")
    given = [day for day in (row.disclosed_until, inner) if day is not None]
    if len(given) == 2 and given[0] != given[1]:
        return min(given), (_anomaly("ends_differ", row),)
    return (given[0] if given else None), ()


def _decided_on(detail: Detail, today: date) -> date | None:
    decided_on = detail.decided_on if isinstance(detail, PenaltyDetail) else None
    if decided_on is not None and not _FIRST_DAY <= decided_on <= today + _ALLOWANCE:
        raise InvalidRecord("the day of its decision is out of reach")
    return decided_on


def _anomaly(code: str, row: WireRecord) -> Anomaly:
    return Anomaly(code=code, record_id=row.record_id)


def _text(fields: Mapping[str, Any], *names: str) -> str | None:
    """Return the first of the named fields that says something, identity numbers masked."""
    for name in names:
        value = fields.get(name)
        if value is None or value == "":
            continue
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise InvalidRecord(f"{name} is not a text")
        return mask_identity_numbers(str(value))
    return None


def _day(fields: Mapping[str, Any], *names: str) -> date | None:
    for name in names:
        value = fields.get(name)
        if value is None or value == "":
            continue
        try:
            return parse_day(value)
        except ValueError:
            raise InvalidRecord(f"{name} is not a date yyyy-MM-dd") from None
    return None


def _fen(fields: Mapping[str, Any], name: str) -> int | None:
    value = fields.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise InvalidRecord(f"{name} is not an amount")
    return parse_wan(value if isinstance(value, str) else f"{value:f}")


def _penalty(fields: Mapping[str, Any], _row: WireRecord) -> PenaltyDetail:
    return PenaltyDetail(
        decision_no=_text(fields, "CF_WSH"),
        violation_type=_text(fields, "CF_WFXW", "案件性质"),
        facts=_text(fields, "CF_SY", "主要违法事实"),
        legal_basis=_text(fields, "CF_YJ"),
        penalty_class=_text(fields, "CF_CFLB"),
        content=_text(fields, "CF_NR", "处理处罚情况"),
        fine_fen=_fen(fields, "CF_NR_FK"),
        confiscated_fen=_fen(fields, "CF_NR_WFFF"),
        decided_on=_day(fields, "CF_JDRQ"),
        authority=_text(fields, "CF_CFJG", "检查机关"),
        authority_code=_text(fields, "CF_CFJGDM"),
    )


def _licence(fields: Mapping[str, Any], _row: WireRecord) -> LicenceDetail:
    return LicenceDetail(
        document_name=_text(fields, "XK_XKWS"),
        decision_no=_text(fields, "XK_WSH"),
        licence_type=_text(fields, "XK_XKLB"),
        certificate_name=_text(fields, "XK_XKZS"),
        licence_no=_text(fields, "XK_XKBH"),
        content=_text(fields, "XK_NR"),
        decided_on=_day(fields, "XK_JDRQ"),
        valid_from_on=_day(fields, "XK_YXQZ"),
        valid_until_on=_day(fields, "XK_YXQZI"),
        authority=_text(fields, "XK_XKJG"),
        state=_text(fields, "XK_ZT"),
    )


def _listing(fields: Mapping[str, Any], row: WireRecord) -> ListingDetail:
    return ListingDetail(
        list_name=_text(fields, "名单名称") or row.catalogue,
        reason=_text(
            fields, "列入名单事由", "列入事由", "列入经营异常名录原因类型名称", "失信被执行人具体情形"
        ),
        listed_on=_day(fields, "列入日期", "立案时间"),
        authority=_text(fields, "认定部门", "列入决定机关名称", "执行法院"),
        case_no=_text(fields, "案号"),
    )


def _commendation(fields: Mapping[str, Any], row: WireRecord) -> CommendationDetail:
    return CommendationDetail(
        title=_text(fields, "荣誉名称", "名单名称", "文件名") or row.catalogue,
        year=_text(fields, "评价年度"),
        authority=_text(fields, "认定部门", "认定单位"),
    )


def _commitment(fields: Mapping[str, Any], _row: WireRecord) -> CommitmentDetail:
    return CommitmentDetail(
        commitment_type=_text(fields, "承诺类型"),
        content=_text(fields, "承诺事由", "承诺内容"),
        made_on=_day(fields, "承诺日期", "承诺作出日期"),
        authority=_text(fields, "承诺受理单位", "受理单位"),
    )


def _evaluation(fields: Mapping[str, Any], _row: WireRecord) -> EvaluationDetail:
    scheme, value = _text(fields, "scheme"), _text(fields, "value")
    if scheme is None or value is None:
        raise InvalidRecord("an evaluation without scheme or value")
    return EvaluationDetail(
        scheme=scheme,
        value=value,
        issued_on=_day(fields, "issuedOn"),
        valid_until_on=_day(fields, "validUntil"),
        authority=_text(fields, "评价单位"),
    )


def _other(_fields: Mapping[str, Any], _row: WireRecord) -> OtherDetail:
    return OtherDetail()


_DETAILS: Final[dict[RecordKind, Callable[[Mapping[str, Any], WireRecord], Detail]]] = {
    RecordKind.LICENCE: _licence,
    RecordKind.PENALTY: _penalty,
    RecordKind.SERIOUS_LISTING: _listing,
    RecordKind.ABNORMAL_LISTING: _listing,
    RecordKind.JUDGMENT_DEFAULT: _listing,
    RecordKind.COMMENDATION: _commendation,
    RecordKind.COMMITMENT: _commitment,
    RecordKind.EVALUATION: _evaluation,
    RecordKind.OTHER: _other,
}
