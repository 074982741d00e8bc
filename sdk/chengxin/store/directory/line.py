"""One line of the journal: an entry that carries its own digest, and that of the line before it. Pure.

::

    {"entry":{"prev":"…","seq":7,"step":{…}},"sha256":"…"}

``sha256`` is of the bytes of ``entry`` as they stand there, so that a changed byte is found and its line named;
``prev`` is the ``sha256`` of the line before, so that a line that was taken out, put in or exchanged is found too.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from chengxin.canonical import canonical_bytes

FIRST: Final = "0" * 64
"""What the first line has in the place of the line before it."""

_HEAD: Final = b'{"entry":'
_MIDDLE: Final = b',"sha256":"'
_END: Final = b'"}'
_TAIL: Final = len(_MIDDLE) + 64 + len(_END)


class Broken(Exception):
    """A line is not what was written; the text says why. The journal turns it into ``PolicyStoreDamaged``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a journal goes.

    Attributes:
        seq: number of its last entry; 0 where there is none.
        sha256: digest of it, in hexadecimal digits.
    """

    seq: int = 0
    sha256: str = FIRST


def encode_line(step: dict[str, Any], after: Mark) -> tuple[bytes, Mark]:
    """Return the line of a step that comes after a mark, without its end of line, and the mark after it."""
    entry = canonical_bytes({"prev": after.sha256, "seq": after.seq + 1, "step": step})
    sha256 = hashlib.sha256(entry).hexdigest()
    line = b"".join((_HEAD, entry, _MIDDLE, sha256.encode(), _END))
    return line, Mark(seq=after.seq + 1, sha256=sha256)


def decode_line(line: bytes, after: Mark) -> tuple[dict[str, Any], Mark]:
    """Return what stands for the step in a line that comes after a mark, and the mark after it.

    Raises:
        Broken: a byte has changed, or it comes after another line.
    """
    if len(line) < len(_HEAD) + _TAIL or line[: len(_HEAD)] != _HEAD or line[-len(_END) :] != _END:
        raise Broken("it is not written as entries are")
    entry, rest = line[len(_HEAD) : -_TAIL], line[-_TAIL:]
    sha256 = hashlib.sha256(entry).hexdigest()
    if rest != b"".join((_MIDDLE, sha256.encode(), _END)):
        raise Broken("a byte of it has changed")
    try:
        data = json.loads(entry)
    except (ValueError, RecursionError):
        raise Broken("it holds no step") from None
    if (
        not isinstance(data, dict)
        or set(data) != {"prev", "seq", "step"}
        or not isinstance(data["step"], dict)
    ):
        raise Broken("it holds no step")
    if (data["prev"], data["seq"]) != (after.sha256, after.seq + 1):
        raise Broken(
            f"it says that it is entry {data['seq']}, and it does not follow entry {after.seq}: a line was taken "
            "out, put in, or exchanged here"
        )
    return data["step"], Mark(seq=after.seq + 1, sha256=sha256)


def encode_mark(mark: Mark) -> bytes:
    """Return a mark as bytes."""
    return canonical_bytes({"seq": mark.seq, "sha256": mark.sha256})


def decode_mark(content: bytes) -> Mark:
    """Return the mark that bytes hold.

    Raises:
        Broken: they hold none.
    """
    try:
        data = json.loads(content)
        mark = Mark(seq=data["seq"], sha256=data["sha256"])
        is_mark = type(mark.seq) is int and encode_mark(mark) == content
    except (ValueError, KeyError, TypeError):
        is_mark = False
    if not is_mark:
        raise Broken("it does not say how far the journal goes")
    return mark
