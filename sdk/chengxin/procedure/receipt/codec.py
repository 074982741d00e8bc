"""Receipts as the claims of a token and back: canonical (RFC 8785), without loss, and strict."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from chengxin.canonical import canonical_bytes
from chengxin.errors import InvalidReceipt, UnknownReason
from chengxin.identifiers import Uscc
from chengxin.procedure.document.plain import maybe, read_instant, write_instant
from chengxin.procedure.receipt.receipt import Receipt, ReceiptRecord
from chengxin.procedure.statement.codec import READING_FAULTS, distinct_members
from chengxin.records import RecordKind, Severity, Standing, SubjectKind

FORMAT: Final = 1
"""Version of this format."""
_REFUSED: Final = (
    "The claims are not those of a receipt as this version writes it. Keep the token, unchanged."
)


def encode_claims(receipt: Receipt) -> bytes:
    """Return a receipt as the canonical JSON of a token's claims (RFC 7519).

    ``jti``, ``iat`` and ``exp`` repeat number, instant and end for readers of tokens in general; seconds are cut off,
    so that its use as present knowledge ends early rather than late.

    Raises:
        InvalidReceipt: a number in it cannot be written.
    """
    try:
        return canonical_bytes(_claims(receipt))
    except READING_FAULTS as fault:
        raise InvalidReceipt("A number on the receipt cannot be written as JSON.") from fault


def decode_claims(text: str | bytes) -> Receipt:
    """Return the receipt that ``encode_claims`` wrote.

    Raises:
        InvalidReceipt: it is anything else: a member more or less, another format, or a receipt that cannot be.
    """
    given = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else bytes(text)
    try:
        receipt = _receipt(distinct_members(given))
        is_same = canonical_bytes(_claims(receipt)) == given
    except InvalidReceipt:
        raise
    except READING_FAULTS as fault:
        raise InvalidReceipt(_REFUSED) from fault
    if not is_same:
        raise InvalidReceipt(_REFUSED)
    return receipt


def _claims(receipt: Receipt) -> dict[str, Any]:
    return {
        "jti": receipt.receipt_id,
        "iat": _seconds(receipt.checked_at),
        "exp": _seconds(receipt.expires_at),
        "format": FORMAT,
        "subject": {
            "kind": receipt.subject_kind.value,
            "code": None if receipt.code is None else receipt.code.code,
            "pseudonym": receipt.pseudonym,
        },
        "source": receipt.source,
        "as_of": maybe(write_instant, receipt.as_of),
        "fetched_at": write_instant(receipt.fetched_at),
        "checked_at": write_instant(receipt.checked_at),
        "expires_at": write_instant(receipt.expires_at),
        "standing": receipt.standing.value,
        "reason": None if receipt.reason is None else receipt.reason.value,
        "records": [_record(record) for record in receipt.records],
        "content_digest": receipt.content_digest,
        "purpose": receipt.purpose,
        "operator": receipt.operator,
    }


def _record(record: ReceiptRecord) -> dict[str, Any]:
    return {
        "digest": record.digest,
        "version": record.version,
        "kind": record.kind.value,
        "severity": None if record.severity is None else record.severity.value,
        "ends_at": maybe(write_instant, record.ends_at),
    }


def _receipt(plain: dict[str, Any]) -> Receipt:
    subject = plain["subject"]
    return Receipt(
        receipt_id=plain["jti"],
        subject_kind=SubjectKind(subject["kind"]),
        code=maybe(Uscc.parse, subject["code"]),
        pseudonym=subject["pseudonym"],
        source=plain["source"],
        as_of=maybe(read_instant, plain["as_of"]),
        fetched_at=read_instant(plain["fetched_at"]),
        checked_at=read_instant(plain["checked_at"]),
        expires_at=read_instant(plain["expires_at"]),
        standing=Standing(plain["standing"]),
        reason=maybe(UnknownReason, plain["reason"]),
        records=tuple(_read_record(record) for record in plain["records"]),
        content_digest=plain["content_digest"],
        purpose=plain["purpose"],
        operator=plain["operator"],
    )


def _read_record(plain: dict[str, Any]) -> ReceiptRecord:
    return ReceiptRecord(
        digest=plain["digest"],
        version=plain["version"],
        kind=RecordKind(plain["kind"]),
        severity=maybe(Severity, plain["severity"]),
        ends_at=maybe(read_instant, plain["ends_at"]),
    )


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _seconds(at: datetime) -> int:
    """Return an instant in whole seconds since 1970, never rounded up (RFC 7519, NumericDate)."""
    elapsed = at - _EPOCH
    return elapsed.days * 86_400 + elapsed.seconds
