"""A record as the public site's front end shows it: a table, lower-case columns, dates in whatever form."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from mock_credit_china.clock import CHINA
from mock_credit_china.record import Catalogue

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "行政管理": (Catalogue.LICENCE, Catalogue.PENALTY),
    "诚实守信": (Catalogue.COMMENDATION,),
    "严重失信主体名单": (
        Catalogue.SERIOUS_LISTING,
        Catalogue.JUDGMENT_DEFAULT,
        Catalogue.WAGE_ARREARS,
        Catalogue.TAX_VIOLATION,
    ),
    "经营异常": (Catalogue.ABNORMAL_LISTING,),
    "信用承诺": (Catalogue.COMMITMENT,),
    "信用评价": (Catalogue.EVALUATION,),
}
"""The site's ``type`` values, and the catalogues each shows."""

_TABLES: Mapping[str, str] = {
    Catalogue.LICENCE: "credit_xyzx_fr_xzxk_new",
    Catalogue.PENALTY: "credit_xyzx_fr_xzcf_new",
    Catalogue.COMMENDATION: "credit_xyzx_fr_shouxin",
    Catalogue.SERIOUS_LISTING: "credit_xyzx_fr_yzsx",
    Catalogue.JUDGMENT_DEFAULT: "credit_xyzx_fr_sxbzxr",
    Catalogue.WAGE_ARREARS: "credit_xyzx_fr_tqnmggz",
    Catalogue.TAX_VIOLATION: "credit_xyzx_fr_sswf",
    Catalogue.ABNORMAL_LISTING: "credit_xyzx_fr_jyyc",
    Catalogue.COMMITMENT: "credit_xyzx_fr_xycn",
    Catalogue.EVALUATION: "credit_xyzx_fr_xypj",
}
_LABELS: Mapping[str, str] = {
    "xdr_mc": "行政相对人名称",
    "xdr_lb": "行政相对人类别",
    "xdr_shxym": "统一社会信用代码",
    "cf_wsh": "行政处罚决定书文号",
    "cf_wfxw": "违法行为类型",
    "cf_sy": "违法事实",
    "cf_yj": "处罚依据",
    "cf_cflb": "处罚类别",
    "cf_nr": "处罚内容",
    "cf_nr_fk": "罚款金额（万元）",
    "cf_nr_wfff": "没收违法所得、没收非法财物的金额（万元）",
    "cf_jdrq": "处罚决定日期",
    "cf_gsjzq": "公示截止期",
    "cf_cfjg": "处罚机关",
    "cf_cfjgdm": "处罚机关统一社会信用代码",
    "cf_sjly": "数据来源单位",
    "cf_sjlydm": "数据来源单位统一社会信用代码",
    "cf_sxyzcd": "失信严重程度",
    "cf_bz": "备注",
    "xk_xkws": "行政许可决定文书名称",
    "xk_wsh": "行政许可决定文书号",
    "xk_jdrq": "许可决定日期",
    "xk_yxqz": "有效期自",
    "xk_yxqzi": "有效期至",
    "xk_xkjg": "许可机关",
}
_CAN_BE_MISSING = {
    "cf_xdr_lb",
    "cf_yj",
    "cf_cfjgdm",
    "cf_sjly",
    "cf_sjlydm",
    "xk_xdr_lb",
    "xk_xkbh",
    "xk_nr",
    "xk_xkjgdm",
    "xk_lydw",
    "xk_lydwdm",
}
_EXTRA = (("cf_cfmc", ""), ("cf_nr_zkdx", None), ("uuid_sys", "示例系统"), ("is_history", "0"))


def site_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a row of the open interface into one of the site.

    Which columns are missing, which come on top and how a date is written depends on the record and the column
    alone, so that a page asked for twice is the same. A disputed record says so in a remark, the only place the
    site's shape has for it; severity is in the older column 失信严重程度.
    """
    entity = _entity(row)
    return {
        "table_name": _TABLES.get(row["catalog"], "credit_xyzx_fr_qt"),
        "entity": entity,
        "columnList": [{"columnName": name, "columnComment": label_of(name)} for name in entity],
        "sencesMap": {"defaultscenario": ",".join(entity)},
        "dataSource": row["dataSource"],
    }


def label_of(column: str) -> str:
    """Return the Chinese label of a column; a column without one is its own."""
    return _LABELS.get(column) or _LABELS.get(column.partition("_")[2], column)


def _entity(row: Mapping[str, Any]) -> dict[str, Any]:
    fields = {str(name).lower(): value for name, value in row["fields"].items()}
    if row["catalog"] == Catalogue.PENALTY and row.get("severity"):
        fields["cf_sxyzcd"] = row["severity"]
    if row["state"] == "异议中":
        fields["bz" if row["catalog"] != Catalogue.PENALTY else "cf_bz"] = "异议处理中"
    entity = {
        name: _written(value, _draw(row["recId"], name))
        for name, value in fields.items()
        if name not in _CAN_BE_MISSING or _draw(row["recId"], name) % 3
    }
    extra, value = _EXTRA[_draw(row["recId"], "extra") % len(_EXTRA)]
    if _draw(row["recId"], "whether") % 2:
        entity.setdefault(extra, value)
    return entity


def _written(value: object, draw: int) -> object:
    """Write a date with hyphens, with slashes or in epoch milliseconds; anything else as it is."""
    if not isinstance(value, str) or len(value) != 10:
        return value
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    match draw // 3 % 3:
        case 0:
            return value
        case 1:
            return value.replace("-", "/")
        case _:
            return int(datetime(day.year, day.month, day.day, tzinfo=CHINA).timestamp() * 1000)


def _draw(rec_id: str, name: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{rec_id}/{name}".encode(), digest_size=4).digest())
