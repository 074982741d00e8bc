"""公民身份号码, the resident identity number (GB 11643-1999), known only in order to keep it out.

Six digits of division, eight of birth date, three of order, one check character over the weights
``2**(17-i) mod 11``. A number that passes is never stored, logged, put in a URL or sent (invariant I8).
Divisions and dates are not looked up in tables: people born before their division existed are real.
"""

from __future__ import annotations

import re
from typing import Final

_PATTERN: Final = (
    r"[1-8][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
)
_SHAPE: Final = re.compile(_PATTERN)
_IN_TEXT: Final = re.compile(rf"(?<![0-9]){_PATTERN}(?![0-9])")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
MASK: Final = "〔身份号码已隐去〕"


def has_identity_number_shape(text: str) -> bool:
    """Tell whether ``text`` (half width, upper case) reads like an identity number, right or mistyped."""
    return _SHAPE.fullmatch(text) is not None


def is_identity_number(text: str) -> bool:
    """Tell whether ``text`` (half width, upper case) is an identity number: shape and check character.

    >>> is_identity_number("110108199001011231"), is_identity_number("110108199001011232")
    (True, False)
    """
    if not has_identity_number_shape(text):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return _CHECKS[total % 11] == text[17]


def mask_identity_numbers(text: str) -> str:
    """Return ``text`` with every identity number in it, upper or lower case, replaced by a mark.

    >>> mask_identity_numbers("当事人(110108199001011231)")
    '当事人(〔身份号码已隐去〕)'
    """

    def mask(match: re.Match[str]) -> str:
        return MASK if is_identity_number(match.group().upper()) else match.group()

    return _IN_TEXT.sub(mask, text)
