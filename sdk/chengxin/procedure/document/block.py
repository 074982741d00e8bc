"""What a telling is made of: blocks of lines under headings, for the eye and for the ear."""

from __future__ import annotations

from dataclasses import dataclass

from chengxin.policy.text import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: whole sentences, with at most one address in them.

    Attributes:
        text: what stands before the address, or all of it.
        link: the address; empty where there is none.
        tail: what stands behind it.
        is_item: it is one item of what the line before it announces.
    """

    text: str
    link: str = ""
    tail: str = ""
    is_item: bool = False

    @property
    def whole(self) -> str:
        """The line as one text."""
        return f"{self.text}{self.link}{self.tail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines under one heading; the first block has none.

    Attributes:
        heading: the heading; empty of the first block.
        lines: the lines.
    """

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is told in one language.

    Attributes:
        language: the language.
        title: what it is.
        blocks: its blocks, in order.
    """

    language: Language
    title: str
    blocks: tuple[Block, ...]
