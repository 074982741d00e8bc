"""Invented names: each says 示例 (sample), so that none can be taken for a real body."""

from mock_credit_china.division import division_of
from mock_credit_china.record import Subject

_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_TRADES = ("商贸", "电子商务", "文化传媒", "食品", "服饰", "家居用品", "供应链管理", "网络科技")
_STALLS = ("服饰店", "食品店", "日用品经营部", "饰品工作室", "农产品店")
_BODIES = {
    "11": "行政服务局",
    "12": "公共服务中心",
    "13": "行业联合会",
    "19": "编制登记机构",
    "21": "驻华代表处",
    "29": "外事登记机构",
    "31": "律师事务所",
    "32": "公证处",
    "33": "基层法律服务所",
    "34": "司法鉴定中心",
    "35": "仲裁委员会",
    "39": "司法登记机构",
    "41": "文化代表处",
    "49": "文化登记机构",
    "51": "商会",
    "52": "职业培训学校",
    "53": "公益基金会",
    "59": "民政登记机构",
    "61": "旅游代表处",
    "62": "旅游驻地代表处",
    "69": "旅游登记机构",
    "71": "宗教活动场所",
    "72": "宗教院校",
    "79": "宗教登记机构",
    "81": "工会委员会",
    "89": "工会登记机构",
    "A1": "后勤保障服务社",
    "A9": "保障登记机构",
    "N1": "组经济合作社",
    "N2": "村股份经济合作社",
    "N3": "镇经济联合总社",
    "N9": "农村集体登记机构",
    "Y1": "其他登记机构",
}
_ENTITY_TYPES = {"91": "1", "92": "2", "93": "1", "11": "6", "12": "4"}
_ENTITY_TYPES_BY_AUTHORITY = {"5": "5", "N": "7"}


def entity_type_of(code: str) -> str:
    """Return the site's class of a code.

    1 enterprise, 2 sole trader, 4 institution, 5 social organisation, 6 organ, 7 rural collective, 8 other.
    """
    return _ENTITY_TYPES.get(code[:2]) or _ENTITY_TYPES_BY_AUTHORITY.get(code[0], "8")


def name_of(code: str, number: int) -> str:
    """Invent a name for a code; numbers far apart share names, as real registers do."""
    division = division_of(code)
    word = f"示例{_STEMS[number % 10]}{_BRANCHES[number % 12]}"
    match code[:2]:
        case "91":
            return f"{division.province}{word}{_TRADES[number % len(_TRADES)]}有限公司"
        case "92":
            return f"{division.place}{word}{_STALLS[number % len(_STALLS)]}"
        case "93":
            return f"{division.place}{word}农产品专业合作社"
        case kind:
            return f"{division.place}{word}{_BODIES.get(kind, '登记机构')}"


def invent_subject(code: str, number: int, *, status: str = "存续") -> Subject:
    """Invent the register's entry for a code."""
    return Subject(code=code, name=name_of(code, number), entity_type=entity_type_of(code), status=status)
