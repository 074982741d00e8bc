"""Whether two names are one person, for the second pair of eyes.

Names are compared, and nothing else is known here: whoever calls says truly who acts.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zs", "Zl", "Zp"})
"""Categories of characters that show nothing: controls, formats, spaces, and what is assigned to nothing."""
_BLANK: Final = frozenset(
    [
        *"\N{COMBINING GRAPHEME JOINER}\N{HANGUL CHOSEONG FILLER}\N{HANGUL JUNGSEONG FILLER}\N{HANGUL FILLER}",
        *"\N{KHMER VOWEL INHERENT AQ}\N{KHMER VOWEL INHERENT AA}\N{BRAILLE PATTERN BLANK}",
        *map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))),
    ]
)
"""Letters and marks that show nothing either: fillers, joiners, and selectors of variants of the character before."""


def person_key(name: str) -> str:
    """Return what is compared of a name: without spaces, width, case, or anything that cannot be seen.

    >>> person_key(" Ｌi　Ming ") == person_key("li ming")
    True
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(c for c in folded if c not in _BLANK and unicodedata.category(c) not in _UNSEEN)


def is_same_person(one: str, other: str) -> bool:
    """Tell whether two names are taken for one person."""
    return person_key(one) == person_key(other)
