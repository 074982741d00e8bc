"""The body of an answer as it comes in: counted, decoded bit by bit, and known to be whole.

A compressed body is decoded in slices and the cap counts both what came and what it decodes to, so that a few
kilobytes that unfold to gigabytes stop at the cap. A gzip body without its trailer has been cut short, even
where the HTTP framing looks whole.
"""

from __future__ import annotations

import zlib

from chengxin.errors import UnknownReason, UnusableAnswer

ACCEPTED_CODINGS = "gzip"
"""What ``Accept-Encoding`` offers; nothing else is decoded."""

_GZIP = 16 + zlib.MAX_WBITS


class Body:
    """Takes the bytes of a body one after the other and gives the decoded whole.

    Args:
        coding: value of ``Content-Encoding``, empty for none.
        max_bytes: the most that may come in, and the most that it may decode to.
    """

    __slots__ = ("_coding", "_decoded", "_inflater", "_max_bytes", "_received")

    def __init__(self, *, coding: str, max_bytes: int) -> None:
        self._coding = coding.strip().lower()
        self._max_bytes = max_bytes
        self._received = 0
        self._decoded = bytearray()
        self._inflater = zlib.decompressobj(_GZIP)

    def feed(self, data: bytes) -> None:
        """Take the next bytes as they came over the wire.

        Raises:
            UnusableAnswer: over the cap, an unknown coding or a broken one (``SCHEMA_DRIFT``).
        """
        self._received += len(data)
        if self._coding in {"", "identity"}:
            self._decoded += data
        elif self._coding in {"gzip", "x-gzip"}:
            self._inflate(data)
        else:
            raise _drift(f"in a content coding that was not asked for ({self._coding[:32]!r})")
        if max(self._received, len(self._decoded)) > self._max_bytes:
            raise too_large(self._max_bytes)

    def finish(self) -> bytes:
        """Return the whole decoded body.

        Raises:
            UnusableAnswer: the compressed data stops before its own end (``INCOMPLETE``).
        """
        if self._coding in {"gzip", "x-gzip"} and self._received and not self._inflater.eof:
            raise cut_short()
        return bytes(self._decoded)

    def _inflate(self, data: bytes) -> None:
        # One byte over the cap is enough to know; zlib keeps what it did not unfold.
        while data and len(self._decoded) <= self._max_bytes:
            if self._inflater.eof:
                self._inflater = zlib.decompressobj(_GZIP)
            try:
                self._decoded += self._inflater.decompress(data, self._max_bytes + 1 - len(self._decoded))
            except zlib.error:
                raise _drift("in a broken gzip coding") from None
            data = self._inflater.unused_data


def cut_short() -> UnusableAnswer:
    """Return the error for a body of which bytes are missing."""
    return UnusableAnswer(
        "The answer of the source was cut short. Nothing is concluded from the part that came; ask again.",
        reason=UnknownReason.INCOMPLETE,
    )


def too_large(max_bytes: int) -> UnusableAnswer:
    """Return the error for a body over the cap."""
    return _drift(f"larger than {max_bytes} bytes; raise the cap if that is lawful")


def _drift(how: str) -> UnusableAnswer:
    return UnusableAnswer(f"The answer of the source came {how}.", reason=UnknownReason.SCHEMA_DRIFT)
