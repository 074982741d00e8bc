"""Builders of answers as they come over the wire; written from source-api.md, by hand."""

import json

from chengxin.wire import Answer

CODE = "91350100M000100Y43"
JSON = {"content-type": "application/json; charset=utf-8"}


def a_row(rec_id="R1", **changes):
    """Return a row of a listing, an administrative penalty."""
    row = {
        "recId": rec_id,
        "version": 3,
        "catalog": "行政处罚",
        "severity": "一般",
        "state": "公示中",
        "publishedOn": "2026-05-11",
        "disclosedUntil": "2026-11-30",
        "dataSource": "福建省市场监督管理局",
        "fields": {
            "CF_WSH": "闽市监处罚〔2026〕17号",
            "CF_XDR_MC": "福建示例商贸有限公司",
            "CF_XDR_SHXYM": CODE,
            "CF_FRDB": "张示例",
            "CF_FR_ZJHM": "110108199001011231",
            "CF_WFXW": "虚假宣传",
            "CF_CFLB": "罚款",
            "CF_NR": "罚款人民币2000元",
            "CF_NR_FK": "0.2",
            "CF_JDRQ": "2026-05-06",
            "CF_GSJZQ": "2026-11-30",
            "CF_CFJG": "福州市市场监督管理局",
        },
    }
    return without(row | changes)


def a_page(*rows, **changes):
    """Return the ``data`` of one page that holds all rows."""
    data = {
        "snapshotId": "20261120-000417",
        "dataDate": "2026-11-20T23:00:00+08:00",
        "subject": {"tyshxydm": CODE, "jgmc": "福建示例商贸有限公司", "entityType": "1", "status": "存续"},
        "total": len(rows),
        "totalSize": -(-len(rows) // 10),
        "page": 1,
        "pageSize": 10,
        "list": list(rows),
    }
    return without(data | changes)


def without(value):
    """Return a mapping without the members that were set to ``...``."""
    return {name: member for name, member in value.items() if member is not ...}


def an_envelope(data, *, status=1, http_status=200, headers=JSON, **changes):
    """Return an answer that wraps ``data``."""
    body = without({"status": status, "message": "成功", "requestId": "Q1", "data": data} | changes)
    return Answer(
        http_status=http_status, headers=headers, body=json.dumps(body, ensure_ascii=False).encode()
    )
