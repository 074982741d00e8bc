"""Text that merchants read, in both languages of the house."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from chengxin.errors import InvalidMeasure

Language: TypeAlias = Literal["zh", "en"]

_FILLERS: Final = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols by category that are drawn as nothing: Hangul fillers, the empty Braille pattern."""


def is_blank(text: object) -> bool:
    r"""Tell whether something is no text, or a text in which nothing can be seen.

    >>> is_blank(" \u200b"), is_blank("4.1")
    (True, False)
    """
    if not isinstance(text, str):
        return True
    first = text[:1]
    if "!" <= first <= "~" or "\u4e00" <= first <= "\u9fff":  # nearly every text, told at once
        return False
    return not any(unicodedata.category(c)[0] in "LNPS" and c not in _FILLERS for c in text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text in Chinese and in English, neither of them empty.

    Attributes:
        zh: the text in Chinese, which prevails.
        en: the text in English.
    """

    zh: str
    en: str

    def __post_init__(self) -> None:
        if is_blank(self.zh) or is_blank(self.en):
            raise InvalidMeasure("A text that a merchant reads is in both languages. Give zh and en.")

    def in_language(self, language: Language) -> str:
        """Return the text in one language.

        >>> Text(zh="保证金", en="deposit").in_language("en")
        'deposit'
        """
        return self.zh if language == "zh" else self.en
