"""What an explanation is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from chengxin.policy.text import Language, Text


class Section(StrEnum):
    """What a paragraph is about."""

    SUBJECT = "SUBJECT"
    """Whom it is about, and of which day."""
    UNKNOWN = "UNKNOWN"
    """Why nothing is known, and what that does not mean."""
    FACTS = "FACTS"
    """What the source discloses."""
    TIER = "TIER"
    """The tier, or why there is none."""
    TREATMENT = "TREATMENT"
    """Rules that fired, with each measure."""
    REVIEW = "REVIEW"
    """What a named human decides."""
    REPAIR = "REPAIR"
    """How each record is repaired."""
    APPEAL = "APPEAL"
    """How to appeal."""
    CHANGE = "CHANGE"
    """What would change it."""
    SOURCE = "SOURCE"
    """Source, data date and policy."""


HEADINGS: Final[Mapping[Section, Text]] = MappingProxyType(
    {
        Section.FACTS: Text(zh="事实", en="The facts"),
        Section.TIER: Text(zh="等级", en="The tier"),
        Section.TREATMENT: Text(zh="处理及依据", en="What is done, and why"),
        Section.REVIEW: Text(zh="由专人决定的事项", en="What a person decides"),
        Section.REPAIR: Text(zh="怎样修复", en="How to repair"),
        Section.APPEAL: Text(zh="怎样申诉", en="How to appeal"),
        Section.CHANGE: Text(zh="什么会带来变化", en="What would change it"),
        Section.SOURCE: Text(zh="来源", en="Source"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One paragraph.

    Attributes:
        section: what it is about.
        text: the prose, whole sentences.
        about: the rule, measure or record that it is about, by id or code; None where it is about none.
        is_item: it is one item of what the paragraph before it announces.
    """

    section: Section
    text: str
    about: str | None = None
    is_item: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A treatment explained in one language: facts, rules, bases, ends, repair, appeal, and what would change it.

    Attributes:
        language: the language.
        paragraphs: its paragraphs, in order.
    """

    language: Language
    paragraphs: tuple[Paragraph, ...]

    @property
    def text(self) -> str:
        """The whole as prose, a heading before each section."""
        return "\n".join(self._lines())

    def of(self, section: Section) -> tuple[Paragraph, ...]:
        """Return the paragraphs of one section."""
        return tuple(paragraph for paragraph in self.paragraphs if paragraph.section is section)

    def _lines(self) -> Iterator[str]:
        section = None
        for paragraph in self.paragraphs:
            if paragraph.section is not section:
                section = paragraph.section
                if section in HEADINGS:
                    yield ""
                    yield (
                        f"【{HEADINGS[section].zh}】" if self.language == "zh" else f"{HEADINGS[section].en}:"
                    )
            yield f"  {paragraph.text}" if paragraph.is_item else paragraph.text
