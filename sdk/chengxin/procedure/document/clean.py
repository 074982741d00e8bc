"""Texts of others, made fit to be kept and shown: no identity numbers, no characters that deceive the eye."""

from __future__ import annotations

import unicodedata
from typing import Final

from chengxin.identifiers import mask_identity_numbers
from chengxin.policy.text import Text

_DECEIVING: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, marks of direction and of nothing, halves of characters, separators of lines."""


def clean(text: str) -> str:
    r"""Return a text of others on one line, without characters that are not seen, identity numbers masked.

    >>> clean("示例\u202e商贸\n有限公司"), clean("当事人（110108199001011231）")
    ('示例商贸 有限公司', '当事人（〔身份号码已隐去〕）')
    """
    spaced = "".join(" " if c in "\t\n\r\v\f\x85\u2028\u2029" else c for c in text)
    kept = "".join(c for c in spaced if unicodedata.category(c) not in _DECEIVING)
    return mask_identity_numbers(" ".join(kept.split()))


def clean_or_none(text: str | None) -> str | None:
    """Return a text as ``clean`` does; None where nothing of it is left."""
    return (clean(text) or None) if text is not None else None


def clean_text(text: Text) -> Text:
    """Return a text in both languages as ``clean`` does."""
    return Text(zh=clean(text.zh), en=clean(text.en))
