"""Whether two names are one person, for the second pair of eyes.

Names are compared, and nothing else is known here: whoever calls says truly who acts.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_UNSEEN: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def person_key(name: str) -> str:
    """Return what is compared of a name: without spaces, width, case, or anything that cannot be seen.

    >>> person_key(" Ｌi　Ming ") == person_key("li ming")
    True
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(c for c in folded if unicodedata.category(c) not in _UNSEEN)


def is_same_person(one: str, other: str) -> bool:
    """Tell whether two names are taken for one person."""
    return person_key(one) == person_key(other)
