"""A measure, an appeal against it, and the people around it."""

from datetime import UTC, datetime, timedelta

from chengxin.policy import (
    ActionEffect,
    Category,
    Direction,
    Ground,
    LegalBasis,
    Measure,
    PlatformRule,
    PolicyRef,
    Text,
)
from chengxin.procedure.appeal import (
    AppealMove,
    AppealStep,
    AppealTerms,
    Contested,
    Docket,
    Filing,
    Outcome,
    Result,
    decide,
    receive_evidence,
)
from chengxin.procedure.calendar import ChinaWorkingDays
from chengxin.records import RecordKind, SubjectKind

DAY = timedelta(days=1)
NOTICED = datetime(2026, 9, 1, 2, tzinfo=UTC)
FILED = datetime(2026, 9, 29, 2, tzinfo=UTC)
ENDS = datetime(2026, 12, 31, 16, tzinfo=UTC)
TERMS = AppealTerms()
CALENDAR = ChinaWorkingDays()
REASONS = Text(zh="罚款已缴清，措施撤销。", en="The fine is paid; the measure is reversed.")
MERCHANT, DECIDER, REVIEWER, OTHER = "陈店主", "李明", "王芳", "赵敏"


def a_measure(**parts):
    """Return a restriction as a treatment holds it."""
    given = {
        "code": "listing-hold",
        "direction": Direction.RESTRICT,
        "title": REASONS,
        "category": Category.PROVISION,
        "effect": ActionEffect(action="listing.create"),
        "subject_kind": SubjectKind.ENTERPRISE,
        "rule_id": "penalised",
        "policy": PolicyRef(name="small", version="1", digest="sha256:00"),
        "grounds": (Ground(record_id="P1", version=1, kind=RecordKind.PENALTY, ends_at=ENDS),),
        "legal_basis": (LegalBasis(law=REASONS, article="12"),),
        "platform_rule": PlatformRule(title=REASONS, clause="4", url="https://rules.example.com/4"),
        "reason": REASONS,
        "starts_at": NOTICED,
        "ends_at": ENDS,
        "appeal_url": "https://rules.example.com/appeals",
    }
    return Measure(**given | parts)


def contested(**parts):
    """Return a measure that can be contested."""
    given = {
        "measure_id": "M-1",
        "measure_code": "listing-hold",
        "subject_kind": SubjectKind.ENTERPRISE,
        "noticed_at": NOTICED,
        "contestable_until": TERMS.contestable_until(NOTICED),
        "ends_at": ENDS,
    }
    return Contested(**given | parts)


def filing(at=FILED, *, wants_human=False, new_facts=(), **parts):
    """Return what an appeal against it is filed with."""
    return Filing.at(
        at,
        contested(**parts),
        terms=TERMS,
        calendar=CALENDAR,
        wants_human=wants_human,
        new_facts=new_facts,
    )


def step(move, by, at=FILED, *, appeal_id="A-1", **parts):
    """Return a step, with what its move needs."""
    if move is AppealMove.FILE:
        parts = {"filing": filing(at), "statement": "罚款已经缴清。"} | parts
    if move is AppealMove.ASK:
        parts = {"asks": Text(zh="请提供缴款凭证。", en="Please send the receipt.")} | parts
    if move is AppealMove.DECIDE:
        parts = {"result": Result(outcome=Outcome.GRANTED, reasons=REASONS)} | parts
    return AppealStep(measure_id="M-1", appeal_id=appeal_id, move=move, by=by, at=at, **parts)


def taken(*steps):
    """Return the docket after steps, each of which may be taken."""
    docket = Docket(measure_id="M-1")
    for each in steps:
        docket = docket.with_step(decide(docket, each))
    return docket


def under_review(**parts):
    """Return the docket of an appeal that somebody reviews."""
    return taken(
        step(AppealMove.FILE, MERCHANT, filing=filing(**parts)),
        step(AppealMove.ACKNOWLEDGE, None),
        step(AppealMove.TAKE, REVIEWER),
    )


def piece(content=b"receipt"):
    """Return a piece of evidence."""
    return receive_evidence("receipt.txt", content)


def rejected(**parts):
    """Return a result that lets the measure stay."""
    return Result(outcome=Outcome.REJECTED, reasons=REASONS, **parts)
