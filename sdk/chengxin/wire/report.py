"""A platform's report of operating information to the source (2025 Opinions, item 22), and its receipt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from pydantic import Field

from chengxin.wire.envelope import Answer, WireModel, decode_answer
from chengxin.wire.open_api import WireInstant
from chengxin.wire.record import WireId

CONFLICT = 409


class WireReceipt(WireModel):
    """What the source says of a report that it took."""

    report_id: WireId | None = Field(default=None, alias="reportId")
    receipt_id: WireId | None = Field(default=None, alias="receiptId")
    received_at: WireInstant | None = Field(default=None, alias="receivedAt")


def encode_report(
    *,
    report_id: str,
    code: str,
    kind: str,
    period: tuple[date, date],
    facts: Mapping[str, object],
    evidence_digest: str,
) -> bytes:
    """Return the body of a report; the same report has the same body, so that its key may be used again.

    Args:
        report_id: our own id of it.
        code: code of the subject.
        kind: kind of the report, as the source names it.
        period: first and last China day that it is about.
        facts: facts by name, JSON values.
        evidence_digest: SHA-256 of the evidence, in hexadecimal.
    """
    body = {
        "reportId": report_id,
        "tyshxydm": code,
        "kind": kind,
        "period": f"{period[0].isoformat()}/{period[1].isoformat()}",
        "facts": facts,
        "evidenceDigest": evidence_digest,
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True, allow_nan=False).encode()


def decode_receipt(answer: Answer) -> WireReceipt:
    """Return what the source says of a report that it took."""
    return decode_answer(WireReceipt, answer)
