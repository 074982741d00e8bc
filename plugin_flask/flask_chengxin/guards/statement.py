"""The essentials of a statement of reasons (令116 art. 19): facts, reasons, basis, term, repair, appeal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chengxin.policy import APPEAL, REPAIR, Decision, Measure, Text
from chengxin.records import CreditStatus, Record
from chengxin.wire import encode_instant, encode_measure, encode_record, encode_text
from flask_chengxin.errors import Problem
from flask_chengxin.proxies import Credit, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a guard answers in the place of a view.

    Attributes:
        problem: what the client is told.
        decision: the decision; None where nobody is logged in.
        credit: what is known of the merchant; None with the decision.
    """

    problem: Problem
    decision: Decision | None = None
    credit: Credit | None = None


def refusal_problem(state: State, decision: Decision, credit: Credit) -> Problem:
    """Return a refused action as a problem with everything the merchant is to be told.

    Args:
        state: the app's state.
        decision: the decision; it names the measures.
        credit: what is known of the merchant; its status holds the records that the measures rest on.
    """
    action = credit.policy.document.actions[decision.action].title.text
    return Problem(
        type="urn:chengxin:problem:action-refused",
        status=403,
        title=Text(zh=f"暂时不能{action.zh}", en=f"Not possible for now: {action.en}"),
        detail=_detail(decision),
        members={
            "action": decision.action,
            "measures": [_encode(measure, credit.status) for measure in decision.measures],
            "repair": {"url": state.settings.repair_url, "text": encode_text(REPAIR)},
            "appeal": {
                "urls": sorted({m.appeal_url for m in decision.measures if m.appeal_url}),
                "text": encode_text(APPEAL),
            },
            "source": credit.status.source if credit.status else None,
            "as_of": encode_instant(credit.status.as_of) if credit.status and credit.status.as_of else None,
            "decided_at": encode_instant(credit.clock.now()),
        },
    )


def records_of(measure: Measure, status: CreditStatus | None) -> tuple[Record, ...]:
    """Return the disclosed records that a measure rests on."""
    ids = {ground.record_id for ground in measure.grounds}
    return tuple(record for record in status.records if record.record_id in ids) if status else ()


def _detail(decision: Decision) -> Text:
    """Return the reasons of all measures, each once, as one text."""
    reasons = dict.fromkeys(measure.reason for measure in decision.measures)
    return Text(zh="".join(r.zh for r in reasons), en=" ".join(r.en for r in reasons))


def _encode(measure: Measure, status: CreditStatus | None) -> dict[str, Any]:
    policy = measure.policy
    return encode_measure(measure) | {
        "policy": {"name": policy.name, "version": policy.version, "digest": policy.digest},
        "decided_by": measure.decided_by,
        "facts": [encode_record(record) for record in records_of(measure, status)],
    }
