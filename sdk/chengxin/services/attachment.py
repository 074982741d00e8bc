"""Files that people attach, received before a transaction begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from chengxin.procedure.appeal import Evidence, receive_evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file as it came; neither its name nor its type is believed.

    Attributes:
        name: its name.
        content: all of it.
    """

    name: str
    content: bytes = field(repr=False)


Received: TypeAlias = tuple[tuple[Evidence, bytes], ...]
"""Pieces of evidence, each with its content."""


def receive(attachments: Sequence[Attachment], *, most_bytes: int) -> Received:
    """Return what is kept of files.

    Raises:
        AppealRefused: one of them is empty, too large, or of no type that is taken.
    """
    return tuple(
        (receive_evidence(one.name, one.content, most_bytes=most_bytes), one.content) for one in attachments
    )


def pieces_of(received: Received) -> tuple[Evidence, ...]:
    """Return the pieces without their contents."""
    return tuple(piece for piece, _ in received)
