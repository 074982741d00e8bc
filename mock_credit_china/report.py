"""What platforms report of their merchants, kept by idempotency key."""

import hashlib
import json
import re
import threading
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

from mock_credit_china.code import fault_in
from mock_credit_china.listing import stamp
from mock_credit_china.strict import StrictModel

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)


def _lawful(code: str) -> str:
    if fault := fault_in(code):
        raise ValueError(f"统一社会信用代码不合法（{fault}）")
    return code


def _period(text: str) -> str:
    if _MONTH.fullmatch(text):
        return text
    first, _, last = text.partition("/")
    try:
        in_order = date.fromisoformat(first) <= date.fromisoformat(last or first)
    except ValueError as error:
        raise ValueError("应为 yyyy-MM、yyyy-MM-dd 或 yyyy-MM-dd/yyyy-MM-dd") from error
    if not in_order:
        raise ValueError("起始日晚于截止日")
    return text


class PlatformReport(StrictModel):
    """Operating information of one merchant for one period."""

    model_config = ConfigDict(alias_generator=to_camel)

    report_id: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,128}$")
    tyshxydm: Annotated[str, AfterValidator(_lawful)]
    kind: Literal["交易合规", "履约", "投诉处理", "平台措施", "信用承诺履行"]
    period: Annotated[str, AfterValidator(_period)]
    facts: dict[str, JsonValue]
    evidence_digest: str = Field(pattern=r"^(sha256:)?[0-9a-f]{64}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One report that came, with the answer it was given."""

    key: str
    digest: str
    at: datetime
    report: dict[str, Any]

    @property
    def answer(self) -> dict[str, Any]:
        """What the platform is told, the first time and again."""
        receipt = hashlib.sha256(f"{self.key}/{self.digest}".encode()).hexdigest()[:24]
        return {
            "reportId": self.report["reportId"],
            "receiptId": receipt,
            "receivedAt": stamp(self.at),
        }


class KeyReusedError(Exception):
    """Raised where an idempotency key comes with another body."""


class Reports:
    """Takes each report once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._received: dict[tuple[str, str], Received] = {}
        self._replays: dict[tuple[str, str], int] = {}

    def take(self, app_key: str, key: str, report: dict[str, Any], now: datetime) -> tuple[Received, bool]:
        """Keep a report, or find the one that came first under its key; tell which.

        Raises:
            KeyReusedError: the key came with another body.
        """
        written = json.dumps(report, ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(written.encode()).hexdigest()
        with self._lock:
            known = self._received.get((app_key, key))
            if known is None:
                received = Received(key=key, digest=digest, at=now, report=report)
                self._received[app_key, key] = received
                return received, False
            if known.digest != digest:
                raise KeyReusedError(key)
            self._replays[app_key, key] = self._replays.get((app_key, key), 0) + 1
            return known, True

    def rows(self) -> list[dict[str, Any]]:
        """Return what came, in order, each once, with how often it came again."""
        with self._lock:
            return [
                {
                    "at": stamp(received.at),
                    "idempotencyKey": received.key,
                    "replays": self._replays.get(where, 0),
                    "report": received.report,
                    "receiptId": received.answer["receiptId"],
                }
                for where, received in self._received.items()
            ]

    def reset(self) -> None:
        """Forget all reports."""
        with self._lock:
            self._received.clear()
            self._replays.clear()
