"""The unified social credit code (统一社会信用代码) by GB 32100-2015.

Eighteen characters without I, O, Z, S, V: registering authority, entity class, six digits of the registering
division (GB/T 2260), nine characters of organisation code (GB 11714, the last its own check), one check
character. Codes of the authorities N, A and Y are as lawful as those that start with a digit.
"""

import re
from itertools import product
from operator import mul

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CLASSES: dict[str, str] = {
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "1239",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "123",
    "A": "19",
    "N": "1239",
    "Y": "1",
}
"""The entity classes of each registering authority."""

BODY_DIGITS = 6
BODY_SPACE = len(ALPHABET) ** BODY_DIGITS
"""How many organisation codes a generated population can tell apart."""

_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_TRIPLES = tuple(map("".join, product(ALPHABET, repeat=BODY_DIGITS // 2)))
_VALUES = {char: value for value, char in enumerate(ALPHABET)}
_INNER_VALUES = {char: int(char, 36) for char in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_FORM = re.compile(r"[1-9ANY][0-9]{7}[0-9ABCDEFGHJKLMNPQRTUWXY]{10}")


def compose(kind: str, division: str, body: str) -> str:
    """Return the whole code for an authority and class, a division and eight organisation characters.

    >>> compose("91", "350100", "M000100Y")
    '91350100M000100Y43'
    """
    first = f"{kind}{division}{body}{organisation_check(body)}"
    return first + check_character(first)


def check_character(first17: str) -> str:
    """Return the eighteenth character of a code."""
    total = sum(map(mul, map(_VALUES.__getitem__, first17), _WEIGHTS))
    return ALPHABET[-total % 31]


def organisation_check(body: str) -> str:
    """Return the check character of an eight-character organisation code (GB 11714)."""
    rest = 11 - sum(map(mul, map(_INNER_VALUES.__getitem__, body), _INNER_WEIGHTS)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def fault_in(code: str) -> str | None:
    """Say what makes a text no lawful code, or return nothing when it is one.

    The inner organisation check is not asked for: some codes in use deviate from it.
    """
    if not _FORM.fullmatch(code):
        return "not 18 characters of the form of GB 32100 (no I, O, Z, S, V)"
    if code[1] not in CLASSES[code[0]]:
        return f"authority {code[0]} has no class {code[1]}, only {', '.join(CLASSES[code[0]])}"
    if check_character(code[:17]) != code[17]:
        return "the check character does not agree"
    return None


def encode_body(number: int) -> str:
    """Write a number below ``BODY_SPACE`` as the eight organisation characters of a generated code."""
    high, low = divmod(number, len(_TRIPLES))
    return f"MA{_TRIPLES[high]}{_TRIPLES[low]}"


def decode_body(body: str) -> int | None:
    """Read back what ``encode_body`` wrote; nothing when another hand wrote it."""
    if not body.startswith("MA") or any(char not in ALPHABET for char in body):
        return None
    number = 0
    for char in body[2:]:
        number = number * len(ALPHABET) + ALPHABET.index(char)
    return number
