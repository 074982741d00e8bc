"""What was probably meant by a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


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
