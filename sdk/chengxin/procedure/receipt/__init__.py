"""查询回执: signed receipts of checks, verified offline; they outlive what was shown, and hold nothing of it. Pure.

``receipt_of`` makes one of a status, ``sign_receipt`` signs it, ``verify_receipt`` reads it back:

>>> from datetime import UTC, datetime
>>> from chengxin.errors import UnknownReason
>>> from chengxin.identifiers import Uscc
>>> from chengxin.records import unknown
>>> from chengxin.signing import KeySigner, Verifier, generate_key
>>> at = datetime(2026, 6, 15, 4, 30, tzinfo=UTC)
>>> code = Uscc("91350100M000100Y43")
>>> found = unknown(code, reason=UnknownReason.TIMEOUT, detail="", at=at, source="信用中国")
>>> receipt = receipt_of(found, at=at, receipt_id="R-1", salt=bytes(16))
>>> signer = KeySigner.from_pem(generate_key())
>>> verify_receipt(sign_receipt(receipt, signer), Verifier.of(signer)).reason
<UnknownReason.TIMEOUT: 'timeout'>
"""

from chengxin.procedure.receipt.codec import decode_claims, encode_claims
from chengxin.procedure.receipt.content import Shown, content_digest, content_of
from chengxin.procedure.receipt.issuing import receipt_of
from chengxin.procedure.receipt.receipt import NOBODY_NAMED, Asked, Receipt, ReceiptRecord
from chengxin.procedure.receipt.token import RECEIPT_TYPE, sign_receipt, verify_receipt

__all__ = [
    "NOBODY_NAMED",
    "RECEIPT_TYPE",
    "Asked",
    "Receipt",
    "ReceiptRecord",
    "Shown",
    "content_digest",
    "content_of",
    "decode_claims",
    "encode_claims",
    "receipt_of",
    "sign_receipt",
    "verify_receipt",
]
