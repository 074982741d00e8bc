"""Parts of a file by ``Range`` (RFC 9110, section 14)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_ONE_RANGE = re.compile(r"bytes=\s*(\d*)-(\d*)\s*", re.ASCII)
_CHUNK = 256 * 1024


class UnsatisfiableError(Exception):
    """Raised where a range has nothing of the file in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """A stretch of a file: ``start`` up to but not including ``end``, of ``size`` bytes.

    ``is_part`` says whether a range was asked for, which may have been all of it.
    """

    path: Path
    start: int
    end: int
    size: int
    is_part: bool
    media_type: str
    entity_tag: str

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return self.end - self.start

    def chunks(self) -> Iterator[bytes]:
        """Read the stretch in chunks; a file that is removed meanwhile is read to its end all the same."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            left = self.length
            while left > 0 and (chunk := file.read(min(_CHUNK, left))):
                left -= len(chunk)
                yield chunk


def parse_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Read a ``Range`` header; nothing where the whole file is to be sent.

    What is no single range of bytes is passed over, as the standard allows.

    >>> parse_range("bytes=10-19", 100), parse_range("bytes=-5", 100), parse_range("bytes=0-1,5-6", 100)
    ((10, 20), (95, 100), None)

    Raises:
        UnsatisfiableError: the range begins beyond the end, or asks for the last 0 bytes.
    """
    found = _ONE_RANGE.fullmatch(header or "")
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= size:
        raise UnsatisfiableError
    return start, end
