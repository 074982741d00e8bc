"""Golden reports; run as a program it writes them anew, to be read aloud before they stay."""

import re
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

from chengxin.errors import UnknownReason
from chengxin.procedure.receipt import Asked, receipt_of
from chengxin.procedure.report import as_html, as_json, as_text, report_of
from chengxin.records import (
    CommendationDetail,
    CreditAnswer,
    ListingDetail,
    PenaltyDetail,
    RecordKind,
    Severity,
    Subject,
    show,
    unknown,
)
from tests.sdk.policy.material import AT, CODE, day, penalty, record

DOCUMENT = Path(__file__).parents[4] / "docs" / "receipts.md"
BLOCK = re.compile(r"(<!-- report: (\S+) -->\n```text\n).*?```", re.DOTALL)
FOLDER = Path(__file__).with_name("golden")
CASES = ("adverse", "nothing", "unknown", "over")
SALT = b"sixteen bytes or"


def disclosed():
    """Return what the source discloses of the company."""
    fine = PenaltyDetail(
        decision_no="闽示监处罚〔2026〕896号",
        authority="示例市市场监督管理局",
        violation_type="虚假宣传",
        facts="在直播间夸大商品功效",
        fine_fen=500_000,
        decided_on=day(-40),
    )
    warned = replace(fine, decision_no="闽示监处罚〔2026〕12号", violation_type="未明码标价", fine_fen=None)
    listed = ListingDetail(
        listed_on=day(-20), authority="示例市市场监督管理局", reason="通过登记的住所无法联系"
    )
    one = replace(penalty("P1", Severity.GENERAL, end=330), catalogue="行政处罚", detail=fine)
    two = replace(penalty("P2", None, end=90, disputed=True), catalogue="行政处罚", detail=warned)
    three = record("L1", RecordKind.ABNORMAL_LISTING, start=-20, end=None)
    three = replace(three, catalogue="经营异常名录", detail=listed)
    four = replace(
        record("C1", RecordKind.COMMENDATION, end=200),
        catalogue="守信激励",
        detail=CommendationDetail(title="A级纳税人", authority="示例市税务局"),
    )
    return four, one, two, three


def checked(*records):
    """Return the status of the company."""
    answer = CreditAnswer(
        subject=Subject.of(CODE, name="福建示例商贸有限公司", registration="存续"),
        registered=True,
        records=records,
        as_of=AT - timedelta(hours=13, minutes=30),
        source="信用中国",
        snapshot_id="S",
    )
    return show(answer, at=AT, fetched_at=AT - timedelta(minutes=5), fresh_until=AT + timedelta(hours=6))


def reported(status):
    """Return the report of a status, with its receipt."""
    asked = Asked(purpose="商家入驻审核", operator="onboarding")
    receipt = receipt_of(status, at=AT, receipt_id="R-20260615-0001", salt=SALT, asked=asked)
    return report_of(status, at=AT, receipt=receipt, salt=SALT)


@cache
def golden_cases():
    """Return what is told now."""
    unasked = unknown(CODE, reason=UnknownReason.TIMEOUT, detail="", at=AT, source="信用中国")
    adverse = reported(checked(*disclosed()))
    made = {
        "adverse": (adverse, AT),
        "nothing": (reported(checked()), AT),
        "unknown": (reported(unasked), AT),
        "over": (adverse, AT + timedelta(days=100)),
    }
    told = {"adverse.json": as_json(adverse, at=AT) + "\n"}
    for language in ("zh", "en"):
        for name, (report, at) in made.items():
            told[f"{name}.{language}.txt"] = as_text(report, language, at=at)
        told[f"adverse.{language}.html"] = as_html(
            adverse, language, at=AT, nonce="bm9uY2Utb2YtYS1yZXNwb25zZQ=="
        )
    return told


def documented(text):
    """Return the document with the golden reports that it shows as they are told now."""
    return BLOCK.sub(lambda block: f"{block[1]}{golden_cases()[block[2]]}```", text)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in golden_cases().items():
        (FOLDER / name).write_text(text, "utf-8")
    DOCUMENT.write_text(documented(DOCUMENT.read_text("utf-8")), "utf-8")
