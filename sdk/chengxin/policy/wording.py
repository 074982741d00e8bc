"""The words of the house for kinds, severities, roles and the like, in both languages: one table for all that speaks.

Rules in words, explanations, pages and commands take their words from here, so that a merchant meets the same word
everywhere. Words of the field are the law's and the source's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple, TypeVar

from chengxin.errors import UnknownReason
from chengxin.policy.document import Precedence
from chengxin.policy.measure import Category, Direction
from chengxin.policy.signature import SeverityMatch
from chengxin.policy.text import Language, Text
from chengxin.policy.treatment import UnknownMode
from chengxin.records import CHINA, RecordKind, Role, Severity, Standing, SubjectKind


class Noun(NamedTuple):
    """A noun: in Chinese, and in English with its article, alone, and of several."""

    zh: str
    one: str
    bare: str
    many: str

    @property
    def text(self) -> Text:
        """The noun alone in both languages, as a heading has it."""
        return Text(zh=self.zh, en=self.bare)


KINDS: Final[Mapping[RecordKind, Noun]] = MappingProxyType(
    {
        RecordKind.LICENCE: Noun(
            "行政许可", "an administrative licence", "administrative licence", "administrative licences"
        ),
        RecordKind.PENALTY: Noun(
            "行政处罚", "an administrative penalty", "administrative penalty", "administrative penalties"
        ),
        RecordKind.SERIOUS_LISTING: Noun(
            "严重失信主体名单",
            "a listing as a seriously dishonest subject",
            "listing as a seriously dishonest subject",
            "listings as a seriously dishonest subject",
        ),
        RecordKind.ABNORMAL_LISTING: Noun(
            "经营异常名录",
            "a listing for abnormal operation",
            "listing for abnormal operation",
            "listings for abnormal operation",
        ),
        RecordKind.JUDGMENT_DEFAULT: Noun(
            "失信被执行人",
            "a listing for default on a judgment",
            "listing for default on a judgment",
            "listings for default on a judgment",
        ),
        RecordKind.COMMENDATION: Noun(
            "守信激励",
            "a commendation for trustworthiness",
            "commendation for trustworthiness",
            "commendations for trustworthiness",
        ),
        RecordKind.COMMITMENT: Noun(
            "信用承诺", "a public credit commitment", "public credit commitment", "public credit commitments"
        ),
        RecordKind.EVALUATION: Noun(
            "信用评价", "a credit evaluation", "credit evaluation", "credit evaluations"
        ),
        RecordKind.OTHER: Noun(
            "未归类公示", "a record of no known kind", "record of no known kind", "records of no known kind"
        ),
    }
)
SEVERITIES: Final[Mapping[SeverityMatch, Text]] = MappingProxyType(
    {
        SeverityMatch.MINOR: Text(zh="轻微", en="minor"),
        SeverityMatch.GENERAL: Text(zh="一般", en="general"),
        SeverityMatch.SERIOUS: Text(zh="严重", en="serious"),
        SeverityMatch.ABSENT: Text(zh="未注明", en="unstated"),
    }
)
ROLES: Final[Mapping[Role, Text]] = MappingProxyType(
    {
        Role.MERCHANT: Text(zh="商家（平台内经营者）", en="merchant"),
        Role.ROOM_OPERATOR: Text(zh="直播间运营者", en="livestream room operator"),
        Role.ANCHOR: Text(zh="主播（直播营销人员）", en="livestream anchor"),
        Role.MCN: Text(zh="直播营销人员服务机构", en="livestreaming agency"),
    }
)
SUBJECT_KINDS: Final[Mapping[SubjectKind, Noun]] = MappingProxyType(
    {
        SubjectKind.ENTERPRISE: Noun("企业", "an enterprise", "enterprise", "enterprises"),
        SubjectKind.SOLE_TRADER: Noun("个体工商户", "a sole trader", "sole trader", "sole traders"),
        SubjectKind.ORGANISATION: Noun(
            "其他组织", "an organisation of another kind", "organisation", "organisations"
        ),
        SubjectKind.PERSON: Noun("自然人", "a natural person", "natural person", "natural persons"),
    }
)
STANDINGS: Final[Mapping[Standing, Text]] = MappingProxyType(
    {
        Standing.NO_ADVERSE_RECORD: Text(zh="未见公示的失信信息", en="no adverse record is disclosed"),
        Standing.ADVERSE: Text(zh="有失信信息正在公示", en="an adverse record is being disclosed"),
        Standing.UNKNOWN: Text(zh="信用状况暂不能确定", en="the credit status cannot be told at present"),
    }
)
CATEGORIES: Final[Mapping[Category, Text]] = MappingProxyType(
    {
        Category.VISIBILITY: Text(zh="展示", en="visibility"),
        Category.MONETARY: Text(zh="资金", en="money"),
        Category.PROVISION: Text(zh="服务", en="service"),
        Category.ACCOUNT: Text(zh="账号", en="account"),
    }
)
DIRECTIONS: Final[Mapping[Direction, Text]] = MappingProxyType(
    {
        Direction.RESTRICT: Text(zh="管理措施", en="restriction"),
        Direction.RELIEVE: Text(zh="激励", en="relief"),
    }
)
PRECEDENCES: Final[Mapping[Precedence, Text]] = MappingProxyType(
    {
        Precedence.DISCRETIONARY: Text(zh="平台一般规则", en="the platform's general rules"),
        Precedence.TRUST_TEAM: Text(zh="信用治理团队专项决定", en="a decision of the trust team"),
        Precedence.REQUIRED_BY_LAW: Text(zh="法律规定", en="the requirements of law"),
    }
)
UNKNOWN_MODES: Final[Mapping[UnknownMode, Text]] = MappingProxyType(
    {
        UnknownMode.HOLD: Text(zh="维持此前的处理", en="as it last was"),
        UnknownMode.NEUTRAL: Text(zh="照常进行", en="as usual"),
        UnknownMode.REVIEW: Text(
            zh="照常进行，并由专人留意", en="as usual, with a person having a look at it"
        ),
    }
)
DISPUTED: Final = Text(zh="异议中", en="disputed")

_FAILED: Final = Text(zh="信息源暂时没有给出可用的答复", en="the public source gave no usable answer")
_ACCESS: Final = Text(
    zh="本平台对信息源的访问出现问题，本平台正在处理",
    en="this platform's access to the public source does not work, which is for this platform to mend",
)
_BUSY: Final = Text(
    zh="本平台暂时不能再向信息源查询", en="this platform cannot ask the public source for now"
)
UNKNOWN_REASONS: Final[Mapping[UnknownReason, Text]] = MappingProxyType(
    {
        UnknownReason.NOT_FOUND: Text(
            zh="信息源查无此主体。请核对营业执照上的统一社会信用代码；新登记的主体可能要几天后才能查到",
            en=(
                "the public source does not know this subject. Please compare the unified social credit code with the "
                "licence; a new registration can take days to arrive there"
            ),
        ),
        UnknownReason.UNRECOGNISED_RECORD: Text(
            zh="信息源公示了本平台尚不能归类的信息",
            en="the public source discloses a record of a kind that this platform cannot class yet",
        ),
        UnknownReason.STALE: Text(
            zh="此前的查询结果已过有效期，尚未重新查得",
            en="what was known is past its life and was not confirmed anew",
        ),
        UnknownReason.TIMEOUT: Text(zh="信息源没有及时答复", en="the public source did not answer in time"),
        UnknownReason.UNREACHABLE: Text(zh="无法连接信息源", en="the public source could not be reached"),
        UnknownReason.SOURCE_FAULT: _FAILED,
        UnknownReason.MAINTENANCE: Text(zh="信息源正在维护", en="the public source is under maintenance"),
        UnknownReason.RATE_LIMITED: _BUSY,
        UnknownReason.QUOTA_EXHAUSTED: _BUSY,
        UnknownReason.CHALLENGED: _ACCESS,
        UnknownReason.REQUEST_REJECTED: _ACCESS,
        UnknownReason.UNAUTHENTICATED: _ACCESS,
        UnknownReason.CLOCK_REFUSED: _ACCESS,
        UnknownReason.FORBIDDEN: _ACCESS,
        UnknownReason.SCHEMA_DRIFT: _FAILED,
        UnknownReason.INCOMPLETE: _FAILED,
        UnknownReason.WRONG_SUBJECT: _FAILED,
        UnknownReason.BREAKER_OPEN: _FAILED,
        UnknownReason.QUOTA_RESERVED: _BUSY,
    }
)
"""Why a standing is unknown, as a merchant is told; each goes on a sentence, without its end."""


def severity_word(severity: Severity) -> Text:
    """Return a severity in both languages, as the source classes it."""
    return SEVERITIES[SeverityMatch(severity.value)]


_HAN: Final = "零一二三四五六七八九"
_SPELT: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINALS: Final = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)


def han(number: int) -> str:
    """Return a number in Chinese numerals up to 99, beyond in digits.

    >>> han(7), han(10), han(32), han(360)
    ('七', '十', '三十二', '360')
    """
    if not 0 <= number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    if not tens:
        return _HAN[ones]
    return ("" if tens == 1 else _HAN[tens]) + "十" + (_HAN[ones] if ones else "")


def counted(number: int, language: Language) -> str:
    """Return how many, as it is said before a noun.

    >>> counted(2, "zh"), counted(3, "en"), counted(40, "en")
    ('两', 'three', '40')
    """
    if language == "zh":
        return "两" if number == 2 else han(number)
    return _SPELT[number] if number < len(_SPELT) else str(number)


def ordinal(number: int, language: Language) -> str:
    """Return which one of a list, counted from 1, as it is said before the item.

    >>> ordinal(1, "zh"), ordinal(2, "en"), ordinal(11, "en")
    ('其一，', 'second, ', 'number 11, ')
    """
    if language == "zh":
        return f"其{han(number)}，"
    return f"{_ORDINALS[number - 1]}, " if number <= len(_ORDINALS) else f"number {number}, "


_K = TypeVar("_K", bound=str)
_W = TypeVar("_W")


def worded(table: Mapping[_K, _W], members: Iterable[_K]) -> list[_W]:
    """Return the words of some members in the order of their table, the milder before the graver."""
    given = frozenset(members)
    return [word for member, word in table.items() if member in given]


def quoted(text: str) -> str:
    """Return a name in quotation marks; a mark inside it is doubled, so that the end is the end.

    >>> quoted("纳税信用")
    '“纳税信用”'
    """
    return f"“{text.replace('“', '““').replace('”', '””')}”"


def alternatives(words: Sequence[str], language: Language) -> str:
    """Return one or several words as alternatives.

    >>> alternatives(["行政处罚", "行政许可", "信用承诺"], "zh"), alternatives(["a", "b", "c"], "en")
    ('行政处罚、行政许可或信用承诺', 'a, b or c')
    """
    return _listed(words, "、", "或") if language == "zh" else _listed(words, ", ", " or ")


def together(words: Sequence[str], language: Language) -> str:
    """Return one or several words that all apply.

    >>> together(["甲", "乙", "丙"], "zh"), together(["a", "b"], "en")
    ('甲、乙和丙', 'a and b')
    """
    return _listed(words, "、", "和") if language == "zh" else _listed(words, ", ", " and ")


def clauses(said: Sequence[str], language: Language) -> str:
    """Return clauses that are all so as one.

    >>> clauses(["it rains", "it is cold", "the wind blows"], "en"), clauses(["甲", "乙"], "zh")
    ('it rains, it is cold, and the wind blows', '甲，乙')
    """
    return "，".join(said) if language == "zh" else _listed(said, ", ", ", and ")


def _listed(words: Sequence[str], between: str, last: str) -> str:
    *before, final = words
    return f"{between.join(before)}{last}{final}" if before else final


def on_day(day: date, language: Language) -> str:
    """Return a China day as it is read aloud.

    >>> on_day(date(2026, 11, 30), "zh"), on_day(date(2026, 11, 30), "en")
    ('2026年11月30日', '30 November 2026')
    """
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def until_end_of(day: date, language: Language) -> str:
    """Return the last China day of something, which runs to 24:00 (民法典 art. 203).

    >>> until_end_of(date(2026, 11, 30), "zh"), until_end_of(date(2026, 11, 30), "en")
    ('至2026年11月30日24时止', 'until the end of 30 November 2026')
    """
    return (
        f"至{on_day(day, language)}24时止"
        if language == "zh"
        else f"until the end of {on_day(day, language)}"
    )


def until(at: datetime, language: Language) -> str:
    """Return the end of a period, given the first instant after it: midnight is 24:00 of the day before."""
    moment = at.astimezone(CHINA)
    if moment.time() == time():
        return until_end_of(moment.date() - timedelta(days=1), language)
    return f"至{when(at, language)}止" if language == "zh" else f"until {when(at, language)}"


def when(at: datetime, language: Language) -> str:
    """Return an instant in China time, to the minute.

    >>> when(datetime(2026, 11, 29, 22, 5, tzinfo=CHINA), "en")
    '22:05 on 29 November 2026, China time'
    """
    moment = at.astimezone(CHINA)
    day, minute = on_day(moment.date(), language), f"{moment:%M}"
    if language == "zh":
        return f"{day}{moment.hour}时" + (f"{minute}分" if moment.minute else "")
    return f"{moment:%H}:{minute} on {day}, China time"


def from_when(at: datetime, language: Language) -> str:
    """Return the instant from which something is so: at midnight the day alone.

    >>> from_when(datetime(2026, 11, 30, tzinfo=CHINA), "zh")
    '自2026年11月30日起'
    """
    moment = at.astimezone(CHINA)
    said = on_day(moment.date(), language) if moment.time() == time() else when(at, language)
    return f"自{said}起" if language == "zh" else f"from {said}"


def lower_first(title: str) -> str:
    """Return an English title as it stands within a sentence; what begins as an acronym does stays.

    >>> lower_first("Deposit raised"), lower_first("SKU limit")
    ('deposit raised', 'SKU limit')
    """
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
