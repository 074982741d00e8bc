"""One plain case: a general penalty, and the listing of new goods paused by the shipped policy or by hand."""

from dataclasses import replace
from datetime import timedelta

from chengxin.policy import (
    ActionEffect,
    Category,
    Direction,
    LegalBasis,
    Measure,
    PlatformRule,
    PolicyRef,
    Text,
)
from chengxin.procedure.statement import Circumstances
from chengxin.records import PenaltyDetail, Role, SubjectKind
from tests.sdk.policy.material import AT, day, penalty
from tests.sdk.procedure.statement.material import APPEAL, SUBJECTS, URL, ground_of

DETAIL = PenaltyDetail(
    decision_no="闽示监处罚〔2026〕896号",
    authority="示例市市场监督管理局",
    violation_type="虚假宣传",
    decided_on=day(-40),
)


def plain_case(*, grounds=1, days=30, role=Role.MERCHANT, digest_key=None):
    """Return a measure that pauses new listings, its records, and circumstances."""
    records = tuple(
        replace(penalty(f"P{number}", start=-30, end=100 * number), detail=DETAIL)
        for number in range(1, grounds + 1)
    )
    measure = Measure(
        code="listing-paused-30",
        direction=Direction.RESTRICT,
        title=Text(zh="暂停发布新商品30日", en="New listings paused for 30 days"),
        category=Category.PROVISION,
        effect=ActionEffect(action="listing.create"),
        subject_kind=SubjectKind.ENTERPRISE,
        rule_id="general-penalties",
        policy=PolicyRef(name="marketplace", version="2026.1", digest="sha256:00"),
        grounds=tuple(map(ground_of, records)),
        legal_basis=(LegalBasis(law=Text(zh="电子商务法", en="E-Commerce Law"), article="32"),),
        platform_rule=PlatformRule(
            title=Text(zh="平台商家信用管理规则", en="Platform Rules on Merchant Credit"),
            clause="4.15",
            url=URL,
        ),
        reason=Text(
            zh="有一般失信程度的行政处罚信息正在公示。",
            en="A penalty of general severity is being disclosed.",
        ),
        starts_at=AT,
        ends_at=AT + timedelta(days=days),
        appeal_url=APPEAL,
    )
    about = Circumstances(
        subject=SUBJECTS[SubjectKind.ENTERPRISE],
        source="信用中国",
        as_of=AT - timedelta(hours=2),
        role=role,
        file_working_days=30,
        decide_working_days=10,
        digest_key=digest_key,
    )
    return measure, records, about
