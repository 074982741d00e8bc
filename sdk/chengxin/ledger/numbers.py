"""A set of entry numbers that lie close together: one bit each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_PER_BLOCK: Final = 4096


class EntryNumbers:
    """A set of numbers; a hundred million of them take some 13 MB, where all lie in one stretch."""

    __slots__ = ("_blocks",)

    def __init__(self) -> None:
        self._blocks: dict[int, int] = {}

    def add(self, number: int) -> None:
        """Put a number in."""
        block, bit = divmod(number, _PER_BLOCK)
        self._blocks[block] = self._blocks.get(block, 0) | (1 << bit)

    def take(self, number: int) -> bool:
        """Take a number out, and tell whether it was in."""
        block, bit = divmod(number, _PER_BLOCK)
        bits = self._blocks.get(block, 0)
        if not bits >> bit & 1:
            return False
        rest = bits ^ (1 << bit)
        if rest:
            self._blocks[block] = rest
        else:
            del self._blocks[block]
        return True

    def __iter__(self) -> Iterator[int]:
        for block in sorted(self._blocks):
            bits = self._blocks[block]
            while bits:
                lowest = bits & -bits
                yield block * _PER_BLOCK + lowest.bit_length() - 1
                bits ^= lowest
