"""How long a source allows its answer to be kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_UNSTATED_MAX_AGE_SECONDS: Final = 60.0
_MAX_AGE: Final = re.compile(r"(?:^|,)\s*max-age(?![a-z0-9_-])\s*=?\s*\"?([^,\"\s]*)", re.IGNORECASE)
_SECONDS: Final = re.compile(r"[0-9]+")
_NOT_KEPT: Final = re.compile(r"(?:^|,)\s*no-(?:store|cache)\b", re.IGNORECASE)


def max_age_seconds(headers: Mapping[str, str]) -> float:
    """Return how long an answer may be kept, from ``Cache-Control`` and ``Age`` (RFC 9111), in doubt the shorter.

    A ``max-age`` that is no number of seconds counts as 0 (§4.2.1), not as unstated.
    """
    control = headers.get("cache-control", "")
    age = headers.get("age", "0").strip()
    if _NOT_KEPT.search(control) or not (age.isascii() and age.isdigit()):
        return 0.0
    stated = [float(text[:9]) if _SECONDS.fullmatch(text) else 0.0 for text in _MAX_AGE.findall(control)]
    return max(0.0, min(stated, default=_UNSTATED_MAX_AGE_SECONDS) - float(age[:9]))
