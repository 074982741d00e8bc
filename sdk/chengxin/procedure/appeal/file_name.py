"""Names of files that others give: shown to people, and never a path."""

from __future__ import annotations

import unicodedata
from typing import Final

from chengxin.identifiers import mask_identity_numbers

LONGEST_STEM: Final = 80
"""Longest name without its suffix, in characters."""
_NAMELESS: Final = "file"
_RESERVED: Final = frozenset('<>:"|?*%;')
"""Characters that some file system, shell or header reads as something else."""
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³")}
)
"""Names that one system takes for devices, with any suffix."""


def clean_file_name(given: str, suffix: str) -> str:
    r"""Return a name for a file that is safe to show and to save as, with the suffix of what the file is.

    Path parts, controls, invisible and direction-turning characters go; identity numbers are masked; and a suffix that
    says something else than the content is made part of the name.

    Args:
        given: the name as it came.
        suffix: the suffix of the type that the content has, e.g. ``.pdf``.

    >>> clean_file_name("..\\..\\决定书\u202efdp.exe", ".pdf")
    '决定书fdp.exe.pdf'
    """
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    seen = unicodedata.normalize("NFC", mask_identity_numbers(_seen(last)))
    stem = seen[: -len(suffix)] if seen[-len(suffix) :].lower() == suffix else seen
    stem = stem[:LONGEST_STEM].strip(". ")
    if not any(unicodedata.category(character)[0] in "LN" for character in stem):
        stem = _NAMELESS
    if stem.split(".", 1)[0].strip().casefold() in _DEVICES:
        stem = f"_{stem}"
    return stem + suffix


def _seen(text: str) -> str:
    return "".join(
        "_" if character in _RESERVED else " " if character.isspace() else character
        for character in text
        if unicodedata.category(character) not in _UNSEEN
    )
