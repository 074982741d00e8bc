"""Signatures that are not trusted."""

from __future__ import annotations

from chengxin.errors.root import ChengxinError


class SignatureRefused(ChengxinError, ValueError):
    """A signature is not one that is trusted; nothing of what it signs is used.

    Attributes:
        fault: why, as a stable word (see ``chengxin.signing.SignatureFault``).
        kid: name of the key that it names, cut to 200 characters; None where it names none.
    """

    code = "signature_refused"

    def __init__(self, message: str, *, fault: str, kid: str | None = None) -> None:
        super().__init__(message)
        self.fault = fault
        self.kid = None if kid is None else kid[:200]
