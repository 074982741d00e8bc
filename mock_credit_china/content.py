"""The fields of records, catalogue by catalogue, all invented.

Field codes are those of the national data standard (``CF_…`` penalties, ``XK_…`` licences) and, for the lists,
the Chinese labels the source shows. Nothing here names a person.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any

from mock_credit_china.code import compose
from mock_credit_china.division import Division, division_of
from mock_credit_china.period import add_months
from mock_credit_china.record import Catalogue, Severity, Subject
from mock_credit_china.sample import FINES, LICENCES, OFFENCES, SCHEMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the fields of a record are drawn up from."""

    catalogue: Catalogue
    subject: Subject
    decided_on: date
    disclosed_until: date | None = None
    severity: Severity | None = None


def content_of(decision: Decision, rng: Random) -> dict[str, Any]:
    """Draw up the fields of one record."""
    return _CONTENT[decision.catalogue](decision, rng, division_of(decision.subject.code))


def data_source_of(catalogue: Catalogue, code: str) -> str:
    """Name the body that hands the record to the source."""
    return division_of(code).region + _DATA_SOURCES[catalogue]


def ten_thousand(yuan: int) -> str:
    """Write an amount in 万元 as the source does.

    >>> ten_thousand(2000), ten_thousand(1234567), ten_thousand(0)
    ('0.2', '123.4567', '0')
    """
    return format((Decimal(yuan) / 10_000).normalize(), "f")


@lru_cache(maxsize=4096)
def authority_code(name: str, division: str) -> str:
    """Return an invented code for an authority: class 11, and the same for the same name."""
    digest = hashlib.blake2b(name.encode(), digest_size=4).hexdigest().upper()
    return compose("11", division, digest)


def _penalty(decision: Decision, rng: Random, division: Division) -> dict[str, Any]:
    offence = rng.choice(OFFENCES)
    yuan = rng.choice(FINES[decision.severity])
    confiscated = rng.choice((0, 0, 860, 15320)) if decision.severity is Severity.GENERAL else 0
    bureau = division.place + offence.bureau
    source = division.region + "公共信用信息平台"
    kind, text = _sanction(yuan, confiscated, decision.severity)
    return {
        "CF_WSH": f"{division.short}示监处罚〔{decision.decided_on.year}〕{rng.randint(1, 999)}号",
        **_party(decision.subject, "CF"),
        "CF_WFXW": offence.kind,
        "CF_SY": f"示例事实：当事人{offence.facts}。",
        "CF_YJ": offence.basis,
        "CF_CFLB": kind,
        "CF_NR": text,
        **({"CF_NR_FK": ten_thousand(yuan)} if yuan else {}),
        **({"CF_NR_WFFF": ten_thousand(confiscated)} if confiscated else {}),
        "CF_JDRQ": decision.decided_on.isoformat(),
        **({"CF_GSJZQ": decision.disclosed_until.isoformat()} if decision.disclosed_until else {}),
        "CF_CFJG": bureau,
        "CF_CFJGDM": authority_code(bureau, division.code),
        "CF_SJLY": source,
        "CF_SJLYDM": authority_code(source, division.code),
    }


def _sanction(yuan: int, confiscated: int, severity: Severity | None) -> tuple[str, str]:
    if not yuan:
        return "警告", "给予警告"
    kinds, text = ["罚款"], f"罚款人民币{yuan}元"
    if confiscated:
        kinds.append("没收违法所得")
        text += f"，没收违法所得{confiscated}元"
    if severity is Severity.SERIOUS:
        kinds.append("责令停产停业")
        text += "，责令停产停业"
    return ";".join(kinds), text


def _party(subject: Subject, prefix: str) -> dict[str, Any]:
    kind = "个体工商户" if subject.code.startswith("92") else "法人及非法人组织"
    return {
        f"{prefix}_XDR_MC": subject.name,
        f"{prefix}_XDR_LB": kind,
        f"{prefix}_XDR_SHXYM": subject.code,
    }


def _licence(decision: Decision, rng: Random, division: Division) -> dict[str, Any]:
    licence = rng.choice(LICENCES)
    number = rng.randint(1, 9999)
    bureau = division.place + "行政审批服务局"
    bureau_code = authority_code(bureau, division.code)
    decided_on = decision.decided_on.isoformat()
    return {
        **_party(decision.subject, "XK"),
        "XK_XKWS": f"准予{licence}许可决定书",
        "XK_WSH": f"{division.short}示许准字〔{decision.decided_on.year}〕{number}号",
        "XK_XKLB": rng.choice(("普通", "登记", "核准")),
        "XK_XKZS": licence,
        "XK_XKBH": f"SL{division.code}{number:06d}",
        "XK_NR": f"准予从事{licence.removesuffix('许可证')}活动",
        "XK_JDRQ": decided_on,
        "XK_YXQZ": decided_on,
        "XK_YXQZI": add_months(decision.decided_on, 60).isoformat(),
        "XK_XKJG": bureau,
        "XK_XKJGDM": bureau_code,
        "XK_ZT": "1",
        "XK_LYDW": bureau,
        "XK_LYDWDM": bureau_code,
    }


def _serious_listing(decision: Decision, rng: Random, division: Division) -> dict[str, Any]:
    return {
        "名单名称": "市场监督管理严重违法失信名单",
        "企业名称": decision.subject.name,
        "列入事由": rng.choice(OFFENCES).facts + "，情节严重",
        "列入日期": decision.decided_on.isoformat(),
        "列入决定机关名称": division.place + "市场监督管理局",
    }


def _abnormal_listing(decision: Decision, rng: Random, division: Division) -> dict[str, Any]:
    reasons = ("未按规定期限公示年度报告", "通过登记的住所或者经营场所无法联系")
    return {
        "企业名称": decision.subject.name,
        "列入经营异常名录原因类型名称": rng.choice(reasons),
        "列入决定机关名称": division.place + "市场监督管理局",
        "设立日期": add_months(decision.decided_on, -12 * rng.randint(2, 15)).isoformat(),
        "最新更新日期": decision.decided_on.isoformat(),
    }


def _judgment_default(decision: Decision, rng: Random, division: Division) -> dict[str, Any]:
    court = division.place + "示例人民法院"
    number, year = rng.randint(100, 9999), decision.decided_on.year
    return {
        "失信被执行人名称": decision.subject.name,
        "案号": f"（{year}）{division.short}示执{number}号",
        "执行法院": court,
        "地域名称": division.region,
        "执行依据文号": f"（{year - 1}）{division.short}示民初{number}号",
        "作出执行依据单位": court,
        "法律生效文书确定的义务": "支付示例货款及利息",
        "被执行人的履行情况": rng.choice(("全部未履行", "部分履行")),
        "失信被执行人具体情形": "有履行能力而拒不履行生效法律文书确定义务",
        "立案时间": decision.decided_on.isoformat(),
        "发布时间": decision.decided_on.isoformat(),
    }


def _commendation(decision: Decision, rng: Random, division: Division) -> dict[str, Any]:
    if rng.random() < 0.5:
        year = decision.decided_on.year - 1
        return {
            "纳税人名称": decision.subject.name,
            "评价年度": str(year),
            "文件名": f"{year}年度纳税信用A级纳税人名单",
        }
    return {
        "企业名称": decision.subject.name,
        "荣誉名称": "示例诚信经营示范单位",
        "认定部门": division.place + "发展和改革委员会",
        "认定日期": decision.decided_on.isoformat(),
    }


def _commitment(decision: Decision, rng: Random, division: Division) -> dict[str, Any]:
    return {
        "承诺主体": decision.subject.name,
        "承诺类型": rng.choice(("审批替代型", "主动公示型", "信用修复型")),
        "承诺事项": "依法诚信经营，接受社会监督",
        "承诺作出日期": decision.decided_on.isoformat(),
        "受理单位": division.place + "行政审批服务局",
        "履行状态": rng.choice(("履行中", "已履行")),
    }


def _evaluation(decision: Decision, rng: Random, _division: Division) -> dict[str, Any]:
    scheme = rng.choice(tuple(SCHEMES))
    return {
        "scheme": scheme,
        "value": rng.choice(SCHEMES[scheme]),
        "issuedOn": decision.decided_on.isoformat(),
        "validUntil": add_months(decision.decided_on, 24).isoformat(),
    }


def _wage_arrears(decision: Decision, rng: Random, division: Division) -> dict[str, Any]:
    return {
        "名单名称": "拖欠农民工工资失信联合惩戒对象名单",
        "企业名称": decision.subject.name,
        "列入名单事由": "拖欠农民工工资，经责令限期支付后逾期未支付",
        "列入日期": decision.decided_on.isoformat(),
        "认定部门": division.place + "人力资源和社会保障局",
        "涉及金额": f"{rng.randint(5, 90)}万元",
    }


def _tax_violation(decision: Decision, rng: Random, division: Division) -> dict[str, Any]:
    return {
        "纳税人名称": decision.subject.name,
        "案件性质": rng.choice(("偷税", "虚开发票", "逃避追缴欠税")),
        "主要违法事实": "示例事实：在账簿上少列收入",
        "处理处罚情况": f"追缴税款{rng.randint(10, 400)}万元",
        "公布日期": decision.decided_on.isoformat(),
        "检查机关": f"国家税务总局{division.place}示例稽查局",
    }


_CONTENT = {
    Catalogue.LICENCE: _licence,
    Catalogue.PENALTY: _penalty,
    Catalogue.SERIOUS_LISTING: _serious_listing,
    Catalogue.ABNORMAL_LISTING: _abnormal_listing,
    Catalogue.JUDGMENT_DEFAULT: _judgment_default,
    Catalogue.COMMENDATION: _commendation,
    Catalogue.COMMITMENT: _commitment,
    Catalogue.EVALUATION: _evaluation,
    Catalogue.WAGE_ARREARS: _wage_arrears,
    Catalogue.TAX_VIOLATION: _tax_violation,
}
_DATA_SOURCES = {
    Catalogue.LICENCE: "行政审批服务平台",
    Catalogue.PENALTY: "市场监督管理局",
    Catalogue.SERIOUS_LISTING: "市场监督管理局",
    Catalogue.ABNORMAL_LISTING: "市场监督管理局",
    Catalogue.JUDGMENT_DEFAULT: "高级人民法院",
    Catalogue.COMMENDATION: "发展和改革委员会",
    Catalogue.COMMITMENT: "信用信息中心",
    Catalogue.EVALUATION: "信用信息中心",
    Catalogue.WAGE_ARREARS: "人力资源和社会保障厅",
    Catalogue.TAX_VIOLATION: "税务局",
}
