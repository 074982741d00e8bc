"""Evidence that an appellant attaches: named, measured, and never rendered.

Content passes through as bytes and is kept by the store under its digest. A file may be several things at once, such as
a picture with a web page behind it. That is harmless because no content is ever shown inline: it is handed out as an
attachment of unspecified bytes that no browser guesses at (``Evidence.headers``). Nothing is claimed of what it does
once it is saved and opened: a platform scans it with what it has.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from chengxin.procedure.appeal.fault import Fault, refusal
from chengxin.procedure.appeal.file_name import clean_file_name
from chengxin.procedure.appeal.media import MediaType, sniff

MOST_BYTES: Final = 10 * 1024 * 1024
"""Largest file that is taken unless a platform says otherwise, in bytes."""

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_SHORT: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One piece of evidence, by reference: its content is kept elsewhere, under the digest.

    Attributes:
        name: name of the file as people are shown it, cleaned.
        media_type: what it is by its first bytes.
        size: its length in bytes.
        digest: ``sha256:…`` of its content.

    Raises:
        AppealRefused: a part of it is not what ``receive_evidence`` gives.
    """

    name: str
    media_type: MediaType
    size: int
    digest: str

    def __post_init__(self) -> None:
        if type(self.media_type) is not MediaType:
            raise refusal(
                Fault.EVIDENCE_TYPE, "The type of evidence is a MediaType. Let receive_evidence find it."
            )
        if self.name != clean_file_name(self.name, self.media_type.suffix):
            raise refusal(
                Fault.EVIDENCE_NAME, "The name of a file is cleaned first. Let receive_evidence do it."
            )
        if type(self.size) is not int or self.size < 1:
            raise refusal(Fault.EVIDENCE_EMPTY, "The file holds nothing. Attach one with content.")
        if not is_digest(self.digest):
            raise refusal(
                Fault.ILL_FORMED, "A digest is sha256: and 64 hexadecimal digits. Take the content's own."
            )

    @property
    def headers(self) -> Mapping[str, str]:
        """HTTP headers with which the content is handed out, by whoever serves it, and no others beside them.

        It is saved and not shown: an attachment of unspecified type, that is not guessed at, runs nothing, and stays
        in no cache.
        """
        plain = f"evidence-{self.digest.removeprefix('sha256:')[:_SHORT]}{self.media_type.suffix}"
        return MappingProxyType(
            {
                "Content-Type": "application/octet-stream",
                "Content-Disposition": (
                    f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(self.name, safe='')}"
                ),
                "Content-Length": str(self.size),
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cross-Origin-Resource-Policy": "same-origin",
                "Cache-Control": "no-store",
            }
        )

    def is_of(self, content: bytes) -> bool:
        """Tell whether some content is this evidence, unchanged."""
        return content_digest(content) == self.digest


def distinct(pieces: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return pieces of evidence without those whose content came before."""
    by_digest: dict[str, Evidence] = {}
    for piece in pieces:
        by_digest.setdefault(piece.digest, piece)
    return tuple(by_digest.values())


def is_digest(text: object) -> bool:
    """Tell whether something has the form of a digest: ``sha256:`` and 64 hexadecimal digits."""
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None


def content_digest(content: bytes) -> str:
    """Return ``sha256:`` and the hexadecimal SHA-256 of some content."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def receive_evidence(name: str, content: bytes, *, most_bytes: int = MOST_BYTES) -> Evidence:
    """Return what is kept of a file that an appellant attaches; its content is to be kept under the digest.

    Args:
        name: name of the file as it came; any text.
        content: all of it.
        most_bytes: largest file that is taken.

    Raises:
        AppealRefused: it is empty, too large, or neither PDF, PNG, JPEG nor plain text in UTF-8.
    """
    if not content:
        raise refusal(Fault.EVIDENCE_EMPTY, "The file holds nothing. Attach one with content.")
    if len(content) > most_bytes:
        raise refusal(
            Fault.EVIDENCE_TOO_LARGE,
            f"The file has {len(content):,} bytes and at most {most_bytes:,} are taken. Make it smaller, or split it.",
        )
    media_type = sniff(content)
    if media_type is None:
        raise refusal(
            Fault.EVIDENCE_TYPE,
            "The file is neither a PDF, a PNG or JPEG picture, nor plain text in UTF-8, whatever its name says. "
            "Save it as a PDF and attach that.",
        )
    return Evidence(
        name=clean_file_name(name, media_type.suffix),
        media_type=media_type,
        size=len(content),
        digest=content_digest(content),
    )
