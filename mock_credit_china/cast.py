"""The cast: subjects with fixed codes, the same under every seed, for demos and tests.

Their days are counted from the day the mock clock starts on, so that each plays its part whenever it starts.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from mock_credit_china.content import Decision
from mock_credit_china.naming import entity_type_of
from mock_credit_china.period import THREE_CLASSES_FROM, add_months
from mock_credit_china.population import make_record
from mock_credit_china.record import Catalogue, Record, Severity, State, Subject, SubjectFile

UNREGISTERED_CODE = "91350100M000119Y4D"
"""A lawful code that no seed gives to anyone: the source knows no such subject."""


@dataclass(frozen=True, slots=True)
class Part:
    """One member of the cast."""

    role: str
    code: str
    name: str
    description: str
    play: "Callable[[_Stage], list[Record]]"


@dataclass(frozen=True, slots=True)
class _Stage:
    subject: Subject
    role: str
    today: date

    def record(
        self,
        catalogue: Catalogue,
        *,
        days_ago: int,
        days_left: int | None = None,
        severity: Severity | None = None,
        state: State = State.SHOWN,
        take: int = 0,
    ) -> Record:
        """Draw up one record by the days it is old and the days it has left (0: today is its last)."""
        decision = Decision(
            catalogue=catalogue,
            subject=self.subject,
            severity=severity,
            decided_on=self.today - timedelta(days=days_ago),
            disclosed_until=None if days_left is None else self.today + timedelta(days=days_left),
        )
        key = f"cast/{self.role}/{take}"
        return make_record(decision, Random(key), key=key, state=state)  # noqa: S311 - sample data

    def penalty(
        self, severity: Severity, *, days_ago: int, days_left: int, state: State = State.SHOWN, take: int = 0
    ) -> Record:
        """Draw up one penalty."""
        return self.record(
            Catalogue.PENALTY,
            severity=severity,
            days_ago=days_ago,
            days_left=days_left,
            state=state,
            take=take,
        )

    def licences(self, count: int, *, first: int = 10) -> list[Record]:
        """Draw up some licences, one a week older than the other."""
        return [
            self.record(Catalogue.LICENCE, days_ago=10 + 7 * number, take=first + number)
            for number in range(count)
        ]


def open_cast(today: date) -> dict[str, SubjectFile]:
    """Return the file of each member by code, as it stands on the first day."""
    return {part.code: _file_of(part, today) for part in CAST}


def _file_of(part: Part, today: date) -> SubjectFile:
    subject = Subject(code=part.code, name=part.name, entity_type=entity_type_of(part.code), status="存续")
    return SubjectFile(subject=subject, records=tuple(part.play(_Stage(subject, part.role, today))))


def _preferred(stage: _Stage) -> list[Record]:
    evaluation = stage.record(Catalogue.EVALUATION, days_ago=120, take=1)
    grade = {**evaluation.fields, "scheme": "纳税信用评价", "value": "A"}
    return [
        stage.record(Catalogue.COMMENDATION, days_ago=200),
        replace(evaluation, fields=grade),
        stage.record(Catalogue.COMMITMENT, days_ago=90, take=2),
        *stage.licences(2),
    ]


def _many(stage: _Stage, licences: int, penalties: int) -> list[Record]:
    shown = [
        stage.penalty(Severity.GENERAL, days_ago=20 + number, days_left=160 + number, take=100 + number)
        for number in range(penalties)
    ]
    return [*stage.licences(licences), *shown]


def _on_list(catalogue: Catalogue, severity: Severity | None) -> "Callable[[_Stage], list[Record]]":
    return lambda stage: [
        stage.record(catalogue, severity=severity, days_ago=150, days_left=500),
        *stage.licences(1),
    ]


def _former(stage: _Stage) -> list[Record]:
    decided_on = min(THREE_CLASSES_FROM - timedelta(days=30), stage.today - timedelta(days=200))
    ends_on = add_months(decided_on, 36)
    if ends_on < stage.today:
        return []
    return [
        stage.record(
            Catalogue.PENALTY,
            days_ago=(stage.today - decided_on).days,
            days_left=(ends_on - stage.today).days,
        )
    ]


CAST: tuple[Part, ...] = (
    Part(
        "general-penalty",
        "91350100M000100Y43",
        "福建示例商贸有限公司",
        "one 一般 penalty, decided 100 days before the first day, shown for another 200",
        lambda stage: [stage.penalty(Severity.GENERAL, days_ago=100, days_left=200)],
    ),
    Part(
        "preferred",
        "91330100M000101Y04",
        "浙江示例电子商务有限公司",
        "commended, evaluated A, licensed; nothing adverse",
        _preferred,
    ),
    Part(
        "minor-penalty",
        "91440300M000102Y7L",
        "广东示例网络科技有限公司",
        "one 轻微 penalty with 30 days left",
        lambda stage: [stage.penalty(Severity.MINOR, days_ago=45, days_left=30), *stage.licences(1)],
    ),
    Part(
        "serious-listing",
        "91310115M000103Y38",
        "上海示例食品有限公司",
        "on a 严重失信主体名单, and a 严重 penalty",
        lambda stage: [
            stage.record(Catalogue.SERIOUS_LISTING, severity=Severity.SERIOUS, days_ago=120, days_left=900),
            stage.penalty(Severity.SERIOUS, days_ago=130, days_left=890, take=1),
        ],
    ),
    Part(
        "three-pages",
        "91110105M000104YXH",
        "北京示例文化传媒有限公司",
        "23 records: 15 licences, 8 penalties; three pages of 10",
        lambda stage: _many(stage, 15, 8),
    ),
    Part(
        "over-fifty",
        "91510100M000105Y6J",
        "四川示例供应链管理有限公司",
        "64 records: 60 licences, 4 penalties; truncated in a batch",
        lambda stage: _many(stage, 60, 4),
    ),
    Part(
        "sole-trader",
        "92350102M000106Y2Q",
        "福州市鼓楼区示例服饰店",
        "个体工商户 with one licence",
        lambda stage: stage.licences(1),
    ),
    Part(
        "rural-collective",
        "N2330183M000107Y9Q",
        "杭州市富阳区示例村股份经济合作社",
        "code of authority N; one licence and a commitment",
        lambda stage: [*stage.licences(1), stage.record(Catalogue.COMMITMENT, days_ago=60)],
    ),
    Part(
        "other-body",
        "Y1110000M000108Y5T",
        "北京示例其他登记机构",
        "code of authority Y; one licence",
        lambda stage: stage.licences(1),
    ),
    Part(
        "service-body",
        "A1110000M000109Y1Q",
        "北京示例后勤保障服务社",
        "code of authority A; one licence",
        lambda stage: stage.licences(1),
    ),
    Part(
        "nothing",
        "91420100M000110Y7X",
        "湖北示例家居用品有限公司",
        "registered, no record at all",
        lambda _stage: [],
    ),
    Part(
        "judgment-default",
        "91370100M000111Y35",
        "山东示例服饰有限公司",
        "失信被执行人",
        _on_list(Catalogue.JUDGMENT_DEFAULT, None),
    ),
    Part(
        "abnormal-listing",
        "91320100M000112YXN",
        "江苏示例商贸有限公司",
        "经营异常名录, without an end until the source removes it",
        lambda stage: [stage.record(Catalogue.ABNORMAL_LISTING, days_ago=75), *stage.licences(1)],
    ),
    Part(
        "disputed",
        "91610100M000113Y65",
        "陕西示例商贸有限公司",
        "one 一般 penalty in dispute (异议中)",
        lambda stage: [stage.penalty(Severity.GENERAL, days_ago=50, days_left=200, state=State.DISPUTED)],
    ),
    Part(
        "shielded",
        "91430100M000114Y29",
        "湖南示例商贸有限公司",
        "one 一般 penalty shielded for the time being (暂时屏蔽)",
        lambda stage: [stage.penalty(Severity.GENERAL, days_ago=50, days_left=200, state=State.SHIELDED)],
    ),
    Part(
        "last-day",
        "91500103M000115Y9A",
        "重庆示例商贸有限公司",
        "one 一般 penalty whose last day shown is the first day of the mock",
        lambda stage: [stage.penalty(Severity.GENERAL, days_ago=95, days_left=0)],
    ),
    Part(
        "wage-arrears",
        "91130100M000116Y5R",
        "河北示例供应链管理有限公司",
        "拖欠农民工工资失信联合惩戒名单",
        _on_list(Catalogue.WAGE_ARREARS, Severity.SERIOUS),
    ),
    Part(
        "tax-violation",
        "91210100M000117Y1H",
        "辽宁示例商贸有限公司",
        "税收违法",
        _on_list(Catalogue.TAX_VIOLATION, Severity.SERIOUS),
    ),
    Part(
        "former-rules",
        "91410100M000118Y8A",
        "河南示例食品有限公司",
        "one penalty without severity, decided before 2026-04-01 and shown for three years (none from 2029-03-03 on)",
        _former,
    ),
)
