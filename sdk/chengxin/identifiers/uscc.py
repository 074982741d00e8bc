"""统一社会信用代码, the unified social credit code (GB 32100-2015).

Eighteen characters, digits and capitals without I, O, S, V and Z:

===========  =========================================================  =====================
position     meaning                                                    lawful characters
===========  =========================================================  =====================
1            registering authority (登记管理部门)                       1 to 9, A, N, Y
2            class of entity under that authority (机构类别)            digit
3 to 8       administrative division of registration (GB/T 2260)        digits
9 to 17      organisation code (GB 11714)                               alphabet
18           check character                                            alphabet
===========  =========================================================  =====================

The check character makes the sum of ``value * 3**i mod 31`` over all positions a multiple of 31, the last
position having weight 1; every substitution of one character by another is detected.

Codes that begin with N (农业, rural collectives), A (中央军委) and Y (其他) are lawful and sell on platforms.
Marking a lawful code invalid is worse than letting an unissued one through: the classes in use under an
authority and the inner check of the organisation code are therefore properties, not conditions. One thing
is refused although the check character fits: a person's identity number, which one time in 31 looks like a
code and must not travel in a URL.

>>> Uscc.parse("９１３５０１００-m000100y43").code
'91350100M000100Y43'
>>> Uscc.is_valid("91350100M000100Y44")
False
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from chengxin.errors import InvalidUscc
from chengxin.identifiers.resident import (
    has_identity_number_shape,
    is_identity_number,
    resembles_identity_number,
)

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH: Final = 18
_AUTHORITIES: Final = "123456789ANY"
_DIGITS: Final = "0123456789"
_WEIGHTS: Final = (*(pow(3, i, 31) for i in range(LENGTH - 1)), 1)
_LAWFUL: Final = (_AUTHORITIES,) + (_DIGITS,) * 7 + (ALPHABET,) * 10
_TABLES: Final = tuple(
    {character: ALPHABET.index(character) * weight for character in lawful}
    for lawful, weight in zip(_LAWFUL, _WEIGHTS, strict=True)
)
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)

_SEPARATORS: Final = " \t\r\n-_.·‐‑‒–—―−﹘﹣\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"
_NORMAL: Final = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full width
    | {ord(character): None for character in _SEPARATORS}
    | {ord("\N{FULLWIDTH HYPHEN-MINUS}"): None, ord("\N{FULLWIDTH FULL STOP}"): None}
    | {ord(lower): ord(lower) - 32 for lower in "abcdefghijklmnopqrstuvwxyz"}
    | {0xFF41 + i: ord("A") + i for i in range(26)}  # full width, lower case
)
_LONGEST_INPUT: Final = 64
_LIKENESS: Final = {"O": "0", "I": "1", "Z": "2", "S": "5", "V": "U"}


class UsccFault(StrEnum):
    """What is wrong with a text that is not a code; stable words."""

    NOT_TEXT = "not_text"
    EMPTY = "empty"
    LENGTH = "length"
    REGISTRATION_NUMBER = "registration_number"
    CHARACTER = "character"
    AUTHORITY = "authority"
    ENTITY_CLASS = "entity_class"
    DIVISION = "division"
    CHECK = "check"
    IDENTITY_NUMBER = "identity_number"


@dataclass(frozen=True, slots=True, order=True)
class Uscc:
    """A lawful unified social credit code; an instance that exists has passed its check.

    Attributes:
        code: the 18 characters, upper case, half width.
    """

    code: str

    def __post_init__(self) -> None:
        if not self.is_valid(self.code):
            raise _explain(self.code, self.code)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a code as people write it: any width and case, with spaces, hyphens and dots between.

        Letters are never guessed: an O stays an O and is refused, with the likely digit named.

        Args:
            text: what was typed or stored.

        Returns:
            The code.

        Raises:
            InvalidUscc: with fault, 1-based position where it is known, and what to do.
        """
        if not isinstance(text, str):
            raise InvalidUscc(
                f"A code is a text of 18 characters, not {type(text).__name__}.",
                given="",
                fault=UsccFault.NOT_TEXT,
            )
        if cls.is_valid(text):
            return cls(text)
        normal = normalise(text)
        if not cls.is_valid(normal):
            raise _explain(normal, text)
        return cls(normal)

    @staticmethod
    def is_valid(code: str) -> bool:
        """Tell whether ``code`` is lawful in its normal form (18 characters, upper case, half width)."""
        if len(code) != LENGTH:
            return False
        try:
            if sum(map(dict.__getitem__, _TABLES, code)) % 31:
                return False
        except KeyError:
            return False
        return code[0] == "9" or not is_identity_number(code)

    @property
    def authority(self) -> str:
        """Registering authority: the first character."""
        return self.code[0]

    @property
    def entity_class(self) -> str:
        """Class of entity under the registering authority: the second character."""
        return self.code[1]

    @property
    def division(self) -> str:
        """Administrative division of registration, six digits of GB/T 2260."""
        return self.code[2:8]

    @property
    def organisation_code(self) -> str:
        """Organisation code of GB 11714, nine characters."""
        return self.code[8:17]

    @property
    def is_sole_trader(self) -> bool:
        """Tell whether the code is of a 个体工商户: a natural person's business (class 92)."""
        return self.code.startswith("92")

    @property
    def has_consistent_organisation_code(self) -> bool:
        """Tell whether the organisation code passes the check of GB 11714; some issued codes do not."""
        body, check = self.code[8:16], self.code[16]
        total = sum(int(c, 36) * w for c, w in zip(body, _ORGANISATION_WEIGHTS, strict=True))
        return check == "0123456789X0"[11 - total % 11 if total % 11 else 11]

    def __str__(self) -> str:
        return self.code


def normalise(text: str) -> str:
    """Return ``text`` in half width and upper case without separators; at most 64 characters are looked at.

    Only the full-width block is folded, so that look-alikes such as superscript digits stay what they are and
    are refused.
    """
    return text[: _LONGEST_INPUT + 1].translate(_NORMAL)


def check_character(first_seventeen: str) -> str:
    """Return the check character that belongs to the first seventeen characters.

    >>> check_character("91350100M000100Y4")
    '3'
    """
    total = sum(table[c] for table, c in zip(_TABLES, first_seventeen, strict=False))
    return ALPHABET[-total % 31]


def _explain(code: str, given: str) -> InvalidUscc:
    """Say what is wrong with ``code``, the normal form of ``given``, at the first place where it shows."""
    is_repeated = not resembles_identity_number(code)

    def refusal(message: str, fault: UsccFault, position: int | None = None) -> InvalidUscc:
        return InvalidUscc(message, given=given if is_repeated else "", fault=fault, position=position)

    if has_identity_number_shape(code):
        return InvalidUscc(
            "This reads like a person's identity number. It is not the code of an enterprise; it is neither "
            "kept nor sent. Give the 18 characters of the business licence.",
            given="",
            fault=UsccFault.IDENTITY_NUMBER,
        )
    if not code:
        return refusal("No code was given. Give the 18 characters of the licence.", UsccFault.EMPTY)
    if len(code) == 15 and code.isascii() and code.isdigit():
        return refusal(
            "15 digits are a registration number (注册号) of before 2015, another identifier. "
            "Take the 18-character code from the current licence.",
            UsccFault.REGISTRATION_NUMBER,
        )
    for position, (character, lawful) in enumerate(zip(code, _LAWFUL, strict=False), start=1):
        if character not in lawful:
            return refusal(*_explain_character(position, character, lawful))
    if len(code) != LENGTH:
        length = len(code) if len(given) <= _LONGEST_INPUT else f"more than {_LONGEST_INPUT}"
        return refusal(f"A code has 18 characters, this has {length}.", UsccFault.LENGTH)
    fitting = (
        f": after {code[:17]} it would be {check_character(code[:17])}, not {code[17]}" if is_repeated else ""
    )
    return refusal(
        f"The check character does not fit{fitting}. Compare all characters with the licence.",
        UsccFault.CHECK,
        LENGTH,
    )


def _explain_character(position: int, character: str, lawful: str) -> tuple[str, UsccFault, int]:
    shown = repr(character) if character.isprintable() else f"U+{ord(character):04X}"
    if character not in ALPHABET:
        likely = _LIKENESS.get(character)
        advice = f" Is it {likely}?" if likely else ""
        problem, fault = f"does not occur in codes.{advice}", UsccFault.CHARACTER
    elif position == 1:
        problem, fault = (
            f"is no registering authority; it is one of {', '.join(lawful)}.",
            UsccFault.AUTHORITY,
        )
    elif position == 2:
        problem, fault = "is no class of entity; it is a digit.", UsccFault.ENTITY_CLASS
    else:
        problem = "is not a digit; positions 3 to 8 are the division of registration."
        fault = UsccFault.DIVISION
    return f"{shown} at position {position} {problem}", fault, position
