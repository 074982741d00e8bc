"""A signed statement of where the chain stood: who keeps it elsewhere can tell a ledger that was written anew."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from chengxin.errors import InvalidRecord, LedgerDamaged
from chengxin.ledger.entry import ChainHead
from chengxin.ledger.form import instant_text, is_digest_text, read_instant
from chengxin.signing import Signer, Verifier

CHECKPOINT_TYPE: Final = "chengxin-checkpoint+jws"
"""What a signature of a checkpoint is made for (``typ``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Where the chain stood, and a signature of it.

    Attributes:
        seq: number of the entry.
        hash: its hash.
        at: when it was signed, aware UTC.
        kid: name of the key that signed it.
        jws: the signature, a JWS in compact form whose payload holds ``seq``, ``hash`` and ``at``.
    """

    seq: int
    hash: str
    at: datetime
    kid: str
    jws: str

    def __post_init__(self) -> None:
        if type(self.seq) is not int or self.seq < 1 or not is_digest_text(self.hash):
            raise InvalidRecord("A checkpoint names an entry by its number and its hash.")
        instant_text(self.at)
        if not self.kid or not self.jws:
            raise InvalidRecord("A checkpoint is signed, and names the key. Use sign_checkpoint.")

    def verify_signature(self, verifier: Verifier) -> None:
        """Refuse a checkpoint that is not signed by a trusted key, or says else than its signature.

        Raises:
            SignatureRefused: the signature is not one that is trusted.
            LedgerDamaged: it signs another number, hash or instant.
        """
        verified = verifier.verify(self.jws, typ=CHECKPOINT_TYPE)
        if verified.kid != self.kid or _payload_of(verified.payload) != self._payload():
            raise LedgerDamaged(
                f"The checkpoint at entry {self.seq} says else than its signature. Restore a copy of it.",
                seq=self.seq,
                columns=("seq", "hash", "at", "kid"),
            )

    def encode(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return self._payload() | {"kid": self.kid, "jws": self.jws}

    @classmethod
    def decode(cls, values: dict[str, Any]) -> Checkpoint:
        """Return the checkpoint of such values.

        Raises:
            LedgerDamaged: they are those of none.
        """
        try:
            return cls(**{**values, "at": read_instant(values["at"])})
        except (TypeError, ValueError, KeyError):
            raise LedgerDamaged("A checkpoint cannot be read. Restore a copy of it.") from None

    def _payload(self) -> dict[str, Any]:
        return {"seq": self.seq, "hash": self.hash, "at": instant_text(self.at)}


def sign_checkpoint(head: ChainHead, *, at: datetime, signer: Signer) -> Checkpoint:
    """Return a signed checkpoint of where the chain stands.

    Args:
        head: number and hash of an entry, seldom other than the last.
        at: the present instant, aware UTC.
        signer: with the key; it may take its time, nothing is locked meanwhile.

    Raises:
        InvalidRecord: the chain has no entries yet.
    """
    payload = {"seq": head.seq, "hash": head.hash, "at": instant_text(at)}
    if head.seq < 1:
        raise InvalidRecord("The ledger has no entries, so that there is nothing to sign.")
    jws = signer.sign(payload, CHECKPOINT_TYPE)
    return Checkpoint(seq=head.seq, hash=head.hash, at=at, kid=signer.kid, jws=jws)


def _payload_of(payload: bytes) -> Any:  # noqa: ANN401  # any JSON value
    try:
        return json.loads(payload)
    except ValueError:
        return None
