"""公民身份号码, the resident identity number (GB 11643-1999), known only in order to keep it out.

Six digits of division, eight of birth date, three of order, one check character over the weights
``2**(17-i) mod 11``. A number that passes is never stored, logged, put in a URL or sent (invariant I8).
Divisions and dates are not looked up in tables: people born before their division existed are real.
"""

from __future__ import annotations

import re
from typing import Final

_DATE: Final = r"(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_SHAPE: Final = re.compile(rf"[1-8][0-9]{{5}}{_DATE}[0-9]{{3}}[0-9X]")
_RESEMBLING: Final = re.compile(r"[0-9]{15}|(?<![0-9])[1-8][0-9]{5}(?:18|19|20)[0-9]{6}")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"

_APART: Final = r"[\s\-‐-―−－_.·\u200b-\u200d\u2060\ufeff]*"
"""What people write between the digits of a number."""
_DIGIT: Final = "[0-9０-９]"
_IN_TEXT: Final = re.compile(rf"(?=({_DIGIT}(?:{_APART}{_DIGIT}){{16}}{_APART}[0-9０-９XxＸｘ]))")
_HEX: Final = "[0-9A-Fa-f]"
_DIGEST: Final = re.compile(
    rf"(?<![0-9A-Za-z])(?=[0-9]*[A-Fa-f])(?:{_HEX}{{64}}|{_HEX}{{40}}|{_HEX}{{32}}"
    rf"|{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}})(?![0-9A-Za-z])"
)
"""Digests and random names in hexadecimal: one in some four million has a number in it by chance."""
_FOLDED: Final = {0xFF10 + i: ord("0") + i for i in range(10)} | {ord(c): "X" for c in "xＸｘ"}
MASK: Final = "〔身份号码已隐去〕"


def has_identity_number_shape(text: str) -> bool:
    """Tell whether ``text`` (half width, upper case) reads like an identity number, right or mistyped."""
    return _SHAPE.fullmatch(text) is not None


def resembles_identity_number(text: str) -> bool:
    """Tell whether ``text`` (half width) may hold an identity number, a part of one or an old one.

    Used to decide what an error repeats of its input; it errs on the side of not repeating.
    """
    return _RESEMBLING.search(text) is not None


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
    """Return ``text`` with every identity number in it replaced by a mark.

    Numbers are found in half and full width, with spaces, hyphens and invisible characters between, and within
    longer runs of digits. Within a digest or a random name in hexadecimal (of 32, 40 or 64 digits, some of them
    letters, or a UUID) there is none: what reads so is there by chance.

    >>> mask_identity_numbers("当事人(110108 19900101 1231)")
    '当事人(〔身份号码已隐去〕)'
    """
    masked: list[str] = []
    done = 0
    digests: list[tuple[int, int]] | None = None
    for match in _IN_TEXT.finditer(text):
        start, end = match.span(1)
        if digests is None:
            digests = [digest.span() for digest in _DIGEST.finditer(text)]
        if any(first <= start and end <= last for first, last in digests):
            continue
        folded = "".join(c for c in match.group(1).translate(_FOLDED) if c.isdigit() or c == "X")
        if start >= done and is_identity_number(folded):
            masked += (text[done:start], MASK)
            done = end
    return "".join([*masked, text[done:]])
