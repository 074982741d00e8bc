"""公民身份号码, the resident identity number (GB 11643-1999), known only in order to keep it out.

Six digits of division, eight of birth date, three of order, one check character over the weights
``2**(17-i) mod 11``. A number that passes is never stored, logged, put in a URL or sent (invariant I8).
Divisions and dates are not looked up in tables: people born before their division existed are real.
"""

from __future__ import annotations

import re
from typing import Final

_SHAPE: Final = re.compile(
    r"[1-8][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]"
)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"


def has_identity_number_shape(text: str) -> bool:
    """Tell whether ``text`` (half width, upper case) reads like an identity number, right or mistyped."""
    return _SHAPE.fullmatch(text) is not None


def is_identity_number(text: str) -> bool:
    """Tell whether ``text`` (half width, upper case) is an identity number: shape and check character.

    >>> is_identity_number("110108199001011232")
    False
    """
    if not has_identity_number_shape(text):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return _CHECKS[total % 11] == text[17]
