"""What was probably meant by a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

MOST: Final = 20
"""So many findings come with a suggestion: to look for more in a long document would take long."""


def suggest(name: str, known: Iterable[str]) -> str:
    """Return a sentence that says what to write instead of an unknown name.

    >>> suggest("teir", ["tier", "reason"])
    "Did you mean 'tier'?"
    """
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"Known here: {', '.join(names)}." if names else "Nothing is declared here."


class Suggester:
    """Suggestions for the findings of one document, of which the first few are looked for."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = MOST

    def __call__(self, name: str, known: Iterable[str]) -> str:
        """Return a sentence that says what to write instead of an unknown name."""
        self._left -= 1
        return suggest(name, known) if self._left >= 0 else "Write a name that is declared."
