"""The algorithms that are signed and verified with; a list, and closed."""

from __future__ import annotations

from enum import StrEnum


class Algorithm(StrEnum):
    """Name of an algorithm, as the header of a signature says it (RFC 7518, RFC 8037)."""

    EDDSA = "EdDSA"
    """Ed25519."""
    ES256 = "ES256"
    """ECDSA on P-256 with SHA-256."""
