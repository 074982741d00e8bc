"""Registering divisions (GB/T 2260) that generated codes and authorities draw on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Division:
    """A division: its six digits, its province, the province's short form, its place name."""

    code: str
    province: str
    short: str
    place: str

    @property
    def region(self) -> str:
        """The province's name in full."""
        return _REGIONS.get(self.province, f"{self.province}省")


_REGIONS = {
    "北京": "北京市",
    "天津": "天津市",
    "上海": "上海市",
    "重庆": "重庆市",
    "内蒙古": "内蒙古自治区",
    "广西": "广西壮族自治区",
    "西藏": "西藏自治区",
    "宁夏": "宁夏回族自治区",
    "新疆": "新疆维吾尔自治区",
}

DIVISIONS: tuple[Division, ...] = tuple(
    Division(*row.split())
    for row in """
110105 北京 京 北京市朝阳区
110108 北京 京 北京市海淀区
120102 天津 津 天津市河东区
130100 河北 冀 石家庄市
130200 河北 冀 唐山市
140100 山西 晋 太原市
150100 内蒙古 蒙 呼和浩特市
210100 辽宁 辽 沈阳市
210200 辽宁 辽 大连市
220100 吉林 吉 长春市
230100 黑龙江 黑 哈尔滨市
310104 上海 沪 上海市徐汇区
310115 上海 沪 上海市浦东新区
320100 江苏 苏 南京市
320500 江苏 苏 苏州市
330100 浙江 浙 杭州市
330106 浙江 浙 杭州市西湖区
330183 浙江 浙 杭州市富阳区
330700 浙江 浙 金华市
340100 安徽 皖 合肥市
350100 福建 闽 福州市
350102 福建 闽 福州市鼓楼区
350200 福建 闽 厦门市
360100 江西 赣 南昌市
370100 山东 鲁 济南市
370200 山东 鲁 青岛市
410100 河南 豫 郑州市
420100 湖北 鄂 武汉市
430100 湖南 湘 长沙市
440100 广东 粤 广州市
440300 广东 粤 深圳市
450100 广西 桂 南宁市
460100 海南 琼 海口市
500103 重庆 渝 重庆市渝中区
510100 四川 川 成都市
520100 贵州 贵 贵阳市
530100 云南 滇 昆明市
540100 西藏 藏 拉萨市
610100 陕西 陕 西安市
620100 甘肃 甘 兰州市
630100 青海 青 西宁市
640100 宁夏 宁 银川市
650100 新疆 新 乌鲁木齐市
""".strip().splitlines()
)

_BY_CODE = {division.code: division for division in DIVISIONS}
_BY_PROVINCE = {division.code[:2]: division for division in reversed(DIVISIONS)}


def division_of(code: str) -> Division:
    """Return the division a code is registered in; an unlisted one falls to its province, then to a sample."""
    number = code[2:8]
    return (
        _BY_CODE.get(number)
        or _BY_PROVINCE.get(number[:2])
        or Division(code=number, province="示例", short="示", place="示例市")
    )
