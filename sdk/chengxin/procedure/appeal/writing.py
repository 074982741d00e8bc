"""What people write: names and statements, without what cannot be seen or turns the reading about.

A statement is never refused for its signs: it is cleaned (令116 art. 20, no unreasonable limits on appeals), and
identity numbers in it are masked (invariant I8).
"""

from __future__ import annotations

import unicodedata
from typing import Final

from chengxin.identifiers import mask_identity_numbers
from chengxin.policy.text import is_blank

LONGEST_NAME: Final = 100
"""Longest name of a person, in characters."""
LONGEST_STATEMENT: Final = 10_000
"""Longest statement, in characters."""

_LINES: Final = frozenset("\n\t")
_TURNING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Characters that turn the direction of reading, and the mark of byte order."""
_UNSEEN: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def clean_statement(text: str) -> str:
    r"""Return what somebody wrote as it is kept: without controls, turns of direction, and identity numbers.

    >>> clean_statement(" 我方已于\u202e3日\r\n缴纳罚款。\x00 ")
    '我方已于3日\n缴纳罚款。'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return mask_identity_numbers("".join(c for c in lines if not _is_unclean(c))).strip()


def clean_name(name: str) -> str:
    r"""Return a name as it is kept: on one line, cleaned as a statement is.

        >>> clean_name(" 李
    明 ")
        '李 明'
    """
    return " ".join(clean_statement(name).split())[:LONGEST_NAME].strip()


def is_clean_name(name: object) -> bool:
    """Tell whether something is the name of a person: on one line, of what can be seen, and no identity number."""
    return (
        isinstance(name, str)
        and not is_blank(name)
        and len(name) <= LONGEST_NAME
        and "\n" not in name
        and "\t" not in name
        and name == clean_statement(name)
    )


def is_clean_statement(text: object) -> bool:
    """Tell whether something is a statement as it is kept."""
    return (
        isinstance(text, str)
        and not is_blank(text)
        and len(text) <= LONGEST_STATEMENT
        and text == clean_statement(text)
    )


def _is_unclean(character: str) -> bool:
    if character in _LINES:
        return False
    return character in _TURNING or unicodedata.category(character) in _UNSEEN
