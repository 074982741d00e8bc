"""Golden statements by the shipped policy; run as a program it writes them anew, to be read aloud before they stay."""

import re
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

from chengxin.policy import Direction
from chengxin.procedure.statement import (
    Circumstances,
    EndCause,
    StatementEnding,
    as_html,
    as_text,
    state_reasons,
    withdraw,
)
from chengxin.records import PenaltyDetail, Severity, shipped_rule_table
from chengxin.testing import a_commendation
from tests.sdk.policy.material import AT, CODE, COMPANY, day, marketplace, penalty, run, status_of

DOCUMENT = Path(__file__).parents[4] / "docs" / "statements.md"
BLOCK = re.compile(r"(<!-- statement: (\S+) -->\n```text\n).*?```", re.DOTALL)
FOLDER = Path(__file__).with_name("golden")
NAMES = (
    "restriction.zh.txt",
    "restriction.en.txt",
    "withdrawn.zh.txt",
    "withdrawn.en.txt",
    "relief.zh.txt",
    "relief.en.txt",
    "restriction.zh.html",
    "restriction.en.html",
)
GOLDEN = {name: FOLDER / name for name in NAMES}


def serious_penalty():
    """Return a serious penalty as the source discloses it."""
    detail = PenaltyDetail(
        decision_no="闽示监处罚〔2026〕896号",
        authority="示例市市场监督管理局",
        violation_type="虚假宣传",
        decided_on=day(-40),
    )
    return replace(penalty("P1", Severity.SERIOUS, start=-34, end=1054), catalogue="行政处罚", detail=detail)


def about_company():
    """Return the circumstances of the golden statements."""
    return Circumstances(
        subject=replace(COMPANY, code=CODE, name="福建示例商贸有限公司"),
        source="信用中国",
        as_of=AT - timedelta(hours=2),
        file_working_days=30,
        decide_working_days=10,
        policy=marketplace(),
        shortest_months=shipped_rule_table().shortest_months,
    )


def stated_by_marketplace(*records, code=None, direction=Direction.RESTRICT, **facts):
    """Return the statement of a measure that the shipped policy gives on these records."""
    treatment = run(marketplace(), status_of(*records), **facts)
    measures = [m for m in treatment.measures if m.direction is direction]
    measure = next(m for m in measures if code in (None, m.code))
    return state_reasons(
        measure,
        records,
        about=about_company(),
        at=AT,
        imposition_id="I-20260615-0001",
        statement_id="S-20260615-0001",
    )


@cache
def golden_cases():
    """Return what is told now."""
    one = serious_penalty()
    restriction = stated_by_marketplace(one, code="listing-suspended")
    later = AT + timedelta(days=200)
    withdrawn = withdraw(
        restriction,
        StatementEnding(cause=EndCause.REPAIRED, ended_at=later),
        later + timedelta(milliseconds=200),
    )
    relief = stated_by_marketplace(a_commendation(), direction=Direction.RELIEVE, registered_days=800)
    told = {}
    for language in ("zh", "en"):
        told[f"restriction.{language}.txt"] = as_text(restriction, language, at=AT)
        told[f"withdrawn.{language}.txt"] = as_text(withdrawn, language, at=later)
        told[f"relief.{language}.txt"] = as_text(relief, language, at=AT)
        told[f"restriction.{language}.html"] = as_html(
            restriction, language, at=AT, nonce="bm9uY2Utb2YtYS1yZXNwb25zZQ=="
        )
    return told


def documented(text):
    """Return the document with the golden statements that it shows as they are told now."""
    return BLOCK.sub(lambda block: f"{block[1]}{golden_cases()[block[2]]}```", text)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in golden_cases().items():
        (FOLDER / name).write_text(text, "utf-8")
    DOCUMENT.write_text(documented(DOCUMENT.read_text("utf-8")), "utf-8")
