"""What the fields of invented records are drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass

from mock_credit_china.record import Severity


@dataclass(frozen=True, slots=True)
class Offence:
    """What somebody is said to have done, against which law, and which bureau decides on it."""

    kind: str
    facts: str
    basis: str
    bureau: str


OFFENCES = (
    Offence(
        "虚假宣传",
        "对商品的性能作引人误解的商业宣传",
        "《中华人民共和国反不正当竞争法》第二十条",
        "市场监督管理局",
    ),
    Offence("价格违法", "促销活动中未按规定明码标价", "《中华人民共和国价格法》第四十二条", "市场监督管理局"),
    Offence("产品质量违法", "销售抽查不合格的商品", "《中华人民共和国产品质量法》第五十条", "市场监督管理局"),
    Offence(
        "食品安全违法",
        "未按规定履行食品进货查验义务",
        "《中华人民共和国食品安全法》第一百二十六条",
        "市场监督管理局",
    ),
    Offence(
        "电子商务违法",
        "未在首页显著位置公示营业执照信息",
        "《中华人民共和国电子商务法》第七十六条",
        "市场监督管理局",
    ),
    Offence("广告违法", "发布未经审查的广告", "《中华人民共和国广告法》第五十八条", "市场监督管理局"),
    Offence(
        "安全生产违法",
        "未按规定开展安全生产教育和培训",
        "《中华人民共和国安全生产法》第九十七条",
        "应急管理局",
    ),
    Offence("消防违法", "消防设施未保持完好有效", "《中华人民共和国消防法》第六十条", "消防救援局"),
)
"""What penalties are imposed for."""

FINES: Mapping[Severity | None, tuple[int, ...]] = {
    Severity.MINOR: (0, 200, 500, 1000),
    Severity.GENERAL: (2000, 5000, 12500, 30000, 80000),
    Severity.SERIOUS: (200000, 500000, 1234567),
    None: (1000, 3000, 20000, 50000),
}
"""Fines in yuan, by severity."""

LICENCES = (
    "食品经营许可证",
    "网络文化经营许可证",
    "广播电视节目制作经营许可证",
    "道路运输经营许可证",
    "医疗器械经营许可证",
)
"""What is licensed."""

SCHEMES: Mapping[str, tuple[str, ...]] = {
    "公共信用综合评价": ("优", "良", "中"),
    "纳税信用评价": ("A", "B", "M"),
    "企业信用风险分类": ("A", "B"),
}
"""Schemes of evaluation, and the values of each that are no reason for concern."""
