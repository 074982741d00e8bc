"""Receipts as tokens: a JWS in compact form, for this purpose alone, that anybody verifies offline."""

from __future__ import annotations

from typing import Final

from chengxin.procedure.receipt.codec import decode_claims, encode_claims
from chengxin.procedure.receipt.receipt import Receipt
from chengxin.signing import Signer, Verifier

RECEIPT_TYPE: Final = "chengxin-receipt+jwt"
"""What the signature of a receipt is made for (``typ``)."""


def sign_receipt(receipt: Receipt, signer: Signer) -> str:
    """Return a receipt as a signed token."""
    return signer.sign(encode_claims(receipt), RECEIPT_TYPE)


def verify_receipt(token: str, verifier: Verifier) -> Receipt:
    """Return the receipt that a token is.

    It asks nobody and reads no clock: a receipt that is no present knowledge any more stays proof of what was shown.

    Args:
        token: a JWS in compact form.
        verifier: of the keys that are trusted.

    Raises:
        SignatureRefused: it was forged, changed, made for another purpose, or by a key that is not trusted.
        InvalidReceipt: a trusted key signed what is no receipt.
    """
    return decode_claims(verifier.verify(token, typ=RECEIPT_TYPE).payload)
