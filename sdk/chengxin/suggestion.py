"""What was probably meant by a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

from chengxin.errors import Wording

MOST: Final = 20
"""So many findings come with a suggestion: to look for more in a long document would take long."""
_DECLARED: Final = Wording(zh="请写已声明的名称。", en="Write a name that is declared.")


def suggest(name: str, known: Iterable[str]) -> str:
    """Return a sentence that says what to write instead of an unknown name.

    >>> suggest("teir", ["tier", "reason"])
    "Did you mean 'tier'?"
    """
    return suggestion(name, known).en


def suggestion(name: str, known: Iterable[str]) -> Wording:
    """Return a sentence that says what to write instead of an unknown name, in both languages.

    >>> suggestion("teir", ["tier", "reason"]).zh
    '是否指“tier”？'
    """
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return Wording(zh=f"是否指“{near[0]}”？", en=f"Did you mean {near[0]!r}?")
    if names:
        return Wording(zh=f"可用的有：{'、'.join(names)}。", en=f"Known here: {', '.join(names)}.")
    return Wording(zh="此处没有任何声明。", en="Nothing is declared here.")


class Suggester:
    """Suggestions for the findings of one document, of which the first few are looked for."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = MOST

    def __call__(self, name: str, known: Iterable[str]) -> Wording:
        """Return a sentence that says what to write instead of an unknown name."""
        self._left -= 1
        return suggestion(name, known) if self._left >= 0 else _DECLARED
