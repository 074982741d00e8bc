"""Text that merchants read, in both languages of the house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from chengxin.errors import InvalidMeasure

Language: TypeAlias = Literal["zh", "en"]


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
        if not (self.zh.strip() and self.en.strip()):
            raise InvalidMeasure("A text that a merchant reads is in both languages. Give zh and en.")

    def in_language(self, language: Language) -> str:
        """Return the text in one language.

        >>> Text(zh="保证金", en="deposit").in_language("en")
        'deposit'
        """
        return self.zh if language == "zh" else self.en
