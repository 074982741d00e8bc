"""One row of the site profile, put into the open interface's shape so that one set of rules judges both.

A row is ``{table_name, entity, columnList, sencesMap, dataSource}`` (the misspelling is the site's). Its columns
differ from row to row: those of the 双公示 standard are field codes in lower case (``cf_…``, ``xk_…``), those of
lists are opaque and named by ``sencesMap``. Nothing here decides what is shown; see ``chengxin.wire.record``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from pydantic import Field, ValidationError

from chengxin.errors import InvalidRecord
from chengxin.identifiers import Uscc, mask_identity_numbers
from chengxin.records import china_day
from chengxin.wire.envelope import WireModel, describe, wrong_subject
from chengxin.wire.record import STATES, WireRecord, WireText, parse_day

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LEAST_MS: Final = 10**11
"""A number below this reads as seconds, or as nothing, rather than as milliseconds of a day that matters."""
_EARLIEST_MS: Final = -639_100_800_000
_LATEST_MS: Final = 7_258_089_600_000
_SLASHED: Final = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}")
_MILLISECONDS: Final = re.compile(r"-?[0-9]{12,13}")

_PARTY: Final = ("CF_XDR_SHXYM", "XK_XDR_SHXYM", "统一社会信用代码")
_DAYS: Final = (
    "发布时间", "CF_JDRQ", "XK_JDRQ", "列入日期", "立案时间", "承诺日期", "承诺作出日期", "issuedOn",
    "最新更新日期", "CF_GSJZQ", "XK_YXQZ", "XK_YXQZI", "validUntil",
)  # fmt: skip
"""Columns that hold dates; the first nine, in this order, tell since when a row is disclosed."""
_STARTS: Final = _DAYS[:9]
_OF_LISTS: Final = frozenset(
    {
        "案号", "执行法院", "失信被执行人名称", "失信被执行人具体情形", "案件性质", "主要违法事实", "处理处罚情况",
        "检查机关", "名单名称", "列入名单事由", "列入事由", "列入经营异常名录原因类型名称", "认定部门", "认定单位",
        "列入决定机关名称", "荣誉名称", "文件名", "评价年度", "承诺类型", "承诺事由", "承诺内容", "承诺受理单位",
        "受理单位", "评价单位", "scheme", "value", *_PARTY, *_DAYS,
    }
)  # fmt: skip
"""Columns without a field code that are read; all others are left behind."""
_BY_COLUMN: Final = {name.lower(): name for name in _OF_LISTS}
"""The same by the site's spelling: it writes columns in lower case."""
_END: Final = {"公示截止期": "CF_GSJZQ", "公示截止日期": "CF_GSJZQ"}
"""What the end of disclosure is called where a column has no field code."""
_OLDER: Final = {
    "CF_JG": "CF_NR",
    "CF_XZJG": "CF_CFJG",
    "CF_CFLB1": "CF_CFLB",
    "XK_XZJG": "XK_XKJG",
    "XK_XMMC": "XK_XKWS",
    "XK_JZQ": "XK_YXQZI",
    "TYSHXYDM": "统一社会信用代码",
}
"""Codes of older rows, and what they are called since; they fill a gap and overrule nothing."""

_IDENTITY: Final = (
    "CF_WSH", "XK_WSH", "XK_XKBH", "案号", "名单名称", "荣誉名称", "文件名", "评价年度", "XK_XKWS", "scheme",
    "承诺类型", "CF_JDRQ", "XK_JDRQ", "列入日期", "立案时间", "承诺日期", "承诺作出日期", "issuedOn",
    "CF_CFJG", "XK_XKJG", "列入决定机关名称", "认定部门", "认定单位", "执行法院", "检查机关",
    "列入经营异常名录原因类型名称", "列入名单事由", "列入事由",
)  # fmt: skip
"""What tells two rows of one table apart; a correction of anything else leaves a row the same."""

_STATES: Final = {"未修复": "公示中", "修复中": "公示中"} | {state: state for state in STATES}
_REMARKS: Final = ("bz", "cf_bz", "xk_bz")
_PENDING: Final = re.compile("异议(?:申请|受理|处理|审核|核查)?中")
_FAVOURABLE: Final = {"诚实守信": "守信激励", "信用承诺": "信用承诺", "信用评价": "信用评价"}
_DEFAULTER: Final = frozenset({"案号", "执行法院", "失信被执行人名称", "失信被执行人具体情形"})
_TAX: Final = frozenset({"案件性质", "主要违法事实"})
_WAGES: Final = "拖欠农民工工资"


class SiteRow(WireModel):
    """A record as the site shows it."""

    table_name: WireText = Field(min_length=1, max_length=128)
    entity: dict[str, Any] = Field(max_length=500)
    labels: dict[str, str | None] | None = Field(default=None, alias="sencesMap")
    data_source: WireText | None = Field(default=None, alias="dataSource")


def parse_site_day(value: object) -> date:
    """Read a date in one of the site's three spellings, as the China day that it means.

    >>> parse_site_day("2026/05/06") == parse_site_day("2026-05-06") == parse_site_day(1_777_996_800_000)
    True

    Raises:
        ValueError: it is anything else.
    """
    if isinstance(value, str):
        if _SLASHED.fullmatch(value):
            return parse_day(value.replace("/", "-"))
        if not _MILLISECONDS.fullmatch(value):
            return parse_day(value)
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) < _LEAST_MS:
        raise ValueError("should be a date, or milliseconds since 1970")
    if not _EARLIEST_MS <= value < _LATEST_MS:
        raise ValueError("should be a day of this age")
    return china_day(_EPOCH + timedelta(milliseconds=value))


def to_wire_record(row: SiteRow, *, section: str, asked: Uscc, at: datetime) -> WireRecord:
    """Return a row as the open interface would list it, under an id that is derived from what identifies it.

    The site gives no id, no version and no day of publication. The id is a digest; the version is 0; the first
    day of disclosure is the day of publication, decision or listing, whichever is there, or the day that the row
    was seen, and never later than that: what the site shows is disclosed.

    Args:
        row: the row, its shape checked.
        section: the site's ``type`` that lists it.
        asked: the subject that was asked for.
        at: the instant of the answer, aware UTC.

    Raises:
        UnusableAnswer: it names another subject.
        InvalidRecord: it contradicts itself, or a column is mistyped.
    """
    fields = _read_fields(row)
    _require_party(fields, asked)
    shaped = {
        "recId": derive_id(row.table_name, fields, asked),
        "version": 0,
        "catalog": _catalogue(section, row, fields),
        "severity": _severity(fields),
        "state": _state(row),
        "publishedOn": _start_on(fields, china_day(at)).isoformat(),
        "disclosedUntil": None,
        "dataSource": row.data_source,
        "fields": fields,
    }
    try:
        return WireRecord.model_validate(shaped)
    except ValidationError as invalid:
        problem = describe(invalid)
    raise InvalidRecord(problem)


def derive_id(table: str, fields: Mapping[str, Any], code: Uscc) -> str:
    """Return an id that stays the same as long as the site shows a row; no identity number is in it."""
    digest = hashlib.sha256()
    for part in (table, code.code, *(f"{name}={_part(fields.get(name))}" for name in _IDENTITY)):
        digest.update(part.encode("utf-8", "surrogatepass") + b"\n")
    return f"site-{digest.hexdigest()[:32]}"


def _part(value: object) -> str:
    return mask_identity_numbers(str(value)).replace("\n", " ") if isinstance(value, str | int) else ""


def _read_fields(row: SiteRow) -> dict[str, Any]:
    """Return what is read of a row, by the open interface's names, dates as it writes them."""
    labels = row.labels or {}
    fields: dict[str, Any] = {}
    older: dict[str, Any] = {}
    for key, value in row.entity.items():
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        for name in _names(key, labels.get(key)):
            into = older if name in _OLDER else fields
            if into.setdefault(_OLDER.get(name, name), value) != value:
                raise InvalidRecord("two columns of one name disagree")
    fields = older | fields
    for name in _DAYS:
        if name in fields:
            fields[name] = _day(name, fields[name])
    return fields


def _names(key: str, label: str | None) -> Iterator[str]:
    upper = key.upper()
    if upper in _OLDER or upper.startswith(("CF_", "XK_")):
        yield upper
    else:
        said = {name.lower() for name in (key, label) if name is not None}
        yield from {_BY_COLUMN[name] for name in said & _BY_COLUMN.keys()}
        yield from {_END[name] for name in said & _END.keys()}


def _day(name: str, value: object) -> str:
    try:
        return parse_site_day(value).isoformat()
    except ValueError:
        raise InvalidRecord(f"{name} is not a date in one of the site's spellings") from None


def _require_party(fields: Mapping[str, Any], asked: Uscc) -> None:
    if any(name in fields and fields[name] != asked.code for name in _PARTY):
        raise wrong_subject()


def _catalogue(section: str, row: SiteRow, fields: Mapping[str, Any]) -> str:
    """Return the open interface's name for what a row is, by its section, its table and its columns.

    What cannot be told keeps the name of its section, which no rule knows: it is neither adverse nor harmless.
    """
    told = {told for hint, told in _TELLING if any(hint in text for text in _hints(row))}
    if len(told) > 1 or (told and section in _FAVOURABLE):
        raise InvalidRecord("its table, its columns and its section are of different kinds")
    if section in _FAVOURABLE:
        return _FAVOURABLE[section]
    if section == "经营异常":
        return "经营异常名录"
    if section == "严重失信主体名单":
        return _serious(fields)
    if told:
        return told.pop()
    if fields.keys() & _DEFAULTER:
        return "失信被执行人"
    return "经营异常名录" if "列入经营异常名录原因类型名称" in fields else section


_TELLING: Final = (("xzcf", "行政处罚"), ("xzxk", "行政许可"), ("cf_", "行政处罚"), ("xk_", "行政许可"))


def _hints(row: SiteRow) -> Iterator[str]:
    """Yield what tells the kind of a row: its table's word, and the prefixes of the columns that say something."""
    yield from re.findall("xzcf|xzxk", row.table_name.lower())
    yield from (key.lower()[:3] for key, value in row.entity.items() if value not in (None, ""))


def _serious(fields: Mapping[str, Any]) -> str:
    if fields.keys() & _DEFAULTER:
        return "失信被执行人"
    if fields.keys() & _TAX:
        return "税收违法"
    name = fields.get("名单名称")
    wages = isinstance(name, str) and _WAGES in name
    return "拖欠农民工工资失信联合惩戒名单" if wages else "严重失信主体名单"


def _severity(fields: Mapping[str, Any]) -> str | None:
    """Return 失信严重程度 where the row gives it; it is never derived from anything else."""
    severity = fields.get("CF_SXYZCD")
    if severity is not None and not isinstance(severity, str):
        raise InvalidRecord("CF_SXYZCD is not a text")
    return severity


def _state(row: SiteRow) -> str:
    """Return the state at the source: shown, unless ``repairState``, a column labelled so or a remark says otherwise.

    The site has no column of its own for an objection that is pending: it stands in the remark.
    """
    columns = {key.lower(): value for key, value in row.entity.items() if value is not None}
    labels = row.labels or {}
    stated = {
        state
        for key, value in row.entity.items()
        if (_is_state(key) or _is_state(labels.get(key) or "")) and (state := _known_state(value))
    }
    if len(stated) > 1:
        raise InvalidRecord("two columns disagree on its state of repair")
    state = stated.pop() if stated else "公示中"
    remarks = (columns.get(name) for name in _REMARKS)
    disputed = any(isinstance(remark, str) and _PENDING.search(remark) for remark in remarks)
    return "异议中" if disputed and state == "公示中" else state


def _is_state(name: str) -> bool:
    """Tell whether a column or its label names the state of repair."""
    name = name.strip()
    return name.lower() == "repairstate" or name.endswith("修复状态")


def _known_state(value: object) -> str | None:
    """Return the state that a column states, or None where it says nothing."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    state = _STATES.get(value) if isinstance(value, str) else None
    if state is None:
        raise InvalidRecord("its state of repair is none that is known")
    return state


def _start_on(fields: Mapping[str, Any], today: date) -> date:
    start_on = next((parse_day(fields[name]) for name in _STARTS if name in fields), today)
    # Further ahead than clocks differ it stays as it is, for the common rule to refuse.
    return today if start_on == today + timedelta(days=1) else start_on
