"""Receipts are made here and nowhere else: of the very status that was shown."""

from __future__ import annotations

from datetime import datetime

from chengxin.errors import InvalidReceipt
from chengxin.policy.instant import as_utc
from chengxin.policy.predicate import ends_at
from chengxin.policy.text import is_blank
from chengxin.procedure.document.clean import clean
from chengxin.procedure.receipt.content import content_digest, content_of
from chengxin.procedure.receipt.receipt import NOBODY_NAMED, Asked, Receipt, ReceiptRecord
from chengxin.procedure.statement.ground import ground_digest
from chengxin.records import CreditStatus, Record, Standing


def receipt_of(  # each part is of a hand of its own: the status, the clock, the register, the secrets, who asks
    status: CreditStatus,
    *,
    at: datetime,
    receipt_id: str,
    salt: bytes,
    asked: Asked = NOBODY_NAMED,
    digest_key: bytes | None = None,
) -> Receipt:
    """Return the receipt of a check.

    Args:
        status: what the check gave.
        at: the instant of the check, aware; the status is valid then.
        receipt_id: its number, never used before.
        salt: random bytes, 16 at least; kept with the content and erased with it.
        asked: who asked, what for, and the pseudonym of a natural person.
        digest_key: a secret of the platform, by which digests of records are the same on all receipts and statements;
            without one the salt takes its place, and nothing links them once it is erased.

    Raises:
        InvalidReceipt: the status is not, or not any more, one of that instant; or a part is no such part.
        InvalidRecord: the instant has no time zone.
    """
    at = as_utc(at)
    has_no_life = status.valid_until <= status.shown_at <= at  # it could not be asked, or the answer is over
    is_of_then = status.is_valid(at) or (status.standing is Standing.UNKNOWN and has_no_life)
    if not is_of_then:
        raise InvalidReceipt(
            "The status is not one of that instant. Check again, and take the receipt of that."
        )
    digest = content_digest(content_of(status), salt)
    key = salt if digest_key is None else digest_key
    if not key:
        raise InvalidReceipt("The digest key is empty. Give a secret, or none.")
    return Receipt(
        receipt_id=receipt_id,
        subject_kind=status.subject.kind,
        code=status.subject.code,
        pseudonym=asked.pseudonym,
        source=clean(status.source),
        as_of=None if status.as_of is None else as_utc(status.as_of),
        fetched_at=as_utc(status.fetched_at),
        checked_at=at,
        expires_at=as_utc(status.valid_until),
        standing=status.standing,
        reason=status.reason,
        records=tuple(_without_content(record, key) for record in status.records),
        content_digest=digest,
        purpose=_said(asked.purpose),
        operator=_said(asked.operator),
    )


def _said(text: str | None) -> str | None:
    said = clean(text or "")
    return None if is_blank(said) else said


def _without_content(record: Record, key: bytes) -> ReceiptRecord:
    return ReceiptRecord(
        digest=ground_digest(record, key=key),
        version=record.version,
        kind=record.kind,
        severity=record.severity,
        ends_at=ends_at(record),
    )
