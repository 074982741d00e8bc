"""What a file is, by its first bytes: of an allow-list, whatever its name or its sender says."""

from __future__ import annotations

import re
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class MediaType(StrEnum):
    """What is taken as evidence."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    TEXT = "text/plain"

    @property
    def suffix(self) -> str:
        """How names of such files end."""
        return _SUFFIX_OF[self]


_SUFFIX_OF: Final = MappingProxyType(
    {MediaType.PDF: ".pdf", MediaType.PNG: ".png", MediaType.JPEG: ".jpg", MediaType.TEXT: ".txt"}
)
_BEGINNINGS: Final = (
    (b"%PDF-1.", MediaType.PDF),
    (b"%PDF-2.", MediaType.PDF),
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", MediaType.PNG),
    (b"\xff\xd8\xff", MediaType.JPEG),
)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")


def sniff(content: bytes) -> MediaType | None:
    r"""Return what a file is, or None where it is nothing that is taken.

    Only the beginning of a picture or a document is looked at, so such a file may hold something else behind it:
    whoever serves it must not let it be rendered (``Evidence.headers``).

    >>> sniff(b"%PDF-1.7\n"), sniff(b"PK\x03\x04")
    (<MediaType.PDF: 'application/pdf'>, None)
    """
    for beginning, media_type in _BEGINNINGS:
        if content.startswith(beginning):
            return media_type
    return MediaType.TEXT if _is_text(content) else None


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return bool(text) and not text.isspace() and _CONTROL.search(text) is None
