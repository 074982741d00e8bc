"""Reports of a platform to the source: the other direction of sharing (2025 Opinions, item 22)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from math import isfinite
from types import MappingProxyType
from typing import Final, TypeAlias

from chengxin.errors import InvalidRecord, ReportConflict, UnknownReason
from chengxin.identifiers import Uscc, mask_identity_numbers
from chengxin.sources.caller import Caller
from chengxin.transport import Deadline, Lane, Request
from chengxin.wire import CONFLICT, Answer, contradiction, decode_receipt, encode_report

Fact: TypeAlias = str | int | float | bool | None
_PATH: Final = "/open-api/v1/platform-reports"
_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_MOST_FACTS: Final = 100
_LONGEST_TEXT: Final = 2000
_LARGEST_NUMBER: Final = 10**40
_HALF: Final = re.compile("[\ud800-\udfff]")


class ReportKind(StrEnum):
    """What a report is about."""

    COMPLIANCE = "交易合规"
    """How the merchant keeps the rules of trade."""
    PERFORMANCE = "履约"
    """How it fulfils its contracts."""
    COMPLAINTS = "投诉处理"
    """How it handles complaints."""
    MEASURES = "平台措施"
    """Which measures the platform took."""
    COMMITMENTS = "信用承诺履行"
    """How it keeps its credit commitments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformReport:
    """What a platform reports of one merchant.

    Attributes:
        report_id: the platform's own id of it, 1 to 128 letters, digits and ``_.:-``.
        code: whom it is about.
        kind: what it is about.
        since_on: first China day that it is about.
        until_on: last China day that it is about.
        facts: facts by name; no text of them holds an identity number.
        evidence_sha256: digest of the evidence that the platform keeps, 64 lower-case hexadecimal digits.

    Raises:
        InvalidRecord: a value is out of its range, or an identity number stands in it.
    """

    report_id: str
    code: Uscc
    kind: ReportKind
    since_on: date
    until_on: date
    facts: Mapping[str, Fact] = field(repr=False)
    evidence_sha256: str

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.report_id):
            raise InvalidRecord("The id of a report is 1 to 128 letters, digits and _.:- characters.")
        if not _DIGEST.fullmatch(self.evidence_sha256):
            raise InvalidRecord("The digest of the evidence is 64 lower-case hexadecimal digits (SHA-256).")
        if self.until_on < self.since_on:
            raise InvalidRecord("The period of a report ends before it begins.")
        if len(self.facts) > _MOST_FACTS:
            raise InvalidRecord(f"A report has at most {_MOST_FACTS} facts.")
        for text in _texts(self.facts):
            if len(text) > _LONGEST_TEXT:
                raise InvalidRecord(f"A fact of a report has at most {_LONGEST_TEXT} characters.")
        if any(mask_identity_numbers(text) != text for text in (self.report_id, *_texts(self.facts))):
            raise InvalidRecord(
                "A report holds a person's identity number, which is never sent. Leave it out, or mask it."
            )
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReceipt:
    """That the source took a report.

    Attributes:
        report_id: the platform's own id of it.
        receipt_id: the source's id of it, where it gives one.
        received_at: when the source took it, aware UTC, where it says so.
    """

    report_id: str
    receipt_id: str | None
    received_at: datetime | None


def post_report(
    caller: Caller, report: PlatformReport, *, idempotency_key: str, deadline: Deadline, lane: Lane
) -> ReportReceipt:
    """Send a report; see ``OpenApiSource.send_report``."""
    if not _KEY.fullmatch(idempotency_key) or mask_identity_numbers(idempotency_key) != idempotency_key:
        raise InvalidRecord(
            "An idempotency key is 8 to 64 letters, digits, - and _; make one for each report."
        )
    request = Request(
        method="POST",
        path=_PATH,
        headers={"content-type": "application/json", "idempotency-key": idempotency_key},
        body=encode_report(
            report_id=report.report_id,
            code=report.code.code,
            kind=report.kind.value,
            period=(report.since_on, report.until_on),
            facts=dict(report.facts),
            evidence_digest=report.evidence_sha256,
        ),
    )

    def read(answer: Answer) -> ReportReceipt:
        if answer.http_status == CONFLICT:
            raise ReportConflict(
                "The idempotency key was used for another report. Send this one under a key of its own.",
                reason=UnknownReason.REQUEST_REJECTED,
                http_status=CONFLICT,
            )
        receipt = decode_receipt(answer)
        if receipt.report_id not in (None, report.report_id):
            raise contradiction("the receipt is of another report")
        return ReportReceipt(
            report_id=report.report_id, receipt_id=receipt.receipt_id, received_at=receipt.received_at
        )

    return caller.ask(request, read, deadline=deadline, lane=lane, interface="reports")


def _texts(facts: Mapping[str, Fact]) -> Iterator[str]:
    """Yield every text of the facts, numbers as they will be written."""
    for name, value in facts.items():
        if not (isinstance(name, str) and name and isinstance(value, str | int | float | None)):
            raise InvalidRecord("A fact has a name, and is a text, a number, true, false or null.")
        if isinstance(value, float) and not isfinite(value):
            raise InvalidRecord("A fact that is a number is finite.")
        if isinstance(value, int) and abs(value) >= _LARGEST_NUMBER:
            raise InvalidRecord("A fact that is a whole number has at most 40 digits.")
        for text in (name, str(value)):
            if _HALF.search(text):
                raise InvalidRecord("A fact of a report holds half a character, which cannot be sent.")
            yield text
