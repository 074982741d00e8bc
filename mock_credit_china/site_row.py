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
    "bz": "备注",
    "jgmc": "机构名称",
    "tyshxydm": "统一社会信用代码",
    "zt": "状态",
    "scheme": "评价体系",
    "value": "评价结果",
    "issuedon": "评价日期",
    "validuntil": "有效期至",
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
_EXTRA = (("uuid_sys", "示例系统"), ("is_history", "0"))
_EXTRA_OF_PENALTIES = (("cf_cfmc", ""), ("cf_nr_zkdx", None), *_EXTRA)


def site_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a row of the open interface into one of the site.

    Which columns are missing, which come on top and how a date is written depends on the record and the column
    alone, so that a page asked for twice is the same. A disputed record says so in a remark, the only place the
    site's shape has for it; severity is in the older column 失信严重程度.
    """
    entity, labels = _entity(row)
    return {
        "table_name": _TABLES.get(row["catalog"], "credit_xyzx_fr_qt"),
        "entity": entity,
        "columnList": list(entity),
        "sencesMap": labels,
        "dataSource": row["dataSource"],
    }


def column_of(field: str) -> str:
    """Return the site's column of a field: field codes in lower case, anything else under an opaque name.

    >>> column_of("CF_WSH"), column_of("validUntil"), column_of("案号")
    ('cf_wsh', 'validuntil', 'zd_cfbdf9')
    """
    if field.isascii():
        return field.lower()
    return "zd_" + hashlib.blake2b(field.encode(), digest_size=3).hexdigest()


def label_of(column: str) -> str:
    """Return the Chinese label of a column that is a field code; one without a label is its own."""
    return _LABELS.get(column) or _LABELS.get(column.partition("_")[2], column)


def _entity(row: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the columns of a row with their values, and with their labels."""
    fields = dict(row["fields"])
    is_penalty = row["catalog"] == Catalogue.PENALTY
    if is_penalty and row.get("severity"):
        fields["cf_sxyzcd"] = row["severity"]
    if row["state"] == "异议中":
        fields["cf_bz" if is_penalty else "bz"] = "异议处理中"
    draw = _draw(row["recId"], "extra")
    if draw % 2:
        extras = _EXTRA_OF_PENALTIES if is_penalty else _EXTRA
        name, value = extras[draw // 2 % len(extras)]
        fields.setdefault(name, value)
    columns = {column_of(str(name)): (str(name), value) for name, value in fields.items()}
    kept = {
        column: about
        for column, about in columns.items()
        if column not in _CAN_BE_MISSING or _draw(row["recId"], column) % 3
    }
    entity = {column: _written(value, _draw(row["recId"], column)) for column, (_, value) in kept.items()}
    labels = {column: label_of(column) if name.isascii() else name for column, (name, _) in kept.items()}
    return entity, labels


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
