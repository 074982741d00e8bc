"""A policy of ten rules, beside the same rules by hand and in zen-engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from time import process_time
from typing import Any, Final

from chengxin.policy import NO_FACTS, Policy, parse_policy
from chengxin.records import (
    CommitmentDetail,
    CreditStatus,
    DisclosurePeriod,
    DisclosureStatus,
    LicenceDetail,
    Record,
    RecordKind,
    Role,
    Severity,
    china_day,
    show,
)
from chengxin.testing import FrozenClock, a_commendation, a_listing, a_penalty, an_answer
from tests.bench.harness import Comparison, Table, at_least, at_most, require_equal, sequential
from tests.bench.if_chain import IfChain
from tests.bench.zen_table import zen_context, zen_evaluator

_STATUSES: Final = 1_000
_RECORDS: Final = 3
_SEVERITIES: Final = (Severity.MINOR, Severity.GENERAL, Severity.GENERAL, Severity.SERIOUS, None)


@contextmanager
def table() -> Iterator[Table]:
    """Open the table of one evaluation, nothing remembered.

    The hand-written rules give an equal ``Treatment``. Those that name tier and reasons alone, and zen-engine,
    do less: no grounds, no measures, no ends. zen-engine is given its records as dictionaries, made beforehand.
    The time is the processor's: to zen-engine, which hands each call to a thread of its own, the wait is not counted.
    """
    policy = ten_rules()
    at = FrozenClock().now()
    asked = statuses(at)
    chain = IfChain(policy)
    given: dict[str, Any] = {"facts": NO_FACTS, "role": Role.MERCHANT, "at": at}
    contexts = [zen_context(status) for status in asked]
    in_zen = zen_evaluator([tier.id for tier in policy.document.tiers], "standard")
    _require_same(policy, chain, asked, given)
    for status, context in zip(asked, contexts, strict=True):
        tier, rules = chain.name_reasons(status, at=at)
        require_equal("tier and rules of zen-engine", (tier, set(rules)), in_zen(context))
    yield Table(
        title=f"Ten rules on {_STATUSES:,} statuses of {_RECORDS} records each, not remembered",
        cases=[
            sequential("policy", partial(policy.evaluate, **given), asked, clock=process_time),
            sequential("if-chain", partial(chain.evaluate, **given), asked, clock=process_time),
            sequential("if-chain, reasons", partial(chain.name_reasons, at=at), asked, clock=process_time),
            sequential("zen-engine", in_zen, contexts, clock=process_time),
        ],
        comparisons=[
            Comparison(
                name="evaluate / hand-written if-chain, same treatment",
                ours="policy",
                peer="if-chain",
                goal=at_most(2),
            ),
            Comparison(
                name="evaluate / hand-written if-chain, tier and rule ids alone",
                ours="policy",
                peer="if-chain, reasons",
            ),
            Comparison(
                name="evaluate / zen-engine, tier and rule ids alone",
                ours="policy",
                peer="zen-engine",
                goal=at_least(5),
            ),
        ],
        rounds=15,
    )


def ten_rules() -> Policy:
    """Return the policy of ten rules."""
    return parse_policy(
        Path(__file__).with_name("ten_rules.yaml").read_text(encoding="utf-8"), name="ten-rules"
    )


def _require_same(
    policy: Policy, chain: IfChain, statuses: list[CreditStatus], given: dict[str, Any]
) -> None:
    fired: set[str] = set()
    for status in statuses:
        treatment = policy.evaluate(status, **given)
        require_equal("treatment", treatment, chain.evaluate(status, **given))
        named = (treatment.tier, [reason.rule_id for reason in treatment.reasons])
        require_equal("reasons", named, chain.name_reasons(status, at=given["at"]))
        fired.update(named[1])
    require_equal("rules that fire somewhere", {rule.id for rule in policy.document.rules}, fired)


def statuses(at: datetime) -> list[CreditStatus]:
    """Return statuses in which half the records are adverse, and a twentieth is disputed."""
    rng = Random(1)
    return [
        show(
            an_answer(*(_record(rng, f"R{number}", china_day(at)) for number in range(_RECORDS))),
            at=at,
            fetched_at=at,
            fresh_until=at + timedelta(hours=1),
        )
        for _ in range(_STATUSES)
    ]


def _record(rng: Random, record_id: str, today: date) -> Record:
    start_on = today - timedelta(days=rng.randrange(1, 700))
    end_on = today + timedelta(days=rng.randrange(1, 700))
    status = DisclosureStatus.DISPUTED if rng.random() < 0.05 else DisclosureStatus.SHOWN
    lot = rng.random()
    if lot < 0.35:
        return a_penalty(
            record_id, severity=rng.choice(_SEVERITIES), start_on=start_on, end_on=end_on, status=status
        )
    if lot < 0.5:
        kind = rng.choice([RecordKind.SERIOUS_LISTING, RecordKind.ABNORMAL_LISTING])
        return a_listing(record_id, kind=kind, start_on=start_on, end_on=end_on, status=status)
    if lot < 0.65:
        return a_commendation(record_id, start_on=start_on, end_on=end_on)
    is_licence = lot < 0.85
    return Record(
        record_id=record_id,
        version=1,
        kind=RecordKind.LICENCE if is_licence else RecordKind.COMMITMENT,
        catalogue="行政许可" if is_licence else "信用承诺",
        status=status,
        period=DisclosurePeriod(start_on=start_on, end_on=end_on),
        detail=LicenceDetail() if is_licence else CommitmentDetail(),
    )
