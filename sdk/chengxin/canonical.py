"""Canonical JSON (RFC 8785) and its digest: the same content has the same bytes everywhere."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785


def canonical_bytes(value: Any) -> bytes:  # noqa: ANN401  # any JSON value
    """Return the canonical form of a JSON value as UTF-8 bytes."""
    return rfc8785.dumps(value)


def digest(value: Any) -> str:  # noqa: ANN401  # any JSON value
    """Return ``sha256:`` and the hexadecimal SHA-256 of the canonical form of a JSON value.

    >>> digest({})
    'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'
    """
    return "sha256:" + hashlib.sha256(canonical_bytes(value)).hexdigest()
