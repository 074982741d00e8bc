"""Why a signature is refused."""

from __future__ import annotations

from enum import StrEnum

from chengxin.errors import SignatureRefused


class SignatureFault(StrEnum):
    """What is wrong with a signature, as a stable word."""

    MALFORMED = "malformed"
    """It is no JWS in compact form, or a part of it cannot be decoded."""
    DUPLICATE_MEMBER = "duplicate_member"
    """Its header holds a member twice, which two readers may read differently (RFC 7515, section 4)."""
    ALGORITHM = "algorithm"
    """It names an algorithm that is not on the list; ``none`` and HS256 are not."""
    TYPE = "type"
    """It was made for another purpose, or says none (RFC 8725, section 3.11)."""
    NO_KEY_ID = "no_key_id"
    """It does not say which key made it."""
    UNKNOWN_KEY = "unknown_key"
    """The key that it names is not among those that are trusted."""
    KEY_IN_HEADER = "key_in_header"
    """It brings a key along, or a place to fetch one from, or asks for an extension."""
    BAD_SIGNATURE = "bad_signature"
    """The key that it names did not make it, or it was changed since."""


_SENTENCES = {
    SignatureFault.MALFORMED: "It is no JWS in compact form. Pass on the whole of what was received.",
    SignatureFault.DUPLICATE_MEMBER: "Its header holds a member twice. Ask its sender to correct it.",
    SignatureFault.ALGORITHM: "Its algorithm is neither EdDSA nor ES256. Ask its sender for one of them.",
    SignatureFault.TYPE: "It was made for another purpose. Check what it is used for.",
    SignatureFault.NO_KEY_ID: "It does not say which key made it. Ask its sender for a kid in the header.",
    SignatureFault.UNKNOWN_KEY: "Its key is not among those that are trusted. Check the key set, and its age.",
    SignatureFault.KEY_IN_HEADER: "It brings a key or an extension along, which nothing is believed of.",
    SignatureFault.BAD_SIGNATURE: "Its key did not make it, or it was changed since. Nothing of it is used.",
}


def refusal(fault: SignatureFault, kid: str | None = None) -> SignatureRefused:
    """Return the error for a fault."""
    return SignatureRefused(f"The signature is refused. {_SENTENCES[fault]}", fault=fault, kid=kid)
