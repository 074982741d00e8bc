"""The cases that docs/explain.md shows, explained; run it to write their blocks in the document anew, and read them."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chengxin.records import (
    CreditAnswer,
    DisclosureStatus,
    PenaltyDetail,
    Severity,
    Subject,
    shipped_rule_table,
    show,
)
from chengxin.services import account_of, load_policy
from chengxin.testing import CODES, a_commendation, a_listing, a_penalty

DOCUMENT = Path(__file__).parents[3] / "docs" / "explain.md"
AT = datetime(2026, 11, 27, 4, 0, tzinfo=UTC)
BLOCK = re.compile(r"<!-- case: (\S+) (zh|en) -->\n```text\n.*?\n```", re.DOTALL)


def _day(text):
    return datetime.fromisoformat(text).date()


PENALTY = replace(
    a_penalty(start_on=_day("2026-08-24"), end_on=_day("2027-06-15")),
    detail=PenaltyDetail(
        decision_no="闽示监处罚〔2026〕896号",
        violation_type="虚假宣传",
        decided_on=_day("2026-08-19"),
        authority="示例市市场监督管理局",
    ),
)
DISPUTED = replace(PENALTY, severity=Severity.SERIOUS, status=DisclosureStatus.DISPUTED)
LISTING = a_listing(start_on=_day("2026-07-30"), end_on=_day("2029-05-15"))
COMMENDATION = a_commendation(start_on=_day("2026-03-01"), end_on=_day("2027-03-31"))
CASES = {
    "general": ((PENALTY,), {}),
    "serious": ((LISTING, DISPUTED), {}),
    "good": ((COMMENDATION,), {"registered_days": 100}),
}


def account(name):
    """Return the account of a case."""
    records, facts = CASES[name]
    answer = CreditAnswer(
        subject=Subject.of(CODES[0], name="福建示例商贸有限公司", registration="存续"),
        registered=True,
        records=records,
        as_of=AT - timedelta(hours=13),
        source="source.example",
        snapshot_id="S1",
    )
    status = show(answer, at=AT, fetched_at=AT, fresh_until=AT + timedelta(hours=1))
    policy = load_policy("marketplace")
    return account_of(policy, status, policy.platform_facts(facts), at=AT)


def rendered():
    """Return the document with its blocks as they are explained."""

    def block(match):
        name, language = match.groups()
        text = account(name).explain(language, shortest_months=shipped_rule_table().shortest_months).text
        return f"<!-- case: {name} {language} -->\n```text\n{text}\n```"

    return BLOCK.sub(block, DOCUMENT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    DOCUMENT.write_text(rendered(), encoding="utf-8")
